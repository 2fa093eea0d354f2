"""What is pinned is moved by somebody: each chart of the program is found by renovate.json, with its repository."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi_kubernetes as k8s

from tools.shapes import SHAPES, made

ROOT = Path(__file__).parents[2]
CONFIG: dict[str, Any] = json.loads((ROOT / "renovate.json").read_text(encoding="utf-8"))


def found() -> Iterator[tuple[str, str, str]]:
    """Yield the chart, version and repository of whatever the custom managers find."""
    for manager in CONFIG["customManagers"]:
        files = [re.compile(pattern.strip("/")) for pattern in manager["managerFilePatterns"]]
        finds = [re.compile(each.replace("(?<", "(?P<")) for each in manager["matchStrings"]]
        for path in ROOT.glob("components/**/*.py"):
            if any(each.search(str(path.relative_to(ROOT))) for each in files):
                text = path.read_text(encoding="utf-8")
                for match in (match for each in finds for match in each.finditer(text)):
                    yield match["depName"], match["currentValue"], repository(match["depName"])


def repository(chart: str) -> str:
    rules = [rule for rule in CONFIG["packageRules"] if chart in rule.get("matchDepNames", ())]
    (source,) = [
        each for rule in rules for each in (*rule.get("registryUrls", ()), rule.get("overridePackageName")) if each
    ]
    return str(source)


def installed() -> Iterator[tuple[str, str, str]]:
    """Yield the same of each Helm release that some shape of a stack has."""
    for shape in SHAPES:
        for release in made(shape).cloud.of(k8s.helm.v3.Release):
            chart, home = release.inputs["chart"], release.inputs.get("repositoryOpts", {}).get("repo")
            yield chart.rpartition("/")[2], release.inputs["version"], home or chart.removeprefix("oci://")


def test_each_chart_that_is_installed_is_moved() -> None:
    assert set(installed()) == set(found())
