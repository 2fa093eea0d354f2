"""The ways through a network: within a VPC, over peering and transit gateways, and out to the internet and back."""

from collections.abc import Iterator
from dataclasses import replace

from ..world import Record
from . import rules
from .addresses import EVERYWHERE, internet
from .gates import crosses_acls, enters_groups, leaves_groups
from .model import ANY_CLIENT, Place, Traffic, Wall, Walls
from .network import Network, Route, Subnet, both

INTERNET = Place("the internet", blocks=internet())


def within(network: Network, source: Place, target: Place, traffic: Traffic) -> Walls:
    """Walk between two places with subnets, from each of the source's to each of the target's."""
    yield from leaves_groups(network, source, target, traffic)
    for here in source.subnets:
        for there in target.subnets:
            first, second = network.subnets.get(here), network.subnets.get(there)
            if first and second and first.vpc != second.vpc:
                yield from _between(network, first, second)
                yield from _between(network, second, first)
            yield from crosses_acls(network, source, target, traffic, here, there)
    yield from enters_groups(network, source, target, traffic)


def outwards(network: Network, source: Place, traffic: Traffic, target: Place = INTERNET) -> Walls:
    """Walk from a place to the internet, and its answers back."""
    yield from leaves_groups(network, source, target, traffic)
    for subnet in _known(network, source):
        yield from leaves_vpc(network, source, subnet, traffic, target)


def leaves_vpc(network: Network, source: Place, subnet: Subnet, traffic: Traffic, target: Place) -> Walls:
    """Walk from a subnet to the internet: its route, a NAT gateway's own subnet, and the ACLs of both."""
    routes = network.routes(subnet)
    yield from crosses_acls(network, source, target, traffic, subnet.id, "")
    if routes is None:
        return
    route = next((each for each in routes if each.cidr == EVERYWHERE), None)
    if route is None:
        yield _no_route(network, subnet, target.name)
        return
    yield from _through(network, source, subnet, route, traffic, target)


def inwards(network: Network, target: Place, traffic: Traffic, source: Place = INTERNET) -> Walls:
    """Walk from the internet to a place with public addresses."""
    for subnet in _known(network, target):
        routes = network.routes(subnet)
        if routes is not None and not any(each.kind == "gatewayId" and each.cidr == EVERYWHERE for each in routes):
            yield Wall(
                rules.BALANCER_SUBNETS,
                network.name(network.table(subnet)) if network.table(subnet) else f"main route table of {subnet.vpc}",
                f"no route of {network.name(subnet.id)} leads to an internet gateway",
                "a route to 0.0.0.0/0 by the VPC's internet gateway, or public subnets",
            )
        yield from crosses_acls(network, source, target, replace(traffic, answers=ANY_CLIENT), "", subnet.id)
    yield from enters_groups(network, source, target, traffic)


def gateway_of(network: Network, vpc: str) -> Record | None:
    """Return the internet gateway attached to a VPC."""
    for each in network.inventory.of("aws:ec2/internetGateway:InternetGateway"):
        if _attached(network, each) == vpc:
            return each
    return None


def _through(network: Network, source: Place, subnet: Subnet, route: Route, traffic: Traffic, target: Place) -> Walls:
    record = network.inventory.owner(route.target)
    if route.kind == "gatewayId":
        yield from _gateway(network, source, subnet, record, route)
    elif route.kind == "natGatewayId":
        if record is None and network.inventory.gone(route.target):
            yield _blackhole(network, route)
        if record:
            yield from _nat(network, source, subnet, record, traffic, target)
    elif route.kind == "vpcPeeringConnectionId":
        yield Wall(
            rules.PEERING_EDGE,
            network.name(route.table),
            f"sends {route.cidr} over {network.name(route.target)}, which leads to the peer's own range alone",
            "a NAT or internet gateway of this VPC, or a transit gateway",
        )
    elif route.kind == "transitGatewayId":
        yield from _transit(network, subnet, route)
    elif route.kind == "networkInterfaceId":
        yield from _machine(network, route)


def _gateway(network: Network, source: Place, subnet: Subnet, record: Record | None, route: Route) -> Walls:
    if record is None:
        if network.inventory.gone(route.target):
            yield _blackhole(network, route)
    elif _attached(network, record) not in ("", subnet.vpc):
        yield Wall(
            rules.GATEWAY_DETACHED,
            network.name(route.target),
            f"is attached to another VPC than {network.name(subnet.id)} lies in",
            "the internet gateway of the subnet's own VPC",
        )
    if not source.public:
        yield Wall(
            rules.PRIVATE_ADDRESS,
            network.name(subnet.id),
            f"{source.name} has no public address, and its route leads to an internet gateway",
            "a public address, or a private subnet with a NAT gateway",
        )


def _nat(network: Network, source: Place, subnet: Subnet, nat: Record, traffic: Traffic, target: Place) -> Walls:
    name = network.name(nat.id)
    if both(nat, "connectivityType") == "private":
        yield Wall(rules.NAT_PRIVATE, name, "its connectivity is private", "a public NAT gateway with an Elastic IP")
    home = network.subnets.get(str(both(nat, "subnetId") or ""))
    if home is None:  # a regional one has no subnet, and routes of its own
        return
    own = network.routes(home)
    if own is not None and not any(each.kind == "gatewayId" and each.cidr == EVERYWHERE for each in own):
        yield Wall(
            rules.NAT_SUBNET,
            name,
            f"lies in {network.name(home.id)}, which has no route to an internet gateway",
            "a NAT gateway in a subnet whose route to 0.0.0.0/0 is an internet gateway",
        )
    if home.id != subnet.id:
        inside = Place(name, (home.id,))
        yield from crosses_acls(network, source, inside, traffic, subnet.id, home.id)
        # the packet's own port and address, judged as it passes the gateway's subnet on its way through
    outside = replace(traffic, answers=ANY_CLIENT)
    yield from crosses_acls(network, Place(name, (home.id,)), target, outside, home.id, "")


def _machine(network: Network, route: Route) -> Walls:
    for each in network.inventory.of("aws:ec2/instance:Instance"):
        if both(each, "primaryNetworkInterfaceId") == route.target and each.inputs.get("sourceDestCheck") is not False:
            yield Wall(
                rules.SOURCE_CHECK,
                network.name(each.id),
                "routes lead to it, and its source/destination check is on",
                "source_dest_check=False",
            )


def _between(network: Network, here: Subnet, there: Subnet) -> Walls:
    """Walk the route from one VPC to another; answers take the route back."""
    routes = network.routes(here)
    if routes is None:
        return
    fitting = [each for each in routes if there.cidr.subnet_of(each.cidr) or each.cidr.subnet_of(there.cidr)]
    if not fitting:
        yield _no_route(network, here, network.name(there.id))
        return
    route = max(fitting, key=lambda each: each.cidr.prefixlen)
    if route.kind == "vpcPeeringConnectionId":
        yield from _peering(network, here, there, route)
    elif route.kind == "transitGatewayId":
        yield from _transit(network, here, route)
        yield from _transit(network, there, route)
    elif route.kind in ("gatewayId", "natGatewayId"):
        yield Wall(
            rules.NO_ROUTE,
            network.name(route.table),
            f"sends {there.cidr} of {network.name(there.id)} to {network.name(route.target)}",
            f"a route to {there.cidr} by a peering connection or a transit gateway",
        )


def _peering(network: Network, here: Subnet, there: Subnet, route: Route) -> Walls:
    record = network.inventory.owner(route.target)
    if record is None:
        if network.inventory.gone(route.target):
            yield _blackhole(network, route)
        return
    ends = {both(record, "vpcId"), both(record, "peerVpcId")}
    if not {here.vpc, there.vpc} <= ends:
        yield Wall(
            rules.PEERING_EDGE,
            network.name(route.target),
            f"does not join {network.name(here.vpc)} and {network.name(there.vpc)}",
            "a peering connection between these two, or a transit gateway",
        )
    accepted = record.inputs.get("autoAccept") is True or any(
        both(each, "vpcPeeringConnectionId") == record.id and each.inputs.get("autoAccept") is True
        for each in network.inventory.of("aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter")
    )
    if not accepted:
        yield Wall(
            rules.PEERING_PENDING,
            network.name(route.target),
            "nobody accepts it",
            "auto_accept=True, or a VpcPeeringConnectionAccepter with it",
        )


def _transit(network: Network, subnet: Subnet, route: Route) -> Walls:
    gateway = network.inventory.owner(route.target)
    if gateway is None:
        return
    attached = [
        each
        for each in network.inventory.of("aws:ec2transitgateway/vpcAttachment:VpcAttachment")
        if both(each, "transitGatewayId") == route.target and both(each, "vpcId") == subnet.vpc
    ]
    zones = {
        network.subnets[each].zone
        for attachment in attached
        for each in attachment.inputs.get("subnetIds") or ()
        if each in network.subnets
    }
    if not attached:
        found = f"is not attached to {network.name(subnet.vpc)}"
    elif zones and subnet.zone and subnet.zone not in zones:
        found = f"is attached in {', '.join(sorted(zones))}, and not in {subnet.zone} of {network.name(subnet.id)}"
    else:
        return
    yield Wall(
        rules.TRANSIT_ATTACHED,
        network.name(route.target),
        found,
        "an attachment with a subnet in each zone that is used",
    )


def _attached(network: Network, gateway: Record) -> str:
    attachments = network.inventory.of("aws:ec2/internetGatewayAttachment:InternetGatewayAttachment")
    by_hand = [str(both(each, "vpcId")) for each in attachments if both(each, "internetGatewayId") == gateway.id]
    return str(gateway.inputs.get("vpcId") or "") or (by_hand[0] if by_hand else "nowhere")


def _known(network: Network, place: Place) -> Iterator[Subnet]:
    return (network.subnets[each] for each in place.subnets if each in network.subnets)


def _no_route(network: Network, subnet: Subnet, target: str) -> Wall:
    table = network.table(subnet)
    return Wall(
        rules.NO_ROUTE,
        network.name(table) if table else f"main route table of {network.name(subnet.vpc)}",
        f"has no route from {network.name(subnet.id)} to {target}",
        "a route there, such as 0.0.0.0/0 by a NAT gateway",
    )


def _blackhole(network: Network, route: Route) -> Wall:
    return Wall(
        rules.BLACKHOLE,
        network.name(route.table),
        f"sends {route.cidr} to {route.target}, which is gone",
        "a route to what stands",
    )
