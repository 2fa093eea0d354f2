"""What a command is told by its options, and what its end says."""

from pathlib import Path

import pytest

from sandbox import commands
from sandbox.__main__ import main
from sandbox.commands.parser import parser
from sandbox.commands.run_options import not_judged, run_options
from sandbox.workspace import SandboxError


def told(*arguments: str) -> list[str]:
    options, _ = parser().parse_known_args(["up", "--stack", "dev", *arguments])
    return list(run_options(options).laws_off)


def test_laws_are_switched_off_one_by_one() -> None:
    assert told() == []
    given = ["--law-off", "eks-addon-version", "--law-off", "tags", "--law-off", "tags"]
    assert told(*given) == ["eks-addon-version", "tags"]


def test_a_law_that_does_not_exist_is_refused_with_those_that_are_called_alike() -> None:
    with pytest.raises(SandboxError, match=r"--law-off eks-adon-version: .* nearest are eks-addon-version, "):
        told("--law-off", "eks-adon-version")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], ""),
        (["--law-off", "tags"], "laws that were not judged (--law-off):\n  tags: tags that AWS takes\n"),
        (["--laws", "off"], "no law was judged (--laws off): the real clouds may refuse what went through here\n"),
    ],
)
def test_a_run_says_at_its_end_which_laws_were_not_judged(
    given: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: p\nruntime: python\n")
    monkeypatch.setitem(commands.COMMANDS, "up", lambda workspace, options, rest: 3)
    assert main(["up", "--stack", "dev", "--cwd", str(tmp_path), *given]) == 3
    assert capsys.readouterr().err == said


def test_commands_without_laws_say_nothing_of_them() -> None:
    assert not_judged(parser().parse_args(["world", "--stack", "dev"])) == ""
