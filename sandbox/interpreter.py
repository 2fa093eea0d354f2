"""Which Python runs a program or a policy pack: its own environment's, which need not be the sandbox's.

Run by path, it becomes a policy pack, as the engine starts one that finds no official language host.
"""

import os
import runpy
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_USUAL = (".venv", "venv")
RUNS_PACKS = Path(__file__).with_name("run_pack.py")


def environment_of(
    folder: Path, runtime: Any, variables: Mapping[str, str] = os.environ, needs: str = "pulumi"
) -> Path | None:
    """Return the virtual environment of a program or a pack; None where it has none, and the sandbox's own serves.

    In this order: what `runtime.options.virtualenv` names; `.venv` or `venv` in the folder; one in a folder above, up
    to the repository's, and then the shell's (VIRTUAL_ENV), where the package that it `needs` is installed in it.
    `runtime` is what Pulumi.yaml or PulumiPolicy.yaml says by that name.
    """
    options = (runtime.get("options") if isinstance(runtime, Mapping) else None) or {}
    named = str(options.get("virtualenv") or "")
    for candidate in ([folder / named] if named else []) + [folder / each for each in _USUAL]:
        if python_in(candidate).is_file():
            return candidate.resolve()
    above = [place / each for place in _above(folder) for each in _USUAL]
    shell = variables.get("VIRTUAL_ENV")
    for candidate in (*above, *([Path(shell)] if shell else [])):
        if python_in(candidate).is_file() and versions_in(candidate, needs):
            return candidate.resolve()
    return None


def python_in(environment: Path) -> Path:
    """Return an environment's interpreter, by its own name: resolved it would be the one that it was made of."""
    return environment / "bin" / "python"


def interpreter(environment: Path | str | None) -> str:
    """Return what runs in an environment; this process's own interpreter where it is the same, or there is none."""
    if not environment or not python_in(Path(environment)).is_file():
        return sys.executable
    if Path(environment).resolve() == Path(sys.prefix).resolve():
        return sys.executable
    return str(python_in(Path(environment)))


def versions_in(environment: Path, *packages: str) -> dict[str, str]:
    """Return the versions of those packages (`pulumi_aws`) that an environment has, read from its files."""
    found = {}
    for package in packages:
        for info in environment.glob(f"lib/python3*/site-packages/{package}-*.dist-info"):
            found[package] = info.name.removesuffix(".dist-info").rpartition("-")[2]
    return found


def _above(folder: Path) -> Iterator[Path]:
    """Yield the folders above, up to that of the repository; none where it lies in no repository."""
    held = [*folder.parents]
    last = next((at for at, each in enumerate((folder, *held)) if (each / ".git").exists()), 0)
    yield from held[:last]


def _become_pack(address: str, folder: str, *given: str) -> None:
    """Run the pack in `folder`, whose runtime options come as `-virtualenv=../.venv` (analyzer_plugin.go)."""
    options = dict(each.removeprefix("-").split("=", 1) for each in given if "=" in each)
    python = interpreter(environment_of(Path(folder).resolve(), {"options": options}, needs="pulumi_policy"))
    if python != sys.executable:
        os.execv(python, [python, "-u", str(RUNS_PACKS), address, folder])
    sys.argv = [str(RUNS_PACKS), address, folder]
    runpy.run_path(sys.argv[0], run_name="__main__")  # where it runs already, another start is for nothing


if __name__ == "__main__":
    _become_pack(*sys.argv[1:])
