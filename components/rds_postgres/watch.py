"""What watches the database: CloudWatch's metrics of it, alerts on them, and its page.

YACE names a series `aws_<namespace>_<metric>_<statistic>`; a figure that CloudWatch lacks is NaN, which no comparison
holds for: CloudWatchUnreadable watches for that.
"""

from pathlib import Path

from ..shared.metric_alarms import HIGH, LOW
from ..shared.watch import (
    Alert,
    CloudWatch,
    CloudWatchMetrics,
    Group,
    LogGroup,
    Metrics,
    NamedMetrics,
    TaggedMetrics,
    Watch,
)
from .parameters import max_connections, memory_gib
from .settings import DatabaseSettings

INSTANCE = "dimension_DBInstanceIdentifier"
SLOW_SECONDS = 0.05
DAY_SECONDS = 86_400
DAYS_AHEAD = 4
GIB = 2**30
NAMESPACE, DIMENSION = "AWS/RDS", "DBInstanceIdentifier"
METRICS: Metrics = {
    "CPUCreditBalance": ("Minimum",),
    "CPUUtilization": ("Average",),
    "DatabaseConnections": ("Average", "Maximum"),
    "DiskQueueDepth": ("Average",),
    "FreeStorageSpace": ("Minimum",),
    "FreeableMemory": ("Minimum",),
    "MaximumUsedTransactionIDs": ("Maximum",),
    "ReadIOPS": ("Average",),
    "ReadLatency": ("Average",),
    "SwapUsage": ("Maximum",),
    "WriteIOPS": ("Average",),
    "WriteLatency": ("Average",),
}


def watch(settings: DatabaseSettings, *, identifier: str, tagged: bool = True) -> Watch:
    """Return what watches an instance; `identifier` is its name, by which its log groups are known.

    One that does not bear the stack's tags is found by its name.
    """
    metrics: CloudWatchMetrics
    if tagged:
        metrics = TaggedMetrics(namespace=NAMESPACE, dimensions=(DIMENSION,), metrics=METRICS)
    else:
        metrics = NamedMetrics(
            name="database", namespace=NAMESPACE, dimensions={DIMENSION: identifier}, metrics=METRICS, place="stack"
        )
    return Watch(
        cloudwatch=CloudWatch(
            metrics=[metrics],
            groups=[Group(name="data", alerts=_alerts(settings))],
            steady_series=["aws_rds_cpuutilization_average"],
            dashboards={"database": Path(__file__).parent / "dashboards" / "database.json"},
        ),
        log_groups=[LogGroup(f"/aws/rds/instance/{identifier}/*")],
    )


def _alerts(settings: DatabaseSettings) -> list[Alert]:
    def of(metric: str) -> str:
        return f"max by ({INSTANCE}) (aws_rds_{metric})"

    name = f"{{{{ $labels.{INSTANCE} }}}}"
    connections = max_connections(settings.instance_class)
    memory_bytes = int(memory_gib(settings.instance_class) * GIB)
    return [
        Alert(
            name="DatabaseConnectionsHigh",
            expression=f"{of('database_connections_maximum')} / {connections} > {HIGH}",
            lasting="1m",
            severity="critical",
            summary=f"The database runs out of connections: {name}",
            description=f"{{{{ $value | humanizePercentage }}}} of the {connections} connections of {name} are taken.",
        ),
        Alert(
            name="DatabaseCpuHigh",
            expression=f"{of('cpuutilization_average')} > {100 * HIGH:g}",
            lasting="15m",
            severity="warning",
            summary=f"The database's CPU is busy: {name}",
            description=f"{name} has used {{{{ $value | humanize }}}} % of its CPU for a quarter of an hour.",
        ),
        Alert(
            name="DatabaseMemoryLow",
            expression=f"min by ({INSTANCE}) (aws_rds_freeable_memory_minimum) < {int(LOW / 2 * memory_bytes)}",
            lasting="15m",
            severity="warning",
            summary=f"The database has little memory left: {name}",
            description=f"{name} has {{{{ $value | humanize1024 }}}}B left.",
        ),
        Alert(
            name="DatabaseStorageFills",
            expression=f"min by ({INSTANCE}) (predict_linear(aws_rds_free_storage_space_minimum[6h], "
            f"{DAYS_AHEAD * DAY_SECONDS})) < 0",
            lasting="1h",
            severity="warning",
            summary=f"The database's storage is full in days: {name}",
            description=f"At the pace of the last six hours {name} has no storage left in {DAYS_AHEAD} days.",
        ),
        Alert(
            name="DatabaseSlow",
            expression=f"max by ({INSTANCE}) (aws_rds_read_latency_average > {SLOW_SECONDS} "
            f"or aws_rds_write_latency_average > {SLOW_SECONDS})",
            lasting="15m",
            severity="warning",
            summary=f"The database's disk is slow: {name}",
            description=f"A read or write of {name} takes {{{{ $value | humanizeDuration }}}}.",
        ),
    ]
