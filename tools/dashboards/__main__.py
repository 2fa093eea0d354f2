"""Writes the dashboards that the stack's Grafana shows: `python -m tools.dashboards --write`.

Without `--write` it names the files that are not what the code says, and ends with 1 where there are any.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from .cluster import cluster
from .data import cache, database
from .delivery import delivery
from .edge import edge
from .flowise import flowise
from .logs import logs
from .overview import overview
from .queue import queue

FOLDER = Path(__file__).parents[2] / "components" / "monitoring_stack" / "assets" / "dashboards"
# name of the file -> page
PAGES: Mapping[str, Callable[[], Dashboard]] = {
    "overview": overview,
    "flowise": flowise,
    "queue": queue,
    "database": database,
    "cache": cache,
    "edge": edge,
    "cluster": cluster,
    "delivery": delivery,
    "logs": logs,
}


def written() -> dict[Path, str]:
    """Return each file's text."""
    return {
        FOLDER / f"{name}.json": json.dumps(page(), cls=JSONEncoder, indent=1, sort_keys=True) + "\n"
        for name, page in PAGES.items()
    }


def stale() -> list[Path]:
    """Return the files that are missing, are no page any more, or are not what the code says."""
    texts = written()
    other = [path for path, text in texts.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    return sorted([*other, *(path for path in FOLDER.glob("*") if path not in texts)])


def main(arguments: list[str]) -> int:
    """Run the command line; the exit status is the process's."""
    parser = argparse.ArgumentParser(prog="python -m tools.dashboards", description="Write the dashboards.")
    parser.add_argument("--write", action="store_true", help="write components/monitoring_stack/assets/dashboards")
    if parser.parse_args(arguments).write:
        for path in stale():
            path.unlink(missing_ok=True)
        for path, text in written().items():
            path.write_text(text, encoding="utf-8")
    changed = stale()
    for path in changed:
        print(f"{path.relative_to(FOLDER.parents[3])} is not what the code says: run again with --write")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
