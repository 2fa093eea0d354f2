"""A stack's networks as roads ask for them: subnets with their route tables and ACLs, gateways, groups, ranges."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network
from typing import Any

from ..laws.inventory import Inventory
from ..laws.law import get
from ..world import Record
from .addresses import EVERYWHERE, Entry, network
from .model import Blocks, named

_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp"}
_GROUPS = ("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
# what a route may lead to, by the property that says so
TARGETS = (
    *("gatewayId", "natGatewayId", "vpcPeeringConnectionId", "transitGatewayId", "networkInterfaceId"),
    *("vpcEndpointId", "carrierGatewayId", "localGatewayId", "coreNetworkArn", "egressOnlyGatewayId"),
)


@dataclass(frozen=True)
class Subnet:
    """A subnet of this stack."""

    id: str
    vpc: str
    zone: str
    cidr: IPv4Network
    record: Record


@dataclass(frozen=True)
class Route:
    """Where a route table sends a range: what kind of target (`natGatewayId`), and which."""

    cidr: IPv4Network
    kind: str
    target: str
    table: str


@dataclass(frozen=True)
class GroupRule:
    """One rule of a security group; no protocol means all. `everyone` stands for what nobody here can resolve."""

    ingress: bool
    protocol: str | None
    ports: tuple[int, int]
    cidrs: Blocks = ()
    groups: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """Prefix lists that this stack did not make."""


class Network:
    """An index over what stands."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory

    @cached_property
    def subnets(self) -> Mapping[str, Subnet]:
        """The subnets of this stack by id."""
        found = {}
        for record in self.inventory.of("aws:ec2/subnet:Subnet"):
            cidr = network(both(record, "cidrBlock"))
            if cidr:
                zone = str(both(record, "availabilityZone") or "")
                found[record.id] = Subnet(record.id, str(both(record, "vpcId")), zone, cidr, record)
        return found

    def blocks(self, subnets: tuple[str, ...]) -> Blocks:
        """Return the ranges of subnets."""
        return tuple(self.subnets[each].cidr for each in subnets if each in self.subnets)

    def ranges(self, vpc: str) -> Blocks:
        """Return the ranges of a VPC."""
        record = self.inventory.owner(vpc)
        texts = [both(record, "cidrBlock")] if record else []
        texts += [
            both(each, "cidrBlock")
            for each in self.inventory.of("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation")
            if both(each, "vpcId") == vpc
        ]
        return tuple(found for text in texts if (found := network(text)))

    def routes(self, subnet: Subnet) -> list[Route] | None:
        """Return the routes of a subnet's table besides the local one; None where the table is somebody else's."""
        table = self._table_of.get(subnet.id) or self._main.get(subnet.vpc, "")
        return self._routes.get(table, []) if table == "" or table in self._known_tables else None

    def table(self, subnet: Subnet) -> str:
        """Return the id of a subnet's route table, empty for a VPC's own that nobody manages."""
        return self._table_of.get(subnet.id) or self._main.get(subnet.vpc, "")

    def entries(self, subnet: Subnet, direction: str) -> tuple[list[Entry], str]:
        """Return the rules of a subnet's ACL for `ingress` or `egress`, and whose they are; none managed lets all."""
        acl = self._acl_of.get(subnet.id)
        if acl is None:
            acl = self._default_acls.get(subnet.vpc)
        if acl is None:
            return [Entry(True, EVERYWHERE, None)], ""
        rules = [
            (number(rule.get("ruleNo", rule.get("ruleNumber")), 32767), _entry(rule))
            for rule in [*_items(acl.inputs.get(direction)), *self._acl_rules[acl.id, direction]]
        ]
        return [entry for _, entry in sorted(rules, key=lambda each: each[0]) if entry], named(acl)

    def group(self, group: str) -> list[GroupRule] | None:
        """Return the rules of a security group; None where it is somebody else's."""
        return self._groups.get(group)

    def name(self, resource: str) -> str:
        """Return what a resource is called, or its id where it is somebody else's."""
        record = self.inventory.owner(resource)
        return named(record) if record else resource

    @cached_property
    def _table_of(self) -> Mapping[str, str]:
        return {
            str(both(each, "subnetId")): str(both(each, "routeTableId"))
            for each in self.inventory.of("aws:ec2/routeTableAssociation:RouteTableAssociation")
            if both(each, "subnetId")
        }

    @cached_property
    def _main(self) -> Mapping[str, str]:
        tables = {}
        for each in self.inventory.of("aws:ec2/vpc:Vpc"):
            own = both(each, "mainRouteTableId", "defaultRouteTableId")
            if own in self._known_tables:
                tables[each.id] = str(own)
        for each in self.inventory.of("aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"):
            tables[str(both(each, "vpcId"))] = str(both(each, "routeTableId"))
        return tables

    @cached_property
    def _known_tables(self) -> set[str]:
        known = {each.id for each in self.inventory.of("aws:ec2/routeTable:RouteTable")}
        adopted = self.inventory.of("aws:ec2/defaultRouteTable:DefaultRouteTable")
        return known | {str(both(each, "defaultRouteTableId")) for each in adopted}

    @cached_property
    def _routes(self) -> Mapping[str, list[Route]]:
        found: dict[str, list[Route]] = defaultdict(list)
        for each in self.inventory.of("aws:ec2/routeTable:RouteTable", "aws:ec2/defaultRouteTable:DefaultRouteTable"):
            table = str(both(each, "defaultRouteTableId") or each.id)
            found[table] += [route for rule in _items(each.inputs.get("routes")) for route in _route(rule, table)]
        for each in self.inventory.of("aws:ec2/route:Route"):
            table = str(both(each, "routeTableId"))
            found[table] += _route(each.inputs, table)
        return found

    @cached_property
    def _acl_of(self) -> Mapping[str, Record]:
        found: dict[str, Record] = {}
        for each in self.inventory.of("aws:ec2/networkAcl:NetworkAcl", "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"):
            found |= {str(subnet): each for subnet in each.inputs.get("subnetIds") or ()}
        for each in self.inventory.of("aws:ec2/networkAclAssociation:NetworkAclAssociation"):
            acl = self.inventory.owner(str(both(each, "networkAclId")))
            if acl:
                found[str(both(each, "subnetId"))] = acl
        return found

    @cached_property
    def _default_acls(self) -> Mapping[str, Record]:
        adopted = {
            str(both(each, "defaultNetworkAclId")): each
            for each in self.inventory.of("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl")
        }
        own = {each.id: str(both(each, "defaultNetworkAclId")) for each in self.inventory.of("aws:ec2/vpc:Vpc")}
        return {vpc: adopted[acl] for vpc, acl in own.items() if acl in adopted}

    @cached_property
    def _acl_rules(self) -> Mapping[tuple[str, str], list[Mapping[str, Any]]]:
        found: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
        for each in self.inventory.of("aws:ec2/networkAclRule:NetworkAclRule"):
            direction = "egress" if both(each, "egress") else "ingress"
            found[str(both(each, "networkAclId")), direction].append(each.inputs)
        return found

    @cached_property
    def _groups(self) -> Mapping[str, list[GroupRule]]:
        found: dict[str, list[GroupRule]] = {}
        for each in self.inventory.of(*_GROUPS):
            own = found.setdefault(each.id, [])
            for direction in ("ingress", "egress"):
                for rule in _items(each.inputs.get(direction)):
                    own += self._rule(each.id, rule, ingress=direction == "ingress")
        for each in self.inventory.of("aws:ec2/vpc:Vpc"):
            default = both(each, "defaultSecurityGroupId")
            if default and default not in found:  # as EC2 makes it: its members each other, and all out
                found[str(default)] = _of_its_own(str(default))
        for each in self.inventory.of("aws:eks/cluster:Cluster"):
            group = cluster_group(each)
            if group:
                found.setdefault(group, _of_its_own(group))
        for each in self.inventory.of("aws:ec2/securityGroupRule:SecurityGroupRule"):
            group = str(both(each, "securityGroupId"))
            if group in found:
                found[group] += self._rule(group, each.inputs, ingress=each.inputs.get("type") == "ingress")
        for direction in ("Ingress", "Egress"):
            for each in self.inventory.of(f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule"):
                group = str(both(each, "securityGroupId"))
                if group in found:
                    found[group] += self._rule(group, each.inputs, ingress=direction == "Ingress")
        return found

    def _rule(self, group: str, rule: Mapping[str, Any], *, ingress: bool) -> Iterator[GroupRule]:
        protocol = _protocol(rule.get("protocol", rule.get("ipProtocol")))
        ports = (0, 65535) if protocol is None else (number(rule.get("fromPort"), 0), number(rule.get("toPort"), 65535))
        texts = [*(rule.get("cidrBlocks") or ()), rule.get("cidrIpv4")]
        groups = [
            *(rule.get("securityGroups") or ()),
            rule.get("sourceSecurityGroupId"),
            rule.get("referencedSecurityGroupId"),
            group if rule.get("self") else None,
        ]
        lists = [*(rule.get("prefixListIds") or ()), rule.get("prefixListId")]
        resolved = {each: self._prefixes.get(str(each)) for each in lists if each}
        cidrs = [found for text in texts if text and (found := network(text))]
        yield GroupRule(
            ingress,
            protocol,
            ports,
            (*cidrs, *(cidr for known in resolved.values() for cidr in known or ())),
            tuple(str(each).rpartition("/")[2] for each in groups if each),
            tuple(str(each) for each, known in resolved.items() if known is None),
        )

    @cached_property
    def _prefixes(self) -> Mapping[str, Blocks]:
        found: dict[str, Blocks] = {}
        for each in self.inventory.of("aws:ec2/managedPrefixList:ManagedPrefixList"):
            texts = [entry.get("cidr") for entry in _items(each.inputs.get("entries"))]
            found[each.id] = tuple(cidr for text in texts if (cidr := network(text)))
        for each in self.inventory.of("aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"):
            cidr = network(both(each, "cidr"))
            if cidr:
                owner = str(both(each, "prefixListId"))
                found[owner] = (*found.get(owner, ()), cidr)
        return found


def cluster_group(cluster: Record) -> str:
    """Return the security group that EKS makes for a cluster's interfaces and its nodes."""
    return str(get(cluster.outputs, "vpcConfig", "clusterSecurityGroupId") or "")


def both(record: Record, *names: str) -> Any:
    """Return the first of some properties that a resource was given, or has."""
    for name in names:
        for side in (record.inputs, record.outputs):
            if side.get(name) not in (None, ""):
                return side[name]
    return None


def number(value: object, otherwise: int) -> int:
    """Return a port or a rule's number, which some programs write as text."""
    try:
        return int(float(str(value)))
    except ValueError:
        return otherwise


def _of_its_own(group: str) -> list[GroupRule]:
    return [
        GroupRule(True, None, (0, 65535), groups=(group,)),
        GroupRule(False, None, (0, 65535), cidrs=(EVERYWHERE,)),
    ]


def _protocol(value: object) -> str | None:
    text = str(value if value is not None else "-1").lower()
    return None if text in ("-1", "all") else _PROTOCOLS.get(text, text)


def _entry(rule: Mapping[str, Any]) -> Entry | None:
    cidr = network(rule.get("cidrBlock"))
    if cidr is None:
        return None
    action = str(rule.get("action", rule.get("ruleAction"))).lower()
    ports = (number(rule.get("fromPort"), 0), number(rule.get("toPort"), 65535))
    return Entry(action == "allow", cidr, _protocol(rule.get("protocol")), ports)


def _route(rule: Mapping[str, Any], table: str) -> Iterator[Route]:
    cidr = network(rule.get("destinationCidrBlock", rule.get("cidrBlock")))
    for kind in TARGETS:
        if cidr and rule.get(kind):
            target = str(rule[kind])
            # EC2 takes a NAT gateway's id there as well
            yield Route(cidr, "natGatewayId" if target.startswith("nat-") else kind, target, table)


def _items(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
