"""The program of the Kubernetes provider, built once from the Go module that `tools/kubernetes_provider/` pins.

It is built without the components that live inside it (`helm.v4.Chart`, `yaml.v2`, `kustomize.v2`), which bring 66
packages of the Go SDK with them: the sandbox plays none of them either.
"""

import re
import shutil
from pathlib import Path

from ..toolchain import PINS, Pin, Tool, ToolchainError, fetched

MODULE = "github.com/pulumi/pulumi-kubernetes/provider/v4"
NAME = "pulumi-resource-kubernetes"
_TITLE = "the Kubernetes provider"
# What lies in the module: the factories of the components, and the schema that the official main.go embeds.
_CONSTRUCT = Path("pkg/provider/provider_construct.go")
_SCHEMA = Path("cmd/pulumi-resource-kubernetes/schema.json")


def program() -> Path:
    """Return the provider, built where it does not exist. Raises ToolchainError."""
    return _tool().built() / NAME


def built_program() -> Path | None:
    """Return the provider that an earlier run built, for whoever cannot wait for one."""
    return _tool().standing(NAME)


def _tool() -> Tool:
    pin = Pin.read(PINS / "kubernetes_provider", MODULE)
    return Tool(
        pin=pin,
        title=_TITLE,
        cache="kubernetes-provider",
        programs={NAME: "."},
        stamps={},
        expectation="3 to 8 minutes on two cores, 120 MB of program and 2 GB of module and build cache",
        sources=lambda folder: _write_sources(pin, folder),
    )


def _write_sources(pin: Pin, folder: Path) -> None:
    """Write what is built: the pin's folder, with a copy of the module that has no components."""
    module = fetched(pin, {MODULE: _version(pin)}, _TITLE)[MODULE]
    copy = folder / "module"
    shutil.copytree(module, copy, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("*_test.go"))
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)  # Go's own cache is read-only
    construct = copy / _CONSTRUCT
    construct.write_text(without_components(construct.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copyfile(copy / _SCHEMA, folder / "schema.json")
    for name in ("main.go", "go.sum"):
        shutil.copyfile(pin.folder / name, folder / name)
    required = (pin.folder / "go.mod").read_text(encoding="utf-8")
    (folder / "go.mod").write_text(f"{required}\nreplace {MODULE} => ./module\n", encoding="utf-8")


def _version(pin: Pin) -> str:
    """Return the whole version: of a commit that has no tag, more than its number."""
    found = re.search(rf"{re.escape(MODULE)} (\S+)", (pin.folder / "go.mod").read_text(encoding="utf-8"))
    assert found is not None  # or Pin.read would have refused it
    return found[1]


def without_components(source: str) -> str:
    """Return provider_construct.go with no factory in its map. Raises ToolchainError where it looks otherwise."""
    factory = re.compile(r'^\s*"kubernetes:[^"]+":\s+(\w+)\.New\w+Provider,\n', re.MULTILINE)
    packages = set(factory.findall(source))
    left = factory.sub("", source)
    for package in packages:
        left = re.sub(rf'^\s*{package} "[^"]+"\n', "", left, flags=re.MULTILINE)
    if not packages or any(f"{package}." in left or f"{package} " in left for package in packages):
        raise ToolchainError(f"{_TITLE} cannot be built: {_CONSTRUCT} of its module is not as it was at the pinned one")
    return left
