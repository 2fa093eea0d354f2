from typing import Any

import pulumi_kubernetes as k8s

from components.flowise_service.queue_exporter import QueueExporter, QueueExporterArgs
from components.shared.external_secrets import SecretField
from components.shared.node_image import NodeImage
from components.shared.node_script import CPU_MILLICORES, MEMORY_MIB
from components.shared.references import CacheRef
from testing.cloud import Cloud

PASSWORD = SecretField(arn="arn:cache", version_id="v1", field="password")


def create() -> QueueExporter:
    return QueueExporter(
        "queue",
        QueueExporterArgs(
            namespace="flowise",
            labels={"app.kubernetes.io/name": "flowise"},
            tools_image=NodeImage("registry.example.com/tools:1.0.0"),
            queue_names=["flowise-queue-blue", "flowise-queue-green"],
            cache=CacheRef(address="cache.local", port=6379, username="flowise", password=PASSWORD),
            secret_name="cache-login",
        ),
    )


def spec(cloud: Cloud) -> dict[str, Any]:
    cloud.build(create)
    return dict(cloud.only(k8s.apps.v1.Deployment).inputs["spec"])


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    any_cloud.build(create)
    assert any_cloud.only(k8s.apps.v1.Deployment).name == "queue-exporter-pods"


def test_never_do_two_count_the_same_jobs(cloud: Cloud) -> None:
    deployment = spec(cloud)
    assert deployment["replicas"] == 1
    assert deployment["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}
    assert cloud.of(k8s.policy.v1.PodDisruptionBudget) == []


def test_it_knows_of_the_cache_and_of_nothing_else(cloud: Cloud) -> None:
    (container,) = spec(cloud)["template"]["spec"]["containers"]
    assert {each["name"]: each["value"] for each in container["env"]} == {
        "NODE_PATH": "/usr/local/lib/platform-tools/node_modules",
        "METRICS_PORT": "9464",
        "QUEUE_NAMES": "flowise-queue-blue,flowise-queue-green",
        "REDIS_HOST": "cache.local",
        "REDIS_PORT": "6379",
        "REDIS_USERNAME": "flowise",
        "REDIS_TLS": "true",
    }
    assert container["envFrom"] == [{"secretRef": {"name": "cache-login"}}]


def test_it_runs_its_script_from_files_that_it_cannot_change(cloud: Cloud) -> None:
    pod = spec(cloud)["template"]["spec"]
    (container,) = pod["containers"]
    assert container["command"] == ["node", "/etc/script/queue_exporter.cjs"]
    data = cloud.only(k8s.core.v1.ConfigMap).inputs["data"]
    assert set(data) == {"queue_exporter.cjs", "serving.cjs", "within.cjs", "json_logs.cjs"}
    assert container["volumeMounts"] == [{"name": "files", "mountPath": "/etc/script", "readOnly": True}]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod["automountServiceAccountToken"] is False


def test_the_kubelet_asks_it_on_the_port_of_its_metrics(cloud: Cloud) -> None:
    (container,) = spec(cloud)["template"]["spec"]["containers"]
    assert container["ports"] == [{"name": "metrics", "containerPort": 9464}]
    probed = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert probed == {
        "startup": {"path": "/readyz", "port": "metrics"},
        "liveness": {"path": "/livez", "port": "metrics"},
        "readiness": {"path": "/readyz", "port": "metrics"},
    }


def test_the_namespace_has_room_for_it(cloud: Cloud) -> None:
    (container,) = spec(cloud)["template"]["spec"]["containers"]
    wanted = {"cpu": f"{CPU_MILLICORES}m", "memory": f"{MEMORY_MIB}Mi"}
    assert container["resources"]["requests"] == wanted
