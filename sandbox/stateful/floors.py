"""What a change in place may lose: properties that may not fall, read from what was asked for before and after.

A floor goes by a property's name, wherever it stands in the inputs and whoever's the type is, for providers call these
things alike: `deletionProtection`, `skipFinalSnapshot`, `retentionInDays`. What no single value tells (rules that
expire objects, documents) is in `documents.py`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..plans import Step
from ..wire import UNKNOWN


@dataclass(frozen=True)
class Floor:
    """A property that may not fall. `types` limits it to some; else it is for whatever holds data, and its guards."""

    path: str
    """A regular expression that the whole path matches, as `a.0.b`."""
    fell: Callable[[Any, Any], bool]
    """Whether it did, from before to after; None is what is not there."""
    lost: str
    instead: str
    types: str = ""


@dataclass(frozen=True)
class Fallen:
    """What fell, as a sentence would have it."""

    path: str
    lost: str
    instead: str


_ON = (True, "true", "enabled", "active", "on")
_OFF = (False, "false", "disabled", "inactive", "suspended", "off", None)


def _plain(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _switched_off(before: Any, after: Any) -> bool:
    return _plain(before) in _ON and (after == UNKNOWN or _plain(after) in _OFF)


def _switched_on(before: Any, after: Any) -> bool:
    return _plain(before) in _OFF and (after == UNKNOWN or _plain(after) in _ON)


def _on_by_default_off(before: Any, after: Any) -> bool:
    return (
        (before is None or _plain(before) in _ON) and after is not None and (after == UNKNOWN or _plain(after) in _OFF)
    )


def _on_by_default_on(before: Any, after: Any) -> bool:
    return _plain(before) == "false" or (
        before is False and (after is None or after == UNKNOWN or _plain(after) in _ON)
    )


def number(value: Any) -> float | None:
    """Return a number, also one that is written as text."""
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _lowered(before: Any, after: Any) -> bool:
    was, becomes = number(before), number(after)
    return was is not None and (after == UNKNOWN or (becomes is not None and _long(becomes) < _long(was)))


def _long(figure: float) -> float:
    return float("inf") if figure < 0 else figure  # -1 is for ever (Redshift's manual snapshots)


def _ends_or_lowered(before: Any, after: Any) -> bool:
    """Return the same of a figure whose absence, or 0, means for ever."""
    was, becomes = number(before) or None, number(after) or None
    return after == UNKNOWN or (becomes is not None and (was is None or becomes < was))


def _window_lowered(before: Any, after: Any) -> bool:
    """Return the same of days in which a deletion can be called back: 30 where nothing is written."""
    was, becomes = (30.0 if value is None else number(value) for value in (before, after))
    return after == UNKNOWN or (was is not None and becomes is not None and becomes < was)


def _no_longer(*safe: str) -> Callable[[Any, Any], bool]:
    return lambda before, after: before in safe and after not in safe


def _moved(before: Any, after: Any) -> bool:
    return before is not None and after is not None and before != after


_PROTECTION = "what keeps it from being deleted"
_KEEP = "leave it as it is; where the thing is to go, say so in a change of its own, with a waiver"
_BACKUPS = "backups older than that, at once"
_SOONER = "what is older than that, at once"
_LEAVE = "leave the figure, or have a copy first of what it would end"
_NETWORK = "the network that its clients reach it by: it moves into another, where none of them may be"
_STAY = "leave it in its network and add to that; or restore a snapshot in the other, and switch over"

FLOORS = (
    Floor(
        r"(.*\.)?(enable)?(delet(ion|e)|termination|purge|drop)Protection(Enabled|Check|State|Mode)?|"
        r"(.*\.)?disableApi(Termination|Stop)|(.*\.)?enablePurgeProtection",
        _switched_off, _PROTECTION, _KEEP,
    ),
    Floor(
        r"skipFinal(Snapshot|Backup)|force(Destroy|Delete)|(.*\.)?deleteAllVersions|closeOnDeletion|"
        r"(root|ebs)BlockDevices?(\.\d+)?\.deleteOnTermination",
        _switched_on, "what would still be there after it is deleted", _KEEP,
    ),
    Floor(r"finalSnapshot|skipDestroy|copyTagsToFinalSnapshot", _switched_off, "what would still be there after it is deleted", _KEEP),
    # the one switch that AWS has on where nothing is written (RDS, DeleteDBInstance)
    Floor(r"deleteAutomatedBackups", _on_by_default_on, "its automated backups, when it is deleted", _KEEP),
    Floor(r"retentionInDays|retentionDays", _ends_or_lowered, _SOONER, _LEAVE),
    # of what is only measured (Performance Insights) nothing that anybody stored is lost
    Floor(
        r"(?i)(?!.*(performanceInsights|\bmax))(.*\.)?\w*retention\w*(\.(days|years|count|value|retainedBackups))?|"
        r"(.*\.)?(retainRule\.(count|interval)|backtrackWindow|maxSnapshotAgeHours|minSnapshotsToKeep)",
        _lowered, _BACKUPS, _LEAVE,
    ),
    Floor(r"deletionWindowInDays|recoveryWindowInDays", _window_lowered, "days in which a deletion can be called back", _LEAVE),
    Floor(r"isEnabled|enabled", _on_by_default_off, "everything that is encrypted under it, for as long as it is off", _KEEP, r"aws:kms/.*"),
    Floor(
        r"versioning(Configuration)?\.(status|enabled)|versioningEnabled|versioning", _switched_off,
        "the versions to come: what is overwritten or deleted from then on is gone", "leave it on, and let old versions end by a lifecycle rule",
    ),
    Floor(r"(.*\.)?mfaDelete", _switched_off, _PROTECTION, _KEEP),
    Floor(
        r"(.*\.)?(pointInTimeRecovery\w*(\.(enabled|status))?|backup(s|Policy|Configuration)?\.(enabled|status)|backupEnabled|"
        r"automatedSnapshotEnabled|resourceTypeOptInPreference\.\w+|protection\.replicationOverwrite)",
        _switched_off, "the backups to come, or what it can be brought back from", _KEEP,
    ),
    Floor(r"state", _switched_off, "the snapshots to come", _KEEP, r"aws:dlm/.*"),
    Floor(r"(.*\.)?defaultRetention\.mode|(.*\.)?objectLockMode", _no_longer("COMPLIANCE"), "what keeps objects from being deleted before their time", _KEEP),
    Floor(
        r"(.*\.)?(blockPublicAcls|blockPublicPolicy|ignorePublicAcls|restrictPublicBuckets)|blockPublicSecurityGroupRules", _switched_off,
        "what keeps data from the public, whatever a policy says", "leave it on, and let in by name who must read",
    ),
    Floor(r"(block)?state", _no_longer("block-all-sharing", "block-new-sharing"), "what keeps data from the public", "leave it on", r"aws:(ebs/snapshotBlock|ec2/imageBlock).*"),
    Floor(r"ttl\.enabled", _switched_on, "every item whose time, in the attribute that is named, is past", "look what the attribute holds in the items that are there"),
    Floor(
        r"(.*\.)?(reclaimPolicy|persistentVolumeReclaimPolicy|deletionPolicy|dataDeletionPolicy|whenDeleted|whenScaled)",
        _no_longer("Retain", "RETAIN", "Orphan", "Snapshot", "ABANDON"), "what would still be there after the thing itself is deleted", _KEEP,
    ),
    Floor(r"values(\..*)?\.(persistence|persistentVolume|storage)\.enabled", _switched_off, "the volumes of its pods", "leave its volumes on", r"kubernetes:helm\.sh/.*"),
    Floor(r"(db|cluster|cache|neptune|replication)?SubnetGroup(Name)?|vpcId|(.*\.)?networkId|privateNetwork", _moved, _NETWORK, _STAY),
)  # fmt: skip


_NAMES = ("name", "ruleName", "deviceName", "id", "sid", "regionName", "region")


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every scalar of inputs with its path; items of a list go by their names, where they have some."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            named = next((item[key] for key in _NAMES if item.get(key)), index) if isinstance(item, Mapping) else index
            yield from leaves(item, f"{path}.{named}")
    else:
        yield path, value


def fallen(step: Step) -> Iterator[Fallen]:
    """Yield what falls with an update: each property by the first floor that speaks of it."""
    before, after = dict(leaves(step.before)), dict(leaves(step.after))
    for path in sorted({*before, *after}):
        was, becomes = before.get(path), after.get(path)
        if was == becomes:
            continue
        floor = next((each for each in FLOORS if _speaks(each, step.type, path)), None)
        if floor and floor.fell(was, becomes):
            yield Fallen(path, floor.lost, floor.instead)


def _speaks(floor: Floor, token: str, path: str) -> bool:
    return bool((not floor.types or re.fullmatch(floor.types, token)) and re.fullmatch(floor.path, path))
