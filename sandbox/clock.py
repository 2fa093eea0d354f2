"""How long a stack would take on the real clouds, worked out from the engine's state and a table of typical times.

A pure function of `deployment.resources` of `pulumi stack export`. It assumes that all goes well at the first try, and
that the engine works on as many resources at a time as it may. `expected` makes a first `up` or a `destroy` out of the
state; `of_changes` the next update, where somebody says what each change takes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from .clock_times import DEFAULT, TIMES, Typical

Resource = Mapping[str, Any]

# What starts pods, and is finished only when they run.
_PODS = (
    "kubernetes:apps/v1:DaemonSet",
    "kubernetes:apps/v1:Deployment",
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:batch/v1:Job",
    "kubernetes:helm.sh/v3:Release",
)
_CLUSTER = "aws:eks/cluster:Cluster"
_API = "pulumi:providers:kubernetes"
_ADDON = "aws:eks/addon:Addon"
_NODES = "aws:eks/nodeGroup:NodeGroup"
_RELEASE = "kubernetes:helm.sh/v3:Release"

# Orders that the clouds demand and no property tells: (what waits, what it waits for, what ties the two together).
# The first two are beginnings of a `kind`. The tie is a type: the one must come from, and the other be made straight
# from, the same resource of it. Where a program does it the other way round, it seems to know why.
NECESSARY: tuple[tuple[str, str, str], ...] = (
    # "You must attach an internet gateway": docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
    ("aws:ec2/natGateway:NatGateway", "aws:ec2/internetGateway:InternetGateway", "aws:ec2/vpc:Vpc"),
    # CreateCluster refuses a role that may not: docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html
    (_CLUSTER, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/role:Role"),
    # nodes join by these policies: docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
    (_NODES, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/role:Role"),
    # a node is ready once it has a network: github.com/terraform-aws-modules/terraform-aws-eks/pull/3218
    (_NODES, f"{_ADDON}=vpc-cni", _CLUSTER),
    # these run on nodes, and are not active before: github.com/terraform-aws-modules/terraform-aws-eks/issues/3001
    (f"{_ADDON}=coredns", _NODES, _CLUSTER),
    (f"{_ADDON}=aws-ebs-csi-driver", _NODES, _CLUSTER),
    # pods run on nodes, find the API server by kube-proxy and everything else by name:
    # docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html
    *((pods, needed, _CLUSTER) for pods in _PODS for needed in (_NODES, f"{_ADDON}=kube-proxy", f"{_ADDON}=coredns")),
    # a chart brings these kinds: kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation
    ("kubernetes:elbv2.k8s.aws/", f"{_RELEASE}=aws-load-balancer-controller", _API),
    # and these: github.com/prometheus-community/helm-charts/blob/main/charts/kube-prometheus-stack/README.md
    ("kubernetes:monitoring.coreos.com/", f"{_RELEASE}=kube-prometheus-stack", _API),
    # CloudFront refuses a certificate that is not issued: github.com/hashicorp/terraform-provider-aws/issues/34950
    (
        "aws:cloudfront/distribution:Distribution",
        "aws:acm/certificateValidation:CertificateValidation",
        "aws:acm/certificate:Certificate",
    ),
)


@dataclass(frozen=True)
class Schedule:
    """When each custom resource starts and finishes, in seconds from the start, and the steps that set the end."""

    total_seconds: int
    path: tuple[tuple[str, int], ...]
    start_seconds: Mapping[str, int]
    finish_seconds: Mapping[str, int]


def kind(resource: Resource) -> str:
    """Return the type token; where it says too little, `=` and the name of the add-on or chart that is installed."""
    inputs = resource.get("inputs") or {}
    installs = {_ADDON: inputs.get("addonName"), _RELEASE: inputs.get("chart")}.get(resource["type"])
    return f"{resource['type']}={installs.rpartition('/')[2]}" if isinstance(installs, str) else resource["type"]


def expected(resources: Iterable[Resource], *, deleting: bool = False) -> Schedule:
    """Return the schedule where each resource starts as soon as all that it waits for is finished.

    It waits for its dependencies, its provider and its parent, so for what its component waits for; and for what
    `NECESSARY` says, because it would wait for that inside its own create. Deleting goes the other way round.
    """
    graph = _Graph(resources)
    return graph.schedule(graph.every, deleting, graph.seconds(deleting))


def of_changes(resources: Iterable[Resource], seconds: Mapping[str, int]) -> Schedule:
    """Return the schedule of an update that takes so many seconds for each of these URNs, and none for all others."""
    graph = _Graph(resources)
    return graph.schedule(graph.every, deleting=False, seconds={urn: seconds.get(urn, 0) for urn in graph.by_urn})


def bound(resources: Iterable[Resource], *, deleting: bool = False) -> Schedule:
    """Return the schedule below which no order can go: it keeps what data flow, providers and `NECESSARY` demand."""
    graph = _Graph(resources)
    return graph.schedule(graph.necessary, deleting, graph.seconds(deleting))


def report(resources: Iterable[Resource], *, deleting: bool = False) -> str:
    """Return what to expect, why, and how near that is to the least that is possible."""
    known = list(resources)
    plan, least = expected(known, deleting=deleting), bound(known, deleting=deleting)
    if not plan.path:
        return "expected on AWS: nothing to do"
    types = {resource["urn"]: resource["type"] for resource in known}
    steps = [f"{_time(seconds):>8}  {types[urn]}  {urn.rpartition('::')[2]}" for urn, seconds in plan.path]
    return "\n".join(
        [
            f"expected on AWS: {_time(plan.total_seconds)}; the path that determines it:",
            *steps,
            f"no ordering can take less than {_time(least.total_seconds)} "
            f"(ratio {plan.total_seconds / least.total_seconds:.2f})",
        ]
    )


class _Graph:
    """The resources, and what each waits for: in `every` order, and in the `necessary` one. URN -> URNs.

    Components are in it, and take no time.
    """

    def __init__(self, resources: Iterable[Resource]) -> None:
        # a predecessor that waits for its deletion bears its successor's URN
        self.by_urn = {resource["urn"]: resource for resource in resources if not resource.get("delete")}
        self.children: dict[str, list[str]] = {}
        for urn, resource in self.by_urn.items():
            self.children.setdefault(resource.get("parent", ""), []).append(urn)
        self.necessary = self._edges(_data_of)
        self.every = self._edges(lambda resource: (*(resource.get("dependencies") or ()), *_data_of(resource)))
        for urn, resource in self.by_urn.items():
            self.every[urn].update({resource.get("parent", "")} & self.by_urn.keys())
        for urn, other in self._demanded():
            if urn not in _origins(self.every, other):
                self.every[urn].add(other)
                self.necessary[urn].add(other)

    def _demanded(self) -> list[tuple[str, str]]:
        kinds = {urn: kind(resource) for urn, resource in self.by_urn.items() if resource.get("custom")}
        return [
            (urn, other)
            for waits, needed, tie in NECESSARY
            for urn in _beginning(kinds, waits)
            for other in _beginning(kinds, needed)
            if any(kinds.get(origin) == tie for origin in _origins(self.necessary, urn) & self.necessary[other])
        ]

    def seconds(self, deleting: bool) -> dict[str, int]:
        return {urn: _seconds(resource, deleting) for urn, resource in self.by_urn.items()}

    def schedule(self, dependencies: Mapping[str, set[str]], deleting: bool, seconds: Mapping[str, int]) -> Schedule:
        waits = _reversed(dependencies) if deleting else dependencies
        start: dict[str, int] = {}
        finish: dict[str, int] = {}
        for urn in TopologicalSorter(waits).static_order():
            start[urn] = max((finish[before] for before in waits[urn]), default=0)
            finish[urn] = start[urn] + seconds[urn]
        path: list[tuple[str, int]] = []
        ahead: Iterable[str] = finish
        while last := max(sorted(ahead), key=finish.__getitem__, default=""):
            path.insert(0, (last, seconds[last]))
            ahead = waits[last]
        custom = [urn for urn, resource in self.by_urn.items() if resource.get("custom")]
        return Schedule(
            total_seconds=max(finish.values(), default=0),
            path=tuple(step for step in path if step[1]),
            start_seconds={urn: start[urn] for urn in custom},
            finish_seconds={urn: finish[urn] for urn in custom},
        )

    def _edges(self, of: Callable[[Resource], Iterable[str]]) -> dict[str, set[str]]:
        """For each resource what `of` says; a component there stands for itself and all that is inside it."""
        edges = {}
        for urn, resource in self.by_urn.items():
            around = set(self._with_around(urn))
            edges[urn] = {inner for other in of(resource) if other not in around for inner in self._with_inside(other)}
        return edges

    def _with_inside(self, urn: str) -> Iterator[str]:
        if urn in self.by_urn:
            yield urn
            if not self.by_urn[urn].get("custom"):
                for child in self.children.get(urn, ()):
                    yield from self._with_inside(child)

    def _with_around(self, urn: str) -> Iterator[str]:
        if urn in self.by_urn:
            yield urn
            yield from self._with_around(self.by_urn[urn].get("parent", ""))


def _data_of(resource: Resource) -> tuple[str, ...]:
    """Return what its properties come from, and its provider (`<URN>::<id>`)."""
    values: Mapping[str, Sequence[str] | None] = resource.get("propertyDependencies") or {}
    provider = (resource.get("provider") or "").rpartition("::")[0]
    return (*(urn for urns in values.values() for urn in urns or ()), provider)


def _seconds(resource: Resource, deleting: bool) -> int:
    if not resource.get("custom") or (deleting and (resource.get("deletedWith") or resource.get("retainOnDelete"))):
        return 0
    takes = typical(resource)
    return takes.delete_seconds if deleting else takes.create_seconds


def _beginning(kinds: Mapping[str, str], start: str) -> list[str]:
    return [urn for urn, name in kinds.items() if name.startswith(start)]


def _origins(graph: Mapping[str, set[str]], urn: str) -> set[str]:
    """Return all that it waits for, directly or not."""
    found: set[str] = set()
    ahead = [urn]
    while ahead:
        new = graph[ahead.pop()] - found
        found |= new
        ahead.extend(new)
    return found


def _reversed(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    turned: dict[str, set[str]] = {urn: set() for urn in graph}
    for urn, others in graph.items():
        for other in others:
            turned[other].add(urn)
    return turned


def typical(resource: Resource) -> Typical:
    """Return what creating and deleting a resource takes."""
    return DEFAULT if resource.get("external") else TIMES.get(kind(resource)) or TIMES.get(resource["type"], DEFAULT)


def _time(seconds: int) -> str:
    return f"{(seconds + 30) // 60} min" if seconds // 60 else f"{seconds} s"
