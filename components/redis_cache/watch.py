"""What watches the cache: CloudWatch's metrics of it, alerts on them, and its page."""

from pathlib import Path

from ..shared.metric_alarms import HIGH
from ..shared.watch import Alert, CloudWatch, CloudWatchMetrics, Group, Metrics, NamedMetrics, TaggedMetrics, Watch
from .alarms import node_suffix
from .settings import CacheSettings

NODE = "dimension_CacheClusterId"
LAG_SECONDS = 30
NAMESPACE, DIMENSION = "AWS/ElastiCache", "CacheClusterId"
METRICS: Metrics = {
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
}


def watch(settings: CacheSettings, *, existing_group: str | None = None) -> Watch:
    """Return what watches the nodes of a replication group; one that does not bear the stack's tags is named."""
    metrics: list[CloudWatchMetrics]
    if existing_group is None:
        metrics = [TaggedMetrics(namespace=NAMESPACE, dimensions=(DIMENSION,), metrics=METRICS)]
    else:
        nodes = [existing_group + node_suffix(number) for number in range(1, settings.replicas + 2)]
        metrics = [
            NamedMetrics(name=node, namespace=NAMESPACE, dimensions={DIMENSION: node}, metrics=METRICS, place="stack")
            for node in nodes
        ]
    return Watch(
        cloudwatch=CloudWatch(
            metrics=metrics,
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
