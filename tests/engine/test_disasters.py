"""What is lost comes back by the runbook's steps, in the time promised."""

import pytest

from tools.disasters import DISASTERS, PAGE, Program, drill, page

from .conftest import Sandbox

pytestmark = pytest.mark.engine


def test_what_is_lost_comes_back_by_the_runbooks_steps(prod: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    program = Program(prod.program, "prod")
    for name, disaster in DISASTERS.items():
        instance = identity(prod, "db-instance")
        assert drill(name, program, "schema") <= disaster.rto_minutes
        if "db-instance" in disaster.gone:
            assert identity(prod, "db-instance") != instance  # it was lost indeed
    said = capsys.readouterr().out
    assert said.count("within the 240 min promised") == len(DISASTERS)

    # what took over goes on with the lost stack's keys and data
    rescued = {item["urn"].rpartition("::")[2]: item for item in prod.state("rescue")["resources"]}
    assert rescued["db-instance"]["inputs"]["restoreToPointInTime"]["sourceDbInstanceAutomatedBackupsArn"]
    assert rescued["db-instance"]["outputs"]["arn"].startswith("arn:aws:rds:eu-central-1:")
    assert "app-flowise-secretkey-overwrite" not in rescued


def identity(prod: Sandbox, name: str) -> str:
    (record,) = [item for item in prod.state("prod")["resources"] if item["urn"].endswith(f"::{name}")]
    return f"{record['id']} {record['created']}"


def test_the_runbook_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
