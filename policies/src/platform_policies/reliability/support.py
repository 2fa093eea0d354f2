"""Versions within support: a calendar, in data, and what of the stack is near its end or past it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ..kit.reading import get, items
from ..kit.stack import Finding, Node, Stack, StackRule

CALENDAR = Path(__file__).parent / "support.json"
Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Product:
    """Until when each version of a product is supported, and who says so."""

    name: str
    source: str
    ends: Mapping[str, str]
    """By version, a prefix of what is installed: `17` stands for 17.4."""
    patched_until: date | None
    """Until when this repository closes holes around what the vendor has given up, where it does."""

    def entry(self, version: str) -> str | None:
        """Return the calendar's own name of a version; None where it does not know it."""
        parts = version.removeprefix("v").split(".")
        known = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
        return next((prefix for prefix in known if prefix in self.ends), None)


@dataclass(frozen=True)
class Installed:
    """A version that the calendar knows, and the resource that runs it."""

    urn: str
    product: Product
    version: str
    entry: str

    @property
    def end(self) -> date:
        """Return the day on which its vendor's support ends."""
        return date.fromisoformat(self.product.ends[self.entry])

    def finding(self, note: str) -> Finding:
        """Say something of it; an exception is one for all that run this version."""
        return Finding(self.urn, f"{self.product.name} {self.version}: {note}", f"{self.product.name} {self.entry}")


def calendar() -> dict[str, Product]:
    """Read the calendar: products by name."""
    entries = json.loads(CALENDAR.read_text(encoding="utf-8"))
    return {
        name: Product(
            name,
            entry["source"],
            entry["ends"],
            date.fromisoformat(entry["patched_until"]) if "patched_until" in entry else None,
        )
        for name, entry in entries.items()
    }


def _versions(node: Node) -> Iterator[tuple[str, Any]]:
    """Return what a resource runs: names of the calendar, and versions."""
    if node.type == "aws:eks/cluster:Cluster":
        yield "eks", node.get("version")
    elif node.type in (
        "aws:rds/instance:Instance",
        "aws:rds/cluster:Cluster",
        "aws:elasticache/replicationGroup:ReplicationGroup",
    ):
        yield str(node.get("engine")), node.get("engineVersion")
    elif node.type == "kubernetes:helm.sh/v3:Release":
        yield str(node.get("chart")).rpartition("/")[2], node.get("version")
    elif node.type.startswith(("kubernetes:apps/", "kubernetes:batch/")):
        for container in items(node.props, "spec", "template", "spec", "containers"):
            image = str(get(container, "image")).split("@")[0]
            yield image.rpartition(":")[0].rpartition("/")[2], image.rpartition(":")[2]


def _installed(stack: Stack) -> Iterator[Installed]:
    known = calendar()
    for node in stack.nodes:
        for name, version in _versions(node):
            entry = known[name].entry(version) if name in known and isinstance(version, str) else None
            if entry:
                yield Installed(node.urn, known[name], version, entry)


def _ended(stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    for each in _installed(stack):
        if each.end < parameters["today"]:
            until = each.product.patched_until
            patched = f", and its vendor fixes nothing more; this repository patches it until {until}" if until else ""
            yield each.finding(f"ended on {each.end}{patched}")


def _ending(stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    for each in _installed(stack):
        for day, said in ((each.end, "ends on"), (each.product.patched_until, "is patched by this repository until")):
            if day and parameters["today"] <= day < parameters["today"] + timedelta(days=parameters["days"]):
                yield each.finding(f"{said} {day}")


def _unlisted(stack: Stack, _: Parameters) -> Iterator[Finding]:
    known = calendar()
    for node in stack.nodes:
        for name, version in _versions(node):
            if name in known and isinstance(version, str) and known[name].entry(version) is None:
                yield Finding(node.urn, f"{name} {version}")


_LINK = "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"
_JUDGES = "every cluster, database, cache, image and chart that the calendar names"
RULES = (
    StackRule(
        "support-ended", "high", "every version is still supported",
        "upgrade; where there is no newer release: run on behind this repository's patches under a dated exception, run a fork, or leave", "patching", _ended, refs="FSBP EKS.2", link=_LINK, judges=_JUDGES,
    ),
    StackRule(
        "support-ending", "medium", "no version reaches its end of support within `days` days", "plan the upgrade", "patching", _ending, link=_LINK, level="advisory",
        parameters={"days": 90}, judges=_JUDGES,
    ),
    StackRule(
        "support-unlisted", "low", "the support calendar has every version in use", "add the version, its end and the source to support.json", "patching", _unlisted, link=_LINK,
        level="advisory", judges=_JUDGES,
    ),
)  # fmt: skip
