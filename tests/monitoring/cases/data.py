"""The database and the cache."""

from tests.monitoring.cases.case import calm, story, unknown

DB = {"dimension_DBInstanceIdentifier": "flowise-prod"}
NODE = {"dimension_CacheClusterId": "flowise-prod-001"}
RDS = 'aws_rds_{}{{dimension_DBInstanceIdentifier="flowise-prod"}}'
CACHE = 'aws_elasticache_{}{{dimension_CacheClusterId="flowise-prod-001",dimension_CacheNodeId="0001"}}'
CONNECTIONS = RDS.format("database_connections_maximum")
STORAGE = RDS.format("free_storage_space_minimum")

CASES = (
    story(
        "DatabaseConnectionsHigh",
        "critical",
        "90 of 100 are taken",
        {CONNECTIONS: "20x5 90x10 20x10"},
        "5m",
        "10m",
        "20m",
        DB,
    ),
    calm("DatabaseConnectionsHigh", "80 of 100", {CONNECTIONS: "80x30"}, "20m"),
    calm("DatabaseConnectionsHigh", "CloudWatch knows nothing", {CONNECTIONS: unknown(30)}, "20m"),
    story(
        "DatabaseCpuHigh",
        "warning",
        "busy for long",
        {RDS.format("cpuutilization_average"): "20x5 95x25 20x10"},
        "15m",
        "28m",
        "40m",
        DB,
    ),
    calm("DatabaseCpuHigh", "a short peak", {RDS.format("cpuutilization_average"): "20x5 95x10 20x10"}, "15m", "25m"),
    story(
        "DatabaseMemoryLow",
        "warning",
        "200 MB of 8 GiB",
        {RDS.format("freeable_memory_minimum"): "2e9x5 2e8x25 2e9x10"},
        "15m",
        "28m",
        "40m",
        DB,
    ),
    calm("DatabaseMemoryLow", "1 GB of 8 GiB", {RDS.format("freeable_memory_minimum"): "1e9x40"}, "35m"),
    story(
        "DatabaseStorageFills",
        "warning",
        "a gigabyte an hour, 50 are left",
        {STORAGE: "60e9-1e9x10 50e9x30"},
        "1h",
        "9h",
        "30h",
        DB,
        interval="1h",
    ),
    calm("DatabaseStorageFills", "as full as yesterday", {STORAGE: "1e9x30"}, "20h", interval="1h"),
    calm("DatabaseStorageFills", "a gigabyte a day, 50 are left", {STORAGE: "50e9-4e7x30"}, "20h", interval="1h"),
    story(
        "DatabaseSlow",
        "warning",
        "writes take 200 ms",
        {
            RDS.format("read_latency_average"): "0.001x50",
            RDS.format("write_latency_average"): "0.002x5 0.2x25 0.002x10",
        },
        "15m",
        "28m",
        "40m",
        DB,
    ),
    calm(
        "DatabaseSlow",
        "20 ms",
        {RDS.format("read_latency_average"): "0.02x40", RDS.format("write_latency_average"): "0.02x40"},
        "35m",
    ),
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
        "two minutes behind",
        {CACHE.format("replication_lag_maximum"): "0x5 120x25 0x10"},
        "15m",
        "28m",
        "40m",
        NODE,
    ),
    calm("CacheReplicaLags", "two seconds", {CACHE.format("replication_lag_maximum"): "2x40"}, "35m"),
)
