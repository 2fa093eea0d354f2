"""Pairs of the laws in `sandbox/laws/kubernetes_rbac.py`."""

from typing import Any

import pulumi_kubernetes as k8s

from .pair import Pair


def _role(rule: Any) -> None:
    k8s.rbac.v1.Role("role", metadata={"name": "role"}, rules=[rule])


def _cluster_role(rule: Any) -> None:
    k8s.rbac.v1.ClusterRole("role", metadata={"name": "role"}, rules=[rule])


def _subject(subject: Any) -> None:
    reference: Any = {"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    k8s.rbac.v1.ClusterRoleBinding("binding", metadata={"name": "b"}, role_ref=reference, subjects=[subject])


def _reference(kind: str) -> None:
    reference: Any = {"api_group": "rbac.authorization.k8s.io", "kind": kind, "name": "view"}
    subject: Any = {"kind": "ServiceAccount", "name": "s", "namespace": "default"}
    k8s.rbac.v1.ClusterRoleBinding("binding", metadata={"name": "b"}, role_ref=reference, subjects=[subject])


PODS = {"resources": ["pods"], "verbs": ["get"]}
OF_CORE = {"api_groups": [""], **PODS}

PAIRS = [
    Pair("kubernetes-role-rule", "resource rules must supply at least one api group", _role, PODS, OF_CORE),
    Pair("kubernetes-role-rule", "verbs must contain at least one value", _role, {**OF_CORE, "verbs": []}, OF_CORE),
    Pair(
        "kubernetes-role-rule",
        "namespaced rules cannot apply to non-resource URLs",
        _role,
        {"non_resource_urls": ["/metrics"], "verbs": ["get"]},
        OF_CORE,
    ),
    Pair(
        "kubernetes-role-rule",
        "rules cannot apply to both regular resources and non-resource URLs",
        _cluster_role,
        {**OF_CORE, "non_resource_urls": ["/metrics"]},
        {"non_resource_urls": ["/metrics"], "verbs": ["get"]},
    ),
    Pair(
        "kubernetes-binding",
        "subjects[0].namespace: Required value",
        _subject,
        {"kind": "ServiceAccount", "name": "s"},
        {"kind": "ServiceAccount", "name": "s", "namespace": "default"},
    ),
    Pair("kubernetes-binding", 'roleRef.kind: Unsupported value: "Role"', _reference, "Role", "ClusterRole"),
]
