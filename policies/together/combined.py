"""The rules of the packs beside this one, in one pack.

A pack is a process, to which the engine describes every resource twice, and the whole stack once more. Four of them
cost a preview of prod nearly as much again; together they cost what one does. Each stays usable by itself.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

PACKS = ("security", "kubernetes", "reliability", "cost")
_FOLDER = Path(__file__).parents[1]


def _load(pack: str, kit: dict[str, ModuleType]) -> Any:
    """Load a pack's rules under a name of their own, on the kit that the others stand on."""
    name, folder = f"together_{pack}", _FOLDER / pack / "rules"
    spec = spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} holds no rules")
    module = sys.modules[name] = module_from_spec(spec)
    # what is unknown is told by an object: the rules and who reads for them must know the same one
    sys.modules.update({f"{name}.{path}": part for path, part in kit.items()})
    spec.loader.exec_module(module)
    return module


def load() -> dict[str, Any]:
    """Load the rules of every pack, by its name."""
    first = _load(PACKS[0], {})
    own = f"{first.__name__}."
    kit = {name.removeprefix(own): part for name, part in sys.modules.items() if name.startswith(f"{own}kit")}
    return {PACKS[0]: first, **{pack: _load(pack, kit) for pack in PACKS[1:]}}


_MODULES = load()
PACK = _MODULES[PACKS[0]].kit.pack.Pack(
    [rule for module in _MODULES.values() for topic in module.TOPICS.values() for rule in topic],
    [rule for module in _MODULES.values() for rule in module.STACK_RULES],
)
POLICIES = [*PACK.policies(), _MODULES["cost"].tags.FILL]
