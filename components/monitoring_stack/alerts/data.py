"""Alerts on the database and the cache, by what CloudWatch tells of them.

YACE names a series `aws_<namespace>_<metric>_<statistic>`; a figure that CloudWatch lacks is NaN, which no comparison
holds for: CloudWatchUnreadable watches for that.
"""

from ...shared.metric_alarms import HIGH, LOW
from .model import Alert
from .watched import Watched

DATABASE, CACHE = "dimension_DBInstanceIdentifier", "dimension_CacheClusterId"
SLOW_SECONDS = 0.05
LAG_SECONDS = 30
DAY_SECONDS = 86_400
DAYS_AHEAD = 4


def data_alerts(watched: Watched) -> list[Alert]:
    """Give the alerts on both."""
    return [*_database(watched), *_cache(watched)]


def _database(watched: Watched) -> list[Alert]:
    def of(metric: str) -> str:
        return f"max by ({DATABASE}) (aws_rds_{metric})"

    name = f"{{{{ $labels.{DATABASE} }}}}"
    return [
        Alert(
            name="DatabaseConnectionsHigh",
            expression=f"{of('database_connections_maximum')} / {watched.database_connections} > {HIGH}",
            lasting="1m",
            severity="critical",
            summary=f"The database runs out of connections: {name}",
            description=f"{{{{ $value | humanizePercentage }}}} of the {watched.database_connections} connections of "
            f"{name} are taken.",
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
            expression=f"min by ({DATABASE}) (aws_rds_freeable_memory_minimum) < "
            f"{int(LOW / 2 * watched.database_memory_bytes)}",
            lasting="15m",
            severity="warning",
            summary=f"The database has little memory left: {name}",
            description=f"{name} has {{{{ $value | humanize1024 }}}}B left.",
        ),
        Alert(
            name="DatabaseStorageFills",
            expression=f"min by ({DATABASE}) (predict_linear(aws_rds_free_storage_space_minimum[6h], "
            f"{DAYS_AHEAD * DAY_SECONDS})) < 0",
            lasting="1h",
            severity="warning",
            summary=f"The database's storage is full in days: {name}",
            description=f"At the pace of the last six hours {name} has no storage left in {DAYS_AHEAD} days.",
        ),
        Alert(
            name="DatabaseSlow",
            expression=f"max by ({DATABASE}) (aws_rds_read_latency_average > {SLOW_SECONDS} "
            f"or aws_rds_write_latency_average > {SLOW_SECONDS})",
            lasting="15m",
            severity="warning",
            summary=f"The database's disk is slow: {name}",
            description=f"A read or write of {name} takes {{{{ $value | humanizeDuration }}}}.",
        ),
    ]


def _cache(watched: Watched) -> list[Alert]:
    def of(metric: str) -> str:
        return f"max by ({CACHE}) (aws_elasticache_{metric})"

    name = f"{{{{ $labels.{CACHE} }}}}"
    lag = Alert(
        name="CacheReplicaLags",
        expression=f"{of('replication_lag_maximum')} > {LAG_SECONDS}",
        lasting="15m",
        severity="warning",
        summary=f"The cache's replica lags behind: {name}",
        description=f"{name} is {{{{ $value | humanizeDuration }}}} behind: as much is lost when it takes over.",
    )
    return [
        Alert(
            name="CacheMemoryHigh",
            expression=f"{of('database_memory_usage_percentage_maximum')} > {100 * HIGH:g}",
            lasting="10m",
            severity="critical",
            summary=f"The cache is full soon: {name}",
            description=f"{name} uses {{{{ $value | humanize }}}} % of its memory; a full one refuses jobs and logins.",
        ),
        Alert(
            name="CacheCpuHigh",
            expression=f"{of('engine_cpuutilization_average')} > {100 * HIGH:g}",
            lasting="15m",
            severity="warning",
            summary=f"The cache's CPU is busy: {name}",
            description=f"The engine of {name}, which has one thread, uses {{{{ $value | humanize }}}} % of its core.",
        ),
        Alert(
            name="CacheEvicts",
            expression=f"{of('evictions_sum')} > 0",
            lasting="",
            severity="critical",
            summary=f"The cache drops keys: {name}",
            description=f"{name} dropped {{{{ $value }}}} keys: jobs and sessions are lost. Its policy forbids that.",
            keep_firing_for="15m",
        ),
        *([lag] if watched.cache_replicas else []),
    ]
