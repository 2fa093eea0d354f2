"""What is told of a replication group: the alarms of its nodes."""

from collections.abc import Mapping

import pulumi

from ..shared.metric_alarms import metric_alarms
from .alarms import cache_alarms, node_suffix
from .settings import CacheSettings


def node_alarms(
    name: str,
    settings: CacheSettings,
    group_id: pulumi.Input[str],
    *,
    topic_arn: pulumi.Input[str],
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Make the alarms of each node of a group."""
    for node in range(1, settings.replicas + 2):
        metric_alarms(
            f"{name}-alarm-{node}",
            cache_alarms(settings),
            namespace="AWS/ElastiCache",
            dimensions={"CacheClusterId": pulumi.Output.concat(group_id, node_suffix(node))},
            topic_arn=topic_arn,
            tags=tags,
            opts=opts,
        )
