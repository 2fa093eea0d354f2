from typing import Any

import pytest

from components.monitoring_stack.charts.kube_prometheus_stack import prometheus_values
from components.monitoring_stack.charts.prometheus_roles import PROMETHEUS
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from tests.components.monitoring_stack.rules import FULL


def prometheus(**settings: object) -> dict[str, Any]:
    return prometheus_values(
        MonitoringSettings.model_validate(settings),
        namespace="monitoring",
        node_namespace="node-exporter",
        cluster_name="flowise-test",
        alertmanager={"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]},
        alertmanager_files=None,
        grafana={},
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
    ]
    for each in needs:
        assert set(each["resources"]["requests"]) == {"cpu", "memory"}
        assert "memory" in each["resources"]["limits"]


def test_no_rule_is_about_what_nobody_sees() -> None:
    left_out = {rule for rule, kept in prometheus()["defaultRules"]["rules"].items() if not kept}
    assert left_out == {
        "etcd", "kubeControllerManager", "kubeProxy", "kubeSchedulerAlerting", "kubeSchedulerRecording", "windows",
    }  # fmt: skip


def test_the_charts_alerts_are_routed_like_ours_and_none_is_there_twice() -> None:
    rules = prometheus(team="search")["defaultRules"]
    assert rules["additionalRuleLabels"] == {"team": "search"}
    assert rules["disabled"] == {"TargetDown": True, "Watchdog": True}
    ours = {alert.name for alert in FULL.alerts}
    assert ours >= set(rules["disabled"])


def test_what_eks_tells_of_its_control_plane_is_scraped_with_the_right_to_it() -> None:
    made = prometheus()["prometheus"]
    jobs = {each["job_name"]: each["metrics_path"] for each in made["prometheusSpec"]["additionalScrapeConfigs"]}
    assert jobs == {
        "kube-scheduler": "/apis/metrics.eks.amazonaws.com/v1/ksh/container/metrics",
        "kube-controller-manager": "/apis/metrics.eks.amazonaws.com/v1/kcm/container/metrics",
    }
    (rule,) = (each for each in PROMETHEUS.everywhere if "metrics.eks.amazonaws.com" in each.get("api_groups", ()))
    assert (rule["resources"], rule["verbs"]) == (["ksh/metrics", "kcm/metrics"], ["get"])


def test_the_operator_is_told_of_the_namespace_in_which_alone_it_may_act() -> None:
    values = prometheus()
    assert values["global"]["rbac"] == {"create": False}
    told = {key: value for key, value in values["prometheusOperator"].items() if key.endswith("Namespaces")}
    assert told == {
        "alertmanagerConfigNamespaces": ["monitoring"],
        "alertmanagerInstanceNamespaces": ["monitoring"],
        "prometheusInstanceNamespaces": ["monitoring"],
        "thanosRulerInstanceNamespaces": ["monitoring"],
    }
    # where it writes down the kubelets, they are looked for
    assert values["prometheusOperator"]["kubeletService"] == values["kubelet"] == {"namespace": "monitoring"}


def test_several_stand_in_several_zones_and_who_asks_stays_with_one() -> None:
    values = prometheus(prometheus_replicas=2, alertmanager_replicas=3)
    for name, part in (("prometheus", "prometheusSpec"), ("alertmanager", "alertmanagerSpec")):
        (rule,) = values[name][part]["topologySpreadConstraints"]
        assert (rule["topologyKey"], rule["whenUnsatisfiable"]) == ("topology.kubernetes.io/zone", "DoNotSchedule")
        assert rule["labelSelector"] == {"matchLabels": {"app.kubernetes.io/name": name}}
    assert values["prometheus"]["service"] == {"sessionAffinity": "ClientIP"}
    alone = prometheus()
    assert "topologySpreadConstraints" not in alone["prometheus"]["prometheusSpec"]


def test_alerts_and_metrics_say_which_cluster_they_are_of() -> None:
    assert prometheus()["prometheus"]["prometheusSpec"]["externalLabels"] == {"cluster": "flowise-test"}


def test_secrets_are_no_metrics_and_nobody_lists_them_for_that() -> None:
    assert prometheus()["kube-state-metrics"]["collectorsExclude"] == ["secrets"]
