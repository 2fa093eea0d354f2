"""What `make bench` compares with is run where it is at hand, and named where it is not."""

import subprocess
from pathlib import Path

import pytest

from tools.bench_others import others

STUB = """#!/bin/sh
echo "$@" >> said
{rest}
"""


def stub(folder: Path, monkeypatch: pytest.MonkeyPatch, rest: str = "") -> None:
    program = folder / "terraform"
    program.write_text(STUB.format(rest=rest), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_what_is_not_at_hand_is_skipped_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert dict(others(tmp_path, 8, None)) == {
        "the AWS CDK's synth": "--cdk names no folder with its library",
        "terraform's plan, its provider mocked": "no terraform on PATH",
        "tofu's plan, its provider mocked": "no tofu on PATH",
    }
    assert "no aws-cdk-lib in" in str(dict(others(tmp_path, 8, tmp_path))["the AWS CDK's synth"])


def test_terraform_is_measured_once_its_provider_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch)
    run = dict(others(tmp_path, 8, None))["terraform's plan, its provider mocked"]
    assert not isinstance(run, str), run
    folder = tmp_path / "terraform-run"
    said = folder / "said"
    assert said.read_text(encoding="utf-8") == "init -input=false -no-color\n"
    run()
    assert said.read_text(encoding="utf-8") == "init -input=false -no-color\ntest\n"
    assert "count = 8 / 4" in (folder / "main.tf").read_text(encoding="utf-8")
    assert 'mock_provider "aws" {}' in (folder / "tests" / "plan.tftest.hcl").read_text(encoding="utf-8")


def test_a_provider_that_cannot_be_had_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "echo '│ Error: no such host'; exit 1")
    told = dict(others(tmp_path, 8, None))["terraform's plan, its provider mocked"]
    assert told == "Error: no such host"


def test_the_cdk_s_app_is_run_by_node(tmp_path: Path) -> None:
    library = tmp_path / "node_modules" / "aws-cdk-lib"
    library.mkdir(parents=True)
    # as much of it as says what was asked of it
    (library / "index.js").write_text(
        """
const made = [];
const kind = (name) => class { constructor(of, id) { made.push(`${name} ${id}`); } };
exports.App = class { synth() { require("fs").writeFileSync(process.env.CDK_OUTDIR, made.join("\\n")); } };
exports.Stack = kind("Stack");
exports.aws_sns = { CfnTopic: kind("Topic"), CfnSubscription: kind("Subscription") };
exports.aws_sqs = { CfnQueue: kind("Queue") };
exports.aws_ssm = { CfnParameter: kind("Parameter") };
""",
        encoding="utf-8",
    )
    run = dict(others(tmp_path, 404, tmp_path))["the AWS CDK's synth"]
    assert not isinstance(run, str), run
    run()
    made = (tmp_path / "cdk" / "out").read_text(encoding="utf-8").splitlines()
    assert len([each for each in made if not each.startswith("Stack ")]) == 404
    assert [each for each in made if each.startswith("Stack ")] == ["Stack stack-0", "Stack stack-100"]


def test_what_fails_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, '[ "$1" = init ] || exit 1')
    run = dict(others(tmp_path, 8, None))["terraform's plan, its provider mocked"]
    assert not isinstance(run, str), run
    with pytest.raises(subprocess.CalledProcessError):
        run()
