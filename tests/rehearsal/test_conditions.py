"""Which steps of a deployment run, by how those before them ended: GitHub's expressions, as they are played here."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from .expressions import Expression, filled_in, holds

WORKFLOWS = Path(__file__).parents[2] / ".github" / "workflows"
JOBS = yaml.safe_load((WORKFLOWS / "deploy.yml").read_text())["jobs"]
DRIFT = yaml.safe_load((WORKFLOWS / "drift.yml").read_text())["jobs"]["drift"]


def steps(status: str, **outputs: str) -> list[str]:
    """Return the scripts that run after the deployment ended so."""
    contexts = {"job": {"status": status}, "steps": {"deploy": {"outputs": outputs}}}
    every = JOBS["prod"]["steps"]
    after = every[1 + next(number for number, step in enumerate(every) if step.get("id") == "deploy") :]
    return [step["run"] for step in after if holds(str(step.get("if", "")), contexts)]


@pytest.mark.parametrize(
    ("status", "outputs", "run"),
    [
        ("success", {"changed": "true", "updating": "false"}, []),
        # a plan that was refused
        ("failure", {}, []),
        ("cancelled", {}, []),
        ("failure", {"changed": "true", "updating": "false"}, [".ci/roll-back"]),
        ("cancelled", {"changed": "true", "updating": "false"}, [".ci/roll-back"]),
        # it could not wind up
        ("cancelled", {"changed": "true", "updating": "true"}, [".ci/let-go", ".ci/roll-back"]),
    ],
)
def test_what_follows_a_deployment(status: str, outputs: dict[str, str], run: list[str]) -> None:
    assert steps(status, **outputs) == run


@pytest.mark.parametrize(
    ("deployed", "system", "branch", "looks"),
    [
        ("true", "", "main", True),
        # called for a system, which its own caller has found deployed
        ("", "aps", "main", True),
        ("", "", "main", False),
        ("true", "", "evil", False),
        ("", "aps", "evil", False),
    ],
)
def test_what_is_deployed_is_looked_at_by_night_and_from_main_alone(
    deployed: str, system: str, branch: str, looks: bool
) -> None:
    contexts = {
        "vars": {"DEPLOY": deployed},
        "inputs": {"system": system},
        "github": {"ref": f"refs/heads/{branch}"},
        "job": {"status": "success"},
    }
    assert holds(DRIFT["if"], contexts) is looks


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ({"dev": "success", "staging": "success", "prod": "success"}, False),
        ({"dev": "success", "staging": "failure", "prod": "skipped"}, True),
        ({"dev": "cancelled", "staging": "skipped", "prod": "skipped"}, True),
    ],
)
def test_people_are_told_of_what_did_not_end_well(results: dict[str, str], told: bool) -> None:
    contexts = {"needs": {name: {"result": result} for name, result in results.items()}, "job": {"status": "failure"}}
    assert holds(JOBS["tell"]["if"], contexts) is told


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("vars.DEPLOY == 'true' && github.ref == 'refs/heads/main'", True),
        ("vars.NONE != '' || !cancelled()", True),
        ("(failure() || cancelled()) && vars.DEPLOY == 'true'", False),
        ("vars.NONE", None),
        ("'it''s'", "it's"),
    ],
)
def test_an_expression_is_read_as_github_reads_it(text: str, value: Any) -> None:
    contexts = {"vars": {"DEPLOY": "true"}, "github": {"ref": "refs/heads/main"}, "job": {"status": "success"}}
    assert Expression(text, contexts).value == value
    assert filled_in(f"a ${{{{ {text} }}}} b", contexts) == f"a {value or ''} b"


def test_what_is_not_understood_is_no_expression() -> None:
    for text in ("fromJSON('{}')", "a > b", "success() success()"):
        with pytest.raises(AssertionError):
            _ = Expression(text, {"job": {"status": "success"}}).value
