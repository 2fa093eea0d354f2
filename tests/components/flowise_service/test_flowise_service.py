import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pytest

from components.config.types import DomainSettings
from components.flowise_service.component import FlowiseService, FlowiseServiceArgs
from components.flowise_service.conditions import Telemetry
from components.flowise_service.environment import ENCRYPTION_KEY, GENERATED
from components.flowise_service.keys import field_of
from components.flowise_service.processes import PROBES
from components.flowise_service.settings import ServiceSettings
from components.shared.external_secrets import SecretField
from components.shared.node_image import NodeImage
from components.shared.references import CacheRef, DatabaseRef
from components.web_service.site import Site
from sandbox.policy_documents import allowed
from testing.cloud import Cloud, Created
from tests.samples import SECRETS, placement

QUEUE = {"mode": "queue", "replicas_min": 2, "replicas_max": 4, "worker_replicas_min": 2, "worker_replicas_max": 6}
COLOURS = {"active": "green", "blue_image": "flowiseai/flowise:3.1.4", "green_image": "flowiseai/flowise:3.1.5"}
DATABRICKS = {"url": "https://dbc-1.cloud.databricks.com", "token_secret_name": "flowise/databricks-token"}
DOMAIN = DomainSettings(name="flowise.example.com", hosted_zone_id="Z0123456789ABCDEFGHIJ")
PASSWORD = SecretField(arn="arn:db", version_id="db-v1", field="password", key_arn="arn:key:db")
CACHE_PASSWORD = SecretField(arn="arn:cache", version_id="cache-v1", field="password", key_arn="arn:key:cache")
OBSERVER_PASSWORD = SecretField(arn="arn:observer", version_id="v1", field="password", key_arn="arn:key:cache")
CACHE = CacheRef(
    address="cache.local",
    port=6379,
    username="flowise",
    password=CACHE_PASSWORD,
    observer=CacheRef(address="cache.local", port=6379, username="flowise-observer", password=OBSERVER_PASSWORD),
)
AUTHORITIES = "-----BEGIN CERTIFICATE-----"


def create(
    domain: DomainSettings | None,
    /,
    copy_region: str | None = None,
    embed_origins: Sequence[str] = (),
    traced: bool = False,
    datadog: bool = False,
    **settings: Any,
) -> FlowiseService:
    return FlowiseService(
        "app",
        FlowiseServiceArgs(
            settings=ServiceSettings.model_validate(settings),
            site=Site(domain=domain, embed_origins=embed_origins),
            placement=placement(),
            database=DatabaseRef(
                address="db.local",
                port=5432,
                name="flowise",
                username="u",
                password=PASSWORD,
                certificates="-----BEGIN CERTIFICATE-----",
            ),
            cache=CACHE,
            tools_image=NodeImage("registry.example.com/tools:1.0.0"),
            keys_copy_region=copy_region,
            telemetry=Telemetry(traced=traced, datadog=datadog),
        ),
    )


def build(cloud: Cloud, /, **settings: Any) -> FlowiseService:
    return cloud.build(lambda: create(None, **settings))


def custom(cloud: Cloud, kind: str) -> list[Created]:
    return [each for each in cloud.created if each.type.endswith(f":{kind}")]


def pod(cloud: Cloud, role: str = "app-server-pods") -> dict[str, Any]:
    spec: dict[str, Any] = cloud.named(role).inputs["spec"]["template"]["spec"]
    return spec


@pytest.mark.parametrize("settings", [{}, {**QUEUE, "databricks": DATABRICKS}], ids=["main", "queue"])
def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud, settings: dict[str, object]) -> None:
    build(any_cloud, **settings)
    assert any_cloud.named("app-namespace").inputs["metadata"]["name"] == "flowise"


@pytest.mark.parametrize("role", ["app-server-pods", "app-worker-pods", "app-setup-job"])
def test_pods_meet_the_restricted_standard(cloud: Cloud, role: str) -> None:
    build(cloud, **QUEUE)
    spec = pod(cloud, role)
    container = spec["containers"][0]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_what_flowise_writes_to_is_mounted(cloud: Cloud) -> None:
    build(cloud)
    mounts = {each["mountPath"]: each.get("readOnly") for each in pod(cloud)["containers"][0]["volumeMounts"]}
    assert mounts == {"/etc/flowise": True, "/home/node/.flowise": None, "/tmp": None}


def test_a_stopping_server_outlives_its_longest_answer(cloud: Cloud) -> None:
    build(cloud, max_answer_seconds=100)
    assert pod(cloud)["containers"][0]["lifecycle"] == {"preStop": {"sleep": {"seconds": 105}}}
    assert pod(cloud)["terminationGracePeriodSeconds"] == 140


def test_a_stopping_worker_may_end_its_longest_answer(cloud: Cloud) -> None:
    build(cloud, **QUEUE, max_answer_seconds=100)
    assert pod(cloud, "app-worker-pods")["terminationGracePeriodSeconds"] == 135
    assert cloud.named("app-environment").inputs["data"]["DRAIN_SECONDS"] == "100"


@pytest.mark.parametrize("role", ["app-server-pods", "app-worker-pods"])
def test_probes_ask_what_tells_the_truth(cloud: Cloud, role: str) -> None:
    build(cloud, **QUEUE)
    container = pod(cloud, role)["containers"][0]
    paths = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "readiness", "liveness")}
    assert paths == {
        "startup": {"path": "/readyz", "port": "probe"},
        "readiness": {"path": "/readyz", "port": "probe"},
        # a dead database is not mended by a restart
        "liveness": {"path": "/livez", "port": "probe"},
    }


def test_servers_are_in_every_zone_come_what_may_and_workers_where_there_is_room(cloud: Cloud) -> None:
    build(cloud, **QUEUE)
    wished = [("topology.kubernetes.io/zone", "ScheduleAnyway"), ("kubernetes.io/hostname", "ScheduleAnyway")]
    for role, expected in (
        ("app-server-pods", [("topology.kubernetes.io/zone", "DoNotSchedule"), *wished]),
        ("app-worker-pods", wished),
    ):
        spread = pod(cloud, role)["topologySpreadConstraints"]
        assert [(each["topologyKey"], each["whenUnsatisfiable"]) for each in spread] == expected
        labels = cloud.named(role).inputs["spec"]["selector"]["matchLabels"]
        assert {each["maxSkew"] for each in spread} == {1}
        assert [each["labelSelector"]["matchLabels"] for each in spread] == [labels] * len(expected)
        for each in spread:
            # a release is spread by itself where Karpenter need not follow; a zone of tainted nodes alone is none
            must = each["whenUnsatisfiable"] == "DoNotSchedule"
            assert each.get("matchLabelKeys") == (None if must else ["pod-template-hash"])
            assert each.get("nodeTaintsPolicy") == ("Honor" if must else None)


def test_no_secret_stands_in_a_manifest(cloud: Cloud) -> None:
    build(cloud, **QUEUE, databricks=DATABRICKS)
    assert cloud.of(k8s.core.v1.Secret) == []
    kept = json.loads(cloud.named("app-keys-version").inputs["secretString"])
    for each in cloud.created:
        plain = str({key: value for key, value in each.inputs.items() if key not in each.secrets})
        assert not any(value in plain for value in kept.values()), each.urn


def test_pods_are_given_the_very_versions_that_were_planned(cloud: Cloud) -> None:
    build(cloud, **QUEUE, databricks=DATABRICKS)
    spec = cloud.named("app-secrets-environment").inputs["spec"]
    references = {each["secretKey"]: each["remoteRef"] for each in spec["data"]}
    assert set(references) == {ENCRYPTION_KEY, "DATABASE_PASSWORD", "DATABRICKS_TOKEN", "REDIS_PASSWORD"}
    assert references["DATABASE_PASSWORD"] == {"key": "arn:db", "property": "password", "version": "uuid/db-v1"}
    assert "property" not in references["DATABRICKS_TOKEN"]
    assert all(each["version"].startswith("uuid/") for each in references.values())
    assert spec["target"]["immutable"] is True
    names = [each for each in pod(cloud)["containers"][0]["envFrom"] if "secretRef" in each]
    assert names == [{"secretRef": {"name": f"app-secrets-{role}"}} for role in ("environment", "server")]


@pytest.mark.parametrize("colours", [{}, {"blue_green": COLOURS}])
def test_what_signs_logins_reaches_no_worker(cloud: Cloud, colours: Any) -> None:
    build(cloud, **QUEUE, **colours)
    keys = {each["secretKey"] for each in cloud.named("app-secrets-server").inputs["spec"]["data"]}
    assert keys == {"EXPRESS_SESSION_SECRET", "JWT_AUTH_TOKEN_SECRET", "JWT_REFRESH_TOKEN_SECRET", "TOKEN_HASH_SECRET"}
    given = {
        each.name: {one["secretRef"]["name"] for one in pod(cloud, each.name)["containers"][0]["envFrom"][1:]}
        for each in cloud.of(k8s.apps.v1.Deployment)
        if "-server-" in each.name or "-worker-" in each.name
    }
    own = {"app-secrets-environment"}
    assert given == {name: own if "-worker-" in name else own | {"app-secrets-server"} for name in given}
    assert len(given) == (4 if colours else 2)


def test_who_looks_at_queues_logs_in_as_one_who_can_do_no_more(cloud: Cloud) -> None:
    build(cloud, **QUEUE)
    (reference,) = cloud.named("app-secrets-queues").inputs["spec"]["data"]
    assert (reference["secretKey"], reference["remoteRef"]["key"]) == ("REDIS_PASSWORD", "arn:observer")
    (login,) = custom(cloud, "TriggerAuthentication")
    (target,) = login.inputs["spec"]["secretTargetRef"]
    assert (target["name"], target["key"]) == ("app-secrets-queues", "REDIS_PASSWORD")
    (container,) = pod(cloud, "app-queue-exporter-pods")["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": "app-secrets-queues"}}]
    assert {"name": "REDIS_USERNAME", "value": "flowise-observer"} in container["env"]


def test_the_owners_password_reaches_the_setup_alone(cloud: Cloud) -> None:
    build(cloud, **QUEUE)
    keys = [each["secretKey"] for each in cloud.named("app-secrets-setup").inputs["spec"]["data"]]
    assert keys == ["OWNER_PASSWORD", "METRICS_API_KEY"]
    assert "app-secrets-setup" in str(pod(cloud, "app-setup-job"))
    for role in ("app-server-pods", "app-worker-pods"):
        assert "app-secrets-setup" not in str(pod(cloud, role))


def test_who_scrapes_may_read_the_key_of_the_metrics_and_no_password(cloud: Cloud) -> None:
    build(cloud, **QUEUE)
    told = {each["secretKey"]: each["remoteRef"] for each in cloud.named("app-secrets-setup").inputs["spec"]["data"]}
    assert told["OWNER_PASSWORD"]["key"] != told["METRICS_API_KEY"]["key"]
    held = {
        each.inputs["secretId"]: set(json.loads(each.inputs["secretString"]))
        for each in cloud.of(aws.secretsmanager.SecretVersion)
    }
    assert held[told["METRICS_API_KEY"]["key"]] == {"metrics_api_key"}


def test_the_reader_reads_these_secrets_and_their_keys_alone(cloud: Cloud) -> None:
    build(cloud, **QUEUE)
    values, decrypts = json.loads(cloud.named("app-secrets-policy").inputs["policy"])["Statement"]
    assert values["Action"] == ["secretsmanager:GetSecretValue"]
    assert {"arn:db", "arn:cache"} < set(values["Resource"])
    assert len(values["Resource"]) == 6
    assert {"arn:key:db", "arn:key:cache"} < set(decrypts["Resource"])
    assert decrypts["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}}
    trust = json.loads(cloud.named("app-secrets-role").inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Principal"] == {"AWS": SECRETS.operator_role_arn}
    # whoever else came by that role is no pod of the operator's
    assert trust["Condition"] == {
        "StringEquals": {
            "aws:PrincipalTag/kubernetes-namespace": "external-secrets",
            "aws:PrincipalTag/kubernetes-service-account": "external-secrets",
        }
    }
    assert cloud.named("app-secrets-role").inputs["path"] == f"{SECRETS.role_path}flowise/"


def test_servers_start_once_the_setup_is_done(cloud: Cloud) -> None:
    build(cloud, **QUEUE)
    job = cloud.only(k8s.batch.v1.Job).urn
    for role in ("app-server-pods", "app-worker-pods"):
        assert job in cloud.named(role).depends_on or job in _above(cloud, role)


def _above(cloud: Cloud, name: str) -> set[str]:
    parents = {each.urn: each for each in cloud.created}
    above: set[str] = set()
    each = cloud.named(name)
    while each.parent in parents:
        each = parents[each.parent]
        above |= each.depends_on
    return above


def test_the_cache_is_named_in_queue_mode_alone(cloud: Cloud) -> None:
    build(cloud)
    assert not [key for key in cloud.named("app-environment").inputs["data"] if key.startswith("REDIS")]


def test_workers_run_in_queue_mode_alone(cloud: Cloud) -> None:
    build(cloud)
    assert [each.name for each in cloud.of(k8s.apps.v1.Deployment)] == ["app-server-pods"]


def test_servers_grow_by_cpu_and_workers_by_what_waits(cloud: Cloud) -> None:
    build(cloud, **QUEUE, worker_concurrency=7)
    assert pod(cloud, "app-worker-pods")["containers"][0]["command"] == ["flowise", "worker"]
    (servers,) = cloud.of(k8s.autoscaling.v2.HorizontalPodAutoscaler)
    assert (servers.inputs["spec"]["minReplicas"], servers.inputs["spec"]["maxReplicas"]) == (2, 4)
    (scaler,) = custom(cloud, "ScaledObject")
    spec = scaler.inputs["spec"]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (2, 6)
    assert spec["triggers"][0]["metadata"] == {
        "address": "cache.local:6379",
        "username": "flowise-observer",
        "listName": "bull:flowise-queue-prediction:wait",
        "listLength": "7",
        "enableTLS": "true",
    }
    (login,) = custom(cloud, "TriggerAuthentication")
    assert login.inputs["spec"]["secretTargetRef"][0]["key"] == "REDIS_PASSWORD"


@pytest.mark.parametrize("scaling", ["queue_length", "cpu"])
def test_the_least_replicas_run_from_the_first_on_and_no_update_takes_an_autoscalers_away(
    cloud: Cloud, scaling: str
) -> None:
    build(cloud, **{**QUEUE, "worker_replicas_min": 3}, worker_scaling=scaling)
    for role, least in (("app-server-pods", 2), ("app-worker-pods", 3)):
        deployment = cloud.named(role)
        assert (deployment.inputs["spec"]["replicas"], deployment.ignores) == (least, ("spec.replicas",))


def test_what_does_not_grow_has_the_number_of_the_settings_after_an_update_too(cloud: Cloud) -> None:
    build(cloud, **{**QUEUE, "replicas_max": 2})
    assert cloud.named("app-server-pods").inputs["spec"]["replicas"] == 2
    assert cloud.named("app-server-pods").ignores == ()


def test_a_rollout_has_its_time_and_goes_by_a_quarter(cloud: Cloud) -> None:
    build(cloud, **{**QUEUE, "worker_replicas_max": 12})
    for role, seconds in (("app-server-pods", "1840"), ("app-worker-pods", "1820")):
        deployment = cloud.named(role).inputs
        assert deployment["metadata"]["annotations"] == {"pulumi.com/timeoutSeconds": seconds}
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": "25%", "maxUnavailable": 0}


def test_what_probes_admit_is_what_a_rollout_waits_for(cloud: Cloud) -> None:
    build(cloud)
    startup = pod(cloud)["containers"][0]["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] == PROBES.start_seconds


def test_keda_reads_the_secrets_of_the_namespace_that_it_watches_and_tells_what_it_cannot_do(cloud: Cloud) -> None:
    build(cloud, **QUEUE)
    release = cloud.named("app-keda-release").inputs
    values = release["values"]
    assert (values["watchNamespace"], release["namespace"]) == ("flowise", "keda")
    # true would bound it to Secrets of the namespace keda, where none of ours is
    assert values["permissions"]["operator"]["restrict"]["secret"] is False
    (scaler,) = custom(cloud, "ScaledObject")
    assert scaler.inputs["metadata"]["annotations"] == {"pulumi.com/waitFor": "condition=Ready"}
    (login,) = custom(cloud, "TriggerAuthentication")
    assert {scaler.inputs["metadata"]["namespace"], login.inputs["metadata"]["namespace"]} == {"flowise"}


def test_keda_is_reached_by_the_api_server_alone(cloud: Cloud) -> None:
    build(cloud, **QUEUE)
    assert cloud.named("app-keda-deny-all").inputs["spec"]["policyTypes"] == ["Ingress", "Egress"]
    (way,) = cloud.named("app-keda-webhook").inputs["spec"]["ingress"]
    assert way["from"] == [{"ipBlock": {"cidr": "10.20.224.0/22"}}]
    assert [each["port"] for each in way["ports"]] == [9443, 6443]


def test_without_keda_workers_grow_by_cpu(cloud: Cloud) -> None:
    build(cloud, **QUEUE, worker_scaling="cpu")
    assert not custom(cloud, "ScaledObject")
    assert not [each for each in cloud.created if "keda" in each.name]
    assert len(cloud.of(k8s.autoscaling.v2.HorizontalPodAutoscaler)) == 2


def test_pods_leave_one_by_one_and_not_at_once(cloud: Cloud) -> None:
    build(cloud, **QUEUE)
    down = cloud.only(k8s.autoscaling.v2.HorizontalPodAutoscaler).inputs["spec"]["behavior"]["scaleDown"]
    assert down == {"stabilizationWindowSeconds": 600, "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}


def test_the_namespace_is_bounded_by_what_the_settings_add_up_to(cloud: Cloud) -> None:
    build(cloud, **QUEUE)
    assert cloud.only(k8s.core.v1.ResourceQuota).inputs["spec"]["hard"] == {
        # 4 servers and one more, 6 workers and two more, 10 that are ending, one setup, two exporters
        "pods": "26",
        "requests.cpu": "11770m",
        "requests.memory": "24832Mi",
        "persistentvolumeclaims": "0",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }


def test_pods_may_use_their_bucket_and_its_key_alone(cloud: Cloud) -> None:
    build(cloud)
    policy = json.loads(cloud.named("app-role-policy").inputs["policy"])
    assert [each["Action"] for each in policy["Statement"]] == [
        ["s3:ListBucket"],
        ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        ["kms:Decrypt", "kms:GenerateDataKey"],
        ["s3:*"],
    ]
    assert "*" not in [resource for each in policy["Statement"] for resource in each["Resource"]]


def test_no_flow_touches_what_flows_are_restored_from(cloud: Cloud) -> None:
    build(cloud)
    policy = json.loads(cloud.named("app-role-policy").inputs["policy"])
    (bucket,) = policy["Statement"][0]["Resource"]
    for action in ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"):
        assert allowed(action, f"{bucket}/organization/chatflow/file.pdf", {}, policies=[policy])
        assert not allowed(action, f"{bucket}/flows/2026-11-30/desk.json", {}, policies=[policy])


def test_named_models_may_be_asked_and_no_others(cloud: Cloud) -> None:
    model = "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0"
    build(cloud, bedrock_model_arns=[model])
    asks = json.loads(cloud.named("app-role-policy").inputs["policy"])["Statement"][-1]
    assert (asks["Sid"], asks["Resource"]) == ("AsksModels", [model])


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
    balancer = cloud.only(aws.lb.LoadBalancer).inputs
    assert (balancer["internal"], balancer["enableDeletionProtection"]) == (True, True)
    rule = cloud.named("app-from-cloudfront").inputs
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
    assert {name: field_of(name)(json.dumps(keys)) for name in GENERATED} == keys
    with pytest.raises(pulumi.RunError, match=r"keys_secret_name names is no JSON object with JWT_AUTH") as refused:
        field_of("JWT_AUTH_TOKEN_SECRET")('{"other": "hidden-value"}')
    assert "hidden" not in str(refused.value)


def test_the_setup_knows_the_fingerprint_of_the_key_and_so_does_the_world(cloud: Cloud) -> None:
    told, hidden = cloud.value_of(lambda: create(None).key_fingerprint)
    assert (len(told), hidden) == (16, False)
    environment = {each["name"]: each["value"] for each in pod(cloud, "app-setup-job")["containers"][0]["env"]}
    assert environment["KEY_FINGERPRINT"] == told


def test_files_and_keys_are_protected_and_what_runs_is_not(cloud: Cloud) -> None:
    build(cloud)
    protected = {each.type for each in cloud.created if each.custom and each.protect}
    assert {"aws:s3/bucket:Bucket", "aws:kms/key:Key", "aws:secretsmanager/secret:Secret"} <= protected
    assert {cloud.named(f"app-{name.lower().replace('_', '-')}").protect for name in GENERATED} == {True}
    assert not [kind for kind in protected if kind.startswith("kubernetes:")]


def test_the_keys_have_a_copy_in_the_second_region(cloud: Cloud) -> None:
    cloud.build(lambda: create(None, copy_region="eu-central-1"))
    (replica,) = cloud.named("app-keys-secret").inputs["replicas"]
    assert replica["region"] == "eu-central-1"
    assert replica["kmsKeyId"].startswith("arn:aws:kms:eu-central-1:")


def test_two_releases_stand_side_by_side_and_one_is_served(cloud: Cloud) -> None:
    build(cloud, **QUEUE, blue_green=COLOURS)
    images = {each.name: pod(cloud, each.name)["containers"][0]["image"] for each in cloud.of(k8s.apps.v1.Deployment)}
    assert images == {
        "app-queue-exporter-pods": "registry.example.com/tools:1.0.0",
        "app-blue-server-pods": "flowiseai/flowise:3.1.4",
        "app-blue-worker-pods": "flowiseai/flowise:3.1.4",
        "app-green-server-pods": "flowiseai/flowise:3.1.5",
        "app-green-worker-pods": "flowiseai/flowise:3.1.5",
    }
    targets = cloud.only(aws.lb.Listener).inputs["defaultActions"][0]["forward"]["targetGroups"]
    arns = {each.name: each for each in cloud.of(aws.lb.TargetGroup)}
    assert [each["weight"] for each in targets] == [0, 100]
    assert list(arns) == ["app-b", "app-g"]


def test_each_release_hands_predictions_to_workers_of_its_own(cloud: Cloud) -> None:
    build(cloud, **QUEUE, blue_green=COLOURS)
    queues = {
        colour: cloud.named(f"app-{colour}-environment").inputs["data"]["QUEUE_NAME"] for colour in ("blue", "green")
    }
    assert queues == {"blue": "flowise-queue-blue", "green": "flowise-queue-green"}
    lists = [each.inputs["spec"]["triggers"][0]["metadata"]["listName"] for each in custom(cloud, "ScaledObject")]
    assert sorted(lists) == ["bull:flowise-queue-blue-prediction:wait", "bull:flowise-queue-green-prediction:wait"]


def test_pods_of_either_release_are_reached(cloud: Cloud) -> None:
    build(cloud, **QUEUE, blue_green=COLOURS)
    selectors = {
        each.name.removeprefix("app-"): each.inputs["spec"]["podSelector"].get("matchLabels", {})
        for each in cloud.of(k8s.networking.v1.NetworkPolicy)
    }
    for role, policies in {
        "blue-server": {"http", "server-metrics"},
        "green-server": {"http", "server-metrics"},
        "green-worker": {"worker-metrics"},
        "queue-exporter": {"queue-exporter-metrics"},
    }.items():
        labels = cloud.named(f"app-{role}-pods").inputs["spec"]["template"]["metadata"]["labels"]
        assert {name for name, wanted in selectors.items() if wanted and wanted.items() <= labels.items()} == policies


def test_a_release_selects_its_own_pods(cloud: Cloud) -> None:
    build(cloud, **QUEUE, blue_green=COLOURS)
    for colour in ("blue", "green"):
        selector = cloud.named(f"app-{colour}-service").inputs["spec"]["selector"]
        labels = cloud.named(f"app-{colour}-server-pods").inputs["spec"]["template"]["metadata"]["labels"]
        assert selector == labels
        assert selector["app.kubernetes.io/instance"] == f"flowise-{colour}"


def test_pages_of_listed_sites_may_ask_flows_and_no_others(cloud: Cloud) -> None:
    cloud.build(lambda: create(None, embed_origins=["https://shop.example.com", "https://a.example.org"]))
    plain = cloud.named("app-environment").inputs["data"]
    assert plain["CORS_ORIGINS"] == "https://shop.example.com,https://a.example.org"


def test_no_other_site_may_ask_flows_unless_listed(cloud: Cloud) -> None:
    build(cloud)
    assert "CORS_ORIGINS" not in cloud.named("app-environment").inputs["data"]


def test_traces_go_to_the_collector_and_only_where_there_is_one(cloud: Cloud) -> None:
    cloud.build(lambda: create(None, traced=True))
    told = cloud.named("app-environment").inputs["data"]
    assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://otel-collector.tracing.svc.cluster.local:4318"
    assert "app-traces" in {each.name for each in cloud.of(k8s.networking.v1.NetworkPolicy)}


def test_without_a_collector_nothing_is_told_of_one(cloud: Cloud) -> None:
    build(cloud)
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" not in cloud.named("app-environment").inputs["data"]
    assert "app-traces" not in {each.name for each in cloud.of(k8s.networking.v1.NetworkPolicy)}


def test_datadogs_agents_are_told_of_the_pods_where_there_are_any(cloud: Cloud) -> None:
    settings: dict[str, Any] = {**QUEUE, "datadog": True}
    cloud.build(lambda: create(None, **settings))

    def checks(role: str) -> list[str]:
        metadata = cloud.named(role).inputs["spec"]["template"]["metadata"]
        told = json.loads(metadata["annotations"]["ad.datadoghq.com/flowise.checks"])
        return [each["openmetrics_endpoint"] for each in told["openmetrics"]["instances"]]

    processes = "http://%%host%%:3001/metrics"
    assert checks("app-server-pods") == [processes, "http://%%host%%:3000/api/v1/metrics"]
    assert checks("app-worker-pods") == [processes]
    assert "app-datadog" in {each.name for each in cloud.of(k8s.networking.v1.NetworkPolicy)}


def test_without_datadog_pods_say_nothing_to_it(cloud: Cloud) -> None:
    build(cloud)
    assert not cloud.named("app-server-pods").inputs["spec"]["template"]["metadata"].get("annotations")


def test_what_others_keep_in_the_bucket_goes_after_its_days(cloud: Cloud) -> None:
    build(cloud, storage_expire_days={"models/": 365, "exports/": 30})
    rules = cloud.named("app-storage-lifecycle").inputs["rules"]
    expiring = {each["filter"]["prefix"]: each["expiration"]["days"] for each in rules if "expiration" in each}
    assert expiring == {"logs/": 90, "models/": 365, "exports/": 30}


@pytest.mark.parametrize(
    ("prefixes", "says"),
    [
        ({"logs/": 1}, "must not name Flowise's own"),
        ({"flows/": 1}, "must not name Flowise's own"),
        ({"models/": 0}, "must be 1 day or more"),
        ({"models": 1}, "should match pattern"),
        ({"3f2c0a44-9a1e-4c55-8f5e-0d2f6b7a1c9d/": 1}, "should match pattern"),
        ({"/": 1}, "should match pattern"),
    ],
)
def test_what_flowise_keeps_is_given_no_other_end(prefixes: dict[str, int], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ServiceSettings(storage_expire_days=prefixes)
