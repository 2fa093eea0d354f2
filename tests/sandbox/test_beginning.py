"""What `init` writes and leaves alone, and what `doctor` finds."""

from pathlib import Path

import pytest
import yaml

from sandbox.__main__ import main
from sandbox.commands.beginning import Finding, findings
from sandbox.workspace import SandboxError, Workspace
from tests.sandbox.test_interpreter import made


def said(folder: Path, what: str) -> list[Finding]:
    return [each for each in findings(folder) if each[1] == what]


def test_a_program_is_begun_once_and_nothing_is_overwritten(tmp_path: Path) -> None:
    assert main(["init", "--cwd", str(tmp_path / "shop"), "--region", "sa-east-1"]) == 0
    shop = tmp_path / "shop"
    assert yaml.safe_load((shop / "Pulumi.dev.yaml").read_text()) == {"config": {"aws:region": "sa-east-1"}}
    (shop / "__main__.py").write_text("mine")

    assert main(["init", "--cwd", str(shop), "--region", "eu-west-1"]) == 0
    assert "sa-east-1" in (shop / "Pulumi.dev.yaml").read_text()
    assert (shop / "__main__.py").read_text() == "mine"


def test_a_folder_with_another_program_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "__main__.py").write_text("mine")
    assert main(["init", "--cwd", str(tmp_path)]) == 1
    assert "has __main__.py and no Pulumi.yaml" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["__main__.py"]


def test_the_workflow_uses_the_action_that_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--cwd", str(tmp_path), "--workflow", "acme/platform@0123abc"]) == 0
    (path,) = (tmp_path / ".github" / "workflows").iterdir()
    text = path.read_text()
    assert "uses: acme/platform/.github/actions/preview@0123abc" in text
    assert "OWNER" not in text
    assert set(yaml.safe_load(text)["jobs"]["preview"]["permissions"]) == {"contents", "pull-requests"}
    assert main(["init", "--cwd", str(tmp_path), "--workflow", "acme"]) == 1
    assert "write OWNER/REPOSITORY@COMMIT" in capsys.readouterr().err


def test_the_only_stack_is_meant_and_others_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    assert main(["world", "--cwd", str(tmp_path)]) == 1
    assert "there is no Pulumi.<stack>.yaml; `init` writes one" in capsys.readouterr().err
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    assert main(["world", "--cwd", str(tmp_path)]) == 0
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n")
    assert main(["world", "--cwd", str(tmp_path)]) == 1
    assert "say which stack, with --stack NAME: there are dev, prod" in capsys.readouterr().err


def test_a_stack_that_has_no_file_is_refused_where_others_have_one(tmp_path: Path) -> None:
    """A misspelt one would run without settings, and each of them would be named as missing."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    Workspace.of(tmp_path, "any").write_project()  # a program may well have no settings
    for name in ("dev", "prod"):
        (tmp_path / f"Pulumi.{name}.yaml").write_text("config: {}\n")
    with pytest.raises(SandboxError, match=r"^there is no Pulumi.prd.yaml \(a stack .*\): did you mean prod\?$"):
        Workspace.of(tmp_path, "prd").write_project()
    with pytest.raises(SandboxError, match=r": there are dev, prod$"):
        Workspace.of(tmp_path, "eu").write_project()
    Workspace.of(tmp_path, "any").write_project()  # it stands, and can be taken away


def test_doctor_says_what_is_to_be_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    assert said(tmp_path, "program")[0][0] == "do"
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: go\n")
    assert "its runtime is go: the sandbox runs python and nodejs programs" in said(tmp_path, "program")[0][2]
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    assert said(tmp_path, "stacks") == [("do", "stacks", "there is no Pulumi.<stack>.yaml: `init` writes one")]
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  shop:token: {secure: v1:abc}\n")
    assert said(tmp_path, "secrets")[0][2].startswith("dev: shop:token: encrypted")
    assert said(tmp_path, "environment")[0][0] == "note"


def test_doctor_looks_into_the_programs_environment(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    made(tmp_path / ".venv", "httpx-1.0")
    assert said(tmp_path, "environment")[0][0] == "do"
    for package in ("pulumi-3.1.0", "pulumi_aws-6.83.0", "pulumi_tls-5.0.0", "pulumi_policy-1.0.0"):
        (tmp_path / ".venv/lib/python3.12/site-packages" / f"{package}.dist-info").mkdir()
    assert said(tmp_path, "environment")[0][0] == "ok"
    ((weight, _, text),) = said(tmp_path, "versions")
    assert weight == "do"
    assert "uv tool install --with pulumi-aws==6.83.0" in text
    ((weight, _, text),) = said(tmp_path, "packages")
    assert (weight, text.split(":")[0]) == ("note", "pulumi_tls is not played")


def test_doctor_knows_a_typescript_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: nodejs\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert said(tmp_path, "node")[0][0] == "do"
    assert said(tmp_path, "packages")[0][0] == "do"
    (tmp_path / "node_modules/@pulumi/pulumi/cmd/run").mkdir(parents=True)
    assert said(tmp_path, "packages") == [("ok", "packages", str(tmp_path / "node_modules"))]
