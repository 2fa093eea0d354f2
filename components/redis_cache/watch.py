"""What watches the cache: CloudWatch's metrics of it, alerts on them, and its page."""

from pathlib import Path

from ..shared.metric_alarms import HIGH
from ..shared.watch import Alert, CloudWatch, Group, TaggedMetrics, Watch
from .settings import CacheSettings

NODE = "dimension_CacheClusterId"
LAG_SECONDS = 30
METRICS = TaggedMetrics(
    namespace="AWS/ElastiCache",
    dimensions=("CacheClusterId",),
    metrics={
        "CPUUtilization": ("Average",),
        "CacheHitRate": ("Average",),
        "CurrConnections": ("Average",),
        "CurrItems": ("Average",),
        "DatabaseMemoryUsagePercentage": ("Maximum",),
        "EngineCPUUtilization": ("Average",),
        "Evictions": ("Sum",),
        "NetworkBytesIn": ("Sum",),
        "NetworkBytesOut": ("Sum",),
        "ReplicationLag": ("Maximum",),
    },
)


def watch(settings: CacheSettings) -> Watch:
    """Return what watches the nodes of a replication group."""
    return Watch(
        cloudwatch=CloudWatch(
            metrics=[METRICS],
            groups=[Group(name="data", alerts=_alerts(settings))],
            steady_series=["aws_elasticache_engine_cpuutilization_average"],
            dashboards={"cache": Path(__file__).parent / "dashboards" / "cache.json"},
        )
    )


def _alerts(settings: CacheSettings) -> list[Alert]:
    def of(metric: str) -> str:
        return f"max by ({NODE}) (aws_elasticache_{metric})"

    name = f"{{{{ $labels.{NODE} }}}}"
    lag = Alert(
        name="CacheReplicaLags",
        expression=f"{of('replication_lag_maximum')} > {LAG_SECONDS}",
        lasting="15m",
        severity="warning",
        summary=f"The cache's replica lags behind: {name}",
        description=f"{name} is {{{{ $value | humanizeDuration }}}} behind: as much is lost when it takes over.",
    )
    full = [
        Alert(
            name="CacheMemoryHigh",
            expression=f"{of('database_memory_usage_percentage_maximum')} > {100 * HIGH:g}",
            lasting="10m",
            severity="critical",
            summary=f"The cache is full soon: {name}",
            description=f"{name} uses {{{{ $value | humanize }}}} % of its memory; a full one refuses writes.",
        ),
        Alert(
            name="CacheEvicts",
            expression=f"{of('evictions_sum')} > 0",
            lasting="",
            severity="critical",
            summary=f"The cache evicts keys: {name}",
            description=f"{name} evicted {{{{ $value }}}} keys, which its policy forbids: what they held is lost.",
            keep_firing_for="15m",
        ),
    ]
    return [
        Alert(
            name="CacheCpuHigh",
            expression=f"{of('engine_cpuutilization_average')} > {100 * HIGH:g}",
            lasting="15m",
            severity="warning",
            summary=f"The cache's CPU is busy: {name}",
            description=f"The engine of {name}, which has one thread, uses {{{{ $value | humanize }}}} % of its core.",
        ),
        # one that evicts is full, and drops keys, all the time
        *([] if settings.evicts() else full),
        *([lag] if settings.replicas else []),
    ]
