"""What a program on the sandbox is given of its caller's environment."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.credentials import without_credentials

REAL = {
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_PROFILE": "prod",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/secrets/token",
    "ACTIONS_ID_TOKEN_REQUEST_URL": "https://pipelines.example.com",
    "ARM_CLIENT_ID": "real",
    "DD_API_KEY": "real",
    "GITHUB_TOKEN": "real",
    "GOOGLE_APPLICATION_CREDENTIALS": "/home/ada/key.json",
    "MY_DATABASE_PASSWORD": "real",
    "PULUMI_ACCESS_TOKEN": "real",
    "SSH_AUTH_SOCK": "/tmp/agent",
}
INNOCENT = {
    "PATH": "/bin",
    "HOME": "/home/ada",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "LANG": "C",
}


def test_what_opens_something_real_is_not_handed_on_and_the_rest_is() -> None:
    given = without_credentials({**REAL, **INNOCENT})
    assert INNOCENT.items() <= given.items()
    assert {name for name, value in REAL.items() if given.get(name) == value} == set()
    assert given["AWS_EC2_METADATA_DISABLED"] == "true"
    assert given["KUBECONFIG"] == os.devnull


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "AWS_SESSION_TOKEN"])
def test_what_is_named_is_handed_on_and_nothing_else(name: str) -> None:
    given = without_credentials({**REAL, **INNOCENT}, [name])
    assert given[name] == "real"
    assert {each for each, value in REAL.items() if given.get(each) == value} == {name}
    assert given["AWS_CONFIG_FILE"] == os.devnull


def test_boto3_finds_no_key_of_the_caller_wherever_it_looks(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    text = "[default]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n"
    (tmp_path / ".aws" / "credentials").write_text(text)
    program = (
        "import boto3, json\n"
        "found = boto3.Session().get_credentials()\n"
        "print(json.dumps([found.access_key, found.secret_key, found.token, found.method]))\n"
    )

    def found(environment: dict[str, str]) -> list[str | None]:
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        answer: list[str | None] = json.loads(done.stdout)
        return answer

    home = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    assert found(home) == ["AKIAREAL", "real", None, "shared-credentials-file"]
    assert found(without_credentials({**home, **REAL})) == ["sandbox", "sandbox", None, "env"]
