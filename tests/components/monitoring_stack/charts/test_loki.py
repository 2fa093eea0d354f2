from typing import Any

import pytest

from components.monitoring_stack.charts.loki import loki_values
from components.monitoring_stack.settings.logs import LogSettings


def loki(**settings: Any) -> dict[str, Any]:
    return loki_values(LogSettings(**settings), region="eu-west-1", bucket="logs", service_account="loki")


def test_logs_lie_in_the_bucket() -> None:
    config = loki()["loki"]
    assert config["storage"]["type"] == "s3"
    assert config["storage"]["bucketNames"] == {"chunks": "logs", "ruler": "logs", "admin": "logs"}
    assert config["storage"]["s3"] == {"region": "eu-west-1"}
    (schema,) = config["schemaConfig"]["configs"]
    assert (schema["store"], schema["object_store"], schema["schema"]) == ("tsdb", "s3", "v13")


def test_logs_older_than_asked_are_really_deleted() -> None:
    config = loki(retention_days=90)["loki"]
    assert config["limits_config"]["retention_period"] == "2160h"
    assert config["compactor"] == {"retention_enabled": True, "delete_request_store": "s3"}


def test_ids_go_beside_the_line_and_a_flood_is_held_up() -> None:
    limits = loki(ingest_mib_per_second=8)["loki"]["limits_config"]
    assert limits["allow_structured_metadata"] is True
    assert (limits["ingestion_rate_mb"], limits["ingestion_burst_size_mb"]) == (8, 16)
    assert (limits["per_stream_rate_limit"], limits["per_stream_rate_limit_burst"]) == ("4MB", "16MB")
    assert limits["max_label_names_per_series"] == 10


def test_the_least_rate_leaves_a_stream_something() -> None:
    assert loki(ingest_mib_per_second=1)["loki"]["limits_config"]["per_stream_rate_limit"] == "1MB"


@pytest.mark.parametrize(("replicas", "guarded"), [(1, False), (3, True)])
def test_of_three_one_may_be_away_and_of_one_none(replicas: int, guarded: bool) -> None:
    values = loki(loki_replicas=replicas)
    assert values["singleBinary"]["replicas"] == replicas
    assert values["loki"]["commonConfig"]["replication_factor"] == replicas
    assert values["singleBinary"]["podDisruptionBudget"] == {"enabled": guarded}
    zones = [each["topologyKey"] for each in values["singleBinary"]["topologySpreadConstraints"]]
    assert zones == (["topology.kubernetes.io/zone"] if guarded else [])


def test_loki_is_one_kind_of_process_and_nothing_beside_it() -> None:
    values = loki()
    assert values["deploymentMode"] == "Monolithic"
    # the chart refuses one process beside replicas of the scalable parts, and its test without the canary
    assert [values[part]["replicas"] for part in ("read", "write", "backend")] == [0, 0, 0]
    for part in ("gateway", "chunksCache", "resultsCache", "lokiCanary", "test"):
        assert values[part] == {"enabled": False}


def test_it_says_what_it_needs_and_asks_the_api_server_nothing() -> None:
    values = loki()
    needs = values["singleBinary"]["resources"]
    assert (set(needs["requests"]), set(needs["limits"])) == ({"cpu", "memory"}, {"memory"})
    assert values["defaults"] == {"automountServiceAccountToken": False}
    assert values["loki"]["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
