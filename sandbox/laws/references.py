"""What a resource refers to must stand, be of the right kind, and lie in the same VPC where AWS demands it.

An id that the sandbox never made is taken to stand outside of this program: it is judged by its kind alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..wire import UNKNOWN
from ..world import Record
from .inventory import Inventory
from .law import EVERY_AWS_TYPE, Law, Refusal, ResourceOperation, get, items

_IDS = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html"
_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_ID = re.compile(
    r"(vpc|subnet|sg|rtb|igw|eigw|nat|eipalloc|acl|vpce|lt|eni|vgw|tgw|vol|snap|ami|pl|dopt|pcx)-[0-9a-f]{8,17}"
)
_ROUTE_TABLES = ("aws:ec2/routeTable:RouteTable", "aws:ec2/defaultRouteTable:DefaultRouteTable")
# Property -> the prefixes of the ids that belong there.
_KINDS: Mapping[str, tuple[str, ...]] = {
    "allocationId": ("eipalloc",),
    "egressOnlyGatewayId": ("eigw",),
    "gatewayId": ("igw", "vgw", "vpce"),
    "internetGatewayId": ("igw",),
    "natGatewayId": ("nat",),
    "networkAclId": ("acl",),
    "networkInterfaceId": ("eni",),
    "referencedSecurityGroupId": ("sg",),
    "routeTableId": ("rtb",),
    "routeTableIds": ("rtb",),
    "securityGroupId": ("sg",),
    "securityGroupIds": ("sg",),
    "securityGroups": ("sg",),
    "sourceSecurityGroupId": ("sg",),
    "subnetId": ("subnet",),
    "subnetIds": ("subnet",),
    "subnets": ("subnet",),
    "transitGatewayId": ("tgw",),
    "vpcEndpointId": ("vpce",),
    "vpcId": ("vpc",),
    "vpcSecurityGroupIds": ("sg",),
}
# Property -> what the ARN there must be of: service, and how its resource begins.
_ARNS: Mapping[str, tuple[str, str]] = {
    "acmCertificateArn": ("acm", "certificate/"),
    "certificateArn": ("acm", "certificate/"),
    "executionRoleArn": ("iam", "role/"),
    "iamRoleArn": ("iam", "role/"),
    "keyArn": ("kms", "key/"),
    "kmsKeyArn": ("kms", "key/"),
    "kmsKeyId": ("kms", ""),
    "loadBalancerArn": ("elasticloadbalancing", "loadbalancer/"),
    "monitoringRoleArn": ("iam", "role/"),
    "nodeRoleArn": ("iam", "role/"),
    "roleArn": ("iam", "role/"),
    "targetGroupArn": ("elasticloadbalancing", "targetgroup/"),
    "taskRoleArn": ("iam", "role/"),
    "webAclArn": ("wafv2", ""),
}


def _walk(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in the inputs with the name of the property that holds it."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            if name not in ("tags", "tagsAll"):
                yield from _walk(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, key)


def _standing(op: ResourceOperation) -> Iterator[Refusal]:
    for key, value in _walk(op.inputs):
        if (value.startswith("arn:") or _ID.fullmatch(value)) and op.inventory.gone(value):
            yield Refusal(
                "NotFound",
                f"`{key}` is {value}, which stood in this account once and was deleted",
                "hand over the output of the resource that stands now; `refresh` shows what is gone",
            )


def _right_kind(op: ResourceOperation) -> Iterator[Refusal]:
    for key, value in _walk(op.inputs):
        wanted = _KINDS.get(key)
        found = _ID.fullmatch(value)
        if found and found[1] == "nat" and key == "gatewayId" and op.token in _ROUTE_TABLES:
            continue  # EC2 takes it, and gives it back as natGatewayId (sandbox/clouds/aws_readback.py)
        if wanted and ((found and found[1] not in wanted) or value.startswith("arn:")):
            yield Refusal(
                f"Invalid{wanted[0].capitalize()}ID.Malformed",
                f'Invalid id: "{value}" (expecting "{wanted[0]}-...") in `{key}`',
                f"hand over the id of a resource of that kind, which begins with {wanted[0]}-",
            )
        if key in _ARNS:
            yield from _right_arn(key, value)


def _right_arn(key: str, value: str) -> Iterator[Refusal]:
    service, begins = _ARNS[key]
    parts = value.split(":", 5)
    is_arn = len(parts) == 6 and parts[0] == "arn"  # noqa: PLR2004 # arn:partition:service:region:account:resource
    if (is_arn and (parts[2] != service or not parts[5].startswith(begins))) or _ID.fullmatch(value):
        yield Refusal(
            "ValidationException",
            f"`{key}` is {value}, which is no ARN of {service}" + (f" {begins.rstrip('/')}" if begins else ""),
            f"hand over the ARN of such a resource: arn:aws:{service}:...:{begins}...",
        )


def vpc_of(world: Inventory, value: str) -> str:
    """Return the VPC in which a subnet, security group, route table, gateway or load balancer lies; empty if unknown."""
    record = world.owner(value)
    if record is None:
        return ""
    if record.token == "aws:ec2/vpc:Vpc":  # its default security group and route table
        return record.id
    if record.token == "aws:eks/cluster:Cluster":  # the cluster's own security group
        return next(filter(None, (vpc_of(world, item) for item in items(record.inputs, "vpcConfig", "subnetIds"))), "")
    if record.token == "aws:lb/loadBalancer:LoadBalancer":
        return next(filter(None, (vpc_of(world, item) for item in items(record.inputs, "subnets"))), "")
    vpc = get(record.inputs, "vpcId")
    if vpc is None and record.token == "aws:ec2/internetGateway:InternetGateway":
        attached = world.of("aws:ec2/internetGatewayAttachment:InternetGatewayAttachment")
        vpc = next((get(a.inputs, "vpcId") for a in attached if get(a.inputs, "internetGatewayId") == value), None)
    return vpc if isinstance(vpc, str) else ""


def parameter_family(op: ResourceOperation, group_token: str) -> str:
    """Return the family (`postgres17`) of the parameter group that a resource names; empty where it is not known."""
    name = op.text("parameterGroupName")
    for group in op.inventory.of(group_token):
        if name and group.id == name:
            return str(get(group.inputs, "family"))
    return name.removeprefix("default.") if name.startswith("default.") else ""


def subnets_of_group(world: Inventory, token: str, name: str) -> list[Record]:
    """Return the subnets of a database or cache subnet group."""
    group = next((record for record in world.of(token) if record.id == name), None)
    found = (world.owner(item) for item in items(group.inputs, "subnetIds")) if group else iter(())
    return [record for record in found if record is not None]


_RDS_GROUP, _CACHE_GROUP = "aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup"


def _members(op: ResourceOperation) -> list[str]:
    """Return the ids that must lie in one VPC."""
    if op.token == "aws:rds/instance:Instance":
        subnets = [subnet.id for subnet in subnets_of_group(op.inventory, _RDS_GROUP, op.text("dbSubnetGroupName"))]
        return subnets[:1] + op.texts("vpcSecurityGroupIds") if subnets else []
    if op.token == "aws:elasticache/replicationGroup:ReplicationGroup":
        subnets = [subnet.id for subnet in subnets_of_group(op.inventory, _CACHE_GROUP, op.text("subnetGroupName"))]
        return subnets[:1] + op.texts("securityGroupIds") if subnets else []
    inside = op.get("vpcConfig") or op.inputs
    keys = ("vpcId", "subnetId", "subnetIds", "subnets", "securityGroupIds", "securityGroups", "routeTableId")
    return [value for key in (*keys, "routeTableIds") for value in _one_or_many(get(inside, key))]


def _one_or_many(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _same_vpc(op: ResourceOperation) -> Iterator[Refusal]:
    home = {value: value if value.startswith("vpc-") else vpc_of(op.inventory, value) for value in _members(op)}
    vpcs = {vpc for vpc in home.values() if vpc}
    if len(vpcs) > 1:
        listed = ", ".join(f"{value} in {vpc}" for value, vpc in home.items() if vpc)
        yield Refusal(
            "InvalidParameterValue",
            f"The resources belong to different networks: {listed}",
            "take subnets, security groups and route tables of one VPC",
        )


def _reachable_gateway(op: ResourceOperation) -> Iterator[Refusal]:
    table, gateway = op.text("routeTableId"), op.text("gatewayId") or op.text("natGatewayId")
    if not gateway.startswith(("igw-", "nat-")):
        return
    record = op.inventory.owner(gateway)
    subnet = get(record.inputs, "subnetId") if record else None
    theirs = vpc_of(op.inventory, subnet if isinstance(subnet, str) else gateway)
    own = vpc_of(op.inventory, table)
    if own and theirs and own != theirs:
        yield Refusal(
            "InvalidParameterValue",
            f"route table {table} and network gateway {gateway} belong to different networks",
            "route to a gateway of the same VPC",
        )


def _peered(op: ResourceOperation) -> Iterator[Refusal]:
    own, other = op.text("securityGroupId"), op.text("referencedSecurityGroupId") or op.text("sourceSecurityGroupId")
    vpcs = {vpc for vpc in (vpc_of(op.inventory, own), vpc_of(op.inventory, other)) if vpc}
    if len(vpcs) > 1 and not op.inventory.of("aws:ec2/vpcPeeringConnection:VpcPeeringConnection"):
        yield Refusal(
            "InvalidGroup.NotFound",
            f"You have specified two resources that belong to different networks: {own} and {other}",
            "refer to a security group of the same VPC, or peer the two",
        )


def _stays(code: str, message: str, *path: str, used: bool = False) -> Callable[[ResourceOperation], Iterator[Refusal]]:
    """Yield a judgement of updates: what stands cannot move, with its subnets at a path, into another VPC.

    `used`: only where something names it, for AWS lets go of the rest.
    """

    def judge(op: ResourceOperation) -> Iterator[Refusal]:
        if op.old is None or (used and all(user.urn == op.urn for user in op.inventory.users(op.old.id))):
            return
        home, other = _moves(op, op.old, path)
        if other:
            yield Refusal(
                code,
                f"{message}: it stands in {home}, and not in {other}",
                "leave the VPC and its range as they are, and add a range or subnets to it; or make a second stack beside "
                "this one, and move over",
            )

    return judge


def _moves(op: ResourceOperation, old: Record, path: tuple[str, ...]) -> tuple[str, str]:
    """Return the VPC in which the subnets at a path are, and the other one where they would be; empty where they stay."""
    home = next(filter(None, (vpc_of(op.inventory, subnet) for subnet in items(old.inputs, *path))), "")
    after = {vpc_of(op.inventory, subnet) for subnet in op.texts(*path)} - {"", home}
    given = op.get(*path)
    unknown = op.unknown(*path) or (isinstance(given, list) and UNKNOWN in given)
    if home and not after and unknown and _replaced(op.inventory, home):
        after = {"the one that takes its place"}
    return home, min(after, default="") if home else ""


def _replaced(world: Inventory, vpc: str) -> bool:
    """Return whether a preview has planned another resource in the place of this one."""
    standing = world.owner(vpc)
    return standing is not None and any(
        record.urn == standing.urn and record.id != standing.id for record in world.of(standing.token)
    )


# Type -> where it names its subnets, and what else may say where it stands.
_NEEDS_SUBNETS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment": (("subnetIds",), ()),
    "aws:ecs/service:Service": (("networkConfiguration", "subnets"), ()),
    "aws:eks/fargateProfile:FargateProfile": (("subnetIds",), ()),
    "aws:eks/nodeGroup:NodeGroup": (("subnetIds",), ()),
    "aws:elasticache/subnetGroup:SubnetGroup": (("subnetIds",), ()),
    "aws:lb/loadBalancer:LoadBalancer": (("subnets",), ("subnetMappings",)),
    "aws:memorydb/subnetGroup:SubnetGroup": (("subnetIds",), ()),
    "aws:redshift/subnetGroup:SubnetGroup": (("subnetIds",), ()),
}


def _some_subnets(op: ResourceOperation) -> Iterator[Refusal]:
    path, others = _NEEDS_SUBNETS[op.token]
    given = op.get(*path)
    if given == [] and not any(op.inputs.get(other) for other in others):
        yield Refusal(
            "InvalidParameterValue",
            f"At least one subnet must be specified: {'.'.join(path)} is an empty list",
            "name subnets; a list that a loop or a filter made may have come out empty",
        )


_PLACED = (
    r"aws:(lb/loadBalancer:LoadBalancer|rds/(instance:Instance|subnetGroup:SubnetGroup)|ec2/vpcEndpoint:VpcEndpoint"
    r"|elasticache/(replicationGroup:ReplicationGroup|subnetGroup:SubnetGroup)|eks/(cluster:Cluster|nodeGroup:NodeGroup)"
    r"|lambda/function:Function|ec2/routeTableAssociation:RouteTableAssociation)"
)
LAWS = (
    Law("reference-exists", "a reference stands", _ERRORS, EVERY_AWS_TYPE, _standing),
    Law(
        "subnets-given",
        "what stands in subnets names some",
        "https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html",
        "|".join(re.escape(token) for token in _NEEDS_SUBNETS),
        _some_subnets,
    ),
    Law("reference-type", "a reference is of the right kind", _IDS, EVERY_AWS_TYPE, _right_kind),
    Law(
        "rds-subnet-group-vpc",
        "the subnets of a database stay in their VPC",
        "https://github.com/hashicorp/terraform-provider-aws/issues/27459",
        r"aws:(rds|docdb|neptune)/subnetGroup:SubnetGroup",
        _stays(
            "InvalidParameterValue", "The new Subnets are not in the same Vpc as the existing subnet group", "subnetIds"
        ),
        ("update",),
    ),
    Law(
        "elasticache-subnet-group-vpc",
        "the subnets of a cache stay in their VPC",
        # nodes keep their addresses; the words: https://github.com/floci-io/floci/pull/2401, tried against AWS
        "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyCacheSubnetGroup.html",
        r"aws:(elasticache|memorydb)/subnetGroup:SubnetGroup",
        _stays(
            "InvalidSubnet",
            "The subnets and those of the nodes that use the group are not in the same VPC",
            "subnetIds",
            used=True,
        ),
        ("update",),
    ),
    Law(
        "eks-vpc",
        "a cluster stays in its VPC",
        "https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html",
        "aws:eks/cluster:Cluster",
        _stays(
            "InvalidParameterException",
            "The subnets must be in the same VPC as the subnets that the cluster was created with",
            "vpcConfig",
            "subnetIds",
        ),
        ("update",),
    ),
    Law(
        "load-balancer-vpc",
        "a load balancer stays in its VPC",
        "https://github.com/hashicorp/terraform-provider-aws/issues/18317",
        "aws:(lb|alb)/loadBalancer:LoadBalancer",
        _stays("InvalidConfigurationRequest", "The subnets are in a different VPC than the load balancer", "subnets"),
        ("update",),
    ),
    Law(
        "same-vpc",
        "what works together lies in one VPC",
        "https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html",
        _PLACED,
        _same_vpc,
    ),
    Law(
        "route-gateway-vpc",
        "a route's gateway is in its VPC",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html",
        r"aws:ec2/route:Route",
        _reachable_gateway,
    ),
    Law(
        "security-group-reference",
        "a group refers to groups it can reach",
        "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
        r"aws:(vpc/securityGroup(Ingress|Egress)Rule:.*|ec2/securityGroupRule:SecurityGroupRule)",
        _peered,
    ),
)
