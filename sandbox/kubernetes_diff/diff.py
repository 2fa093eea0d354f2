"""The difference between what stands and what is wanted: pulumi-kubernetes, provider/pkg/provider/provider.go.

What stands is cut to what was given when it was last applied, so that what the server adds is no difference, and what
others changed is one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..autonaming import AUTONAMED
from ..differences import Change, Diff, Kind
from ..helm_releases import with_defaults
from ..kubernetes_scopes import CLUSTER_SCOPED
from ..wire import UNKNOWN
from .immutable import immutable
from .normal import normalized, pruned

Path = tuple[str | int, ...]
_MISSING = object()
# What a Release's state no longer has, or the provider fills in by itself.
_RELEASE_IDENTITY = ("name", "namespace")


def diff(
    token: str,
    state: Mapping[str, Any],
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    provider: Mapping[str, Any],
    ignored: Sequence[str] = (),
) -> Diff:
    """Return the difference between an object's state, given the inputs that made it, and new inputs."""
    given, wanted = normalized(_visible(olds)), normalized(_visible(news))
    live = _visible(state)
    standing = pruned(normalized(live), given)
    api_version, kind = str(wanted.get("apiVersion") or ""), str(wanted.get("kind") or "")
    name = (live.get("metadata") or {}).get("name")
    _place(standing, kind)
    _place(wanted, kind)
    if wanted["metadata"].get("name"):
        standing["metadata"]["name"] = name
    fixed = immutable(api_version, "Patch" if token.endswith("Patch") else kind, wanted, provider)
    found = tuple(
        Change(written(path), change, replaces=_replaces(path, value, fixed))
        for path, change, value in _steps(standing, wanted, ())
        if not any(_within(written(path), each) for each in ignored)
    )
    replaces = tuple(c.path for c in found if c.replaces or (c.path == "metadata" and c.kind == "DELETE"))
    metadata = wanted["metadata"]
    same_place = metadata.get("name") == name and metadata.get("namespace") == standing["metadata"].get("namespace")
    autonamed = (metadata.get("annotations") or {}).get(AUTONAMED) == "true"
    return Diff(found, replaces, bool(replaces) and bool(name) and not autonamed and same_place)


def diff_release(olds: Mapping[str, Any], news: Mapping[str, Any]) -> Diff:
    """Return the difference between two sets of a Helm release's inputs, which never goes before its successor.

    The provider writes its defaults into both.
    """
    found = tuple(
        Change(written(path), change, replaces=_replaces(path, value, _RELEASE_IDENTITY))
        for path, change, value in _steps(with_defaults(_visible(olds)), with_defaults(_visible(news)), ())
    )
    return Diff(found, tuple(change.path for change in found if change.replaces), delete_before_replace=False)


def _visible(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if not key.startswith("__") and value is not None}


def _place(item: dict[str, Any], kind: str) -> None:
    """Write out the namespace of an object that is in one, and in no other."""
    metadata = dict(item.get("metadata") or {})
    metadata.pop("namespace" if kind in CLUSTER_SCOPED else "", None)
    if kind not in CLUSTER_SCOPED:
        metadata["namespace"] = metadata.get("namespace") or "default"
    item["metadata"] = metadata


def _steps(old: Any, new: Any, path: Path) -> Iterator[tuple[Path, Kind, Any]]:
    """Yield each difference with its new value; None where there is none any more."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from _step(old.get(key, _MISSING), new.get(key, _MISSING), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else _MISSING
            yield from _step(before, new[index] if index < len(new) else _MISSING, (*path, index))
    elif old != new:
        yield path, "UPDATE", new


def _step(old: Any, new: Any, path: Path) -> Iterator[tuple[Path, Kind, Any]]:
    if new is _MISSING or new is None:
        if old is not _MISSING and old is not None:
            yield path, "DELETE", None
    elif old is _MISSING or old is None:
        yield path, "ADD", None if new == UNKNOWN else new
    else:
        yield from _steps(old, new, path)


def written(path: Path) -> str:
    """Return a path as the engine reads it."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif any(mark in step for mark in '."[]'):
            text += '["' + step.replace('"', '\\"') + '"]'
        else:
            text += f".{step}" if text else step
    return text


def _replaces(path: Path, value: Any, fixed: Sequence[str]) -> bool:
    """Return whether a changed value is, lies in, or has in it what cannot change."""
    return any(_touches(path, value, tuple(_parsed(each))) for each in fixed)


def _parsed(path: str) -> Iterator[str]:
    for step in path.split("."):
        yield step.removesuffix("[*]")
        if step.endswith("[*]"):
            yield "*"


def _touches(path: Path, value: Any, fixed: Sequence[str]) -> bool:
    for step, wanted in zip(path, fixed, strict=False):
        if wanted != step and not (wanted == "*" and isinstance(step, int)):
            return False
    return len(path) >= len(fixed) or _has(value, fixed[len(path) :])


def _has(value: Any, steps: Sequence[str]) -> bool:
    if not steps:
        return True
    if steps[0] == "*":
        return isinstance(value, list) and any(_has(each, steps[1:]) for each in value)
    return isinstance(value, Mapping) and steps[0] in value and _has(value[steps[0]], steps[1:])


def _within(path: str, whole: str) -> bool:
    return path == whole or path.startswith((f"{whole}.", f"{whole}["))
