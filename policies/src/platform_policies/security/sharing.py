"""What is given to other accounts, or to everybody, outside of any policy document."""

from ..kit.holds import is_off, is_on, none_of
from ..kit.places import each
from ..kit.reading import get, given
from ..kit.rule import Resource, Rule
from .network import wide

_ALL = ("all", "All", "*")
_SHARED: dict[str, tuple[str, ...]] = {
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission": ("group",),
    "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission": ("accountId",),
    "aws:rds/snapshot:Snapshot": ("sharedAccounts.*",),
    "aws:rds/snapshotCopy:SnapshotCopy": ("sharedAccounts.*",),
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": ("sharedAccounts.*",),
    "aws:imagebuilder/distributionConfiguration:DistributionConfiguration": ("distributions.*.amiDistributionConfiguration.launchPermission.userGroups.*",),
    "aws:ssm/document:Document": ("permissions.account_ids", "permissions.accountIds"),
    "aws:ec2/vpcEndpointService:VpcEndpointService": ("allowedPrincipals.*",),
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": ("principalArn",),
}  # fmt: skip


def _everybody(resource: Resource) -> str:
    return next((place for place, value in each(resource.props, _SHARED[resource.type]) if value in _ALL), "")


def _event_permission(resource: Resource) -> bool:
    return resource.get("principal") != "*" or given(resource.get("condition"))


def _narrow_list(resource: Resource) -> bool:
    """Return whether a prefix list is of somebody's addresses: halves of the internet are the internet."""
    return not any(wide(value) for _, value in each(resource.props, ("entries.*.cidr", "cidr")))


def _peered_narrowly(resource: Resource) -> bool:
    routes = [resource.props, *resource.items("routes")]
    for route in routes:
        peered = given(get(route, "vpcPeeringConnectionId"))
        if peered and any(
            wide(get(route, key))
            for key in ("destinationCidrBlock", "cidrBlock", "ipv6CidrBlock", "destinationIpv6CidrBlock")
        ):
            return False
    return True


RULES = (
    Rule(
        "share-public", "critical", "no image, snapshot, document or endpoint service is everybody's", "name the accounts that it is shared with", "boundary", "|".join(_SHARED), lambda s: not _everybody(s), where=_everybody,
        refs="FSBP EC2.1, FSBP RDS.1, FSBP SSM.4, CKV_AWS_205, CKV_AWS_302, CKV_AWS_303", judges="whom " + ", ".join(sorted(one.rpartition(":")[2] for one in _SHARED)) + " are shared with",
    ),
    Rule(
        "share-external", "medium", "a resource share stays inside the organization", "set allowExternalPrincipals to false", "boundary", "aws:ram/resourceShare:ResourceShare", is_off("allowExternalPrincipals", absent=True),
        link="https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html",
    ),
    Rule(
        "share-events", "high", "an event bus takes events of those alone who are named", "name the account, or its organization by a condition", "boundary", "aws:cloudwatch/eventPermission:EventPermission", _event_permission,
        refs="FSBP EventBridge.3",
    ),
    Rule(
        "share-endpoint-accepted", "medium", "who wants to use an endpoint service is let in by hand", "set acceptanceRequired", "boundary", "aws:ec2/vpcEndpointService:VpcEndpointService", is_on("acceptanceRequired"),
        refs="CKV_AWS_123", link="https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html",
    ),
    Rule(
        "share-transit-accepted", "high", "a transit gateway takes no attachment by itself", "leave autoAcceptSharedAttachments disabled", "boundary", "aws:ec2transitgateway/transitGateway:TransitGateway", none_of("autoAcceptSharedAttachments", "enable"),
        refs="FSBP EC2.23, CKV_AWS_331",
    ),
    Rule(
        "net-prefix-list", "medium", "a prefix list does not hold the internet", "list addresses that are somebody's", "boundary", r"aws:ec2/managedPrefixList(Entry)?:ManagedPrefixList(Entry)?", _narrow_list,
        refs="FSBP EC2.18", link="https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html",
    ),
    Rule(
        "net-peer-route", "medium", "no route sends everything to a peered VPC", "name the peer's range", "boundary", r"aws:ec2/(route:Route|routeTable:RouteTable|defaultRouteTable:DefaultRouteTable)", _peered_narrowly,
        refs="CKV2_AWS_44", link="https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html",
    ),
)  # fmt: skip
