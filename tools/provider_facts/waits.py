"""How long a provider waits for an operation unless it is told otherwise.

A type of the older kind keeps its own times beside a plan, in what only the provider reads (Plugin SDK: schema.
TimeoutKey). Types of the newer kind say nothing of theirs.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from sandbox.aws_provider.blocks import block_of
from sandbox.aws_provider.terraform import Plugin, PluginError, nothing
from sandbox.provider_facts import reader
from sandbox.provider_facts.waits import NAME

from .solver import Solver, UnsolvedError

_KEY = "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0"
_NANOSECONDS = 1_000_000_000


def record(plugin: Plugin, version: str) -> Path:
    """Ask about every type, and write what was told."""
    asked = {kind: waits(plugin, kind, Solver(plugin, kind, block_of(plugin.blocks[kind]))) for kind in plugin.blocks}
    path = reader.FOLDER / NAME.format(version=version)
    lines = [f"{json.dumps(kind)}: {json.dumps(told, sort_keys=True)}" for kind, told in sorted(asked.items()) if told]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return path


def waits(plugin: Plugin, kind: str, solver: Solver) -> Mapping[str, int]:
    """Return the seconds by operation; none where the provider does not tell them."""
    block = plugin.blocks[kind]
    if not any(nested.name == "timeouts" for nested in block.blocks):
        return {}
    try:
        told = _told(plugin.plan(kind, None, nothing(block), nothing(block)).private)
        if told:
            return told
        config = solver.least()  # some plan nothing that is not whole
        return _told(plugin.plan(kind, None, config, config).private)
    except (PluginError, UnsolvedError):
        return {}


def _told(private: bytes) -> Mapping[str, int]:
    try:
        kept = json.loads(private).get(_KEY, {}) if private else {}
    except ValueError:
        return {}
    return {operation: round(nanoseconds / _NANOSECONDS) for operation, nanoseconds in kept.items()}
