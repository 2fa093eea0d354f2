"""Charts at hand, rendered by Helm itself: a program built once from the Go module that `tools/helm/` pins."""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..toolchain import PINS, Pin, Tool
from .placeholders import LABEL, Manifest

_MODULE = "helm.sh/helm/v3"
# What calls a server that would run in a container; it would answer nobody, and the API server would wait for it.
_CALLED = ("APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


class ChartError(Exception):
    """A chart cannot be rendered; the text is Helm's own."""


class _Loader(yaml.CSafeLoader):
    """Reads a bare `=` as the text that it is; YAML 1.1 has a type of its own for it, for which PyYAML has no value."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: str(node.value))


@dataclass(frozen=True)
class Release:
    """What a Release resource says. `version` is empty where it names none."""

    chart: str
    name: str
    namespace: str
    values: Mapping[str, Any]
    version: str = ""


def archive(folder: Path, release: Release) -> Path | None:
    """Return the archive of a release's chart in a folder: of its version, or the only one where it names none."""
    found = sorted(folder.glob(f"{release.chart}-{release.version or '[0-9]*'}.tgz"))
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise ChartError(f"{release.chart} has several archives in {folder} ({names}): let the Release say its version")
    return found[0] if found else None


def rendered(chart: Path, release: Release, kubernetes: str, api_versions: Sequence[str]) -> list[Manifest]:
    """Return the objects of a chart as `template` does without hooks, but for what calls into its containers, each
    marked as the release's.
    """
    made = template(chart, release, kubernetes, api_versions, hooks=False)
    return [marked(each, release.name) for each in made if each["kind"] not in _CALLED]


def template(
    chart: Path, release: Release, kubernetes: str, api_versions: Sequence[str], *, hooks: bool
) -> list[Manifest]:
    """Return the objects of a chart, its CRDs first.

    `kubernetes` is the server's version, `api_versions` what it serves, which templates may ask for. Raises ChartError,
    and ToolchainError where Helm is not there and cannot be built.
    """
    asked = [item for version in api_versions for item in ("--api-versions", version)]
    with tempfile.TemporaryDirectory(prefix="flowise-helm-") as home:
        done = subprocess.run(
            [
                *(str(program()), "template", release.name, str(chart), "--namespace", release.namespace),
                *("--values", "-", "--include-crds", "--kube-version", kubernetes, *asked),
                *(() if hooks else ("--no-hooks",)),
            ],
            input=yaml.safe_dump(dict(release.values)),
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": home},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise ChartError(f"{chart.name}: {done.stderr.strip()}")
    return objects(done.stdout)


def objects(text: str) -> list[Manifest]:
    """Return the objects of rendered documents, those of a List one by one."""
    documents = [document for document in yaml.load_all(text, _Loader) if document]
    return [each for one in documents for each in (one["items"] if one["kind"].endswith("List") else [one])]


def marked(manifest: Manifest, release: str) -> Manifest:
    """Return an object that says of itself, and of the pods that it makes, that it is a release's and not the stack's
    own.
    """
    marked_ = {**manifest, "metadata": _labelled(manifest["metadata"], release)}
    template = (manifest.get("spec") or {}).get("template")
    if isinstance(template, Mapping) and manifest["apiVersion"] == "apps/v1":
        pods = {**template, "metadata": _labelled(template.get("metadata") or {}, release)}
        marked_["spec"] = {**manifest["spec"], "template": pods}
    return marked_


def _labelled(metadata: Mapping[str, Any], release: str) -> dict[str, Any]:
    return {**metadata, "labels": {**(metadata.get("labels") or {}), LABEL: release}}


def program() -> Path:
    """Helm, built where it is not. Raises ToolchainError."""
    pin = Pin.read(PINS / "helm", _MODULE)
    tool = Tool(
        pin=pin,
        title="Helm, which renders the charts at hand,",
        cache="helm",
        programs={"helm": f"{_MODULE}/cmd/helm"},
        stamps={f"{_MODULE}/internal/version.version": pin.version},
        expectation="2 to 8 minutes on two cores, and 60 MB",
    )
    return tool.built() / "helm"
