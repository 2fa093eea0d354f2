import json
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as k8s

from components.monitoring_stack import MonitoringStack, MonitoringStackArgs
from components.planning.external_secrets import SecretField
from components.settings import MonitoringSettings
from tests.cloud import Cloud
from tests.samples import PLACES, TAGS

DATABRICKS = "https://dbc-12345678-90ab.cloud.databricks.com"


def create(databricks_url: str | None = None, **settings: object) -> MonitoringStack:
    return MonitoringStack(
        "monitoring",
        MonitoringStackArgs(
            settings=MonitoringSettings.model_validate(settings),
            stack_name="flowise-test",
            region="eu-west-1",
            places=PLACES,
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
            protect_data=True,
            tags=TAGS,
        ),
    )


def build(cloud: Cloud, **settings: Any) -> MonitoringStack:
    return cloud.build(lambda: create(**settings))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert {each.inputs["chart"] for each in any_cloud.of(k8s.helm.v3.Release)} == {
        "kube-prometheus-stack", "loki", "prometheus-blackbox-exporter",
    }  # fmt: skip


def test_charts_are_pinned(cloud: Cloud) -> None:
    build(cloud, prometheus_chart_version="88.3.0", loki_chart_version="18.4.2")
    assert cloud.named("monitoring-prometheus").inputs["version"] == "88.3.0"
    assert cloud.named("monitoring-loki").inputs["version"] == "18.4.2"


def test_grafana_has_no_known_password(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.of(k8s.core.v1.Secret) == []
    login = cloud.named("monitoring-secrets-grafana").inputs["spec"]["data"]
    assert [each["secretKey"] for each in login] == ["admin-user", "admin-password"]
    admin = cloud.named("monitoring-prometheus").inputs["values"]["grafana"]["admin"]
    assert admin["passwordKey"] == "admin-password"
    assert "adminPassword" not in cloud.named("monitoring-prometheus").inputs["values"]["grafana"]


def test_high_latency_is_two_seconds_for_five_minutes(cloud: Cloud) -> None:
    build(cloud)
    rules = cloud.named("monitoring-alerts").inputs["spec"]["groups"][0]["rules"]
    high = next(rule for rule in rules if rule["alert"] == "HighLatency")
    assert high["expr"].endswith(" > 2000")
    assert "http_request_duration_ms_sum" in high["expr"]
    assert (high["for"], high["labels"]) == ("5m", {"severity": "critical"})


def test_custom_kinds_wait_for_their_chart(cloud: Cloud) -> None:
    build(cloud, databricks_url=DATABRICKS)
    chart = cloud.named("monitoring-prometheus").urn
    customs = [each for each in cloud.created if each.type.startswith("kubernetes:monitoring.coreos.com/")]
    roles = ("alerts", "flowise", "flowise-pods", "site", "databricks")
    assert {each.name for each in customs} == {f"monitoring-{role}" for role in roles}
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
    }


def test_logs_are_read_from_two_namespaces_alone(cloud: Cloud) -> None:
    build(cloud)
    policy = cloud.named("monitoring-logs-readers").inputs
    assert policy["metadata"]["namespace"] == "logging"
    assert policy["spec"]["policyTypes"] == ["Ingress"]
    (rule,) = policy["spec"]["ingress"]
    assert [each["namespaceSelector"]["matchLabels"] for each in rule["from"]] == [
        {"kubernetes.io/metadata.name": "monitoring"},
        {"kubernetes.io/metadata.name": "logging"},
    ]


def test_loki_may_use_its_bucket_and_key_and_nothing_else(cloud: Cloud) -> None:
    build(cloud)
    statements = json.loads(cloud.named("monitoring-loki-role-policy").inputs["policy"])["Statement"]
    assert {each["Sid"]: each["Action"] for each in statements} == {
        "FindsLogs": ["s3:ListBucket"],
        "KeepsLogs": ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        "EncryptsLogs": ["kms:Decrypt", "kms:GenerateDataKey"],
    }
    assert "*" not in [resource for each in statements for resource in each["Resource"]]


def test_loki_starts_with_its_role(cloud: Cloud) -> None:
    build(cloud)
    association = cloud.named("monitoring-loki-role-association")
    assert (association.inputs["namespace"], association.inputs["serviceAccount"]) == ("logging", "loki")
    assert association.urn in cloud.named("monitoring-loki").depends_on
    assert cloud.named("monitoring-loki").inputs["values"]["serviceAccount"]["name"] == "loki"


def test_logs_are_kept_in_a_closed_bucket(cloud: Cloud) -> None:
    build(cloud)
    values = cloud.named("monitoring-loki").inputs["values"]["loki"]
    assert values["storage"]["bucketNames"]["chunks"] == cloud.only(aws.s3.BucketPolicy).inputs["bucket"]
    assert cloud.only(aws.s3.BucketPublicAccessBlock).inputs["restrictPublicBuckets"] is True


def test_it_hands_on_where_the_password_is_and_not_the_password(cloud: Cloud) -> None:
    arn, _ = cloud.value_of(lambda: create().grafana_secret_arn)
    assert arn.startswith("arn:aws:secretsmanager:")
    namespace, _ = cloud.value_of(lambda: create().namespace)
    assert namespace == "monitoring"


def test_the_dashboard_is_found_by_its_label(cloud: Cloud) -> None:
    build(cloud)
    config = cloud.named("monitoring-dashboard").inputs
    assert config["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(config["data"]["flowise.json"])["title"] == "Flowise"
