"""Pairs of the laws in `sandbox/laws/kubernetes_objects.py`."""

from typing import Any

import pulumi_kubernetes as k8s

from .pair import GITHUB, Pair
from .programs import deployment


def _container(values: dict[str, Any]) -> None:
    deployment(values)


def _labels(labels: dict[str, str]) -> None:
    deployment(labels=labels)


def _mounts(volumes: list[Any]) -> None:
    deployment({"volume_mounts": [{"name": "tmp", "mount_path": "/tmp"}]}, volumes=volumes)


def _budget_floor(spec: Any) -> None:
    k8s.policy.v1.PodDisruptionBudget("budget", metadata={"name": "web"}, spec=spec)


def _autoscaler(most: int) -> None:
    target = {"api_version": "apps/v1", "kind": "Deployment", "name": "web"}
    spec: Any = {"scale_target_ref": target, "min_replicas": 3, "max_replicas": most}
    k8s.autoscaling.v2.HorizontalPodAutoscaler("scaler", metadata={"name": "web"}, spec=spec)


def _service(ports: list[Any]) -> None:
    k8s.core.v1.Service("service", metadata={"name": "web"}, spec={"ports": ports, "selector": {"app": "web"}})


def _name(name: str) -> None:
    k8s.core.v1.ConfigMap("config", metadata={"name": name}, data={"a": "b"})


def _rollout(unavailable: Any) -> None:
    rolling = {"max_surge": 0, "max_unavailable": unavailable}
    deployment(deployment={"strategy": {"type": "RollingUpdate", "rolling_update": rolling}})


def _job(policy: str | None) -> None:
    spec: Any = {"containers": [{"name": "job", "image": "job:1.0"}], **({"restart_policy": policy} if policy else {})}
    k8s.batch.v1.Job("job", metadata={"name": "job"}, spec={"template": {"spec": spec}})


def _cron(schedule: str) -> None:
    pod: Any = {"containers": [{"name": "job", "image": "job:1.0"}], "restart_policy": "Never"}
    spec: Any = {"schedule": schedule, "job_template": {"spec": {"template": {"spec": pod}}}}
    k8s.batch.v1.CronJob("job", metadata={"name": "job"}, spec=spec)


def _secret(data: dict[str, str]) -> None:
    k8s.core.v1.Secret("secret", metadata={"name": "secret"}, data=data)


def _policy(block: dict[str, Any]) -> None:
    spec: Any = {"pod_selector": {}, "egress": [{"to": [{"ip_block": block}]}]}
    k8s.networking.v1.NetworkPolicy("policy", metadata={"name": "policy"}, spec=spec)


def _labelled(value: str) -> None:
    k8s.core.v1.ConfigMap("config", metadata={"labels": {"version": value}}, data={"a": "b"})


REQUESTS = {"requests": {"memory": "512Mi"}, "limits": {"memory": "1Gi"}}


PAIRS = [
    Pair(
        "kubernetes-metadata",
        "a valid label must be an empty string or consist of",
        _labelled,
        "feature/login",
        "feature-login",
    ),
    Pair(
        "kubernetes-selector",
        "`selector` does not match template `labels`",
        _labels,
        {"app": "site"},
        {"app": "web", "tier": "front"},
        GITHUB + "cloudnativedevops/demo/pull/17",
    ),
    Pair(
        "kubernetes-container",
        "must be no more than 15 characters",
        _container,
        {"ports": [{"name": "metrics-exporter", "container_port": 9100}]},
        {"ports": [{"name": "metrics", "container_port": 9100}]},
        GITHUB + "gravitee-io/issues/issues/8345",
    ),
    Pair(
        "kubernetes-service-port",
        "must be no more than 15 characters",
        _service,
        [{"port": 80, "target_port": "upgrade-es-https"}],
        [{"port": 80, "target_port": "es-https"}],
        GITHUB + "mbentley/docker-omada-controller/issues/808",
    ),
    Pair(
        "kubernetes-service-port",
        "spec.ports[0].name: Required value",
        _service,
        [{"port": 80}, {"port": 443}],
        [{"port": 80, "name": "http"}, {"port": 443, "name": "https"}],
    ),
    Pair(
        "kubernetes-container",
        "quantities must match the regular expression",
        _container,
        {"resources": {"requests": {"memory": "512MB"}}},
        {"resources": REQUESTS},
    ),
    Pair(
        "kubernetes-container",
        "must be less than or equal to memory limit",
        _container,
        {"resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}},
        {"resources": REQUESTS},
    ),
    Pair(
        "kubernetes-container",
        "may not be specified when `value` is not empty",
        _container,
        {"env": [{"name": "A", "value": "b", "value_from": {"field_ref": {"field_path": "metadata.name"}}}]},
        {"env": [{"name": "A", "value": "b"}]},
    ),
    Pair(
        "kubernetes-container",
        "must not start with a digit",
        _container,
        {"env": [{"name": "1A", "value": "b"}]},
        {"env": [{"name": "A1", "value": "b"}]},
    ),
    Pair("kubernetes-container", 'Not found: "tmp"', _mounts, [], [{"name": "tmp", "empty_dir": {}}]),
    Pair(
        "kubernetes-container",
        "must specify one handler type",
        _container,
        {"liveness_probe": {"http_get": {"path": "/", "port": 80}, "tcp_socket": {"port": 80}}},
        {"liveness_probe": {"http_get": {"path": "/", "port": 80}}},
    ),
    Pair(
        "kubernetes-container",
        "runAsUser breaks non-root policy",
        _container,
        {"security_context": {"run_as_non_root": True, "run_as_user": 0}},
        {"security_context": {"run_as_non_root": True, "run_as_user": 1000}},
    ),
    Pair(
        "kubernetes-metadata",
        "a valid label must be an empty string or consist of",
        _labels,
        {"app": "web", "team": "Data & AI"},
        {"app": "web", "team": "data-ai"},
    ),
    Pair("kubernetes-metadata", "must be a lowercase RFC 1123 name", _name, "Flowise_Config", "flowise-config"),
    Pair("kubernetes-rollout", "may not be 0 when `maxSurge` is 0", _rollout, 0, 1),
    Pair("kubernetes-selector", 'valid values: "OnFailure", "Never"', _job, None, "Never"),
    Pair("kubernetes-cron-schedule", "expected exactly 5 fields", _cron, "0 3 * *", "0 3 * * *"),
    Pair("kubernetes-config-data", "illegal base64 data", _secret, {"key": "plain text"}, {"key": "cGxhaW4="}),
    Pair(
        "kubernetes-network-policy",
        "must be a strict subset",
        _policy,
        {"cidr": "10.0.0.0/16", "except": ["192.168.0.0/24"]},
        {"cidr": "10.0.0.0/16", "except": ["10.0.1.0/24"]},
    ),
    Pair("kubernetes-autoscaler", "greater than or equal to `minReplicas`", _autoscaler, 2, 6),
    Pair(
        "kubernetes-disruption-budget",
        "cannot be both set",
        _budget_floor,
        {"min_available": 1, "max_unavailable": 1},
        {"min_available": 1},
    ),
]
