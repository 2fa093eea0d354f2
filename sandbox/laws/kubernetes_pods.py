"""Kubernetes: what a pod names exists in its namespace, and what it is allowed to be fits the namespace's level."""

from collections.abc import Iterator, Mapping
from typing import Any

from .kubernetes_kinds import RELEASE
from .kubernetes_objects import WORKLOADS, template
from .law import Law, Refusal, ResourceOperation, get, items

_GIVEN = {"ServiceAccount": {"default"}, "ConfigMap": {"kube-root-ca.crt"}}
_TYPES: Mapping[str, str] = {
    kind: f"kubernetes:core/v1:{kind}" for kind in ("ConfigMap", "Secret", "ServiceAccount", "PersistentVolumeClaim")
}

# External Secrets makes a Secret of an ExternalSecret's name, unless spec.target.name is another
_MAKERS = {"Secret": ("kubernetes:external-secrets.io/v1:ExternalSecret",)}


def _named(spec: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a pod's specification names: the kind, and the name (None where it is unknown). What is optional is left out."""
    account = get(spec, "serviceAccountName")
    if account is not None:
        yield "ServiceAccount", account
    for secret in items(spec, "imagePullSecrets"):
        yield "Secret", get(secret, "name")
    for volume in items(spec, "volumes"):
        for source, kind, key in (("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName")):
            if get(volume, source) is not None and get(volume, source, "optional") is not True:
                yield kind, get(volume, source, key)
        if get(volume, "persistentVolumeClaim") is not None:
            yield "PersistentVolumeClaim", get(volume, "persistentVolumeClaim", "claimName")
    for key in ("initContainers", "containers"):
        for container in items(spec, key):
            yield from _named_by_container(container)


def _named_by_container(container: Any) -> Iterator[tuple[str, Any]]:
    for entry in items(container, "env"):
        for reference, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            found = get(entry, "valueFrom", reference)
            if found is not None and get(found, "optional") is not True:
                yield kind, get(found, "name")
    for entry in items(container, "envFrom"):
        for reference, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            found = get(entry, reference)
            if found is not None and get(found, "optional") is not True:
                yield kind, get(found, "name")


def _references(op: ResourceOperation) -> Iterator[Refusal]:
    namespace = op.text("metadata", "namespace") or str(op.provider.get("namespace") or "default")
    if op.unknown("metadata", "namespace") or _others_make(op, namespace):
        return
    _, pod = template(op)
    spec = get(pod, "spec") if op.cls != "Pod" else op.get("spec")
    for kind, name in dict.fromkeys(_named(spec)):
        standing = {
            get(record.inputs, "metadata", "name")
            for token in (_TYPES[kind], *_MAKERS.get(kind, ()))
            for record in op.inventory.of(token)
            if get(record.inputs, "metadata", "namespace") in (namespace, None)
        }
        if isinstance(name, str) and name not in standing | _GIVEN.get(kind, set()) and None not in standing:
            yield Refusal(
                "NotFound",
                f'{kind.lower()} "{name}" not found in namespace "{namespace}": the pods of {op.cls} {op.name} would wait for it',
                f"make the {kind} first, and take its metadata.name output, so that Pulumi knows the order",
                may_appear=True,
            )


def _others_make(op: ResourceOperation, namespace: str) -> bool:
    """Return whether a release or a custom resource in the namespace may bring what a pod names."""
    if any(get(release.inputs, "namespace") in (namespace, None) for release in op.inventory.of(RELEASE)):
        return True
    return any(
        record.token.startswith("kubernetes:")
        and "." in str(get(record.inputs, "apiVersion")).partition("/")[0]
        and not str(get(record.inputs, "apiVersion")).partition("/")[0].endswith(".k8s.io")
        and get(record.inputs, "metadata", "namespace") == namespace
        for record in op.inventory
    )


_ENFORCE = "pod-security.kubernetes.io/enforce"
_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
_BASELINE_CAPABILITIES = {
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
}


def pod_security_faults(spec: Mapping[str, Any], level: str) -> list[str]:
    """Return what of a pod's spec a Pod Security Standard, baseline or restricted, does not let through."""
    return [*_baseline(spec), *(_restricted(spec) if level == "restricted" else ())]


def _pod_security(op: ResourceOperation) -> Iterator[Refusal]:
    namespace = op.text("metadata", "namespace")
    found = [
        n for n in op.inventory.of("kubernetes:core/v1:Namespace") if get(n.inputs, "metadata", "name") == namespace
    ]
    level = get(found[0].inputs, "metadata", "labels", _ENFORCE) if found and namespace else None
    _, pod = template(op)
    spec = op.get("spec") if op.cls == "Pod" else get(pod, "spec")
    if level not in ("baseline", "restricted") or not isinstance(spec, Mapping):
        return
    faults = pod_security_faults(spec, level)
    if faults:
        yield Refusal(
            "Forbidden",
            f'pods "{op.name}" is forbidden: violates PodSecurity "{level}:latest": {"; ".join(faults)}',
            f"change the pod; or, where it must be so, run it in a namespace that enforces a lower level than {level}",
        )


def _all(spec: Any) -> list[Any]:
    return [c for key in ("initContainers", "containers", "ephemeralContainers") for c in items(spec, key)]


def _baseline(spec: Any) -> Iterator[str]:
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if get(spec, key) is True:
            yield f"host namespaces ({key}=true)"
    for volume in items(spec, "volumes"):
        if get(volume, "hostPath") is not None:
            yield f'hostPath volumes (volume "{get(volume, "name")}")'
    for container in _all(spec):
        name, security = get(container, "name"), get(container, "securityContext")
        if get(security, "privileged") is True:
            yield f'privileged (container "{name}" must not set securityContext.privileged=true)'
        added = set(items(security, "capabilities", "add")) - _BASELINE_CAPABILITIES
        if added:
            yield f'non-default capabilities (container "{name}" must not include {", ".join(sorted(added))})'
        if any(get(port, "hostPort") for port in items(container, "ports")):
            yield f'hostPort (container "{name}")'


def _restricted(spec: Any) -> Iterator[str]:
    own = get(spec, "securityContext")
    for volume in items(spec, "volumes"):
        kinds = set(volume) - {"name"} if isinstance(volume, Mapping) else set()
        if kinds - _VOLUMES - {"hostPath"}:
            yield f'restricted volume types (volume "{get(volume, "name")}")'
    for container in _all(spec):
        name, security = get(container, "name"), get(container, "securityContext")
        if get(security, "allowPrivilegeEscalation") is not False:
            yield (
                f'allowPrivilegeEscalation != false (container "{name}" must set '
                "securityContext.allowPrivilegeEscalation=false)"
            )
        if "ALL" not in items(security, "capabilities", "drop"):
            yield f'unrestricted capabilities (container "{name}" must set securityContext.capabilities.drop=["ALL"])'
        if True not in (get(security, "runAsNonRoot"), get(own, "runAsNonRoot")):
            yield f'runAsNonRoot != true (pod or container "{name}" must set securityContext.runAsNonRoot=true)'
        profiles = (get(security, "seccompProfile", "type"), get(own, "seccompProfile", "type"))
        if not {"RuntimeDefault", "Localhost"} & set(profiles):
            yield (
                f'seccompProfile (pod or container "{name}" must set securityContext.seccompProfile.type to '
                '"RuntimeDefault" or "Localhost")'
            )


LAWS = (
    Law(
        "kubernetes-pod-reference",
        "what a pod names is there",
        "https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/",
        WORKLOADS,
        _references,
    ),
    Law(
        "kubernetes-pod-security",
        "Pod Security of the namespace",
        "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
        WORKLOADS,
        _pod_security,
    ),
)
