"""The policy packs that come with the sandbox: beside its code in a wheel, in `policies/` in the repository."""

import os
from collections.abc import Mapping
from pathlib import Path

_CARRIED = Path(__file__).with_name("rules")
_FOLDER = _CARRIED if _CARRIED.is_dir() else Path(__file__).parent.parent / "policies"
NAMES = tuple(sorted(path.parent.name for path in _FOLDER.glob("*/PulumiPolicy.yaml")))


def folder(name: str) -> Path:
    """Return the folder of a pack, for the engine."""
    return _FOLDER / name


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return what lets the carried packs find their rules, which are no module that a stranger could import."""
    if not _CARRIED.is_dir():
        return {}
    # last: whoever has installed rules of that name means those
    return {"PYTHONPATH": os.pathsep.join(filter(None, (given.get("PYTHONPATH"), str(_CARRIED / "src"))))}
