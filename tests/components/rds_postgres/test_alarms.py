import pytest

from components.rds_postgres.alarms import database_alarms
from components.rds_postgres.parameters import max_connections, memory_gib
from components.rds_postgres.settings import DatabaseSettings

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html
CLASSES = [
    ("db.t4g.micro", 1),
    ("db.t4g.medium", 4),
    ("db.m7g.large", 8),
    ("db.m6g.2xlarge", 32),
    ("db.r7g.large", 16),
    ("db.r7g.xlarge", 32),
]


@pytest.mark.parametrize(("instance_class", "gib"), CLASSES)
def test_memory_by_class(instance_class: str, gib: float) -> None:
    assert memory_gib(instance_class) == gib


@pytest.mark.parametrize(
    ("instance_class", "most"), [("db.t4g.micro", 112), ("db.m7g.large", 901), ("db.r7g.8xlarge", 5000)]
)
def test_connections_by_class(instance_class: str, most: int) -> None:
    assert max_connections(instance_class) == most


def test_a_database_is_watched_for() -> None:
    table = {alarm.role: alarm for alarm in database_alarms(DatabaseSettings(instance_class="db.m7g.large"))}
    assert sorted(table) == ["connections", "cpu", "memory", "read-latency", "storage", "write-latency"]
    # more than 0.8 of the connections, for a minute
    assert (table["connections"].threshold, table["connections"].period_seconds) == (720, 60)
    assert table["storage"].threshold == 0.1 * 20 * 2**30
    assert {role for role, alarm in table.items() if alarm.comparison == "below"} == {"memory", "storage"}


def test_a_burstable_class_is_watched_for_its_credits() -> None:
    assert "credits" in {each.role for each in database_alarms(DatabaseSettings(instance_class="db.t4g.medium"))}


def test_what_somebody_is_waked_for_says_so() -> None:
    told = {each.role: each.description for each in database_alarms(DatabaseSettings())}
    assert {role for role, text in told.items() if text.startswith("[critical] ")} == {"connections", "storage"}
    assert told["storage"] == "[critical] The database's storage is nearly full"
    assert told["cpu"] == "The database's CPU is busy"
