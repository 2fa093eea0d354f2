"""The commands for people on a system beside the repository's first."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tools import doctor, runbooks, status, validate
from tools.checks import Ask, NoAnswer
from tools.stack_file import read_stack

APS = Path(__file__).parents[2] / "examples" / "aps"


def unanswered(*_: str, **__: Any) -> str:
    raise NoAnswer("nobody is asked")


def asks() -> Ask:
    def ask(service: str, operation: str, *, region: str, **parameters: Any) -> Mapping[str, Any]:
        raise NoAnswer("nobody is asked")

    return ask


def test_its_stacks_files_are_judged(capsys: pytest.CaptureFixture[str]) -> None:
    assert validate.main(Path.cwd(), ["--cwd", str(APS)]) == 0
    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if line.endswith(": sound")] == said.splitlines()
    assert len(said.splitlines()) == 3


def test_a_fault_is_told_by_its_own_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert read_stack(APS, "prod").project == "aps"
    assert read_stack(APS, "prod").faults == ()
    assert validate.main(tmp_path, ["--stack", "prod", "--cwd", str(tmp_path)]) == 2


def test_the_doctor_names_what_people_make_beforehand_and_its_own_keys(capsys: pytest.CaptureFixture[str]) -> None:
    doctor.main(APS, ["--stack", "prod"], ask=asks(), run=unanswered)
    said = capsys.readouterr().out
    assert "edge.sign_in: aps/sign-in could not be looked at" in said
    assert "aps:pipeline is not set" in said
    assert "flowise" not in said.lower()


def test_status_asks_its_own_health_path(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []

    def fetch(url: str) -> str:
        asked.append(url)
        return '{"status": "ok"}'

    def outputs(*command: str) -> str:
        return "[]" if "history" in command else '{"url": "https://aps.example.com"}'

    status.main(APS, ["--stack", "prod"], ask=asks(), run=outputs, get=fetch)
    assert asked == ["https://aps.example.com/health"]
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


@pytest.mark.parametrize("path", sorted((APS / "runbooks").glob("*.md")), ids=lambda path: path.stem)
def test_its_runbooks_are_those_of_alerts_and_say_the_four_things(path: Path) -> None:
    assert path.stem in runbooks.alerts()
    text = path.read_text(encoding="utf-8")
    assert tuple(runbooks.sections(text)) == runbooks.SECTIONS
    assert "flowise" not in text.lower()


def test_an_alert_that_is_a_system_s_alone_has_its_runbook() -> None:
    tiktrend = APS.parent / "tiktrend"
    assert runbooks.of_system("WorkersSilent", tiktrend, "tiktrend").startswith("# WorkersSilent\n")
    with pytest.raises(runbooks.RunbookError, match="there is no alert 'WorkersSilent'"):
        runbooks.of_system("WorkersSilent", APS, "aps")
