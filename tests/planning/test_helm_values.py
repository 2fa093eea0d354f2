from typing import Any

import pytest

from components.planning.helm_values import blackbox_values, loki_values, prometheus_values
from components.settings import MonitoringSettings


def prometheus(**settings: object) -> dict[str, Any]:
    return prometheus_values(
        MonitoringSettings.model_validate(settings), grafana_login="login-secret", loki_url="http://loki:3100"
    )


def loki(**settings: object) -> dict[str, Any]:
    return loki_values(
        MonitoringSettings.model_validate(settings), region="eu-west-1", bucket="logs", service_account="loki"
    )


@pytest.mark.parametrize("part", ["kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy"])
def test_what_eks_hides_is_not_watched(part: str) -> None:
    assert prometheus()[part] == {"enabled": False}


@pytest.mark.parametrize("kind", ["serviceMonitor", "podMonitor", "rule", "probe", "scrapeConfig"])
def test_what_others_make_is_picked_up(kind: str) -> None:
    assert prometheus()["prometheus"]["prometheusSpec"][f"{kind}SelectorNilUsesHelmValues"] is False


def test_metrics_are_kept_as_the_settings_say() -> None:
    spec = prometheus(
        prometheus_replicas=2, prometheus_retention_days=30, prometheus_storage_gib=100, scrape_interval_seconds=20
    )["prometheus"]["prometheusSpec"]
    assert (spec["replicas"], spec["retention"], spec["scrapeInterval"]) == (2, "30d", "20s")
    claim = spec["storageSpec"]["volumeClaimTemplate"]["spec"]
    assert claim["resources"]["requests"]["storage"] == "100Gi"


def test_every_fifteen_seconds_unless_told_otherwise() -> None:
    assert prometheus()["prometheus"]["prometheusSpec"]["scrapeInterval"] == "15s"


def test_old_metrics_go_before_the_disk_is_full() -> None:
    spec = prometheus(prometheus_storage_gib=100)["prometheus"]["prometheusSpec"]
    assert spec["retentionSize"] == "87040MiB"


@pytest.mark.parametrize(("replicas", "guarded"), [(1, False), (2, True)])
def test_a_drain_is_held_up_only_where_another_replica_serves(replicas: int, guarded: bool) -> None:
    values = prometheus(prometheus_replicas=replicas, alertmanager_replicas=replicas)
    assert values["prometheus"]["podDisruptionBudget"]["enabled"] is guarded
    assert values["alertmanager"]["podDisruptionBudget"]["enabled"] is guarded
    assert values["alertmanager"]["alertmanagerSpec"]["replicas"] == replicas


def test_every_workload_says_what_it_needs() -> None:
    values = prometheus()
    needs = [
        values["prometheus"]["prometheusSpec"],
        values["alertmanager"]["alertmanagerSpec"],
        values["prometheusOperator"],
        values["kube-state-metrics"],
        values["prometheus-node-exporter"],
        values["grafana"],
        loki()["singleBinary"],
        blackbox_values(),
    ]
    for each in needs:
        assert set(each["resources"]["requests"]) == {"cpu", "memory"}
        assert "memory" in each["resources"]["limits"]


def test_grafana_has_no_password_in_its_values() -> None:
    grafana = prometheus()["grafana"]
    assert grafana["admin"]["existingSecret"] == "login-secret"
    assert "adminPassword" not in grafana


def test_grafana_can_be_rolled_with_a_disk_of_one_node() -> None:
    grafana = prometheus()["grafana"]
    assert grafana["persistence"]["enabled"] is True
    assert grafana["deploymentStrategy"] == {"type": "Recreate"}


def test_grafana_finds_the_logs() -> None:
    (source,) = prometheus()["grafana"]["additionalDataSources"]
    assert (source["type"], source["url"]) == ("loki", "http://loki:3100")


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


def test_a_site_that_asks_for_a_token_counts_as_answering() -> None:
    module = blackbox_values()["config"]["modules"]["answers"]
    assert module["http"] == {"valid_status_codes": [200, 401, 403], "fail_if_not_ssl": True}
