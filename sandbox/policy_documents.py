"""Whether IAM would let somebody do something: its own algorithm over rendered documents, within one account.

An explicit denial wins; else both an identity policy and the boundary must allow, which grants nothing by itself
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). `admits` judges a
resource's own policy. Policies of organizations and sessions are not played.
"""

import json
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


def admits(document: Document, principal: str, action: str, resource: str, keys: Keys) -> bool:
    """Return whether a resource's policy may let a principal in: a service's name, an ARN, or `*` for anybody.

    Where a condition asks for a key that `keys` does not have, it is believed to hold for what is allowed, and not to
    hold for what is denied: only a certain refusal is one.
    """
    effects = {
        str(each["Effect"])
        for each in statements_of(document)
        if _is_about(each, principal)
        and _covers(each, action, resource)
        and _may_hold(each, keys, unknown=each["Effect"] == "Allow")
    }
    return "Allow" in effects and "Deny" not in effects


def evaluable(document: Document) -> bool:
    """Return whether `allowed` knows every element and operator of a document."""
    return all(
        {"Action", "NotAction"} & each.keys()
        and {"Resource", "NotResource"} & each.keys()
        and all(_plain(operator) in {*COMPARE, "Null"} for operator in each.get("Condition", {}))
        for each in statements_of(document)
    )


def _plain(operator: str) -> str:
    """Return an operator without its quantifier, its negation and its ending."""
    return operator.rpartition(":")[2].removesuffix("IfExists").replace("Not", "")


def does(statement: Mapping[str, Any], action: str) -> bool:
    """Return whether a statement is about an action; one that names none is about none."""
    return bool({"Action", "NotAction"} & statement.keys()) and _names(statement, "Action", action.lower(), lower=True)


def document_of(value: object) -> Document | None:
    """Return a policy that was written as text or as an object; None where there is none that can be read."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, Mapping) and value.get("Statement") is not None else None


def statements_of(document: Document) -> list[Mapping[str, Any]]:
    """Return the statements of a policy; one that has none allows nothing."""
    found = document.get("Statement", [])
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, Mapping)]


def _is_about(statement: Mapping[str, Any], principal: str) -> bool:
    if "NotPrincipal" in statement:
        return bool(statement["Effect"] == "Allow")
    said = statement.get("Principal", "*")
    names = [each for value in said.values() for each in _listed(value)] if isinstance(said, Mapping) else _listed(said)
    # whoever is named by an ARN or an account may be the one who asks
    return "*" in names or principal in names or (principal == "*" and statement["Effect"] == "Allow")


def _covers(statement: Mapping[str, Any], action: str, resource: str) -> bool:
    return does(statement, action) and (
        not ({"Resource", "NotResource"} & set(statement)) or resource == "" or _names(statement, "Resource", resource)
    )


def _may_hold(statement: Mapping[str, Any], keys: Keys, *, unknown: bool) -> bool:
    asked = {name.lower(): [value] if isinstance(value, str) else list(value) for name, value in keys.items()}
    for operator, tests in statement.get("Condition", {}).items():
        for key, wanted in tests.items():
            if key.lower() not in asked or _plain(operator) not in COMPARE:
                if not unknown:
                    return False
            elif not _holds(operator, asked[key.lower()], _listed(wanted)):
                return False
    return True


def _applying(action: str, resource: str, keys: Keys, policies: Sequence[Document]) -> Iterator[Mapping[str, Any]]:
    # names of keys are not case-sensitive, in requests or in policies
    asked = {name.lower(): [value] if isinstance(value, str) else list(value) for name, value in keys.items()}
    for policy in policies:
        for statement in statements_of(policy):
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
