"""The changes as rows: by component, many alike as one, and tags in a line each."""

from collections.abc import Sequence
from dataclasses import dataclass

from .model import KINDS, Change, Property, counted

_ALIKE, _NAMES = 3, 4
_WORST = ("pauses", "nodes", "restarts", "unjudged", "none")


@dataclass(frozen=True)
class Row:
    """One change, or many that are alike; where their values differ, `properties` have none."""

    changes: Sequence[Change]
    properties: Sequence[Property]

    @property
    def one(self) -> Change:
        """The first of them."""
        return self.changes[0]

    @property
    def title(self) -> str:
        """The name, or how many there are."""
        return self.one.name if len(self.changes) == 1 else f"{len(self.changes)} {self.one.type}"

    @property
    def names(self) -> str:
        """Some of the names of many; empty for one."""
        if len(self.changes) == 1:
            return ""
        more = len(self.changes) - _NAMES
        return ", ".join(each.name for each in self.changes[:_NAMES]) + (f", {more} more" if more > 0 else "")


@dataclass(frozen=True)
class Group:
    """A component, and what changes in it; tags stand apart."""

    component: str
    changes: Sequence[Change]
    rows: Sequence[Row]

    @property
    def summary(self) -> str:
        """How many of each kind."""
        return counted(self.changes)


def groups(changes: Sequence[Change]) -> list[Group]:
    """Return the components, the worst first, then the largest."""
    by: dict[str, list[Change]] = {}
    for each in changes:
        if each.kind != "tags":
            by.setdefault(each.component, []).append(each)
    found = [Group(component, own, _rows(own)) for component, own in by.items()]
    return sorted(
        found, key=lambda one: (min(_badness(each) for each in one.changes), -len(one.changes), one.component)
    )


def tags(changes: Sequence[Change]) -> list[str]:
    """Return which tags change, and on how many resources: `Owner: a → b (201 resources)`."""
    on: dict[tuple[str, str, str], set[str]] = {}
    for each in changes:
        for one in each.properties if each.kind == "tags" else ():
            key = one.path.removeprefix("tags.").rpartition("Tags.")[2]
            on.setdefault((key, one.old, one.new), set()).add(each.urn)
    return [f"{key}: {old} → {new}" for (key, old, new), urns in sorted(on.items(), key=lambda item: -len(item[1]))]


def _badness(change: Change) -> tuple[int, int]:
    return KINDS.index(change.kind), _WORST.index(change.effect.word) if change.effect else len(_WORST)


def _rows(changes: Sequence[Change]) -> list[Row]:
    alike: dict[tuple[object, ...], list[Change]] = {}
    for each in sorted(changes, key=lambda one: (_badness(one), one.name)):
        paths = tuple(one.path for one in each.properties)
        alike.setdefault((each.kind, each.type, paths, each.why, each.effect and each.effect.sentence), []).append(each)
    rows = list[Row]()
    for many in alike.values():
        if len(many) < _ALIKE:
            rows += [Row([each], each.properties) for each in many]
            continue
        same = all(each.properties == many[0].properties for each in many)
        shown = (
            many[0].properties
            if same
            else [one.model_copy(update={"old": "", "new": ""}) for one in many[0].properties]
        )
        rows.append(Row(many, shown))
    return rows
