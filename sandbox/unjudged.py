"""How much of a run no law judged: the resources of types that only their shape is known of."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FILE = "unjudged.json"


def write(folder: Path, seen: Mapping[str, str]) -> None:
    """Keep beside the world how many resources a run had, and which of them no law of their type judged.

    `seen` are their types by URN. Kubernetes' own server or schemas judge its own, and nobody refuses what is random.
    """
    from .laws import judged  # noqa: PLC0415 # slow, and who reads needs none of it

    found = {urn: token for urn, token in seen.items() if token.startswith("aws:") and not judged(token)}
    told = {"resources": len(seen), "unjudged": found}
    (folder / _FILE).write_text(json.dumps(told), encoding="utf-8")


def report(folder: Path, *, listed: bool) -> str:
    """Return what is to be said of the last run, once; empty where all of it was judged."""
    file = folder / _FILE
    if not file.is_file():
        return ""
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    file.unlink()
    found: dict[str, str] = told["unjudged"]
    if not found:
        return ""
    head = f"{len(found)} of {told['resources']} resources are of types that only their shape is known of"
    if not listed:
        return f"{head} (--unjudged lists them)"
    lines = (
        f"\n  {token}  {urn.rpartition('::')[2]}" for urn, token in sorted(found.items(), key=lambda each: each[::-1])
    )
    return head + ":" + "".join(lines)
