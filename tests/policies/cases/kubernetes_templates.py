"""Cases of the pack `kubernetes` about where pod templates stand: several in one object, parts of them, and what is none."""

import copy
from typing import Any

from .case import ABSENT, UNKNOWN, Case

_PATCH, _POD_PATCH = "kubernetes:apps/v1:DeploymentPatch", "kubernetes:core/v1:PodPatch"
_CLUSTER, _ROLLOUT, _OWN = (
    f"kubernetes:{kind}" for kind in ("ray.io/v1:RayCluster", "argoproj.io/v1alpha1:Rollout", "example.com/v1:Thing")
)
_FIRST, _SECOND = "spec.head.template.spec.containers.0", "spec.workers.0.template.spec.containers.0"


def _two(**container: Any) -> dict[str, Any]:
    """Return an object with two templates, both with a container."""
    head, worker = (
        {"template": {"spec": {"containers": [copy.deepcopy({"image": "a:1", **container})]}}} for _ in "ab"
    )
    return {"spec": {"head": head, "workers": [worker]}}


def _part(**container: Any) -> dict[str, Any]:
    """Return a patch of a Deployment's container."""
    return {"spec": {"template": {"spec": {"containers": [{"name": "a", **container}]}}}}


_CONTAINER = "spec.template.spec.containers.0"
_SPEC = "spec.template.spec"
CASES: dict[str, Case] = {
    "k8s-non-root/two": Case(_CLUSTER, _two(securityContext={"runAsNonRoot": True}), [{f"{at}.securityContext": {"runAsNonRoot": False}} for at in (_FIRST, _SECOND)] + [{f"{_SECOND}.securityContext": ABSENT}]),
    "k8s-uid/two": Case(_CLUSTER, _two(securityContext={"runAsUser": 20000.0}), [{f"{at}.securityContext": {"runAsUser": 10.0}} for at in (_FIRST, _SECOND)], [{f"{_SECOND}.securityContext": ABSENT}]),
    "k8s-capabilities/part": Case(
        _PATCH, _part(securityContext={"capabilities": {"drop": ["ALL"]}}), [{f"{_CONTAINER}.securityContext.capabilities.drop": ["NET_RAW"]}, {"spec.template.spec.containers": [{"securityContext": {"capabilities": {"drop": drop}}} for drop in (["ALL"], [])]}],
        [{f"{_CONTAINER}.securityContext": ABSENT}],
    ),
    "k8s-image/part": Case(_PATCH, _part(image="a:1"), [{f"{_CONTAINER}.image": "a"}, {f"{_SPEC}.containers": [{"image": "a:1"}, {"image": "a:latest"}]}], [{f"{_CONTAINER}.image": ABSENT}, {f"{_CONTAINER}.image": UNKNOWN}]),
    "k8s-sa-own/part": Case(_PATCH, {"spec": {"template": {"spec": {"serviceAccountName": "own"}}}}, [{f"{_SPEC}.serviceAccountName": "default"}], [{f"{_SPEC}.serviceAccountName": ABSENT}]),
    "k8s-sa-token/part": Case(_PATCH, {"spec": {"template": {"spec": {"automountServiceAccountToken": False}}}}, [{f"{_SPEC}.automountServiceAccountToken": True}], [{f"{_SPEC}.automountServiceAccountToken": ABSENT}]),
    "k8s-readonly-root/part": Case(
        _PATCH, _part(securityContext={"readOnlyRootFilesystem": True}), [{f"{_CONTAINER}.securityContext.readOnlyRootFilesystem": False}, {f"{_SPEC}.containers": [{"securityContext": {"readOnlyRootFilesystem": one}} for one in (True, False)]}],
        [{f"{_CONTAINER}.securityContext": ABSENT}, {f"{_CONTAINER}.securityContext.readOnlyRootFilesystem": UNKNOWN}],
    ),
    "k8s-host-namespaces/no-container": Case(_POD_PATCH, {"spec": {"nodeName": "a"}}, [{"spec.hostNetwork": True}], [{"spec": ABSENT}]),
    # what a custom resource's controller makes pods of as it stands, and what it merges into a pod of its own
    "k8s-escalation/whole": Case(
        _ROLLOUT, {"spec": {"template": {"spec": {"containers": [{"image": "a:1", "securityContext": {"allowPrivilegeEscalation": False}}]}}}}, [{f"{_CONTAINER}.securityContext": ABSENT}],
        [{f"{_SPEC}.containers": [{"name": "main"}]}, {f"{_SPEC}.containers": [{"image": "a:1"}, {"name": "main"}]}],
    ),
    "k8s-escalation/merged": Case(_OWN, {"spec": {"containers": [{"image": "a:1"}]}}, [{"spec.containers.0.securityContext": {"allowPrivilegeEscalation": True}}], [{"spec": ABSENT}]),
    # what has a pod's words and is none
    "k8s-volumes/no-pod": Case(_OWN, {"spec": {"volumes": [{"name": "a", "nfs": {"server": "s"}}]}}, [{"spec.hostPID": False}], [{"spec": ABSENT}], unknown_refused=True),
    "k8s-privileged/no-pod": Case(
        _OWN, {"spec": {"steps": [{"name": "a", "securityContext": {"privileged": True}}]}}, [{"spec.steps": [{"name": "a"}, {"image": "a:1", "securityContext": {"privileged": True}}]}, {"spec.container": {"name": "a"}, "spec.script": {"image": "a:1", "securityContext": {"privileged": True}}}],
        [{"spec": ABSENT}],
    ),
    "k8s-host-path/among-others": Case(_OWN, {"spec": {"volumes": [{"name": "a"}]}}, [{"spec.volumes": [{"name": "a"}, {"name": "b", "hostPath": {"path": "/"}}]}], [{"spec": ABSENT}]),
}  # fmt: skip
