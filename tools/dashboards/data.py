"""The database and the cache, as CloudWatch sees them.

The exporter (YACE) names a series `aws_<namespace>_<metric>_<statistic>`. A figure of AWS is minutes old.
"""

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units

from . import thresholds
from .panels import GREEN, RED, Panel, Query, alerts, falling, graph, number, page, rising, variable

INSTANCE, NODE = "dimension_DBInstanceIdentifier", "dimension_CacheClusterId"
DATABASE, CACHE = f'{{{INSTANCE}=~"$instance"}}', f'{{{NODE}=~"$node"}}'
GIB = 2**30


def database() -> model.Dashboard:
    """Return the page."""
    return page(
        "database",
        "Database",
        "PostgreSQL on RDS. Query by query it is shown by Performance Insights in AWS's console.",
        ("Now", _database_now()),
        ("Load", _load()),
        ("Disk", _disk()),
        variables=[
            variable(
                "instance",
                "Instance",
                f"label_values(aws_rds_cpuutilization_average, {INSTANCE})",
                description="One instance, or all.",
            )
        ],
    )


def cache() -> model.Dashboard:
    """Return the page."""
    return page(
        "cache",
        "Cache",
        "Valkey on ElastiCache. A cache that holds queues or sessions must never evict a key.",
        ("Now", _cache_now()),
        ("Load", _cache_load()),
        variables=[
            variable(
                "node",
                "Node",
                f"label_values(aws_elasticache_engine_cpuutilization_average, {NODE})",
                description="One node, or all.",
            )
        ],
    )


def _rds(title: str, metric: str, unit: str, description: str, limit: float | None = None, width: int = 8) -> Panel:
    query = Query(f"max by ({INSTANCE}) (aws_rds_{metric}{DATABASE})", f"{{{{{INSTANCE}}}}}")
    return graph(title, query, unit=unit, description=description, limit=limit, width=width)


def _elasticache(title: str, metric: str, unit: str, description: str, limit: float | None = None) -> Panel:
    query = Query(f"max by ({NODE}) (aws_elasticache_{metric}{CACHE})", f"{{{{{NODE}}}}}")
    return graph(title, query, unit=unit, description=description, limit=limit, width=8)


def _database_now() -> list[Panel]:
    return [
        number(
            "Connections",
            f"max(aws_rds_database_connections_average{DATABASE})",
            unit=units.Short,
            description="Of all pods, the pooler's among them. Runbook: DatabaseConnectionsHigh.",
        ),
        number(
            "CPU",
            f"max(aws_rds_cpuutilization_average{DATABASE})",
            unit=units.Percent,
            description="Runbook: DatabaseCpuHigh.",
            steps=rising(75 * thresholds.HIGH_SHARE, 100 * thresholds.HIGH_SHARE),
        ),
        number(
            "Freeable memory",
            f"min(aws_rds_freeable_memory_minimum{DATABASE})",
            unit=units.BytesIEC,
            description="What PostgreSQL and the page cache could still have. Runbook: DatabaseMemoryLow.",
        ),
        number(
            "Free storage",
            f"min(aws_rds_free_storage_space_minimum{DATABASE})",
            unit=units.BytesIEC,
            description="A database without storage stops. It grows by itself as far as the settings let it. Runbook: "
            "DatabaseStorageFills.",
            steps=falling(2 * GIB, 5 * GIB),
        ),
        number(
            "Age of the newest backup",
            "time() - max(max_over_time(timestamp(aws_backup_number_of_backup_jobs_completed_sum > 0)[3d:5m]))",
            unit=units.Seconds,
            description="Since it ended. There should be one every day. Runbook: BackupTooOld.",
            steps=rising(26 * 3600, 36 * 3600),
        ),
        number(
            "Failed backups, 7 days",
            "sum(max_over_time(aws_backup_number_of_backup_jobs_failed_sum[7d])) or vector(0)",
            unit=units.Short,
            description="Runbook: BackupFailed.",
            steps=((None, GREEN), (1, RED)),
        ),
    ]


def _load() -> list[Panel]:
    return [
        alerts(
            "Alerts of the database",
            description="What fires or is about to, with runbooks.",
            names=("Database.*", "Backup.*", "Restore.*"),
        ),
        _rds("Connections", "database_connections_average", units.Short, "Runbook: DatabaseConnectionsHigh."),
        _rds("CPU", "cpuutilization_average", units.Percent, "Runbook: DatabaseCpuHigh.", 100 * thresholds.HIGH_SHARE),
        _rds(
            "Freeable memory",
            "freeable_memory_minimum",
            units.BytesIEC,
            "Where it sinks steadily, connections or work memory grow. Runbook: DatabaseMemoryLow.",
            width=12,
        ),
        _rds(
            "CPU credits",
            "cpucredit_balance_minimum",
            units.Short,
            "Only of the burstable classes (db.t): at 0 the CPU is slowed down to its baseline.",
            width=12,
        ),
    ]


def _disk() -> list[Panel]:
    slow = thresholds.DISK_SLOW_SECONDS
    return [
        _rds("Read latency", "read_latency_average", units.Seconds, "Runbook: DatabaseSlow.", slow),
        _rds("Write latency", "write_latency_average", units.Seconds, "Runbook: DatabaseSlow.", slow),
        _rds("Free storage", "free_storage_space_minimum", units.BytesIEC, "Runbook: DatabaseStorageFills."),
    ]


def _cache_now() -> list[Panel]:
    high = 100 * thresholds.HIGH_SHARE
    return [
        number(
            "Memory",
            f"max(aws_elasticache_database_memory_usage_percentage_maximum{CACHE})",
            unit=units.Percent,
            description="Of the fullest node; under noeviction a full cache refuses writes. Runbook: CacheMemoryHigh.",
            steps=rising(0.75 * high, high),
        ),
        number(
            "Evictions",
            f"sum(aws_elasticache_evictions_sum{CACHE})",
            unit=units.Short,
            description="Keys, in the newest period. Under noeviction one is too many. Runbook: CacheEvicts.",
            steps=((None, GREEN), (1, RED)),
        ),
        number(
            "Engine CPU",
            f"max(aws_elasticache_engine_cpuutilization_average{CACHE})",
            unit=units.Percent,
            description="Of the one thread that does the work. Runbook: CacheCpuHigh.",
            steps=rising(0.75 * high, high),
        ),
        number(
            "Replication lag",
            f"max(aws_elasticache_replication_lag_maximum{CACHE})",
            unit=units.Seconds,
            description="As much is lost when it takes over; empty without a replica. Runbook: CacheReplicaLags.",
            steps=rising(5, thresholds.REPLICA_LAG_SECONDS),
        ),
        number(
            "Connections",
            f"max(aws_elasticache_curr_connections_average{CACHE})",
            unit=units.Short,
            description="Of the node that has most; each process of an application holds several.",
        ),
        number(
            "Keys",
            f"max(aws_elasticache_curr_items_average{CACHE})",
            unit=units.Short,
            description="A number that only grows: something is kept for too long.",
        ),
    ]


def _cache_load() -> list[Panel]:
    high = 100 * thresholds.HIGH_SHARE
    return [
        alerts("Alerts of the cache", description="What fires or is about to, with runbooks.", names=("Cache.*",)),
        _elasticache(
            "Memory",
            "database_memory_usage_percentage_maximum",
            units.Percent,
            "Of each node. Runbook: CacheMemoryHigh.",
            high,
        ),
        _elasticache("Engine CPU", "engine_cpuutilization_average", units.Percent, "Runbook: CacheCpuHigh.", high),
        _elasticache(
            "Replication lag",
            "replication_lag_maximum",
            units.Seconds,
            "Runbook: CacheReplicaLags.",
            thresholds.REPLICA_LAG_SECONDS,
        ),
        _elasticache("Evictions", "evictions_sum", units.Short, "In each period. Runbook: CacheEvicts."),
        _elasticache("Connections", "curr_connections_average", units.Short, "Those of all processes."),
    ]
