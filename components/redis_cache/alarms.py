"""What CloudWatch tells of the cache, and when somebody must know."""

from ..shared.metric_alarms import HIGH, MetricAlarm
from .settings import CacheSettings


def cache_alarms(settings: CacheSettings) -> tuple[MetricAlarm, ...]:
    """Return the alarms of each node, in the namespace AWS/ElastiCache."""
    table = [
        MetricAlarm("cpu", "EngineCPUUtilization", "above", 100 * HIGH, "The cache's CPU is busy"),
        MetricAlarm(
            "authentication",
            "AuthenticationFailures",
            "above",
            0,
            "Somebody fails to log in to the cache",
            "Sum",
            periods=1,
        ),
    ]
    if not settings.evicts():
        # one that evicts is full, and drops keys, all the time
        table += [
            MetricAlarm(
                "memory",
                "DatabaseMemoryUsagePercentage",
                "above",
                100 * HIGH,
                "The cache is full soon, and then refuses writes: no more jobs are queued",
                critical=True,
            ),
            MetricAlarm(
                "evictions",
                "Evictions",
                "above",
                0,
                "The cache drops keys: jobs are lost",
                "Sum",
                periods=1,
                critical=True,
            ),
        ]
    if settings.replicas:
        table.append(MetricAlarm("lag", "ReplicationLag", "above", 30, "The cache's replica lags behind (seconds)"))
    return tuple(table)


def node_suffix(node: int) -> str:
    """Return what follows a group's id in that of a node, counted from 1 (ElastiCache user guide, CacheMetrics)."""
    return f"-{node:03d}"
