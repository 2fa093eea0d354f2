"""A terraform-provider-aws binary as the judge of Pulumi's inputs: its own refusals, its own plans."""

import re
import threading
from collections.abc import Mapping
from functools import cached_property
from itertools import cycle
from pathlib import Path
from typing import Any

from .. import schema
from ..differences import Verdict
from ..provider_facts import reader
from ..provider_facts.shapes import Shape
from . import blocks, translate
from .blocks import Block
from .made import differences, known, mended
from .terraform import Fault, Planned, Plugin, PluginError, version_of

# What a window, a time or a name may look like where a made-up one is not understood.
_OTHERS = ("sun:05:00-sun:06:00", "03:00-04:00", "2030-01-02T03:04:05Z", "arn:aws:iam::123456789012:role/made")


class _Type:
    """One type of the provider, and its properties by Pulumi's names."""

    def __init__(self, kind: str, block: Block, token: str) -> None:
        self.kind = kind
        self.block = block
        self._token = token

    @cached_property
    def shape(self) -> Shape:
        """Its inputs and outputs."""
        found = schema.resource(self._token)
        return Shape(self._token, translate.described(self.block), 0, found.inputs if found else {})

    def config(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return translate.config_of(self.shape, self.block, values)


class TerraformJudge:
    """Asks a terraform-provider-aws binary, one question at a time. It runs until `stop`."""

    def __init__(self, binary: Path) -> None:
        self._plugin = Plugin(binary)
        self._turn = threading.Lock()
        self._types: dict[str, _Type | None] = {}
        self.source = f"terraform-provider-aws {version_of(binary)}, asked"

    def stop(self) -> None:
        """End the provider."""
        self._plugin.stop()

    def _type(self, token: str) -> _Type | None:
        if token not in self._types:
            kind = reader.facts().tokens.get(token)
            message = self._plugin.blocks.get(kind) if kind else None
            made = _Type(kind, blocks.block_of(message), token) if kind and message is not None else None
            self._types[token] = made
        return self._types[token]

    def refusals(self, token: str, inputs: Mapping[str, Any]) -> list[tuple[str, str]] | None:
        """Return the path of each refused input and the provider's words; None where it was not to be asked."""
        with self._turn:
            found = self._type(token)
            if found is None:
                return None
            try:
                faults = self._plugin.judge(found.kind, found.config(inputs))
            except PluginError:
                return None
        return [(translate.indexed_path(found.shape, fault.path), _words(found, fault)) for fault in faults]

    def changed(
        self, token: str, olds: Mapping[str, Any], news: Mapping[str, Any], outputs: Mapping[str, Any]
    ) -> Verdict | None:
        """Return what the provider says of a change; None where it gave no answer."""
        with self._turn:
            found = self._type(token)
            if found is None:
                return None
            try:
                return self._planned(found, found.config(olds), found.config(news), found.config(outputs))
            except PluginError:
                return None

    def _planned(self, found: _Type, before: Any, after: Any, told: Mapping[str, Any]) -> Verdict | None:
        first = self._plan(found, None, before)
        if first.faults or first.state is None:
            return None
        others = cycle(_OTHERS)
        state = mended(
            known(found.block, first.state, told),
            first.state,
            lambda state: self._plan(found, state, before, first.private),
            lambda _, __: next(others),
        )
        restless = set(differences(state, self._plan(found, state, before, first.private).state))
        planned = self._plan(found, state, after, first.private)
        if planned.faults or planned.state is None:
            return None
        changed = {name for name in differences(state, planned.state) if name not in restless}
        forced = {str(at[0]) for at in planned.replaces if at}
        wires = found.shape.wires
        return Verdict(
            frozenset(wires.values()),
            frozenset(wires[name] for name in changed if name in wires),
            frozenset(wires[name] for name in changed & forced if name in wires),
        )

    def _plan(self, found: _Type, state: Any, config: Any, private: bytes = b"") -> Planned:
        return self._plugin.plan(found.kind, state, blocks.proposed(found.block, state, config), config, private)


def _words(found: _Type, fault: Fault) -> str:
    """Return the provider's words, with Pulumi's names for the properties that they quote."""
    text = " ".join(fault.text.split()).removesuffix(":")
    return re.sub(r'["`]([a-z0-9_.]+)["`]', lambda said: f'"{_named(found, said[1])}"', text)


def _named(found: _Type, name: str) -> str:
    steps = tuple(int(step) if step.isdigit() else step for step in name.split("."))
    return translate.indexed_path(found.shape, steps) or name
