"""Finds all roads that a stack's resources imply, and walks each."""

from collections.abc import Iterator, Mapping

from ..laws.inventory import Inventory
from ..world import Record
from .balancers import Balancers, Targets
from .data import Data
from .edge import Edge
from .machines import Machines
from .messages import Messages
from .model import Finding, Place, Road
from .network import Network
from .nodes import Nodes
from .pod_roads import PodRoads
from .pods import Pods
from .services import Services
from .spare import spare
from .times import Times


def find(inventory: Inventory, timeouts: Mapping[str, Mapping[str, float]] | None = None) -> Finding:
    """Return every road of a stack with the first wall on it, and what is open and nobody needs.

    `timeouts` is what a program sets of its own, in seconds by URN and operation; without it no time is judged.
    """
    network = Network(inventory)
    services, targets = Services(network), Targets()
    balancers, machines = Balancers(network, targets), Machines(services)
    clusters = [_nodes(services, eks) for eks in inventory.of("aws:eks/cluster:Cluster")]
    members: dict[str, list[Place]] = {}
    machines_places = [each.place for each in machines.all]
    for place in [*machines_places, *(place for nodes in clusters for place in nodes.everywhere)]:
        for group in place.groups or ():
            members.setdefault(group, []).append(place)
    for balancer in balancers.all:
        for group in balancers.place(balancer).groups or ():
            members.setdefault(group, []).append(balancers.place(balancer))
    data = Data(network, members)
    pods = [PodRoads(nodes, data.stores) for nodes in clusters]
    for cluster in pods:
        cluster.register(targets)
    machines.register(targets)
    for store in data.stores:
        for group in store.place.groups or ():
            members.setdefault(group, []).append(store.place)

    def roads() -> Iterator[Road]:
        yield from Edge(services, balancers).roads()
        yield from balancers.roads()
        yield from data.roads()
        for nodes in clusters:
            yield from nodes.roads()
        for each in pods:
            yield from each.roads()
        yield from machines.roads(data.stores)
        yield from Messages(inventory).roads()
        if timeouts is not None:
            yield from Times(inventory, timeouts).roads()

    return Finding(tuple(dict.fromkeys(roads())), tuple(dict.fromkeys(spare(network, data.stores, members))))


def _nodes(services: Services, eks: Record) -> Nodes:
    pods = Pods(services.network.inventory, eks)
    nodes = Nodes(services, eks, pods)
    blocks = [block for place in nodes.everywhere for block in services.network.blocks(place.subnets)]
    if blocks:
        pods.home = blocks[0]
    return nodes
