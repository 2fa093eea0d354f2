"""Holds what a preview says of ten everyday changes against what `up` then does: `make changes`.

A preview that says "replace" where nothing is replaced teaches its readers to look away. The stack stands on the
sandbox in a folder of its own; each change is previewed and made, one after the other, and the operations on each
resource are compared.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox import plans, warm
from tools.disasters import DrillError, Program
from tools.soak.runs import LIBRARIES, PLATFORM, link_program

ROOT = Path(__file__).parents[1]
# what it is -> keys of dev's file
CHANGES: Mapping[str, Mapping[str, Any]] = {
    "a tag": {"tags.CostCenter": "research"},
    "a larger database": {"database.instance_class": "db.t4g.medium"},
    "more of the database's storage": {"database.storage_gib": 40},
    "a larger cache": {"cache.node_type": "cache.t4g.small"},
    "more nodes": {"cluster.app_nodes.max_size": 4},
    "other instance types": {"cluster.app_nodes.instance_types": ["t4g.xlarge", "m6g.xlarge"]},
    "more memory for servers": {"service.memory_limit_mib": 3072},
    "a variable of the application": {"service.log_level": "debug"},
    "longer metrics": {"monitoring.prometheus_retention_days": 14},
    "a queue with workers, and so new network policies": {"service.mode": "queue", "service.replicas_max": 2},
}
Operations = Mapping[str, Sequence[str]]


def operations(program: Program, command: str) -> Operations:
    """Run `preview` or `up`; what it would do or did, by resource, without what stays."""
    with tempfile.TemporaryDirectory(prefix="platform-changes-") as folder:
        log = Path(folder) / "events.json"
        program.sandbox(command, "--kubernetes", "schema", f"--event-log={log}")
        steps = plans.read(log.read_text(encoding="utf-8")).steps
    found: dict[str, set[str]] = {}
    for step in steps:
        if step.operation not in ("same", "read", "refresh"):
            found.setdefault(step.urn, set()).add(step.operation)
    return {urn: sorted(each) for urn, each in found.items()}


def differences(preview: Operations, up: Operations) -> list[str]:
    """Return where they differ, a line for each resource."""
    return [
        f"{urn.rpartition('$')[2]}: the preview says {', '.join(preview.get(urn, ['same']))}, "
        f"`up` does {', '.join(up.get(urn, ['same']))}"
        for urn in sorted({*preview, *up})
        if preview.get(urn) != up.get(urn)
    ]


def main() -> int:
    """Read the command line; 1 where a preview said anything else than `up` did."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.everyday_changes", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--only", type=int, default=len(CHANGES), metavar="N", help="the first N changes alone")
    given = parser.parse_args()
    wrong = 0
    # without it the CLI hides the log of its events; nobody goes on from these states
    os.environ.update({**plans.LOGS_EVENTS, "PULUMI_SKIP_CHECKPOINTS": "true"})
    with warm.running(PLATFORM, LIBRARIES), tempfile.TemporaryDirectory(prefix="platform-changes-") as place:
        folder = Path(place)
        link_program(folder)
        for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
            shutil.copy(ROOT / name, folder)
        program = Program(folder, "dev")
        try:
            program.sandbox("up", "--kubernetes", "schema")
            for name, settings in [*CHANGES.items()][: given.only]:
                program.settings(settings)
                preview = operations(program, "preview")
                found = differences(preview, operations(program, "up"))
                wrong += bool(found)
                print(
                    f"{'differs' if found else 'equal':<8}{name}: {len(preview)} resources",
                    *found,
                    sep="\n  ",
                    flush=True,
                )
        except DrillError as error:
            sys.stderr.write(f"{error}\n")
            return 2
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
