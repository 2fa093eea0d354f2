"""A web service of a made-up system, with a process of every kind."""

import json
from dataclasses import replace
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pytest

from components.shared.edge_profile import EdgeProfile
from components.shared.external_secrets import SecretField
from components.shared.iam_documents import allow
from components.shared.network_policies import PodServer
from components.web_service.component import WebService, WebServiceArgs
from components.web_service.environment import EnvVar
from components.web_service.network_policies import NetworkAccess
from components.web_service.process import (
    CpuTarget,
    Migration,
    Probe,
    Probes,
    Process,
    QueueList,
    QueueStream,
    Release,
    Resources,
)
from components.web_service.queue_scaler import QueueServer
from components.web_service.quota import PodRoom
from components.web_service.timeouts import timeouts_of
from testing.cloud import Cloud
from tests.node import ASSETS
from tests.samples import placement

IMAGE, NEXT = "registry.example.com/orders:1.4.0", "registry.example.com/orders:1.5.0"
SMALL = Resources(cpu_request_millicores=200, memory_request_mib=256, memory_limit_mib=512)
HEALTH = Probe(path="/health", initial_delay_seconds=30, period_seconds=10)
WEB = Process(
    name="web",
    command=["gunicorn"],
    args=["--bind", "0.0.0.0:8000"],
    port=8000,
    metrics_port=8000,
    replicas_min=2,
    replicas_max=4,
    resources=replace(SMALL, cpu_limit_millicores=1000),
    probes=Probes(liveness=HEALTH, readiness=replace(HEALTH, initial_delay_seconds=5, period_seconds=5)),
    scaled_by=CpuTarget(percent=60),
    pre_stop_seconds=20,
    termination_grace_seconds=50,
    user=10_001,
)
ALIVE = Probes(liveness=Probe(command=["orders", "alive"]), readiness=Probe(command=["orders", "ready"]))
WORKER = Process(
    name="worker",
    container="orders-worker",
    command=["orders", "work"],
    replicas_min=1,
    replicas_max=8,
    resources=SMALL,
    probes=ALIVE,
    scaled_by=QueueList(list_name="celery", waiting_per_pod=10),
    environment={"CONCURRENCY": "4"},
    annotations={"example.com/logs": "json"},
    writable={"tmp": "/tmp"},
)
SCHEDULER = Process(name="scheduler", command=["orders", "beat"], single=True, resources=SMALL, probes=ALIVE)
MIGRATION = Migration(
    command=["orders", "migrate"], secrets=["admin"], resources=replace(SMALL, memory_limit_mib=1024), user=10_001
)
PASSWORD = SecretField(arn="arn:secret:cache", version_id="v1", field="password", key_arn="arn:key")
ONE = {"": Release(image=IMAGE, processes=[WEB, WORKER, SCHEDULER])}


def args(**changes: Any) -> WebServiceArgs:
    usual: dict[str, Any] = {
        "application": "orders",
        "releases": ONE,
        "environment": [EnvVar("LOG_LEVEL", "info"), EnvVar("REDIS_PASSWORD", PASSWORD, "read once")],
        "secrets": {"admin": {"ADMIN_PASSWORD": PASSWORD}},
        "files": {"settings.toml": "a = 1\n"},
        "files_at": "/etc/orders",
        "migration": MIGRATION,
        "statements": [allow("Reads", ["s3:GetObject"], ["arn:aws:s3:::orders/*"])],
        "queue_server": QueueServer(
            address="cache.local", port=6379, username="orders", password_variable="REDIS_PASSWORD"
        ),
        "access": NetworkAccess(database=True, cache=True),
        "timeouts": timeouts_of(30),
        "placement": placement(),
    }
    return WebServiceArgs(**{**usual, **changes})


def build(cloud: Cloud, **changes: Any) -> WebService:
    return cloud.build(lambda: WebService("app", args(**changes)))


def pod(cloud: Cloud, name: str) -> dict[str, Any]:
    return dict(cloud.named(name).inputs["spec"]["template"]["spec"])


def container(cloud: Cloud, name: str) -> dict[str, Any]:
    (only,) = pod(cloud, name)["containers"]
    return dict(only)


def scaler(cloud: Cloud) -> dict[str, Any]:
    (found,) = [each.inputs["spec"] for each in cloud.created if each.type.endswith(":ScaledObject")]
    return dict(found)


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert any_cloud.named("app-namespace").inputs["metadata"]["name"] == "orders"


def test_no_application_is_known_but_the_one_that_it_is_told_of(cloud: Cloud) -> None:
    build(cloud)
    said = json.dumps([(each.type, each.name, each.inputs) for each in cloud.created], default=str)
    assert "orders" in said
    assert "flowise" not in said.lower()


def test_each_process_runs_its_own_command_with_what_it_was_given(cloud: Cloud) -> None:
    build(cloud)
    web, worker = container(cloud, "app-web-pods"), container(cloud, "app-worker-pods")
    assert (web["name"], web["image"], web["command"], web["args"]) == ("app", IMAGE, ["gunicorn"], list(WEB.args))
    assert web["resources"] == {
        "requests": {"cpu": "200m", "memory": "256Mi"},
        "limits": {"cpu": "1000m", "memory": "512Mi"},
    }
    assert web["lifecycle"] == {"preStop": {"sleep": {"seconds": 20}}}
    assert pod(cloud, "app-web-pods")["terminationGracePeriodSeconds"] == 50
    assert pod(cloud, "app-web-pods")["securityContext"]["runAsUser"] == 10_001
    assert (worker["name"], worker["env"]) == ("orders-worker", [{"name": "CONCURRENCY", "value": "4"}])
    mounts = {each["mountPath"]: each.get("readOnly", False) for each in worker["volumeMounts"]}
    assert mounts == {"/etc/orders": True, "/tmp": False}
    metadata = cloud.named("app-worker-pods").inputs["spec"]["template"]["metadata"]
    assert metadata["annotations"] == {"example.com/logs": "json"}


def test_probes_ask_over_http_or_by_a_command(cloud: Cloud) -> None:
    build(cloud)
    web, worker = container(cloud, "app-web-pods"), container(cloud, "app-worker-pods")
    assert web["livenessProbe"] == {
        "httpGet": {"path": "/health", "port": "http"},
        "initialDelaySeconds": 30,
        "periodSeconds": 10,
        "failureThreshold": 3,
        "timeoutSeconds": 5,
    }
    assert (web["readinessProbe"]["initialDelaySeconds"], web["readinessProbe"]["periodSeconds"]) == (5, 5)
    assert "startupProbe" not in web
    assert web["ports"] == [{"name": "http", "containerPort": 8000}]
    assert worker["livenessProbe"]["exec"] == {"command": ["orders", "alive"]}
    assert worker["readinessProbe"]["exec"] == {"command": ["orders", "ready"]}
    assert worker["ports"] == []


def test_a_rollout_waits_as_long_as_its_probes_let_a_start_take(cloud: Cloud) -> None:
    slow = replace(WEB.probes, startup=Probe(path="/health", failure_threshold=60))
    build(cloud, releases={"": Release(image=IMAGE, processes=[replace(WEB, probes=slow)])})
    annotations = cloud.named("app-web-pods").inputs["metadata"]["annotations"]
    assert annotations == {"pulumi.com/timeoutSeconds": str(4 * (120 + 60 * 10 + 50))}
    assert WEB.probes.start_seconds == 30 + 3 * 10


def test_a_scheduler_never_runs_twice(cloud: Cloud) -> None:
    build(cloud)
    spec = cloud.named("app-scheduler-pods").inputs["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert cloud.named("app-web-pods").inputs["spec"]["strategy"]["type"] == "RollingUpdate"


def test_of_two_releases_one_is_served_and_its_scheduler_alone_runs(cloud: Cloud) -> None:
    blue = Release(image=IMAGE, processes=[WEB, SCHEDULER], served=False, environment={"COLOUR": "blue"})
    build(cloud, releases={"blue": blue, "green": replace(blue, image=NEXT, served=True)})
    schedulers = {colour: cloud.named(f"app-{colour}-scheduler-pods").inputs["spec"] for colour in ("blue", "green")}
    assert {colour: spec["replicas"] for colour, spec in schedulers.items()} == {"blue": 0, "green": 1}
    assert container(cloud, "app-green-web-pods")["image"] == NEXT
    assert cloud.named("app-blue-environment").inputs["data"] == {"LOG_LEVEL": "info", "COLOUR": "blue"}
    shares = cloud.only(aws.lb.Listener).inputs["defaultActions"][0]["forward"]["targetGroups"]
    assert [each["weight"] for each in shares] == [0, 100]


def test_servers_grow_by_cpu_to_the_target_that_is_set(cloud: Cloud) -> None:
    build(cloud)
    spec = cloud.only(k8s.autoscaling.v2.HorizontalPodAutoscaler).inputs["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 4)
    assert spec["metrics"][0]["resource"]["target"] == {"type": "Utilization", "averageUtilization": 60}


REACHED = {"address": "cache.local:6379", "username": "orders", "enableTLS": "true"}


@pytest.mark.parametrize(
    ("queue", "kind", "asked"),
    [
        (
            QueueList(list_name="celery", waiting_per_pod=10),
            "redis",
            {**REACHED, "listName": "celery", "listLength": "10"},
        ),
        (
            QueueStream(stream="events", consumer_group="ranking", waiting_per_pod=100),
            "redis-streams",
            {
                **REACHED,
                "stream": "events",
                "consumerGroup": "ranking",
                "lagCount": "100",
                "activationLagCount": "0",
            },
        ),
    ],
    ids=["list", "stream"],
)
def test_workers_grow_by_what_waits_in_a_list_or_a_stream(
    cloud: Cloud, queue: QueueList | QueueStream, kind: str, asked: dict[str, str]
) -> None:
    build(cloud, releases={"": Release(image=IMAGE, processes=[WEB, replace(WORKER, scaled_by=queue)])})
    spec = scaler(cloud)
    (trigger,) = spec["triggers"]
    assert (trigger["type"], trigger["metadata"]) == (kind, asked)
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (1, 8)
    (login,) = [each for each in cloud.created if each.type.endswith(":TriggerAuthentication")]
    assert login.inputs["spec"]["secretTargetRef"] == [
        {"parameter": "password", "name": "app-secrets-environment", "key": "REDIS_PASSWORD"}
    ]
    assert trigger["authenticationRef"] == {"name": login.name}


def test_keda_comes_only_where_a_queue_scales(cloud: Cloud) -> None:
    build(cloud, releases={"": Release(image=IMAGE, processes=[WEB, replace(WORKER, replicas_max=1)])})
    assert not [each for each in cloud.created if "keda" in each.name or each.type.endswith(":ScaledObject")]


def test_pods_start_once_the_migration_is_done_and_it_alone_has_its_secret(cloud: Cloud) -> None:
    build(cloud)
    job = cloud.only(k8s.batch.v1.Job)
    parents = {each.urn: each for each in cloud.created}
    for name in ("app-web-pods", "app-worker-pods", "app-scheduler-pods"):
        assert job.urn in parents[cloud.named(name).parent].depends_on or job.urn in cloud.named(name).depends_on
        assert "app-secrets-admin" not in str(pod(cloud, name))
    migration = container(cloud, "app-migration-job")
    assert migration["command"] == ["orders", "migrate"]
    sources = [{"configMapRef": {"name": "app-environment"}}] + [
        {"secretRef": {"name": f"app-secrets-{role}"}} for role in ("environment", "admin")
    ]
    assert migration["envFrom"] == sources
    assert pod(cloud, "app-migration-job")["securityContext"]["runAsUser"] == 10_001


def test_its_pods_may_what_it_is_told_and_nothing_else(cloud: Cloud) -> None:
    build(cloud)
    (statement,) = json.loads(cloud.named("app-role-policy").inputs["policy"])["Statement"]
    assert (statement["Action"], statement["Resource"]) == (["s3:GetObject"], ["arn:aws:s3:::orders/*"])
    trust = json.loads(cloud.named("app-role-role").inputs["assumeRolePolicy"])["Statement"][0]
    assert "orders" in str(trust["Condition"])
    assert cloud.named("app-account").inputs["metadata"]["name"] == "orders"


def test_the_namespace_has_room_for_what_runs_and_for_guests(cloud: Cloud) -> None:
    build(cloud, further_pods=[PodRoom(2, 10, 128)])
    hard = cloud.only(k8s.core.v1.ResourceQuota).inputs["spec"]["hard"]
    # 4 servers, 8 workers, a quarter more of each, as many that are ending; a scheduler and the one before it; a
    # migration; two guests
    most = (4 + 1 + 4) + (8 + 2 + 8) + 2 + 1
    assert hard["pods"] == str(most + 2)
    assert hard["requests.cpu"] == f"{most * 200 + 2 * 10}m"
    assert hard["requests.memory"] == f"{most * 256 + 2 * 128}Mi"
    (limit,) = cloud.only(k8s.core.v1.LimitRange).inputs["spec"]["limits"]
    assert limit["max"] == {"memory": "1024Mi"}


@pytest.mark.parametrize(
    ("profile", "path"), [(EdgeProfile(), "/health"), (EdgeProfile(health_path="/api/health"), "/api/health")]
)
def test_the_load_balancer_asks_for_health_where_the_profile_or_the_probe_says(
    cloud: Cloud, profile: EdgeProfile, path: str
) -> None:
    build(cloud, profile=profile)
    assert cloud.only(aws.lb.TargetGroup).inputs["healthCheck"]["path"] == path


def test_a_service_needs_no_secrets_files_or_migration(cloud: Cloud) -> None:
    build(
        cloud,
        releases={"": Release(image=IMAGE, processes=[WEB])},
        environment=[],
        secrets={},
        files={},
        migration=None,
        queue_server=None,
    )
    assert cloud.of(k8s.batch.v1.Job) == []
    assert not [each for each in cloud.created if "secrets" in each.name]
    assert container(cloud, "app-web-pods")["volumeMounts"] == []
    assert container(cloud, "app-web-pods")["envFrom"] == [{"configMapRef": {"name": "app-environment"}}]


def test_what_could_not_run_is_refused() -> None:
    with pytest.raises(ValueError, match="a path or a command"):
        Probe()
    with pytest.raises(ValueError, match="a single process has one replica"):
        replace(SCHEDULER, replicas_max=2)
    with pytest.raises(ValueError, match="replicas_max not below"):
        replace(WEB, replicas_max=1)
    with pytest.raises(ValueError, match="needs a port"):
        replace(WORKER, probes=WEB.probes)
    with pytest.raises(ValueError, match="one process has a port"):
        Release(image=IMAGE, processes=[WORKER])
    with pytest.raises(ValueError, match="differ in their names"):
        Release(image=IMAGE, processes=[WEB, WEB])


@pytest.mark.parametrize("folder", ["monitoring_stack", "rds_postgres", "shared", "web_service"])
def test_no_script_that_any_system_gets_names_an_application(folder: str) -> None:
    named = [path.name for path in ASSETS if path.parts[-3] == folder and "flowise" in path.read_text().lower()]
    assert named == []


def test_further_servers_are_reached_on_their_port_and_only_those(cloud: Cloud) -> None:
    server = PodServer(namespace="search", labels={"app.kubernetes.io/component": "engine"}, port=7700)
    build(cloud, access=NetworkAccess(servers={"search": server}))
    spec = cloud.named("app-search").inputs["spec"]
    (rule,) = spec["egress"]
    (peer,) = rule["to"]
    assert spec["podSelector"] == {}
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "search"}
    assert peer["podSelector"]["matchLabels"] == {"app.kubernetes.io/component": "engine"}
    assert rule["ports"] == [{"protocol": "TCP", "port": 7700}]


def test_a_database_goes_back_by_the_image_that_knows_the_way(cloud: Cloud) -> None:
    build(cloud, migration=replace(MIGRATION, image=NEXT))
    assert pod(cloud, "app-migration-job")["containers"][0]["image"] == NEXT
    assert pod(cloud, "app-web-pods")["containers"][0]["image"] == IMAGE
