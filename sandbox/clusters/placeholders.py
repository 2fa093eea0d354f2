"""Workloads that stand in for software which the sandbox does not have: their requests and replicas are true, no more.

What an add-on or a chart installs takes room on nodes, brings kinds of its own, and is waited for. That much is played.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Manifest = dict[str, Any]
# what a secret of a cloud holds, by an ExternalSecret's `remoteRef`, where it is known
SecretValue = Callable[[Mapping[str, Any]], str | None]
LABEL = "sandbox.flowise.platform/stands-in-for"
# what is the stack's own: no stand-in, and no chart's, as Helm marks all that it installs (pkg/action/validate.go)
OWN = f"!{LABEL},app.kubernetes.io/managed-by!=Helm"
_EVERYWHERE = [{"operator": "Exists"}]
_IMAGE = "stand-in"


@dataclass(frozen=True)
class Workload:
    """A Deployment, StatefulSet or DaemonSet, with what each of its pods asks for (`{"cpu": "100m"}`)."""

    kind: Literal["Deployment", "StatefulSet", "DaemonSet"]
    name: str
    replicas: int = 1
    resources: Mapping[str, Any] = field(default_factory=dict)
    claims: Sequence[Mapping[str, Any]] = ()
    """`volumeClaimTemplates` of a StatefulSet."""
    mounts: str = ""
    """The name of a claim that its pod uses."""
    pod_security: Mapping[str, Any] = field(default_factory=dict)
    """The security context of its pods, by which Pod Security admits or refuses them."""
    container_security: Mapping[str, Any] = field(default_factory=dict)
    max_unavailable: int | None = None
    """Where it brings a disruption budget."""
    spread_over: str = ""
    """The label key over which its pods prefer to spread."""
    volumes: Sequence[Mapping[str, Any]] = ()
    """Further volumes of its pods, by which Pod Security judges them too."""
    container: str = "main"
    """The name of its pods' container, where others patch it."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of its pods, where somebody is to act by them."""


@dataclass(frozen=True)
class Kind:
    """A kind that a chart's CRD brings."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True


def manifests(workload: Workload, namespace: str, owner: str) -> list[Manifest]:
    """Return the objects of a workload; `owner` says for what they stand in."""
    labels = {LABEL: owner, "app": workload.name}
    container: Manifest = {"name": workload.container, "image": _IMAGE, "resources": dict(workload.resources)}
    container["securityContext"] = dict(workload.container_security)
    if workload.environment:
        container["env"] = [{"name": name, "value": value} for name, value in workload.environment.items()]
    pod: Manifest = {"containers": [container], "securityContext": dict(workload.pod_security)}
    if workload.mounts:
        pod["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": workload.mounts}}]
    if workload.volumes:
        pod.setdefault("volumes", []).extend(dict(volume) for volume in workload.volumes)
    if workload.kind == "DaemonSet":
        pod |= {"tolerations": _EVERYWHERE, "priorityClassName": "system-node-critical"}
    if workload.spread_over:
        term = {"topologyKey": workload.spread_over, "labelSelector": {"matchLabels": labels}}
        pod["affinity"] = {
            "podAntiAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": term}]
            }
        }
    spec: Manifest = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}
    if workload.kind != "DaemonSet":
        spec["replicas"] = workload.replicas
    if workload.kind == "StatefulSet":
        spec |= {"serviceName": workload.name, "podManagementPolicy": "Parallel"}
        spec["volumeClaimTemplates"] = [dict(claim) for claim in workload.claims]
    made = [_object("apps/v1", workload.kind, workload.name, namespace, labels, spec=spec)]
    if workload.max_unavailable is not None:
        budget = {"maxUnavailable": workload.max_unavailable, "selector": {"matchLabels": labels}}
        made.append(_object("policy/v1", "PodDisruptionBudget", workload.name, namespace, labels, spec=budget))
    return made


def definition(kind: Kind, owner: str) -> Manifest:
    """Return a CRD that takes any content: it says that the kind exists, and nothing of its fields."""
    name = f"{kind.plural}.{kind.group}"
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    names = {"kind": kind.kind, "plural": kind.plural, "singular": kind.kind.lower(), "listKind": f"{kind.kind}List"}
    spec = {
        "group": kind.group,
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "names": names,
        "versions": [
            {
                "name": kind.version,
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": anything},
                "subresources": {"status": {}},
            },
        ],
    }
    return _object("apiextensions.k8s.io/v1", "CustomResourceDefinition", name, "", {LABEL: owner}, spec=spec)


def stands_in(workload: Mapping[str, Any]) -> bool:
    """Tell whether a workload is one of these, and not a chart's own."""
    containers = workload["spec"]["template"]["spec"]["containers"]
    return all(each.get("image") == _IMAGE for each in containers)


def nothing_known(_reference: Mapping[str, Any]) -> None:
    """Know no value of any secret."""


def secret_of(external: Mapping[str, Any], value: SecretValue = nothing_known) -> Manifest:
    """Return the Secret that External Secrets would make of an ExternalSecret: its keys are true, and of its values
    those that somebody knows; others stand in.

    It goes when the ExternalSecret goes.
    """
    metadata, spec = external["metadata"], external["spec"]
    target = spec.get("target") or {}
    owner = {key: external[key] for key in ("apiVersion", "kind")} | {key: metadata[key] for key in ("name", "uid")}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": target.get("name") or metadata["name"],
            "namespace": metadata["namespace"],
            "labels": {LABEL: metadata["name"]},
            "ownerReferences": [owner],
        },
        "immutable": bool(target.get("immutable")),
        "stringData": {
            each["secretKey"]: value(each.get("remoteRef") or {}) or "stand-in" for each in spec.get("data") or []
        },
    }


def claim(name: str, namespace: str, owner: str, size: str) -> Manifest:
    """Return a volume claim of the default StorageClass."""
    return _object("v1", "PersistentVolumeClaim", name, namespace, {LABEL: owner}, spec=claim_spec(size))


def claim_spec(size: str) -> Manifest:
    """Return what such a claim asks for."""
    return {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}


def _object(api_version: str, kind: str, name: str, namespace: str, labels: Mapping[str, str], **rest: Any) -> Manifest:
    where = {"namespace": namespace} if namespace else {}
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": name, **where, "labels": dict(labels)},
        **rest,
    }
