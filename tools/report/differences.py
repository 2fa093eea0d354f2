"""Which properties of a resource differ, as people name them: the words that changed, and not the texts around them."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.plans import Step
from sandbox.wire import UNKNOWN

from ..masking import SECRET, masked
from .model import KNOWN_AFTER, NONE, Property

Path = tuple[str, ...]
Difference = tuple[Path, Any, Any]
# what tells the items of a list apart, whatever their order
_IDENTITIES = ("alert", "record", "name", "key", "Sid", "sid", "id", "deviceName")
# where the order itself says something
_ORDERED = ("env", "args", "command", "rules", "ingress", "egress", "orderedCacheBehaviors")
_DROPPED = ("spec", "template", "containers", "resources", "groups")
_PROSE = ("description", "summary", "alarmDescription", "pulumi.com/timeoutSeconds")
# an object of more is counted: who wants all of it looks at the diff
_FEW = 3
_NAME = ("metadata", "name")
# longer texts are told by the words that differ
_LONG = 40
_WORDS = re.compile(r"[\w.%-]+|\s+|[^\w\s]")
_ID = re.compile(r"[a-z]+-[0-9a-f]{8,}")
# longer values are cut; who wants all of one has `pulumi preview --diff`
MOST_CHARACTERS = 400


class Absent:
    """What is not there, which is not the same as null."""

    def __repr__(self) -> str:
        """As it is shown."""
        return NONE


ABSENT = Absent()


def differences(step: Step) -> list[Difference]:
    """Return what differs between a resource's inputs, masked, by their whole paths."""
    found = list(_compare(masked(dict(step.before)), masked(dict(step.after)), ()))
    # what is secret on both sides looks alike; that it changes is said all the same
    seen = {path[0] for path, _, _ in found}
    secret = [name for name in step.changed if name not in seen and _holds_secret(step, name)]
    if step.operation not in ("update", "same") and not secret and {path for path, _, _ in found} <= {_NAME}:
        secret = [name for name in step.after if _holds_secret(step, name)]
    return found + [((name,), SECRET, f"{SECRET}, another") for name in secret]


def properties(step: Step, found: Sequence[Difference]) -> list[Property]:
    """Return the differences as they are shown, without prose beside what it describes."""
    telling = [each for each in found if each[0][-1] not in _PROSE and not _follows(step, each[0])]
    reasons = {re.split(r"[.\[]", reason)[0] for reason in step.because}
    shown: dict[tuple[str, str, str], Property] = {}
    for path, old, new in telling or found:
        before, after = _shown(old, new)
        one = Property(path=named(path), old=before, new=after, replaces=path[0] in reasons)
        shown.setdefault((one.path, one.old, one.new), one)
    return list(shown.values())


def _follows(step: Step, path: Path) -> bool:
    """Return whether a difference follows from another: how long to wait, and the name that autonaming made up."""
    return "pulumi.com/" in path[-1] or (path == _NAME and step.operation != "update")


def named(path: Path) -> str:
    """Return a path as people say it: `spec.template.spec.containers[0].image` of one called app is `app.image`."""
    kept = [each.removeprefix("=") for each in path]
    # an alert or a record needs no group around it
    for index, each in enumerate(path):
        if each.startswith("=") and index and path[index - 1] == "rules":
            kept = kept[index:]
    return ".".join(each for each in kept if each not in _DROPPED) or ".".join(kept)


def _holds_secret(step: Step, name: str) -> bool:
    return SECRET in json.dumps(masked({name: step.after.get(name)}), default=str)


def _compare(old: Any, new: Any, path: Path) -> Iterator[Difference]:
    if _same(old, new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            if not str(key).startswith("__"):
                yield from _compare(old.get(key, ABSENT), new.get(key, ABSENT), (*path, str(key)))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _compare_lists(old, new, path)
    elif (inside := (_parsed(old), _parsed(new))) and all(isinstance(each, dict | list) for each in inside):
        yield from _compare(*inside, path)
    else:
        yield path, old, new


def _same(old: Any, new: Any) -> bool:
    # true is not 1, but 1 is 1.0; what holds others is asked for each
    return (bool(old == new) and not isinstance(old, bool | dict | list) and not isinstance(new, bool)) or old is new


def _parsed(value: Any) -> Any:
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(value)
    except ValueError:
        return None


def _compare_lists(old: list[Any], new: list[Any], path: Path) -> Iterator[Difference]:
    by = next((key for key in _IDENTITIES if _tells_apart(old, key) and _tells_apart(new, key)), None)
    if by:
        was, becomes = ({str(each[by]): each for each in items} for items in (old, new))
        for key in [*was, *(key for key in becomes if key not in was)]:
            yield from _compare(was.get(key, ABSENT), becomes.get(key, ABSENT), (*path, f"={key}"))
        common = [key for key in was if key in becomes]
        if path and path[-1] in _ORDERED and common != [key for key in becomes if key in was]:
            yield (*path, "order"), ", ".join(was), ", ".join(becomes)
    elif UNKNOWN in new:
        yield path, old, UNKNOWN
    elif all(isinstance(each, dict) for each in (*old, *new)):
        if len(old) == len(new):
            for was, becomes in zip(old, new, strict=True):
                yield from _compare(was, becomes, path)
        else:
            yield from ((path, each, ABSENT) for each in old if each not in new)
            yield from ((path, ABSENT, each) for each in new if each not in old)
    elif path and path[-1] in _ORDERED:
        if old != new:
            yield path, old, new
    else:
        gone, come = ([each for each in one if each not in other] for one, other in ((old, new), (new, old)))
        if gone or come:
            yield path, gone or ABSENT, come or ABSENT


def _tells_apart(items: list[Any], key: str) -> bool:
    names = [each.get(key) for each in items if isinstance(each, Mapping)]
    return len(names) == len(items) and all(isinstance(each, str) for each in names) and len(set(names)) == len(names)


def _shown(old: Any, new: Any) -> tuple[str, str]:
    if isinstance(old, str) and isinstance(new, str) and UNKNOWN not in (old, new) and max(len(old), len(new)) > _LONG:
        left, right = _differing(old, new)
        return _cut(left), _cut(right)
    return _cut(show(old)), _cut(show(new))


def show(value: Any) -> str:
    """Return one value as it is shown."""
    if isinstance(value, Absent):
        return NONE
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, list) and value and all(isinstance(each, str | int | float) for each in value):
        if len(value) > 2 and all(_ID.fullmatch(str(each)) for each in value):  # noqa: PLR2004 # two can be read
            return f"{len(value)} ids"
        return ", ".join(show(each) for each in value)
    if isinstance(value, dict) and len(value) > _FEW:
        return f"({len(value)} properties)"
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, ensure_ascii=False).replace(UNKNOWN, KNOWN_AFTER)
    return str(value).replace(UNKNOWN, KNOWN_AFTER) or '""'


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def _differing(old: str, new: str) -> tuple[str, str]:
    """Return the words of each side that the other has not, `…` between those that stand apart."""
    words, others = _WORDS.findall(old), _WORDS.findall(new)
    blocks = [
        (words[i1:i2], others[j1:j2])
        for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
    left, right = (" … ".join("".join(block[side]).strip() for block in blocks) for side in (0, 1))
    return left.strip(" …") or NONE, right.strip(" …") or NONE
