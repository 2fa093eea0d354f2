"""Pairs of programs, in one module for each module of `sandbox/laws/`."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from sandbox import laws

from .pair import Pair

_ORDER = {module.__name__.rpartition(".")[2]: place for place, module in enumerate(laws.MODULES)}


def _place(module: ModuleType) -> int:
    # one that no law module is called like comes last, and a test finds it
    return _ORDER.get(module.__name__.rpartition(".")[2], len(_ORDER))


_FOUND = [import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__)]
MODULES = sorted((module for module in _FOUND if hasattr(module, "PAIRS")), key=_place)
PAIRS: list[Pair] = [pair for module in MODULES for pair in module.PAIRS]

__all__ = ["MODULES", "PAIRS", "Pair"]
