"""The commands for people on a system beside the repository's first."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tools import doctor, runbooks, status, validate
from tools.checks import Ask, NoAnswer
from tools.stack_file import read_stack

EXAMPLES = Path(__file__).parents[2] / "examples"
APS = EXAMPLES / "aps"
SYSTEMS = sorted(path.parent for path in EXAMPLES.glob("*/Pulumi.yaml"))
EACH = pytest.mark.parametrize("system", SYSTEMS, ids=lambda path: path.name)


def unanswered(*_: str, **__: Any) -> str:
    raise NoAnswer("nobody is asked")


def asks() -> Ask:
    def ask(service: str, operation: str, *, region: str, **parameters: Any) -> Mapping[str, Any]:
        raise NoAnswer("nobody is asked")

    return ask


def test_there_are_three_of_them() -> None:
    assert {"aps", "ranking", "tiktrend"} <= {system.name for system in SYSTEMS}


@EACH
def test_its_stacks_files_are_judged(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate.main(Path.cwd(), ["--cwd", str(system)]) == 0
    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if line.endswith(": sound")] == said.splitlines()
    assert len(said.splitlines()) == 3


def test_a_fault_is_told_by_its_own_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert read_stack(APS, "prod").project == "aps"
    assert read_stack(APS, "prod").faults == ()
    assert validate.main(tmp_path, ["--stack", "prod", "--cwd", str(tmp_path)]) == 2


@EACH
def test_the_doctor_names_what_people_make_beforehand_and_its_own_keys(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    doctor.main(system, ["--stack", "prod"], ask=asks(), run=unanswered)
    said = capsys.readouterr().out
    made = read_stack(system, "prod").settings
    assert made is not None
    assert made.handmade_secrets()
    for key, name in made.handmade_secrets().items():
        assert f"{key}: {name} could not be looked at" in said
    assert f"{system.name}:pipeline is not set" in said
    # one of them has none
    assert ("its database and its cache" in said) == ("cache" in type(made).model_fields)
    assert "flowise" not in said.lower()


@EACH
def test_status_asks_its_own_health_path(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []

    def fetch(url: str) -> str:
        asked.append(url)
        return '{"status": "ok"}'

    def outputs(*command: str) -> str:
        return "[]" if "history" in command else '{"url": "https://www.example.com"}'

    status.main(system, ["--stack", "prod"], ask=asks(), run=outputs, get=fetch)
    assert asked == ["https://www.example.com/health"]
    said = capsys.readouterr().out
    assert said.startswith("ok      site:")
    assert "vendor" not in said


def test_a_runbook_is_its_own_where_there_is_one_and_the_common_one_names_its_namespace(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["--stack", "prod", "AppInstanceDown", "PodsPending"]
    assert runbooks.main(APS, arguments, run=unanswered) == 0
    said = capsys.readouterr().out
    assert "A pod of Sistema APS has not answered" in said
    assert "-n aps" in said
    assert "-n flowise" not in said


@pytest.mark.parametrize(
    "path",
    [path for system in SYSTEMS for path in runbooks.own(system).values()],
    ids=lambda path: f"{path.parts[-3]}-{path.stem}",
)
def test_its_runbooks_say_the_four_things(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert tuple(runbooks.sections(text)) == runbooks.SECTIONS
    assert "flowise" not in text.lower()


@EACH
def test_without_a_name_its_own_runbooks_are_printed_too(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert runbooks.main(system, ["--stack", "prod"], run=unanswered) == 0
    printed = [line.removeprefix("# ") for line in capsys.readouterr().out.splitlines() if line.startswith("# ")]
    alerts = {*runbooks.alerts(), *(path.stem for path in (system / "runbooks").glob("*.md"))}
    assert sorted(each for each in printed if each in alerts) == sorted(alerts)


def test_an_alert_that_is_a_system_s_alone_has_its_runbook(capsys: pytest.CaptureFixture[str]) -> None:
    tiktrend = EXAMPLES / "tiktrend"
    assert runbooks.of_system("WorkersSilent", tiktrend, "tiktrend").startswith("# WorkersSilent\n")
    with pytest.raises(runbooks.RunbookError, match="there is no alert 'WorkersSilent'"):
        runbooks.of_system("WorkersSilent", APS, "aps")
    assert runbooks.main(tiktrend, ["--stack", "prod", "NoSuch"], run=unanswered) == 2
    assert "WorkersSilent" in capsys.readouterr().err
