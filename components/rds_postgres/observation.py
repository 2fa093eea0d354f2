"""What is kept and told of an instance: its logs, enhanced monitoring, alarms and events."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from ..shared.iam_documents import service_trust
from ..shared.metric_alarms import metric_alarms
from .alarms import database_alarms
from .settings import DatabaseSettings

LOGS = ("iam-db-auth-error", "postgresql", "upgrade")
# what RDS tells of an instance beside its metrics (RDS user guide, event categories)
EVENTS = ("availability", "failover", "failure", "low storage", "maintenance", "notification", "recovery")


def log_groups(
    name: str,
    identifier: str,
    settings: DatabaseSettings,
    *,
    key_arn: pulumi.Input[str],
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """Make the log groups, before RDS makes them without key or retention."""
    return [
        aws.cloudwatch.LogGroup(
            f"{name}-{log}-logs",
            # RDS writes to the group of this name and no other
            name=f"/aws/rds/instance/{identifier}/{log}",
            retention_in_days=settings.log_retention_days,
            kms_key_id=key_arn,
            tags=dict(tags),
            opts=opts,
        )
        for log in LOGS
    ]


def enhanced_monitoring(
    name: str, settings: DatabaseSettings, *, tags: Mapping[str, str], parent: pulumi.Resource
) -> aws.iam.Role | None:
    """Make the role by which RDS sends enhanced monitoring, where the settings ask for it."""
    if not settings.monitoring_interval_seconds:
        return None
    child, lookup = pulumi.ResourceOptions(parent=parent), pulumi.InvokeOutputOptions(parent=parent)
    role = aws.iam.Role(
        f"{name}-monitoring",
        assume_role_policy=pulumi.Output.json_dumps(
            service_trust(
                "monitoring.rds.amazonaws.com", account=aws.get_caller_identity_output(opts=lookup).account_id
            )
        ),
        description="Sends the instance's enhanced monitoring to CloudWatch",
        tags=dict(tags),
        opts=child,
    )
    aws.iam.RolePolicyAttachment(
        f"{name}-monitoring-policy",
        role=role.name,
        policy_arn=pulumi.Output.concat(
            "arn:",
            aws.get_partition_output(opts=lookup).partition,
            ":iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
        ),
        opts=child,
    )
    return role


def tells_of_trouble(
    name: str,
    settings: DatabaseSettings,
    identifier: pulumi.Input[str],
    *,
    topic_arn: pulumi.Input[str],
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Have alarms on the instance's metrics, and RDS's own events, tell the topic."""
    metric_alarms(
        f"{name}-alarm",
        database_alarms(settings),
        namespace="AWS/RDS",
        dimensions={"DBInstanceIdentifier": identifier},
        topic_arn=topic_arn,
        tags=tags,
        opts=opts,
    )
    aws.rds.EventSubscription(
        f"{name}-events",
        sns_topic=topic_arn,
        source_type="db-instance",
        source_ids=[identifier],
        event_categories=list(EVENTS),
        tags=dict(tags),
        opts=opts,
    )
