"""Builds what `pip install` and `uv tool install` get of this repository: one package, `stack_sandbox` (PEP 517).

A stranger may have folders called sandbox, tools or policies; so the code is installed under another name, and what it
reads lies inside: what it builds from in `pinned/`, the policy packs and their rules in `rules/`.
"""

import base64
import hashlib
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SANDBOX = Path(__file__).parents[1]
_REPOSITORY = _SANDBOX.parent
_PACKAGE = "stack_sandbox"
# what sandbox/toolchain.py and its users build, or install, when they first need it
_PINNED = (
    *("crds", "etcd", "helm", "keda", "kubernetes", "kubernetes_provider", "kwok", "logql", "prometheus", "pulumi"),
)
_NOT_CODE = (_SANDBOX / "pyproject.toml", _SANDBOX / "packaging")


def files() -> Iterator[tuple[str, Path]]:
    """Yield what the wheel holds, by its path there."""
    yield from _below(_SANDBOX, _PACKAGE)
    for name in _PINNED:
        yield from _below(_REPOSITORY / "tools" / name, f"{_PACKAGE}/pinned/{name}")
    policies = _REPOSITORY / "policies"
    for pack in sorted(policies.glob("*/PulumiPolicy.yaml")):
        yield from _below(pack.parent, f"{_PACKAGE}/rules/{pack.parent.name}")
    yield from _below(policies / "src", f"{_PACKAGE}/rules/src")


def _below(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is missing: install from the repository, which has it")
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        left_out = any(part in ("__pycache__", "node_modules", ".venv", ".sandbox") for part in inside.parts)
        if path.is_file() and not left_out and not any(path.is_relative_to(each) for each in _NOT_CODE):
            yield f"{name}/{inside.as_posix()}", path


def build_wheel(wheel_directory: str, _settings: Any = None, _metadata_directory: str | None = None) -> str:
    """Write the wheel; its file's name."""
    project = tomllib.loads((_SANDBOX / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    of = f"{_PACKAGE}-{project['version']}"
    tag = "py3-none-any"
    records = []
    with zipfile.ZipFile(Path(wheel_directory) / f"{of}-{tag}.whl", "w", zipfile.ZIP_DEFLATED) as wheel:

        def add(name: str, content: bytes) -> None:
            # one time for all: two builds of the same files are the same wheel
            wheel.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            records.append(f"{name},sha256={digest},{len(content)}\n")

        for name, path in files():
            add(name, path.read_bytes())
        about = f"{of}.dist-info"
        add(f"{about}/METADATA", _metadata(project).encode())
        add(
            f"{about}/WHEEL", f"Wheel-Version: 1.0\nGenerator: {__name__}\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
        )
        add(f"{about}/entry_points.txt", _entry_points(project).encode())
        add(f"{about}/licenses/LICENSE", (_REPOSITORY / "LICENSE").read_bytes())
        record = f"{about}/RECORD"
        wheel.writestr(record, "".join([*records, f"{record},,\n"]))
    return f"{of}-{tag}.whl"


def build_sdist(*_: Any) -> str:
    """Refuse: a wheel takes more of the repository than this folder."""
    raise UnsupportedOperation(f"{_PACKAGE} has no archive of sources: install it from the repository")


class UnsupportedOperation(Exception):
    """What PEP 517 has a backend raise for what it does not do."""


def _metadata(project: Any) -> str:
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {project['version']}",
        f"Summary: {project['description']}",
        f"License-Expression: {project['license']}",
        "License-File: LICENSE",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {each}" for each in project["dependencies"]),
    ]
    return "\n".join(lines) + "\n"


def _entry_points(project: Any) -> str:
    return "[console_scripts]\n" + "".join(f"{name} = {target}\n" for name, target in project["scripts"].items())
