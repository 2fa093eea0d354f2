"""Whether IAM would let a role do something: its own algorithm over rendered documents, within one account.

An explicit denial wins; else both an identity policy and the boundary must allow, which grants nothing by itself
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). Policies of resources,
organizations and sessions are not played.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

Document = Mapping[str, Any]
Keys = Mapping[str, str | Sequence[str]]


def allowed(
    action: str, resource: str, keys: Keys, *, policies: Sequence[Document], boundary: Document | None = None
) -> bool:
    """Return whether a role with these policies, under this boundary, may do it."""
    sides = [policies, *([[boundary]] if boundary else [])]
    effects = [{each["Effect"] for each in _applying(action, resource, keys, side)} for side in sides]
    return all("Allow" in each and "Deny" not in each for each in effects)


def _applying(action: str, resource: str, keys: Keys, policies: Sequence[Document]) -> Iterator[Mapping[str, Any]]:
    # names of keys are not case-sensitive, in requests or in policies
    asked = {name.lower(): [value] if isinstance(value, str) else list(value) for name, value in keys.items()}
    for policy in policies:
        for statement in policy["Statement"]:
            if (
                _names(statement, "Action", action.lower(), lower=True)
                and _names(statement, "Resource", resource)
                and all(
                    _holds(operator, asked.get(key.lower()), _listed(wanted))
                    for operator, tests in statement.get("Condition", {}).items()
                    for key, wanted in tests.items()
                )
            ):
                yield statement


def _names(statement: Mapping[str, Any], element: str, value: str, *, lower: bool = False) -> bool:
    negated = f"Not{element}" in statement
    patterns = _listed(statement[f"Not{element}" if negated else element])
    return negated != any(like(value, each.lower() if lower else each) for each in patterns)


def _holds(operator: str, values: list[str] | None, wanted: list[str]) -> bool:
    """Judge one key; a key that was not sent fails, except where the operator is negated or says IfExists."""
    quantifier, _, operator = operator.rpartition(":")
    if operator == "Null":
        return (values is None) == (wanted == ["true"])
    if operator.endswith("IfExists"):
        if values is None:
            return True
        operator = operator.removesuffix("IfExists")
    negated, compare = "Not" in operator, COMPARE[operator.replace("Not", "")]
    if values is None:
        return negated or quantifier == "ForAllValues"
    found = [negated != any(compare(value, each) for each in wanted) for value in values]
    return any(found) if quantifier == "ForAnyValue" else all(found)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in text), re.DOTALL)


def like(value: str, pattern: str) -> bool:
    """Match as IAM does: `*` is any number of characters, `/` and `:` among them, and `?` is one."""
    return bool(_pattern(pattern).fullmatch(value))


def _same_text(value: str, wanted: str) -> bool:
    return value.lower() == wanted.lower()


COMPARE: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": _same_text,
    "StringLike": like,
    "ArnEquals": like,
    "ArnLike": like,
    "Bool": _same_text,
    "NumericLessThan": lambda value, wanted: float(value) < float(wanted),
}


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value]
