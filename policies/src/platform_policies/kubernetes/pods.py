"""Pods, after the restricted Pod Security Standard and what scanners add to it."""

import re
from collections.abc import Callable
from typing import Any

from ..kit.reading import UNKNOWN, among, get, given, items, off
from ..kit.rule import Resource, Rule

WORKLOADS = r"kubernetes:(core/v1:(Pod|ReplicationController)|(apps|batch)/v1:(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob))"
_SERVING = r"kubernetes:apps/v1:(Deployment|StatefulSet|DaemonSet)"
_TAGGED = re.compile(r".+(:[^/:]+|@sha256:[0-9a-f]{64})")
_DIGEST = re.compile(r".+@sha256:[0-9a-f]{64}")
# PSS restricted: the volume types that a pod may use
_VOLUMES = ("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret")
# PSS baseline: sysctls that reach no further than the pod
_SYSCTLS = (
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
)  # fmt: skip
_SECRET = re.compile(
    r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|gh[pousr]_[A-Za-z0-9]{36}|xox[abpr]-[A-Za-z0-9-]{10,}|"
    r"sk-[A-Za-z0-9_-]{20,}|dapi[0-9a-f]{32}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}|[a-z]+://[^/\s:@]+:[^/\s:@]{3,}@"
)
_SECRET_NAME = re.compile(
    r"(?i)(^|[_.-])(passwords?|passwd|secret|token|api_?key|private_?key|access_?key|encryption_?key)$"
)
_CONFIGURE = "https://kubernetes.io/docs/tasks/configure-pod-container"
_PROBES = f"{_CONFIGURE}/configure-liveness-readiness-startup-probes/"


def pod(props: dict[str, Any]) -> Any:
    """Return the specification of a workload's pods; UNKNOWN where it is unknown, empty where there is none."""
    for path in (("spec", "jobTemplate", "spec", "template", "spec"), ("spec", "template", "spec"), ("spec",)):
        found = get(props, *path)
        if found is UNKNOWN or (isinstance(found, dict) and "containers" in found):
            return found
    return {}


def containers(spec: Any) -> list[Any]:
    """Return all containers of a pod, as far as they are known."""
    every = [c for key in ("containers", "initContainers", "ephemeralContainers") for c in items(spec, key)]
    return [container for container in every if container is not UNKNOWN]


def _each(holds: Callable[[Any], bool]) -> Callable[[Resource], bool]:
    return lambda resource: all(holds(container) for container in containers(pod(resource.props)))


def _pods(holds: Callable[[Any], bool]) -> Callable[[Resource], bool]:
    def judge(resource: Resource) -> bool:
        spec = pod(resource.props)
        return spec is UNKNOWN or not spec or holds(spec)

    return judge


def _own_or_pods(key: str, holds: Callable[[Any], bool]) -> Callable[[Resource], bool]:
    """Return a field of the security context, that a container sets or takes from its pod."""

    def judge(spec: Any) -> bool:
        outer = get(spec, "securityContext", key)
        inner = [get(container, "securityContext", key) for container in containers(spec)]
        return all(holds(outer if own is None else own) for own in inner)

    return _pods(judge)


def _no_root(spec: Any) -> bool:
    users = [get(holder, "securityContext", "runAsUser") for holder in [spec, *containers(spec)]]
    return not any(user is not UNKNOWN and user == 0 for user in users)


def _high(least: Any) -> Callable[[Any], bool]:
    return lambda value: value is UNKNOWN or value is None or value >= least


def _uid(resource: Resource) -> bool:
    return _own_or_pods("runAsUser", _high(resource.parameters["least"]))(resource)


def _capabilities(container: Any) -> bool:
    added = get(container, "securityContext", "capabilities", "add")
    return (
        not any(one not in ("NET_BIND_SERVICE", UNKNOWN) for one in items(added)) if isinstance(added, list) else True
    )


def _drops(container: Any) -> bool:
    dropped = get(container, "securityContext", "capabilities", "drop")
    return dropped is UNKNOWN or "ALL" in items(dropped) or UNKNOWN in items(dropped)


def _volumes(spec: Any) -> bool:
    return all(
        volume is UNKNOWN or any(kind in volume for kind in _VOLUMES) or set(volume) <= {"name"}
        for volume in items(spec, "volumes")
    )


def _sysctls(spec: Any) -> bool:
    named = [get(one, "name") for one in items(spec, "securityContext", "sysctls")]
    return all(among(name, *_SYSCTLS) for name in named)


def _gid(resource: Resource) -> bool:
    return _own_or_pods("runAsGroup", _high(resource.parameters["least"]))(resource)


def _named(*path: str) -> Callable[[Any], bool]:
    return lambda container: given(get(container, "resources", *path))


def _storage(container: Any) -> bool:
    return all(_named(kind, "ephemeral-storage")(container) for kind in ("requests", "limits"))


def _image(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    def holds(container: Any) -> bool:
        image = get(container, "image")
        return image is UNKNOWN or (
            isinstance(image, str) and bool(pattern.fullmatch(image)) and not image.endswith(":latest")
        )

    return holds


def _registry(resource: Resource) -> bool:
    allowed: list[str] = resource.parameters["registries"]
    images = [get(container, "image") for container in containers(pod(resource.props))]
    return not allowed or all(not isinstance(image, str) or image.startswith(tuple(allowed)) for image in images)


def _limited(container: Any) -> bool:
    wanted = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))
    return all(given(get(container, "resources", *path)) for path in wanted)


def _alive(spec: Any) -> bool:
    return all(given(get(c, "livenessProbe")) for c in items(spec, "containers") if c is not UNKNOWN)


def _ready(spec: Any) -> bool:
    called = [c for c in items(spec, "containers") if c is not UNKNOWN and given(get(c, "ports"))]
    return all(given(get(container, "readinessProbe")) for container in called)


def _different(container: Any) -> bool:
    alive, ready = (get(container, key) for key in ("livenessProbe", "readinessProbe"))
    if not (isinstance(alive, dict) and isinstance(ready, dict)) or UNKNOWN in (*alive.values(), *ready.values()):
        return True
    # the same question is no harm where life is lost later than readiness
    patience = [(get(p, "failureThreshold") or 3) * (get(p, "periodSeconds") or 10) for p in (alive, ready)]
    asked = [{key: probe.get(key) for key in ("httpGet", "exec", "tcpSocket", "grpc")} for probe in (alive, ready)]
    return asked[0] != asked[1] or bool(patience[0] > patience[1])


def _bounded(spec: Any) -> bool:
    return all(
        get(volume, "emptyDir") is None
        or get(volume, "emptyDir") is UNKNOWN
        or given(get(volume, "emptyDir", "sizeLimit"))
        for volume in items(spec, "volumes")
    )


def _literals(container: Any) -> bool:
    for variable in items(container, "env"):
        name, value = get(variable, "name"), get(variable, "value")
        if isinstance(value, str) and value and (_SECRET.search(value) or _SECRET_NAME.search(str(name))):
            return False
    return True


def _as_files(container: Any) -> bool:
    named = [get(variable, "valueFrom", "secretKeyRef") for variable in items(container, "env")]
    named += [get(source, "secretRef") for source in items(container, "envFrom")]
    return all(among(one, None) for one in named)


def _config_map(resource: Resource) -> bool:
    data = resource.get("data")
    return not isinstance(data, dict) or not any(
        isinstance(value, str) and (_SECRET.search(value) or (value and _SECRET_NAME.search(key)))
        for key, value in data.items()
    )


def _account(resource: Resource) -> bool:
    spec = pod(resource.props)
    return spec is UNKNOWN or not spec or off_by_name(get(spec, "serviceAccountName"))


def off_by_name(name: Any) -> bool:
    """Return whether an account is one that was made for its pods."""
    return name not in (None, "", "default")


RULES = (
    Rule(
        "k8s-privileged", "critical", "no container is privileged", "leave privileged off", "privilege", WORKLOADS,
        _each(lambda c: off(get(c, "securityContext", "privileged"))), refs="PSS baseline, CIS EKS 4.2.1, CKV_K8S_16",
    ),
    Rule(
        "k8s-escalation", "high", "privilege escalation is disabled on every container", "set allowPrivilegeEscalation to false", "privilege",
        WORKLOADS, _each(lambda c: among(get(c, "securityContext", "allowPrivilegeEscalation"), False)), refs="PSS restricted, CIS EKS 4.2.5, CKV_K8S_20",
    ),
    Rule(
        "k8s-capabilities", "high", "every container drops all Linux capabilities", "set capabilities.drop to ALL", "privilege", WORKLOADS, _each(_drops),
        refs="PSS restricted, CKV_K8S_37, CKV_K8S_28",
    ),
    Rule(
        "k8s-capabilities-add", "high", "no container adds a Linux capability except NET_BIND_SERVICE", "add NET_BIND_SERVICE at most", "privilege", WORKLOADS,
        _each(_capabilities), refs="PSS restricted, CKV_K8S_25, CKV_K8S_39",
    ),
    Rule(
        "k8s-non-root", "high", "every container must run as non-root", "set runAsNonRoot", "privilege", WORKLOADS,
        _own_or_pods("runAsNonRoot", lambda v: among(v, True)), refs="PSS restricted, CKV_K8S_23",
    ),
    Rule(
        "k8s-root-user", "high", "no container runs as root (UID 0)", "set runAsUser to another UID", "privilege", WORKLOADS, _pods(_no_root), refs="PSS restricted, CKV_K8S_23",
    ),
    Rule(
        "k8s-uid", "low", "a container's user ID (UID) is `least` or more, so that it is none of the node's", "set runAsUser to `least` or more", "privilege", WORKLOADS, _uid,
        refs="CKV_K8S_40", parameters={"least": 10000}, link="https://kubesec.io/basics/containers-securitycontext-runasuser/",
    ),
    Rule(
        "k8s-seccomp", "high", "pods have a seccomp profile (RuntimeDefault or Localhost)", "set seccompProfile.type to RuntimeDefault", "privilege", WORKLOADS,
        _own_or_pods("seccompProfile", lambda v: v is UNKNOWN or among(get(v, "type"), "RuntimeDefault", "Localhost")), refs="PSS restricted, CKV_K8S_31",
    ),
    Rule(
        "k8s-host-namespaces", "critical", "pods do not share the host's network, PID or IPC namespace", "leave hostNetwork, hostPID and hostIPC off", "boundary",
        WORKLOADS, _pods(lambda s: all(off(get(s, key)) for key in ("hostNetwork", "hostPID", "hostIPC"))), refs="PSS baseline, CIS EKS 4.2.2, CKV_K8S_17, CKV_K8S_18, CKV_K8S_19",
    ),
    Rule(
        "k8s-host-path", "critical", "pods mount no hostPath volume", "use a PersistentVolumeClaim, or a projected volume", "boundary", WORKLOADS,
        _pods(lambda s: all(v is UNKNOWN or get(v, "hostPath") is None for v in items(s, "volumes"))), refs="PSS baseline, CKV_K8S_27",
    ),
    Rule(
        "k8s-volumes", "medium", "pods use only volume types that the restricted Pod Security Standard allows", "use configMap, csi, emptyDir, ephemeral, persistentVolumeClaim, projected or secret",
        "boundary", WORKLOADS, _pods(_volumes), refs="PSS restricted",
    ),
    Rule(
        "k8s-host-port", "high", "no container uses a host port", "leave hostPort out, and use a Service", "boundary", WORKLOADS,
        _each(lambda c: all(among(get(port, "hostPort"), None, 0) for port in items(c, "ports"))), refs="PSS baseline, CKV_K8S_26",
    ),
    Rule(
        "k8s-sysctls", "medium", "pods set no unsafe sysctls", "leave out sysctls that are not namespaced to the pod", "privilege", WORKLOADS, _pods(_sysctls), refs="PSS baseline",
    ),
    Rule(
        "k8s-proc-mount", "medium", "/proc is masked (procMount Default)", "leave procMount at Default", "privilege", WORKLOADS,
        _each(lambda c: among(get(c, "securityContext", "procMount"), None, "Default")), refs="PSS baseline",
    ),
    Rule(
        "k8s-readonly-root", "high", "a container's root filesystem is read-only", "set readOnlyRootFilesystem, and mount a volume where it writes", "configuration", WORKLOADS,
        _each(lambda c: among(get(c, "securityContext", "readOnlyRootFilesystem"), True)), refs="CKV_K8S_22", link=f"{_CONFIGURE}/security-context/",
    ),
    Rule(
        "k8s-image", "high", "a container image has a tag other than latest, or a digest", "name a version or a digest: latest is another image tomorrow", "configuration", WORKLOADS,
        _each(_image(_TAGGED)), refs="CKV_K8S_14, kube-score container-image-tag", link="https://kubernetes.io/docs/concepts/containers/images/",
    ),
    Rule(
        "k8s-image-digest", "medium", "a container image is pinned by its digest", "append @sha256:...; whoever owns the tag can move it to another image", "configuration", WORKLOADS,
        _each(_image(_DIGEST)), refs="CKV_K8S_43", link="https://kubernetes.io/docs/concepts/containers/images/", level="advisory",
    ),
    Rule(
        "k8s-image-registry", "high", "a container image comes from a trusted registry", "list the registries under the parameter `registries`", "configuration", WORKLOADS,
        _registry, refs="CIS EKS 5.1.4", link="https://kubernetes.io/docs/concepts/containers/images/", parameters={"registries": []},
    ),
    Rule(
        "k8s-resources", "medium", "a container has CPU and memory requests and a memory limit", "set them under resources", "availability",
        WORKLOADS, _each(_limited), refs="CKV_K8S_10, CKV_K8S_12, CKV_K8S_13", link="https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    ),
    Rule(
        "k8s-empty-dir", "low", "every emptyDir volume has a size limit", "set sizeLimit on every emptyDir", "availability", WORKLOADS, _pods(_bounded),
        refs="kube-score container-ephemeral-storage-request-and-limit", link="https://kubernetes.io/docs/concepts/storage/volumes/#emptydir",
    ),
    Rule(
        "k8s-liveness", "medium", "a container has a liveness probe", "set livenessProbe", "availability", _SERVING, _pods(_alive), refs="CKV_K8S_8", link=_PROBES,
    ),
    Rule(
        "k8s-readiness", "medium", "a container has a readiness probe", "set readinessProbe", "availability", _SERVING, _pods(_ready), refs="CKV_K8S_9", link=_PROBES,
    ),
    Rule(
        "k8s-probes-differ", "low", "the liveness probe differs from the readiness probe, so that a busy container is not restarted", "give the liveness probe another endpoint, or a higher failure threshold, than the readiness probe", "availability",
        _SERVING, _each(_different), refs="kube-score pod-probes-identical", link=_PROBES,
    ),
    Rule(
        "k8s-secret-literal", "critical", "no environment variable contains a secret in plain text", "refer to a Secret, or mount one", "secrets", WORKLOADS, _each(_literals),
        refs="CIS EKS 4.4.2", link="https://kubernetes.io/docs/concepts/configuration/secret/",
    ),
    Rule(
        "k8s-secret-config", "critical", "no ConfigMap contains a secret in plain text", "put it into a Secret, or keep it outside", "secrets", "kubernetes:core/v1:ConfigMap",
        _config_map, refs="CIS EKS 4.4.2", link="https://kubernetes.io/docs/concepts/configuration/secret/",
    ),
    Rule(
        "k8s-secret-env", "low", "secrets are mounted as files, not passed as environment variables", "mount the Secret", "secrets", WORKLOADS, _each(_as_files), refs="CIS EKS 4.4.1, CKV_K8S_35",
        link="https://kubernetes.io/docs/concepts/configuration/secret/", level="advisory",
    ),
    Rule(
        "k8s-sa-token", "medium", "a pod's service account token is not mounted automatically", "set automountServiceAccountToken to false, where the pod does not call the Kubernetes API", "identity", WORKLOADS,
        _pods(lambda s: among(get(s, "automountServiceAccountToken"), False)), refs="CIS EKS 4.1.6, CKV_K8S_38", link=f"{_CONFIGURE}/configure-service-account/",
    ),
    Rule(
        "k8s-sa-own", "medium", "a pod has a service account of its own, not the default one", "set serviceAccountName", "identity", WORKLOADS, _account, refs="CIS EKS 4.1.5, CKV_K8S_41",
        link=f"{_CONFIGURE}/configure-service-account/",
    ),
    Rule(
        "k8s-gid", "low", "a container's group ID (GID) is `least` or more, so that it is none of the node's", "set runAsGroup to `least` or more", "privilege", WORKLOADS, _gid,
        refs="kube-score container-security-context-user-group-id", parameters={"least": 10000}, link=f"{_CONFIGURE}/security-context/",
    ),
    Rule(
        "k8s-cpu-limit", "low", "a container has a CPU limit", "set a cpu limit, where its neighbours on the node must not wait", "availability", WORKLOADS,
        _each(_named("limits", "cpu")), refs="CKV_K8S_11, kube-score container-resources", level="advisory",
        link="https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    ),
    Rule(
        "k8s-ephemeral-storage", "low", "a container has ephemeral-storage requests and limits", "set them under resources", "availability", WORKLOADS,
        _each(_storage), refs="kube-score container-ephemeral-storage-request-and-limit", level="advisory",
        link="https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#local-ephemeral-storage",
    ),
    Rule(
        "k8s-pull-policy", "low", "a container's image pull policy is Always, so that credentials are checked at each start", "set imagePullPolicy to Always", "identity", WORKLOADS,
        _each(lambda c: among(get(c, "imagePullPolicy"), "Always")), refs="CKV_K8S_15, kube-score container-image-pull-policy", level="advisory",
        link="https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy",
    ),
)  # fmt: skip
