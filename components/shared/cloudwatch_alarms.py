"""What CloudWatch tells of the database and the cache, and when somebody must know."""

from dataclasses import dataclass
from typing import Literal

from ..rds_postgres.parameters import max_connections, memory_gib
from ..rds_postgres.settings import DatabaseSettings
from ..redis_cache.settings import CacheSettings

GIB = 2**30
# of storage, memory, connections: enough to act in daylight
LOW, HIGH = 0.10, 0.80


@dataclass(frozen=True)
class MetricAlarm:
    """One alarm; it goes off when `periods` periods of `period_seconds` in a row are beyond the threshold.

    `critical`: somebody is waked for it.
    """

    role: str
    metric: str
    comparison: Literal["above", "below"]
    threshold: float
    summary: str
    statistic: Literal["Average", "Maximum", "Minimum", "Sum"] = "Average"
    period_seconds: int = 300
    periods: int = 3
    critical: bool = False

    @property
    def description(self) -> str:
        """Give what is told of it; the severity stands in front, for a message has no other place for it."""
        return f"[critical] {self.summary}" if self.critical else self.summary


def database_alarms(settings: DatabaseSettings) -> tuple[MetricAlarm, ...]:
    """Give the alarms of an instance, in the namespace AWS/RDS."""
    connections = max_connections(settings.instance_class)
    table = [
        MetricAlarm("cpu", "CPUUtilization", "above", 100 * HIGH, "The database's CPU is busy"),
        MetricAlarm(
            "storage",
            "FreeStorageSpace",
            "below",
            LOW * settings.storage_gib * GIB,
            "The database's storage is nearly full",
            "Minimum",
            periods=1,
            critical=True,
        ),
        MetricAlarm(
            "memory",
            "FreeableMemory",
            "below",
            LOW / 2 * memory_gib(settings.instance_class) * GIB,
            "The database has little memory left",
        ),
        MetricAlarm(
            "connections",
            "DatabaseConnections",
            "above",
            int(HIGH * connections),
            f"More than {HIGH:.0%} of the database's {connections} connections are taken",
            "Maximum",
            period_seconds=60,
            periods=1,
            critical=True,
        ),
        MetricAlarm("read-latency", "ReadLatency", "above", 0.05, "The database reads slowly (seconds)"),
        MetricAlarm("write-latency", "WriteLatency", "above", 0.05, "The database writes slowly (seconds)"),
    ]
    if settings.instance_class.startswith("db.t"):
        table.append(MetricAlarm("credits", "CPUCreditBalance", "below", 30, "The database is about to be slowed down"))
    return tuple(table)


def cache_alarms(settings: CacheSettings) -> tuple[MetricAlarm, ...]:
    """Give the alarms of each node, in the namespace AWS/ElastiCache."""
    table = [
        MetricAlarm("cpu", "EngineCPUUtilization", "above", 100 * HIGH, "The cache's CPU is busy"),
        MetricAlarm(
            "memory",
            "DatabaseMemoryUsagePercentage",
            "above",
            100 * HIGH,
            "The cache is full soon, and then refuses jobs",
            critical=True,
        ),
        MetricAlarm(
            "evictions", "Evictions", "above", 0, "The cache drops keys: jobs are lost", "Sum", periods=1, critical=True
        ),
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
    if settings.replicas:
        table.append(MetricAlarm("lag", "ReplicationLag", "above", 30, "The cache's replica lags behind (seconds)"))
    return tuple(table)
