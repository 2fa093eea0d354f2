"""The commands of the package, which need no engine."""

import argparse
import sys
from collections.abc import Sequence

from . import RULE_SETS
from .frameworks import page


def main(arguments: Sequence[str]) -> int:
    """Run a command; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m platform_policies", description="What the packs say by themselves."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    coverage = commands.add_parser("coverage", help="print which controls of which frameworks the rules cover")
    coverage.add_argument("--pack", choices=RULE_SETS, action="append", help="count the rules of these packs alone")
    options = parser.parse_args(arguments)
    return _coverage(options.pack or list(RULE_SETS))


def _coverage(packs: Sequence[str]) -> int:
    sys.stdout.write(page(rule for pack in packs for rule in RULE_SETS[pack].every))
    return 0
