"""Pairs of the laws in `sandbox/laws/leftovers.py`: a stack comes up, goes, and comes up again."""

from typing import Any

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import cache, cluster, database

CLUSTER_LOGS = "/aws/eks/platform/cluster"
DATABASE_LOGS = "/aws/rds/instance/db/postgresql"


def _group(name: str) -> None:
    aws.cloudwatch.LogGroup("logs", name=name)


def _cluster(name: str) -> None:
    cluster(name=name, enabled_cluster_log_types=["api", "audit"])
    _group(f"/aws/eks/{name}/cluster")


def _cluster_then_group(given: tuple[list[str], bool]) -> None:
    types, managed = given
    cluster(enabled_cluster_log_types=types)
    if managed:
        _group(CLUSTER_LOGS)


def _database_logs(given: tuple[list[str], str]) -> None:
    exports, name = given
    database(identifier="db", enabled_cloudwatch_logs_exports=exports, skip_final_snapshot=True)
    if name:
        _group(name)


def _named_secret(name: str) -> None:
    aws.secretsmanager.Secret("secret", name=name)


def _last_snapshot(name: str) -> None:
    database(identifier="db", skip_final_snapshot=False, final_snapshot_identifier=name)


def _last_snapshot_of_a_cluster(name: str) -> None:
    aws.rds.Cluster(
        "cluster",
        engine="aurora-postgresql",
        master_username="admin1",
        manage_master_user_password=True,
        skip_final_snapshot=False,
        final_snapshot_identifier=name,
    )


def _last_snapshot_of_a_cache(name: str) -> None:
    cache(final_snapshot_identifier=name)


def _no_last_snapshot(skipped: Any) -> None:
    database(identifier="db", skip_final_snapshot=skipped, final_snapshot_identifier="db-final")


PAIRS = [
    Pair(
        "log-group-left-over",
        f"The specified log group already exists: {CLUSTER_LOGS}, for EKS writes its last lines after its group is gone",
        _cluster,
        "platform",
        "platform-2",
        GITHUB + "terraform-aws-modules/terraform-aws-eks/issues/2763",
        first="platform",
        destroyed=("cluster", "logs"),
    ),
    Pair(
        "log-group-left-over",
        "EKS makes its log group where it is not there",
        _cluster_then_group,
        (["api"], True),
        (["api"], False),
        GITHUB + "terraform-aws-modules/terraform-aws-eks/issues/920",
        first=(["api"], False),
        destroyed=("cluster",),
    ),
    Pair(
        "log-group-left-over",
        "RDS made it for its logs",
        _database_logs,
        (["postgresql"], DATABASE_LOGS),
        (["postgresql"], ""),
        first=(["postgresql"], ""),
        destroyed=("db",),
    ),
    Pair(
        "secret-scheduled-for-deletion",
        "already scheduled for deletion: flowise",
        _named_secret,
        "flowise",
        "flowise-2",
        GITHUB + "aws-ia/terraform-aws-eks-blueprints/issues/1733",
        first="flowise",
        destroyed=("secret",),
    ),
    Pair(
        "final-snapshot-left-over",
        "a snapshot with the identifier db-final already exists",
        _last_snapshot,
        "db-final",
        "db-final-2",
        GITHUB + "terraform-aws-modules/terraform-aws-rds/pull/82",
        first="db-final",
        destroyed=("db",),
        deletes="db",
    ),
    Pair(
        "final-snapshot-left-over",
        "a snapshot with the identifier aurora-final already exists",
        _last_snapshot_of_a_cluster,
        "aurora-final",
        "aurora-final-2",
        GITHUB + "cloudposse/terraform-aws-rds-cluster/issues/129",
        first="aurora-final",
        destroyed=("cluster",),
        deletes="cluster",
    ),
    Pair(
        "final-snapshot-left-over",
        "a snapshot with the identifier cache-final already exists",
        _last_snapshot_of_a_cache,
        "cache-final",
        "cache-final-2",
        first="cache-final",
        destroyed=("cache",),
        deletes="cache",
    ),
    Pair(
        "final-snapshot-left-over",
        "a snapshot with the identifier db-final already exists",
        _no_last_snapshot,
        False,
        True,
        first=False,
        destroyed=("db",),
        deletes="db",
    ),
]
