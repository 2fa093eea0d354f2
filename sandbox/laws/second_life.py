"""What outlives the resource that it came from, and is met by the next one of its name. No law by itself: `leftovers` asks.

Each rule looks at a resource that is being deleted. What is left stays in the world until the stack deletes or adopts
it, or somebody does by hand (`drift NAME --delete`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ..world import Left, Record
from .inventory import Inventory
from .law import get, items

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
SECRET = "aws:secretsmanager/secret:Secret"
KEY = "aws:kms/key:Key"
VPC_ORIGIN = "aws:cloudfront/vpcOrigin:VpcOrigin"
ORIGINS_GROUP = "CloudFront-VPCOrigins-Service-SG"
_CLUSTER = "aws:eks/cluster:Cluster"
_DATABASE = "aws:rds/instance:Instance"
_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_FOR_GOOD = "somebody deletes it"

# What takes a last snapshot, and the type of that: the provider's words on `final_snapshot_identifier`.
SNAPSHOTS: Mapping[str, str] = {
    _DATABASE: "aws:rds/snapshot:Snapshot",
    "aws:rds/cluster:Cluster": "aws:rds/clusterSnapshot:ClusterSnapshot",
    "aws:docdb/cluster:Cluster": "aws:docdb/clusterSnapshot:ClusterSnapshot",
    "aws:neptune/cluster:Cluster": "aws:neptune/clusterSnapshot:ClusterSnapshot",
    "aws:redshift/cluster:Cluster": "aws:redshift/clusterSnapshot:ClusterSnapshot",
    "aws:elasticache/replicationGroup:ReplicationGroup": "aws:elasticache/snapshot",
    "aws:elasticache/cluster:Cluster": "aws:elasticache/snapshot",
    "aws:memorydb/cluster:Cluster": "aws:memorydb/snapshot:Snapshot",
}
_SNAPSHOT_SOURCE = "https://github.com/terraform-aws-modules/terraform-aws-rds/pull/82"


def snapshot_of(record: Record) -> str:
    """Return the name of the last snapshot of what is deleted; empty where it takes none."""
    name = get(record.inputs, "finalSnapshotIdentifier") or get(record.inputs, "finalSnapshotName")
    skipped = get(record.inputs, "skipFinalSnapshot") in (True, "true")
    return str(name) if record.token in SNAPSHOTS and name and not skipped else ""


def left_by(record: Record, standing: Inventory, deleted: Sequence[Record]) -> list[Left]:
    """Return what a resource leaves that is being deleted, after others that the same run deleted before it."""
    rule = _RULES.get(record.token)
    found = list(rule(record, standing, deleted)) if rule else []
    if name := snapshot_of(record):
        why = f"the last snapshot of {record.urn.rpartition('::')[2]}"
        found.append(_left(record, SNAPSHOTS[record.token], name, why, _SNAPSHOT_SOURCE))
    return found


def counted(left: Iterable[Left]) -> str:
    """Return how many things of each kind are left, in words."""
    counts = Counter(each.token.rpartition(":")[2].rpartition("/")[2] for each in left)
    return ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))


def taken_by(record: Record) -> list[tuple[str, str]]:
    """Return what goes at last with a resource that is deleted, by type and name."""
    return [(_GROUP, f"{ORIGINS_GROUP} {record.id}")] if record.token == "aws:ec2/vpc:Vpc" else []


def _left(record: Record, token: str, name: str, why: str, source: str, until: str = _FOR_GOOD) -> Left:
    return Left(token, name, str(record.outputs.get("region") or ""), why, source, until)


def _logs_of(cluster: Record) -> str:
    return f"/aws/eks/{get(cluster.outputs, 'name') or cluster.id}/cluster"


def _cluster(cluster: Record, standing: Inventory, _deleted: Sequence[Record]) -> Iterator[Left]:
    name = _logs_of(cluster)
    managed = any(each.id == name for each in standing.of(LOG_GROUP))
    if items(cluster.inputs, "enabledClusterLogTypes") and not managed:
        source = "https://github.com/terraform-aws-modules/terraform-aws-eks/issues/920"
        yield _left(cluster, LOG_GROUP, name, "EKS makes its log group where it is not there", source)


def _log_group(group: Record, _standing: Inventory, deleted: Sequence[Record]) -> Iterator[Left]:
    for each in deleted:
        if each.token == _CLUSTER and _logs_of(each) == group.id and items(each.inputs, "enabledClusterLogTypes"):
            source = "https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2763"
            yield _left(group, LOG_GROUP, group.id, "EKS writes its last lines after its group is gone", source)


def _database(database: Record, standing: Inventory, _deleted: Sequence[Record]) -> Iterator[Left]:
    identifier = get(database.outputs, "identifier")
    for each in items(database.inputs, "enabledCloudwatchLogsExports"):
        name = f"/aws/rds/instance/{identifier}/{each}"
        if not any(group.id == name for group in standing.of(LOG_GROUP)):
            source = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html"
            yield _left(database, LOG_GROUP, name, "RDS made it for its logs", source)


def _secret(secret: Record, _standing: Inventory, _deleted: Sequence[Record]) -> Iterator[Left]:
    days = get(secret.inputs, "recoveryWindowInDays")
    if days != 0:
        source = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html"
        why, until = "a deleted secret keeps its name while it can be restored", f"{days or 30} days are over"
        yield _left(secret, SECRET, str(secret.outputs.get("name")), why, source, until)


def _key(key: Record, _standing: Inventory, _deleted: Sequence[Record]) -> Iterator[Left]:
    days = get(key.inputs, "deletionWindowInDays") or 30
    source = "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html"
    yield _left(key, KEY, key.id, "a key waits for its deletion", source, f"{days} days are over")


def _vpc_origin(origin: Record, standing: Inventory, _deleted: Sequence[Record]) -> Iterator[Left]:
    balancer = standing.owner(str(get(origin.inputs, "vpcOriginEndpointConfig", "arn")))
    vpc = str(balancer.outputs.get("vpcId") or "") if balancer else ""
    source = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html"
    why = "CloudFront keeps its security group and interfaces for a while, and the VPC with them"
    yield _left(origin, _GROUP, f"{ORIGINS_GROUP} {vpc}".strip(), why, source, "CloudFront takes it away")


_RULES: Mapping[str, Callable[[Record, Inventory, Sequence[Record]], Iterator[Left]]] = {
    _CLUSTER: _cluster,
    LOG_GROUP: _log_group,
    _DATABASE: _database,
    SECRET: _secret,
    KEY: _key,
    VPC_ORIGIN: _vpc_origin,
}
