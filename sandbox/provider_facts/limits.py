"""Which values a provider takes, by what was recorded of each property (`v` in the facts).

`in`: the only values (`case`: in any case; `later`: those that AWS has added since, by botocore); `range`: least and
most; `form`: see forms.py; `re`: a pattern that must be found; `len`: least and most characters; `chars`: classes of
those at the start, within and at the end; `some`: those of which one must be there; `needs`: marks without which it is
refused; `empty`: an empty text is taken whatever else is asked; `by`: what a number is divisible by; `any`: rules of
which one must hold; `least` and `most`: how many items.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ..wire import UNKNOWN
from . import forms

# A refusal lists no more than fit a line.
_LISTED = 12
# What is recorded of a text that is not taken whatever it is.
_JUDGED = frozenset({"in", "form", "re", "len", "chars", "some", "needs", "any"})


def refusals(limits: Mapping[str, Any], scalar: Any, value: Any) -> Iterator[str]:
    """Yield why a value (or an item of a list) is refused: what it must be."""
    if value is None or value == UNKNOWN or isinstance(value, dict | list):
        return
    if scalar == "number":
        number = _number(value)
        if number is not None:
            yield from _of_number(limits, number)
    elif scalar == "string":
        yield from _of_text(limits, text_of(value))


def text_of(value: Any) -> str:
    """Return a value as the provider gets it where it wants a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _of_number(limits: Mapping[str, Any], number: float) -> Iterator[str]:
    if "any" in limits:
        said = [list(_of_number(rule, number)) for rule in limits["any"]]
        if all(said):
            yield " or ".join(why for whys in said for why in whys)
        return
    if "by" in limits and number % limits["by"]:
        yield f"must be divisible by {limits['by']}"
    if "in" in limits and number not in limits["in"]:
        yield _one_of(limits["in"])
    least, most = limits.get("range", (None, None))
    if (least is not None and number < least) or (most is not None and number > most):
        yield f"must be {_between(least, most)}"


def _of_text(limits: Mapping[str, Any], text: str) -> Iterator[str]:
    if text == "":
        if "empty" not in limits and _JUDGED & limits.keys() and "" not in limits.get("in", ()):
            yield "must not be empty"
        return
    if "any" in limits:
        said = [list(_of_text(rule, text)) for rule in limits["any"]]
        if all(said):
            yield " or ".join(why for whys in said for why in whys)
        return
    if "in" in limits:
        choices = [*limits["in"], *limits.get("later", ())]
        known = [choice.lower() for choice in choices] if "case" in limits else choices
        if (text.lower() if "case" in limits else text) not in known:
            yield _one_of(limits["in"])
        return
    if "form" in limits and not forms.fits(limits["form"], text):
        yield f"must be {forms.FORMS[limits['form']][0]}"
    if "re" in limits and (pattern := compiled(limits["re"])) is not None and not pattern.search(text):
        yield f"must match {limits['re']}"
    if lacking := [mark for mark in limits.get("needs", "") if mark not in text]:
        yield f"must have {' and '.join(lacking)} in it"
    least, most = limits.get("len", (None, None))
    if (least is not None and len(text) < least) or (most is not None and len(text) > most):
        yield f"must have {_between(least, most)} characters, and has {len(text)}"
    if "chars" in limits and not _made_of(limits["chars"], text):
        yield f"must be made of {_characters(limits['chars'])}"
    if "some" in limits and not any(ord(char) > 0x7E or _taken(limits["some"], char) for char in text):  # noqa: PLR2004 # ASCII's last
        yield f"must have at least one of [{limits['some']}] in it"


def _made_of(classes: list[str | None], text: str) -> bool:
    """Return whether a text's characters are all taken. Of those beyond ASCII nothing is known."""
    places = zip((text[:1], text[1:-1], text[-1:] if len(text) > 1 else ""), classes, strict=True)
    return all(
        chars is None or all(ord(char) > 0x7E or _taken(chars, char) for char in part)  # noqa: PLR2004 # ASCII's last
        for part, chars in places
    )


def _taken(chars: str, char: str) -> bool:
    pattern = compiled(f"[{chars}]")  # kept: there are more of them than `re` itself keeps
    return pattern is None or pattern.match(char) is not None


def _characters(classes: list[str | None]) -> str:
    start, within, end = (f"[{chars}]" if chars is not None else "anything" for chars in classes)
    said = [within]
    said += [f"{start} at its start"] if start != within else []
    said += [f"{end} at its end"] if end != within else []
    return ", ".join(said)


@cache
def compiled(pattern: str) -> "re.Pattern[str] | None":
    """Return a pattern of Go's; None where Python has no such thing."""
    try:
        return re.compile(re.sub(r"\\z", r"\\Z", pattern), re.ASCII)
    except re.error:
        return None


def _between(least: Any, most: Any) -> str:
    if least is None:
        return f"at most {most}"
    return f"at least {least}" if most is None else f"{least} to {most}"


def _one_of(choices: list[Any]) -> str:
    shown = ", ".join(json.dumps(choice) for choice in choices[:_LISTED])
    return f"must be one of {shown}{' ...' if len(choices) > _LISTED else ''}"
