"""The database."""

from tests.components.monitoring_stack.cases.case import calm, story, unknown

DB = {"dimension_DBInstanceIdentifier": "flowise-prod"}
RDS = 'aws_rds_{}{{dimension_DBInstanceIdentifier="flowise-prod"}}'
CONNECTIONS = RDS.format("database_connections_maximum")
STORAGE = RDS.format("free_storage_space_minimum")

CASES = (
    story(
        "DatabaseConnectionsHigh",
        "critical",
        "810 of 901 are taken",
        {CONNECTIONS: "180x5 810x10 180x10"},
        "5m",
        "10m",
        "20m",
        DB,
    ),
    calm("DatabaseConnectionsHigh", "720 of 901", {CONNECTIONS: "720x30"}, "20m"),
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
    calm("DatabaseCpuHigh", "70 %", {RDS.format("cpuutilization_average"): "70x40"}, "35m"),
    calm("DatabaseCpuHigh", "a short peak", {RDS.format("cpuutilization_average"): "20x5 95x10 20x10"}, "15m", "25m"),
    story(
        "DatabaseMemoryLow",
        "warning",
        "300 MB of 8 GiB",
        {RDS.format("freeable_memory_minimum"): "2e9x5 3e8x25 2e9x10"},
        "15m",
        "28m",
        "40m",
        DB,
    ),
    calm("DatabaseMemoryLow", "500 MB of 8 GiB", {RDS.format("freeable_memory_minimum"): "5e8x40"}, "35m"),
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
        "writes take 70 ms",
        {
            RDS.format("read_latency_average"): "0.001x50",
            RDS.format("write_latency_average"): "0.002x5 0.07x25 0.002x10",
        },
        "15m",
        "28m",
        "40m",
        DB,
    ),
    story(
        "DatabaseSlow",
        "warning",
        "reads take 70 ms",
        {RDS.format("read_latency_average"): "0.001x5 0.07x25 0.001x10"},
        "15m",
        "28m",
        "40m",
        DB,
    ),
    calm(
        "DatabaseSlow",
        "40 ms",
        {RDS.format("read_latency_average"): "0.04x40", RDS.format("write_latency_average"): "0.04x40"},
        "35m",
    ),
)
