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
from .flow_costs import flow_costs
from .flowise import flowise
from .logs import logs
from .overview import overview
from .queue import queue
from .tiktrend import tiktrend
from .web import aps, ranking

COMPONENTS, EXAMPLES = (Path(__file__).parents[2] / each for each in ("components", "examples"))
# whose folder has which pages, each a file of its name
PAGES: Mapping[str, Mapping[str, Callable[[], Dashboard]]] = {
    "flowise_service": {"overview": overview, "flowise": flowise, "queue": queue, "flow_costs": flow_costs},
    "rds_postgres": {"database": database},
    "redis_cache": {"cache": cache},
    "waf_cdn": {"edge": edge},
    "eks_cluster": {"cluster": cluster},
    "pipeline_access": {"delivery": delivery},
    "monitoring_stack": {"logs": logs},
}
SYSTEMS: Mapping[str, Mapping[str, Callable[[], Dashboard]]] = {
    "aps": {"aps": aps},
    "ranking": {"ranking": ranking},
    "tiktrend": {"tiktrend": tiktrend},
}


def written() -> dict[Path, str]:
    """Return each file's text."""
    return {
        folder / owner / "dashboards" / f"{name}.json": _text(page())
        for folder, owners in ((COMPONENTS, PAGES), (EXAMPLES, SYSTEMS))
        for owner, pages in owners.items()
        for name, page in pages.items()
    }


def _text(page: Dashboard) -> str:
    return json.dumps(page, cls=JSONEncoder, indent=1, sort_keys=True) + "\n"


def stale() -> list[Path]:
    """Return the files that are missing, are no page any more, or are not what the code says."""
    texts = written()
    other = [path for path, text in texts.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    there = [path for folder in (COMPONENTS, EXAMPLES) for path in folder.glob("*/dashboards/*")]
    return sorted([*other, *(path for path in there if path not in texts)])


def main(arguments: list[str]) -> int:
    """Run the command line; the exit status is the process's."""
    parser = argparse.ArgumentParser(prog="python -m tools.dashboards", description="Write the dashboards.")
    parser.add_argument("--write", action="store_true", help="write components/*/dashboards and examples/*/dashboards")
    if parser.parse_args(arguments).write:
        for path in stale():
            path.unlink(missing_ok=True)
        for path, text in written().items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    changed = stale()
    for path in changed:
        print(f"{path.relative_to(COMPONENTS.parent)} is not what the code says: run again with --write")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
