"""KEDA's operator, built once from the Go module that `tools/keda/` pins.

Its `main.go` is the module's own, which is copied at each build; beside it lies one file of ours, by which the process
asks the sandbox's resolver for names, as a pod asks its cluster's.
"""

import shutil
from pathlib import Path

from ..toolchain import PINS, Pin, Tool, fetched

MODULE = "github.com/kedacore/keda/v2"
NAME = "keda-operator"
_TITLE = "KEDA's operator"
_MAIN = Path("cmd/operator/main.go")


def program() -> Path:
    """Return the operator, built where it does not exist. Raises ToolchainError."""
    return _tool().built() / NAME


def built_program() -> Path | None:
    """Return the operator that an earlier run built, for whoever cannot wait for one."""
    return _tool().standing(NAME)


def _tool() -> Tool:
    pin = Pin.read(PINS / "keda", MODULE)
    return Tool(
        pin=pin,
        title=_TITLE,
        cache="keda",
        programs={NAME: "."},
        stamps={f"{MODULE}/version.Version": pin.version.removeprefix("v")},
        expectation="4 to 10 minutes on two cores, 160 MB of program and 2 GB of module and build cache",
        sources=lambda folder: _write_sources(pin, folder),
    )


def _write_sources(pin: Pin, folder: Path) -> None:
    module = fetched(pin, {MODULE: pin.version}, _TITLE)[MODULE]
    shutil.copyfile(module / _MAIN, folder / _MAIN.name)
    for name in ("go.mod", "go.sum", "resolver.go"):
        shutil.copyfile(pin.folder / name, folder / name)
