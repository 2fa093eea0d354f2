"""What the engine says where it fails."""

import json
from pathlib import Path

import pytest

from sandbox.engine import Engine
from sandbox.workspace import SandboxError, Workspace


def failing(folder: Path, prints: str) -> Engine:
    (folder / "Pulumi.yaml").write_text("name: other\nruntime: python\n")
    (folder / "printed").write_text(prints)
    cli = folder / "pulumi"
    cli.write_text(f"#!/bin/sh\ncat {folder / 'printed'}\necho 'on standard error' >&2\nexit 1\n")
    cli.chmod(0o755)
    return Engine(cli, Workspace.of(folder, "dev"), {})


def test_of_a_preview_that_fails_its_errors_are_told_and_not_its_json(tmp_path: Path) -> None:
    plan = {"steps": [{"op": "create"}], "diagnostics": [{"severity": "error", "message": "no such class"}]}
    with pytest.raises(SandboxError) as raised:
        failing(tmp_path, json.dumps(plan)).read("preview", "--json")
    assert str(raised.value) == "pulumi preview --json failed:\nno such class"


def test_of_anything_else_all_that_it_said_is_told(tmp_path: Path) -> None:
    with pytest.raises(SandboxError) as raised:
        failing(tmp_path, "on standard output\n").read("stack", "export")
    assert str(raised.value) == "pulumi stack export failed:\non standard output\non standard error\n"
