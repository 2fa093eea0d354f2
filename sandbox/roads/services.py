"""The ways to AWS's own services: by an interface endpoint, a gateway endpoint, or over the internet; and names."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ..clouds.aws_regions import ACCOUNT_ID, suffix
from ..policy_documents import admits, document_of, like
from ..world import Record
from . import rules
from .addresses import internet
from .gates import crosses_acls, leaves_groups
from .model import Place, Traffic, Wall, Walls
from .network import Network, Subnet, both
from .ways import outwards, within

HTTPS = Traffic(443)
# Gateway endpoints: the two services that have them, whose interface endpoints serve no name without being asked to.
_GATEWAYS = ("s3", "dynamodb")
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


@dataclass(frozen=True)
class Asked:
    """What is asked of a service (`ecr.dkr`, as PrivateLink calls it): an action on a resource, of which account."""

    service: str
    action: str = ""
    resource: str = ""
    account: str = ACCOUNT_ID
    region: str = ""
    """Where the resource lies, if not in the stack's region."""


class Services:
    """The endpoints and the resolver's rules of a stack."""

    def __init__(self, network: Network) -> None:
        self.network = network

    @cached_property
    def region(self) -> str:
        """The region of the stack's networks."""
        for subnet in self.network.subnets.values():
            if subnet.zone:
                return subnet.zone[:-1]
        found = [both(each, "region") for each in self.network.inventory if each.token.startswith("aws:")]
        return str(next((each for each in found if each), "us-east-1"))

    def host(self, service: str) -> str:
        """Return the name by which clients find a service."""
        words = {"ecr.api": "api.ecr", "ecr.dkr": f"{ACCOUNT_ID}.dkr.ecr"}.get(service, service)
        return f"{words}.{self.region}.{suffix(self.region)}"

    def reach(self, source: Place, asked: Asked) -> Walls:
        """Walk from a place to a service."""
        for each in source.subnets:
            subnet = self.network.subnets.get(each)
            if subnet is None:
                continue
            yield from self.resolves(subnet.vpc, self.host(asked.service))
            yield from self._from_subnet(source, subnet, asked)

    def resolves(self, vpc: str, host: str) -> Walls:
        """Ask a VPC's resolver for a name."""
        record = self.network.inventory.owner(vpc)
        if record and record.inputs.get("enableDnsSupport") is False:
            name = self.network.name(vpc)
            yield Wall(
                rules.DNS_SUPPORT, name, f"asks nobody for {host}: its DNS support is off", "enable_dns_support=True"
            )
        yield from self._firewall(vpc, host)

    def _from_subnet(self, source: Place, subnet: Subnet, asked: Asked) -> Walls:
        here = Place(source.name, (subnet.id,), source.groups, public=source.public)
        table = self.network.table(subnet)
        interfaces = [each for each in self._endpoints(subnet.vpc, asked.service) if _kind(each) == "Interface"]
        gateways = [each for each in self._endpoints(subnet.vpc, asked.service) if _kind(each) == "Gateway"]
        named_here = [each for each in interfaces if each.inputs.get("privateDnsEnabled") is True]
        if named_here:
            yield from self._interface(here, subnet.vpc, named_here[0], asked)
            return
        near = asked.region in ("", self.region, both(subnet.record, "region"))
        serving = [each for each in gateways if table in self._tables(each)]
        if serving and near:
            yield from outwards_to_list(self.network, here)
            yield from self._policy(serving[0], asked)
            return
        walls = list(outwards(self.network, here, HTTPS, Place(asked.service, blocks=internet())))
        if walls and gateways:
            yield Wall(
                rules.ENDPOINT_ROUTE if near else rules.ENDPOINT_REGION,
                self.network.name(gateways[0].id),
                f"is not associated with the route table of {self.network.name(subnet.id)}"
                if near
                else f"leads to {self.region}, and {asked.resource or asked.service} lies in {asked.region}",
                f"the association with {self.network.name(table) or 'its table'}" if near else "a road to the internet",
            )
        elif walls and interfaces:
            yield Wall(
                rules.ENDPOINT_NAME,
                self.network.name(interfaces[0].id),
                f"{self.host(asked.service)} does not lead to it: its private DNS is off",
                "private_dns_enabled=True",
            )
        yield from walls

    def _interface(self, here: Place, vpc: str, endpoint: Record, asked: Asked) -> Walls:
        record = self.network.inventory.owner(vpc)
        if record and both(record, "enableDnsHostnames") is not True:
            yield Wall(
                rules.DNS_SUPPORT,
                self.network.name(vpc),
                f"private names such as {self.host(asked.service)} need DNS hostnames, which are off",
                "enable_dns_hostnames=True",
            )
        there = Place(
            self.network.name(endpoint.id),
            tuple(endpoint.inputs.get("subnetIds") or ()),
            tuple(endpoint.inputs.get("securityGroupIds") or ()) or None,
        )
        yield from within(self.network, here, there, HTTPS)
        yield from self._policy(endpoint, asked)

    def _policy(self, endpoint: Record, asked: Asked) -> Walls:
        document = document_of(endpoint.inputs.get("policy") or self._policy_apart(endpoint))
        keys = {
            "aws:ResourceAccount": asked.account,
            "aws:PrincipalAccount": ACCOUNT_ID,
            "aws:PrincipalIsAWSService": "false",
            "aws:SecureTransport": "true",
        }
        if document and asked.action and not admits(document, "*", asked.action, asked.resource, keys):
            yield Wall(
                rules.ENDPOINT_POLICY,
                self.network.name(endpoint.id),
                f"its policy does not allow {asked.action} on {asked.resource or 'anything'}",
                f"a statement that allows {asked.action} on {asked.resource or '*'}",
            )

    def _policy_apart(self, endpoint: Record) -> object:
        apart = self.network.inventory.of("aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy")
        return next((each.inputs.get("policy") for each in apart if both(each, "vpcEndpointId") == endpoint.id), None)

    def _endpoints(self, vpc: str, service: str) -> list[Record]:
        return [
            each
            for each in self.network.inventory.of(_ENDPOINT)
            if both(each, "vpcId") == vpc and _service(each) == service
        ]

    def _tables(self, endpoint: Record) -> set[str]:
        apart = self.network.inventory.of("aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation")
        own = {str(both(each, "routeTableId")) for each in apart if both(each, "vpcEndpointId") == endpoint.id}
        return own | {str(each) for each in endpoint.inputs.get("routeTableIds") or ()}

    def _firewall(self, vpc: str, host: str) -> Walls:
        for priority, rule in sorted(self._firewall_rules(vpc), key=lambda each: each[0]):
            domains = self._domains.get(str(both(rule, "firewallDomainListId")))
            if domains is None:
                return  # a list of AWS's own or of somebody else
            if any(matches_domain(host, each) for each in domains):
                if str(both(rule, "action")) == "BLOCK":
                    yield Wall(
                        rules.DNS_FIREWALL,
                        self.network.name(rule.id),
                        f"blocks {host} at priority {priority}",
                        f"a rule of a lower priority that allows {host}",
                    )
                return

    def _firewall_rules(self, vpc: str) -> list[tuple[tuple[float, float], Record]]:
        inventory = self.network.inventory
        found = []
        for link in inventory.of(
            "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation"
        ):
            if both(link, "vpcId") != vpc:
                continue
            found += [
                ((float(both(link, "priority") or 0), float(both(rule, "priority") or 0)), rule)
                for rule in inventory.of("aws:route53/resolverFirewallRule:ResolverFirewallRule")
                if both(rule, "firewallRuleGroupId") == both(link, "firewallRuleGroupId")
            ]
        return found

    @cached_property
    def _domains(self) -> Mapping[str, list[str]]:
        lists = self.network.inventory.of("aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList")
        return {each.id: [str(name) for name in each.inputs.get("domains") or ()] for each in lists}


def outwards_to_list(network: Network, source: Place) -> Walls:
    """Walk from a place to a gateway endpoint: its service's addresses are public, and no NAT gateway is on the way."""
    service = Place("the service's addresses", blocks=internet())
    yield from leaves_groups(network, source, service, HTTPS)
    for subnet in source.subnets:
        yield from crosses_acls(network, source, service, HTTPS, subnet, "")


def matches_domain(host: str, pattern: str) -> bool:
    """Judge a name as DNS Firewall does: `*` alone, itself, or below a name that begins with `*.`."""
    plain, wanted = host.rstrip(".").lower(), pattern.rstrip(".").lower()
    return wanted in {"*", plain} or (wanted.startswith("*.") and like(plain, wanted))


def _kind(endpoint: Record) -> str:
    return str(both(endpoint, "vpcEndpointType") or "Gateway")


def _service(endpoint: Record) -> str:
    # com.amazonaws.eu-west-1.ecr.dkr
    return ".".join(str(both(endpoint, "serviceName")).split(".")[3:])
