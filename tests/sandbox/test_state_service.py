import json
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sandbox.state_journal import Journal
from sandbox.state_service import serving

STATE = "/api/stacks/organization/other/dev/export"
KEY = "/v1/transit/decrypt/sandbox"


@pytest.mark.parametrize(("method", "path", "header"), [("GET", STATE, "Authorization"), ("PUT", KEY, "X-Vault-Token")])
def test_state_and_key_are_for_whoever_has_this_run_s_token(
    method: str, path: str, header: str, tmp_path: Path
) -> None:
    state_file = tmp_path / "other" / "dev.json"
    state_file.parent.mkdir()
    state_file.write_text(json.dumps({"version": 3, "checkpoint": {"stack": "organization/other/dev"}}))
    with serving(state_file, tmp_path, journal=True) as environment:
        token = environment["VAULT_SERVER_TOKEN"]
        connection = HTTPConnection(urlsplit(environment["PULUMI_BACKEND_URL"]).netloc)
        answers = []
        for given in ({}, {header: "token another"}, {header: f"token {token}" if method == "GET" else token}):
            connection.request(method, path, headers=given)
            answer = connection.getresponse()
            answers.append(answer.status)
            answer.read()
        connection.close()
    assert answers == [401, 401, 200]


def test_what_was_folded_once_is_not_folded_again(tmp_path: Path) -> None:
    state_file = tmp_path / "other" / "dev.json"
    state_file.parent.mkdir()
    state_file.write_text(json.dumps({"version": 3, "checkpoint": {"stack": "organization/other/dev"}}))
    journal = state_file.with_name("dev.json.journal")
    stack = {"urn": "urn:pulumi:dev::other::pulumi:pulumi:Stack::other-dev", "custom": False}
    made = {"kind": 1, "sequenceID": 1, "operationID": 1, "state": {**stack, "type": "pulumi:pulumi:Stack"}}
    kept = Journal(state_file)
    kept.add(json.dumps({"entries": [made]}).encode())
    with journal.open("ab") as file:
        file.write(b'{"entries": [{"kind": 1, "sequ')  # of which the engine was never told that it is kept
    before = journal.read_bytes()
    kept.fold()
    folded = json.loads(state_file.read_text())
    assert [each["urn"] for each in folded["checkpoint"]["latest"]["resources"]] == [stack["urn"]]
    assert not journal.exists()

    journal.write_bytes(before)  # as a power cut between the two leaves it
    kept.fold()
    assert json.loads(state_file.read_text()) == folded
    assert not journal.exists()
