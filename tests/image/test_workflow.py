import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.flowise_service.settings import ServiceSettings
from components.shared.node_image import NodeImage
from examples.ranking.application import ServiceSettings as ServiceOfRanking
from tests.samples import stack

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
PATHS = sorted(WORKFLOWS.glob("*.yml"))


def loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_workflow_may_nothing_that_a_job_does_not_ask_for(path: Path) -> None:
    assert loaded(path)["permissions"] == {}
    assert all("permissions" in job for job in loaded(path)["jobs"].values())


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_actions_are_pinned_to_their_commit(path: Path) -> None:
    used = re.findall(r"uses: (?!\./)(.*)", path.read_text())
    assert used or path.stem in ("systems", "systems-drift")
    assert [line for line in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


@pytest.mark.parametrize("name", ["examples.yml", "image.yml", "platform-tools.yml"])
def test_what_others_propose_is_never_run_with_a_token(name: str) -> None:
    jobs = loaded(WORKFLOWS / name)["jobs"]
    trusted = [job for job in jobs.values() if "id-token" in job["permissions"]]
    assert trusted == [jobs["publish"]]
    assert "github.event_name != 'pull_request'" in trusted[0]["if"]


def test_the_weekly_run_tells_of_holes_and_of_a_scan_that_did_not_run() -> None:
    jobs = loaded(WORKFLOWS / "image.yml")["jobs"]
    assert jobs["tell"]["needs"] == "check"
    assert jobs["tell"]["if"].startswith("always() && github.event_name == 'schedule' && ")
    assert [step.get("if") for step in jobs["tell"]["steps"][1:]] == [
        "needs.check.result != 'success'",
        "needs.check.outputs.news == 'true'",
    ]
    assert jobs["check"]["outputs"]["news"] == "${{ steps.report.outputs.news }}"


STAND_IN = r"""#!/usr/bin/env bash
echo "$(basename "$0") $*" >> "$LOG"
case "$(basename "$0") $*" in
  *imagetools*) echo "sha256:$DIGEST" ;;
  *"--metadata-file metadata.json"*) echo "{\"containerimage.digest\": \"sha256:$DIGEST\"}" > metadata.json ;;
  *cat*sbom.cdx.json) echo "{}" ;;
  *image_report*) exit "${NEWS:-0}" ;;
esac
"""
DIGEST = "0123456789abcdef" * 4
HOST = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"


@dataclass
class Steps:
    folder: Path

    def run(self, *arguments: str, **environment: str) -> dict[str, str]:
        """Run a step; what it leaves for those after it, by name."""
        files = {name: self.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        given = {
            **{"PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "LOG": str(self.folder / "log")},
            **{"DIGEST": DIGEST, "PYTHON": "python", "GITHUB_SHA": "0123456789ab" * 3, "GITHUB_RUN_ID": "1234567890"},
            **{name: str(file) for name, file in files.items()},
            **environment,
        }
        command = [str(self.folder / "tree" / ".ci" / "image"), *arguments]
        subprocess.run(command, cwd=self.folder / "tree", env=os.environ | given, check=True, capture_output=True)
        self.summary = files["GITHUB_STEP_SUMMARY"].read_text()
        left = files["GITHUB_OUTPUT"].read_text() + files["GITHUB_ENV"].read_text()
        return dict(line.split("=", 1) for line in left.splitlines())

    @property
    def called(self) -> str:
        return (self.folder / "log").read_text()


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    for folder in (".ci", "image"):
        shutil.copytree(ROOT / folder, tmp_path / "tree" / folder)
    (tmp_path / "bin").mkdir()
    for program in ("aws", "cosign", "docker", "python", "sudo"):
        (tmp_path / "bin" / program).write_text(STAND_IN)
        (tmp_path / "bin" / program).chmod(0o755)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path / "tree", check=True)
    return Steps(tmp_path)


IMAGES = pytest.mark.parametrize(
    ("folder", "name", "version"), [("image", "flowise", "3.1.4"), ("image/platform-tools", "tools", "1.0.0")]
)


@IMAGES
def test_an_image_is_built_on_what_its_bases_are_today_and_tried(
    folder: str, name: str, version: str, steps: Steps
) -> None:
    bases = steps.run("bases", folder)
    assert all(
        re.fullmatch(rf"[\w./-]+:[\w.-]+@sha256:{DIGEST}", bases[each]) for each in ("NODE_BUILD_IMAGE", "NODE_IMAGE")
    )
    assert steps.run("build", folder, name) == {"IMAGE": f"{name}:{version}"}
    assert f"docker buildx build {folder} --load --tag {name}:{version} --build-arg NODE_BUILD_IMAGE" in steps.called
    assert (steps.folder / "tree" / "sbom.cdx.json").read_text() == "{}\n"
    steps.run("try", folder, IMAGE=f"{name}:{version}")
    tried = "docker compose" if name == "flowise" else "--read-only --cap-drop ALL --network none tools:1.0.0"
    assert tried in steps.called


def test_an_application_of_examples_is_pushed_where_it_changed_and_proposed(steps: Steps) -> None:
    app, tree = "examples/ranking/app", steps.folder / "tree"
    shutil.copytree(ROOT / app, tree / app, ignore=shutil.ignore_patterns("node_modules", ".venv"))

    def commit(message: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", "add", "--all"], cwd=tree, check=True)
        subprocess.run(["git", *identity, "commit", "--quiet", "--allow-empty", "-m", message], cwd=tree, check=True)
        told = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tree, check=True, capture_output=True, text=True)
        return told.stdout.strip()

    first = commit("one")
    second = commit("elsewhere")
    assert steps.run("changed", app, BEFORE=first) == {"changed": "false"}
    (tree / app / "ranking" / "web.py").write_text("")
    commit("the application")
    assert steps.run("changed", app, BEFORE=second) == {"changed": "true"}
    # a first push, and the weekly run
    assert steps.run("changed", app, BEFORE="0" * 40) == steps.run("changed", app) == {"changed": "true"}
    assert sorted(steps.run("bases", app)) == ["PYTHON_BUILD_IMAGE", "PYTHON_IMAGE", "UV_IMAGE"]
    image = steps.run("push", app, f"{HOST}/ranking")["image"]
    assert image == f"{HOST}/ranking:1.0.0-0123456789ab-1234567890@sha256:{DIGEST}"
    assert "--build-arg PYTHON_BUILD_IMAGE --build-arg PYTHON_IMAGE --build-arg UV_IMAGE" in steps.called
    assert (tree / "image.txt").read_text() == f"{image}\n"
    # what buildx attests is signed with it
    steps.run("sign", app, "ranking:service.blue_green", IMAGE=image)
    assert f"cosign sign --yes --recursive {image}\n" in steps.called
    assert "cosign attest" not in steps.called
    assert ServiceOfRanking(image=image).image == image


@IMAGES
def test_a_stack_takes_what_is_pushed_and_signed(folder: str, name: str, version: str, steps: Steps) -> None:
    repository = f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/{name}"
    image = steps.run("push", folder, repository)["image"]
    assert image == f"{repository}:{version}-0123456789ab-1234567890@sha256:{DIGEST}"
    steps.run("sign", folder, "flowise:tools_image", IMAGE=image)
    assert steps.summary == f"~~~yaml\nflowise:tools_image: {image}\n~~~\n"
    assert f"cosign sign --yes --recursive {image}\n" in steps.called
    assert f"cosign attest --yes --type cyclonedx --predicate sbom.cdx.json {image}\n" in steps.called
    if name == "flowise":
        assert ServiceSettings(image=image).image == image
    else:
        assert stack(tools_image=image).script_image() == NodeImage(image)


def test_what_nobody_has_judged_is_news(steps: Steps) -> None:
    assert steps.run("report", "image", "scan.json") == {"news": "false"}
    assert steps.run("report", "image", "scan.json", NEWS="1") == {"news": "true"}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_each_step_calls_what_a_test_runs(path: Path) -> None:
    """No code lives in a workflow: a step is a target of make, or a script of ours that a test here calls."""
    runs = [step["run"] for job in loaded(path)["jobs"].values() for step in job.get("steps", ()) if "run" in step]
    assert runs or all("uses" in job for job in loaded(path)["jobs"].values())
    makefile = (ROOT / "Makefile").read_text()
    tests = "".join(each.read_text() for each in (ROOT / "tests").rglob("test_*.py"))
    for run in map(str, runs):
        program, _, argument = str(run).removeprefix("exec ").partition(" ")
        assert "\n" not in run
        assert "${{" not in run
        if program == "make":
            assert re.search(rf"^{argument.split()[0]}:", makefile, re.M)
        else:
            name = program.removeprefix(".ci/")
            assert os.access(ROOT / program, os.X_OK)
            assert f'"{name}"' in tests or program in tests
