"""Pods and namespaces, after the restricted Pod Security Standard."""

import re
from collections.abc import Callable
from typing import Any

from .reading import UNKNOWN, get, items
from .rule import Rule

_WORKLOADS = r"kubernetes:(core/v1:Pod|(apps|batch)/v1:(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob))"
_HOST = ("hostNetwork", "hostPID", "hostIPC")
_TAGGED = re.compile(r".+(:[^/:]+|@sha256:[0-9a-f]{64})")


def _pod(props: dict[str, Any]) -> Any:
    for path in (("spec", "jobTemplate", "spec", "template", "spec"), ("spec", "template", "spec"), ("spec",)):
        found = get(props, *path)
        if isinstance(found, dict) and "containers" in found:
            return found
    return {}


def _containers(pod: Any) -> list[Any]:
    return [c for key in ("containers", "initContainers", "ephemeralContainers") for c in items(pod, key)]


def _each(holds: Callable[[Any, Any], bool]) -> Callable[[dict[str, Any]], bool]:
    """A rule over every container of the pod: `holds(container's security context, pod's)`."""

    def judge(props: dict[str, Any]) -> bool:
        pod = _pod(props)
        own = get(pod, "securityContext")
        return all(holds(get(container, "securityContext"), own) for container in _containers(pod))

    return judge


def _image(props: dict[str, Any]) -> bool:
    def pinned(image: Any) -> bool:
        return image is UNKNOWN or (
            isinstance(image, str) and bool(_TAGGED.fullmatch(image)) and not image.endswith(":latest")
        )

    return all(pinned(get(container, "image")) for container in _containers(_pod(props)))


def _no_host(props: dict[str, Any]) -> bool:
    pod = _pod(props)
    on_host = any(get(pod, key) not in (False, None) for key in _HOST)
    return not on_host and all(get(volume, "hostPath") is None for volume in items(pod, "volumes"))


def _limits(props: dict[str, Any]) -> bool:
    wanted = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))
    return all(get(c, "resources", *path) is not None for c in _containers(_pod(props)) for path in wanted)


def _no_stars(props: dict[str, Any]) -> bool:
    return not any(
        "*" in items(rule, key) for rule in items(props, "rules") for key in ("apiGroups", "resources", "verbs")
    )


RULES = (
    Rule(
        "k8s-privileged",
        "critical",
        _WORKLOADS,
        _each(lambda c, _: get(c, "privileged") in (False, None)),
        "leave privileged off",
        "PSS baseline",
    ),
    Rule(
        "k8s-escalation",
        "high",
        _WORKLOADS,
        _each(lambda c, _: get(c, "allowPrivilegeEscalation") is False),
        "set allowPrivilegeEscalation to false on every container",
        "PSS restricted",
    ),
    Rule(
        "k8s-capabilities",
        "high",
        _WORKLOADS,
        _each(lambda c, _: "ALL" in items(c, "capabilities", "drop")),
        "drop ALL capabilities on every container",
        "PSS restricted",
    ),
    Rule(
        "k8s-non-root",
        "high",
        _WORKLOADS,
        _each(
            lambda c, pod: (
                True in (get(c, "runAsNonRoot"), get(pod, "runAsNonRoot"))
                and 0 not in (get(c, "runAsUser"), get(pod, "runAsUser"))
            )
        ),
        "set runAsNonRoot, and no user 0",
        "PSS restricted",
    ),
    Rule(
        "k8s-readonly-root",
        "high",
        _WORKLOADS,
        _each(lambda c, _: get(c, "readOnlyRootFilesystem") is True),
        "set readOnlyRootFilesystem, and mount what is written",
        "CKV_K8S_22",
    ),
    Rule(
        "k8s-host",
        "critical",
        _WORKLOADS,
        _no_host,
        "use none of the node's network, processes or folders",
        "PSS baseline",
    ),
    Rule(
        "k8s-image",
        "high",
        _WORKLOADS,
        _image,
        "pin the image by a version or digest: latest is another image tomorrow",
        "CKV_K8S_14",
    ),
    Rule(
        "k8s-resources", "medium", _WORKLOADS, _limits, "set cpu and memory requests, and a memory limit", "CKV_K8S_10"
    ),
    Rule(
        "k8s-rbac-star",
        "high",
        r"kubernetes:rbac.authorization.k8s.io/v1:(ClusterRole|Role)",
        _no_stars,
        "name groups, resources and verbs",
        "CIS EKS 4.1.3",
    ),
    Rule(
        "k8s-ns-pss-label",
        "high",
        r"kubernetes:core/v1:Namespace",
        lambda p: (
            get(p, "metadata", "labels", "pod-security.kubernetes.io/enforce")
            in ("restricted", "baseline", "privileged")
        ),
        "label the namespace with the Pod Security level that it enforces",
        "CIS EKS 4.2.1",
    ),
)
