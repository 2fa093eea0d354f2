"""What a change in place may lose that no single value tells: rules that end objects, denials, plans, copies."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from ..plans import Step
from ..wire import UNKNOWN
from .floors import Fallen, number

Item = Mapping[str, Any]
_FOR_EVER = float("inf")
_ENDED = "objects or images that are older than a rule now says, within a day"
_LOOK = "look what it would end; have a copy first, or let the rule be about new prefixes alone"


def _items(value: Any) -> list[Item]:
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, Mapping)]


def _parsed(value: Any) -> Any:
    """Return a document that is written as text or as an object; None where it is neither, or not known."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return None
    return value


# --- rules that end objects


def _ends(rule: Item) -> Iterator[tuple[str, float]]:
    """Yield what a lifecycle rule of S3 ends, current objects or older versions, and after how many days."""
    if rule.get("status", "Enabled") != "Enabled" or rule.get("enabled") is False:
        return
    for kind, keys in (
        ("expiration", ("days",)),
        ("noncurrentVersionExpiration", ("noncurrentDays", "days")),
    ):
        for told in _items(rule.get(kind)):
            days = next((told[key] for key in keys if told.get(key) is not None), None)
            if days is not None or told.get("date"):
                yield kind, 0 if told.get("date") else _days(days)


def _days(value: Any) -> float:
    return 0 if value == UNKNOWN else number(value) or 0


def _scope(rule: Item) -> tuple[str, str]:
    """Return the prefix of a rule, and all else that it selects by."""
    found = dict(_items(rule.get("filter"))[0]) if _items(rule.get("filter")) else {}
    prefix = str(found.pop("prefix", None) or rule.get("prefix") or "")
    return prefix, json.dumps([found, rule.get("tags") or {}], sort_keys=True)


def _covers(wide: tuple[str, str], narrow: tuple[str, str]) -> bool:
    everything = json.dumps([{}, {}])
    return narrow[0].startswith(wide[0]) and wide[1] in (everything, narrow[1])


def _lifecycle(before: Item, after: Item) -> Iterator[Fallen]:
    key = "rules" if "rules" in {*before, *after} else "lifecycleRules"
    stood = [(kind, days, _scope(rule)) for rule in _items(before.get(key)) for kind, days in _ends(rule)]
    for rule in _items(after.get(key)):
        for kind, days in _ends(rule):
            scope = _scope(rule)
            if not any(kind == each and had <= days and _covers(wide, scope) for each, had, wide in stood):
                yield Fallen(f"{key}.{rule.get('id') or scope[0] or '*'}.{kind}", _ENDED, _LOOK)


def _images(before: Item, after: Item) -> Iterator[Fallen]:
    """Yield the rules of an ECR lifecycle policy that end images which stayed until now."""

    def rules(side: Item) -> list[tuple[str, float]]:
        found = _items((_parsed(side.get("policy")) or {}).get("rules"))
        chosen = [dict(rule.get("selection") or {}) for rule in found]
        return [
            (json.dumps(each, sort_keys=True), count)
            for each in chosen
            for count in [_days(each.pop("countNumber", 0))]
        ]

    def split(side: Item) -> list[tuple[str, float]]:
        return [
            (json.dumps({k: v for k, v in json.loads(text).items() if k != "countNumber"}, sort_keys=True), count)
            for text, count in rules(side)
        ]

    stood = split(before)
    for chosen, count in split(after):
        if not any(chosen == each and had <= count for each, had in stood):
            yield Fallen("policy", _ENDED, _LOOK)


# --- denials


def _set(value: Any) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset(() if value is None else (str(value),))


def _statements(value: Any, effect: str) -> list[Item]:
    document = _parsed(value)
    return (
        [each for each in _items((document or {}).get("Statement")) if each.get("Effect") == effect]
        if isinstance(document, Mapping)
        else []
    )


def _still_denied(denial: Item, after: Sequence[Item]) -> bool:
    def same(key: str, other: Item) -> bool:
        return json.dumps(denial.get(key), sort_keys=True) == json.dumps(other.get(key), sort_keys=True)

    return any(
        (same("Principal", other) or other.get("Principal") in ("*", {"AWS": "*"}))
        and all(same(key, other) for key in ("NotPrincipal", "NotAction", "NotResource"))
        and (_set(denial.get("Action")) <= _set(other.get("Action")) or "*" in _set(other.get("Action")))
        and (_set(denial.get("Resource")) <= _set(other.get("Resource")) or "*" in _set(other.get("Resource")))
        and (same("Condition", other) or not other.get("Condition"))
        for other in after
    )


def _everybody(statement: Item) -> bool:
    principal = statement.get("Principal")
    said = principal.get("AWS") if isinstance(principal, Mapping) else principal
    return "*" in _set(said) and not statement.get("Condition")


def _denials(before: Item, after: Item) -> Iterator[Fallen]:
    for key in ("policy", "resourcePolicy", "accessPolicies", "policyDocument"):
        was, becomes = before.get(key), after.get(key)
        if becomes in (was, UNKNOWN):
            continue
        if not all(_still_denied(each, _statements(becomes, "Deny")) for each in _statements(was, "Deny")):
            yield Fallen(key, "what it denied, deletion perhaps", "keep its denials, and change what lets in")
        open_before = [json.dumps(each, sort_keys=True) for each in _statements(was, "Allow") if _everybody(each)]
        opened = [each for each in _statements(becomes, "Allow") if _everybody(each)]
        if any(json.dumps(each, sort_keys=True) not in open_before for each in opened):
            yield Fallen(key, "what kept everybody out: it lets in anybody, without a condition", "name who is let in")


# --- plans and copies


def _backup_plan(before: Item, after: Item) -> Iterator[Fallen]:
    def kept(side: Item) -> float:
        lifecycle = _items(side.get("lifecycle"))
        return number(lifecycle[0].get("deleteAfter")) or _FOR_EVER if lifecycle else _FOR_EVER

    rules = {str(rule.get("ruleName")): rule for rule in _items(after.get("rules"))}
    for rule in _items(before.get("rules")):
        name = str(rule.get("ruleName"))
        now = rules.get(name)
        if now is None:
            yield Fallen(f"rules.{name}", "the backups that this rule made", "make the rule that takes its place first")
            continue
        if kept(now) < kept(rule):
            yield Fallen(
                f"rules.{name}.lifecycle.deleteAfter", "days that backups to come are kept", "leave the figure"
            )
        copies = {str(each.get("destinationVaultArn")): each for each in _items(now.get("copyActions"))}
        for copy in _items(rule.get("copyActions")):
            where = str(copy.get("destinationVaultArn"))
            if UNKNOWN not in copies and (where not in copies or kept(copies[where]) < kept(copy)):
                yield Fallen(
                    f"rules.{name}.copyActions", "the copies in another vault, or days of them", "leave the copy"
                )


def _selection(before: Item, after: Item) -> Iterator[Fallen]:
    chosen = _set(after.get("resources"))
    if UNKNOWN not in chosen:
        gone = [
            each for each in _set(before.get("resources")) if not any(fnmatchcase(each, pattern) for pattern in chosen)
        ]
        if gone:
            yield Fallen("resources", "the backups to come of what is no longer selected", "keep it in the selection")
    for key in ("selectionTags", "conditions"):
        was, becomes = (json.dumps(side.get(key), sort_keys=True) for side in (before, after))
        if was != becomes and before.get(key) and UNKNOWN not in becomes:
            yield Fallen(key, "the backups to come of what is no longer selected", "add a second selection beside it")
    if _set(after.get("notResources")) - _set(before.get("notResources")):
        yield Fallen("notResources", "the backups to come of what is left out", "keep it in the selection")


def _copies(before: Item, after: Item) -> Iterator[Fallen]:
    def regions(side: Item) -> set[str]:
        return {str(each.get("regionName") or each.get("region")) for each in _items(side.get("replicas"))}

    if regions(before) - regions(after):
        yield Fallen("replicas", "the copy in another region", "leave it until the new one is whole")


def _replication(before: Item, after: Item) -> Iterator[Fallen]:
    def rules(side: Item) -> set[str]:
        found = [rule for rule in _items(side.get("rules")) if rule.get("status", "Enabled") == "Enabled"]
        return {str(rule.get("id") or (rule.get("destination") or {}).get("bucket")) for rule in found}

    if rules(before) - rules(after):
        yield Fallen(
            "rules", "the copies to come of what the rule replicated", "make the rule that takes its place first"
        )


def _claims(before: Item, after: Item) -> Iterator[Fallen]:
    was, becomes = (side.get("spec") or {} for side in (before, after))
    retention = becomes.get("persistentVolumeClaimRetentionPolicy") or {}
    fewer = (number(becomes.get("replicas")) or 0) < (number(was.get("replicas")) or 0)
    if becomes.get("volumeClaimTemplates") and retention.get("whenScaled") == "Delete" and fewer:
        yield Fallen("spec.replicas", "the volumes of the pods that go", "let `whenScaled` retain them")


Judge = Callable[[Item, Item], Iterator[Fallen]]
_BY_TYPE: Sequence[tuple[str, Judge]] = (
    ("aws:s3/bucketLifecycleConfiguration*", _lifecycle),
    ("aws:s3control/bucketLifecycleConfiguration:*", _lifecycle),
    ("aws:s3/bucket:Bucket", _lifecycle),
    ("aws:s3/bucketV2:BucketV2", _lifecycle),
    ("aws:ecr/lifecyclePolicy:*", _images),
    ("aws:backup/plan:*", _backup_plan),
    ("aws:backup/selection:*", _selection),
    ("aws:s3/bucketReplicationConfig:*", _replication),
    ("kubernetes:apps/*:StatefulSet", _claims),
)
# What ends objects of something that stands beside it: the property that names that.
ENDS_OBJECTS: Mapping[str, str] = {
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "bucket",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": "bucket",
    "aws:s3control/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "bucket",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "repository",
}


def weakened(step: Step) -> Iterator[Fallen]:
    """Yield what an update weakens or ends, or a new resource beside what stands."""
    yield from _copies(step.before, step.after)
    yield from _denials(step.before, step.after)
    for pattern, judge in _BY_TYPE:
        if fnmatchcase(step.type, pattern):
            yield from judge(step.before, step.after)
