"""Pairs of the laws in `sandbox/laws/rds.py`."""

from typing import Any

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import database, database_with, subnet, two_zones, vpc


def _family(family: str) -> None:
    group = aws.rds.ParameterGroup("group", family=family)
    database(parameter_group_name=group.name)


def _family_name(family: str) -> None:
    aws.rds.ParameterGroup("group", family=family)


def _static(method: str) -> None:
    parameters: Any = [{"name": "max_connections", "value": "200", "apply_method": method}]
    aws.rds.ParameterGroup("group", family="postgres17", parameters=parameters)


def _subnet_group(zone: str) -> None:
    network = vpc()
    subnets = [subnet("one", network, 1, "a"), subnet("two", network, 2, zone)]
    aws.rds.SubnetGroup("group", subnet_ids=[each.id for each in subnets])


def _database_zone(zone: str) -> None:
    subnets = aws.rds.SubnetGroup("subnets", subnet_ids=[each.id for each in two_zones(vpc())])
    database(db_subnet_group_name=subnets.name, availability_zone=zone)


def _few_subnets(count: int) -> None:
    aws.rds.SubnetGroup("group", subnet_ids=[each.id for each in two_zones(vpc())][:count])


def _replica(days: int | None) -> None:
    source = database(backup_retention_period=days)
    aws.rds.Instance("reader", replicate_source_db=source.identifier, instance_class="db.t4g.medium")


def _member(given: dict[str, Any]) -> None:
    scaling: Any = {"min_capacity": 0.5, "max_capacity": 2}
    own = aws.rds.Cluster(
        "aurora",
        engine="aurora-postgresql",
        master_username="owner",
        manage_master_user_password=True,
        serverlessv2_scaling_configuration=scaling if given.get("scaled") else None,
    )
    aws.rds.ClusterInstance(
        "member",
        cluster_identifier=own.id,
        engine=given.get("engine", "aurora-postgresql"),
        instance_class=given.get("class", "db.r6g.large"),
    )


PAIRS = [
    Pair(
        "rds-engine-version",
        "Cannot find version 17.99 for postgres",
        database_with,
        {"engine_version": "17.99"},
        {"engine_version": "17"},
        GITHUB + "tryretool/terraform-retool-modules/issues/70",
    ),
    Pair(
        "rds-instance-class",
        "did you mean db.m7g.large?",
        database_with,
        {"instance_class": "db.m7g.larg"},
        {"instance_class": "db.m7g.large"},
    ),
    Pair(
        "rds-instance-class",
        "does not support creating a DB instance",
        database_with,
        {"instance_class": "db.t9.large"},
        {"instance_class": "db.m7g.large"},
    ),
    Pair(
        "rds-storage",
        "can't specify iops or storageThroughput for engine postgres and a storage size less than 400",
        database_with,
        {"iops": 3000, "storage_throughput": 125},
        {"iops": 12000, "storage_throughput": 500, "allocated_storage": 400},
        GITHUB + "pulumi/pulumi-aws-native/issues/968",
    ),
    Pair("rds-storage", "Invalid storage size", database_with, {"allocated_storage": 10}, {"allocated_storage": 20}),
    Pair(
        "rds-storage",
        "Max storage size must be greater",
        database_with,
        {"max_allocated_storage": 20},
        {"max_allocated_storage": 40},
    ),
    Pair(
        "rds-credentials",
        "is not a valid password",
        database_with,
        {"password": "p@ss/word word"},
        {"password": "pass-word-word"},
        GITHUB + "hashicorp/terraform-provider-random/pull/15",
    ),
    Pair("rds-credentials", "reserved word", database_with, {"username": "admin"}, {"username": "flowise"}),
    Pair(
        "rds-credentials",
        "must begin with a letter",
        database_with,
        {"db_name": "flowise-prod"},
        {"db_name": "flowise_prod"},
    ),
    Pair(
        "rds-credentials",
        "can't specify MasterUserPassword",
        database_with,
        {"manage_master_user_password": True},
        {"manage_master_user_password": True, "password": None},
    ),
    Pair(
        "rds-parameter-group-family",
        "can't be used for this instance",
        _family,
        "postgres16",
        "postgres17",
        GITHUB + "remind101/stacker_blueprints/issues/69",
    ),
    Pair(
        "rds-parameter",
        "is not a valid parameter group family",
        _family_name,
        "postgresql17",
        "postgres17",
        GITHUB + "terraform-aws-modules/terraform-aws-rds/issues/173",
    ),
    Pair(
        "rds-parameter",
        "cannot use immediate apply method for static parameter",
        _static,
        "immediate",
        "pending-reboot",
        GITHUB + "hashicorp/terraform-provider-aws/issues/216",
    ),
    Pair(
        "rds-subnet-group-zones",
        "DBSubnetGroupDoesNotCoverEnoughAZs",
        _subnet_group,
        "a",
        "b",
        GITHUB + "ExtensionEngine/infra-code-blocks/issues/28",
    ),
    Pair(
        "rds-exclusive-options",
        "specific availability zone is not valid for Multi-AZ",
        database_with,
        {"multi_az": True, "availability_zone": "eu-west-1a"},
        {"multi_az": True},
    ),
    Pair(
        "rds-exclusive-options",
        "MonitoringRoleARN value is required",
        database_with,
        {"monitoring_interval": 60},
        {"monitoring_interval": 0},
    ),
    Pair(
        "rds-exclusive-options",
        "isn't supported for Blue/Green",
        database_with,
        {"password": None, "manage_master_user_password": True, "blue_green_update": {"enabled": True}},
        {"blue_green_update": {"enabled": True}},
    ),
    Pair(
        "rds-exclusive-options",
        "retention period: 90",
        database_with,
        {"performance_insights_retention_period": 90},
        {"performance_insights_retention_period": 93},
    ),
    Pair(
        "rds-modification",
        "cannot be less than the current storage size",
        database_with,
        {"allocated_storage": 20},
        {"allocated_storage": 200},
        first={"allocated_storage": 100},
    ),
    Pair(
        "rds-modification",
        "AllowMajorVersionUpgrade flag must be present",
        database_with,
        {"engine_version": "17"},
        {"engine_version": "17", "allow_major_version_upgrade": True},
        first={"engine_version": "16"},
    ),
    Pair("rds-availability-zone", "has no subnet in eu-west-1c", _database_zone, "eu-west-1c", "eu-west-1a"),
    Pair("rds-subnet-group-zones", "Current AZ coverage: 0 subnets", _few_subnets, 0, 2),
    Pair("rds-subnet-group-zones", "Current AZ coverage: 1 subnets", _few_subnets, 1, 2),
    Pair(
        "rds-replica-backups",
        "Automated backups are not enabled for this database instance",
        _replica,
        0,
        1,
        GITHUB + "hashicorp/terraform-provider-aws/issues/3306",
    ),
    Pair("rds-replica-backups", "Automated backups are not enabled", _replica, None, 1),
    Pair(
        "rds-cluster-instance",
        "doesn't match the engine name of your DB cluster",
        _member,
        {"engine": "aurora-mysql"},
        {"engine": "aurora-postgresql"},
        GITHUB + "hashicorp/terraform-provider-aws/issues/4779",
    ),
    Pair(
        "rds-cluster-instance",
        "Set the Serverless v2 scaling configuration on the parent DB cluster",
        _member,
        {"class": "db.serverless"},
        {"class": "db.serverless", "scaled": True},
    ),
]
