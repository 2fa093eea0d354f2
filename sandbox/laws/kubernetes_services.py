"""Kubernetes: Services that the API server refuses (pkg/apis/core/validation/validation.go, ValidateService)."""

from collections.abc import Iterator

from .kubernetes_fields import forbidden, invalid, required, unsupported
from .law import Law, Refusal, ResourceOperation, get, items

_SOURCE = "https://github.com/kubernetes/kubernetes/blob/v1.35.0/pkg/apis/core/validation/validation.go"
_RANGE = "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/#options"
_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_LOWEST, _HIGHEST = 30000, 32767  # kube-apiserver, --service-node-port-range, which EKS leaves as it is
_MOST = 65535


def _ports(op: ResourceOperation) -> Iterator[Refusal]:
    kind = get(op.inputs, "spec", "type") or "ClusterIP"
    for index, port in enumerate(items(op.inputs, "spec", "ports")):
        path = f"spec.ports[{index}]"
        number, node = get(port, "port"), get(port, "nodePort")
        if isinstance(number, int) and not 1 <= number <= _MOST:
            yield invalid(op, f"{path}.port", number, f"must be between 1 and {_MOST}, inclusive", "choose such a port")
        if node and kind == "ClusterIP":
            why = "may not be used when `type` is 'ClusterIP'"
            yield forbidden(op, f"{path}.nodePort", why, "leave it out, or make the Service a NodePort")
        elif isinstance(node, int) and node and not _LOWEST <= node <= _HIGHEST:
            why = f"provided port is not in the valid range. The range of valid ports is {_LOWEST}-{_HIGHEST}"
            yield invalid(op, f"{path}.nodePort", node, why, "choose one of these, or let the server choose")


def _type(op: ResourceOperation) -> Iterator[Refusal]:
    spec = op.inputs.get("spec")
    kind, address = get(spec, "type") or "ClusterIP", get(spec, "clusterIP")
    if kind not in _TYPES:
        yield unsupported(op, "spec.type", kind, _TYPES)
    if kind in ("LoadBalancer", "NodePort") and address == "None":
        why = f"may not be set to 'None' for {kind} services"
        yield invalid(op, "spec.clusterIPs[0]", address, why, "leave clusterIP out")
    if kind == "ExternalName" and not (spec or {}).get("externalName"):
        yield required(op, "spec.externalName", "", "say for which name it stands")
    if kind != "ExternalName" and address != "None" and spec is not None and not spec.get("ports"):
        yield required(op, "spec.ports", "", "name the ports, or make it headless: clusterIP None")
    for name in ("loadBalancerClass", "loadBalancerSourceRanges"):
        if get(spec, name) and kind != "LoadBalancer":
            why = "may only be used when `type` is 'LoadBalancer'"
            yield forbidden(op, f"spec.{name}", why, "make the Service a LoadBalancer")


LAWS = (
    Law("kubernetes-node-port", "ports of nodes", f"{_SOURCE}, {_RANGE}", r"kubernetes:core/v1:Service", _ports),
    Law("kubernetes-service-type", "what a type of Service takes", _SOURCE, r"kubernetes:core/v1:Service", _type),
)
