"""What is open and nobody needs."""

from collections.abc import Iterator, Mapping

from ..laws.law import get
from ..world import Record
from . import rules
from .addresses import EVERYWHERE
from .data import Store
from .model import Place, Spare, named
from .network import GroupRule, Network, both

ADMINISTRATION = (22, 3389)


def spare(network: Network, stores: list[Store], members: Mapping[str, list[Place]]) -> Iterator[Spare]:
    """Yield what is open to the internet or for nobody, and pods' way to their node's role."""
    yield from _stores(network, stores)
    yield from _groups(network, members)
    yield from _metadata(network)


def _stores(network: Network, stores: list[Store]) -> Iterator[Spare]:
    for store in stores:
        for group in store.place.groups or ():
            for rule in network.group(group) or ():
                if rule.ingress and EVERYWHERE in rule.cidrs and rule.ports[0] <= store.traffic.port <= rule.ports[1]:
                    yield Spare(
                        rules.OPEN_TO_ALL,
                        network.name(group),
                        f"admits every address to {store.place.name}, {store.traffic}",
                        "rules for the groups of its clients alone",
                    )
        if both(store.record, "publiclyAccessible") is True:
            yield Spare(
                rules.OPEN_TO_ALL,
                named(store.record),
                "has a public address",
                "publicly_accessible=False",
            )


def _groups(network: Network, members: Mapping[str, list[Place]]) -> Iterator[Spare]:
    for record in network.inventory.of("aws:ec2/securityGroup:SecurityGroup"):
        for rule in network.group(record.id) or ():
            yield from _administration(record, rule)
            for peer in rule.groups:
                theirs = network.inventory.owner(peer)
                if rule.ingress and peer not in members and theirs and theirs.token.startswith("aws:ec2/securityGroup"):
                    yield Spare(
                        rules.NOBODY,
                        named(record),
                        f"has a rule for {network.name(peer)}, which nothing bears",
                        "without that rule and that group",
                    )


def _administration(record: Record, rule: GroupRule) -> Iterator[Spare]:
    if rule.ingress and EVERYWHERE in rule.cidrs and rule.protocol in ("tcp", None):
        for port in ADMINISTRATION:
            if rule.ports[0] <= port <= rule.ports[1]:
                yield Spare(
                    rules.OPEN_TO_ALL,
                    named(record),
                    f"admits every address at {port}",
                    "Session Manager, or the addresses of those who administer",
                )


def _metadata(network: Network) -> Iterator[Spare]:
    for group in network.inventory.of("aws:eks/nodeGroup:NodeGroup"):
        template = network.inventory.owner(str(get(group.inputs, "launchTemplate", "id") or ""))
        options = get(template.inputs, "metadataOptions") or {} if template else {}
        hops = options.get("httpPutResponseHopLimit")
        tokens = options.get("httpTokens")
        # EKS makes a template of its own with two hops where none is given (EKS: launch templates)
        if (hops or 2) > 1 or tokens == "optional":
            yield Spare(
                rules.METADATA,
                named(template or group),
                f"lets pods of {named(group)} ask for the node's role"
                + (" without a token" if tokens == "optional" else f": {hops or 2} hops"),
                "a launch template with http_put_response_hop_limit=1 and http_tokens='required'",
            )
