"""The CRDs that charts bring: the real ones, out of the Go modules that `tools/crds/` pins, by which a server judges.

They are of the pinned release, whatever the chart's version. Descriptions are left out, for they are most of the size;
so is what converts between versions, which is a webhook of the operator's. A chart that has no source here, and any
where the modules cannot be had, gets definitions that take any content (`charts.KINDS`), and a line says so.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ..disk_cache import cache_folder
from ..toolchain import PINS, Pin, ToolchainError, fetched, locked
from . import charts
from .placeholders import LABEL, Manifest

_PROMETHEUS = (("github.com/prometheus-operator/prometheus-operator", "example/prometheus-operator-crd"),)
_KARPENTER = (
    ("sigs.k8s.io/karpenter", "pkg/apis/crds"),
    ("github.com/aws/karpenter-provider-aws", "pkg/apis/crds"),
)
# Chart -> the modules of its CRDs, and the folders in them.
SOURCES: Mapping[str, Sequence[tuple[str, str]]] = {
    "cert-manager": (("github.com/cert-manager/cert-manager", "deploy/crds"),),
    "external-secrets": (("github.com/external-secrets/external-secrets", "config/crds/bases"),),
    "karpenter": _KARPENTER,
    "karpenter-crd": _KARPENTER,
    "keda": (("github.com/kedacore/keda/v2", "config/crd/bases"),),
    "kube-prometheus-stack": _PROMETHEUS,
    "prometheus-operator-crds": _PROMETHEUS,
}
_TITLE = "the CRDs of charts"


@cache
def of_chart(chart: str) -> list[Manifest]:
    """Return the CRDs that a chart brings. Helm leaves them behind when the release goes."""
    if chart not in SOURCES:
        return charts.definitions(chart)
    try:
        found = _kept()[chart]
    except ToolchainError as error:
        sys.stderr.write(f"{error}\nUntil then the kinds of {chart} take any content.\n")
        return charts.definitions(chart)
    return [_labelled(definition, chart) for definition in found]


def _kept() -> dict[str, list[Manifest]]:
    """Return the CRDs of each chart, from the cache, or fetched once."""
    pin = Pin.read(PINS / "crds", "github.com/kedacore/keda/v2")
    folder = cache_folder() / "crds"
    file = folder / f"{pin.key}.json"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "lock", _TITLE):
        if not file.is_file():
            _fetch(pin, file)
    kept: dict[str, list[Manifest]] = json.loads(file.read_text(encoding="utf-8"))
    return kept


def _fetch(pin: Pin, file: Path) -> None:
    go_mod = (pin.folder / "go.mod").read_text(encoding="utf-8")
    modules = dict(re.findall(r"^\t(\S+) (v\S+)$", go_mod, re.MULTILINE))
    folders = fetched(pin, modules, _TITLE)
    found = {
        chart: [each for module, inner in sources for each in _read(folders[module] / inner)]
        for chart, sources in SOURCES.items()
    }
    with tempfile.NamedTemporaryFile("w", dir=file.parent, encoding="utf-8", delete=False) as new:
        json.dump(found, new)
    os.replace(new.name, file)


def _read(folder: Path) -> Iterator[Manifest]:
    for file in sorted(folder.glob("*.yaml")):
        for document in yaml.load_all(file.read_text(encoding="utf-8"), Loader=_Loader):
            if document and document.get("kind") == "CustomResourceDefinition":
                yield trimmed(document)


def trimmed(definition: Mapping[str, Any]) -> Manifest:
    """Return a CRD without descriptions, conversion and status."""
    metadata, spec = definition["metadata"], definition["spec"]
    return {
        "apiVersion": definition["apiVersion"],
        "kind": definition["kind"],
        "metadata": {"name": metadata["name"], "labels": metadata.get("labels") or {}},
        "spec": _undescribed({key: value for key, value in spec.items() if key != "conversion"}),
    }


def _undescribed(value: Any) -> Any:
    """Without descriptions; a property that is called so is a schema, and stays."""
    if isinstance(value, dict):
        return {
            key: _undescribed(each) for key, each in value.items() if key != "description" or not isinstance(each, str)
        }
    return [_undescribed(each) for each in value] if isinstance(value, list) else value


def _labelled(definition: Manifest, chart: str) -> Manifest:
    metadata = definition["metadata"]
    return {**definition, "metadata": {**metadata, "labels": {**metadata["labels"], LABEL: chart}}}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # libyaml's, where it is
    """Reads `=` as the text that it is in an enum, and not as YAML 1.1's default value."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: node.value)
