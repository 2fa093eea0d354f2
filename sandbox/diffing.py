"""What changed between two sets of inputs, path by path, and whether the change needs a replacement."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from . import schema
from .autonaming import AUTONAMED, named_by
from .replacement import forces_replacement
from .wire import UNKNOWN

Kind = Literal["ADD", "DELETE", "UPDATE"]

# pulumi-kubernetes, provider/pkg/provider/diff.go: what its API cannot change in an existing object.
_IMMUTABLE = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
_IMMUTABLE_BY_KIND: Mapping[str, tuple[str, ...]] = {
    "ClusterRoleBinding": ("roleRef",),
    "ConfigMap": ("binaryData", "data"),
    "DaemonSet": ("spec.selector",),
    "Deployment": ("spec.selector",),
    "Job": ("spec.completions", "spec.selector", "spec.template"),
    "PersistentVolumeClaim": ("spec.accessModes", "spec.storageClassName", "spec.volumeName", "spec.selector"),
    "Pod": ("spec.containers", "spec.volumes", "spec.restartPolicy"),
    "ReplicaSet": ("spec.selector",),
    "RoleBinding": ("roleRef",),
    "Secret": ("data", "stringData", "type"),
    "Service": ("spec.clusterIP",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"),
    "StorageClass": ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
}
_RELEASE = "kubernetes:helm.sh/v3:Release"
# sdk/go/common/resource/sig/sig.go: the key of a value that is no plain object; with a hash, an asset or an archive.
_SIGNED = "4dabf18193072939515e22adb298388d"


@dataclass(frozen=True)
class Change:
    """One changed value, by its path in the inputs."""

    path: str
    kind: Kind
    replaces: bool


@dataclass(frozen=True)
class Diff:
    """Every change, the top-level inputs that force a replacement, and whether the old resource must go first."""

    changes: tuple[Change, ...]
    replaces: tuple[str, ...]
    delete_before_replace: bool


def diff(token: str, olds: Mapping[str, Any], news: Mapping[str, Any], provider: Mapping[str, Any]) -> Diff:
    """Return the difference between the inputs a resource was made with and those it should have."""
    found = tuple(
        Change(path, kind, _replaces(token, path, provider)) for path, kind in _walk(_visible(olds), _visible(news), "")
    )
    replaces = tuple(dict.fromkeys(_top(change.path) for change in found if change.replaces))
    return Diff(found, replaces, bool(replaces) and _fixed_name(token, olds, news))


def diff_provider(package: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Diff:
    """Return the same for a provider: a Kubernetes provider that points to another cluster replaces all its objects."""
    identified = bool(olds.get("clusterIdentifier") or news.get("clusterIdentifier"))
    key = "clusterIdentifier" if identified else "kubeconfig"
    found = tuple(
        Change(path, kind, package == "kubernetes" and _top(path) == key)
        for path, kind in _walk(_visible(olds), _visible(news), "")
    )
    return Diff(
        found,
        tuple(dict.fromkeys(_top(change.path) for change in found if change.replaces)),
        delete_before_replace=False,
    )


def _visible(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if not key.startswith("__") and value is not None}


def _walk(old: Any, new: Any, path: str) -> Iterator[tuple[str, Kind]]:
    if isinstance(old, dict) and isinstance(new, dict) and _SIGNED in old and _SIGNED in new:
        # Two assets, or archives: a path may lead to the same files from elsewhere.
        if old.get("hash", old) != new.get("hash", new):
            yield path, "UPDATE"
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _step(old.get(key), new.get(key), _join(path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from _step(
                old[index] if index < len(old) else None, new[index] if index < len(new) else None, f"{path}[{index}]"
            )
    elif old != new:
        yield path, "UPDATE"


def _step(old: Any, new: Any, path: str) -> Iterator[tuple[str, Kind]]:
    if old is None and new is not None:
        yield path, "ADD"
    elif new is None and old is not None:
        yield path, "DELETE"
    elif old is not None:
        yield from _walk(old, new, path)


def _join(path: str, key: str) -> str:
    if not re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*", key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def _top(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _replaces(token: str, path: str, provider: Mapping[str, Any]) -> bool:
    match schema.package_of(token):
        case "random":
            return True  # a random value changes only by being made anew
        case "aws":
            return forces_replacement(token, _top(path))
        case _ if token == _RELEASE:
            return path in ("name", "namespace")
        case _:
            kind = token.rpartition(":")[2]
            if provider.get(f"enable{kind}Mutable") in (True, "true") and _top(path) != "metadata":
                return False
            fixed = (*_IMMUTABLE, *_IMMUTABLE_BY_KIND.get(kind, ()))
            return any(path == name or path.startswith((f"{name}.", f"{name}[")) for name in fixed)


def _fixed_name(token: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether old and new would bear the same physical name, so that they cannot stand side by side."""
    if schema.package_of(token) == "kubernetes":
        metadata, before = news.get("metadata") or {}, olds.get("metadata") or {}
        # pulumi-kubernetes, provider/pkg/provider: what Pulumi named gets another name, and stands beside the old
        if (metadata.get("annotations") or {}).get(AUTONAMED) == "true":
            return False
        same = metadata.get("name") == before.get("name") and metadata.get("namespace") == before.get("namespace")
        return same if token != _RELEASE else olds.get("name") == news.get("name")
    name = named_by(token)
    return (
        name is not None
        and name not in news.get("__defaults", ())
        and news.get(name) not in (None, UNKNOWN)
        and (news.get(name) == olds.get(name))
    )
