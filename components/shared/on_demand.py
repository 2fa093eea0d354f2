"""What a folder makes public, loaded once somebody asks for it.

A stack's file is judged by settings alone. A package that imported its component at once would load the clouds' SDKs
for them, four seconds of CPU; so each imports what it offers for type checkers, and its `__getattr__` for all others.
"""

import ast
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path


def on_demand(package: str) -> Callable[[str], object]:
    """Return a package's `__getattr__`, which does the import under `if TYPE_CHECKING` that has the name asked for."""
    homes: dict[str, tuple[str, str]] = {}

    def load(name: str) -> object:
        if not homes:
            homes.update(_imports(package))
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, own = homes[name]
        value = getattr(importlib.import_module(module, package), own)
        setattr(sys.modules[package], name, value)
        return value

    return load


def _imports(package: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each name that a package imports for type checkers, with its module and what it is called there."""
    file = sys.modules[package].__file__
    assert file is not None, package
    for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            for each in node.names:
                yield each.asname or each.name, (f".{node.module}", each.name)
