"""Charts' archives: from their repositories or at hand, and each the one that is pinned."""

import hashlib
import os
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sandbox.clusters.helm import ChartError, archive, objects, program
from tools.shapes import SHAPES, made

from .facts import definition_digest
from .store import COMMAND, PINS, Installed, installed, pins

# Helm, "Custom Resource Definitions": below the chart itself, or below one in its charts/
_IN_FOLDER = re.compile(r"[^/]+/(charts/[^/]+/)*crds/.+\.ya?ml")


class NotPinned(Exception):
    """An archive is not the one whose digest is pinned."""


def shapes_installed() -> list[Installed]:
    """Return one release of each chart that some shape of a stack installs."""
    found = {each.chart: each for shape in SHAPES for each in installed(made(shape))}
    return [found[chart] for chart in sorted(found)]


def archive_of(each: Installed, folder: Path, *, pulls: bool, rebuilt: bool = False) -> Path:
    """Return the archive of a release's chart in a folder, pulled there first if asked.

    Raises NotPinned where it is not the one that is pinned (`rebuilt` lets it pass, for want of that one), ChartError
    where there is none, and ToolchainError.
    """
    found = archive(folder, each.release)
    if found is None and pulls:
        _pull(each, folder)
        found = archive(folder, each.release)
    if found is None:
        raise ChartError(f"{folder} has no {each.release.chart}-{each.release.version}.tgz: helm pull it")
    pin = pins().get(each.chart)
    if pin is None:
        raise NotPinned(
            f"{each.chart} is not pinned: put its sha256 into {PINS.name}, as the repository's index.yaml has it; "
            f"this archive's is {digest(found)}"
        )
    if digest(found) != pin["sha256"] and not rebuilt:
        raise NotPinned(
            f"{found.name} has the sha256 {digest(found)}, and {PINS.name} says {pin['sha256']}: "
            "somebody published another archive under this version, or this is not the published one"
        )
    return found


def digest(path: Path) -> str:
    """Return a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _pull(each: Installed, folder: Path) -> None:
    oci = each.repository.startswith("oci://")
    where = [each.repository] if oci else [each.release.chart, "--repo", each.repository]
    with tempfile.TemporaryDirectory(prefix="charts-helm-") as home:
        done = subprocess.run(
            [str(program()), "pull", *where, "--version", each.release.version, "--destination", str(folder)],
            env={
                **{key: os.environ[key] for key in ("PATH", "HTTPS_PROXY", "NO_PROXY") if key in os.environ},
                "HOME": home,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise ChartError(f"{each.chart} cannot be pulled from {each.repository}: {done.stderr.strip()}")


def crds_in_folder(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the CRDs in the folders `crds/` of a chart and of the charts within it."""
    with tarfile.open(path) as packed:
        for member in sorted(packed.getmembers(), key=lambda each: each.name):
            text = packed.extractfile(member)
            if text is not None and _IN_FOLDER.fullmatch(member.name):
                for each in objects(text.read().decode()):
                    if each["kind"] == "CustomResourceDefinition":
                        yield each


def never_upgraded(path: Path, recorded: Mapping[str, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the CRDs of an archive that a release installs and Helm never upgrades (`recorded`: a chart's CRDs).

    Raises NotPinned where one is not what is recorded.
    """
    for each in crds_in_folder(path):
        name = each["metadata"]["name"]
        its = recorded.get(name)
        if its is None:
            continue  # of a chart within that is switched off
        if its["sha256"] != definition_digest(each):
            raise NotPinned(f"the CRD {name} of {path.name} is not the one that is recorded: {COMMAND}")
        yield each
