"""Parties by name, and who of them may open a connection to whom, judged as the VPC CNI enforces policies."""

from collections.abc import Mapping
from functools import cached_property
from ipaddress import IPv4Address

from components.shared.network_policies import Spec
from sandbox.roads.network_policies import Cluster, Pod, Policy, Wall, passes

NAMESPACE = "kubernetes.io/metadata.name"
# within the VPC of the tests' tables, and of nobody there
_FIRST = IPv4Address("10.20.64.1")
Who = tuple[str, Mapping[str, str]] | str


class Parties:
    """Pods (their namespace and labels) and addresses by name, under policies by namespace and role."""

    def __init__(self, who: Mapping[str, Who], namespaces: Mapping[str, Mapping[str, Spec]]) -> None:
        self.who, self.guarded_namespaces = who, frozenset(namespaces)
        self._addresses = {
            name: each if isinstance(each, str) else str(_FIRST + index)
            for index, (name, each) in enumerate(who.items())
        }
        self._pods = {
            name: Pod(each[0], name, each[1], self._addresses[name])
            for name, each in who.items()
            if not isinstance(each, str)
        }
        names = {pod.namespace for pod in self._pods.values()} | set(namespaces)
        self._cluster = Cluster(
            {name: {NAMESPACE: name} for name in names},
            list(self._pods.values()),
            policies=[Policy(name, spec) for name, specs in namespaces.items() for spec in specs.values()],
        )

    @cached_property
    def _walls(self) -> dict[tuple[str, str], Wall | None]:
        return {
            (name, direction): self._cluster.wall(pod, direction)
            for name, pod in self._pods.items()
            for direction in ("Ingress", "Egress")
        }

    def guarded(self) -> set[str]:
        """Return the pods whose namespace has policies."""
        return {name for name, pod in self._pods.items() if pod.namespace in self.guarded_namespaces}

    def admitted(self, pod: str, direction: str, other: str, protocol: str, port: int) -> bool:
        """Return whether policies let a pod reach another party, or that party reach it; an address has no policies."""
        if pod not in self._pods:
            return True
        return passes(self._walls[pod, direction], self._addresses[other], protocol, port)

    def connects(self, source: str, target: str, protocol: str, port: int) -> bool:
        """Return whether both ends let a connection through."""
        return self.admitted(source, "Egress", target, protocol, port) and self.admitted(
            target, "Ingress", source, protocol, port
        )
