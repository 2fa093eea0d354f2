"""Judges a request as AWS WAF would by the rules of a web ACL, exactly as they are handed to AWS.

It interprets the statements that our rules are built of, and refuses to guess at any other. Floods are left out:
whether a rate is exceeded is no property of one request. AWS's own groups are stood in for by managed.py.
"""

import ipaddress
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.components.waf_cdn.firewall.managed import GROUPS
from tests.components.waf_cdn.firewall.request import Request


@dataclass(frozen=True)
class Verdict:
    """What became of a request: by which rule it was blocked, if it was, and what counted on the way."""

    blocked_by: str | None
    counted: tuple[str, ...]

    def __str__(self) -> str:
        counted = f"counted {', '.join(self.counted)}" if self.counted else ""
        return f"blocked by {self.blocked_by}" if self.blocked_by else counted or "allowed"


@dataclass(frozen=True)
class Firewall:
    """The rules of a web ACL, and the addresses of the sets that they refer to, by ARN."""

    rules: Sequence[Mapping[str, Any]]
    ip_sets: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def judge(self, request: Request) -> Verdict:
        """Ask the rules in the order of their priorities until one blocks."""
        labels: set[str] = set()
        counted: list[str] = []
        for rule in sorted(self.rules, key=lambda rule: int(rule["priority"])):
            ((kind, what),) = rule["statement"].items()
            if kind == "rateBasedStatement":
                continue
            if kind == "managedRuleGroupStatement":
                blocked = _group(rule, what, request, labels, counted)
            else:
                met = self._holds(rule["statement"], request, labels)
                blocked = rule["name"] if met and _action(rule["action"]) == "block" else None
            if blocked:
                return Verdict(blocked, tuple(counted))
        return Verdict(None, tuple(counted))

    def rated_by(self, request: Request) -> set[str]:
        """Return the names of the rate-based rules that count a request towards their limit."""
        found = set()
        for rule in self.rules:
            rate = rule["statement"].get("rateBasedStatement")
            if rate and not all(each["header"]["name"] in request.headers for each in rate.get("customKeys", ())):
                continue
            if rate and ("scopeDownStatement" not in rate or self._holds(rate["scopeDownStatement"], request, set())):
                found.add(rule["name"])
        return found

    def _holds(self, statement: Mapping[str, Any], request: Request, labels: Iterable[str]) -> bool:
        ((kind, what),) = statement.items()
        match kind:
            case "andStatement":
                return all(self._holds(each, request, labels) for each in what["statements"])
            case "orStatement":
                return any(self._holds(each, request, labels) for each in what["statements"])
            case "notStatement":
                return not self._holds(what["statement"], request, labels)
            case "labelMatchStatement":
                assert what["scope"] == "LABEL"
                return what["key"] in labels
            case "geoMatchStatement":
                return request.country in what["countryCodes"]
            case "ipSetReferenceStatement":
                address = ipaddress.ip_address(request.address)
                return any(address in ipaddress.ip_network(each) for each in self.ip_sets[what["arn"]])
            case "byteMatchStatement":
                text = _read(what, request)
                if what["positionalConstraint"] == "EXACTLY":
                    return bool(text == what["searchString"])
                assert what["positionalConstraint"] == "STARTS_WITH"
                return text is not None and text.startswith(what["searchString"])
            case "regexMatchStatement":
                text = _read(what, request)
                return text is not None and re.search(what["regexString"], text) is not None
        raise NotImplementedError(f"the model knows no {kind}: teach it, then judge")


def _action(action: Mapping[str, Any]) -> str:
    ((kind, _),) = action.items()
    return str(kind)


def _group(
    rule: Mapping[str, Any], what: Mapping[str, Any], request: Request, labels: set[str], counted: list[str]
) -> str | None:
    overrides = {each["name"]: _action(each["actionToUse"]) for each in what.get("ruleActionOverrides", [])}
    assert overrides.keys() <= {each.name for each in GROUPS[what["name"]]}, "AWS ignores an override of no rule"
    for each in GROUPS[what["name"]]:
        if not each.meets(request):
            continue
        labels.add(each.label)
        action = overrides.get(each.name, each.action)
        if action == "count" or "count" in rule["overrideAction"]:
            counted.append(each.name)
        else:
            return f"{rule['name']}: {each.name}"
    return None


def _read(what: Mapping[str, Any], request: Request) -> str | None:
    ((kind, where),) = what["fieldToMatch"].items()
    if kind == "uriPath":
        text: str | None = request.path
    elif kind == "method":
        text = request.method
    elif kind == "singleHeader":
        text = request.headers.get(where["name"])
    else:
        raise NotImplementedError(f"the model reads no {kind}")
    for each in sorted(what["textTransformations"], key=lambda each: int(each["priority"])):
        text = None if text is None else TRANSFORMATIONS[each["type"]](text)
    return text


def _normalized(path: str) -> str:
    clean = posixpath.normpath(re.sub("/+", "/", path))
    return f"{clean}/" if path.endswith("/") and clean != "/" else clean


TRANSFORMATIONS = {
    "NONE": lambda text: text,
    "LOWERCASE": str.lower,
    "URL_DECODE": unquote,
    "NORMALIZE_PATH": _normalized,
}
