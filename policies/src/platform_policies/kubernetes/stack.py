"""What must stand beside workloads."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..kit.reading import UNKNOWN, get, given, items
from ..kit.stack import Finding, Node, Stack, StackRule
from .pods import containers, pod

_NAMESPACE = "kubernetes:core/v1:Namespace"
_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_SCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
_SCALED = ("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet")
Parameters = Mapping[str, Any]


def _denies(policy: Node) -> bool:
    """Return whether a policy stands for every pod of its namespace, in both ways, and lets nothing through."""
    spec = policy.get("spec")
    if spec is UNKNOWN:
        return True
    everyone = not get(spec, "podSelector") or get(spec, "podSelector") in ({}, {"matchLabels": {}})
    return (
        everyone
        and {"Ingress", "Egress"} <= set(items(spec, "policyTypes"))
        and not (items(spec, "ingress") or items(spec, "egress"))
    )


def _inside(node: Node, namespace: Node) -> bool:
    own, name = node.get("metadata", "namespace"), namespace.get("metadata", "name")
    return namespace in node.refs.get("metadata", []) or (isinstance(own, str) and own == name)


def _open_namespaces(stack: Stack, _: Parameters) -> Iterator[Finding]:
    denying = [policy for policy in stack.of(_POLICY) if _denies(policy)]
    for namespace in stack.of(_NAMESPACE):
        if not any(_inside(policy, namespace) for policy in denying):
            yield Finding(namespace.urn)


def _scaled(scaler: Node, stack: Stack) -> Node | None:
    target = scaler.get("spec", "scaleTargetRef", "name")
    for node in stack.of(*_SCALED):
        if node in scaler.refs.get("spec", []) or (isinstance(target, str) and target == node.get("metadata", "name")):
            return node
    return None


def _scalers(stack: Stack, _: Parameters) -> Iterator[Finding]:
    for scaler in stack.of(_SCALER):
        target = _scaled(scaler, stack)
        low, high = scaler.get("spec", "minReplicas") or 1, scaler.get("spec", "maxReplicas")
        if target is None:
            yield Finding(scaler.urn, "its target is not in the stack")
        elif UNKNOWN not in (low, high) and not (isinstance(high, int | float) and low < high):
            yield Finding(scaler.urn, "minReplicas is not below maxReplicas")
        elif not all(given(get(one, "resources", "requests")) for one in containers(pod(target.props))):
            yield Finding(scaler.urn, "its target has no resource requests")


def _selecting(stack: Stack, _: Parameters) -> Iterator[Finding]:
    """Services that select no pods of the stack's own namespace."""
    workloads = [
        node
        for node in stack.nodes
        if node.type.startswith(("kubernetes:apps/", "kubernetes:batch/", "kubernetes:core/v1:Pod"))
    ]
    for service in stack.of("kubernetes:core/v1:Service"):
        wanted, own = service.get("spec", "selector"), service.get("metadata", "namespace")
        if not isinstance(wanted, dict) or not wanted or UNKNOWN in (*wanted.values(), own):
            continue
        labels = [
            node.get("spec", "template", "metadata", "labels") or node.get("metadata", "labels")
            for node in workloads
            if node.get("metadata", "namespace") in (own, UNKNOWN)
        ]
        if not any(one is UNKNOWN or (isinstance(one, dict) and wanted.items() <= one.items()) for one in labels):
            yield Finding(service.urn)


RULES = (
    StackRule(
        "k8s-netpol-default", "high", "a namespace denies all traffic by default (default-deny network policy)",
        "give it a NetworkPolicy with an empty podSelector, policyTypes Ingress and Egress, and no rules", "boundary", _open_namespaces,
        refs="CIS EKS 4.3.2, CKV2_K8S_6", link="https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies",
        judges="every Namespace",
    ),
    StackRule(
        "k8s-hpa", "medium", "a HorizontalPodAutoscaler has a target with requests, and minReplicas below maxReplicas", "name a workload with requests, and set minReplicas below maxReplicas",
        "availability", _scalers, refs="kube-score horizontalpodautoscaler-has-target",
        link="https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/", judges="every HorizontalPodAutoscaler",
    ),
    StackRule(
        "k8s-service-target", "medium", "a Service's selector matches pods of a workload", "let its selector fit the labels of a workload", "availability", _selecting,
        refs="kube-score service-targets-pod", link="https://kubernetes.io/docs/concepts/services-networking/service/", judges="every Service", level="advisory",
    ),
)  # fmt: skip
