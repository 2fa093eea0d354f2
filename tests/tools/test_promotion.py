"""Which images may go to which stack, with stand-ins for cosign, AWS's and GitHub's command lines."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import promotion
from tools.stack_file import read_stack

ROOT = Path(__file__).parents[2]
HOST = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"


def digest(letter: str) -> str:
    return f"{HOST}/flowise:3.1.4@sha256:{letter * 64}"


OLD, NEW, FOREIGN = digest("a"), digest("b"), digest("c")
COSIGN = f"""#!/usr/bin/env bash
echo "cosign $*" >> "$LOG"
case "$1" in
  login) read -r password && test "$password" = of-a-moment ;;
  verify) test "$2" != "{FOREIGN}" || {{ echo "Error: no matching signatures" >&2; exit 10; }} ;;
esac
"""
AWS = """#!/usr/bin/env bash
test -z "${NOBODY:-}" || { echo "AccessDeniedException" >&2; exit 254; }
echo of-a-moment
"""
GH = """#!/usr/bin/env bash
case "$2" in
  */jobs*) echo '{"jobs": [{"name": "prod", "conclusion": "success"}]}' ;;
  *) cat "$RUNS" ;;
esac
"""


class House:
    """A repository with the committed stacks' files, whose images a test chooses."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.log, self.runs = folder / "house", folder / "log", folder / "runs.json"
        self.folder.mkdir()
        self.log.touch()
        for file in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml"):
            shutil.copy(ROOT / file, self.folder)
        (folder / "bin").mkdir()
        for name, text in (("cosign", COSIGN), ("aws", AWS), ("gh", GH)):
            (folder / "bin" / name).write_text(text)
            (folder / "bin" / name).chmod(0o755)
        self.runs.write_text(json.dumps({"workflow_runs": []}))
        monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("LOG", str(self.log))
        monkeypatch.setenv("RUNS", str(self.runs))
        monkeypatch.setenv("GITHUB_REPOSITORY", "acme/flowise")
        monkeypatch.delenv("IMAGE_SIGNER", raising=False)
        monkeypatch.chdir(self.folder)
        self.git("init", "--quiet", "--initial-branch", "main")

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        done = subprocess.run(["git", *identity, *arguments], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def names(self, stack: str, **service: Any) -> None:
        path = self.folder / f"Pulumi.{stack}.yaml"
        content = yaml.safe_load(path.read_text())
        content["config"]["flowise:service"] |= service
        content["config"]["flowise:database"]["instance_class"] = "db.m7g.xlarge"  # has room for two releases
        path.write_text(yaml.safe_dump(content))

    def deployed(self) -> None:
        """Commit what stands, let the pipeline have deployed it to prod, and go on."""
        for message in ("deployed", "next"):
            self.git("add", "--all")
            self.git("commit", "--quiet", "--allow-empty", "--message", message)
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        run = {"id": 1, "head_sha": self.git("rev-parse", "HEAD~1"), "head_branch": "main", "event": "push"}
        run |= {"head_repository": {"full_name": "acme/flowise"}}
        self.runs.write_text(json.dumps({"workflow_runs": [run]}))

    def asks(self, stack: str) -> int:
        return promotion.main(self.folder, ["--stack", stack])


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    return House(tmp_path, monkeypatch)


@pytest.mark.parametrize("system", ["aps", "ranking", "tiktrend"])
def test_a_system_s_images_are_judged_by_its_own_stacks_and_workflow(
    system: str, house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = house.folder / "examples" / system
    program.mkdir(parents=True)
    for path in (ROOT / "examples" / system).glob("Pulumi*.yaml"):
        shutil.copy(path, program)
    # the tools know programs of this repository alone
    monkeypatch.setattr(promotion, "read_stack", lambda folder, stack: read_stack(ROOT / "examples" / system, stack))
    monkeypatch.chdir(house.folder)
    assert promotion.main(house.folder, ["--stack", "prod", "--cwd", f"examples/{system}"]) == 0
    assert f"{HOST.replace('eu-west-1', 'sa-east-1') if system == 'aps' else HOST}/{system}" in capsys.readouterr().out
    verified = [line for line in house.log.read_text().splitlines() if line.startswith("cosign verify")]
    assert verified
    assert all(r"workflows/(examples|platform-tools)\.yml@refs/heads/main$" in line for line in verified)


def test_a_file_of_another_stack_that_cannot_be_read_is_named(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    (house.folder / "Pulumi.other.yaml").write_text("config: [\n")
    assert house.asks("prod") == 2
    assert "Pulumi.other.yaml:2: this is no YAML" in capsys.readouterr().err
    (house.folder / "Pulumi.other.yaml").write_text("")
    assert house.asks("prod") == 0


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_the_committed_stacks_may_be_deployed_in_their_order(house: House, stack: str) -> None:
    assert house.asks(stack) == 0
    verified = [line for line in house.log.read_text().splitlines() if line.startswith("cosign verify")]
    assert len(verified) == (stack != "dev")
    for line in verified:
        assert line.endswith(
            r"--certificate-identity-regexp ^https://github\.com/acme/flowise"
            r"/\.github/workflows/(image|platform-tools)\.yml@refs/heads/main$"
        )


def test_production_gets_what_staging_names(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.names("staging", image=OLD)
    house.names("prod", image=NEW)
    assert house.asks("prod") == 1
    told = capsys.readouterr().err
    assert told.startswith("Pulumi.prod.yaml:")
    assert f"flowise:service.image: {NEW} is in no stack of staging, and was never prod's" in told
    house.names("staging", image=NEW)
    assert house.asks("prod") == 0


def test_production_may_keep_what_it_had_beside_what_staging_names(house: House) -> None:
    house.names("prod", image=OLD)
    house.deployed()
    house.names("staging", image=NEW)
    house.names("prod", blue_green={"active": "blue", "blue_image": OLD, "green_image": NEW})
    assert house.asks("prod") == 0
    house.names("prod", blue_green={"active": "blue", "blue_image": digest("d"), "green_image": NEW})
    assert house.asks("prod") == 1


def test_what_somebody_else_signed_goes_nowhere(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.names("staging", image=FOREIGN)
    assert house.asks("staging") == 1
    assert "is not signed as it must be: Error: no matching signatures" in capsys.readouterr().err


def test_what_bears_no_digest_goes_to_dev_alone(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.names("staging", image="flowiseai/flowise:3.1.4")
    assert house.asks("staging") == 1
    assert "flowise:service.image: must name a digest, got flowiseai/flowise:3.1.4" in capsys.readouterr().err
    assert house.asks("dev") == 0


def test_another_signer_is_named_by_a_variable(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGE_SIGNER", "^https://github.com/acme/fork/")
    assert house.asks("staging") == 0
    assert "--certificate-identity-regexp ^https://github.com/acme/fork/" in house.log.read_text()


def test_what_cannot_be_told_is_no_yes(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NOBODY", "yes")
    assert house.asks("staging") == 2
    assert f"{HOST} lets nobody in: AccessDeniedException" in capsys.readouterr().err
    monkeypatch.delenv("NOBODY")
    monkeypatch.delenv("GITHUB_REPOSITORY")
    assert house.asks("staging") == 2
    assert "set GITHUB_REPOSITORY to owner/name" in capsys.readouterr().err
    assert house.asks("nothing") == 2
    monkeypatch.setenv("PATH", str(house.folder))
    monkeypatch.setenv("IMAGE_SIGNER", ".")
    assert house.asks("staging") == 2
    assert "aws is not on PATH: install it" in capsys.readouterr().err
