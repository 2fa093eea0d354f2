"""What NetworkPolicies come to under the VPC CNI: its controller's resolution, then its agent's maps of addresses.

Written down from amazon-network-policy-controller-k8s (ecc7e6a: pkg/resolvers/endpoints.go, pkg/k8s/pod_utils.go and
service_utils.go) and aws-network-policy-agent (c8619c0: pkg/fwruleprocessor/fw_rule_processor.go,
pkg/ebpf/c/tc.v4egress.bpf.c), for IPv4 and policies of networking.k8s.io/v1. The controller makes addresses of peers;
the agent judges a packet at the pod's own interface, before kube-proxy has rewritten a ClusterIP, by the longest
prefix that holds its address. So a Service that no policy's peer stands for is out of reach, however near its
endpoints are. Every pod runs here, answers pass (the agent tracks connections), and nobody asks about a pod's own
node, which always may.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

Labels = Mapping[str, str]
ANYWHERE = "0.0.0.0/0"
ANY_PROTOCOL = "ANY"
# what an address of the agent's map has room for (pkg/ebpf/c/helper.h: MAX_PORT_PROTOCOL)
MOST_PORTS = 24


@dataclass(frozen=True)
class ContainerPort:
    """A port that a pod's container names."""

    number: int
    name: str = ""
    protocol: str = "TCP"


@dataclass(frozen=True)
class Pod:
    """A pod that runs. One in its node's network has the node's address, and no policy applies to it."""

    namespace: str
    name: str
    labels: Labels
    address: str
    ports: Sequence[ContainerPort] = ()
    host_network: bool = False


@dataclass(frozen=True)
class ServicePort:
    """Where a Service listens, and the port of its pods, by number or name."""

    number: int
    target: int | str
    protocol: str = "TCP"


@dataclass(frozen=True)
class Service:
    """A Service; without an address of its own it is headless, without a selector it has no pods."""

    namespace: str
    name: str
    selector: Labels
    address: str | None
    ports: Sequence[ServicePort] = ()


@dataclass(frozen=True)
class Policy:
    """A NetworkPolicy in its namespace."""

    namespace: str
    spec: Mapping[str, Any]


@dataclass(frozen=True)
class Port:
    """One port that is let through; no number means all of them."""

    protocol: str
    number: int | None = None
    end: int | None = None

    def holds(self, protocol: str, number: int) -> bool:
        """Return whether a packet's port is this one."""
        return self.protocol in (protocol, ANY_PROTOCOL) and (
            self.number is None or self.number <= number <= (self.end or self.number)
        )


@dataclass(frozen=True)
class Endpoint:
    """A range that the controller hands to the agent; no ports means all of them."""

    cidr: str
    ports: tuple[Port, ...] = ()
    excepted: tuple[str, ...] = ()


# the agent's map: a range, and what passes there
Wall = Mapping[IPv4Network, tuple[Port, ...]]


@dataclass(frozen=True)
class Cluster:
    """What the controller looks at."""

    namespaces: Mapping[str, Labels]
    pods: Sequence[Pod]
    services: Sequence[Service] = ()
    policies: Sequence[Policy] = ()

    def selecting(self, pod: Pod, direction: str) -> list[Policy]:
        """Return the policies of a direction that a pod is under (computePodSelectorEndpoints)."""
        if pod.host_network:
            return []
        return [
            policy
            for policy in self.policies
            if policy.namespace == pod.namespace
            and direction in policy.spec["policyTypes"]
            and matches(policy.spec["podSelector"], pod.labels)
        ]

    def wall(self, pod: Pod, direction: str) -> Wall | None:
        """Return what the agent holds a pod's first packets against; None lets all through."""
        policies = self.selecting(pod, direction)
        resolve = self.egress if direction == "Egress" else self.ingress
        return firewall_map([each for policy in policies for each in resolve(policy)]) if policies else None

    def ingress(self, policy: Policy) -> Iterator[Endpoint]:
        """Resolve who may come in (computeIngressEndpoints): named ports are those of the pods under the policy."""
        for rule in policy.spec.get("ingress", ()):
            ports = tuple(self._ingress_ports(policy, rule.get("ports", ())))
            if rule.get("ports") and not ports:
                continue
            if "from" not in rule:
                yield Endpoint(ANYWHERE, ports)
            for peer in rule.get("from", ()):
                if "ipBlock" in peer:
                    yield _block(peer, ports)
                    continue
                for namespace in self._peer_namespaces(policy, peer):
                    yield from (Endpoint(_host(pod.address), ports) for pod in self._matching(namespace, peer))

    def egress(self, policy: Policy) -> Iterator[Endpoint]:
        """Resolve what may be reached (computeEgressEndpoints): ranges, pods, and ClusterIPs of Services."""
        for rule in policy.spec.get("egress", ()):
            asked = rule.get("ports", ())
            # a name means nothing where there is no pod
            numbered = tuple(_port(each) for each in asked if not isinstance(each.get("port"), str))
            if "to" not in rule and (numbered or not asked):
                yield Endpoint(ANYWHERE, numbered)
            for peer in rule.get("to", ()):
                if "ipBlock" in peer:
                    if numbered or not asked:
                        yield _block(peer, numbered)
                    continue
                for namespace in self._peer_namespaces(policy, peer):
                    for pod in self._matching(namespace, peer):
                        ports = tuple(_pod_ports(pod, asked))
                        if ports or not asked:
                            yield Endpoint(_host(pod.address), ports)
                    yield from self._cluster_ips(namespace, peer, asked)

    def _ingress_ports(self, policy: Policy, asked: Sequence[Mapping[str, Any]]) -> Iterator[Port]:
        if not any(isinstance(each.get("port"), str) for each in asked):
            yield from map(_port, asked)
            return
        for pod in self._in(policy.namespace):
            if matches(policy.spec["podSelector"], pod.labels):
                yield from _pod_ports(pod, asked)

    def _peer_namespaces(self, policy: Policy, peer: Mapping[str, Any]) -> list[str]:
        if "namespaceSelector" not in peer:
            return [policy.namespace]
        return [name for name, labels in self.namespaces.items() if matches(peer["namespaceSelector"], labels)]

    def _in(self, namespace: str) -> list[Pod]:
        return [pod for pod in self.pods if pod.namespace == namespace]

    def _matching(self, namespace: str, peer: Mapping[str, Any]) -> list[Pod]:
        return [pod for pod in self._in(namespace) if matches(peer.get("podSelector"), pod.labels)]

    def _cluster_ips(
        self, namespace: str, peer: Mapping[str, Any], asked: Sequence[Mapping[str, Any]]
    ) -> Iterator[Endpoint]:
        # getMatchingServiceClusterIPs: the peer's selector is held against the Service's, as if that were labels
        for service in self.services:
            if service.namespace != namespace or service.address is None:
                continue
            if matches(peer.get("podSelector"), service.selector):
                ports = tuple(self._service_ports(service, asked))
                if ports or not asked:
                    yield Endpoint(_host(service.address), ports)

    def _service_ports(self, service: Service, asked: Sequence[Mapping[str, Any]]) -> Iterator[Port]:
        for each in asked:
            protocol, wanted = each.get("protocol", "TCP"), each.get("port")
            if wanted is None:
                yield _port(each)
                continue
            found = self._listens(service, wanted, protocol)
            if found is None or (isinstance(wanted, int) and self._leads_astray(service, found, protocol, asked)):
                continue
            yield Port(protocol, found, each.get("endPort"))

    def _listens(self, service: Service, wanted: int | str, protocol: str) -> int | None:
        # getMatchingServicePort: by the Service's target first, then by what its pods' containers declare
        for port in service.ports:
            if port.target == wanted and port.protocol == protocol:
                return port.number
        for pod in self._behind(service):
            declared = _container_port(pod, wanted, protocol)
            for port in service.ports:
                if declared and port.protocol == protocol and port.target in (declared.number, declared.name):
                    return port.number
        return None

    def _leads_astray(self, service: Service, listens: int, protocol: str, asked: Sequence[Mapping[str, Any]]) -> bool:
        # hasTargetPortBypass: a target's name may stand for a port that the policy does not allow on some pod
        target = next((each.target for each in service.ports if (each.number, each.protocol) == (listens, protocol)), 0)
        if not isinstance(target, str):
            return False
        numbered = [_port(each) for each in asked if not isinstance(each.get("port"), str)]
        named = [_named_port(pod, target, protocol) for pod in self._behind(service)]
        return any(each and not any(one.holds(protocol, each.number) for one in numbered) for each in named)

    def _behind(self, service: Service) -> list[Pod]:
        # an empty selector selects everything here (labels.Set.AsSelector)
        return [pod for pod in self._in(service.namespace) if service.selector.items() <= pod.labels.items()]


def passes(wall: Wall | None, address: str, protocol: str, port: int) -> bool:
    """Return whether a packet passes: the kernel's map finds the longest prefix, and nothing but that."""
    if wall is None:
        return True
    found = [cidr for cidr in wall if IPv4Address(address) in cidr]
    return bool(found) and any(each.holds(protocol, port) for each in wall[max(found, key=lambda cidr: cidr.prefixlen)])


def firewall_map(endpoints: Sequence[Endpoint]) -> Wall:
    """Make the agent's map of them (ComputeMapEntriesFromEndpointRules).

    An address takes over the ports of every wider range that does not except it, and a range that is excepted and not
    named itself lets nothing through. The agent drops what an entry has no room for, so that is an error here.
    """
    ports: dict[IPv4Network, list[Port]] = {}
    excepted: dict[IPv4Network, list[IPv4Network]] = {}
    for endpoint in sorted(endpoints, key=lambda each: IPv4Network(each.cidr, strict=False).prefixlen):
        cidr = IPv4Network(endpoint.cidr, strict=False)
        own = list(endpoint.ports or (Port(ANY_PROTOCOL),))
        if cidr not in ports:
            own += (
                port
                for wider, theirs in ports.items()
                if wider.prefixlen < wider.max_prefixlen and cidr.network_address in wider
                if not any(cidr.network_address in each for each in excepted[wider])
                for port in theirs
            )
        ports.setdefault(cidr, []).extend(own)
        excepted.setdefault(cidr, []).extend(IPv4Network(each) for each in endpoint.excepted)
    for closed in {each for ranges in excepted.values() for each in ranges}:
        ports.setdefault(closed, [])
    result = {cidr: tuple(dict.fromkeys(each)) for cidr, each in ports.items()}
    crowded = [f"{cidr} has {len(each)}" for cidr, each in result.items() if len(each) > MOST_PORTS]
    if crowded:
        raise ValueError(f"the agent keeps {MOST_PORTS} ports of an address, and {', '.join(crowded)}")
    return result


def matches(selector: Mapping[str, Any] | None, labels: Labels) -> bool:
    """Return whether a label selector selects; an empty one and none select everything."""
    wanted = selector or {}
    return all(labels.get(key) == value for key, value in (wanted.get("matchLabels") or {}).items()) and all(
        _holds(each, labels) for each in wanted.get("matchExpressions") or ()
    )


def _holds(expression: Mapping[str, Any], labels: Labels) -> bool:
    key, values = expression["key"], expression.get("values", ())
    return {
        "In": key in labels and labels[key] in values,
        "NotIn": labels.get(key) not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }[expression["operator"]]


def _host(address: str) -> str:
    return f"{address}/32"


def _block(peer: Mapping[str, Any], ports: tuple[Port, ...]) -> Endpoint:
    return Endpoint(peer["ipBlock"]["cidr"], ports, tuple(peer["ipBlock"].get("except", ())))


def _port(asked: Mapping[str, Any]) -> Port:
    return Port(asked.get("protocol", "TCP"), asked.get("port"), asked.get("endPort"))


def _pod_ports(pod: Pod, asked: Sequence[Mapping[str, Any]]) -> Iterator[Port]:
    for each in asked:
        if each.get("port") is None:
            yield _port(each)
        elif declared := _container_port(pod, each["port"], each.get("protocol", "TCP")):
            yield Port(each.get("protocol", "TCP"), declared.number, each.get("endPort"))


def _container_port(pod: Pod, wanted: int | str, protocol: str) -> ContainerPort | None:
    # LookupContainerPortAndName: a number stands for itself where no container declares it
    for port in pod.ports:
        if port.protocol == protocol and wanted in (port.number, port.name):
            return port
    return ContainerPort(wanted, protocol=protocol) if isinstance(wanted, int) else None


def _named_port(pod: Pod, name: str, protocol: str) -> ContainerPort | None:
    return next((port for port in pod.ports if (port.name, port.protocol) == (name, protocol)), None)
