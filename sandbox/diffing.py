"""What changed between two sets of inputs, path by path, and whether the change needs a replacement."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from . import schema
from .autonaming import named_by
from .clouds import aws_readback
from .clouds.aws_regions import DEFAULT_REGION
from .differences import Change, Diff, Kind, Verdict
from .kubernetes_diff import settings
from .provider_facts import changes as fact_changes
from .replacement import forces_replacement
from .wire import UNKNOWN

# sdk/go/common/resource/sig/sig.go: the key of a value that is no plain object; with a hash, an asset or an archive.
_SIGNED = "4dabf18193072939515e22adb298388d"


def diff(
    token: str,
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    outputs: Mapping[str, Any] | None = None,
    provider: Mapping[str, Any] | None = None,
    ignored: Iterable[str] = (),
) -> Diff:
    """Return the difference between the inputs a resource was made with and those it should have; of Kubernetes
    `kubernetes_diff` knows.

    `outputs` are those of the resource as it stands: what the cloud chose may be written out without a change, and what
    it gave back otherwise than written is one, unless it is `ignored`.
    """
    old, new, stands = _visible(olds), _visible(news), outputs or {}
    left_alone = {_top(path) for path in ignored}
    old |= {name: found for name, found in aws_readback.read(token, old, stands) if name not in left_alone}
    if schema.package_of(token) == "aws" and "region" in old.keys() | new.keys():
        here = str((provider or {}).get("region") or DEFAULT_REGION)  # where it is left out, it is the provider's
        old = {"region": stands.get("region") or here, **old}
        new = {"region": here, **new}
    told = fact_changes.changes(token, old, new, stands, _step)
    if told is None:
        told = [fact_changes.Change(path, kind, None) for path, kind in _walk(old, new, "")]
    found = tuple(
        Change(
            c.path, c.kind, c.replaces if c.replaces is not None and c.path != "region" else _replaces(token, c.path)
        )
        for c in told
    )
    replaces = tuple(dict.fromkeys(_top(change.path) for change in found if change.replaces))
    return Diff(found, replaces, bool(replaces) and _fixed_name(token, olds, news))


def restless(
    token: str,
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    provider: Mapping[str, Any] | None = None,
    ignored: Iterable[str] = (),
) -> list[tuple[Change, aws_readback.ReadBack]]:
    """Return what the next preview will show although the program stays as it is, and why."""
    if not any(aws_readback.read(token, inputs, outputs)):
        return []
    why = {each.property: each for each in aws_readback.of_type(token)}
    found = diff(token, inputs, inputs, outputs, provider, ignored).changes
    return [(change, why[_top(change.path)]) for change in found if _top(change.path) in why]


def judged(token: str, olds: Mapping[str, Any], news: Mapping[str, Any], found: Diff, verdict: Verdict) -> Diff:
    """Return a difference as the provider judges it; what it does not know stays as it was found, and so does what the
    cloud gave back otherwise than written.
    """
    old, new = _visible(olds), _visible(news)
    still = {name for name in verdict.known - verdict.changed if old.get(name) != new.get(name)}
    changes = [change for change in found.changes if _top(change.path) not in still]
    for name in sorted(verdict.changed - {_top(change.path) for change in changes}):
        changes += [Change(path, kind, False) for path, kind in _step(old.get(name), new.get(name), name)]
    told = tuple(
        Change(c.path, c.kind, _top(c.path) in verdict.forced if _top(c.path) in verdict.known else c.replaces)
        for c in changes
    )
    replaces = tuple(dict.fromkeys(_top(change.path) for change in told if change.replaces))
    return Diff(told, replaces, bool(replaces) and _fixed_name(token, olds, news))


def only(found: Diff, names: Container[str]) -> Diff:
    """Return what a difference says of these inputs alone."""
    changes = tuple(change for change in found.changes if _top(change.path) in names)
    return Diff(changes, tuple(name for name in found.replaces if name in names), found.delete_before_replace)


def diff_provider(package: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Diff:
    """Return the same for a provider: one that points to another cluster or region replaces all that it made.

    https://github.com/pulumi/pulumi-aws/pull/4000
    """
    old, new = _visible(olds), _visible(news)
    walked = list(_walk(old, new, ""))
    anew: Container[str] = ("region",) if package == "aws" else ()
    if package == "kubernetes":
        anew = settings.replacing(old, new, {_top(path) for path, _ in walked})
    found = tuple(Change(path, kind, _top(path) in anew) for path, kind in walked)
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
    package = schema.package_of(token)
    return package == "random" or (package == "aws" and path == "region") or forces_replacement(token, _top(path))


def _fixed_name(token: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether old and new would bear the same physical name, so that they cannot stand side by side."""
    name = named_by(token)
    return (
        name is not None
        and name not in news.get("__defaults", ())
        and news.get(name) not in (None, UNKNOWN)
        and (news.get(name) == olds.get(name))
    )
