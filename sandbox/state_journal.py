"""The journal of an operation of the engine: what it began, what came of it, and the state that follows.

The engine keeps one with Pulumi's own service alone; a file it writes anew, whole, twice for each resource. The entries
are those of sdk/go/common/apitype/journal.go, and mean what pkg/backend/journal.go makes of them (both v3.259.0).

The engine goes on once an entry is a whole line here, so one that is killed forgets nothing; a line that was not
finished was not promised.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

Resource = dict[str, Any]
Deployment = dict[str, Any]
# What a resource may have that older engines cannot read, and the name of it (pkg/resource/stack/deployment.go).
_FEATURES = {
    "refreshBeforeUpdate": "refreshBeforeUpdate",
    "viewOf": "views",
    "resourceHooks": "hooks",
    "taint": "taint",
    "replaceWith": "replaceWith",
    "extensionRef": "extensionParameterization",
    "snippetID": "snippets-prototype",
}
# The version of a state without such a feature, and with one.
_PLAIN, _FEATURED = 3, 4


class Kind(IntEnum):
    """What an entry tells of."""

    BEGIN = 0
    SUCCESS = 1
    FAILURE = 2
    REFRESH_SUCCESS = 3
    OUTPUTS = 4
    WRITE = 5
    SECRETS_MANAGER = 6
    REBUILT_BASE_STATE = 7
    EXTENSION_PARAMETERIZE = 8
    SNIPPETS = 9


class Journal:
    """The journal beside a state file; there is one while an operation is under way, or where one was cut off."""

    def __init__(self, state_file: Path) -> None:
        self._state_file = state_file
        self._file = state_file.with_name(f"{state_file.name}.journal")

    def add(self, entries: bytes) -> None:
        """Keep what the engine sends: one line, `{"entries": [...]}`."""
        with self._file.open("ab", buffering=0) as file:
            if not file.tell():
                file.write(_digest(self._state_file.read_bytes()).encode() + b"\n")
            file.write(entries.strip() + b"\n")

    def fold(self) -> None:
        """Write the state that follows, and end the journal; nothing where there is none."""
        if not self._file.exists():
            return
        before = self._state_file.read_bytes()
        begun_on, *lines = self._file.read_bytes().split(b"\n")[:-1] or [b""]
        if begun_on.decode() == _digest(before):  # else it was folded, and only its file was left
            kept = json.loads(before)
            entries = [entry for line in lines for entry in json.loads(line)["entries"]]
            entries.sort(key=lambda entry: int(entry["sequenceID"]))
            deployment, features = replayed(kept["checkpoint"].get("latest") or {}, entries)
            kept["version"] = _FEATURED if features else _PLAIN
            kept["features"] = features
            kept["checkpoint"]["latest"] = deployment
            written = self._file.with_suffix(".folded")
            written.write_text(json.dumps(kept, separators=(",", ":")), encoding="utf-8")
            written.replace(self._state_file)
        self._file.unlink()


def replayed(base: Deployment, entries: Iterable[Mapping[str, Any]]) -> tuple[Deployment, list[str]]:
    """The state that follows from `base` and the entries in their order, and the features that it uses."""
    replay = _Replay(base)
    for entry in entries:
        replay.add(entry)
    deployment = replay.deployment()
    manifest = {"time": datetime.now(UTC).isoformat(), "magic": "", "version": ""}
    holders = [
        *deployment.get("resources", []),
        *(each["resource"] for each in deployment.get("pending_operations", [])),
    ]
    features = {_FEATURES[key] for each in holders for key in each.keys() & _FEATURES.keys() if each[key]}
    if replay.has_byte_string:
        features.add("byteString")
    if deployment.get("snippets"):
        features.add("snippets-prototype")
    return {"manifest": manifest, **deployment}, sorted(features)


class _Replay:
    """What was made of the resources of the state before (by their place in it), and what came anew (by operation)."""

    def __init__(self, base: Deployment) -> None:
        self.has_byte_string = False
        self._start_from(base)

    def _start_from(self, base: Deployment) -> None:
        self._base: Deployment = {**base}
        self._begun: dict[int, Mapping[str, Any]] = {}
        self._new: dict[int, Resource] = {}
        self._replaced: dict[int, Resource] = {}
        self._removed: set[int] = set()
        self._removed_new: set[int] = set()
        self._deleting: set[int] = set()
        self._pending_replacement: set[int] = set()
        self._extensions: dict[str, Any] = {}
        self._refreshed = False

    def add(self, entry: Mapping[str, Any]) -> None:
        """Take an entry."""
        self.has_byte_string |= bool(entry.get("requiresByteString"))
        kind, operation, state = Kind(entry["kind"]), entry["operationID"], entry.get("state")
        old, new = entry.get("removeOld"), entry.get("removeNew")
        match kind:
            case Kind.BEGIN:
                self._begun[operation] = entry
            case Kind.SUCCESS:
                self._succeed(entry)
            case Kind.FAILURE:
                self._begun.pop(operation, None)
            case Kind.REFRESH_SUCCESS:
                self._begun.pop(operation, None)
                self._refreshed = True
                if state is None:
                    self._remove(old, new)
                else:
                    self._replace(old, new, state)
            case Kind.OUTPUTS:
                self._replace(old, new, state)
            case Kind.WRITE:
                self._base = entry["newSnapshot"]
            case Kind.SECRETS_MANAGER:
                self._base["secrets_providers"] = entry["secretsProvider"]
            case Kind.SNIPPETS:
                self._base["snippets"] = entry.get("snippets")
            case Kind.REBUILT_BASE_STATE:
                refreshed = self._refreshed
                self._start_from(self.deployment())
                self._refreshed = refreshed
            case Kind.EXTENSION_PARAMETERIZE:
                self._extensions[entry["extensionRef"]] = entry["extension"]

    def _succeed(self, entry: Mapping[str, Any]) -> None:
        operation = entry["operationID"]
        self._begun.pop(operation, None)
        if entry.get("state") is not None:
            self._new[operation] = entry["state"]
        self._remove(entry.get("removeOld"), entry.get("removeNew"))
        if (old := entry.get("deleteOld")) is not None:
            self._deleting.add(old)
        if (new := entry.get("deleteNew")) is not None:
            self._new[new]["delete"] = True
        if (old := entry.get("pendingReplacementOld")) is not None:
            self._pending_replacement.add(old)
        if (new := entry.get("pendingReplacementNew")) is not None:
            self._new[new]["pendingReplacement"] = True
        self._refreshed |= bool(entry.get("isRefresh"))

    def _remove(self, old: int | None, new: int | None) -> None:
        if old is not None:
            self._removed.add(old)
        if new is not None:
            self._removed_new.add(new)

    def _replace(self, old: int | None, new: int | None, state: Resource | None) -> None:
        if state is not None and old is not None:
            self._replaced[old] = state
        if state is not None and new is not None:
            self._new[new] = state

    def deployment(self) -> Deployment:
        """The state that follows, without its manifest."""
        resources = [each for operation, each in self._new.items() if operation not in self._removed_new]
        resources += self._kept()
        if self._refreshed:
            _drop_dangling(resources)
        pending = [entry["operation"] for entry in self._begun.values() if entry.get("operation")]
        # what was being made before, and was never settled, may exist: that is not for the engine to forget
        pending += [each for each in self._base.get("pending_operations") or [] if each["type"] == "creating"]
        found = {
            "secrets_providers": self._base.get("secrets_providers"),
            "resources": _under_their_new_names(resources),
            "pending_operations": pending,
            "metadata": self._base.get("metadata") or {},
            "snippets": self._base.get("snippets"),
            "extensions": {**self._extensions, **(self._base.get("extensions") or {})},
        }
        return {key: value for key, value in found.items() if value or key == "metadata"}

    def _kept(self) -> Iterator[Resource]:
        for place, resource in enumerate(self._base.get("resources") or []):
            if place in self._removed:
                continue
            if place in self._replaced:
                yield self._replaced[place]
                continue
            marks = {"pendingReplacement": self._pending_replacement, "delete": self._deleting}
            yield resource | {mark: True for mark, places in marks.items() if place in places}


def _drop_dangling(resources: Sequence[Resource]) -> None:
    """Forget what refers to a resource that a refresh found gone. A resource stands behind what it refers to."""
    known: set[str] = set()
    parents: dict[str, str] = {}
    for resource in resources:
        for key in ("dependencies", "replaceWith"):
            if resource.get(key):
                resource[key] = [urn for urn in resource[key] if urn in known]
        if resource.get("propertyDependencies"):
            kept = {
                key: [urn for urn in urns if urn in known] for key, urns in resource["propertyDependencies"].items()
            }
            resource["propertyDependencies"] = {key: urns for key, urns in kept.items() if urns}
        if resource.get("deletedWith") not in known:
            resource.pop("deletedWith", None)
        known.add(resource["urn"])
    for resource in resources:
        parent = resource.get("parent", "")
        if parent and parent not in known:
            resource["parent"] = parents.get(parent, "")
        parents[resource["urn"]] = parent


def _under_their_new_names(resources: Sequence[Resource]) -> list[Resource]:
    """Have every reference name a resource by the URN that it has now, as its aliases tell."""
    renamed: dict[str, str] = {}
    for each in resources:
        renamed.update(dict.fromkeys(each.get("aliases") or [], each["urn"]))
        if each.get("parent") in renamed:
            renamed[each["urn"]] = _below(renamed[each["parent"]], each["urn"])
    if not renamed:
        return [*resources]

    def name(urn: str) -> str:
        return renamed.get(urn, urn)

    found = []
    for each in resources:
        resource = {key: value for key, value in each.items() if key != "aliases"}
        for key in ("urn", "parent", "deletedWith", "viewOf"):
            if resource.get(key):
                resource[key] = name(resource[key])
        if resource.get("provider"):
            urn, _, identity = resource["provider"].rpartition("::")
            resource["provider"] = f"{name(urn)}::{identity}"
        if resource.get("dependencies"):
            resource["dependencies"] = [name(urn) for urn in resource["dependencies"]]
        if resource.get("propertyDependencies"):
            resource["propertyDependencies"] = {
                key: [name(urn) for urn in urns] for key, urns in resource["propertyDependencies"].items()
            }
        found.append(resource)
    return found


def _below(parent: str, urn: str) -> str:
    """The URN of a resource whose parent has another: the types of those above are part of it."""
    above = parent.split("::")[2]
    if above == "pulumi:pulumi:Stack":
        return urn
    stack, project, types, name = urn.split("::", 3)
    return "::".join((stack, project, f"{above}${types.rpartition('$')[2]}", name))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
