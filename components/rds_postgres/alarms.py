"""What CloudWatch tells of the database, and when somebody must know."""

from ..shared.metric_alarms import HIGH, LOW, MetricAlarm
from .parameters import max_connections, memory_gib
from .settings import DatabaseSettings

GIB = 2**30


def database_alarms(settings: DatabaseSettings) -> tuple[MetricAlarm, ...]:
    """Return the alarms of an instance, in the namespace AWS/RDS."""
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
