"""Pairs of the laws in `sandbox/laws/kubernetes_pods.py`."""

from typing import Any

import pulumi_kubernetes as k8s

from .pair import GITHUB, Pair
from .programs import deployment

SECURE: dict[str, Any] = {
    "allow_privilege_escalation": False,
    "run_as_non_root": True,
    "capabilities": {"drop": ["ALL"]},
    "seccomp_profile": {"type": "RuntimeDefault"},
}


def _reads_secret(made: bool) -> None:
    if made:
        k8s.core.v1.Secret("keys", metadata={"name": "keys", "namespace": "default"}, string_data={"key": "x"})
    reference = {"name": "KEY", "value_from": {"secret_key_ref": {"name": "keys", "key": "key"}}}
    deployment({"env": [reference]}, namespace="default")


def _account(made: bool) -> None:
    if made:
        k8s.core.v1.ServiceAccount("account", metadata={"name": "web", "namespace": "default"})
    deployment(service_account_name="web", namespace="default")


def _restricted(security: dict[str, Any]) -> None:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = k8s.core.v1.Namespace("ns", metadata={"name": "flowise", "labels": labels})
    main: Any = {"name": "web", "image": "web:1.0", "security_context": security}
    k8s.core.v1.Pod("web", metadata={"name": "web", "namespace": namespace.metadata.name}, spec={"containers": [main]})


PAIRS = [
    Pair("kubernetes-pod-reference", 'secret "keys" not found', _reads_secret, False, True),
    Pair("kubernetes-pod-reference", 'serviceaccount "web" not found', _account, False, True),
    Pair(
        "kubernetes-pod-security",
        'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
        _restricted,
        {},
        SECURE,
        GITHUB + "vadimkim/cert-manager-webhook-hetzner/pull/29",
    ),
]
