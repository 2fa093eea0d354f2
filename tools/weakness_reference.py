"""Writes docs/operations/flowise-weaknesses.md from the table of them: `python -m tools.weakness_reference`."""

import sys
from collections.abc import Iterable
from pathlib import Path

from components.flowise_service.weaknesses import FLOWISE, PACKAGES, CureKind, Weakness

PAGE = Path(__file__).parents[1] / "docs" / "operations" / "flowise-weaknesses.md"
HEAD = """# What is published against Flowise 3.1.4, and what closes it

Written by `python -m tools.weakness_reference` from `components/flowise_service/weaknesses.py`; do not edit.

3.1.4 is the last version of Flowise, and nobody mends it (docs/decisions/0021). A stack has one owner in one workspace
and no Enterprise licence: what is weak between workspaces, roles and sign-in providers serves nobody. The rest serves
anybody, whoever has an API key, or whoever writes flows. A setting that a row says it is opened by takes the cure away.
What `image/package.json` puts in a package's place is in the image of `image/` alone: upstream's has what was there.
"""
CURES: dict[CureKind, str] = {
    "denylist": "Flowise itself asks for a login or a key: `{}` in `DENYLIST_URLS`",
    "edge": "the firewall refuses it: rule `{}`",
    "preload": "patched in the process: `{}`",
    "variable": "the variable `{}` is set",
    "refused": "settings refuse the variable `{}`",
    "override": "`image/package.json` puts another `{}` in its place",
}
_COLUMNS = "| weakness | who | where | cure | shown by |\n|---|---|---|---|---|"


def reference() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *_section("Flowise's own", FLOWISE), *_section("Of packages in its tree", PACKAGES)])


def _section(title: str, rows: Iterable[Weakness]) -> list[str]:
    return [f"## {title}", "", _COLUMNS, *map(_row, rows), ""]


def _row(weakness: Weakness) -> str:
    known = f"{', '.join(weakness.ids)}: {weakness.what} ({weakness.score or 'score not known here'})"
    cures = [CURES[cure.kind].format(cure.name) for cure in weakness.cures]
    if weakness.opened_by:
        cures.append(f"opened by `{weakness.opened_by}`")
    if weakness.left:
        cures.append(weakness.left)
    tests = "<br>".join(f"`{test.rpartition('::')[2]}`" for test in weakness.tests)
    return f"| {known} | {weakness.attacker} | {weakness.where} | {'<br>'.join(cures)} | {tests} |"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written\n")
