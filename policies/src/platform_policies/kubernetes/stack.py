"""What must stand beside workloads."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ..kit.reading import UNKNOWN, get, given, items
from ..kit.stack import Finding, Node, Stack, StackRule
from .templates import templates_of

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
        elif not all(
            given(get(one, "resources", "requests"))
            for template in templates_of(target.type, target.props)
            for one in template.containers
        ):
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


def _labels(node: Node) -> Any:
    own = node.get("spec", "template", "metadata", "labels")
    return (
        own
        or node.get("spec", "jobTemplate", "spec", "template", "metadata", "labels")
        or node.get("metadata", "labels")
    )


def _namespace(node: Node) -> Any:
    return node.get("metadata", "namespace") or node.get("namespace")


def _idle_policies(stack: Stack, _: Parameters) -> Iterator[Finding]:
    """Policies that stand for no pods, in namespaces of which all pods are to be seen.

    What a chart makes in the cluster is not, nor are the cluster's own add-ons.
    """
    pods, charted = defaultdict[Any, list[Any]](list), set[Any]()
    for node in stack.nodes:
        if ":helm.sh/" in node.type:
            charted.add(_namespace(node))
        elif any(True for _ in templates_of(node.type, node.props)):
            pods[_namespace(node)].append(_labels(node))
    for policy in stack.of(_POLICY):
        wanted, own = policy.get("spec", "podSelector", "matchLabels"), policy.get("metadata", "namespace")
        if not isinstance(wanted, dict) or not wanted or UNKNOWN in (*wanted.values(), own):
            continue
        labels = pods[own] + pods[UNKNOWN]
        if labels and not charted & {own, UNKNOWN} and not any(_bears(one, wanted) for one in labels):
            yield Finding(policy.urn)


def _bears(labels: Any, wanted: Mapping[str, Any]) -> bool:
    return labels is UNKNOWN or (isinstance(labels, dict) and wanted.items() <= labels.items())


def _scaled_twice(stack: Stack, _: Parameters) -> Iterator[Finding]:
    """Workloads with replicas of their own, which each update sets back, and a scaler."""
    for scaler in stack.of(_SCALER):
        target = _scaled(scaler, stack)
        if target and target.asked("spec", "replicas") is not None and not target.ignores("spec"):
            yield Finding(target.urn)


def _backends(node: Node) -> Iterator[Any]:
    spec = node.get("spec")
    yield get(spec, "defaultBackend", "service", "name")
    for rule in items(spec, "rules"):
        for path in items(rule, "http", "paths"):
            yield get(path, "backend", "service", "name")


def _leading_nowhere(stack: Stack, _: Parameters) -> Iterator[Finding]:
    services = {service.get("metadata", "name") for service in stack.of("kubernetes:core/v1:Service")}
    for node in stack.of("kubernetes:networking.k8s.io/v1:Ingress"):
        named = [name for name in _backends(node) if isinstance(name, str) and name != "use-annotation"]
        if UNKNOWN not in services and any(name not in services for name in named):
            yield Finding(node.urn)


def _written_secrets(stack: Stack, _: Parameters) -> Iterator[Finding]:
    """Secrets whose values come from nothing else in the stack: they stand in the program, or in its configuration."""
    for node in stack.of("kubernetes:core/v1:Secret"):
        for key in ("data", "stringData"):
            values = node.get(key)
            known = isinstance(values, dict) and any(isinstance(one, str) and one for one in values.values())
            if known and node.wrote(key) and not node.refs.get(key):
                yield Finding(node.urn)
                break


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
    StackRule(
        "k8s-netpol-target", "medium", "a network policy's selector matches pods of a workload", "let its selector fit the labels of a workload", "boundary", _idle_policies,
        refs="kube-score networkpolicy-targets-pod", link="https://kubernetes.io/docs/concepts/services-networking/network-policies/", judges="every NetworkPolicy", level="advisory",
    ),
    StackRule(
        "k8s-hpa-replicas", "low", "a workload that a HorizontalPodAutoscaler scales sets no replicas", "leave replicas out: each update would set them back", "availability", _scaled_twice,
        refs="kube-score deployment-targeted-by-hpa-does-not-have-replicas-configured", link="https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas",
        judges="every HorizontalPodAutoscaler", level="advisory",
    ),
    StackRule(
        "k8s-ingress-target", "medium", "an Ingress leads to Services of the stack", "name a Service that there is", "availability", _leading_nowhere,
        refs="kube-score ingress-targets-service", link="https://kubernetes.io/docs/concepts/services-networking/ingress/", judges="every Ingress", level="advisory",
    ),
    StackRule(
        "k8s-secret-written", "medium", "a Secret's values are generated, or fetched from a store, not written in the program", "use External Secrets or a generated password", "secrets", _written_secrets,
        refs="CIS EKS 4.4.2", link="https://kubernetes.io/docs/concepts/configuration/secret/", judges="every Secret", level="advisory",
    ),
)  # fmt: skip
