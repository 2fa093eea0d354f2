"""Which values of an attribute a provider refuses: read from its refusals where they say so, else found by trying."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from sandbox.aws_provider.blocks import Attribute, Path, put
from sandbox.aws_provider.terraform import Fault, PluginError
from sandbox.provider_facts import forms

from .relations import relation_of
from .solver import Solver
from .values import choices

_GARBAGE = "!garbage VALUE ~"
_LONG = 5001
# What parts a name of more than one word; other marks are but one way to be taken.
_MARKS = "./:@"
# Characters that tell rules apart.
_TELLING = "Z0-_./: +"
_PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
_NUMBER = r"\(?(-?\d+(?:\.\d+)?)\)?"
_RANGES = (
    (re.compile(rf"in the range \({_NUMBER} - {_NUMBER}\)"), (1, 2)),
    (re.compile(rf"between {_NUMBER} and {_NUMBER}"), (1, 2)),
    (re.compile(r"in the range (\d+)-(\d+)(?!.* or )"), (1, 2)),
    (re.compile(rf"at least {_NUMBER}"), (1, 0)),
    (re.compile(rf"at most {_NUMBER}"), (0, 1)),
    (re.compile(r"valid port number(?! or)"), (-1, -1)),
)
_PORTS = (1, 65535)
_PATTERNS = (
    re.compile(r'match regular expression "((?:[^"\\]|\\.)*)"'),
    re.compile(r"match regular expression '(.*?)'(?:,|$)"),
    re.compile(r"comply with restrictions \(\"((?:[^\"\\]|\\.)*)\"\)"),
)
_COUNTED = re.compile(r"Not enough|Too many|at (least|most) \d+ elements")
# What a refusal's words say of the form that a text must have; the names are those of sandbox/provider_facts/forms.py.
_FORMS: Sequence[tuple[str, str]] = (
    (r"is an invalid ARN|cannot be parsed as an ARN|must be a valid ARN", "arn"),
    (r"invalid JSON policy|JSON policy", "json object"),
    (r"invalid JSON|valid JSON string", "json"),
    (r"AWS Account ID|AWS account ID", "account"),
    (r"RFC ?3339|iso8601", "time"),
    (r"valid IPv4 CIDR|IPv4 CIDR", "cidr4"),
    (r"valid IPv6 CIDR|IPv6 CIDR", "cidr6"),
    (r"invalid CIDR address|valid CIDR", "cidr"),
    (r"valid IPv4 address", "ip4"),
    (r"valid IPv6 address", "ip6"),
    (r"contain a valid IP|valid IP address", "ip"),
    (r"as boolean", "truth"),
    (r"as int|\d\d-bit integer", "whole number"),
    (r"as float", "number"),
    (r"look like AWS Region", "region"),
    (r"to have a host|valid URL|to have a url", "url"),
    (r'satisfy the format of "ddd:hh24:mi-ddd:hh24:mi"', "week's hours"),
    (r'satisfy the format of "hh24:mi-hh24:mi"', "hours"),
    (r"UUID", "uuid"),
    (r"base64", "base64"),
)


def listed(solver: Solver, path: Path) -> list[str]:
    """Return the values that the first refusal of an attribute listed."""
    return choices(solver.said.get(solver.owner(path), ""))


class _Asker:
    """Asks about values of one attribute (or of the items of a list) in a configuration that is accepted otherwise."""

    def __init__(self, solver: Solver, attribute: Attribute, config: Any, path: Path) -> None:
        self._solver = solver
        self._config = config
        self._path = path
        self._many = isinstance(attribute.kind, list)

    def faults(self, value: Any) -> tuple[Fault, ...]:
        if not self._many:
            return self.faults_of(value)
        # how many there must be is another question
        return tuple(fault for fault in self.faults_of([value]) if not _COUNTED.search(fault.text))

    def faults_of(self, value: Any) -> tuple[Fault, ...]:
        return self._solver.judge(put(self._config, self._path, value))

    def takes(self, value: Any) -> bool:
        return not self.faults(value)


# words of the refusals of a few values -> what was found of the characters: the same words, the same code
_LEARNT: dict[str, dict[str, Any]] = {}


def of(solver: Solver, attribute: Attribute, config: Any, path: Path) -> dict[str, Any]:
    """Return the limits of an attribute that has an accepted value in a configuration; empty where it takes anything.

    `in`: the only values (`case`: whichever their case); `range`: the least and most number; `re`: patterns;
    `form`: see sandbox/provider_facts/forms.py; `len`: characters; `chars`: those at the start, within, at the end;
    `some`: characters of which one must be there;
    `needs`: marks without which it is refused; `empty`: an empty text is taken all the same; `least`, `most`: items.
    """
    asker = _Asker(solver, attribute, config, path)
    kind = attribute.kind
    try:
        if kind == "number":
            return _of_number(asker)
        if kind == "string":
            return _of_text(asker, _value_at(config, path))
        if isinstance(kind, list) and kind[0] in ("list", "set") and kind[1] in ("string", "number"):
            items = _value_at(config, path)
            inner = _of_text(asker, items[0]) if kind[1] == "string" else _of_number(asker)
            return inner | _of_items(asker, items[0])
    except PluginError:
        return {}
    return {}


def _value_at(config: Any, path: Path) -> Any:
    for step in path:
        config = config[step]
    return config


def _of_items(asker: _Asker, item: Any) -> dict[str, Any]:
    found = {}
    many = [f"{item}{index}" for index in range(_LONG // 5)] if isinstance(item, str) else []
    for name, value, words in (("least", [], "Not enough"), ("most", many, "Too many")):
        for fault in asker.faults_of(value):
            said = re.search(r"(\d+) item (?:minimum|maximum)", fault.detail if words in fault.summary else "")
            if said := said or re.search(rf"at {name} (\d+) elements", fault.detail):
                found[name] = int(said[1])
    return found


def _of_number(asker: _Asker) -> dict[str, Any]:
    low, high = asker.faults(-777777), asker.faults(2_000_000_001)
    said = [fault for fault in (*low, *high) if not relation_of(fault)]
    texts = list({_worded(fault.text): fault.text for fault in said}.values())
    divided = {found[1] for text in texts if (found := re.search(r"divisible by (\d+)", text))}
    listed = {tuple(choices(text)) for text in texts if choices(text)}
    if len(divided) == len(listed) == 1:
        return {"any": [{"in": [_whole(float(value)) for value in listed.pop()]}, {"by": int(divided.pop())}]}
    ranges = [bounds for text in texts if (bounds := _bounds(text)) is not None]
    if len(listed) == len(ranges) == 1 and len(texts) == 2:  # noqa: PLR2004 # one of each
        # what is neither in the one nor in the other is refused for both
        others = [_whole(float(value)) for value in listed.pop()]
        return {"any": [{"in": others}, {"range": ranges[0]}]} if asker.takes(others[0]) else {}
    if len(divided) == 1 and not listed and len(texts) == 1 + len(ranges):
        return {"by": int(divided.pop()), **({"range": ranges[0]} if ranges else {})}
    if len(texts) != 1:
        return {}  # nothing is refused, or one of several rules would do
    text = texts[0]
    if values := [float(value) for value in choices(text) if re.fullmatch(r"-?\d+(\.\d+)?", value)]:
        return {"in": [_whole(value) for value in values]} if asker.takes(_whole(values[0])) else {}
    bounds = _bounds(text)
    taken = bounds is not None and all(bound is None or asker.takes(bound) for bound in bounds)
    return {"range": bounds} if taken else {}


def _bounds(text: str) -> list[float | None] | None:
    """Return the least and the most that the words of a refusal allow; None where they name no range."""
    for pattern, (least, most) in _RANGES:
        if found := pattern.search(text):
            return list(_PORTS) if least < 0 else [_whole(float(found[at])) if at else None for at in (least, most)]
    return None


def _of_text(asker: _Asker, accepted: str | None) -> dict[str, Any]:
    if accepted is None:
        return {}
    refused = {value: asker.faults(value) for value in (_GARBAGE, "", "a" * _LONG, "-")}
    if not any(refused.values()):
        return {}
    said = [fault.text for fault in refused[_GARBAGE] if not relation_of(fault)]
    only = {_worded(text) for text in said}
    found: dict[str, Any] = {}
    if len(only) > 1 and (rules := _one_of_rules(said, accepted)):
        return {"any": rules} | ({} if refused[""] else {"empty": True})
    if len(only) == 1 and (values := choices(said[0])):
        found["in"] = [*values, *([] if refused[""] else [""])]
        if asker.takes(accepted.swapcase()):
            found["case"] = True
        return found if accepted in values else {}
    if not refused[""]:
        found["empty"] = True
    if len(only) == 1 and (form := _form(said[0])) is not None:
        return {"form": form, **found}
    patterns = [pattern for text in said if (pattern := _pattern(text)) is not None]
    if len(only) == 1 and patterns:
        return {"re": patterns[0], **_length(refused["a" * _LONG]), **found}
    return (_learnt(asker, accepted, refused) or _needed(asker, accepted, refused)) | found


def _length(faults: tuple[Fault, ...]) -> dict[str, Any]:
    """Return the lengths that the refusals of a long text name."""
    for fault in faults:
        if "length" in fault.text and (bounds := _bounds(fault.text)) is not None:
            return {"len": bounds}
    return {}


def _one_of_rules(said: list[str], accepted: str) -> list[dict[str, Any]]:
    """Return rules of which one is enough, where a value is refused by several; empty where one of them is not known.

    One has to be a list with the accepted value in it, which the others do not take.
    """
    rules: list[dict[str, Any]] = []
    for text in said:
        begins = re.search(r"must (?:begin|start) with [`\"']?([\w.-]+[-:/])", text)
        pattern = f"^{re.escape(begins[1])}" if begins else _pattern(text)
        if values := choices(text):
            rules.append({"in": values})
        elif pattern is not None:
            rules.append({"re": pattern})
        elif (form := _form(text)) is not None:
            rules.append({"form": form})
        else:
            return []
    listed = [rule["in"] for rule in rules if "in" in rule]
    others = any(
        re.search(rule["re"], accepted) if "re" in rule else forms.fits(rule["form"], accepted)
        for rule in rules
        if "in" not in rule
    )
    return rules if len(listed) == 1 and accepted in listed[0] and not others else []


def _form(text: str) -> str | None:
    return next((name for words, name in _FORMS if re.search(words, text)), None)


def _pattern(text: str) -> str | None:
    for expression in _PATTERNS:
        if found := expression.search(text):
            quoted = '"' in expression.pattern
            try:
                pattern = json.loads(f'"{found[1]}"') if quoted else found[1]
                re.compile(pattern)
            except (ValueError, re.error):
                return None
            return str(pattern)
    return None


def _learnt(asker: _Asker, accepted: str, refused: dict[str, tuple[Fault, ...]]) -> dict[str, Any]:
    """Return the lengths and characters that are accepted, where a plain word is."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", accepted):
        return {}
    letter, length = accepted[0], max(len(accepted), 3)
    words = [[_worded(fault.text) for fault in faults] for faults in refused.values()]
    inside = letter * (length - 1)
    # some words ("see the guide") are those of more than one rule: a few texts tell which
    taken = [asker.takes(f"{inside}{char}{letter}") for char in _TELLING] + [asker.takes("Z" * length)]
    key = json.dumps([letter, length, words, taken])
    if key not in _LEARNT or not _fit(asker, letter, _LEARNT[key]):
        _LEARNT[key] = _tried(asker, letter, length)
    return _LEARNT[key]


def _fit(asker: _Asker, letter: str, learnt: dict[str, Any]) -> bool:
    """Return whether lengths are those of this attribute, too."""
    least, most = learnt.get("len", (None, None))
    taken = [asker.takes(letter * size) for size in (least, most) if size is not None]
    refused = [asker.takes(letter * size) for size in ((least or 1) - 1, (most or _LONG) + 1) if 0 < size < _LONG]
    return all(taken) and not any(refused)


def _needed(asker: _Asker, accepted: str, refused: dict[str, tuple[Fault, ...]]) -> dict[str, Any]:
    """Return the marks without which a text is refused: the colon of `events:PutEvents`."""
    found: dict[str, Any] = {"len": [1, None]} if refused[""] else {}
    marks = [mark for mark in _MARKS if mark in accepted]
    if not marks and (least := _shortest(asker, accepted)) > 1:
        found["len"] = [least, None]
    if needed := "".join(mark for mark in marks if not asker.takes(accepted.replace(mark, "a"))):
        found["needs"] = needed
    return found


def _shortest(asker: _Asker, accepted: str) -> int:
    """Return how long the beginning of a text must be to be taken, which has no parts that must be there."""
    return next((size for size in range(1, len(accepted)) if asker.takes(accepted[:size])), len(accepted))


def _tried(asker: _Asker, letter: str, length: int) -> dict[str, Any]:
    if not asker.takes(letter * length):
        return {}
    found: dict[str, Any] = {}
    least = next((size for size in range(1, length) if asker.takes(letter * size)), length)
    most = None if asker.takes(letter * _LONG) else _last(lambda size: asker.takes(letter * size), length, _LONG)
    if least > 1 or most is not None:
        found["len"] = [least, most]
    inside = letter * (length - 1)
    ends = [
        "".join(char for char in _PRINTABLE if asker.takes(f"{before}{char}{after}"))
        for before, after in (("", inside), (inside[:-1], letter), (inside, ""))
    ]
    if any(end != _PRINTABLE for end in ends):
        found["chars"] = [None if end == _PRINTABLE else end for end in ends]
    elif not asker.takes("Z" * length):
        # any character will do where one of these is there as well
        found["some"] = "".join(char for char in _PRINTABLE if asker.takes(char * length))
    return found


def _last(takes: Callable[[int], bool], good: int, bad: int) -> int:
    """Return the last size that is taken, between one that is and one that is not."""
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if takes(middle) else (good, middle)
    return good


def _worded(text: str) -> str:
    """Return the words of a refusal without the names and values in it."""
    text = re.sub(r"got:? .*|: \"[^\"]*\"$", "", text, flags=re.DOTALL)
    text = re.sub(r"a{20,}|-777777|2000000001|" + re.escape(_GARBAGE) + "|" + re.escape(_GARBAGE.lower()), "", text)
    return re.sub(r"\b[a-z0-9_]+(\.\d+)?(\.[a-z0-9_]+)+|\b[a-z0-9]+(_[a-z0-9]+)+\b|\"[a-z_0-9]+\"", "", text)


def _whole(value: float) -> float:
    return int(value) if float(value).is_integer() else value
