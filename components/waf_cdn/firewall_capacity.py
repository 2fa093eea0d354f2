"""What rules cost in capacity units (AWS WAF developer guide: the page of each kind of statement, "WCUs").

A transformation is charged once for each part of the request that it is applied to, however many rules ask for it
("processing optimizations" of aws-waf-capacity-units). AWS tells the very number by `aws wafv2 check-capacity`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from .firewall_groups import GROUPS
from .firewall_rules import WafRule

# WAFV2: a web ACL holds 5,000; up to 1,500 are in its basic price (aws.amazon.com/waf/pricing).
MOST_UNITS, UNITS_IN_BASIC_PRICE = 5000, 1500
_TRANSFORMATION = 10
_CONTAINS = 10
_COMPARED = 2
# each further key that a rate counts by (waf-rule-statement-type-rate-based: WCUs)
_CUSTOM_KEY = 30
_BASE = {
    "geo_match_statement": 1,
    "ip_set_reference_statement": 1,
    "label_match_statement": 1,
    "rate_based_statement": 2,
    "regex_match_statement": 3,
}
_GROUP_UNITS = {group.name: group.capacity for group in GROUPS.values()}


def units(rules: Iterable[WafRule]) -> int:
    """Return the capacity that the rules take together."""
    leaves = [leaf for rule in rules for leaf in _leaves(rule.statement)]
    transformed = {
        (str(what["field_to_match"]), each["type"])
        for _, what in leaves
        for each in what.get("text_transformations", ())
        if each["type"] != "NONE"
    }
    return sum(_units(kind, what) for kind, what in leaves) + _TRANSFORMATION * len(transformed)


def _leaves(statement: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    ((kind, what),) = statement.items()
    if kind == "not_statement":
        yield from _leaves(what["statement"])
    elif kind in ("and_statement", "or_statement"):
        for each in what["statements"]:
            yield from _leaves(each)
    else:
        yield kind, what
        if "scope_down_statement" in what:
            yield from _leaves(what["scope_down_statement"])


def _units(kind: str, what: dict[str, Any]) -> int:
    if kind == "managed_rule_group_statement":
        return _GROUP_UNITS[what["name"]]
    if kind == "byte_match_statement":
        return _CONTAINS if what["positional_constraint"].startswith("CONTAINS") else _COMPARED
    return _BASE[kind] + _CUSTOM_KEY * len(what.get("custom_keys", ()))
