"""Reads queries to Loki by the grammar of Grafana's editor, which `tools/logql` pins: Loki's own parser is AGPL."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .nodejs import NODE, tree
from .toolchain import PINS

FOLDER = PINS / "logql"


def grammar() -> Path:
    """Return the folder of the grammar's modules, installed where there is none. Raises ToolchainError."""
    return tree(FOLDER, "logql", "Grafana's grammar of LogQL", "some seconds, and 2 MB") / "node_modules"


def faults(queries: Sequence[str]) -> dict[str, str]:
    """Return what is wrong with each query that cannot be asked."""
    asked = "".join(f"{json.dumps(query)}\n" for query in queries)
    done = subprocess.run(
        [NODE, FOLDER / "faults.cjs"],
        env={**os.environ, "NODE_PATH": str(grammar())},
        input=asked,
        capture_output=True,
        text=True,
        check=True,
    )
    return {query: fault for query, fault in zip(queries, done.stdout.splitlines(), strict=True) if fault}
