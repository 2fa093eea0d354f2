"""Pairs of the laws in `sandbox/laws/kubernetes_kinds.py`."""

from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from .pair import GITHUB, Pair
from .programs import keda_watching


def _in_namespace(made: bool) -> None:
    if made:
        k8s.core.v1.Namespace("ns", metadata={"name": "flowise"})
    k8s.core.v1.ConfigMap("config", metadata={"name": "config", "namespace": "flowise"}, data={"a": "b"})


def _issuer(values: dict[str, Any] | None) -> None:
    after: list[pulumi.Resource] = []
    if values is not None:
        after = [k8s.helm.v3.Release("cm", chart="cert-manager", namespace="kube-system", values=values)]
    k8s.apiextensions.CustomResource(
        "issuer",
        api_version="cert-manager.io/v1",
        kind="ClusterIssuer",
        metadata={"name": "issuer"},
        opts=pulumi.ResourceOptions(depends_on=after),
    )


def _budget(version: str) -> None:
    kind: Any = k8s.policy.v1beta1 if version == "v1beta1" else k8s.policy.v1
    kind.PodDisruptionBudget("budget", metadata={"name": "web"}, spec={"min_available": 1, "selector": {}})


def _ingress(path_type: str | None) -> None:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    path: Any = {"path": "/", "backend": backend, **({"path_type": path_type} if path_type else {})}
    k8s.networking.v1.Ingress("ingress", metadata={"name": "web"}, spec={"rules": [{"http": {"paths": [path]}}]})


PAIRS = [
    Pair("kubernetes-schema", "pathType", _ingress, None, "Prefix"),
    Pair(
        "kubernetes-kind",
        'no matches for kind "PodDisruptionBudget" in version "policy/v1beta1"',
        _budget,
        "v1beta1",
        "v1",
        GITHUB + "helm/community/issues/279",
    ),
    Pair(
        "kubernetes-kind",
        "ensure CRDs are installed first",
        _issuer,
        None,
        {"crds": {"enabled": True}},
        GITHUB + "cert-manager/cert-manager/issues/5176",
    ),
    Pair(
        "kubernetes-kind",
        "ensure CRDs are installed first",
        _issuer,
        {"replicaCount": 2},
        {"installCRDs": True},
        GITHUB + "pulumi/pulumi-kubernetes/issues/1023",
    ),
    Pair("kubernetes-namespace", 'namespaces "flowise" not found', _in_namespace, False, True),
    Pair(
        "kubernetes-namespace",
        'namespaces "jobs" not found',
        keda_watching,
        {"namespaces": ("keda",), "scaled": ()},
        {"scaled": ()},
    ),
]
