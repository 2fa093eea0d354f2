from typing import Any

from components.planning.helm_values import loki_values
from components.settings import MonitoringSettings


def loki(**settings: object) -> dict[str, Any]:
    return loki_values(
        MonitoringSettings.model_validate(settings), region="eu-west-1", bucket="logs", service_account="loki"
    )


def test_logs_lie_in_the_bucket() -> None:
    config = loki()["loki"]
    assert config["storage"]["type"] == "s3"
    assert config["storage"]["bucketNames"] == {"chunks": "logs", "ruler": "logs", "admin": "logs"}
    assert config["storage"]["s3"] == {"region": "eu-west-1"}
    (schema,) = config["schemaConfig"]["configs"]
    assert (schema["store"], schema["object_store"], schema["schema"]) == ("tsdb", "s3", "v13")


def test_logs_older_than_asked_are_really_deleted() -> None:
    config = loki(loki_retention_days=90)["loki"]
    assert config["limits_config"]["retention_period"] == "2160h"
    assert config["compactor"] == {"retention_enabled": True, "delete_request_store": "s3"}


def test_loki_is_one_process_and_nothing_beside_it() -> None:
    values = loki()
    assert values["deploymentMode"] == "Monolithic"
    assert values["singleBinary"]["replicas"] == 1
    # the chart refuses one process beside replicas of the scalable parts, and its test without the canary
    assert [values[part]["replicas"] for part in ("read", "write", "backend")] == [0, 0, 0]
    for part in ("gateway", "chunksCache", "resultsCache", "lokiCanary", "test"):
        assert values[part] == {"enabled": False}


def test_loki_says_what_it_needs() -> None:
    needs = loki()["singleBinary"]["resources"]
    assert (set(needs["requests"]), set(needs["limits"])) == ({"cpu", "memory"}, {"memory"})
