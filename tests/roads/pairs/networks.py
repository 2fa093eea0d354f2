"""Security groups, network ACLs, routes, gateways, peering and transit."""

from typing import Any

from sandbox.roads import rules
from sandbox.world import Record
from tests.roads.builder import ALL, ANYWHERE, EVERYTHING, Stack, entry, rule
from tests.roads.pair import pair

_GROUPS = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html"
_ACLS = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html"
_PORTS = "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html"
_TABLES = "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html"
_PEERING = "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html"


def _two_tiers(stack: Stack) -> tuple[Record, Record, Record]:
    vpc = stack.vpc()
    return vpc, stack.subnet(vpc, "apps", "10.0.0.0/24"), stack.subnet(vpc, "data", "10.0.1.0/24")


def _asks(stack: Stack, vpc: Record, apps: Record, data: Record, **groups: Any) -> None:
    """Add a function that is told of a database, in open groups but for what `groups` says."""
    clients = stack.group(
        vpc,
        "clients",
        egress=groups.get("egress", (ALL,)),
    )
    own = stack.group(vpc, "database", ingress=[rule(5432, group=clients)])
    database = stack.database(own, data)
    stack.function(clients, apps, DATABASE=str(database.outputs["address"]))


@pair(
    rules.GROUP_OUT,
    "Function",
    "Instance db",
    "https://www.pulumi.com/registry/packages/aws/api-docs/ec2/securitygroup/",
)
def a_group_without_egress_lets_nothing_out(stack: Stack, wall: bool) -> None:
    vpc, apps, data = _two_tiers(stack)
    _asks(stack, vpc, apps, data, **({"egress": ()} if wall else {}))


@pair(rules.GROUP_OUT, "Function", "Instance db", _GROUPS)
def egress_for_another_port(stack: Stack, wall: bool) -> None:
    vpc, apps, data = _two_tiers(stack)
    _asks(stack, vpc, apps, data, egress=(rule(443 if wall else 5432, cidr=ANYWHERE),))


@pair(rules.GROUP_OUT, "Function", "Instance db", _GROUPS)
def egress_for_another_range(stack: Stack, wall: bool) -> None:
    vpc, apps, data = _two_tiers(stack)
    _asks(stack, vpc, apps, data, egress=(rule(5432, cidr="10.0.9.0/24" if wall else "10.0.1.0/24"),))


@pair(rules.GROUP_IN, "Function", "Instance db", _GROUPS)
def a_database_that_admits_another_group(stack: Stack, wall: bool) -> None:
    vpc, apps, data = _two_tiers(stack)
    clients, others = stack.group(vpc, "clients"), stack.group(vpc, "others")
    own = stack.group(vpc, "database", ingress=[rule(5432, group=others if wall else clients)])
    database = stack.database(own, data)
    stack.function(clients, apps, DATABASE=str(database.outputs["address"]))


@pair(rules.GROUP_IN, "Function", "Instance db", _GROUPS)
def a_database_that_admits_another_port(stack: Stack, wall: bool) -> None:
    vpc, apps, data = _two_tiers(stack)
    clients = stack.group(vpc, "clients")
    database = stack.database(stack.group(vpc, "database", ingress=[rule(3306 if wall else 5432, group=clients)]), data)
    stack.function(clients, apps, DATABASE=str(database.outputs["address"]))


@pair(
    rules.GROUP_IN,
    "Function",
    "Instance db",
    "https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html",
)
def a_prefix_list_that_lacks_the_clients(stack: Stack, wall: bool) -> None:
    vpc, apps, data = _two_tiers(stack)
    listed = [{"cidr": "10.9.0.0/24" if wall else "10.0.0.0/24"}]
    known = stack.make(
        "aws:ec2/managedPrefixList:ManagedPrefixList", "known", address_family="IPv4", max_entries=5, entries=listed
    )
    own = stack.group(vpc, "database", ingress=[rule(5432, lists=[known.id])])
    database = stack.database(own, data)
    stack.function(stack.group(vpc, "clients"), apps, DATABASE=str(database.outputs["address"]))


@pair(rules.ACL_OUT, "Function", "Instance db", _ACLS)
def an_acl_that_lets_nothing_else_out(stack: Stack, wall: bool) -> None:
    vpc, apps, data = _two_tiers(stack)
    stack.acl(vpc, "apps-acl", apps, ingress=[EVERYTHING], egress=[entry(100, 443, 443)] if wall else [EVERYTHING])
    _asks(stack, vpc, apps, data)


@pair(rules.ACL_IN, "Function", "Instance db", _ACLS)
def an_acl_that_lets_nothing_in(stack: Stack, wall: bool) -> None:
    vpc, apps, data = _two_tiers(stack)
    stack.acl(vpc, "data-acl", data, ingress=[] if wall else [EVERYTHING], egress=[EVERYTHING])
    _asks(stack, vpc, apps, data)


@pair(rules.ACL_IN, "Function", "Instance db", _ACLS)
def a_denial_with_a_lower_number(stack: Stack, wall: bool) -> None:
    vpc, apps, data = _two_tiers(stack)
    denied = entry(90 if wall else 110, 5432, 5432, action="deny")
    stack.acl(vpc, "data-acl", data, ingress=[EVERYTHING, denied], egress=[EVERYTHING])
    _asks(stack, vpc, apps, data)


@pair(rules.ACL_ANSWER, "Function", "Instance db", _PORTS)
def answers_that_do_not_leave(stack: Stack, wall: bool) -> None:
    vpc, apps, data = _two_tiers(stack)
    out = entry(100, 5432, 5432) if wall else entry(100, 1024, 65535)
    stack.acl(vpc, "data-acl", data, ingress=[entry(100, 5432, 5432)], egress=[out])
    _asks(stack, vpc, apps, data)


@pair(rules.ACL_ANSWER, "Function", "Instance db", _PORTS)
def answers_that_do_not_come_back(stack: Stack, wall: bool) -> None:
    vpc, apps, data = _two_tiers(stack)
    stack.acl(vpc, "apps-acl", apps, ingress=[] if wall else [entry(100, 1024, 65535)], egress=[EVERYTHING])
    _asks(stack, vpc, apps, data)


@pair(rules.ACL_ANSWER, "Function", "Instance db", _PORTS)
def answers_to_half_of_a_functions_ports(stack: Stack, wall: bool) -> None:
    # a function listens from 1024 on, where most Linux kernels begin at 32768
    vpc, apps, data = _two_tiers(stack)
    stack.acl(vpc, "data-acl", data, ingress=[EVERYTHING], egress=[entry(100, 32768 if wall else 1024, 65535)])
    _asks(stack, vpc, apps, data)


@pair(rules.ACL_ANSWER, "Function", "Instance db", _ACLS)
def a_rule_of_its_own_for_answers(stack: Stack, wall: bool) -> None:
    vpc, apps, data = _two_tiers(stack)
    acl = stack.acl(vpc, "data-acl", data, ingress=[EVERYTHING], egress=[])
    stack.make(
        "aws:ec2/networkAclRule:NetworkAclRule", "out", network_acl_id=acl.id, egress=True, rule_number=100,
        rule_action="deny" if wall else "allow", protocol="-1", cidr_block=ANYWHERE,
    )  # fmt: skip
    _asks(stack, vpc, apps, data)


def _private(stack: Stack) -> tuple[Record, Record, Record]:
    """Add a VPC with a public and a private subnet, and a function in the private one that asks SQS."""
    vpc = stack.vpc()
    public, private = stack.subnet(vpc, "public", "10.0.0.0/24"), stack.subnet(vpc, "private", "10.0.1.0/24")
    stack.function(stack.group(vpc, "clients"), private, role=stack.role("sqs:SendMessage"))
    return vpc, public, private


@pair(rules.NO_ROUTE, "Function", "sqs", _TABLES)
def a_private_subnet_without_a_default_route(stack: Stack, wall: bool) -> None:
    vpc, public, private = _private(stack)
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    stack.table(vpc, "private-rt", private, **({} if wall else {"nat_gateway_id": stack.nat(public).id}))


@pair(rules.BLACKHOLE, "Function", "sqs", _TABLES)
def a_route_to_a_nat_gateway_that_is_gone(stack: Stack, wall: bool) -> None:
    vpc, public, private = _private(stack)
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    nat = stack.nat(public)
    stack.table(vpc, "private-rt", private, nat_gateway_id=nat.id)
    if wall:
        stack.records.remove(nat)
        stack.gone.append(nat.id)


@pair(
    rules.NAT_SUBNET,
    "Function",
    "sqs",
    "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html",
)
def a_nat_gateway_in_a_private_subnet(stack: Stack, wall: bool) -> None:
    vpc, public, private = _private(stack)
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    stack.table(vpc, "private-rt", private, nat_gateway_id=stack.nat(private if wall else public).id)


@pair(rules.NAT_SUBNET, "Function", "sqs", "https://github.com/hashicorp/terraform/issues/8035")
def a_nat_gateway_that_a_route_names_as_a_gateway(stack: Stack, wall: bool) -> None:
    vpc, public, private = _private(stack)
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    stack.table(vpc, "private-rt", private, gateway_id=stack.nat(private if wall else public).id)


@pair(rules.NAT_PRIVATE, "Function", "sqs", "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html")
def a_nat_gateway_of_the_private_kind(stack: Stack, wall: bool) -> None:
    vpc, public, private = _private(stack)
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    nat = stack.nat(public, connectivity_type="private" if wall else "public")
    stack.table(vpc, "private-rt", private, nat_gateway_id=nat.id)


@pair(rules.ACL_ANSWER, "Function", "sqs", _PORTS)
def answers_to_half_of_a_nat_gateways_ports(stack: Stack, wall: bool) -> None:
    vpc, public, private = _private(stack)
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    stack.table(vpc, "private-rt", private, nat_gateway_id=stack.nat(public).id)
    back = entry(200, 32768 if wall else 1024, 65535)
    stack.acl(vpc, "public-acl", public, ingress=[entry(100, 443, 443), back], egress=[EVERYTHING])


@pair(rules.ACL_IN, "Function", "sqs", _ACLS)
def a_nat_gateways_subnet_that_takes_nothing_from_within(stack: Stack, wall: bool) -> None:
    vpc, public, private = _private(stack)
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    stack.table(vpc, "private-rt", private, nat_gateway_id=stack.nat(public).id)
    from_within = [] if wall else [entry(100, 443, 443, "10.0.0.0/16")]
    stack.acl(vpc, "public-acl", public, ingress=[*from_within, entry(200, 1024, 65535)], egress=[EVERYTHING])


@pair(
    rules.LAMBDA_ADDRESS,
    "Function",
    "sqs",
    "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html",
)
def a_function_in_a_public_subnet(stack: Stack, wall: bool) -> None:
    vpc, public, private = _private(stack)
    gateway = stack.gateway(vpc)
    stack.table(vpc, "public-rt", public, gateway_id=gateway.id)
    stack.table(
        vpc, "private-rt", private, **({"gateway_id": gateway.id} if wall else {"nat_gateway_id": stack.nat(public).id})
    )


@pair(
    rules.PRIVATE_ADDRESS,
    "Instance machine",
    "ssm",
    "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html",
)
def an_instance_without_a_public_address(stack: Stack, wall: bool) -> None:
    vpc = stack.vpc()
    public = stack.subnet(vpc, "public", "10.0.0.0/24")
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    _managed(stack, vpc, public, associate_public_ip_address=not wall)


@pair(
    rules.GATEWAY_DETACHED,
    "Instance machine",
    "ssm",
    "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html",
)
def a_gateway_of_another_vpc(stack: Stack, wall: bool) -> None:
    vpc, other = stack.vpc(), stack.vpc("other", "10.1.0.0/16")
    public = stack.subnet(vpc, "public", "10.0.0.0/24")
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(other if wall else vpc).id)
    _managed(stack, vpc, public, associate_public_ip_address=True)


@pair(rules.SOURCE_CHECK, "Function", "sqs", "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_NAT_Instance.html")
def a_nat_instance_that_checks_addresses(stack: Stack, wall: bool) -> None:
    vpc, public, private = _private(stack)
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    nat = stack.instance(public, stack.group(vpc, "nat"), source_dest_check=wall)
    stack.table(vpc, "private-rt", private, network_interface_id=nat.outputs["primaryNetworkInterfaceId"])


def _managed(stack: Stack, vpc: Record, subnet: Record, **inputs: Any) -> None:
    role = stack.make("aws:iam/role:Role", "session", assume_role_policy="{}")
    stack.make(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "session-core", role=role.id,
        policy_arn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    )  # fmt: skip
    profile = stack.make("aws:iam/instanceProfile:InstanceProfile", "session-profile", name="session", role=role.id)
    stack.instance(subnet, stack.group(vpc, "machines"), iam_instance_profile=profile.id, **inputs)


def _peers(stack: Stack) -> tuple[Record, Record, Record, Record]:
    """Add two VPCs: a function in the first, which is told of a database in the second."""
    here, there = stack.vpc("here", "10.0.0.0/16"), stack.vpc("there", "10.1.0.0/16")
    apps, data = stack.subnet(here, "apps", "10.0.0.0/24"), stack.subnet(there, "data", "10.1.0.0/24")
    own = stack.group(there, "database", ingress=[rule(5432, cidr="10.0.0.0/16")])
    database = stack.database(own, data)
    stack.function(stack.group(here, "clients"), apps, DATABASE=str(database.outputs["address"]))
    return here, there, apps, data


def _peering(stack: Stack, here: Record, there: Record, **inputs: Any) -> Record:
    return stack.make(
        "aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "peering", vpc_id=here.id, peer_vpc_id=there.id,
        **{"auto_accept": True, **inputs},
    )  # fmt: skip


@pair(rules.NO_ROUTE, "Function", "Instance db", _PEERING)
def a_peer_without_a_route_back(stack: Stack, wall: bool) -> None:
    here, there, apps, data = _peers(stack)
    peering = _peering(stack, here, there)
    stack.route(stack.table(here, "apps-rt", apps), "10.1.0.0/16", vpc_peering_connection_id=peering.id)
    back = stack.table(there, "data-rt", data)
    if not wall:
        stack.route(back, "10.0.0.0/16", vpc_peering_connection_id=peering.id)


@pair(rules.PEERING_PENDING, "Function", "Instance db", _PEERING)
def a_peering_that_nobody_accepts(stack: Stack, wall: bool) -> None:
    here, there, apps, data = _peers(stack)
    peering = _peering(stack, here, there, auto_accept=not wall)
    stack.route(stack.table(here, "apps-rt", apps), "10.1.0.0/16", vpc_peering_connection_id=peering.id)
    stack.route(stack.table(there, "data-rt", data), "10.0.0.0/16", vpc_peering_connection_id=peering.id)


@pair(rules.PEERING_EDGE, "Function", "sqs", _PEERING)
def a_default_route_over_a_peers_gateway(stack: Stack, wall: bool) -> None:
    vpc, public, private = _private(stack)
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    peering = _peering(stack, vpc, stack.vpc("hub", "10.1.0.0/16"))
    leads = {"vpc_peering_connection_id": peering.id} if wall else {"nat_gateway_id": stack.nat(public).id}
    stack.table(vpc, "private-rt", private, **leads)


@pair(rules.PEERING_EDGE, "Function", "Instance db", _PEERING)
def a_peer_of_a_peer(stack: Stack, wall: bool) -> None:
    here, there, apps, data = _peers(stack)
    hub = stack.vpc("hub", "10.2.0.0/16")
    peering = _peering(stack, here, hub if wall else there)
    stack.route(stack.table(here, "apps-rt", apps), "10.1.0.0/16", vpc_peering_connection_id=peering.id)
    stack.route(stack.table(there, "data-rt", data), "10.0.0.0/16", vpc_peering_connection_id=peering.id)


@pair(
    rules.TRANSIT_ATTACHED,
    "Function",
    "Instance db",
    "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html",
)
def a_vpc_that_no_attachment_joins(stack: Stack, wall: bool) -> None:
    here, there, apps, data = _peers(stack)
    gateway = stack.make("aws:ec2transitgateway/transitGateway:TransitGateway", "transit")
    for vpc, subnet in ((here, apps), *(() if wall else ((there, data),))):
        _attach(stack, gateway, vpc, subnet)
    stack.route(stack.table(here, "apps-rt", apps), "10.1.0.0/16", transit_gateway_id=gateway.id)
    stack.route(stack.table(there, "data-rt", data), "10.0.0.0/16", transit_gateway_id=gateway.id)


@pair(
    rules.TRANSIT_ATTACHED,
    "Function",
    "Instance db",
    "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html",
)
def an_attachment_that_lacks_a_zone(stack: Stack, wall: bool) -> None:
    here, there, apps, data = _peers(stack)
    gateway = stack.make("aws:ec2transitgateway/transitGateway:TransitGateway", "transit")
    elsewhere = stack.subnet(there, "elsewhere", "10.1.9.0/24", zone="b")
    _attach(stack, gateway, here, apps)
    _attach(stack, gateway, there, elsewhere if wall else data)
    stack.route(stack.table(here, "apps-rt", apps), "10.1.0.0/16", transit_gateway_id=gateway.id)
    stack.route(stack.table(there, "data-rt", data), "10.0.0.0/16", transit_gateway_id=gateway.id)


def _attach(stack: Stack, gateway: Record, vpc: Record, subnet: Record) -> None:
    stack.make(
        "aws:ec2transitgateway/vpcAttachment:VpcAttachment", f"attach-{vpc.urn[-5:]}", transit_gateway_id=gateway.id,
        vpc_id=vpc.id, subnet_ids=[subnet.id],
    )  # fmt: skip
