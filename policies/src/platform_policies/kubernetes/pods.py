"""Pods, after the Pod Security Standards: every control of the baseline and of the restricted profile.

What a control allows changed with Kubernetes's versions (k8s.io/pod-security-admission, package policy): the parameter
`version` says by which one a rule judges. Of versions before 1.25 nothing is kept here, for none of them has support.
"""

from collections.abc import Callable
from typing import Any

from ..kit.reading import UNKNOWN, among, get, items, off
from ..kit.rule import Resource, Rule
from .judging import Judge, each, effective, pods, security
from .templates import PODS, Template, templates

LATEST = "1.36"
_VERSION = {"version": LATEST}
# by the version from which on they are allowed: sysctls that reach no further than the pod
_SYSCTLS = {
    "kernel.shm_rmid_forced": 0, "net.ipv4.ip_local_port_range": 0, "net.ipv4.ip_unprivileged_port_start": 0, "net.ipv4.tcp_syncookies": 0, "net.ipv4.ping_group_range": 0,
    "net.ipv4.ip_local_reserved_ports": 27, "net.ipv4.tcp_keepalive_time": 29, "net.ipv4.tcp_fin_timeout": 29, "net.ipv4.tcp_keepalive_intvl": 29,
    "net.ipv4.tcp_keepalive_probes": 29, "net.ipv4.tcp_rmem": 32, "net.ipv4.tcp_wmem": 32,
}  # fmt: skip
_SELINUX = {"": 0, "container_t": 0, "container_init_t": 0, "container_kvm_t": 0, "container_engine_t": 31}
# the version from which on a pod's hosts of probes are judged, and users of pods with their own user namespace are not
_HOSTS_JUDGED, _USERS_MAPPED = 34, 35
# the volume types that the restricted profile allows
_VOLUMES = (
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret",
)  # fmt: skip
# what runtimes give every container, and baseline lets one ask for; restricted does on Windows, where none counts
_USUAL_CAPABILITIES = (
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
)  # fmt: skip
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


def minor(version: Any) -> int:
    """Return the minor number of a version such as `1.36`."""
    return int(str(version).removeprefix("v").split(".")[1])


def _of_linux(judge: Callable[[Template], bool]) -> Judge:
    return pods(lambda template: template.windows or judge(template))


def _of_nodes_users(judge: Callable[[Template], bool]) -> Judge:
    """Return a judge that spares pods in a user namespace of their own, from the version on that spares them."""

    def holds(resource: Resource) -> bool:
        spares = minor(resource.parameters["version"]) >= _USERS_MAPPED
        return all((spares and template.mapped) or judge(template) for template in templates(resource))

    return holds


def _adds_little(template: Template) -> bool:
    allowed = _USUAL_CAPABILITIES if template.windows else ("NET_BIND_SERVICE",)
    added = [get(container, "securityContext", "capabilities", "add") for container in template.containers]
    return all(one is UNKNOWN or one in allowed for capabilities in added for one in items(capabilities))


def _filters_calls(template: Template) -> bool:
    def holds(profile: Any) -> bool:
        return profile is UNKNOWN or among(get(profile, "type"), "RuntimeDefault", "Localhost")

    return (security if template.windows else effective)("seccompProfile", holds)(template)


def _drops(template: Template) -> bool:
    dropped = [get(container, "securityContext", "capabilities", "drop") for container in template.containers]
    return all(
        one is UNKNOWN or "ALL" in items(one) or UNKNOWN in items(one) or (one is None and not template.whole)
        for one in dropped
    )


def _no_escalation(template: Template) -> bool:
    said = [get(container, "securityContext", "allowPrivilegeEscalation") for container in template.containers]
    return all(among(one, False) or (one is None and not template.whole) for one in said)


def _few_volumes(template: Template) -> bool:
    return all(
        volume is UNKNOWN or any(kind in volume for kind in _VOLUMES) or set(volume) <= {"name"}
        for volume in items(template.spec, "volumes")
    )


def _safe_sysctls(resource: Resource) -> bool:
    version = minor(resource.parameters["version"])
    names = [get(one, "name") for t in templates(resource) for one in items(t.spec, "securityContext", "sysctls")]
    return all(name is UNKNOWN or _SYSCTLS.get(str(name), version + 1) <= version for name in names)


def _plain_selinux(resource: Resource) -> bool:
    version = minor(resource.parameters["version"])

    def holds(options: Any) -> bool:
        kind = get(options, "type")
        known = kind in (None, UNKNOWN) or _SELINUX.get(str(kind), version + 1) <= version
        return known and all(get(options, key) in (None, "", UNKNOWN) for key in ("user", "role"))

    return all(security("seLinuxOptions", holds)(template) for template in templates(resource))


def _confined(template: Template) -> bool:
    annotations = get(template.metadata, "annotations")
    by_name = annotations if isinstance(annotations, dict) else {}
    return security("appArmorProfile", lambda profile: among(get(profile, "type"), "RuntimeDefault", "Localhost"))(
        template
    ) and all(
        profile in ("", "runtime/default", UNKNOWN) or str(profile).startswith("localhost/")
        for key, profile in by_name.items()
        if key.startswith(_APPARMOR)
    )


def _asks_itself(resource: Resource) -> bool:
    if minor(resource.parameters["version"]) < _HOSTS_JUDGED:
        return True
    asked = [
        get(container, *place, how, "host")
        for template in templates(resource)
        for container in template.containers
        for place in (
            ("livenessProbe",), ("readinessProbe",), ("startupProbe",), ("lifecycle", "postStart"), ("lifecycle", "preStop")
        )
        for how in ("httpGet", "tcpSocket")
    ]  # fmt: skip
    return all(host in (None, "", UNKNOWN) for host in asked)


RULES = (
    Rule(
        "k8s-privileged", "critical", "no container is privileged", "leave privileged off", "privilege", PODS,
        each(lambda c: off(get(c, "securityContext", "privileged"))), refs="PSS baseline, CIS EKS 4.2.1, CKV_K8S_2, CKV_K8S_16, kube-score container-security-context-privileged",
    ),
    Rule(
        "k8s-escalation", "high", "privilege escalation is disabled on every container", "set allowPrivilegeEscalation to false", "privilege",
        PODS, _of_linux(_no_escalation), refs="PSS restricted, CIS EKS 4.2.5, CKV_K8S_5, CKV_K8S_20",
    ),
    Rule(
        "k8s-capabilities", "high", "every container drops all Linux capabilities", "set capabilities.drop to ALL", "privilege", PODS, _of_linux(_drops),
        refs="PSS restricted, CKV_K8S_7, CKV_K8S_28, CKV_K8S_37",
    ),
    Rule(
        "k8s-capabilities-add", "high", "no container adds a Linux capability except NET_BIND_SERVICE", "add NET_BIND_SERVICE at most", "privilege", PODS,
        pods(_adds_little), refs="PSS baseline, PSS restricted, CKV_K8S_24, CKV_K8S_25, CKV_K8S_39",
    ),
    Rule(
        "k8s-non-root", "high", "every container must run as non-root", "set runAsNonRoot", "privilege", PODS,
        _of_nodes_users(effective("runAsNonRoot", lambda v: among(v, True))), refs="PSS restricted, CKV_K8S_6, CKV_K8S_23, CKV_K8S_29, CKV_K8S_30", parameters=_VERSION,
    ),
    Rule(
        "k8s-root-user", "high", "no container runs as root (UID 0)", "set runAsUser to another UID", "privilege", PODS, _of_nodes_users(security("runAsUser", lambda user: user != 0)),
        refs="PSS restricted, CKV_K8S_23", parameters=_VERSION,
    ),
    Rule(
        "k8s-seccomp", "high", "pods have a seccomp profile (RuntimeDefault or Localhost)", "set seccompProfile.type to RuntimeDefault", "privilege", PODS,
        pods(_filters_calls),
        refs="PSS baseline, PSS restricted, CKV_K8S_31, CKV_K8S_32, kube-score container-seccomp-profile",
    ),
    Rule(
        "k8s-apparmor", "high", "no pod leaves its AppArmor profile (RuntimeDefault or Localhost)", "leave appArmorProfile out, or set it to RuntimeDefault", "privilege", PODS, pods(_confined), refs="PSS baseline",
    ),
    Rule(
        "k8s-selinux", "high", "no pod sets an SELinux user, role or type of its own", "leave seLinuxOptions out, or set a type of containers", "privilege", PODS, _plain_selinux,
        refs="PSS baseline", parameters=_VERSION,
    ),
    Rule(
        "k8s-host-process", "critical", "no Windows container is a process of its host", "leave windowsOptions.hostProcess off", "boundary", PODS,
        pods(security("windowsOptions", lambda options: off(get(options, "hostProcess")))), refs="PSS baseline",
    ),
    Rule(
        "k8s-host-namespaces", "critical", "pods do not share the host's network, PID or IPC namespace", "leave hostNetwork, hostPID and hostIPC off", "boundary",
        PODS, pods(lambda t: all(off(get(t.spec, key)) for key in ("hostNetwork", "hostPID", "hostIPC"))),
        refs="PSS baseline, CIS EKS 4.2.2, CIS EKS 4.2.3, CIS EKS 4.2.4, CKV_K8S_1, CKV_K8S_3, CKV_K8S_4, CKV_K8S_17, CKV_K8S_18, CKV_K8S_19",
    ),
    Rule(
        "k8s-host-path", "critical", "pods mount no hostPath volume", "use a PersistentVolumeClaim, or a projected volume", "boundary", PODS,
        pods(lambda t: all(v is UNKNOWN or get(v, "hostPath") in (None, UNKNOWN) for v in items(t.spec, "volumes"))), refs="PSS baseline, CKV_K8S_27",
    ),
    Rule(
        "k8s-volumes", "medium", "pods use only volume types that the restricted Pod Security Standard allows", "use configMap, csi, emptyDir, ephemeral, image, persistentVolumeClaim, projected or secret",
        "boundary", PODS, pods(_few_volumes), refs="PSS restricted",
    ),
    Rule(
        "k8s-host-port", "high", "no container uses a host port", "leave hostPort out, and use a Service", "boundary", PODS,
        each(lambda c: all(among(get(port, "hostPort"), None, 0) for port in items(c, "ports"))), refs="PSS baseline, CKV_K8S_26",
    ),
    Rule(
        "k8s-sysctls", "medium", "pods set no unsafe sysctls", "leave out sysctls that are not namespaced to the pod", "privilege", PODS, _safe_sysctls, refs="PSS baseline", parameters=_VERSION,
    ),
    Rule(
        "k8s-proc-mount", "medium", "/proc is masked (procMount Default)", "leave procMount at Default", "privilege", PODS,
        each(lambda c: among(get(c, "securityContext", "procMount"), None, "Default")), refs="PSS baseline, PSS restricted",
    ),
    Rule(
        "k8s-probe-host", "medium", "probes and hooks of a container's life ask the pod itself, not another host", "leave host out of probes and lifecycle hooks", "boundary", PODS, _asks_itself,
        refs="PSS baseline", parameters=_VERSION,
    ),
)  # fmt: skip
