"""Where facts and pins of charts are kept, and whose they are: a chart of a version, with values, under a name."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.clusters.helm import Release
from testing.program import ROOT, Run

from .facts import values_digest

FACTS = ROOT / "tests" / "contract" / "charts.json"
PINS = ROOT / "charts.lock.json"
RELEASE = "kubernetes:helm.sh/v3:Release"
COMMAND = "python -m tools.charts record"


class Unrecorded(Exception):
    """A release's chart, at its version and with its values, has no facts."""


@dataclass(frozen=True)
class Installed:
    """A release as the program has it, and the repository of its chart; an OCI one holds the chart alone."""

    release: Release
    repository: str

    @property
    def chart(self) -> str:
        """The chart and its version, as facts and pins call it."""
        return f"{self.release.chart} {self.release.version}"

    @property
    def name(self) -> str:
        """The release in its namespace."""
        return f"{self.release.namespace}/{self.release.name}"


def installed(run: Run) -> Iterator[Installed]:
    """Yield what a run installs by Helm."""
    for each in run.cloud.of(RELEASE):
        inputs = each.inputs
        reference = str(inputs["chart"])
        repository = inputs.get("repositoryOpts", {}).get("repo") or reference
        chart = reference.rpartition("/")[2]
        yield Installed(
            Release(chart, each.name, inputs["namespace"], inputs["values"], inputs["version"]), str(repository)
        )


@cache
def recorded() -> Mapping[str, Any]:
    """Return what is committed."""
    found: Mapping[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
    return found


@cache
def pins() -> Mapping[str, Mapping[str, str]]:
    """Return what each chart's archive must be: its `sha256`, its `repository`, and where that was `seen`."""
    found: Mapping[str, Mapping[str, str]] = json.loads(PINS.read_text(encoding="utf-8"))
    return found


def facts_of(run: Run, facts: Mapping[str, Any] | None = None) -> list[Mapping[str, Any]]:
    """Return the facts of every release of a run. Raises Unrecorded, which says what to run."""
    rows = (recorded() if facts is None else facts)["releases"]
    found, missing = [], []
    for each in installed(run):
        digest = values_digest(each.release.values)
        its = [row for row in rows if (row["release"], row["chart"]) == (each.name, each.chart)]
        row = next((row for row in its if digest in row["values"]), None)
        if row is None:
            missing.append(f"{each.chart} as {each.name} ({'with these values' if its else 'at this version'})")
        else:
            found.append(row)
    if missing:
        raise Unrecorded(
            f"no facts of {', '.join(missing)}: {COMMAND}, or with --charts FOLDER where archives are at hand"
        )
    return found


def written(facts: Mapping[str, Any]) -> str:
    """Return facts as they are committed: a line for each object, so that a difference is one."""

    def text(value: Any, depth: int) -> str:
        if depth and isinstance(value, Mapping):
            inner = [f"{json.dumps(key)}: {text(each, depth - 1)}" for key, each in value.items()]
            return "{\n" + ",\n".join(inner) + "\n}" if inner else "{}"
        if depth and isinstance(value, list):
            return "[\n" + ",\n".join(text(each, depth - 1) for each in value) + "\n]" if value else "[]"
        return json.dumps(value)

    return text(facts, 4) + "\n"


def folder_of(path: Path) -> Path:
    """Return a folder of archives. Raises FileNotFoundError."""
    if not path.is_dir():
        raise FileNotFoundError(f"{path}: there is no such folder; it holds archives of charts (`helm pull`)")
    return path
