"""Copies the packs' common kit from `security` to the others: `python -m tools.policy_kit`."""

import shutil
import sys
from pathlib import Path

PACKS = sorted(path.parent for path in (Path(__file__).parents[1] / "policies").glob("*/PulumiPolicy.yaml"))
SOURCE = Path(__file__).parents[1] / "policies" / "security" / "rules" / "kit"


def kits() -> list[Path]:
    """Give the folders of the copies."""
    return [copy for pack in PACKS if (copy := pack / "rules" / "kit") != SOURCE]


if __name__ == "__main__":
    for copy in kits():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    sys.stdout.write(f"{len(kits())} copies made\n")
