from typing import Any

import pytest

from components.planning.charts.kube_prometheus_stack import prometheus_values
from components.settings import MonitoringSettings


def prometheus(**settings: object) -> dict[str, Any]:
    return prometheus_values(
        MonitoringSettings.model_validate(settings), grafana_login="login-secret", loki_url="http://loki:3100"
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
