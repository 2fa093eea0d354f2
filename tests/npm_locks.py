"""What a lock of npm says, and where Node finds a package in its tree."""

import json
from pathlib import Path
from typing import Any

Packages = dict[str, dict[str, Any]]


def packages(lock: Path) -> Packages:
    """Return the packages of a lock by their places."""
    found: Packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return found


def found_from(known: Packages, folder: str, name: str) -> str | None:
    """Return where Node finds a package from a folder of the tree: in it, or in the nearest one above."""
    while True:
        path = f"{folder}/node_modules/{name}".lstrip("/")
        if path in known:
            return path
        if not folder:
            return None
        folder = folder.rpartition("node_modules/")[0].rstrip("/")
