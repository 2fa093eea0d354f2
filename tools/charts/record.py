"""Renders each release of each shape of a stack, and says what its facts are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sandbox.clusters.helm import Release, template
from tools.shapes import SHAPES, made

from .archives import archive_of, crds_in_folder, digest
from .facts import Row, definitions, facts, rights, values_digest
from .store import Installed, installed, pins

KUBERNETES = "v1.35.0"
# kinds that templates look for before they make one
SERVED = ("monitoring.coreos.com/v1", "policy/v1", "autoscaling/v2")
# Charts whose own roles the program replaces, and the value by which it leaves them out.
REPLACED_ROLES: Mapping[str, Sequence[str]] = {"kube-prometheus-stack": ("global", "rbac", "create")}
# of the control plane's own Services
NAMESPACES_OF_KUBERNETES = ("default", "kube-system")


def record(folder: Path, *, pulls: bool, rebuilt: bool = False) -> dict[str, Any]:
    """Return the facts of every chart that some shape installs; equal ones once, with the digests of all their values.

    Raises ChartError, NotPinned and ToolchainError.
    """
    namespaces = _namespaces()
    charts: dict[str, Row] = {}
    releases: dict[tuple[str, str], list[Row]] = {}
    seen: set[tuple[str, str, str]] = set()
    for each in (each for shape in SHAPES for each in installed(made(shape))):
        values = values_digest(each.release.values)
        if (each.name, each.chart, values) in seen:
            continue
        seen.add((each.name, each.chart, values))
        path = archive_of(each, folder, pulls=pulls, rebuilt=rebuilt)
        row, crds = _made(each, path, namespaces)
        published = digest(path) == pins()[each.chart]["sha256"]
        chart = charts.setdefault(each.chart, {"archive": "as pinned" if published else "rebuilt", "crds": {}})
        chart["crds"] |= crds
        alike = releases.setdefault((each.name, each.chart), [])
        same = next((other for other in alike if {**other, "values": []} == row), None)
        if same is None:
            alike.append(same := row)
        same["values"].append(values)
    rows = [row for _, alike in sorted(releases.items()) for row in alike]
    for row in rows:
        row["values"].sort()
    return {
        "kubernetes": KUBERNETES,
        "charts": {
            name: {**charts[name], "crds": dict(sorted(charts[name]["crds"].items()))} for name in sorted(charts)
        },
        "releases": rows,
    }


def _namespaces() -> list[str]:
    own = {each.release.namespace for shape in SHAPES for each in installed(made(shape))}
    return sorted(own | set(NAMESPACES_OF_KUBERNETES))


def _made(each: Installed, path: Path, namespaces: Sequence[str]) -> tuple[Row, dict[str, Row]]:
    release = each.release
    objects = template(path, release, KUBERNETES, SERVED, hooks=True)
    row: Row = {"release": each.name, "chart": each.chart, "values": [], **facts(release, objects, namespaces)}
    full = with_own_roles(release)
    if full is not None:
        could = rights(full, template(path, full, KUBERNETES, SERVED, hooks=True))
        row["rights_left_out"] = [right for right in could if right not in row["rights"]]
    in_folder = [definition["metadata"]["name"] for definition in crds_in_folder(path)]
    return row, definitions(objects, in_folder)


def with_own_roles(release: Release) -> Release | None:
    """Return a release as it would be with its chart's own roles, where the program replaces them."""
    path = REPLACED_ROLES.get(release.chart)
    return replace(release, values=_switched_on(release.values, path)) if path else None


def _switched_on(values: Mapping[str, Any], path: Sequence[str]) -> dict[str, Any]:
    head, *rest = path
    return {**values, head: _switched_on(values[head], rest) if rest else True}


def differences(before: Any, after: Any, path: str = "") -> list[str]:
    """Return where two records differ, a line each."""
    return list(_differences(before, after, path))


def _differences(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            where = f"{path}.{key}".lstrip(".")
            if key not in after:
                yield f"{where}: gone"
            elif key not in before:
                yield f"{where}: new"
            else:
                yield from _differences(before[key], after[key], where)
    elif isinstance(before, list) and isinstance(after, list) and before and isinstance(before[0], Mapping):
        old, new = ({_named(each): each for each in rows} for rows in (before, after))
        yield from _differences(old, new, path)
    elif before != after:
        yield f"{path}: {before!r} is now {after!r}"


def _named(row: Any) -> str:
    # of a release with several records, each has values of its own
    keys = ("release", "chart", "values", "kind", "namespace", "name", "account", "role", "adds_to", "number")
    return "/".join(str(row[key]) for key in keys if key in row)
