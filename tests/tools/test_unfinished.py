import json
from typing import Any

import pytest

from tools import unfinished
from tools.checks import NoAnswer

URN = "urn:pulumi:prod::flowise::aws:s3/bucket:Bucket::files"


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
