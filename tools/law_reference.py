"""Writes docs/laws.md from the laws of the sandbox: `python -m tools.law_reference`."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from sandbox.laws import MODULES
from sandbox.laws.law import Law

PAGE = Path(__file__).parents[1] / "docs" / "laws.md"
# So many sources are shown of a law that judges many types, each by its own page.
_LINKS = 3
HEAD = """# Laws

Written by `python -m tools.law_reference`; do not edit.

What the sandbox refuses because AWS or Kubernetes would ([sandbox.md](sandbox.md)). A refusal shows the id of its law.
`--law-off ID` judges by all laws but that one (repeatable), `--laws off` by none; the end of such a run says which laws
were not judged.
"""


def reference() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *(_section(module.__name__, module.__doc__ or "", module.LAWS) for module in MODULES)])


def _section(module: str, about: str, laws: Iterable[Law]) -> str:
    rows: dict[str, list[Law]] = {}
    for law in laws:
        rows.setdefault(law.id, []).append(law)
    head = ["| id | law | judges | source |", "|---|---|---|---|"]
    title = module.rpartition(".")[2]
    return "\n".join([f"## {title}", "", about.partition("\n\n")[0].strip(), "", *head, *map(_row, rows.values()), ""])


def _row(laws: Sequence[Law]) -> str:
    """Return the line of one law, of which there is a row for each type or two."""
    operations = ", ".join(dict.fromkeys(operation for law in laws for operation in law.operations))
    sources = list(dict.fromkeys(url for law in laws for url in law.source.split(", ")))
    links = ", ".join(f"[{url.split('/')[2]}]({url})" for url in sources[:_LINKS])
    more = f" and {len(sources) - _LINKS} more" if len(sources) > _LINKS else ""
    return f"| `{laws[0].id}` | {laws[0].name} | {operations} | {links}{more} |"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written\n")
