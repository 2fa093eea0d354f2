"""Roads of pods: to names, to the API server, to credentials, to data, to each other, and from load balancers."""

import json
from collections.abc import Iterator
from functools import cached_property, partial
from ipaddress import IPv4Network
from typing import Any

from ..laws.law import get, items
from ..world import Record
from . import rules
from .balancers import Targets
from .data import Store
from .model import Place, Road, Traffic, Wall, Walls, named, road
from .network import both
from .nodes import HTTPS, Nodes
from .pods import POD_IDENTITY, Workload, namespace_of, selected
from .roles import asked_by, role_of
from .ways import within

_SAMPLES = 8
_REFERRED = (
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:core/v1:Secret",
    "kubernetes:external-secrets.io/v1:ExternalSecret",
    "kubernetes:external-secrets.io/v1beta1:ExternalSecret",
)
_BINDINGS = (
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
)
_WEBHOOKS = (
    "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration",
    "kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfiguration",
)


class PodRoads:
    """What the pods of one cluster need."""

    def __init__(self, nodes: Nodes, stores: list[Store]) -> None:
        self.nodes, self.pods, self.stores = nodes, nodes.pods, stores
        self.inventory = nodes.inventory

    def roads(self) -> Iterator[Road]:
        """Yield the roads of each workload."""
        for each in self.pods.workloads:
            if not each.pod.host_network:
                yield self._dns(each)
                for direction in ("Egress", "Ingress"):
                    if self.pods.room(each, direction):
                        yield self._crowded(each, direction)
                if self._asks_api(each):
                    yield self._api(each)
                yield from self._data(each)
        yield from self._identities()
        yield from self._webhooks()
        yield from self._each_other()

    def register(self, targets: Targets) -> None:
        """Tell load balancers which pods stand in their target groups."""
        for binding in self.inventory.of("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"):
            group = self.inventory.owner(str(get(binding.inputs, "spec", "targetGroupARN") or ""))
            if group is None:
                continue
            service = str(get(binding.inputs, "spec", "serviceRef", "name") or "")
            behind = self.pods.behind(namespace_of(binding), service)
            targets.elsewhere.add(group.id)
            for workload in behind:
                for place in self.nodes.everywhere:
                    pods = Place(workload.name, place.subnets, place.groups)
                    targets.add(group.id, pods, partial(self._admits, workload))

    def _dns(self, workload: Workload) -> Road:
        pods = self.pods

        def walk() -> Walls:
            if not pods.leaves(workload, pods.dns, 53, "UDP"):
                yield self._kept(
                    workload, f"CoreDNS at {pods.dns}, udp 53", "kube-system's pods k8s-app=kube-dns on udp and tcp 53"
                )

        return road(workload.name, "CoreDNS", "udp 53", "names", workload.record, walk())

    def _crowded(self, workload: Workload, direction: str) -> Road:
        wall = Wall(
            rules.POLICY_ROOM,
            self.pods.judging(workload, direction),
            self.pods.room(workload, direction),
            "fewer ports for that range, or one range of ports (endPort)",
        )
        ends = (workload.name, "whom its policies name") if direction == "Egress" else ("others", workload.name)
        return road(*ends, direction.lower(), "its policies take effect", workload.record, iter([wall]))

    def _api(self, workload: Workload) -> Road:
        pods = self.pods

        def walk() -> Walls:
            if not pods.leaves(workload, pods.api_server, 443):
                yield self._kept(
                    workload,
                    f"default/kubernetes at {pods.api_server}, tcp 443",
                    f"{pods.api_server}/32 on 443, besides the control plane's own addresses",
                )

        return road(workload.name, "the API server", HTTPS, "it asks for objects", workload.record, walk())

    def _asks_api(self, workload: Workload) -> bool:
        if workload.described:
            return workload.asks_api
        if get(workload.spec, "automountServiceAccountToken") is False:
            return False
        return (workload.pod.namespace, workload.account) in self._bound

    @cached_property
    def _bound(self) -> set[tuple[str, str]]:
        return {
            (str(subject.get("namespace") or namespace_of(binding)), str(subject.get("name")))
            for binding in self.inventory.of(*_BINDINGS)
            for subject in items(binding.inputs, "subjects")
            if subject.get("kind") == "ServiceAccount"
        }

    def _data(self, workload: Workload) -> Iterator[Road]:
        text = self._text(workload)
        for store in self.stores:
            if any(host in text for host in store.hosts):
                for place in self.nodes.everywhere:
                    yield road(
                        workload.name,
                        store.place.name,
                        store.traffic,
                        "it is configured with its address",
                        workload.record,
                        self._reaches(workload, place, store.place, store.traffic),
                    )

    def _reaches(self, workload: Workload, place: Place, target: Place, traffic: Traffic) -> Walls:
        for block in self.nodes.network.blocks(target.subnets):
            if not any(self.pods.leaves(workload, each, traffic.port) for each in _addresses(block)):
                yield self._kept(workload, f"{target.name} in {block}, {traffic}", f"{block} on {traffic.port}")
        yield from within(self.nodes.network, Place(workload.name, place.subnets, place.groups), target, traffic)

    def _text(self, workload: Workload) -> str:
        spec = json.dumps(workload.spec, default=str)
        own = workload.pod.namespace
        parts = [spec]
        for record in self.inventory.of(*_REFERRED):
            name = get(record.outputs, "metadata", "name") or get(record.inputs, "metadata", "name")
            target = get(record.inputs, "spec", "target", "name")
            if namespace_of(record) == own and any(each and f'"{each}"' in spec for each in (name, target)):
                parts.append(json.dumps(record.inputs, default=str))
        return "".join(parts)

    def _identities(self) -> Iterator[Road]:
        agents = [each for each in self.inventory.of("aws:eks/addon:Addon") if "pod-identity" in str(each.inputs)]
        auto = get(self.nodes.eks.inputs, "computeConfig", "enabled") is True
        for association in self.inventory.of("aws:eks/podIdentityAssociation:PodIdentityAssociation"):
            namespace, account = str(both(association, "namespace")), str(both(association, "serviceAccount"))
            wanted = f"role of {namespace}/{account}"
            if not agents and not auto:
                yield road(
                    f"pods of {namespace}/{account}",
                    "the Pod Identity agent",
                    "tcp 80",
                    wanted,
                    association,
                    self._no_agent(),
                )
                continue
            for workload in self.pods.workloads:
                if (workload.pod.namespace, workload.account) == (namespace, account):
                    yield road(
                        workload.name,
                        "the Pod Identity agent",
                        "tcp 80",
                        wanted,
                        association,
                        self._asks_agent(workload),
                    )
                    yield from self._services(workload, association)

    def _services(self, workload: Workload, association: Record) -> Iterator[Road]:
        role = role_of(self.inventory, both(association, "roleArn"))
        for asked in asked_by(self.inventory, role) if role else ():
            for place in self.nodes.everywhere:
                source = Place(workload.name, place.subnets, place.groups, public=place.public)
                yield road(
                    workload.name,
                    asked.service,
                    f"{asked.action} by HTTPS",
                    f"{named(role)} lets it" if role else "",
                    association,
                    self.nodes.services.reach(source, asked),
                )

    def _no_agent(self) -> Walls:
        yield Wall(
            rules.POD_IDENTITY,
            named(self.nodes.eks),
            "has no add-on eks-pod-identity-agent",
            "the add-on eks-pod-identity-agent",
        )

    def _asks_agent(self, workload: Workload) -> Walls:
        if not self.pods.leaves(workload, POD_IDENTITY, 80):
            wall = self._kept(workload, f"the agent at {POD_IDENTITY}, tcp 80", f"{POD_IDENTITY}/32 on 80")
            yield Wall(rules.POD_IDENTITY, wall.resource, wall.found, wall.opens)

    def _webhooks(self) -> Iterator[Road]:
        for record in self.inventory.of(*_WEBHOOKS):
            for hook in items(record.inputs, "webhooks"):
                service = get(hook, "clientConfig", "service") or {}
                for workload in self.pods.behind(str(service.get("namespace")), str(service.get("name"))):
                    port = self._target_port(service)
                    for place in self.nodes.everywhere:
                        yield road(
                            self.nodes.control_plane.name,
                            workload.name,
                            f"tcp {port}",
                            f"{named(record)} is called",
                            record,
                            self._called(place, workload, Traffic(port)),
                        )

    def _called(self, place: Place, workload: Workload, traffic: Traffic) -> Walls:
        target = Place(workload.name, place.subnets, place.groups)
        yield from within(self.nodes.network, self.nodes.control_plane, target, traffic)
        yield from self._admits(workload, self.nodes.control_plane, traffic)

    def _target_port(self, service: Any) -> int:
        for record in self.inventory.of("kubernetes:core/v1:Service"):
            if namespace_of(record) == service.get("namespace") and service.get("name") == get(
                record.inputs, "metadata", "name"
            ):
                for port in items(record.inputs, "spec", "ports"):
                    target = port.get("targetPort", port.get("port"))
                    if port.get("port") == service.get("port", 443) and str(target).isdigit():
                        return int(target)
        return int(service.get("port", 443))

    def _admits(self, workload: Workload, source: Place, traffic: Traffic) -> Walls:
        if workload.pod.host_network:
            return
        for block in self.nodes.network.blocks(source.subnets):
            if not any(self.pods.enters(workload, each, traffic.port) for each in _addresses(block)):
                policies = self.pods.judging(workload, "Ingress")
                yield Wall(
                    rules.POLICY_IN,
                    policies,
                    f"{workload.name} are not reached from {source.name} in {block}, {traffic}",
                    f"an ingress rule from {block} on {traffic.port}",
                )

    def _each_other(self) -> Iterator[Road]:
        """Yield what one policy lets out to pods by their labels: the other end's policies must let it in."""
        for record in self.inventory.of("kubernetes:networking.k8s.io/v1:NetworkPolicy"):
            sources = [each for each in self.pods.workloads if selected(record, each.pod) and not each.described]
            for rule in items(record.inputs, "spec", "egress"):
                ports = [port for port in items(rule, "ports") if isinstance(port.get("port"), int)]
                for target in self._peers(record, rule):
                    for source in sources:
                        for port in ports:
                            yield self._between(
                                record, source, target, int(port["port"]), str(port.get("protocol", "TCP"))
                            )

    def _between(self, record: Record, source: Workload, target: Workload, port: int, protocol: str) -> Road:
        def walk() -> Walls:
            if not self.pods.enters(target, source.pod.address, port, protocol):
                yield Wall(
                    rules.POLICY_IN,
                    self.pods.judging(target, "Ingress"),
                    f"{target.name} are not reached from {source.name}, {protocol.lower()} {port}",
                    f"an ingress rule from the labels of {source.name} on {port}",
                )

        return road(
            source.name, target.name, f"{protocol.lower()} {port}", f"{named(record)} lets it out", record, walk()
        )

    def _peers(self, record: Record, rule: Any) -> Iterator[Workload]:
        for peer in items(rule, "to"):
            labels = get(peer, "podSelector", "matchLabels")
            space = get(peer, "namespaceSelector", "matchLabels", "kubernetes.io/metadata.name")
            home = str(space) if space else namespace_of(record)
            if not labels or ("namespaceSelector" in peer and not space):
                continue
            for each in self.pods.workloads:
                if each.pod.namespace == home and not each.described and labels.items() <= each.pod.labels.items():
                    yield each

    def _kept(self, workload: Workload, what: str, opens: str) -> Wall:
        return Wall(
            rules.POLICY_OUT,
            self.pods.judging(workload, "Egress"),
            f"{workload.name} do not reach {what}",
            f"an egress rule to {opens}",
        )


def _addresses(block: IPv4Network) -> Iterator[str]:
    """Yield addresses all over a range; which of them somebody has is not known before it is there."""
    step = max(1, block.num_addresses // _SAMPLES)
    return (str(block[index]) for index in range(min(step // 2, block.num_addresses - 1), block.num_addresses, step))
