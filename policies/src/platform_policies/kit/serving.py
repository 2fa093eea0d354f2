"""A pack as the engine talks to it: an analyzer of Pulumi's protocol (proto/pulumi/analyzer.proto), over gRPC.

pulumi-policy has a server of its own, which reads every resource by way of JSON, copies and proxies, anew for each
policy, and once more for remediations, whether a stack asks for any or not. Here a resource is read once.
"""

import threading
from collections.abc import Iterable
from concurrent import futures
from contextlib import suppress
from operator import methodcaller
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format

from .messages import analyzer as proto
from .messages import plugin
from .pack import Pack, Policy, Said
from .rule import Resource
from .stack import Shown
from .wire import add, plain

_LEVELS = {"mandatory": proto.MANDATORY, "advisory": proto.ADVISORY}
# PulumiPolicy.yaml says which it is; a pack without one there is this
_VERSION = "0.0.1"
_SERVICE = "/pulumirpc.Analyzer/"
_REQUESTS: dict[str, Any] = {
    "GetPluginInfo": empty_pb2.Empty,
    "GetAnalyzerInfo": empty_pb2.Empty,
    "Configure": proto.ConfigureAnalyzerRequest,
    "Remediate": proto.AnalyzeRequest,
    "Analyze": proto.AnalyzeRequest,
    "AnalyzeStack": proto.AnalyzeStackRequest,
}
_LARGEST_MESSAGE = 400 << 20  # bytes; pulumi-policy's own limit: a whole stack is one message


class Analyzer:
    """Tells the engine what a pack says. What it has no method for, the engine can do without."""

    def __init__(self, name: str, pack: Pack) -> None:
        """Take the pack, and what it is called."""
        self._name, self._pack = name, pack
        self._levels: dict[str, int] = {}
        self._remediations: list[tuple[Any, dict[str, Any]]] = []
        self._providers: dict[bytes, dict[str, Any]] = {}

    @property
    def remediates(self) -> bool:
        """Whether a stack asks for a remediation."""
        return bool(self._remediations)

    def GetPluginInfo(self, request: Any, context: Any) -> plugin.PluginInfo:
        """No version of its own: PulumiPolicy.yaml has it."""
        return plugin.PluginInfo()

    def GetAnalyzerInfo(self, request: Any, context: Any) -> proto.AnalyzerInfo:
        """Say which policies there are, and what configuration they take."""
        info = proto.AnalyzerInfo(name=self._name, version=_VERSION, supportsConfig=True)
        for policy in self._pack.policies:
            told = info.policies.add(
                name=policy.name, description=policy.description, enforcementLevel=_LEVELS[policy.level]
            )
            told.policy_type = proto.POLICY_TYPE_RESOURCE if policy.name == "rules" else proto.POLICY_TYPE_STACK
            if policy.name == "rules":
                told.configSchema.properties.update(self._pack.schema())
        for remediation in self._pack.remediations:
            info.policies.add(
                name=remediation.name,
                description=remediation.description,
                enforcementLevel=proto.DISABLED,
                policy_type=proto.POLICY_TYPE_RESOURCE,
            )
        return info

    def Configure(self, request: Any, context: Any) -> empty_pb2.Empty:
        """Take the levels and the configuration."""
        configs = {name: json_format.MessageToDict(one.properties) for name, one in request.policyConfig.items()}
        self._levels = {name: one.enforcementLevel for name, one in request.policyConfig.items()}
        self._remediations = [
            (one, configs[one.name]) for one in self._pack.remediations if self._levels.get(one.name) == proto.REMEDIATE
        ]
        self._pack.configure(configs.get("rules", {}))
        return empty_pb2.Empty()

    def Analyze(self, request: Any, context: Any) -> proto.AnalyzeResponse:
        """Judge a resource."""
        (rules,) = (policy for policy in self._pack.policies if policy.name == "rules")
        response = proto.AnalyzeResponse()
        if self._level(rules) != proto.DISABLED:
            self._report(response, rules, self._pack.judge(self._shown(request)))
        return response

    def AnalyzeStack(self, request: Any, context: Any) -> proto.AnalyzeResponse:
        """Judge the stack, and say what is advice."""
        shown = [self._shown(one) for one in request.resources]
        response = proto.AnalyzeResponse()
        for policy in self._pack.policies:
            if policy.name == "rules" or self._level(policy) == proto.DISABLED:
                continue
            judged = policy.name == "stack"
            said = self._pack.judge_stack(shown) if judged else self._pack.advise(one.urn for one in shown)
            self._report(response, policy, said)
        return response

    def Remediate(self, request: Any, context: Any) -> proto.RemediateResponse:
        """Add what resources lack, where the stack asks for it."""
        response = proto.RemediateResponse()
        for remediation, parameters in self._remediations:
            shown = self._shown(request)
            lacking = remediation.lacking(
                Resource(shown.type, shown.name, shown.props, shown.protect, shown.provider or {}, parameters)
            )
            if lacking:
                add(request.properties, lacking)
                response.remediations.add(
                    policyName=remediation.name,
                    policyPackName=self._name,
                    policyPackVersion=_VERSION,
                    description=remediation.description,
                    properties=request.properties,
                )
        return response

    def _level(self, policy: Policy) -> int:
        level = self._levels.get(policy.name, _LEVELS[policy.level])
        # none of these changes what it judges
        return proto.MANDATORY if level == proto.REMEDIATE else level

    def _report(self, response: proto.AnalyzeResponse, policy: Policy, said: Iterable[Said]) -> None:
        level: Any = self._level(policy)
        for one in said:
            response.diagnostics.add(
                policyName=policy.name,
                policyPackName=self._name,
                policyPackVersion=_VERSION,
                message=one.message,
                urn=one.urn,
                description=policy.description,
                enforcementLevel=level,
            )

    def _shown(self, request: Any) -> Shown:
        """Read a resource; of a request about one alone, it refers to nothing."""
        options = request.options
        refers = getattr(request, "propertyDependencies", {})
        return Shown(
            request.urn,
            request.type,
            request.name,
            plain(request.properties),
            options.protect,
            options.ignoreChanges,
            self._provider(request.provider.properties) if request.HasField("provider") else None,
            {key: found.urns for key, found in refers.items()},
        )

    def _provider(self, properties: Any) -> dict[str, Any]:
        """Read a provider's properties, which come with each of its resources."""
        written = properties.SerializeToString(deterministic=True)
        if written not in self._providers:
            self._providers[written] = plain(properties)
        return self._providers[written]


class _Methods(grpc.GenericRpcHandler):
    """An analyzer's methods.

    The engine offers every resource for remediation first. Where none is on, there is no such method: gRPC says so
    before it has read the resource, and the engine takes that for nothing to remedy.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._handlers = {
            f"{_SERVICE}{name}": grpc.unary_unary_rpc_method_handler(
                getattr(analyzer, name), request.FromString, methodcaller("SerializeToString")
            )
            for name, request in _REQUESTS.items()
        }

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        """Return what answers a call; None where there is no such method."""
        method = handler_call_details.method
        if method == f"{_SERVICE}Remediate" and not self._analyzer.remediates:
            return None
        return self._handlers.get(method)


def serve_forever(name: str, pack: Pack) -> None:
    """Serve a pack on a port of this machine, which it prints: the engine waits for that line."""
    # one at a time: a pack keeps what it has seen
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=1), options=[("grpc.max_receive_message_length", _LARGEST_MESSAGE)]
    )
    server.add_generic_rpc_handlers((_Methods(Analyzer(name, pack)),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    with suppress(KeyboardInterrupt):  # of whoever ends the engine, and with it all that it started
        threading.Event().wait()
    server.stop(0)
