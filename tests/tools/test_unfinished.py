import json
from pathlib import Path
from typing import Any

import pytest

from tools import unfinished
from tools.checks import NoAnswer

URN = "urn:pulumi:prod::flowise::aws:s3/bucket:Bucket::files"


def test_a_system_s_own_state_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples" / "ranking").mkdir(parents=True)

    def run(*command: str) -> str:
        assert Path.cwd() == tmp_path / "examples" / "ranking"
        return json.dumps({"version": 3, "deployment": None})

    assert unfinished.main(["--stack", "prod", "--cwd", "examples/ranking"], run) == 0
    monkeypatch.chdir(tmp_path)
    assert unfinished.main(["--stack", "prod", "--cwd", "examples/nothing"], run) == 2


@pytest.mark.parametrize(
    ("deployment", "status", "says"),
    [
        (None, 0, ""),
        ({"resources": []}, 0, ""),
        (
            {"pending_operations": [{"resource": {"urn": URN, "inputs": {"bucket": "files-1"}}, "type": "creating"}]},
            1,
            "1 operation(s) never reported back",
        ),
        ("no such stack", 2, "the state of prod was not told: no such stack"),
    ],
)
def test_what_was_cut_off_holds_up_what_follows(
    deployment: Any, status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*command: str) -> str:
        assert command == ("pulumi", "stack", "export", "--stack", "prod")
        if isinstance(deployment, str):
            raise NoAnswer(deployment)
        return json.dumps({"version": 3, "deployment": deployment})

    assert unfinished.main(["--stack", "prod"], run) == status
    said = capsys.readouterr().err
    assert says in said
    assert status != 1 or (URN in said and "files-1" in said and "docs/operations/a-run-was-cut-off.md" in said)
