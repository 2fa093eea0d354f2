"""A program of Node.js is started as the official host starts it, and its end is told."""

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import engine_pb2_grpc, language_pb2

from sandbox import language_host
from sandbox.node_host import NodeHost

# what @pulumi/pulumi's cmd/run is given is written down; its status is what the test asks for
NODE = """#!/bin/sh
printf '%s\\n' "$@" > arguments
printf '%s\\n' "$PULUMI_CONFIG" "$PULUMI_CONFIG_SECRET_KEYS" "$PULUMI_NODEJS_TYPESCRIPT" > variables
echo built >&2
exit $(cat status)
"""


class Context:
    """A connection of the engine."""

    def peer(self) -> str:
        return "engine"

    def add_callback(self, _: Any) -> None:
        """Nothing ends here before its time."""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "node").write_text(NODE)
    (tmp_path / "bin" / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    return tmp_path


def ran(folder: Path, status: int, monkeypatch: pytest.MonkeyPatch, **options: Any) -> Any:
    (folder / "status").write_text(str(status))
    told: list[str] = []
    monkeypatch.setattr(language_host, "_forward", lambda _, stream: told.extend(stream))
    monkeypatch.setattr(engine_pb2_grpc, "EngineStub", lambda channel: None)
    request = language_pb2.RunRequest(
        project="shop", stack="dev", organization="organization", monitor_address="127.0.0.1:1", parallel=4,
        dryRun=True, config={"aws:region": "eu-west-1"}, configSecretKeys=["shop:token"],
    )  # fmt: skip
    request.info.program_directory = request.info.root_directory = str(folder)
    request.info.entry_point = "."
    request.info.options.update(options)
    context: Any = Context()
    host = NodeHost()
    host.Handshake(language_pb2.LanguageHandshakeRequest(engine_address="127.0.0.1:2"), context)
    answer = host.Run(request, context)
    assert told in ([], ["built\n"])
    return answer


def test_it_gets_the_engines_addresses_and_the_configuration(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = program / "node_modules/@pulumi/pulumi/cmd/run"
    run.mkdir(parents=True)
    assert ran(program, 0, monkeypatch, nodeargs="--trace-warnings", typescript=False) == language_pb2.RunResponse()
    assert (program / "arguments").read_text().splitlines() == [
        *("--trace-warnings", str(run), "--project=shop", "--stack=dev", "--organization=organization"),
        *("--monitor=127.0.0.1:1", "--engine=127.0.0.1:2", "--parallel=4", f"--pwd={program}"),
        *(f"--root-directory={program}", "--dry-run", "."),
    ]
    config, secret, typescript = (program / "variables").read_text().splitlines()
    assert json.loads(config) == {"aws:region": "eu-west-1"}
    assert json.loads(secret) == ["shop:token"]
    assert typescript == "false"


def test_its_end_is_told(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (program / "node_modules/@pulumi/pulumi/cmd/run").mkdir(parents=True)
    assert ran(program, 32, monkeypatch).bail  # it has said itself what was wrong
    assert ran(program, 1, monkeypatch).error == "the program ended with exit status 1"


def test_what_is_not_installed_is_named(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "@pulumi/pulumi is not installed" in ran(program, 0, monkeypatch).error
    monkeypatch.setenv("PATH", str(program / "nothing"))
    assert "install Node.js" in ran(program, 0, monkeypatch).error
