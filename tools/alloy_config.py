"""Reads configurations of Grafana Alloy with Alloy's own parser, which `tools/alloy` builds once."""

import json
import subprocess
from pathlib import Path
from typing import Any

from sandbox.toolchain import Pin, Tool

FOLDER = Path(__file__).parent / "alloy"
MODULE = "github.com/grafana/alloy/syntax"


class AlloyError(Exception):
    """A configuration that Alloy's parser refuses; the text is the parser's."""


def read(config: str) -> list[dict[str, Any]]:
    """Return the blocks of a configuration: path, label, attributes. Raises AlloyError, and ToolchainError once."""
    tool = Tool(
        pin=Pin.read(FOLDER, MODULE),
        title="the parser of Alloy",
        cache="alloy",
        programs={"alloy-config": "."},
        stamps={},
        expectation="some ten seconds",
    )
    done = subprocess.run(
        [str(tool.built() / "alloy-config")], input=config, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AlloyError(done.stderr.strip())
    blocks: list[dict[str, Any]] = json.loads(done.stdout)["blocks"]
    return blocks
