"""MonitoringStack with nothing to watch, and with a made-up system's service."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pulumi_kubernetes as k8s
import pytest

from components.monitoring_stack.component import MonitoringStack, MonitoringStackArgs
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from components.shared.external_secrets import SecretField
from components.shared.watch import (
    Alert,
    CloudWatch,
    Group,
    LogGroup,
    LogStage,
    NamedMetrics,
    Objective,
    Probe,
    Scrape,
    Watch,
    combined,
)
from testing.cloud import Cloud
from tests.samples import placement

DATADOG = {"site": "datadoghq.eu", "api_key_secret_name": "orders/datadog"}
TOKEN = SecretField(arn="arn:token", version_id="v1", field="token", key_arn="arn:key")
PAGE = Path(__file__).parents[3] / "components" / "redis_cache" / "dashboards" / "cache.json"
ORDERS = Watch(
    groups=[
        Group(
            name="service",
            alerts=[
                Alert(
                    name="OrdersDown",
                    expression='up{job="orders"} == 0',
                    lasting="5m",
                    severity="critical",
                    summary="Orders is down",
                    description="No pod answers.",
                    falls_with_cluster=True,
                )
            ],
        )
    ],
    objectives=[
        Objective(slo="availability", share=0.999, days=30, bad="bad:rate5m", events="events:rate5m", steady=True)
    ],
    scrapes=[
        Scrape(
            job="orders",
            by="service",
            namespace="orders",
            labels={"app.kubernetes.io/name": ["orders"]},
            port_name="http",
            port=8000,
            path="/internal/metrics",
            bearer="orders",
        ),
        Scrape(
            job="orders-pods",
            by="pods",
            namespace="orders",
            labels={"app.kubernetes.io/component": ["web", "worker"]},
            port_name="metrics",
            port=8001,
            alerted=True,
        ),
    ],
    probes=[
        Probe(job="shop", target="https://orders.example.com/health"),
        Probe(job="bank", target="https://bank.example.com/v1", refuses=True),
    ],
    secrets={"orders": TOKEN},
    cloudwatch=CloudWatch(
        metrics=[
            NamedMetrics(
                name="firewall", namespace="AWS/WAFV2", metrics={"Blocked": ("Sum",)}, dimensions={"Rule": "ALL"}
            )
        ],
        groups=[
            Group(
                name="service",
                alerts=[
                    Alert(
                        name="OrdersBlocked",
                        expression="aws_wafv2_blocked_sum > 1",
                        lasting="5m",
                        severity="warning",
                        summary="Blocked",
                        description="Blocked.",
                    )
                ],
            )
        ],
        steady_series=["aws_wafv2_blocked_sum"],
        dashboards={"edge": PAGE},
    ),
    log_groups=[LogGroup("/aws/eks/orders-test/*"), LogGroup("aws-waf-logs-orders-test:*", "edge")],
    log_stages=[LogStage(namespace="orders", app="orders", fields=["order_id"], probe_paths=["/health"])],
    dashboards={"cache": PAGE},
    namespaces=["orders"],
    agent_ports={"orders": [8001]},
)


def create(watch: Sequence[Watch] = (ORDERS,), **settings: object) -> MonitoringStack:
    return MonitoringStack(
        "monitoring",
        MonitoringStackArgs(
            settings=MonitoringSettings.model_validate(settings),
            watch=watch,
            environment="dev",
            placement=placement(),
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


def rules(cloud: Cloud) -> dict[str, dict[str, Any]]:
    groups = cloud.named("monitoring-alerts").inputs["spec"]["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}


WITHOUT_ANY = {"traces": {}, "datadog": DATADOG, "cloudwatch_metrics": True}


@pytest.mark.parametrize("settings", [{}, WITHOUT_ANY, {"traces": {"backend": "xray"}}])
def test_it_watches_itself_where_nothing_else_is_to_be_watched(any_cloud: Cloud, settings: dict[str, Any]) -> None:
    build(any_cloud, watch=(), **settings)
    made = rules(any_cloud)
    assert {"Watchdog", "TargetMissing", "TargetDown", "RulesFail", "AlertsNotDelivered"} <= set(made)
    assert not {name for name in made if name.startswith(("Slo", "Database", "Site"))}
    assert not [each for each in any_cloud.created if each.type.endswith((":Probe", ":PodMonitor"))]
    text = json.dumps([[each.name, {**each.inputs, "tags": None}] for each in any_cloud.created], default=str).lower()
    assert [word for word in ("flowise", "databricks", "bullmq", "prediction") if word in text] == []


def test_prometheus_gets_the_rules_of_what_there_is(cloud: Cloud) -> None:
    build(cloud)
    made = rules(cloud)
    assert (made["OrdersDown"]["for"], made["OrdersDown"]["labels"]) == (
        "5m",
        {"severity": "critical", "team": "platform"},
    )
    assert {"SloBurnFast", "SloBurnSlow", "ErrorBudgetSpent", "SloUnknown"} <= set(made)
    missed = made["TargetMissing"]["expr"].split("\nor\n")
    assert [f'absent(up{{job="{job}"}})' in missed for job in ("orders", "shop", "bank", "orders-pods")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert 'up{job!="orders-pods"}' in made["TargetDown"]["expr"]


def test_custom_kinds_wait_for_their_chart(cloud: Cloud) -> None:
    build(cloud)
    chart = cloud.named("monitoring-prometheus").urn
    customs = [each for each in cloud.created if each.type.startswith("kubernetes:monitoring.coreos.com/")]
    assert {each.name for each in customs} == {
        "monitoring-alerts",
        "monitoring-orders",
        "monitoring-orders-pods",
        "monitoring-shop",
        "monitoring-bank",
        "monitoring-logs-monitor",
        "monitoring-alloy-nodes-monitor",
        "monitoring-alloy-events-monitor",
    }
    assert all(chart in each.depends_on for each in customs)


def test_only_what_reads_the_nodes_is_privileged(cloud: Cloud) -> None:
    build(cloud)
    metadata = [each.inputs["metadata"] for each in cloud.of(k8s.core.v1.Namespace)]
    assert {each["name"]: each["labels"]["pod-security.kubernetes.io/enforce"] for each in metadata} == {
        "monitoring": "restricted",
        "node-exporter": "privileged",
        "logging": "restricted",
        "log-collector": "privileged",
    }


def test_it_hands_on_where_the_password_is_and_not_the_password(cloud: Cloud) -> None:
    arn, _ = cloud.value_of(lambda: create().grafana_secret_arn)
    assert arn.startswith("arn:aws:secretsmanager:")
    namespace, _ = cloud.value_of(lambda: create().namespace)
    assert namespace == "monitoring"


@pytest.mark.parametrize("read", [True, False])
def test_what_cloudwatch_alone_tells_is_there_where_it_is_read(cloud: Cloud, read: bool) -> None:
    build(cloud, cloudwatch_metrics=read)
    made, names = rules(cloud), {each.name for each in cloud.created}
    assert {name: name in made for name in ("OrdersBlocked", "CloudWatchUnreadable", "OrdersDown")} == {
        "OrdersBlocked": read, "CloudWatchUnreadable": read, "OrdersDown": True,
    }  # fmt: skip
    assert ("monitoring-dashboards-edge" in names) is read
    # a target that nobody made would be missing for ever
    assert ('job="cloudwatch"' in made["TargetMissing"]["expr"]) is read
    assert ("monitoring-cloudwatch-release" in names) is read


def test_pages_lie_where_grafana_runs_and_are_those_of_what_is_watched(cloud: Cloud) -> None:
    build(cloud)
    pages = {each.name: each.inputs for each in cloud.of(k8s.core.v1.ConfigMap)}
    assert set(pages) == {"monitoring-dashboards-cache", "monitoring-dashboards-logs"}
    assert pages["monitoring-dashboards-cache"]["metadata"]["namespace"] == "monitoring"
    assert set(pages["monitoring-dashboards-cache"]["data"]) == {"cache.json"}


def test_two_components_may_not_give_a_page_or_a_job_of_one_name() -> None:
    page = Watch(dashboards={"cache": PAGE})
    with pytest.raises(ValueError, match="two components give a dashboard 'cache'"):
        combined([ORDERS, page])
    with pytest.raises(ValueError, match="two scrapes or probes are of the job 'shop'"):
        combined([ORDERS, Watch(probes=[Probe(job="shop", target="https://example.com")])])


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
    assert names == {"monitoring", "node-exporter", "datadog"}
    assert "monitoring-dashboards-logs" not in {each.name for each in cloud.created}


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
