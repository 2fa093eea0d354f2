"""Makes what the packs have in common: `python -m tools.policy_kit`.

The kit of `security` is copied to the others, and the levels of all four become those of the pack `together`.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

POLICIES = Path(__file__).parents[1] / "policies"
PACKS = sorted(path.parent.parent for path in POLICIES.glob("*/rules/__init__.py"))
SOURCE = POLICIES / "security" / "rules" / "kit"
TOGETHER = POLICIES / "together"
STACKS = ("dev", "prod")


def kits() -> list[Path]:
    """Give the folders of the copies."""
    return [copy for pack in PACKS if (copy := pack / "rules" / "kit") != SOURCE]


def levels(stack: str) -> str:
    """Give the levels of all packs for a stack, as one file."""
    merged: dict[str, Any] = {}
    for pack in PACKS:
        for key, value in json.loads((pack / f"levels.{stack}.json").read_text(encoding="utf-8"))["rules"].items():
            merged[key] = (
                [*merged.get(key, []), *value] if isinstance(value, list) else {**merged.get(key, {}), **value}
            )
    return json.dumps({"rules": merged}, indent=2) + "\n"


if __name__ == "__main__":
    for copy in kits():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for stack in STACKS:
        (TOGETHER / f"levels.{stack}.json").write_text(levels(stack), encoding="utf-8")
    sys.stdout.write(f"{len(kits())} copies and {len(STACKS)} files of levels made\n")
