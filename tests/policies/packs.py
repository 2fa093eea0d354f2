"""The packs, and the server that the engine asks them through."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from google.protobuf import json_format, struct_pb2
from platform_policies import RULE_SETS
from platform_policies.kit.pack import Pack
from platform_policies.kit.rule import Rule
from platform_policies.kit.rule_set import RuleSet
from platform_policies.kit.serving import Analyzer
from platform_policies.kit.stack import StackRule
from pulumi.runtime.proto import analyzer_pb2

ROOT = Path(__file__).parents[2] / "policies"
NAMES = tuple(RULE_SETS)
NOW = date(2026, 11, 21)
STACKS = ("dev", "staging", "prod")


def rules(pack: str) -> dict[str, Rule]:
    """Return a pack's rules over a resource, by id."""
    return {rule.id: rule for rule in RULE_SETS[pack].rules}


def stack_rules(pack: str) -> dict[str, StackRule]:
    """Return a pack's rules over the stack, by id."""
    return {rule.id: rule for rule in RULE_SETS[pack].stack_rules}


def levels(stack: str) -> dict[str, Any]:
    """Return what a stack sets for the rules."""
    content: dict[str, Any] = json.loads((ROOT / f"levels.{stack}.json").read_text(encoding="utf-8"))
    return content


@dataclass(frozen=True)
class Resource:
    """A resource of a stack; `refers` names, by property, the resources that its inputs come from."""

    type: str
    name: str
    props: Mapping[str, Any]
    refers: Mapping[str, Sequence[str]]
    protect: bool = False
    ignored: Sequence[str] = ()
    """Properties whose changes are ignored."""


@dataclass(frozen=True)
class Found:
    """What a pack reported."""

    rule: str
    level: str
    resource: str
    message: str
    whole: str
    """The message as the engine shows it."""


class Server:
    """A pack in its server, as the engine would talk to it."""

    def __init__(
        self,
        pack: str,
        config: Mapping[str, Any] | None = None,
        *,
        every: bool = False,
        only: Any = None,
        now: date = NOW,
    ) -> None:
        """Serve a pack, or `only` one rule in its place, as on a day."""
        served = RULE_SETS[pack]
        if isinstance(only, Rule):
            served = RuleSet({"only": (only,)}, ())
        elif isinstance(only, StackRule):
            served = RuleSet({}, (only,))
        self.pack = Pack(served, now=now)
        settings = dict(config or {})
        if every:  # advice counts as well
            ids = [rule.id for rule in served.every]
            settings["levels"] = {**dict.fromkeys(ids, "mandatory"), **settings.get("levels", {})}
        server = Analyzer(pack, self.pack)
        message = analyzer_pb2.ConfigureAnalyzerRequest()
        entry = message.policyConfig["rules"]
        entry.enforcementLevel = analyzer_pb2.MANDATORY
        json_format.ParseDict(settings, entry.properties)
        server.Configure(message, None)
        self._server = server

    def judge(
        self, resource_type: str, props: Mapping[str, Any], *, name: str = "it", protect: bool = False,
        provider: Mapping[str, Any] | None = None, urn: str = "",
    ) -> list[Found]:  # fmt: skip
        """Return what the pack says of a resource."""
        request = analyzer_pb2.AnalyzeRequest(
            type=resource_type, properties=_struct(props), urn=urn or _urn(resource_type, name), name=name
        )
        request.options.protect = protect
        if provider is not None:
            request.provider.CopyFrom(
                analyzer_pb2.AnalyzerProviderResource(
                    type="pulumi:providers:aws", properties=_struct(provider), urn="urn", name="aws"
                )
            )
        return _found(self._server.Analyze(request, None), name)

    def all(
        self, resource_type: str, props: Mapping[str, Any], *, protect: bool = False,
        provider: Mapping[str, Any] | None = None,
    ) -> list[tuple[str, str]]:  # fmt: skip
        """Return the rules that a resource breaks, with their levels: advice, which a run keeps until its end, too."""
        self.pack._advice.clear()
        said = [(one.rule, one.level) for one in self.judge(resource_type, props, protect=protect, provider=provider)]
        kept = [message for messages in self.pack._advice.values() for message in messages]
        return said + [(message.split(" ")[0], "advisory") for message in kept]

    def judge_stack(self, resources: Sequence[Resource], asked: Sequence[Resource] | None = None) -> list[Found]:
        """Return what the pack says of a stack, advice too; `asked` is what the program asked for, if that differs."""
        for resource in [Resource("pulumi:pulumi:Stack", "any-dev", {}, {}), *(resources if asked is None else asked)]:
            self.judge(resource.type, resource.props, name=resource.name, protect=resource.protect)
        request = analyzer_pb2.AnalyzeStackRequest()
        urns = {resource.name: _urn(resource.type, resource.name) for resource in resources}
        for resource in resources:
            entry = request.resources.add(
                type=resource.type, urn=urns[resource.name], name=resource.name, properties=_struct(resource.props)
            )
            entry.options.protect = resource.protect
            entry.options.ignoreChanges.extend(resource.ignored)
            for key in resource.props:
                entry.propertyDependencies[key].urns.extend([])
            for key, names in resource.refers.items():
                entry.propertyDependencies[key].urns.extend(urns[one] for one in names if one in urns)
        return _found(self._server.AnalyzeStack(request, None), "")


def _urn(resource_type: str, name: str) -> str:
    return f"urn:pulumi:dev::any::{resource_type}::{name}"


def _struct(props: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    json_format.ParseDict(dict(props), struct)
    return struct


def _found(answer: Any, name: str) -> list[Found]:
    return [
        Found(
            (said := one.message.rsplit("\n", 1)[-1]).split(" ")[0].rstrip(":"),
            "mandatory" if one.enforcementLevel == analyzer_pb2.MANDATORY else "advisory",
            one.urn.rpartition("::")[2] or name,
            said,
            one.message,
        )
        for one in answer.diagnostics
    ]
