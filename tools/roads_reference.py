"""Writes the table of docs/roads.md, and the picture of prod's roads: `python -m tools.roads_reference --write`."""

import argparse
import sys
from functools import cache
from pathlib import Path

from sandbox.roads import rules
from sandbox.roads.find import find
from sandbox.roads.model import Rule
from sandbox.roads.picture import svg
from testing.program import run_changed
from testing.world import World

from .shapes import SHAPES

DOCS = Path(__file__).parents[1] / "docs"
PAGE, PICTURE = DOCS / "roads.md", DOCS / "roads.svg"
_STACK = "prod"
_BEGIN, _END = "<!-- rules: python -m tools.roads_reference --write -->", "<!-- end of rules -->"


@cache
def deployed(stack: str) -> World:
    """Return what would stand after `up` of a shape; once for all who ask."""
    shape, world = SHAPES[stack], World(SHAPES[stack].stack, SHAPES[stack].answers)
    run_changed(shape.stack, world, shape.changes)
    return world


def picture() -> str:
    """Return the roads of prod as SVG."""
    world = deployed(_STACK)
    return svg(find(world.inventory(), world.timeouts()), f"Roads of {_STACK}")


def page() -> str:
    """Return the page with the table of rules as they are."""
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    known = [each for each in vars(rules).values() if isinstance(each, Rule)]
    rows = [f"| `{each.id}` | {each.says} | [{each.source.split('/')[2]}]({each.source}) |" for each in known]
    table = "\n".join(["| rule | the cloud | source |", "|---|---|---|", *rows])
    return f"{head}{_BEGIN}\n{table}\n{_END}{rest.partition(_END)[2]}"


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.roads_reference", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--write", action="store_true", required=True, help="renew the committed files")
    parser.parse_args()
    PICTURE.write_text(picture(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PICTURE.name} and {PAGE.name} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
