"""Ways from the internet to where data is kept, over routes, subnets, security groups and load balancers."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..kit.reading import UNKNOWN, get
from ..kit.stack import Finding, Node, Stack, StackRule
from .network import WEB_PORTS, foreign, ports, rules_of, sources, wide

# Where data is kept: its type, the property that names its security groups, the one that names its subnet group.
STORES = {
    "aws:rds/instance:Instance": ("vpcSecurityGroupIds", "dbSubnetGroupName"),
    "aws:rds/cluster:Cluster": ("vpcSecurityGroupIds", "dbSubnetGroupName"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("securityGroupIds", "subnetGroupName"),
    "aws:elasticache/cluster:Cluster": ("securityGroupIds", "subnetGroupName"),
}
_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_SUBNET = "aws:ec2/subnet:Subnet"
_GATEWAY = "aws:ec2/internetGateway:InternetGateway"
_RULES = (
    "aws:ec2/securityGroupRule:SecurityGroupRule", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
)  # fmt: skip
_MACHINE = "aws:ec2/instance:Instance"
_BALANCERS = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
Parameters = Mapping[str, Any]


class Network:
    """What the stack says of who reaches whom."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.groups = stack.of(_GROUP)
        self.stores = stack.of(*STORES)
        self.public_subnets = [subnet for subnet in stack.of(_SUBNET) if self._public(subnet)]

    def _public(self, subnet: Node) -> bool:
        """Return whether a route of the subnet's table leads through an internet gateway to the whole world."""
        associations = self.stack.of("aws:ec2/routeTableAssociation:RouteTableAssociation")
        mine = [one for one in associations if one.points("subnetId", subnet)]
        tables = [
            t for t in self.stack.of("aws:ec2/routeTable:RouteTable") if any(a.points("routeTableId", t) for a in mine)
        ]
        if not mine:  # then the VPC's main table holds
            tables = [
                t
                for t in self.stack.of("aws:ec2/defaultRouteTable:DefaultRouteTable")
                if set(t.refs.get("defaultRouteTableId", [])) & set(subnet.refs.get("vpcId", []))
            ]
        return any(self._leads_out(table) for table in tables)

    def _leads_out(self, table: Node) -> bool:
        gateways = self.stack.of(_GATEWAY)
        inline = any(
            wide(get(route, "cidrBlock"))
            and (str(get(route, "gatewayId")).startswith("igw-") or get(route, "gatewayId") is UNKNOWN)
            for route in table.items("routes")
        ) and any(gateway in table.refs.get("routes", []) or gateway.identities for gateway in gateways)
        routes = [one for one in self.stack.of("aws:ec2/route:Route") if one.points("routeTableId", table)]
        return inline or any(
            (wide(route.get("destinationCidrBlock")) or wide(route.get("destinationIpv6CidrBlock")))
            and (
                any(route.points("gatewayId", gateway) for gateway in gateways)
                or str(route.get("gatewayId")).startswith("igw-")
            )
            for route in routes
        )

    def guards(self, node: Node, key: str) -> list[Node]:
        """Return the security groups of a resource."""
        return [group for group in self.groups if node.points(key, group)]

    def entries(self, group: Node) -> Iterator[tuple[Node, Any]]:
        """Yield each rule that lets somebody into a group: the resource that says so, and the rule."""
        yield from ((group, rule) for rule in rules_of(group, "ingress"))
        for rule in self.stack.of(*_RULES):
            if rule.points("securityGroupId", group):
                yield from ((rule, props) for props in rules_of(rule, "ingress"))

    def clients(self, group: Node) -> list[Node]:
        """Return the groups that a group lets in."""
        found = []
        for holder, rule in self.entries(group):
            keys = ("ingress",) if holder is group else ("referencedSecurityGroupId", "sourceSecurityGroupId")
            named = [*(get(rule, "securityGroups") or [] if get(rule, "securityGroups") is not UNKNOWN else [])]
            found += [
                other for other in self.groups if other is not group and (
                    any(holder.points(key, other) for key in keys) or other.identities & {one for one in named if isinstance(one, str)}
                )
            ]  # fmt: skip
        return found

    def admits(self, group: Node, besides: tuple[int, ...] = ()) -> bool:
        """Return whether the internet is let into a group, on other ports than those."""
        return any(
            any(map(wide, sources(rule))) and low <= high and not (low == high and low in besides)
            for _, rule in self.entries(group)
            for low, high in [ports(rule)]
        )

    def in_public(self, store: Node) -> bool:
        """Return whether a store's subnets, or some of them, have a way to and from the internet."""
        key = STORES[store.type][1]
        groups = self.stack.of("aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup")
        own = [group for group in groups if store.points(key, group)]
        return any(group.points("subnetIds", subnet) for group in own for subnet in self.public_subnets)

    def faces_internet(self, group: Node) -> bool:
        """Return whether what carries a group stands where the internet can call it."""
        carriers = [node for node in self.stack.of(*_BALANCERS) if node.points("securityGroups", group)]
        machines = [one for one in self.stack.of(_MACHINE) if one.points("vpcSecurityGroupIds", group)]
        return any(node.get("internal") in (False, None) for node in carriers) or any(
            machine.points("subnetId", subnet) for machine in machines for subnet in self.public_subnets
        )


def _paths(stack: Stack, _: Parameters) -> Iterator[Finding]:
    network = Network(stack)
    for store in network.stores:
        guards = network.guards(store, STORES[store.type][0])
        open_guards = [group for group in guards if network.admits(group)]
        if open_guards and (store.get("publiclyAccessible") is True or network.in_public(store)):
            yield Finding(store.urn, f"security group {open_guards[0].name}")
            continue
        for client in (client for group in guards for client in network.clients(group)):
            if network.admits(client, besides=WEB_PORTS) and network.faces_internet(client):
                yield Finding(store.urn, f"through its client {client.name}")
                break


def _store_subnets(stack: Stack, _: Parameters) -> Iterator[Finding]:
    network = Network(stack)
    return (Finding(store.urn) for store in network.stores if network.in_public(store))


def _store_sources(stack: Stack, _: Parameters) -> Iterator[Finding]:
    network = Network(stack)
    for store in network.stores:
        for group in network.guards(store, STORES[store.type][0]):
            if any(any(map(foreign, sources(rule))) for _, rule in network.entries(group)):
                yield Finding(store.urn, f"security group {group.name}")
                break


def _store_egress(stack: Stack, _: Parameters) -> Iterator[Finding]:
    network = Network(stack)
    guards = {group.urn: group for store in network.stores for group in network.guards(store, STORES[store.type][0])}
    standalone = stack.of(
        "aws:ec2/securityGroupRule:SecurityGroupRule", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
    )
    for group in guards.values():
        ways = [*group.items("egress")] + [
            r for n in standalone if n.points("securityGroupId", group) for r in rules_of(n, "egress")
        ]
        if any(any(map(wide, sources(way))) and ports(way) == (0, 65535) for way in ways):
            yield Finding(group.urn)


def _private_nodes(stack: Stack, _: Parameters) -> Iterator[Finding]:
    network = Network(stack)
    for group in stack.of("aws:eks/nodeGroup:NodeGroup"):
        if any(group.points("subnetIds", subnet) for subnet in network.public_subnets):
            yield Finding(group.urn)


def _bypass(stack: Stack, _: Parameters) -> Iterator[Finding]:
    """Yield the load balancers behind CloudFront that the internet reaches directly as well."""
    network = Network(stack)
    for distribution in stack.of("aws:cloudfront/distribution:Distribution"):
        for balancer in stack.of(*_BALANCERS):
            if not distribution.points("origins", balancer) or balancer.get("internal") not in (False, None):
                continue
            if any(network.admits(group) for group in network.guards(balancer, "securityGroups")):
                yield Finding(balancer.urn)


_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html"
RULES = (
    StackRule(
        "net-data-path", "critical", "no network path leads from the internet to a database or cache", "close the security group, or move the database, the cache or its client to private subnets",
        "boundary", _paths, refs="FSBP RDS.2, FSBP EC2.18", judges="every RDS instance and cache, over routes, subnets, groups and load balancers",
    ),
    StackRule(
        "net-data-subnet", "high", "databases and caches are in subnets without a route to an internet gateway", "use private subnets: no route through an internet gateway", "boundary",
        _store_subnets, refs="FSBP RDS.46", judges="every RDS instance and cache",
    ),
    StackRule(
        "rds-sg-source", "high", "a database's or cache's security group allows only security groups and private CIDR ranges", "refer to the client's security group", "boundary", _store_sources,
        refs="FSBP EC2.18", judges="the security groups of every RDS instance and cache",
    ),
    StackRule(
        "net-sg-egress-all", "medium", "a database's or cache's security group does not allow all egress to the internet", "leave egress empty: security groups are stateful, and answers need none", "boundary", _store_egress,
        refs="CKV_AWS_382", level="advisory", link=_VPC, judges="the security groups of every RDS instance and cache",
    ),
    StackRule(
        "eks-node-private", "high", "nodes are in private subnets", "use subnets without a route through an internet gateway", "boundary", _private_nodes,
        refs="CIS EKS 5.4.3", link="https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html", judges="every node group",
    ),
    StackRule(
        "cf-no-bypass", "high", "a CloudFront origin cannot be reached around CloudFront", "make the load balancer internal, or admit only CloudFront's prefix list", "boundary",
        _bypass, link="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html",
        judges="every load balancer that is an origin",
    ),
)  # fmt: skip
