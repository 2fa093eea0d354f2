"""Writes into a stack's file the colour that is served, where the commit sends everybody to the other one.

    python -m tools.colours --stack prod --served "$(pulumi stack output served --stack prod)"

The pipeline brings that up first: the other colour gets ready with nobody on it. It prints the file's path, to be
checked out again before everybody is sent there; nothing where the same one goes on being served, or there is but one.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

_ACTIVE = re.compile(r"(\bblue_green:.*?\bactive:\s*[\"']?)(\w+)", re.DOTALL)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.colours", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", required=True, help="name of the stack")
    parser.add_argument("--cwd", type=Path, default=Path(), help="the program's folder (default: here)")
    parser.add_argument(
        "--served", required=True, help="the colour that is served now; nothing where there is one alone"
    )
    given = parser.parse_args(arguments)
    project = yaml.safe_load((given.cwd / "Pulumi.yaml").read_text(encoding="utf-8"))["name"]
    file = given.cwd / f"Pulumi.{given.stack}.yaml"
    text = file.read_text(encoding="utf-8")
    service = (yaml.safe_load(text).get("config") or {}).get(f"{project}:service") or {}
    wanted = (service.get("blue_green") or {}).get("active")
    if wanted and given.served and given.served != wanted:
        file.write_text(_ACTIVE.sub(rf"\g<1>{given.served}", text, count=1), encoding="utf-8")
        sys.stdout.write(f"{file}\n")
        sys.stderr.write(f"{wanted} gets ready, and {given.served} is served meanwhile\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
