"""What changed between two sets of inputs, path by path, and whether the change needs a replacement."""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from . import schema
from .autonaming import named_by
from .replacement import forces_replacement
from .wire import UNKNOWN

Kind = Literal["ADD", "DELETE", "UPDATE"]

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


def diff(token: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Diff:
    """Return the difference between the inputs a resource was made with and those it should have; of Kubernetes
    `kubernetes_diff` knows.
    """
    found = tuple(
        Change(path, kind, _replaces(token, path)) for path, kind in _walk(_visible(olds), _visible(news), "")
    )
    replaces = tuple(dict.fromkeys(_top(change.path) for change in found if change.replaces))
    return Diff(found, replaces, bool(replaces) and _fixed_name(token, olds, news))


def only(found: Diff, names: Container[str]) -> Diff:
    """Return what a difference says of these inputs alone."""
    changes = tuple(change for change in found.changes if _top(change.path) in names)
    return Diff(changes, tuple(name for name in found.replaces if name in names), found.delete_before_replace)


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


def _replaces(token: str, path: str) -> bool:
    # a random value changes only by being made anew
    return schema.package_of(token) == "random" or forces_replacement(token, _top(path))


def _fixed_name(token: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether old and new would bear the same physical name, so that they cannot stand side by side."""
    name = named_by(token)
    return (
        name is not None
        and name not in news.get("__defaults", ())
        and news.get(name) not in (None, UNKNOWN)
        and (news.get(name) == olds.get(name))
    )
