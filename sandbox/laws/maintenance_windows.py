"""Hours in which AWS works on a store by itself: they do not overlap, and no backup of another service is due in them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..world import Record
from .law import Law, Refusal, ResourceOperation, get, items

_RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"
_BACKUP = "https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html"
_SELECTION = "aws:backup/selection:Selection"
# Type -> the properties that hold the daily window and the weekly one.
_WINDOWS: Mapping[str, tuple[str, str]] = {
    "aws:rds/instance:Instance": ("backupWindow", "maintenanceWindow"),
    "aws:rds/cluster:Cluster": ("preferredBackupWindow", "preferredMaintenanceWindow"),
    "aws:docdb/cluster:Cluster": ("preferredBackupWindow", "preferredMaintenanceWindow"),
    "aws:neptune/cluster:Cluster": ("preferredBackupWindow", "preferredMaintenanceWindow"),
    "aws:elasticache/cluster:Cluster": ("snapshotWindow", "maintenanceWindow"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("snapshotWindow", "maintenanceWindow"),
    "aws:memorydb/cluster:Cluster": ("snapshotWindow", "maintenanceWindow"),
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
_WEEK = 7 * _DAY
# "database services cannot start backups 1 hour before or during their maintenance window or automatic backup window"
_BEFORE_MINUTES = 60


@dataclass(frozen=True)
class Span:
    """Minutes of a week, counted from Monday's first; a span may run on into the next week."""

    start: int
    minutes: int

    def holds(self, minute: int) -> bool:
        """Return whether a minute of the week lies in it."""
        return (minute - self.start) % _WEEK < self.minutes

    def meets(self, other: "Span") -> bool:
        """Return whether the two have a minute in common."""
        return self.holds(other.start) or other.holds(self.start)


def daily(window: str) -> list[Span]:
    """Return the spans of a window such as 03:00-04:00, one for each day; none where it is no window."""
    found = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", window)
    if found is None:
        return []
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    return [Span(day * _DAY + start, (end - start) % _DAY) for day in range(7)]


def weekly(window: str) -> list[Span]:
    """Return the span of a window such as sun:04:30-sun:05:30; none where it is no window."""
    found = re.fullmatch(r"(\w{3}):(\d\d):(\d\d)-(\w{3}):(\d\d):(\d\d)", window.lower())
    if found is None or found[1] not in _DAYS or found[4] not in _DAYS:
        return []
    start, end = (
        _DAYS.index(day) * _DAY + int(hour) * 60 + int(minute)
        for day, hour, minute in (found.groups()[:3], found.groups()[3:])
    )
    return [Span(start, (end - start) % _WEEK)]


def _overlap(op: ResourceOperation) -> Iterator[Refusal]:
    backup_key, kept_key = _WINDOWS[op.token]
    backup, kept = op.text(backup_key), op.text(kept_key)
    kind = "snapshot" if backup_key == "snapshotWindow" else "backup"
    for window, spans, example in ((backup, daily(backup), "03:00-04:00"), (kept, weekly(kept), "sun:04:30-sun:05:30")):
        if window and not spans:
            yield Refusal("InvalidParameterValue", f"Invalid window {window}", f"write {example}, in UTC")
    if any(one.meets(other) for one in daily(backup) for other in weekly(kept)):
        yield Refusal(
            "InvalidParameterValue",
            f"The {kind} window and maintenance window must not overlap.",
            "let one begin after the other ends",
        )


def _chosen(op: ResourceOperation) -> Iterator[Record]:
    """Yield the stores with windows of their own that a selection of AWS Backup covers."""
    named, tags = op.texts("resources"), items(op.inputs, "selectionTags")
    for token in _WINDOWS:
        for record in op.inventory.of(token):
            tagged = any(get(record.inputs, "tags", str(get(tag, "key"))) == get(tag, "value") for tag in tags)
            # Aurora's clusters take backups at any time
            if (tagged or record.outputs.get("arn") in named) and not str(get(record.inputs, "engine")).startswith(
                "aurora"
            ):
                yield record


def _due(rule: Any) -> list[int]:
    """Return the minutes of the week in which a rule begins its backups; none where it is not by the day."""
    found = re.fullmatch(r"cron\((\d+) (\d+) (?:\* \* \?|\? \* \*) \*\)", str(get(rule, "schedule")))
    return [day * _DAY + int(found[2]) * 60 + int(found[1]) for day in range(7)] if found else []


def _backed_up_elsewhen(op: ResourceOperation) -> Iterator[Refusal]:
    plan = op.inventory.owner(op.text("planId")) if op.text("planId") else None
    due = [minute for rule in items(plan.inputs, "rules") for minute in _due(rule)] if plan else []
    for record in _chosen(op):
        backup_key, kept_key = _WINDOWS[record.token]
        windows = {
            "automated backup window": daily(str(get(record.inputs, backup_key))),
            "maintenance window": weekly(str(get(record.inputs, kept_key))),
        }
        for window, spans in windows.items():
            closed = [Span((span.start - _BEFORE_MINUTES) % _WEEK, span.minutes + _BEFORE_MINUTES) for span in spans]
            if any(span.holds(minute) for span in closed for minute in due):
                yield Refusal(
                    "EXPIRED",
                    f"Backup job could not start because it is either inside or too close to the {window} configured in {record.urn.rpartition('::')[2]}",
                    "let the plan's rule begin after the window, or more than an hour before it",
                )


LAWS = (
    Law(
        "maintenance-window",
        "maintenance and backup windows do not overlap",
        _RDS,
        "|".join(map(re.escape, _WINDOWS)),
        _overlap,
    ),
    Law("backup-window", "backups are due outside the windows", _BACKUP, _SELECTION, _backed_up_elsewhen),
)
