"""The pods, Services and policies of a stack's cluster, as its resources describe them.

A chart's pods are known by the policies that were written for them alone: a policy that selects by labels, where no
workload of the stack bears these, describes a pod with these labels.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Network
from typing import Any

from ..laws.inventory import Inventory
from ..laws.law import get, items
from ..world import Record
from .addresses import network
from .model import named
from .network_policies import Cluster, ContainerPort, Pod, Policy, Service, ServicePort, Wall, matches, passes

NAMESPACE = "kubernetes.io/metadata.name"
# Charts' pods that ask for objects whatever their values say, by the label that their charts give them.
CONTROLLERS = frozenset(
    {
        *(
            "alloy",
            "argocd-application-controller",
            "aws-load-balancer-controller",
            "cert-manager",
            "cluster-autoscaler",
        ),
        *("external-dns", "external-secrets", "ingress-nginx", "karpenter", "keda-operator", "kube-state-metrics"),
        *("kube-prometheus-stack-prometheus-operator", "metrics-server", "prometheus", "promtail"),
    }
)
POD_IDENTITY = "169.254.170.23"
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "ReplicaSet")
_GROUPS = {"Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1", "ReplicaSet": "apps/v1"}
_GROUPS |= {"Job": "batch/v1", "CronJob": "batch/v1", "Pod": "core/v1"}
# Where EKS puts Services that were given no range, in a VPC within 10.0.0.0/8 (EKS API:
# KubernetesNetworkConfigRequest).
_SERVICES = IPv4Network("172.20.0.0/16")
# no VPC and no Service lies there (RFC 2544)
_NOWHERE = IPv4Network("198.18.0.0/16")


@dataclass(frozen=True)
class Workload:
    """Pods that are alike: whose they are, and what is said of them."""

    pod: Pod
    record: Record
    account: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    described: bool = False
    """Whether a policy or a chart alone describes it."""

    @property
    def asks_api(self) -> bool:
        """Whether it is a controller, or an agent, that is nothing without the API server."""
        names = {self.pod.labels.get("app.kubernetes.io/name"), self.pod.labels.get("app")}
        return bool(names & CONTROLLERS)

    @property
    def name(self) -> str:
        """What it is called in a report."""
        if not self.described:
            return f"pods of {named(self.record)}"
        labels = self.pod.labels
        return f"pods of {labels.get('app.kubernetes.io/name') or ', '.join(labels.values())} in {self.pod.namespace}"


class Pods:
    """What runs in the clusters of a stack, as one cluster."""

    def __init__(self, inventory: Inventory, eks: Record | None) -> None:
        self.inventory, self.eks = inventory, eks
        self.home = _NOWHERE
        """The range in which pods have addresses; which they have does not matter, where they lie does."""
        self.crowded: dict[tuple[str, str], str] = {}

    @cached_property
    def workloads(self) -> list[Workload]:
        """The workloads of the stack, then those that policies describe."""
        found: list[Workload] = []
        for kind in _WORKLOADS:
            for record in self.inventory.of(f"kubernetes:{_GROUPS[kind]}:{kind}"):
                template = _template(kind, record.inputs)
                metadata = get(template, "metadata") or {}
                spec = get(template, "spec") or {}
                address = self._address(len(found))
                ports = [
                    ContainerPort(
                        int(port["containerPort"]), str(port.get("name", "")), str(port.get("protocol", "TCP"))
                    )
                    for container in items(spec, "containers")
                    for port in items(container, "ports")
                    if port.get("containerPort")
                ]
                pod = Pod(
                    namespace_of(record),
                    named(record),
                    metadata.get("labels") or {},
                    address,
                    ports,
                    bool(spec.get("hostNetwork")),
                )
                found.append(Workload(pod, record, str(spec.get("serviceAccountName") or "default"), spec))
        return [*found, *self._described(found)]

    @cached_property
    def enforced(self) -> bool:
        """Whether somebody enforces policies: the VPC CNI where it is told to, or EKS Auto Mode."""
        if self.eks and get(self.eks.inputs, "computeConfig", "enabled") is True:
            return True
        return any(
            "networkpolicy" in str(each.inputs.get("configurationValues")).lower()
            and "true" in str(each.inputs.get("configurationValues")).lower()
            for each in self.inventory.of("aws:eks/addon:Addon")
            if each.inputs.get("addonName") == "vpc-cni"
        )

    @cached_property
    def services_range(self) -> IPv4Network:
        """Where the cluster's Services have their addresses."""
        sides = (self.eks.inputs, self.eks.outputs) if self.eks else ()
        said = [get(side, "kubernetesNetworkConfig", "serviceIpv4Cidr") for side in sides]
        return next((found for each in said if each and (found := network(each)) and found.prefixlen), _SERVICES)

    @property
    def api_server(self) -> str:
        """The address at which pods dial the API server: the first of the Services' range."""
        return str(self.services_range[1])

    @property
    def dns(self) -> str:
        """The address of CoreDNS's Service, the tenth of the range (EKS: the kubelet's clusterDNS)."""
        return str(self.services_range[10])

    @cached_property
    def cluster(self) -> Cluster:
        """What the CNI's controller looks at."""
        pods = [each.pod for each in self.workloads]
        coredns = Pod(
            "kube-system", "coredns", {"k8s-app": "kube-dns"}, str(_NOWHERE[-2]), [ContainerPort(53, "dns", "UDP")]
        )
        services = [
            Service("default", "kubernetes", {}, self.api_server, [ServicePort(443, 443)]),
            Service(
                "kube-system",
                "kube-dns",
                {"k8s-app": "kube-dns"},
                self.dns,
                [ServicePort(53, 53, "UDP"), ServicePort(53, 53, "TCP")],
            ),
            *self._services(),
        ]
        return Cluster(self._namespaces(), [*pods, coredns], services, self._policies if self.enforced else [])

    def leaves(self, workload: Workload, address: str, port: int, protocol: str = "TCP") -> bool:
        """Return whether policies let a pod's packet out to an address."""
        return passes(self._wall(workload, "Egress"), address, protocol, port)

    def enters(self, workload: Workload, address: str, port: int, protocol: str = "TCP") -> bool:
        """Return whether policies let a packet from an address in to a pod."""
        return passes(self._wall(workload, "Ingress"), address, protocol, port)

    def judging(self, workload: Workload, direction: str) -> str:
        """Return the policies that judge a pod, by name."""
        chosen = [
            named(record)
            for record, policy in zip(self._policy_records, self._policies, strict=True)
            if policy in self.cluster.selecting(workload.pod, direction)
        ]
        return ", ".join(chosen)

    def behind(self, namespace: str, service: str) -> list[Workload]:
        """Return the workloads that a Service of the stack stands before."""
        for record in self.inventory.of("kubernetes:core/v1:Service"):
            name = str(get(record.outputs, "metadata", "name") or get(record.inputs, "metadata", "name"))
            if (namespace_of(record), name) == (namespace, service):
                selector = get(record.inputs, "spec", "selector") or {}
                return [
                    each
                    for each in self.workloads
                    if each.pod.namespace == namespace and selector and selector.items() <= each.pod.labels.items()
                ]
        return []

    def _wall(self, workload: Workload, direction: str) -> Wall | None:
        key = (workload.pod.address, direction)
        if key not in self._walls:
            try:
                self._walls[key] = self.cluster.wall(workload.pod, direction)
            except ValueError as error:  # more ports than the agent keeps: which it drops, nobody can tell
                self.crowded[key] = str(error)
                self._walls[key] = None
        return self._walls[key]

    def room(self, workload: Workload, direction: str) -> str:
        """Return what the agent has no room for, empty where all has."""
        self._wall(workload, direction)
        return self.crowded.get((workload.pod.address, direction), "")

    @cached_property
    def _walls(self) -> dict[tuple[str, str], Wall | None]:
        return {}

    @cached_property
    def _policy_records(self) -> list[Record]:
        return [
            each
            for each in self.inventory.of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
            if get(each.inputs, "spec")
        ]

    @cached_property
    def _policies(self) -> list[Policy]:
        return [Policy(namespace_of(each), _spec(each)) for each in self._policy_records]

    def _described(self, known: list[Workload]) -> Iterator[Workload]:
        """Yield pods that policies describe, and those of charts in namespaces whose policies are about every pod."""
        about: dict[str, list[tuple[Mapping[str, str], Record]]] = {}
        for record in self._policy_records:
            selector = get(record.inputs, "spec", "podSelector") or {}
            if not selector.get("matchExpressions"):
                about.setdefault(namespace_of(record), []).append((selector.get("matchLabels") or {}, record))
            else:
                about.setdefault(namespace_of(record), []).append(({"": ""}, record))
        found = 0
        for namespace, policies in about.items():
            candidates: dict[frozenset[tuple[str, str]], Record] = {}
            for labels, record in policies:
                if labels and "" not in labels:
                    candidates.setdefault(frozenset(labels.items()), record)
            for release in self.inventory.of("kubernetes:helm.sh/v3:Release"):
                name = str(release.inputs.get("chart") or "").rpartition("/")[2]
                if (
                    namespace_of(release) == namespace
                    and not _tokenless(release)
                    and all(not labels for labels, _ in policies)
                ):
                    candidates.setdefault(frozenset({("app.kubernetes.io/name", name)}), release)
            for wanted, record in candidates.items():
                borne = any(each.pod.namespace == namespace and wanted <= each.pod.labels.items() for each in known)
                # another policy might be about the same pods, by labels that this one does not tell
                vague = any(
                    dict(wanted).keys().isdisjoint(labels) or _more(wanted, labels) for labels, _ in policies if labels
                )
                if not borne and not vague:
                    pod = Pod(namespace, named(record), dict(wanted), self._address(len(known) + found))
                    found += 1
                    yield Workload(pod, record, "", described=True)

    def _address(self, index: int) -> str:
        room = max(1, self.home.num_addresses // 2)
        return str(self.home[self.home.num_addresses // 4 + index % room])

    def _namespaces(self) -> Mapping[str, Mapping[str, str]]:
        found = {name: {NAMESPACE: name} for name in ("default", "kube-system")}
        for record in self.inventory.of("kubernetes:core/v1:Namespace"):
            name = str(get(record.outputs, "metadata", "name") or get(record.inputs, "metadata", "name") or record.id)
            found[name] = {**(get(record.inputs, "metadata", "labels") or {}), NAMESPACE: name}
        for each in [*self.workloads]:
            found.setdefault(each.pod.namespace, {NAMESPACE: each.pod.namespace})
        for policy in self._policies:
            found.setdefault(policy.namespace, {NAMESPACE: policy.namespace})
        return found

    def _services(self) -> Iterator[Service]:
        for record in self.inventory.of("kubernetes:core/v1:Service"):
            spec = get(record.inputs, "spec") or {}
            address = str(get(record.outputs, "spec", "clusterIP") or get(spec, "clusterIP") or "")
            ports = [
                ServicePort(
                    int(port["port"]), port.get("targetPort") or int(port["port"]), str(port.get("protocol", "TCP"))
                )
                for port in items(spec, "ports")
                if port.get("port")
            ]
            dialled = None if address in ("", "None") else address
            name = str(get(record.outputs, "metadata", "name") or get(record.inputs, "metadata", "name"))
            yield Service(namespace_of(record), name, get(spec, "selector") or {}, dialled, ports)


def namespace_of(record: Record) -> str:
    """Return the namespace that an object lies in."""
    said = get(record.inputs, "metadata", "namespace") or get(record.outputs, "metadata", "namespace")
    return str(said or record.inputs.get("namespace") or "default")


def selected(record: Record, pod: Pod) -> bool:
    """Return whether a policy is about a pod."""
    return namespace_of(record) == pod.namespace and matches(get(record.inputs, "spec", "podSelector"), pod.labels)


def _template(kind: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    if kind == "Pod":
        return inputs
    path = ("spec", "jobTemplate", "spec", "template") if kind == "CronJob" else ("spec", "template")
    found: Mapping[str, Any] = get(inputs, *path) or {}
    return found


def _spec(record: Record) -> Mapping[str, Any]:
    spec: dict[str, Any] = dict(get(record.inputs, "spec"))
    for direction, peers in (("egress", "to"), ("ingress", "from")):
        if isinstance(spec.get(direction), list):
            spec[direction] = [_of_ipv4(rule, peers) for rule in spec[direction]]
    spec.setdefault("podSelector", {})
    # the API server's own defaulting of policies: Ingress always, Egress where there are such rules
    spec.setdefault("policyTypes", ["Ingress", *(["Egress"] if "egress" in spec else [])])
    return spec


def _more(wanted: frozenset[tuple[str, str]], labels: Mapping[str, str]) -> bool:
    """Return whether labels ask for all of these and for others besides, or agree on some and ask for others."""
    theirs = labels.items()
    return not theirs <= wanted and all(dict(wanted).get(key, value) == value for key, value in theirs)


def _tokenless(release: Record) -> bool:
    """Return whether a chart's pods are given no token by which to ask the API server."""
    return "'automountServiceAccountToken': False" in str(release.inputs.get("values"))


def _of_ipv4(rule: Any, peers: str) -> Any:
    if not isinstance(rule, Mapping) or not isinstance(rule.get(peers), list):
        return rule
    return {**rule, peers: [each for each in rule[peers] if ":" not in str(get(each, "ipBlock", "cidr") or "")]}
