"""The cache."""

from tests.components.monitoring_stack.cases.case import calm, story

NODE = {"dimension_CacheClusterId": "flowise-prod-001"}
CACHE = 'aws_elasticache_{}{{dimension_CacheClusterId="flowise-prod-001",dimension_CacheNodeId="0001"}}'

CASES = (
    story(
        "CacheMemoryHigh",
        "critical",
        "90 %",
        {CACHE.format("database_memory_usage_percentage_maximum"): "20x5 90x20 20x10"},
        "12m",
        "20m",
        "34m",
        NODE,
    ),
    calm("CacheMemoryHigh", "70 %", {CACHE.format("database_memory_usage_percentage_maximum"): "70x40"}, "35m"),
    story(
        "CacheCpuHigh",
        "warning",
        "the engine's core is busy",
        {CACHE.format("engine_cpuutilization_average"): "5x5 99x25 5x10"},
        "15m",
        "28m",
        "40m",
        NODE,
    ),
    calm("CacheCpuHigh", "60 %", {CACHE.format("engine_cpuutilization_average"): "60x40"}, "35m"),
    story(
        "CacheEvicts",
        "critical",
        "keys are dropped, and told for a quarter of an hour",
        {CACHE.format("evictions_sum"): "0x5 12x2 0x40"},
        "5m",
        "20m",
        "30m",
        NODE,
    ),
    calm("CacheEvicts", "none is", {CACHE.format("evictions_sum"): "0x40"}, "20m"),
    story(
        "CacheReplicaLags",
        "warning",
        "40 seconds behind",
        {CACHE.format("replication_lag_maximum"): "0x5 40x25 0x10"},
        "15m",
        "28m",
        "40m",
        NODE,
    ),
    calm("CacheReplicaLags", "25 seconds", {CACHE.format("replication_lag_maximum"): "25x40"}, "35m"),
)
