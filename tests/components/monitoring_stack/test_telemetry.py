"""What keeps logs, brings them, takes traces, and Datadog."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pytest

from components.monitoring_stack.datadog import Datadog, DatadogArgs
from components.monitoring_stack.log_collector import LogCollector, LogCollectorArgs
from components.monitoring_stack.log_store import LOKI_URL, LogStore, LogStoreArgs
from components.monitoring_stack.settings.datadog import DatadogSettings
from components.monitoring_stack.settings.logs import LogSettings
from components.monitoring_stack.settings.traces import TraceSettings
from components.monitoring_stack.tracing import Tracing, TracingArgs
from components.shared.external_secrets import SecretField
from testing.cloud import Cloud, Created
from tests.samples import RANGES, TAGS

LEVEL = "pod-security.kubernetes.io/enforce"
LABELS = {"app.kubernetes.io/name": "monitoring"}


def scraper() -> pulumi.Resource:
    return k8s.core.v1.ConfigMap("scraper")


def shared(protect: bool = True) -> dict[str, Any]:
    return {
        "ranges": RANGES,
        "cluster_name": "flowise-test",
        "cluster_arn": "arn:c",
        "region": "eu-west-1",
        "kms_key_arn": "arn:key",
        "access_log_bucket": "access-logs",
        "protect_data": protect,
        "labels": LABELS,
        "scraper": scraper(),
        "tags": TAGS,
    }


def store(protect: bool = True, **settings: Any) -> LogStore:
    return LogStore("logs", LogStoreArgs(settings=LogSettings(**settings), **shared(protect)))


def collect() -> LogCollector:
    args = LogCollectorArgs(
        chart_version="1.11.1",
        loki_url=LOKI_URL,
        stages=[],
        store_namespace="logging",
        ranges=RANGES,
        labels=LABELS,
        scraper=scraper(),
    )
    return LogCollector("alloy", args)


def trace(**settings: Any) -> Tracing:
    args = TracingArgs(
        settings=TraceSettings(**settings), collector_chart_version="1.11.1", senders=["flowise"], **shared()
    )
    return Tracing("traces", args)


def datadog(takes_traces: bool = False) -> Datadog:
    key = SecretField(arn="arn:owner", version_id="v1", field="metrics_api_key", key_arn="arn:key")
    args = DatadogArgs(
        settings=DatadogSettings(site="datadoghq.eu", api_key_secret_name="flowise/datadog"),
        environment="dev",
        takes_traces=takes_traces,
        cluster_name="flowise-test",
        ranges=RANGES,
        region="eu-west-1",
        scraped={"flowise": [3000, 3001]},
        scrape_tokens={"key": key},
        secret_operator_role_arn="arn:aws:iam::1:role/operator",
        reader_role_path="/flowise-test/secret-readers/",
        labels=LABELS,
        tags=TAGS,
    )
    return Datadog("dd", args)


def statements(cloud: Cloud, name: str) -> dict[str, tuple[list[str], list[str]]]:
    document = json.loads(cloud.named(name).inputs["policy"])
    return {each["Sid"]: (each["Action"], each["Resource"]) for each in document["Statement"]}


def levels(cloud: Cloud) -> dict[str, str]:
    metadata = [each.inputs["metadata"] for each in cloud.of(k8s.core.v1.Namespace)]
    return {each["name"]: each["labels"][LEVEL] for each in metadata}


def monitors(cloud: Cloud) -> dict[str, Created]:
    found = [each for each in cloud.created if each.type.endswith(":ServiceMonitor")]
    return {each.name: each for each in found}


def denies(cloud: Cloud) -> list[dict[str, Any]]:
    policies = cloud.of(k8s.networking.v1.NetworkPolicy)
    return [each.inputs["spec"] for each in policies if each.name.endswith("-deny-all")]


@pytest.mark.parametrize("build", [store, collect, trace, lambda: trace(backend="xray")])
def test_they_build_with_and_without_knowing_the_cloud(any_cloud: Cloud, build: Any) -> None:
    any_cloud.build(build)
    assert denies(any_cloud) == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]


def test_loki_may_use_its_bucket_and_key_and_nothing_else(cloud: Cloud) -> None:
    cloud.build(store)
    bucket = cloud.only(aws.s3.BucketPolicy).inputs["bucket"]
    granted = statements(cloud, "logs-s3-role-policy")
    assert {sid: actions for sid, (actions, _) in granted.items()} == {
        "FindsObjects": ["s3:ListBucket"],
        "KeepsObjects": ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        "EncryptsObjects": ["kms:Decrypt", "kms:GenerateDataKey"],
    }
    assert granted["EncryptsObjects"][1] == ["arn:key"]
    assert granted["FindsObjects"][1] == [f"arn:aws:s3:::{bucket}"]
    assert granted["KeepsObjects"][1] == [f"arn:aws:s3:::{bucket}/*"]
    association = cloud.only(aws.eks.PodIdentityAssociation).inputs
    assert (association["namespace"], association["serviceAccount"]) == ("logging", "loki")


def test_logs_are_kept_in_a_closed_bucket_that_loki_alone_is_given(cloud: Cloud) -> None:
    cloud.build(store)
    values = cloud.named("logs-release").inputs["values"]
    assert values["loki"]["storage"]["bucketNames"]["chunks"] == cloud.only(aws.s3.BucketPolicy).inputs["bucket"]
    assert values["serviceAccount"]["name"] == "loki"
    assert cloud.only(aws.s3.BucketPublicAccessBlock).inputs["restrictPublicBuckets"] is True
    assert levels(cloud) == {"logging": "restricted"}


@pytest.mark.parametrize("protect", [True, False])
def test_the_bucket_is_protected_where_data_are(cloud: Cloud, protect: bool) -> None:
    cloud.build(lambda: store(protect))
    assert cloud.only(aws.s3.Bucket).protect is protect
    assert cloud.named("logs-release").protect is False


def test_what_reads_nodes_is_apart_from_what_keeps_logs(cloud: Cloud) -> None:
    cloud.build(collect)
    assert levels(cloud) == {"log-collector": "privileged"}
    assert cloud.named("alloy-nodes").inputs["namespace"] == "log-collector"
    assert cloud.named("alloy-events").inputs["namespace"] == "logging"
    assert LOKI_URL in cloud.named("alloy-nodes").inputs["values"]["alloy"]["configMap"]["content"]


@pytest.mark.parametrize(
    ("build", "jobs"),
    [
        (store, {"logs-monitor": ("loki", "loki")}),
        (
            collect,
            {"alloy-nodes-monitor": ("alloy", "alloy"), "alloy-events-monitor": ("alloy-events", "alloy-events")},
        ),
        (
            trace,
            {
                "traces-tempo-monitor": ("tempo", "tempo"),
                "traces-otel-collector-monitor": ("otel-collector", "otel-collector"),
            },
        ),
    ],
)
def test_prometheus_knows_them_by_their_job(cloud: Cloud, build: Any, jobs: dict[str, tuple[str, str]]) -> None:
    cloud.build(build)
    found = monitors(cloud)
    assert {
        name: (
            each.inputs["spec"]["endpoints"][0]["relabelings"][0]["replacement"],
            each.inputs["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"],
        )
        for name, each in found.items()
    } == jobs
    kinds = cloud.named("scraper").urn
    for each in found.values():
        assert each.inputs["spec"]["endpoints"][0]["relabelings"][0]["targetLabel"] == "job"
        # the kind comes with Prometheus's chart
        assert kinds in each.depends_on


def test_tempo_has_a_bucket_of_its_own_and_x_ray_needs_none(cloud: Cloud) -> None:
    cloud.build(trace)
    values = cloud.named("traces-tempo").inputs["values"]["tempo"]["storage"]["trace"]
    assert values["s3"]["bucket"] == cloud.only(aws.s3.BucketPolicy).inputs["bucket"]
    association = cloud.only(aws.eks.PodIdentityAssociation).inputs
    assert (association["namespace"], association["serviceAccount"]) == ("tracing", "tempo")
    assert levels(cloud) == {"tracing": "restricted"}


def test_to_x_ray_the_collector_may_write_and_nothing_else(cloud: Cloud) -> None:
    cloud.build(lambda: trace(backend="xray"))
    assert cloud.of(aws.s3.Bucket) == []
    granted = statements(cloud, "traces-xray-policy")
    assert granted == {"WritesTraces": (["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"])}
    association = cloud.only(aws.eks.PodIdentityAssociation)
    assert (association.inputs["namespace"], association.inputs["serviceAccount"]) == ("tracing", "otel-collector")
    # its pods start with the role
    assert association.urn in cloud.named("traces-collector").depends_on


def test_the_collector_sends_to_datadog_only_where_it_is_asked_to(cloud: Cloud) -> None:
    cloud.build(lambda: trace(backend="datadog"))
    names = {each.name for each in cloud.of(k8s.networking.v1.NetworkPolicy)}
    assert "traces-datadog" in names
    assert cloud.of(aws.eks.PodIdentityAssociation) == []


def test_datadogs_keys_come_from_secrets_manager_and_stand_in_no_value(any_cloud: Cloud) -> None:
    any_cloud.build(datadog)
    kept = {
        each.name: each.inputs["spec"]["data"] for each in any_cloud.created if each.type.endswith(":ExternalSecret")
    }
    assert {name: [each["secretKey"] for each in data] for name, data in kept.items()} == {
        "dd-secrets-api": ["api-key"],
        "dd-secrets-scrape": ["key"],
    }
    assert levels(any_cloud) == {"datadog": "privileged"}
    assert denies(any_cloud) == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]


def test_datadog_is_given_the_secrets_names(cloud: Cloud) -> None:
    cloud.build(datadog)
    values = cloud.named("dd-release").inputs["values"]
    assert values["datadog"]["apiKeyExistingSecret"].startswith("dd-secrets-api")
    assert values["agents"]["volumes"][0]["secret"]["secretName"].startswith("dd-secrets-scrape")
    assert values["datadog"]["clusterName"] == "flowise-test"
