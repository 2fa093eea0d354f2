import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pytest

from components.flowise_service import FlowiseService, FlowiseServiceArgs, _field
from components.planning.flowise_env import GENERATED, Cache, Database
from components.settings import DomainSettings, ServiceSettings
from tests.cloud import Cloud
from tests.samples import TAGS

QUEUE = {"mode": "queue", "replicas_min": 2, "replicas_max": 4}
DATABRICKS = {"url": "https://dbc-1.cloud.databricks.com", "token_secret_name": "flowise/databricks-token"}
DOMAIN = DomainSettings(name="flowise.example.com", hosted_zone_id="Z0123456789ABCDEFGHIJ")


def create(
    domain: DomainSettings | None, /, copy_region: str | None = None, embed_origins: Sequence[str] = (), **settings: Any
) -> FlowiseService:
    return FlowiseService(
        "app",
        FlowiseServiceArgs(
            settings=ServiceSettings.model_validate(settings),
            domain=domain,
            region="eu-west-1",
            cluster_name="flowise-test",
            cluster_arn="arn:c",
            cluster_security_group_id="sg-cluster",
            vpc_id="vpc-1",
            vpc_cidr="10.20.0.0/16",
            subnet_ids=["subnet-a", "subnet-b"],
            database=Database(
                address="db.local", port=5432, name="flowise", username="u", password=pulumi.Output.secret("db-pw")
            ),
            cache=Cache(
                address="cache.local", port=6379, username="flowise", password=pulumi.Output.secret("cache-pw")
            ),
            controller=pulumi.ComponentResource("test:index:Controller", "controller"),
            access_log_bucket="access-logs",
            copy_region=copy_region,
            alarm_topic_arn="arn:aws:sns:eu-west-1:123456789012:alarms",
            protect_data=True,
            scraper_namespace="monitoring",
            tags=TAGS,
            embed_origins=embed_origins,
        ),
    )


def build(cloud: Cloud, /, **settings: Any) -> FlowiseService:
    return cloud.build(lambda: create(None, **settings))


@pytest.mark.parametrize("settings", [{}, {**QUEUE, "databricks": DATABRICKS}], ids=["main", "queue"])
def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud, settings: dict[str, object]) -> None:
    build(any_cloud, **settings)
    assert any_cloud.only(k8s.core.v1.Namespace).inputs["metadata"]["name"] == "flowise"


def test_pods_meet_the_restricted_standard(cloud: Cloud) -> None:
    build(cloud)
    pod = cloud.only(k8s.apps.v1.Deployment).inputs["spec"]["template"]["spec"]
    container = pod["containers"][0]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_a_stopping_server_outlives_its_longest_answer(cloud: Cloud) -> None:
    build(cloud, max_answer_seconds=100)
    pod = cloud.only(k8s.apps.v1.Deployment).inputs["spec"]["template"]["spec"]
    assert pod["containers"][0]["lifecycle"] == {"preStop": {"sleep": {"seconds": 105}}}
    assert pod["terminationGracePeriodSeconds"] == 140


def test_secrets_go_by_a_secret_and_nothing_else(cloud: Cloud) -> None:
    build(cloud, **QUEUE, databricks=DATABRICKS)
    secret = cloud.only(k8s.core.v1.Secret)
    assert set(secret.inputs["stringData"]) == {
        "DATABASE_PASSWORD", "DATABRICKS_TOKEN", "EXPRESS_SESSION_SECRET", "FLOWISE_SECRETKEY_OVERWRITE",
        "JWT_AUTH_TOKEN_SECRET", "JWT_REFRESH_TOKEN_SECRET", "REDIS_PASSWORD", "TOKEN_HASH_SECRET",
    }  # fmt: skip
    assert "stringData" in secret.secrets
    values = set(secret.inputs["stringData"].values())
    for each in cloud.created:
        plain = str({key: value for key, value in each.inputs.items() if key not in each.secrets})
        assert not any(value in plain for value in values), each.urn


def test_the_cache_is_named_in_queue_mode_alone(cloud: Cloud) -> None:
    build(cloud)
    assert not [key for key in cloud.named("app-environment").inputs["data"] if key.startswith("REDIS")]


def test_workers_run_in_queue_mode_alone(cloud: Cloud) -> None:
    build(cloud, **QUEUE, worker_replicas=3)
    server, worker = (each.inputs["spec"] for each in cloud.of(k8s.apps.v1.Deployment))
    assert worker["template"]["spec"]["containers"][0]["command"] == ["flowise", "worker"]
    assert worker["replicas"] == 3
    assert "replicas" not in server
    scale = cloud.only(k8s.autoscaling.v2.HorizontalPodAutoscaler).inputs["spec"]
    assert (scale["minReplicas"], scale["maxReplicas"]) == (2, 4)


def test_only_named_ways_lead_in_and_out(cloud: Cloud) -> None:
    build(cloud)
    policies = {each.name: each.inputs["spec"] for each in cloud.of(k8s.networking.v1.NetworkPolicy)}
    assert policies["app-deny-all"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert policies["app-data"]["egress"][0]["ports"] == [{"protocol": "TCP", "port": 5432}]
    assert policies["app-pod-identity"]["egress"] == [
        {"to": [{"ipBlock": {"cidr": "169.254.170.23/32"}}], "ports": [{"protocol": "TCP", "port": 80}]}
    ]
    assert set(policies) == {"app-deny-all", "app-dns", "app-data", "app-https", "app-pod-identity", "app-http"}


def test_pods_may_use_their_bucket_and_its_key_alone(cloud: Cloud) -> None:
    build(cloud)
    policy = json.loads(cloud.only(aws.iam.RolePolicy).inputs["policy"])
    assert [each["Action"] for each in policy["Statement"]] == [
        ["s3:ListBucket"],
        ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        ["kms:Decrypt", "kms:GenerateDataKey"],
    ]
    assert "*" not in [resource for each in policy["Statement"] for resource in each["Resource"]]


def test_without_a_domain_the_balancer_speaks_http_and_cookies_are_plain(cloud: Cloud) -> None:
    build(cloud)
    listener = cloud.only(aws.lb.Listener).inputs
    assert (listener["port"], listener["protocol"]) == (80, "HTTP")
    data = cloud.named("app-environment").inputs["data"]
    assert data["SECURE_COOKIES"] == "false"
    assert "NODE_ENV" not in data


def test_with_a_domain_the_balancer_speaks_tls(cloud: Cloud) -> None:
    cloud.build(lambda: create(DOMAIN))
    listener = cloud.only(aws.lb.Listener).inputs
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    assert listener["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    data = cloud.named("app-environment").inputs["data"]
    assert data["APP_URL"] == "https://flowise.example.com"
    assert data["NODE_ENV"] == "production"


def test_the_balancer_is_internal_and_admits_cloudfront_alone(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.only(aws.lb.LoadBalancer).inputs["internal"] is True
    rule = cloud.named("app-in-from-cloudfront").inputs
    assert rule["prefixListId"].startswith("pl-")
    assert "cidrIpv4" not in rule


def test_the_bucket_is_closed_versioned_and_encrypted(cloud: Cloud) -> None:
    build(cloud)
    closed = cloud.only(aws.s3.BucketPublicAccessBlock).inputs
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert [closed[flag] for flag in flags] == [True, True, True, True]
    assert cloud.only(aws.s3.BucketVersioning).inputs["versioningConfiguration"] == {"status": "Enabled"}
    rules = cloud.only(aws.s3.BucketServerSideEncryptionConfiguration).inputs["rules"]
    assert rules[0]["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
    statement = json.loads(cloud.only(aws.s3.BucketPolicy).inputs["policy"])["Statement"][0]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_a_stack_that_takes_over_goes_on_with_the_keys_of_the_other(cloud: Cloud) -> None:
    keys = {name: f"kept-{name}" for name in GENERATED}
    assert {name: _field(name)(json.dumps(keys)) for name in GENERATED} == keys
    with pytest.raises(pulumi.RunError, match=r"keys_secret_name names is no JSON object with JWT_AUTH") as refused:
        _field("JWT_AUTH_TOKEN_SECRET")('{"other": "hidden-value"}')
    assert "hidden" not in str(refused.value)


def test_files_and_keys_are_protected_and_what_runs_is_not(cloud: Cloud) -> None:
    build(cloud)
    protected = {each.type for each in cloud.created if each.custom and each.protect}
    assert {"aws:s3/bucket:Bucket", "aws:kms/key:Key", "aws:secretsmanager/secret:Secret"} <= protected
    assert {each.protect for each in cloud.of("random:index/randomPassword:RandomPassword")} == {True}
    assert not [kind for kind in protected if kind.startswith("kubernetes:")]


def test_the_keys_have_a_copy_in_the_second_region(cloud: Cloud) -> None:
    cloud.build(lambda: create(None, copy_region="eu-central-1"))
    (replica,) = cloud.only(aws.secretsmanager.Secret).inputs["replicas"]
    assert replica["region"] == "eu-central-1"
    assert replica["kmsKeyId"].startswith("arn:aws:kms:eu-central-1:")


def test_pages_of_listed_sites_may_ask_flows_and_no_others(cloud: Cloud) -> None:
    cloud.build(lambda: create(None, embed_origins=["https://shop.example.com", "https://a.example.org"]))
    plain = cloud.named("app-environment").inputs["data"]
    assert plain["CORS_ORIGINS"] == "https://shop.example.com,https://a.example.org"


def test_no_other_site_may_ask_flows_unless_listed(cloud: Cloud) -> None:
    build(cloud)
    assert "CORS_ORIGINS" not in cloud.named("app-environment").inputs["data"]
