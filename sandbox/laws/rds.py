"""RDS: families and versions, classes and storage that fit, passwords and names that PostgreSQL takes."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from .. import aws_data
from ..closest import did_you_mean
from .law import Law, Refusal, ResourceOperation, get, items
from .references import parameter_family, subnets_of_group

_INSTANCE = "aws:rds/instance:Instance"
_CREATE = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"
_STORAGE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html"
_MODIFY = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html"


@cache
def _extension(name: str) -> Any:
    """AWS's own lists, as cfn-lint ships them."""
    return aws_data.read(f"schemas/extensions/aws_rds_dbinstance/{name}.json")


def _engine_versions(engine: str) -> list[str]:
    """Return the versions of an engine that can be created."""
    for rule in _extension("engine_version")["allOf"]:
        if rule["if"]["properties"].get("Engine") == {"const": engine}:
            listed = rule["then"]["properties"]["EngineVersion"]
            return [str(version) for version in listed.get("enum", [])]
    return []


@cache
def _classes(region: str, engine: str) -> frozenset[str]:
    """Return the instance classes of an engine in a region."""
    found: set[str] = set()
    for rule in _extension("dbinstanceclass_enum").get(region, {}).get("allOf", []):
        if rule["if"]["properties"].get("Engine") == {"const": engine}:
            found |= set(rule["then"]["properties"]["DBInstanceClass"]["enum"])
    return frozenset(found)


def _version(op: ResourceOperation) -> Iterator[Refusal]:
    engine, version = op.text("engine"), str(op.get("engineVersion") or "")
    known = _engine_versions(engine)
    # A major alone lets RDS choose the minor.
    if known and version and version not in known and not any(v.startswith(f"{version}.") for v in known):
        major = version.partition(".")[0]
        near = [v for v in known if v.partition(".")[0] == major]
        yield Refusal(
            "InvalidParameterCombination",
            f"Cannot find version {version} for {engine}",
            f"choose {near[-1] if near else known[-1]}, or the major alone ({major})",
        )


def _class(op: ResourceOperation) -> Iterator[Refusal]:
    wanted, engine = op.text("instanceClass"), op.text("engine")
    known = _classes(op.region, engine)
    if wanted and known and wanted not in known:
        alike = sorted(name for name in known if name.endswith(f".{wanted.rpartition('.')[2]}"))
        yield Refusal(
            "InvalidParameterCombination",
            f"RDS does not support creating a DB instance with the following combination: DBInstanceClass={wanted}, "
            f"Engine={engine} in {op.region}",
            f"choose a class that {op.region} has: {', '.join(alike[:5])}"
            if alike
            else did_you_mean(wanted, known, "choose a class of RDS's, such as db.t4g.medium"),
        )


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.StorageTypes.html
_LEAST_GIB = {"gp2": 20, "gp3": 20, "io1": 100, "io2": 100, "standard": 5}
_STRIPED_GIB = {"postgres": 400, "mysql": 400, "mariadb": 400}


def _storage(op: ResourceOperation) -> Iterator[Refusal]:
    size, kind, engine = op.get("allocatedStorage"), op.text("storageType") or "gp2", op.text("engine")
    if not isinstance(size, int):
        return
    least = _LEAST_GIB.get(kind, 20)
    if size < least and engine in _STRIPED_GIB:
        yield Refusal(
            "InvalidParameterCombination",
            f"Invalid storage size for engine name {engine} and storage type {kind}: {size}",
            f"give {kind} {least} GiB at least",
        )
    striped = _STRIPED_GIB.get(engine)
    chosen = [key for key in ("iops", "storageThroughput") if op.get(key) is not None]
    if kind == "gp3" and striped and size < striped and chosen:
        yield Refusal(
            "InvalidParameterCombination",
            f"You can't specify {' or '.join(chosen)} for engine {engine} and a storage size less than {striped}.",
            f"leave {' and '.join(chosen)} out (gp3 gives 3000 IOPS and 125 MiB/s), or give {striped} GiB",
        )
    if kind in ("io1", "io2") and op.get("iops") is None and not op.unknown("iops"):
        yield Refusal("InvalidParameterCombination", f"You must specify iops for {kind}", "set iops, or use gp3")
    most = op.get("maxAllocatedStorage")
    if isinstance(most, int) and 0 < most * 10 < size * 11:
        yield Refusal(
            "InvalidParameterCombination",
            f"Max storage size must be greater than storage size: {most} is less than 110 % of {size}",
            f"set maxAllocatedStorage to {-(-size * 11 // 10)} at least, or 0 to switch autoscaling off",
        )


_MASTER_RESERVED = {
    "postgres": {"admin", "rdsadmin", "rds_superuser", "user", "public", "current_user"},
    "mysql": {"rdsadmin"},
}


def _credentials(op: ResourceOperation) -> Iterator[Refusal]:
    managed = op.get("manageMasterUserPassword") is True
    given = [key for key in ("password", "passwordWo") if key in op.inputs]
    replica = any(key in op.inputs for key in ("replicateSourceDb", "snapshotIdentifier", "restoreToPointInTime"))
    if managed and given:
        yield Refusal(
            "InvalidParameterCombination",
            "You can't specify MasterUserPassword for an instance with ManageMasterUserPassword",
            "keep one: RDS's own secret, or yours",
        )
    if not managed and not given and not replica:
        yield Refusal(
            "InvalidParameterException",
            "The parameter MasterUserPassword must be provided",
            "set password, or manageMasterUserPassword",
        )
    password = op.get("password") if isinstance(op.get("password"), str) else op.get("passwordWo")
    if isinstance(password, str) and not re.fullmatch(r"[!-~]{8,128}", password):
        yield Refusal(
            "InvalidParameterValue",
            "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters, or holds a space or no ASCII",
            "8 to 128 printable ASCII characters",
        )
    if isinstance(password, str) and re.search(r'[/"@ ]', password):
        yield Refusal(
            "InvalidParameterValue",
            "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used.",
            "leave these four out: RandomPassword has override_special",
        )
    user, engine = op.text("username"), op.text("engine")
    if user.lower() in _MASTER_RESERVED.get(engine, ()):
        yield Refusal(
            "InvalidParameterValue",
            f"MasterUsername {user} cannot be used as it is a reserved word used by the engine",
            "choose another name for the master user",
        )
    name = op.text("dbName")
    if name and engine == "postgres" and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", name):
        yield Refusal(
            "InvalidParameterValue",
            f"DBName {name} must begin with a letter or underscore and contain only alphanumeric characters and underscores",
            "write flowise_prod, not flowise-prod",
        )


def _family(op: ResourceOperation) -> Iterator[Refusal]:
    name, engine, version = op.text("parameterGroupName"), op.text("engine"), str(op.get("engineVersion") or "")
    family = parameter_family(op, "aws:rds/parameterGroup:ParameterGroup")
    major = version.partition(".")[0]
    if engine == "postgres" and family and major and family != f"postgres{major}":
        yield Refusal(
            "InvalidParameterCombination",
            f"The parameter group {name} with DBParameterGroupFamily {family} can't be used for this instance. "
            f"Please use a parameter group with DBParameterGroupFamily postgres{major}",
            f"set the parameter group's family to postgres{major}",
        )


_FAMILIES = re.compile(
    r"postgres(9\.\d|[12]\d)|mysql\d\.\d|mariadb\d+\.\d+|aurora-postgresql\d+|aurora-mysql\d\.\d|(oracle|sqlserver|db2|custom).+"
)
# PostgreSQL's parameters that need a restart: `immediate` is refused for them.
_STATIC = {
    "max_connections",
    "shared_buffers",
    "shared_preload_libraries",
    "max_wal_senders",
    "rds.logical_replication",
}


def _parameters(op: ResourceOperation) -> Iterator[Refusal]:
    family = op.text("family")
    if family and not _FAMILIES.fullmatch(family):
        yield Refusal(
            "InvalidParameterValue",
            f"ParameterGroupFamily {family} is not a valid parameter group family",
            "write the engine and its major, as in postgres17",
        )
    for parameter in items(op.inputs, "parameters"):
        name, method = get(parameter, "name"), get(parameter, "applyMethod") or "immediate"
        if family.startswith("postgres") and name in _STATIC and method == "immediate":
            yield Refusal(
                "InvalidParameterCombination",
                f"cannot use immediate apply method for static parameter: {name}",
                "set applyMethod to pending-reboot",
            )


def _zones(op: ResourceOperation) -> Iterator[Refusal]:
    wanted = get(op.inputs, "subnetIds")
    if isinstance(wanted, list) and len(wanted) <= 1:
        yield _covers_too_little(f"{len(wanted)} subnets")
        return
    known = [op.inventory.owner(subnet) for subnet in op.texts("subnetIds")]
    zones = {get(subnet.inputs, "availabilityZone") for subnet in known if subnet is not None}
    if (
        isinstance(wanted, list)
        and len(known) == len(wanted)
        and None not in known
        and None not in zones
        and len(zones) == 1
    ):
        yield _covers_too_little(", ".join(map(str, zones)))


def _covers_too_little(covered: str) -> Refusal:
    return Refusal(
        "DBSubnetGroupDoesNotCoverEnoughAZs",
        "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: "
        f"{covered}. Add subnets to cover at least 2 AZs.",
        "give it subnets of two zones or more, for a single-AZ instance too",
    )


_CLUSTER, _MEMBER = "aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance"


def _replica(op: ResourceOperation) -> Iterator[Refusal]:
    source = op.text("replicateSourceDb")
    named = [
        each
        for each in op.inventory.of(_INSTANCE)
        if source and source in (each.outputs.get("identifier"), each.outputs.get("arn"), each.id)
    ]
    days = get(named[0].inputs, "backupRetentionPeriod") if named else None
    if named and (days == 0 or "backupRetentionPeriod" not in named[0].inputs):
        yield Refusal(
            "InvalidDBInstanceState",
            f"Automated backups are not enabled for this database instance: {source}. To enable automated backups, use "
            "ModifyDBInstance to set the backup retention period to a non-zero value.",
            "set backupRetentionPeriod of the source to 1 at least: the provider's default is 0",
        )


def _member(op: ResourceOperation) -> Iterator[Refusal]:
    name = op.text("clusterIdentifier")
    cluster = next(
        (
            each
            for each in op.inventory.of(_CLUSTER)
            if name and name in (each.id, each.outputs.get("clusterIdentifier"))
        ),
        None,
    )
    if cluster is None:
        return
    theirs, own = get(cluster.inputs, "engine"), op.text("engine")
    if isinstance(theirs, str) and own and own != theirs:
        yield Refusal(
            "InvalidParameterCombination",
            f"The engine name requested for your DB instance ({own}) doesn't match the engine name of your DB cluster ({theirs}).",
            "hand over the cluster's engine: engine=cluster.engine",
        )
    if op.text("instanceClass") == "db.serverless" and "serverlessv2ScalingConfiguration" not in cluster.inputs:
        yield Refusal(
            "InvalidDBClusterStateFault",
            "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance.",
            "set serverlessv2ScalingConfiguration with minCapacity and maxCapacity on the cluster",
        )


def _options(op: ResourceOperation) -> Iterator[Refusal]:
    if op.get("multiAz") is True and op.text("availabilityZone"):
        yield Refusal(
            "InvalidParameterCombination",
            "Requesting a specific availability zone is not valid for Multi-AZ instances.",
            "leave availabilityZone out",
        )
    if op.get("manageMasterUserPassword") is True and get(op.get("blueGreenUpdate"), "enabled") is True:
        yield Refusal(
            "InvalidParameterCombination",
            "Managing the master user password isn't supported for Blue/Green Deployments.",
            "give a password of your own, or leave blueGreenUpdate out",
        )
    interval = op.get("monitoringInterval")
    if isinstance(interval, int) and interval not in (0, 1, 5, 10, 15, 30, 60):
        yield Refusal(
            "InvalidParameterValue", f"Invalid monitoring interval {interval}", "use 0, 1, 5, 10, 15, 30 or 60 seconds"
        )
    if isinstance(interval, int) and interval > 0 and "monitoringRoleArn" not in op.inputs:
        yield Refusal(
            "InvalidParameterCombination",
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.",
            "set monitoringRoleArn, and let the instance depend on the role's policy attachment",
        )
    kept = op.get("performanceInsightsRetentionPeriod")
    if isinstance(kept, int) and kept not in (7, 731) and (kept % 31 or not 31 <= kept <= 713):  # noqa: PLR2004 # the API's
        yield Refusal(
            "InvalidParameterValue",
            f"Invalid Performance Insights retention period: {kept}",
            "use 7, 731, or a multiple of 31 between",
        )
    days = op.get("backupRetentionPeriod")
    if isinstance(days, int) and not 0 <= days <= 35:  # noqa: PLR2004 # the API's
        yield Refusal("InvalidParameterValue", f"Invalid backup retention period: {days}", "use 0 to 35 days")
    if op.text("kmsKeyId") and op.get("storageEncrypted") is not True and "replicateSourceDb" not in op.inputs:
        yield Refusal(
            "InvalidParameterCombination",
            "You can't specify a KMS key for an instance that isn't encrypted",
            "set storageEncrypted to true",
        )


def _change(op: ResourceOperation) -> Iterator[Refusal]:
    old: Mapping[str, Any] = op.old.inputs if op.old else {}
    before, after = old.get("allocatedStorage"), op.get("allocatedStorage")
    if isinstance(before, int) and isinstance(after, int) and after < before:
        yield Refusal(
            "InvalidParameterCombination",
            f"Requested storage size ({after}) cannot be less than the current storage size ({before}).",
            "storage only grows: to shrink it, restore into a new instance",
        )
    was, will = (_number(str(value or "")) for value in (old.get("engineVersion"), op.get("engineVersion")))
    if was and will and will[: len(was)] < was[: len(will)]:
        yield Refusal(
            "InvalidParameterCombination",
            f"Cannot upgrade {op.text('engine')} from {old.get('engineVersion')} to {op.get('engineVersion')}",
            "an engine goes up only: restore a snapshot to go back",
        )
    if was and will and will[0] > was[0] and op.get("allowMajorVersionUpgrade") is not True:
        yield Refusal(
            "InvalidParameterCombination",
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.",
            "set allowMajorVersionUpgrade for this change, and the parameter group's family with it",
        )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _subnets_exist(op: ResourceOperation) -> Iterator[Refusal]:
    subnets = subnets_of_group(op.inventory, "aws:rds/subnetGroup:SubnetGroup", op.text("dbSubnetGroupName"))
    zone = op.text("availabilityZone")
    zones = {get(subnet.inputs, "availabilityZone") for subnet in subnets}
    if zone and subnets and None not in zones and zone not in zones:
        yield Refusal(
            "InvalidVPCNetworkStateFault",
            f"the DB subnet group has no subnet in {zone}",
            "choose a zone of the subnet group's subnets",
        )


LAWS = (
    Law("rds-engine-version", "engine versions of a database", _CREATE, _INSTANCE, _version),
    Law(
        "rds-instance-class",
        "instance classes of a database",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.html",
        _INSTANCE,
        _class,
    ),
    Law("rds-storage", "storage that fits", _STORAGE, _INSTANCE, _storage),
    Law("rds-credentials", "names and passwords of a database", _CREATE, _INSTANCE, _credentials),
    Law("rds-parameter-group-family", "the family fits the engine", _CREATE, _INSTANCE, _family),
    Law(
        "rds-parameter",
        "parameters of a database",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html",
        r"aws:rds/parameterGroup:ParameterGroup",
        _parameters,
    ),
    Law(
        "rds-subnet-group-zones",
        "a subnet group covers two zones",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
        r"aws:rds/subnetGroup:SubnetGroup",
        _zones,
    ),
    Law(
        "rds-replica-backups",
        "a replica's source keeps backups",
        "https://github.com/hashicorp/terraform-provider-aws/issues/3306",
        _INSTANCE,
        _replica,
        ("create",),
    ),
    Law(
        "rds-cluster-instance",
        "an instance fits its cluster",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.create.html, "
        "https://github.com/hashicorp/terraform-provider-aws/pull/4914",
        _MEMBER,
        _member,
    ),
    Law("rds-exclusive-options", "options that exclude each other", _CREATE, _INSTANCE, _options),
    Law("rds-modification", "what a database can change", _MODIFY, _INSTANCE, _change, ("update",)),
    Law("rds-availability-zone", "a zone of the subnet group", _CREATE, _INSTANCE, _subnets_exist),
)
