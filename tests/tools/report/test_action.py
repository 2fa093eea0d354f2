"""The action that previews anybody's program: whose code it runs, and what a shell of it is given."""

import re
from pathlib import Path
from typing import Any

import yaml

from tools.report import __main__ as report

ACTION: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[3] / ".github" / "actions" / "preview" / "action.yml").read_text(encoding="utf-8")
)
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]


def test_others_code_is_pinned_and_no_shell_reads_an_input() -> None:
    assert all(re.search(r"@[0-9a-f]{40}$", step["uses"]) for step in STEPS if "uses" in step)
    assert not [step["name"] for step in STEPS if "${{" in step.get("run", "")]


def test_every_input_is_used_and_every_variable_is_given() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", yaml.safe_dump(STEPS)))
    assert used == set(ACTION["inputs"])
    for step in STEPS:
        read = set(re.findall(r"\$\{?([A-Z_]+)", step.get("run", "")))
        assert {name for name in read if not name.startswith("GITHUB_")} <= set(step.get("env", {}))


def test_its_commands_take_the_options_that_they_are_given() -> None:
    (judged,) = [step["run"] for step in STEPS if "tools.report " in step.get("run", "")]
    known = report._parser().format_help()
    assert [each for each in re.findall(r"(--[a-z-]+)", judged) if each not in known] == []
    (written,) = [step for step in STEPS if "tools.report.post" in step.get("run", "")]
    assert "full_name == github.repository" in written["if"]
    assert "GH_TOKEN" not in yaml.safe_dump([step for step in STEPS if step is not written])
