"""Pods that differ in what the Pod Security Standards are about: each fault alone, where it may stand, and others beside it."""

import copy
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

Pod = dict[str, Any]
_SOUND = {
    "allowPrivilegeEscalation": False, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"},
}  # fmt: skip
# of security contexts, on a pod or on a container
_EITHER: list[tuple[str, Any]] = [
    ("runAsNonRoot", False), ("runAsNonRoot", True), ("runAsUser", 0), ("runAsUser", 1000), ("seccompProfile", {"type": "Unconfined"}),
    ("seccompProfile", {"type": "Localhost", "localhostProfile": "own"}), ("seLinuxOptions", {"type": "spc_t"}), ("seLinuxOptions", {"type": "container_engine_t"}),
    ("seLinuxOptions", {"type": "container_t", "level": "s0"}), ("seLinuxOptions", {"user": "system_u"}), ("seLinuxOptions", {"role": "system_r"}), ("seLinuxOptions", {}),
    ("appArmorProfile", {"type": "Unconfined"}), ("appArmorProfile", {"type": "RuntimeDefault"}), ("appArmorProfile", {"type": "Localhost"}),
    ("windowsOptions", {"hostProcess": True}), ("windowsOptions", {"hostProcess": False}),
]  # fmt: skip
# of a container's security context alone
_CONTAINER: list[tuple[str, Any]] = [
    ("privileged", True), ("privileged", False), ("allowPrivilegeEscalation", True), ("allowPrivilegeEscalation", None), ("procMount", "Unmasked"), ("procMount", "Default"),
    ("capabilities", None), ("capabilities", {"drop": ["NET_RAW"]}), ("capabilities", {"drop": ["all"]}), ("capabilities", {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}),
    ("capabilities", {"drop": ["ALL"], "add": ["CHOWN"]}), ("capabilities", {"drop": ["ALL"], "add": ["SYS_ADMIN", "NET_BIND_SERVICE"]}), ("capabilities", {"add": ["ALL"]}),
]  # fmt: skip
_VOLUMES: list[dict[str, Any]] = [
        {"hostPath": {"path": "/"}}, {"nfs": {"server": "s", "path": "/"}}, {"awsElasticBlockStore": {"volumeID": "v"}}, {"gitRepo": {"repository": "r"}}, {"emptyDir": {}}, {"configMap": {"name": "c"}},
        {"secret": {"secretName": "s"}}, {"downwardAPI": {}}, {"projected": {"sources": []}}, {"csi": {"driver": "d"}}, {"ephemeral": {}}, {"persistentVolumeClaim": {"claimName": "c"}}, {"image": {"reference": "r"}},
        {"iscsi": {"targetPortal": "p", "iqn": "i", "lun": 0}}, {"flexVolume": {"driver": "d"}},
    ]  # fmt: skip
_WHOLE: list[Mapping[str, Any]] = [
    {}, {"hostNetwork": True}, {"hostPID": True}, {"hostIPC": True}, {"hostNetwork": False}, {"shareProcessNamespace": True}, {"hostUsers": False}, {"hostUsers": True},
    {"os": {"name": "windows"}}, {"os": {"name": "linux"}}, {"hostUsers": False, "os": {"name": "windows"}},
    *({"volumes": [{"name": "a", **volume}]} for volume in _VOLUMES),
    *({"securityContext": {"sysctls": [{"name": name, "value": "1"}]}} for name in (
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem", "kernel.msgmax", "net.core.somaxconn", "net.ipv4.ping_group_range",
    )),
]  # fmt: skip
_OUTSIDE: list[Mapping[str, Any]] = [
    {place: {how: {"port": 80, "host": host}}}
    for place in ("livenessProbe", "readinessProbe", "startupProbe")
    for how in ("httpGet", "tcpSocket")
    for host in ("", "169.254.169.254")
] + [
    *({"lifecycle": {hook: {"httpGet": {"port": 80, "host": "elsewhere"}}}} for hook in ("postStart", "preStop")),
    {"ports": [{"containerPort": 80, "hostPort": 80}]}, {"ports": [{"containerPort": 80, "hostPort": 0}]}, {"ports": [{"containerPort": 80}]},
]  # fmt: skip
_ANNOTATIONS = ("unconfined", "runtime/default", "localhost/own", "")
_PLACES = ("containers", "initContainers", "ephemeralContainers")


# the evaluator's checks, and the rules that are them; what baseline allows of capabilities the restricted level does not
CHECKS = {
    "privileged": {"k8s-privileged"}, "hostNamespaces": {"k8s-host-namespaces"}, "hostPathVolumes": {"k8s-host-path"}, "hostPorts": {"k8s-host-port"},
    "capabilities_restricted": {"k8s-capabilities", "k8s-capabilities-add"}, "capabilities_baseline": {"k8s-capabilities-add"}, "seLinuxOptions": {"k8s-selinux"}, "appArmorProfile": {"k8s-apparmor"},
    "procMount": {"k8s-proc-mount"}, "procMount_restricted": {"k8s-proc-mount"}, "seccompProfile_baseline": {"k8s-seccomp"}, "seccompProfile_restricted": {"k8s-seccomp"}, "sysctls": {"k8s-sysctls"},
    "windowsHostProcess": {"k8s-host-process"}, "hostProbesAndHostLifecycle": {"k8s-probe-host"}, "allowPrivilegeEscalation": {"k8s-escalation"}, "restrictedVolumes": {"k8s-volumes"},
    "runAsNonRoot": {"k8s-non-root"}, "runAsUser": {"k8s-root-user"},
}  # fmt: skip


def every() -> Iterator[Pod]:
    """Yield the pods, always the same ones in the same order: `metadata` and `spec`."""
    for sound in (True, False):
        for whole in _WHOLE:
            yield _pod(sound, whole)
        for place in _PLACES:
            for key, value in (*_EITHER, *_CONTAINER):
                yield _with(_pod(sound, {}), place, {"securityContext": {**(_SOUND if sound else {}), key: value}})
            for more in _OUTSIDE:
                yield _with(_pod(sound, {}), place, more)
        for key, value in _EITHER:
            pod = _pod(sound, {"securityContext": {key: value}})
            yield pod
            # the pod's word where its container has none
            bare = copy.deepcopy(pod)
            bare["spec"]["containers"][0].get("securityContext", {}).pop(key, None)
            yield bare
            for other in (value for name, value in _EITHER if name == key):
                yield _with(pod, "containers", {"securityContext": {**(_SOUND if sound else {}), key: other}})
        for profile in _ANNOTATIONS:
            pod = _pod(sound, {})
            pod["metadata"]["annotations"] = {"container.apparmor.security.beta.kubernetes.io/main": profile}
            yield pod
    for spared in ({"hostUsers": False}, {"os": {"name": "windows"}}):
        for key, value in (*_EITHER, *_CONTAINER):
            yield _with(_pod(False, spared), "containers", {"securityContext": {key: value}})


def _pod(sound: bool, whole: Mapping[str, Any]) -> Pod:
    main: dict[str, Any] = {"name": "main", "image": "app:1"} | ({"securityContext": dict(_SOUND)} if sound else {})
    return {"metadata": {"name": "pod"}, "spec": {"containers": [main], **copy.deepcopy(dict(whole))}}


def _with(base: Pod, place: str, changes: Mapping[str, Any]) -> Pod:
    changed = copy.deepcopy(base)
    if place == "containers":
        changed["spec"]["containers"][0] |= copy.deepcopy(dict(changes))
    else:
        changed["spec"][place] = [{"name": "more", "image": "app:1", **copy.deepcopy(dict(changes))}]
    pod: Pod = _without_nothing(changed)
    return pod


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nothing(item) for key, item in value.items() if item is not None}
    return [_without_nothing(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.stdout.write("".join(json.dumps(pod) + "\n" for pod in every()))
