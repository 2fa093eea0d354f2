"""What an update does to those who use the thing: the rows that speak of it, and what no row speaks of."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.clock_times import TIMES
from sandbox.plans import Step
from sandbox.stateful import loss_of

from .differences import Difference, Path
from .effect_rows import ROWS, Row
from .model import Effect

_DAYS = {"sun": "Sunday", "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday"}
_TAGS = ("tags", "tagsAll", "volumeTags", "recoveryPointTags")
# read by nobody but people: all else may be selected by, or is what a controller goes by
_LABELS = re.compile(r"app\.kubernetes\.io/(version|managed-by|part-of)|helm\.sh/chart|pulumi\.com/.*")
_NODE_CLASS = "EC2NodeClass"
_GROUP = "aws:eks/nodeGroup:NodeGroup"
_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_WORST = ("pauses", "nodes", "restarts", "unjudged", "none")


def tags_only(step: Step, found: Sequence[Difference]) -> bool:
    """Return whether nothing differs but tags and labels that nothing reads."""
    return bool(found) and all(_is_tag(step.type, path) for path, _, _ in found)


def _is_tag(token: str, path: Path) -> bool:
    if path[0] == "metadata" and len(path) > 2 and path[1] in ("labels", "annotations"):  # noqa: PLR2004 # and a key
        return bool(_LABELS.fullmatch(path[2]))
    # of a launch template the tags of what it launches are part of the version; Karpenter's nodes drift by theirs
    return any(each in _TAGS for each in path) and "tagSpecifications" not in path and not token.endswith(_NODE_CLASS)


def effect(step: Step, found: Sequence[Difference], around: Sequence[Step]) -> Effect | None:
    """Return the worst that an update does; None where nothing is known of the type, and nobody counts on it.

    `around` are the resources of the same component.
    """
    effects = [_of(row, step, around) for row in _rows(step, found) if row]
    if unknown := unjudged(step, found):
        effects.append(Effect(word="unjudged", sentence=f"no row says what {', '.join(unknown)} does"))
    return min(effects, key=lambda each: (_WORST.index(each.word), -each.pause_seconds[1]), default=None)


def unjudged(step: Step, found: Sequence[Difference]) -> list[str]:
    """Return the properties that no row speaks of, where the guard or the clock knows the type."""
    known = loss_of(step.type) is not None or step.type in TIMES or any(step.type in row.types for row in ROWS)
    rows = zip(found, _rows(step, found), strict=True)
    return list(dict.fromkeys(_dotted(path) for (path, _, _), row in rows if known and not row))


def _rows(step: Step, found: Sequence[Difference]) -> Iterator[Row | None]:
    for path, _, _ in found:
        if _is_tag(step.type, path):
            yield _NO_EFFECT
            continue
        inputs, dotted = step.after or step.before, _dotted(path)
        yield next(
            (
                row
                for row in ROWS
                if step.type in row.types
                and (not row.properties or dotted.startswith(row.properties))
                and row.holds(inputs)
            ),
            None,
        )


_NO_EFFECT = Row((), (), "none", "", "")


def _dotted(path: Path) -> str:
    return ".".join(each.removeprefix("=") for each in path)


def _of(row: Row, step: Step, around: Sequence[Step]) -> Effect:
    waits = row.waits and step.after.get("applyImmediately") is not True
    # of a change that is asked for, `up` waits no longer than for the call
    seconds, later = (60, row.later_seconds) if waits else (row.seconds + row.later_seconds, 0)
    if row.word == "nodes" and step.type in (_GROUP, _TEMPLATE):
        seconds *= max((_nodes(each.after or each.before) for each in around if each.type == _GROUP), default=1)
    subject = f"{row.subject}: " if row.subject else ""
    return Effect(
        word=row.word,
        sentence=f"{subject}{row.sentence}",
        pause_seconds=row.pause_seconds,
        seconds=seconds,
        later_seconds=later,
        window=window(step.after) if waits else "",
        source=row.source,
    )


def _nodes(inputs: Mapping[str, Any]) -> int:
    size = (inputs.get("scalingConfig") or {}).get("desiredSize")
    return size if isinstance(size, int) else 1


def window(inputs: Mapping[str, Any]) -> str:
    """Return the weekly maintenance window: `Sunday 03:30-04:30 UTC`; another word for it where it is not known."""
    told = re.fullmatch(r"(\w{3}):(\d\d:\d\d)-\w{3}:(\d\d:\d\d)", str(inputs.get("maintenanceWindow", "")).lower())
    return f"{_DAYS.get(told[1], 'Saturday')} {told[2]}-{told[3]} UTC" if told else "its maintenance window"
