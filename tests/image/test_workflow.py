import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.flowise_service.settings import ServiceSettings
from components.shared.node_script import NodeImage
from tests.samples import stack

WORKFLOWS = Path(__file__).parents[2] / ".github" / "workflows"
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
    used = re.findall(r"uses: (.*)", path.read_text())
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


@pytest.mark.parametrize("name", ["image.yml", "platform-tools.yml"])
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


def test_a_stack_takes_what_the_workflow_gives() -> None:
    text = (WORKFLOWS / "image.yml").read_text()
    tag = '"$REPOSITORY:$(jq -r .version image/package.json)-${GITHUB_SHA::12}-$GITHUB_RUN_ID"'
    assert f"image={tag}\n" in text
    given = f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/flowise:3.1.4-0123456789ab-1234567890@sha256:{'0' * 64}"
    assert ServiceSettings(image=given).image == given


def test_a_stack_takes_the_image_of_tools_that_the_workflow_gives() -> None:
    text = (WORKFLOWS / "platform-tools.yml").read_text()
    assert "flowise:tools_image: %s" in text
    assert '"$REPOSITORY:$(jq -r .version image/platform-tools/package.json)-${GITHUB_SHA::12}-$GITHUB_RUN_ID"' in text
    given = f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/tools:1.0.0-0123456789ab-1234567890@sha256:{'0' * 64}"
    assert stack(tools_image=given).script_image() == NodeImage(given)
