"""Loki's own parser of queries, built once from the Go modules that `tools/logql` pins."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .toolchain import Pin, Tool

PINNED = Path(__file__).parent.parent / "tools" / "logql"
LOKI = "github.com/grafana/loki/v3"


def logql() -> Path:
    """The program that parses queries, built where there is none. Raises ToolchainError."""
    tool = Tool(
        pin=Pin.read(PINNED, LOKI),
        title="Loki's parser of queries",
        cache="logql",
        programs={"logql": "."},
        stamps={},
        expectation="1 to 2 minutes on two cores, and 1 GB of module and build cache",
    )
    return tool.built() / "logql"


def faults(queries: Sequence[str]) -> dict[str, str]:
    """Give what the parser has against each query that it refuses."""
    asked = "".join(f"{json.dumps(query)}\n" for query in queries)
    done = subprocess.run([logql()], input=asked, capture_output=True, text=True, check=True)
    return {query: fault for query, fault in zip(queries, done.stdout.splitlines(), strict=True) if fault}
