from typing import Any

import pulumi_kubernetes as k8s

from components.monitoring_stack.alerts.watched import Watched
from components.monitoring_stack.component import MonitoringStack, MonitoringStackArgs
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from components.shared.external_secrets import SecretField
from testing.cloud import Cloud
from tests.samples import RANGES, TAGS

DATABRICKS = "https://dbc-12345678-90ab.cloud.databricks.com"


def create(databricks_url: str | None = None, queue: bool = False, **settings: object) -> MonitoringStack:
    return MonitoringStack(
        "monitoring",
        MonitoringStackArgs(
            settings=MonitoringSettings.model_validate(settings),
            stack_name="flowise-test",
            watched=Watched(databricks=databricks_url is not None),
            environment="dev",
            region="eu-west-1",
            ranges=RANGES,
            cluster_name="flowise-test",
            cluster_arn="arn:c",
            access_log_bucket="access-logs",
            metrics_key=SecretField(arn="arn:owner", version_id="v1", field="metrics_api_key", key_arn="arn:key"),
            secret_operator_role_arn="arn:aws:iam::1:role/operator",
            reader_role_path="/flowise-test/secret-readers/",
            alarm_topic_arn="arn:aws:sns:eu-west-1:111122223333:alarms",
            alarm_key_arn="arn:alarm-key",
            site_url="https://flowise.example.com",
            databricks_url=databricks_url,
            queue=queue,
            protect_data=True,
            tags=TAGS,
        ),
    )


def build(cloud: Cloud, **settings: Any) -> MonitoringStack:
    return cloud.build(lambda: create(**settings))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert {each.inputs["chart"] for each in any_cloud.of(k8s.helm.v3.Release)} == {
        "kube-prometheus-stack",
        "loki",
        "alloy",
        "prometheus-blackbox-exporter",
    }


def test_charts_are_pinned(cloud: Cloud) -> None:
    build(
        cloud, prometheus_chart_version="88.3.0", logs={"loki_chart_version": "18.4.2", "alloy_chart_version": "1.11.1"}
    )
    assert cloud.named("monitoring-prometheus").inputs["version"] == "88.3.0"
    assert cloud.named("monitoring-logs-release").inputs["version"] == "18.4.2"
    assert cloud.named("monitoring-alloy-nodes").inputs["version"] == "1.11.1"


def test_grafana_has_no_known_password(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.of(k8s.core.v1.Secret) == []
    login = cloud.named("monitoring-secrets-grafana").inputs["spec"]["data"]
    assert [each["secretKey"] for each in login] == ["admin-user", "admin-password"]
    admin = cloud.named("monitoring-prometheus").inputs["values"]["grafana"]["admin"]
    assert admin["passwordKey"] == "admin-password"
    assert "adminPassword" not in cloud.named("monitoring-prometheus").inputs["values"]["grafana"]


def test_prometheus_gets_the_rules_of_what_there_is(cloud: Cloud) -> None:
    build(cloud)
    groups = {each["name"]: each["rules"] for each in cloud.named("monitoring-alerts").inputs["spec"]["groups"]}
    assert "queue" not in groups
    high = next(rule for rule in groups["service"] if rule.get("alert") == "HighLatency")
    assert (high["for"], high["labels"]) == ("5m", {"severity": "critical", "team": "platform"})


def test_custom_kinds_wait_for_their_chart(cloud: Cloud) -> None:
    build(cloud, databricks_url=DATABRICKS, queue=True)
    chart = cloud.named("monitoring-prometheus").urn
    customs = [each for each in cloud.created if each.type.startswith("kubernetes:monitoring.coreos.com/")]
    assert {each.name for each in customs} == {
        "monitoring-alerts",
        "monitoring-flowise",
        "monitoring-flowise-pods",
        "monitoring-site",
        "monitoring-queue",
        "monitoring-databricks",
        "monitoring-logs-monitor",
        "monitoring-alloy-nodes-monitor",
        "monitoring-alloy-events-monitor",
    }
    assert all(chart in each.depends_on for each in customs)


def test_flowise_is_scraped_with_the_key_that_its_setup_puts_in_place(cloud: Cloud) -> None:
    build(cloud, scrape_interval_seconds=20)
    spec = cloud.named("monitoring-flowise").inputs["spec"]
    assert spec["namespaceSelector"] == {"matchNames": ["flowise"]}
    (endpoint,) = spec["endpoints"]
    assert (endpoint["path"], endpoint["interval"]) == ("/api/v1/metrics", "20s")
    assert endpoint["authorization"] == {"credentials": {"name": "monitoring-secrets-scrape", "key": "key"}}


def test_databricks_is_asked_whether_it_answers(cloud: Cloud) -> None:
    build(cloud, databricks_url=DATABRICKS)
    spec = cloud.named("monitoring-databricks").inputs["spec"]
    assert (spec["jobName"], spec["module"], spec["interval"]) == ("databricks", "answers", "15s")
    assert spec["prober"] == {"url": "blackbox:9115"}
    assert spec["targets"]["staticConfig"]["static"] == [f"{DATABRICKS}/api/2.0/serving-endpoints"]
    rules = cloud.named("monitoring-alerts").inputs["spec"]["groups"][0]["rules"]
    assert "DatabricksUnreachable" in {rule["alert"] for rule in rules}


def test_without_databricks_nobody_is_asked(cloud: Cloud) -> None:
    build(cloud)
    assert "monitoring-databricks" not in {each.name for each in cloud.created}
    rules = cloud.named("monitoring-alerts").inputs["spec"]["groups"][0]["rules"]
    assert "DatabricksUnreachable" not in {rule["alert"] for rule in rules}


def test_only_what_reads_the_nodes_is_privileged(cloud: Cloud) -> None:
    build(cloud)
    metadata = [each.inputs["metadata"] for each in cloud.of(k8s.core.v1.Namespace)]
    assert {each["name"]: each["labels"]["pod-security.kubernetes.io/enforce"] for each in metadata} == {
        "monitoring": "privileged",
        "logging": "restricted",
        "log-collector": "privileged",
    }


def test_it_hands_on_where_the_password_is_and_not_the_password(cloud: Cloud) -> None:
    arn, _ = cloud.value_of(lambda: create().grafana_secret_arn)
    assert arn.startswith("arn:aws:secretsmanager:")
    namespace, _ = cloud.value_of(lambda: create().namespace)
    assert namespace == "monitoring"


def test_dashboards_lie_where_grafana_runs_and_show_what_the_stack_has(cloud: Cloud) -> None:
    build(cloud)
    names = {each.name: each.inputs for each in cloud.of(k8s.core.v1.ConfigMap)}
    assert names["monitoring-dashboards-overview"]["metadata"]["namespace"] == "monitoring"
    assert "monitoring-dashboards-queue" not in names


def test_a_stack_with_queues_shows_them(cloud: Cloud) -> None:
    build(cloud, queue=True)
    assert "queue.json" in cloud.named("monitoring-dashboards-queue").inputs["data"]


DATADOG = {"site": "datadoghq.eu", "api_key_secret_name": "flowise/datadog"}


def charts(cloud: Cloud) -> list[str]:
    return sorted(each.inputs["chart"] for each in cloud.of(k8s.helm.v3.Release))


def test_traces_and_datadog_come_by_settings_alone(cloud: Cloud) -> None:
    build(cloud, traces={}, datadog=DATADOG)
    kept = ["alloy", "alloy", "alloy", "datadog", "kube-prometheus-stack", "loki"]
    assert charts(cloud) == [*kept, "prometheus-blackbox-exporter", "tempo"]


def test_logs_that_go_to_datadog_alone_are_kept_by_nobody_else(cloud: Cloud) -> None:
    build(cloud, datadog={**DATADOG, "replaces_logs": True})
    assert charts(cloud) == ["datadog", "kube-prometheus-stack", "prometheus-blackbox-exporter"]
    names = {each.inputs["metadata"]["name"] for each in cloud.of(k8s.core.v1.Namespace)}
    assert names == {"monitoring", "datadog"}
    assert {"monitoring-dashboards-flowise", "monitoring-dashboards-logs"} & {each.name for each in cloud.created} == {
        "monitoring-dashboards-flowise"
    }


def test_agents_take_traces_where_they_are_the_backend(cloud: Cloud) -> None:
    build(cloud, traces={"backend": "datadog"}, datadog=DATADOG)
    values = cloud.named("monitoring-datadog-release").inputs["values"]["datadog"]
    assert values["otlp"]["receiver"]["protocols"]["http"]["enabled"] is True
    assert "tempo" not in charts(cloud)


def test_grafana_reads_config_maps_where_it_runs_and_has_the_right_before_it_starts(cloud: Cloud) -> None:
    build(cloud)
    role, binding = cloud.named("monitoring-grafana-rights"), cloud.named("monitoring-grafana-binding")
    assert role.inputs["rules"] == [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}]
    assert {each.inputs["metadata"]["namespace"] for each in (role, binding)} == {"monitoring"}
    assert binding.inputs["subjects"] == [{"kind": "ServiceAccount", "name": "grafana", "namespace": "monitoring"}]
    assert binding.urn in cloud.named("monitoring-prometheus").depends_on


def test_prometheus_and_its_operator_have_their_rights_before_they_start(cloud: Cloud) -> None:
    build(cloud)
    bindings = [*cloud.of(k8s.rbac.v1.RoleBinding), *cloud.of(k8s.rbac.v1.ClusterRoleBinding)]
    accounts = {subject["name"] for each in bindings for subject in each.inputs["subjects"]}
    assert accounts == {"grafana", "prometheus-admission", "prometheus-operator", "prometheus-prometheus"}
    assert {each.urn for each in bindings} <= set(cloud.named("monitoring-prometheus").depends_on)
