"""Pairs of the laws in `sandbox/laws/kubernetes_fields.py`."""

from typing import Any

import pulumi_kubernetes as k8s

from .pair import GITHUB, Pair
from .programs import deployment


def _container(values: dict[str, Any]) -> None:
    deployment(values)


def _quota(amount: str) -> None:
    k8s.core.v1.ResourceQuota("quota", metadata={"name": "quota"}, spec={"hard": {"requests.memory": amount}})


def _affinity(expression: dict[str, Any]) -> None:
    spec: Any = {"selector": {"match_labels": {"a": "b"}, "match_expressions": [expression]}, "max_unavailable": 1}
    k8s.policy.v1.PodDisruptionBudget("budget", metadata={"name": "web"}, spec=spec)


def _claim(resources: dict[str, Any]) -> None:
    spec: Any = {"access_modes": ["ReadWriteOnce"], "resources": resources}
    annotations = {"pulumi.com/skipAwait": "true"}
    k8s.core.v1.PersistentVolumeClaim("claim", metadata={"name": "claim", "annotations": annotations}, spec=spec)


def _tls(data: dict[str, str]) -> None:
    k8s.core.v1.Secret("secret", metadata={"name": "secret"}, type="kubernetes.io/tls", string_data=data)


def _ingress(path: str) -> None:
    backend: Any = {"service": {"name": "web", "port": {"number": 80}}}
    rules: Any = [{"http": {"paths": [{"path": path, "path_type": "Prefix", "backend": backend}]}}]
    k8s.networking.v1.Ingress("ingress", metadata={"name": "web"}, spec={"rules": rules})


def _priority(value: int) -> None:
    k8s.scheduling.v1.PriorityClass("priority", metadata={"name": "priority"}, value=value)


def _definition(name: str) -> None:
    schema: Any = {"open_apiv3_schema": {"type": "object"}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    spec: Any = {"group": "example.com", "scope": "Namespaced", "versions": [version]}
    spec["names"] = {"plural": "widgets", "singular": "widget", "kind": "Widget"}
    k8s.apiextensions.v1.CustomResourceDefinition("widgets", metadata={"name": name}, spec=spec)


def _cron(name: str) -> None:
    pod: Any = {"containers": [{"name": "job", "image": "job:1.0"}], "restart_policy": "Never"}
    spec: Any = {"schedule": "0 3 * * *", "job_template": {"spec": {"template": {"spec": pod}}}}
    k8s.batch.v1.CronJob("job", metadata={"name": name}, spec=spec)


def _class(policy: str) -> None:
    metadata: Any = {"name": "fast"}
    k8s.storage.v1.StorageClass("class", metadata=metadata, provisioner="ebs.csi.aws.com", reclaim_policy=policy)


PAIRS = [
    Pair(
        "kubernetes-enum",
        'Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
        _container,
        {"image_pull_policy": "Sometimes"},
        {"image_pull_policy": "Always"},
    ),
    Pair("kubernetes-quantity", "quantities must match the regular expression", _quota, "10GB", "10Gi"),
    Pair(
        "kubernetes-label-selector",
        "must be specified when `operator` is 'In' or 'NotIn'",
        _affinity,
        {"key": "a", "operator": "In", "values": []},
        {"key": "a", "operator": "In", "values": ["b"]},
    ),
    Pair(
        "kubernetes-label-selector",
        "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        _affinity,
        {"key": "a", "operator": "Exists", "values": ["b"]},
        {"key": "a", "operator": "Exists"},
    ),
    Pair("kubernetes-image", "containers[0].image: Required value", _container, {"image": None}, {"image": "web:1.0"}),
    Pair(
        "kubernetes-claim",
        "spec.resources[storage]: Required value",
        _claim,
        {"limits": {"storage": "1Gi"}},
        {"requests": {"storage": "1Gi"}},
    ),
    Pair(
        "kubernetes-secret-type",
        "data[tls.key]: Required value",
        _tls,
        {"tls.crt": "c"},
        {"tls.crt": "c", "tls.key": "k"},
    ),
    Pair("kubernetes-ingress", "must be an absolute path", _ingress, "api", "/api"),
    Pair(
        "kubernetes-priority", "maximum allowed value of a user defined priority", _priority, 2_000_000_000, 1_000_000
    ),
    Pair(
        "kubernetes-definition-name",
        'must be spec.names.plural+"."+spec.group',
        _definition,
        "widget.example.com",
        "widgets.example.com",
    ),
    Pair("kubernetes-cron-name", "must be no more than 52 characters", _cron, "n" * 53, "n" * 52),
    Pair(
        "kubernetes-in-place",
        "updates to reclaimPolicy are forbidden.",
        _class,
        "Retain",
        "Delete",
        GITHUB + "pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go",
        first="Delete",
    ),
]
