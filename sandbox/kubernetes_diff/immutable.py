"""What the provider takes for immutable: the table of pulumi-kubernetes, provider/pkg/provider/diff.go."""

from collections.abc import Mapping, Sequence
from typing import Any

_POD = (
    *("affinity", "automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks", "hostAliases"),
    *("hostIPC", "hostNetwork", "hostPID", "hostname", "imagePullSecrets", "nodeName", "nodeSelector", "overhead"),
    *("preemptionPolicy", "priority", "priorityClassName", "readinessGates", "restartPolicy", "runtimeClassName"),
    *("schedulerName", "securityContext", "serviceAccount", "serviceAccountName", "shareProcessNamespace"),
    *("subdomain", "terminationGracePeriodSeconds", "volumes"),
)
_CONTAINER = (
    *("args", "command", "env", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "ports", "readinessProbe"),
    *("resources", "securityContext", "stdin", "stdinOnce", "terminationMessagePath", "terminationMessagePolicy"),
    *("tty", "volumeDevices", "volumeMounts", "workingDir"),
)
_VOLUMES = (
    *("awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker"),
    *("gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk"),
    *("portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"),
)
_SELECTED = ("spec.selector",)
_BINDING = ("roleRef",)
# group -> kind -> paths; `[*]` is every item of a list.
_BY_KIND: Mapping[str, Mapping[str, Sequence[str]]] = {
    "apps": {
        "DaemonSet": _SELECTED,
        "Deployment": _SELECTED,
        "StatefulSet": (
            *("spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName"),
            "spec.volumeClaimTemplates",
        ),
    },
    "batch": {"Job": ("spec.completions", "spec.parallelism", "spec.selector", "spec.template")},
    "rbac.authorization.k8s.io": {"ClusterRoleBinding": _BINDING, "RoleBinding": _BINDING},
    "storage.k8s.io": {"StorageClass": ("parameters", "provisioner")},
    "": {
        "PersistentVolume": tuple(f"spec.{name}" for name in _VOLUMES),
        "PersistentVolumeClaim": ("spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"),
        "Pod": (
            *(f"spec.{name}" for name in _POD),
            *(f"spec.{kind}[*].{name}" for kind in ("containers", "initContainers") for name in _CONTAINER),
        ),
        "ResourceQuota": ("spec.scopes",),
        "Service": ("spec.clusterIP",),
    },
}
# The kinds of which nothing but these versions is in the table.
_BETAS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "policy/v1beta1": {"PodDisruptionBudget": ("spec",)},
    "batch/v1beta1": {"Job": _BY_KIND["batch"]["Job"]},
}
_IDENTITY = ("metadata.name", "metadata.namespace")


def immutable(api_version: str, kind: str, news: Mapping[str, Any], provider: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the paths whose change replaces an object; of a Patch, nothing but what it patches."""
    group, _, version = api_version.rpartition("/")
    if kind == "Patch":
        return _IDENTITY
    if group in ("", "core") and kind in ("Secret", "ConfigMap"):
        mutable = _is_true(provider.get(f"enable{kind}Mutable")) and news.get("immutable") is not True
        by_kind = ("type", "stringData", "data") if kind == "Secret" else ("binaryData", "data")
        return _IDENTITY if mutable and kind == "ConfigMap" else (*_IDENTITY, *(by_kind if not mutable else ("type",)))
    table = _BY_KIND.get("" if group == "core" else group, {}) if version == "v1" else _BETAS.get(api_version, {})
    return (*_IDENTITY, *table.get(kind, ()))


def _is_true(value: Any) -> bool:
    return value in (True, "true")
