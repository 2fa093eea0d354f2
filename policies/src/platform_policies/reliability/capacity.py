"""What keeps answering through a failure."""

from collections.abc import Callable
from typing import Any

from ..kit.reading import UNKNOWN, among, at_least, get, given, number, on
from ..kit.rule import Resource, Rule

_CLUSTER, _NODES = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup"
_SERVING = r"kubernetes:apps/v1:(Deployment|StatefulSet)"
_ZONE = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")


def _room(resource: Resource) -> bool:
    low, high = (resource.get("scalingConfig", key) for key in ("minSize", "maxSize"))
    if UNKNOWN in (low, high, resource.get("scalingConfig")):
        return True
    return (number(high) or 0) > (number(low) or 0)


def _apart(*keys: str) -> Callable[[Resource], bool]:
    return lambda resource: _spread(resource, keys)


def _spread(resource: Resource, keys: tuple[str, ...]) -> bool:
    spec = resource.get("spec", "template", "spec")
    spreads, affinity = get(spec, "topologySpreadConstraints"), get(spec, "affinity", "podAntiAffinity")
    if UNKNOWN in (spec, spreads, affinity):
        return True
    terms: list[Any] = [] if not isinstance(affinity, dict) else [
        *(affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or []),
        *(get(one, "podAffinityTerm") for one in affinity.get("preferredDuringSchedulingIgnoredDuringExecution") or []),
    ]  # fmt: skip
    return any(among(get(one, "topologyKey"), *keys) for one in [*(spreads or []), *terms])


def _rolls(resource: Resource) -> bool:
    strategy = resource.get("spec", "strategy", "type")
    return among(strategy, None, "RollingUpdate")


RULES = (
    Rule(
        "eks-delete-protect", "high", "an EKS cluster has deletion protection", "set deletionProtection", "backup", _CLUSTER, lambda s: on(s.get("deletionProtection")),
        link="https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html", level="advisory",
    ),
    Rule(
        "eks-node-least", "medium", "a node group has `least` nodes or more", "set scalingConfig.minSize to `least` or more", "availability", _NODES,
        lambda s: at_least(s.get("scalingConfig", "minSize"), s.parameters["least"]), parameters={"least": 2}, level="advisory",
        link="https://docs.aws.amazon.com/eks/latest/best-practices/data-plane.html",
    ),
    Rule(
        "eks-node-room", "medium", "a node group can scale out", "set scalingConfig.maxSize above minSize", "availability", _NODES, _room,
        link="https://docs.aws.amazon.com/eks/latest/best-practices/data-plane.html",
    ),
    Rule(
        "lb-delete-protect", "medium", "a load balancer has deletion protection", "set enableDeletionProtection", "availability",
        r"aws:(lb|alb)/loadBalancer:LoadBalancer", lambda s: on(s.get("enableDeletionProtection")), refs="FSBP ELB.6, CKV_AWS_150", level="advisory",
    ),
    Rule(
        "alarm-action", "high", "a CloudWatch alarm has an action", "set alarmActions", "audit", "aws:cloudwatch/metricAlarm:MetricAlarm",
        lambda s: given(s.get("alarmActions")) and s.get("actionsEnabled") is not False, refs="FSBP CloudWatch.15, FSBP CloudWatch.17",
    ),
    Rule(
        "k8s-spread", "low", "a workload's pods are spread over availability zones", "set topologySpreadConstraints, or anti-affinity, by topology.kubernetes.io/zone", "availability",
        _SERVING, _apart(*_ZONE), level="advisory",
        link="https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
    ),
    Rule(
        "k8s-rolls", "medium", "a Deployment is updated by a rolling update, not recreated", "leave strategy.type at RollingUpdate", "availability", "kubernetes:apps/v1:Deployment", _rolls,
        link="https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy",
    ),
    Rule(
        "k8s-host-spread", "low", "a workload's pods are spread over nodes", "set topologySpreadConstraints, or anti-affinity, by kubernetes.io/hostname", "availability",
        _SERVING, _apart("kubernetes.io/hostname"), refs="kube-score deployment-has-host-podantiaffinity", level="advisory",
        link="https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
    ),
)  # fmt: skip
