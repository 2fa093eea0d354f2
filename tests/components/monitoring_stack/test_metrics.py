"""What MonitoringStack makes of Prometheus, Alertmanager, Grafana and what they ask."""

import json
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pytest

from testing.cloud import Cloud
from tests.components.monitoring_stack.test_monitoring_stack import build
from tests.samples import ALARMS

ONCALL = {
    "receivers": {"oncall": {"pagerduty_secret_name": "orders/pagerduty-key"}},
    "routes": [{"receiver": "oncall", "severities": ["critical"]}],
    "heartbeat_secret_name": "orders/heartbeat-url",
}


def values(cloud: Cloud, release: str = "monitoring-prometheus") -> dict[str, Any]:
    made: dict[str, Any] = cloud.named(release).inputs["values"]
    return made


def spec(cloud: Cloud, name: str) -> dict[str, Any]:
    made: dict[str, Any] = cloud.named(name).inputs["spec"]
    return made


def statements(cloud: Cloud, role: str) -> dict[str, tuple[list[str], list[str]]]:
    policy = json.loads(cloud.named(f"{role}-policy").inputs["policy"])
    return {each["Sid"]: (each["Action"], each["Resource"]) for each in policy["Statement"]}


@pytest.mark.parametrize(("name", "job"), [("monitoring-orders", "orders"), ("monitoring-orders-pods", "orders-pods")])
def test_what_is_scraped_bears_the_name_that_rules_ask_by(cloud: Cloud, name: str, job: str) -> None:
    build(cloud)
    made = spec(cloud, name)
    (endpoint,) = made.get("endpoints") or made["podMetricsEndpoints"]
    assert endpoint["relabelings"] == [{"targetLabel": "job", "replacement": job}]
    assert made["namespaceSelector"] == {"matchNames": ["orders"]}


def test_what_wants_a_token_is_scraped_with_it(cloud: Cloud) -> None:
    build(cloud, scrape_interval_seconds=20)
    made = spec(cloud, "monitoring-orders")
    assert cloud.named("monitoring-orders").inputs["kind"] == "ServiceMonitor"
    assert made["selector"] == {"matchLabels": {"app.kubernetes.io/name": "orders"}}
    (endpoint,) = made["endpoints"]
    assert (endpoint["port"], endpoint["path"], endpoint["interval"]) == ("http", "/internal/metrics", "20s")
    assert endpoint["authorization"] == {"credentials": {"name": "monitoring-secrets-scrape", "key": "orders"}}
    assert [each["secretKey"] for each in spec(cloud, "monitoring-secrets-scrape")["data"]] == ["orders"]


def test_pods_are_scraped_by_any_of_their_labels_values(cloud: Cloud) -> None:
    build(cloud)
    made = spec(cloud, "monitoring-orders-pods")
    assert cloud.named("monitoring-orders-pods").inputs["kind"] == "PodMonitor"
    (expression,) = made["selector"]["matchExpressions"]
    assert (expression["operator"], expression["values"]) == ("In", ["web", "worker"])
    (endpoint,) = made["podMetricsEndpoints"]
    assert "path" not in endpoint
    assert "authorization" not in endpoint


@pytest.mark.parametrize(
    ("name", "target", "codes"),
    [
        ("shop", "https://orders.example.com/health", [200]),
        ("bank", "https://bank.example.com/v1", [200, 401, 403]),
    ],
)
def test_an_address_is_asked_as_its_users_do(cloud: Cloud, name: str, target: str, codes: list[int]) -> None:
    build(cloud)
    made = spec(cloud, f"monitoring-{name}")
    assert made["targets"]["staticConfig"]["static"] == [target]
    assert (made["jobName"], made["prober"], made["interval"]) == (name, {"url": "blackbox:9115"}, "15s")
    modules = values(cloud, "monitoring-blackbox")["config"]["modules"]
    assert modules[made["module"]]["http"]["valid_status_codes"] == codes
    assert cloud.named("monitoring-blackbox").inputs["version"] == "11.17.2"


def test_the_exporter_that_asks_is_there_where_one_is_to_be_asked(cloud: Cloud) -> None:
    build(cloud, watch=())
    assert "monitoring-blackbox" not in {each.name for each in cloud.created}


def test_prometheus_reaches_the_ports_of_what_it_scrapes(cloud: Cloud) -> None:
    build(cloud)
    reached = spec(cloud, "monitoring-metrics-prometheus")["egress"]
    ports = {port["port"] for rule in reached if {"namespaceSelector": {}} in rule["to"] for port in rule["ports"]}
    assert {8000, 8001, 3100} <= ports


def test_lines_are_read_as_their_pods_write_them(cloud: Cloud) -> None:
    build(cloud)
    config = values(cloud, "monitoring-alloy-nodes")["alloy"]["configMap"]["content"]
    assert 'selector = "{namespace=\\"orders\\",app=\\"orders\\"}"' in config
    assert "|health)[" in config


def test_the_cluster_gone_silences_what_falls_with_it(cloud: Cloud) -> None:
    build(cloud)
    rules = values(cloud)["alertmanager"]["config"]["inhibit_rules"]
    (down,) = [rule for rule in rules if "KubeAPIDown" in rule["source_matchers"][0]]
    assert down["target_matchers"][0].startswith('alertname=~"OrdersDown|TargetDown|Kube(')


def test_agents_and_senders_are_those_that_are_watched(cloud: Cloud) -> None:
    build(cloud, traces={}, datadog={"site": "datadoghq.eu", "api_key_secret_name": "orders/datadog"})
    (scraped,) = spec(cloud, "monitoring-datadog-scrapes-orders")["egress"]
    assert [each["port"] for each in scraped["ports"]] == [8001]
    (senders,) = spec(cloud, "monitoring-traces-senders")["ingress"]
    assert [each["namespaceSelector"]["matchLabels"] for each in senders["from"]] == [
        {"kubernetes.io/metadata.name": "orders"}
    ]
    sources = {each["uid"]: each for each in values(cloud)["grafana"]["additionalDataSources"]}
    assert sources["tempo"]["jsonData"]["tracesToLogsV2"]["query"].startswith('{namespace=~"orders"}')


def test_alerts_go_to_the_topic_of_the_stacks_alarms(cloud: Cloud) -> None:
    build(cloud)
    config = values(cloud)["alertmanager"]["config"]
    (topic,) = next(each["sns_configs"] for each in config["receivers"] if each["name"] == config["route"]["receiver"])
    assert topic["topic_arn"] == ALARMS.arn
    assert statements(cloud, "monitoring-alertmanager-role") == {
        "TellsPeople": (["sns:Publish"], [ALARMS.arn]),
        "EncryptsWhatItTells": (["kms:Decrypt", "kms:GenerateDataKey"], [ALARMS.key_arn]),
    }


def test_alertmanagers_secrets_are_mounted_and_in_no_value(cloud: Cloud) -> None:
    build(cloud, notifications=ONCALL)
    made = values(cloud)["alertmanager"]["alertmanagerSpec"]
    assert made["volumes"] == [{"name": "notifications", "secret": {"secretName": "monitoring-secrets-alerts"}}]
    assert made["volumeMounts"][0]["mountPath"] == "/etc/alertmanager/notifications"
    kept = spec(cloud, "monitoring-secrets-alerts")["data"]
    assert {each["secretKey"] for each in kept} == {"heartbeat-url", "pagerduty-oncall"}


def test_without_such_secrets_nothing_is_mounted(cloud: Cloud) -> None:
    build(cloud)
    assert "volumes" not in values(cloud)["alertmanager"]["alertmanagerSpec"]


@pytest.mark.parametrize("account", ["alertmanager", "grafana"])
def test_pods_start_with_their_roles(cloud: Cloud, account: str) -> None:
    build(cloud)
    association = cloud.named(f"monitoring-{account}-role-association")
    assert (association.inputs["namespace"], association.inputs["serviceAccount"]) == ("monitoring", account)
    assert association.urn in cloud.named("monitoring-prometheus").depends_on
    assert values(cloud)[account]["serviceAccount"]["name"] == account


def test_grafana_reads_this_stacks_logs_and_no_others(cloud: Cloud) -> None:
    build(cloud)
    made = statements(cloud, "monitoring-grafana-role")
    _, groups = made["AsksLogs"]
    assert [each.split(":log-group:")[1] for each in groups] == [
        "/aws/eks/orders-test/*", "aws-waf-logs-orders-test:*",
    ]  # fmt: skip
    assert [each.split(":")[3] for each in groups] == ["eu-west-1", "us-east-1"]
    verbs = [action.split(":")[1] for actions, _ in made.values() for action in actions]
    assert all(verb.startswith(("Describe", "Get", "List", "Start", "Stop")) for verb in verbs)
    assert "logs:StartQuery" not in made["FollowsQueries"][0]


def test_cloudwatch_is_asked_where_it_is_asked_for(cloud: Cloud) -> None:
    build(cloud)
    assert "monitoring-cloudwatch-release" not in {each.name for each in cloud.created}


def test_the_cloudwatch_exporter_reads_metrics_and_tags_alone(cloud: Cloud) -> None:
    build(cloud, cloudwatch_metrics=True)
    release = cloud.named("monitoring-cloudwatch-release")
    assert (release.inputs["chart"], release.inputs["version"]) == (
        "prometheus-yet-another-cloudwatch-exporter", "0.47.0",
    )  # fmt: skip
    assert {sid: actions for sid, (actions, _) in statements(cloud, "monitoring-cloudwatch-role").items()} == {
        "ReadsMetrics": ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics"],
        "FindsByTags": ["tag:GetResources"],
    }
    association = cloud.named("monitoring-cloudwatch-role-association")
    assert association.urn in release.depends_on
    assert cloud.named("monitoring-prometheus").urn in release.depends_on
    assert association.inputs["serviceAccount"] == release.inputs["values"]["serviceAccount"]["name"]
    asked = json.loads(release.inputs["values"]["config"])
    assert asked["static"][0]["dimensions"] == [{"name": "Rule", "value": "ALL"}]


def test_its_job_is_called_cloudwatch(cloud: Cloud) -> None:
    build(cloud, cloudwatch_metrics=True)
    made = values(cloud, "monitoring-cloudwatch-release")
    # the chart's ServiceMonitor takes the job from the Service's name, which is this
    assert (made["fullnameOverride"], made["serviceMonitor"]["enabled"]) == ("cloudwatch", True)
    assert made["extraArgs"] == {"scraping-interval": 300}


def test_the_namespace_lets_nobody_in_or_out_unless_a_policy_says_so(cloud: Cloud) -> None:
    build(cloud)
    policies = [
        each.inputs
        for each in cloud.of(k8s.networking.v1.NetworkPolicy)
        if each.inputs["metadata"]["namespace"] == "monitoring"
    ]
    closed = [each["spec"] for each in policies if each["spec"].get("policyTypes") == ["Ingress", "Egress"]]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in closed
    assert len(policies) == 9


def test_what_is_told_nobody_else_hears(cloud: Cloud) -> None:
    build(cloud)
    roles = {each.name for each in cloud.of(aws.iam.RolePolicy)}
    assert roles == {
        "monitoring-alertmanager-role-policy", "monitoring-grafana-role-policy", "monitoring-logs-s3-role-policy",
        "monitoring-secrets-policy",
    }  # fmt: skip
