"""What a stack must have as a whole to come through a failure."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..kit.reading import UNKNOWN, get, given, number
from ..kit.stack import Finding, Node, Stack, StackRule

_SUBNET, _NAT = "aws:ec2/subnet:Subnet", "aws:ec2/natGateway:NatGateway"
_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
_DATABASES = ("aws:rds/instance:Instance", "aws:rds/cluster:Cluster")
_CACHES = ("aws:elasticache/replicationGroup:ReplicationGroup",)
_DEPLOYMENTS = ("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet")
_KEDA_SCALER = "kubernetes:keda.sh/v1alpha1:ScaledObject"
_SCALER, _BUDGET = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "kubernetes:policy/v1:PodDisruptionBudget"
Parameters = Mapping[str, Any]


def _tags(node: Node) -> dict[str, Any]:
    found = node.get("tags")
    return found if isinstance(found, dict) else {}


def _selected(stack: Stack, node: Node) -> bool:
    """Return whether a selection of AWS Backup covers a resource: by name, or by a tag."""
    for selection in stack.of("aws:backup/selection:Selection"):
        named = selection.points("resources", node) or "*" in selection.items("resources")
        if named or any(
            _tags(node).get(str(get(one, "key"))) == get(one, "value") for one in selection.items("selectionTags")
        ):
            return True
    return False


def _unbacked(stack: Stack, _: Parameters) -> Iterator[Finding]:
    versioned = [
        node for node in stack.of("aws:s3/bucketVersioning:BucketVersioning")
        if node.get("versioningConfiguration", "status") in ("Enabled", UNKNOWN)
    ]  # fmt: skip
    for node in stack.nodes:
        kept = {
            "aws:rds/instance:Instance": lambda n: _days(n.get("backupRetentionPeriod")),
            "aws:rds/cluster:Cluster": lambda n: _days(n.get("backupRetentionPeriod")),
            _CACHES[0]: lambda n: _days(n.get("snapshotRetentionLimit")),
            "aws:dynamodb/table:Table": lambda n: n.get("pointInTimeRecovery", "enabled") in (True, UNKNOWN),
            "aws:efs/fileSystem:FileSystem": lambda n: any(
                p.points("fileSystemId", n) for p in stack.of("aws:efs/backupPolicy:BackupPolicy")
            ),
            **dict.fromkeys(
                _BUCKETS,
                lambda n: n.get("versioning", "enabled") is True or any(v.points("bucket", n) for v in versioned),
            ),
        }.get(node.type)
        if kept and not kept(node) and not _selected(stack, node):
            yield Finding(node.urn)


def _days(value: Any) -> bool:
    return value is UNKNOWN or (number(value) or 0) >= 1


def _unwatched(stack: Stack, _: Parameters) -> Iterator[Finding]:
    alarms = [alarm for alarm in stack.of(_ALARM) if given(alarm.get("alarmActions"))]
    for store in stack.of(*_DATABASES, *_CACHES):
        if not any(alarm.points("dimensions", store) for alarm in alarms):
            yield Finding(store.urn)


def _no_plan(stack: Stack, _: Parameters) -> Iterator[Finding]:
    planned = [plan for plan in stack.of("aws:backup/plan:Plan") if plan.get("rules") is UNKNOWN or plan.items("rules")]
    chosen = [
        s for s in stack.of("aws:backup/selection:Selection") if any(s.points("planId", plan) for plan in planned)
    ]
    for database in stack.of(*_DATABASES):
        if not (chosen and _selected(stack, database)):
            yield Finding(database.urn)


def _zones(stack: Stack, holder: Node, key: str) -> set[str]:
    return {str(subnet.get("availabilityZone")) for subnet in stack.of(_SUBNET) if holder.points(key, subnet)}


def _few_zones(stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    holders = [
        (node, "subnetIds")
        for node in stack.of(
            "aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup", "aws:eks/nodeGroup:NodeGroup"
        )
    ]
    holders += [(node, "vpcConfig") for node in stack.of("aws:eks/cluster:Cluster")]
    for holder, key in holders:
        zones = _zones(stack, holder, key)
        # a holder whose subnets are another stack's cannot be counted
        if zones and len(zones) < parameters["least"]:
            yield Finding(holder.urn, f"{len(zones)} of {int(parameters['least'])} zones")


def _nat_per_zone(stack: Stack, _: Parameters) -> Iterator[Finding]:
    gateways = stack.of(_NAT)
    if not gateways or any(gateway.get("availabilityMode") == "regional" for gateway in gateways):
        return
    served = {
        str(subnet.get("availabilityZone"))
        for g in gateways
        for subnet in stack.of(_SUBNET)
        if g.points("subnetId", subnet)
    }
    for group in stack.of("aws:eks/nodeGroup:NodeGroup"):
        missing = _zones(stack, group, "subnetIds") - served
        if missing:
            yield Finding(group.urn, f"{len(missing)} of its zones have no NAT gateway")


def _scaler_of(stack: Stack, node: Node) -> Node | None:
    for scaler in stack.of(_SCALER, _KEDA_SCALER):
        named = scaler.get("spec", "scaleTargetRef", "name")
        if node in scaler.refs.get("spec", []) or (isinstance(named, str) and named == node.get("metadata", "name")):
            return scaler
    return None


def _replicas(stack: Stack, node: Node) -> Any:
    """Return how many pods a workload keeps: its own count, or the least of what scales it."""
    scaler = _scaler_of(stack, node)
    if scaler:
        # KEDA scales to nothing where it is told no least
        least = "minReplicas" if scaler.type == _SCALER else "minReplicaCount"
        return scaler.get("spec", least) or int(scaler.type == _SCALER)
    count = node.get("spec", "replicas")
    return 1 if count is None else count


def _single(stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    for node in stack.of(*_DEPLOYMENTS):
        count = _replicas(stack, node)
        spared = given(parameters["spared"].get(f"{node.type.rpartition(':')[2]}::{node.name}"))
        if count is not UNKNOWN and count < parameters["least"] and not spared:
            yield Finding(node.urn)


def _fits(selector: Any, labels: Any) -> bool:
    wanted = get(selector, "matchLabels")
    if UNKNOWN in (wanted, labels) or (isinstance(wanted, dict) and UNKNOWN in wanted.values()):
        return True
    return isinstance(wanted, dict) and isinstance(labels, dict) and wanted.items() <= labels.items()


def _evictable(budget: Node, count: Any) -> bool:
    """Return whether a budget lets one pod go at least."""
    least, most = budget.get("spec", "minAvailable"), budget.get("spec", "maxUnavailable")
    if UNKNOWN in (least, most, count):
        return True
    if most is not None:
        return most not in (0, "0", "0%")
    return least not in ("100%",) and not (isinstance(least, int | float) and least >= count)


def _undisrupted(stack: Stack, _: Parameters) -> Iterator[Finding]:
    for node in stack.of(*_DEPLOYMENTS):
        count = _replicas(stack, node)
        if count is UNKNOWN or count <= 1:
            continue
        labels = node.get("spec", "template", "metadata", "labels")
        own = [
            b
            for b in stack.of(_BUDGET)
            if b.get("metadata", "namespace") in (node.get("metadata", "namespace"), UNKNOWN)
            and _fits(b.get("spec", "selector"), labels)
        ]
        if not own:
            yield Finding(node.urn, "no PodDisruptionBudget selects it")
        elif not all(_evictable(budget, count) for budget in own):
            yield Finding(node.urn, "its PodDisruptionBudget allows no disruption")


_BACKUP = "https://docs.aws.amazon.com/aws-backup/latest/devguide/whatisbackup.html"
_EKS = "https://docs.aws.amazon.com/eks/latest/best-practices/application.html"
RULES = (
    StackRule(
        "data-backed-up", "high", "every data store is backed up", "keep backups, versions or point-in-time recovery, or cover it by a backup selection", "backup",
        _unbacked, refs="FSBP RDS.11, FSBP ElastiCache.1, FSBP S3.14, FSBP DynamoDB.2, FSBP EFS.2, CKV2_AWS_8, CKV2_AWS_18", judges="every database, cache, table, file system and bucket",
    ),
    StackRule(
        "data-alarmed", "high", "a database or cache has a CloudWatch alarm that notifies somebody", "give it a MetricAlarm with alarmActions", "audit", _unwatched,
        link="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html", judges="every database and cache",
    ),
    StackRule(
        "bak-plan", "high", "a database is in an AWS Backup plan", "select it by a backup plan, by name or by a tag", "backup", _no_plan, refs="FSBP RDS.26", link=_BACKUP,
        level="advisory", judges="every database",
    ),
    StackRule(
        "net-zones", "medium", "clusters, node groups and subnet groups span `least` availability zones or more", "give it subnets in more availability zones", "availability", _few_zones, parameters={"least": 2},
        link="https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/availability-zones.html",
        judges="every EKS cluster, node group and subnet group",
    ),
    StackRule(
        "net-nat-per-az", "medium", "nodes in an availability zone use a NAT gateway in that zone", "place a NAT gateway in each zone, or use a regional one", "availability", _nat_per_zone,
        link="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html", level="advisory", judges="every node group",
    ),
    StackRule(
        "k8s-replicas", "medium", "a workload has `least` replicas or more", "set replicas, or the autoscaler's minReplicas, to `least` or more, or list it under `spared` with the reason", "availability", _single,
        parameters={"least": 2, "spared": {}}, refs="kube-score deployment-replicas", link=_EKS, level="advisory", judges="every Deployment and StatefulSet",
    ),
    StackRule(
        "k8s-pdb", "medium", "a workload has a PodDisruptionBudget that allows a node to be drained", "give it a PodDisruptionBudget that allows one disruption", "availability", _undisrupted,
        refs="kube-score deployment-has-poddisruptionbudget", link="https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
        judges="every Deployment and StatefulSet of two pods or more",
    ),
)  # fmt: skip
