"""What MonitoringStack makes of Prometheus, Alertmanager, Grafana and what they ask."""

import json
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pytest

from testing.cloud import Cloud
from tests.components.monitoring_stack.test_monitoring_stack import DATABRICKS, build

ONCALL = {
    "receivers": {"oncall": {"pagerduty_secret_name": "flowise/pagerduty-key"}},
    "routes": [{"receiver": "oncall", "severities": ["critical"]}],
    "heartbeat_secret_name": "flowise/heartbeat-url",
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


@pytest.mark.parametrize(
    ("name", "job"), [("monitoring-flowise", "flowise"), ("monitoring-flowise-pods", "flowise-pods")]
)
def test_what_is_scraped_bears_the_name_that_rules_ask_by(cloud: Cloud, name: str, job: str) -> None:
    build(cloud)
    made = spec(cloud, name)
    (endpoint,) = made.get("endpoints") or made["podMetricsEndpoints"]
    assert endpoint["relabelings"] == [{"targetLabel": "job", "replacement": job}]


def test_every_process_of_flowise_is_scraped_where_it_answers_probes(cloud: Cloud) -> None:
    build(cloud, scrape_interval_seconds=20)
    made = spec(cloud, "monitoring-flowise-pods")
    assert cloud.named("monitoring-flowise-pods").inputs["kind"] == "PodMonitor"
    assert made["namespaceSelector"] == {"matchNames": ["flowise"]}
    (expression,) = made["selector"]["matchExpressions"]
    assert (expression["operator"], expression["values"]) == ("In", ["server", "worker"])
    (endpoint,) = made["podMetricsEndpoints"]
    assert (endpoint["port"], endpoint["path"], endpoint["interval"]) == ("probe", "/metrics", "20s")


def test_the_site_is_asked_as_people_reach_it(cloud: Cloud) -> None:
    build(cloud)
    made = spec(cloud, "monitoring-site")
    assert made["targets"]["staticConfig"]["static"] == ["https://flowise.example.com/api/v1/ping"]
    modules = values(cloud, "monitoring-blackbox")["config"]["modules"]
    assert (made["jobName"], modules[made["module"]]["http"]["valid_status_codes"]) == ("site", [200])


def test_the_exporter_that_asks_sites_is_there_with_and_without_databricks(cloud: Cloud) -> None:
    build(cloud, databricks_url=DATABRICKS)
    made = spec(cloud, "monitoring-databricks")
    assert cloud.named("monitoring-blackbox").inputs["version"] == "11.17.2"
    assert made["module"] in values(cloud, "monitoring-blackbox")["config"]["modules"]


def test_alerts_go_to_the_topic_of_the_stacks_alarms(cloud: Cloud) -> None:
    build(cloud)
    config = values(cloud)["alertmanager"]["config"]
    (topic,) = next(each["sns_configs"] for each in config["receivers"] if each["name"] == config["route"]["receiver"])
    assert topic["topic_arn"] == "arn:aws:sns:eu-west-1:111122223333:alarms"
    assert statements(cloud, "monitoring-alertmanager-role") == {
        "TellsPeople": (["sns:Publish"], ["arn:aws:sns:eu-west-1:111122223333:alarms"]),
        "EncryptsWhatItTells": (["kms:Decrypt", "kms:GenerateDataKey"], ["arn:alarm-key"]),
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
        "/aws/eks/flowise-test/*", "/aws/rds/instance/flowise-test/*", "aws-waf-logs-flowise-test:*",
    ]  # fmt: skip
    assert [each.split(":")[3] for each in groups] == ["eu-west-1", "eu-west-1", "us-east-1"]
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
    assert asked["static"][0]["dimensions"][0] == {"name": "WebACL", "value": "flowise-test"}


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
