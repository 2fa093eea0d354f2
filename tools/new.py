"""Begins a system of one's own: `python -m tools.new shop` writes examples/shop, a web service that can be previewed.

It is examples/aps under another name: what is begun with is what is tested. docs/new-system.md says what comes then.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"
TEMPLATE = EXAMPLES / "aps"
FILES = ("Pulumi.yaml", "Pulumi.dev.yaml", "levels.dev.json", "__main__.py", "stack.py", "application.py", "smoke.py")
# a Python module, a namespace, and the beginning of a load balancer's name, which has 32 characters with the stack's
NAME = re.compile(r"[a-z][a-z0-9]{1,15}")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def renamed(text: str, name: str, region: str) -> str:
    """Return a file of the template as it is for another system."""
    # the page in Grafana is one that tools.dashboards writes, and a new system has none yet
    text = re.sub(r"^ *dashboards=.*\n", "", text, flags=re.MULTILINE)
    text = text.replace("from pathlib import Path\n", "")
    for its, ours in {
        "Sistema APS, primary health care,": name.capitalize(),
        "Sistema APS": name.capitalize(),
        ": a Flask application of primary health care": "",
        "sistema-aps": name,
        '"esus"': f'"{name}"',
        "CostCenter: health": f"CostCenter: {name}",
        "America/Sao_Paulo": "UTC",
        "sa-east-1": region,
    }.items():
        text = text.replace(its, ours)
    return re.sub(r"\baps\b", name, text)


def main(arguments: Sequence[str] | None = None, *, into: Path = EXAMPLES) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.new", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", help="what it is called: lower-case letters and digits, 16 at most")
    parser.add_argument("--region", default="eu-west-1", help="where dev lies (eu-west-1)")
    given = parser.parse_args(arguments)
    folder = into / given.name
    if not NAME.fullmatch(given.name):
        parser.error(f"name must be 2 to 16 lower-case letters and digits, a letter first, got {given.name!r}")
    if not REGION.fullmatch(given.region):
        parser.error(f"--region must be a region such as eu-west-1, got {given.region!r}")
    if folder.exists():
        parser.error(f"{folder.name} is there already: choose another name, or remove it")
    folder.mkdir(parents=True)
    for file in FILES:
        text = (TEMPLATE / file).read_text(encoding="utf-8")
        (folder / file).write_text(renamed(text, given.name, given.region), encoding="utf-8")
    see = f".venv/bin/python -m sandbox preview --cwd examples/{given.name} --stack dev"
    sys.stdout.write(f"examples/{given.name} is there. See it: {see}\nWhat to change then: docs/new-system.md\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
