"""The gates that stand before interfaces and subnets: security groups, and network ACLs in both directions."""

from ipaddress import IPv4Network

from . import rules
from .addresses import MOST_SHUT, Entry, covers, shut
from .model import Blocks, Place, Traffic, Wall, Walls
from .network import GroupRule, Network, Subnet

# more addresses than so many ranges are those of the internet
_MOST_NAMED = 3


def leaves_groups(network: Network, source: Place, target: Place, traffic: Traffic) -> Walls:
    """Judge the security groups of whoever opens the connection."""
    if source.groups and not _admitted(network, source, target, traffic, ingress=False):
        names = ", ".join(network.name(each) for each in source.groups)
        yield Wall(
            rules.GROUP_OUT,
            names,
            f"no rule lets {traffic} out to {target.name}",
            f"an egress rule of {names} for {traffic} to {_peer(network, target)}",
        )


def enters_groups(network: Network, source: Place, target: Place, traffic: Traffic) -> Walls:
    """Judge the security groups of whoever is reached."""
    if target.groups and not _admitted(network, target, source, traffic, ingress=True):
        names = ", ".join(network.name(each) for each in target.groups)
        yield Wall(
            rules.GROUP_IN,
            names,
            f"no rule lets {traffic} in from {source.name}",
            f"an ingress rule of {names} for {traffic} from {_peer(network, source)}",
        )


def crosses_acls(network: Network, source: Place, target: Place, traffic: Traffic, here: str, there: str) -> Walls:
    """Judge the ACLs between two subnets, out and back; empty is outside. Within one subnet none is asked."""
    if here == there:
        return
    first, second = network.subnets.get(here), network.subnets.get(there)
    asked, answers = (traffic.port, traffic.port), traffic.answers
    near = (first.cidr,) if first else source.blocks
    far = (second.cidr,) if second else target.blocks
    if first:
        yield from _acl(network, first, far, traffic, asked, (source.name, target.name), answer=False, ingress=False)
    if second:
        yield from _acl(network, second, near, traffic, asked, (source.name, target.name), answer=False, ingress=True)
        yield from _acl(network, second, near, traffic, answers, (source.name, target.name), answer=True, ingress=False)
    if first:
        yield from _acl(network, first, far, traffic, answers, (source.name, target.name), answer=True, ingress=True)


def _acl(
    network: Network,
    subnet: Subnet,
    blocks: Blocks,
    traffic: Traffic,
    ports: tuple[int, int],
    ends: tuple[str, str],
    *,
    answer: bool,
    ingress: bool,
) -> Walls:
    entries, acl = network.entries(subnet, "ingress" if ingress else "egress")
    part = shut(entries, blocks, traffic.protocol, ports)
    # addresses of which only some pass may be those that pass; of ports for answers, each is used
    if part < 1 and not (answer and part > MOST_SHUT and _every_address_loses(entries, blocks, traffic, ports)):
        return
    way = "in" if ingress else "out"
    what = f"answers of {ends[1]} to {ends[0]}" if answer else f"{traffic} of {ends[0]} to {ends[1]}"
    span = f"{ports[0]}-{ports[1]}" if answer else str(ports[0])
    found = f"lets {what} {way} at no port" if part == 1 else f"lets only part of {what} {way}, ports {span}"
    rule = rules.ACL_ANSWER if answer else rules.ACL_IN if ingress else rules.ACL_OUT
    whom = ", ".join(map(str, blocks)) if len(blocks) <= _MOST_NAMED else "addresses on the internet"
    yield Wall(rule, acl, found, f"a rule of {acl} that allows {traffic.protocol} {span} {way}, {whom}")


def _every_address_loses(entries: list[Entry], blocks: Blocks, traffic: Traffic, ports: tuple[int, int]) -> bool:
    return all(shut(entries, (each,), traffic.protocol, ports) > MOST_SHUT for each in _samples(blocks))


def _samples(blocks: Blocks) -> list[IPv4Network]:
    return [IPv4Network((each[index], 32)) for each in blocks for index in (0, each.num_addresses // 2, -1)]


def _admitted(network: Network, own: Place, other: Place, traffic: Traffic, *, ingress: bool) -> bool:
    found = [network.group(each) for each in own.groups or ()]
    if any(each is None for each in found):
        return True
    blocks = other.blocks or network.blocks(other.subnets)
    if not blocks:
        return True  # in subnets of somebody else, or nobody knows where
    return any(
        _fits(rule, traffic, ingress=ingress) and _names(rule, other, blocks) for each in found for rule in each or ()
    )


def _fits(rule: GroupRule, traffic: Traffic, *, ingress: bool) -> bool:
    return (
        rule.ingress == ingress
        and rule.protocol in (None, traffic.protocol)
        and rule.ports[0] <= traffic.port <= rule.ports[1]
    )


def _names(rule: GroupRule, other: Place, blocks: Blocks) -> bool:
    if other.groups is None and rule.groups and other.subnets:
        return True
    if set(rule.groups) & set(other.groups or ()):
        return True
    # a list of AWS's own holds addresses outside of every VPC
    if rule.lists and not other.subnets:
        return True
    return any(covers(cidr, blocks) for cidr in rule.cidrs)


def _peer(network: Network, place: Place) -> str:
    if place.groups:
        return network.name(place.groups[0])
    return ", ".join(str(each) for each in network.blocks(place.subnets)[:3]) or place.name
