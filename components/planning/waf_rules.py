"""The firewall's rules as data, in the order in which they are asked.

Priorities are written down, not counted, so that a rule that comes or goes moves no other. Who may call
what of Flowise is Flowise's own decision, but for three paths that nobody outside needs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# WAFV2 RateBasedStatement: EvaluationWindowSec is 60, 120, 300 or 600.
RATE_WINDOW_SECONDS = 300
# A flow is JSON full of HTML, code and URLs, and far above the 8 KB that the core rule set admits: these five would
# refuse to save it. They still count, so that an attack shows in the metrics.
COMMON_BODY_RULES = (
    "SizeRestrictions_BODY",
    "CrossSiteScripting_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "EC2MetaDataSSRF_BODY",
)
# What no visitor needs. Whoever registers first owns an empty Flowise, without asking anyone: the owner registers from
# inside the cluster, where the queue board and the metrics are read as well.
CLOSED_PATHS: Mapping[str, str] = {
    "closes-queue-board": "/admin/queues",
    "closes-metrics": "/api/v1/metrics",
    "closes-registration": "/api/v1/account/register",
}
# The groups take 1125 of the 1500 capacity units that an ACL has at no extra cost (AWS WAF developer guide, on AWS
# managed rules and on pricing).
MANAGED_GROUPS: Mapping[str, tuple[str, Sequence[str]]] = {
    "known-bad-addresses": ("AWSManagedRulesAmazonIpReputationList", ()),
    "common-attacks": ("AWSManagedRulesCommonRuleSet", COMMON_BODY_RULES),
    "known-bad-inputs": ("AWSManagedRulesKnownBadInputsRuleSet", ()),
    "sql-injection": ("AWSManagedRulesSQLiRuleSet", ()),
}
PRIORITIES: Mapping[str, int] = {
    "countries": 0,
    "known-bad-addresses": 10,
    "rate": 20,
    "closes-queue-board": 30,
    "closes-metrics": 31,
    "closes-registration": 32,
    "common-attacks": 40,
    "known-bad-inputs": 50,
    "sql-injection": 60,
}


@dataclass(frozen=True)
class WafRule:
    """One rule: `statement` in the SDK's words; a `managed` group decides by itself, any other rule blocks."""

    name: str
    statement: Any
    managed: bool = False

    @property
    def priority(self) -> int:
        """Give the rule's place, which is its own for good."""
        return PRIORITIES[self.name]


def waf_rules(*, requests_per_five_minutes: int, allowed_countries: Sequence[str]) -> list[WafRule]:
    """Plan the rules, cheapest first."""
    rules = [*_countries(allowed_countries), _rate(requests_per_five_minutes), *_closed_paths(), *_managed_groups()]
    return sorted(rules, key=lambda rule: rule.priority)


def _countries(allowed: Sequence[str]) -> Iterator[WafRule]:
    if allowed:
        here = {"geo_match_statement": {"country_codes": list(allowed)}}
        yield WafRule("countries", {"not_statement": {"statement": here}})


def _rate(limit: int) -> WafRule:
    return WafRule(
        "rate",
        {
            "rate_based_statement": {
                "aggregate_key_type": "IP",
                "evaluation_window_sec": RATE_WINDOW_SECONDS,
                "limit": limit,
            }
        },
    )


def _closed_paths() -> Iterator[WafRule]:
    # Express takes upper case for lower; the other two undo what would hide the path from a comparison
    transformations = [
        {"priority": place, "type": kind} for place, kind in enumerate(("URL_DECODE", "NORMALIZE_PATH", "LOWERCASE"))
    ]
    for name, path in CLOSED_PATHS.items():
        yield WafRule(
            name,
            {
                "byte_match_statement": {
                    "field_to_match": {"uri_path": {}},
                    "positional_constraint": "STARTS_WITH",
                    "search_string": path,
                    "text_transformations": transformations,
                }
            },
        )


def _managed_groups() -> Iterator[WafRule]:
    for name, (group, counted) in MANAGED_GROUPS.items():
        statement: dict[str, Any] = {"name": group, "vendor_name": "AWS"}
        if counted:
            statement["rule_action_overrides"] = [{"name": rule, "action_to_use": {"count": {}}} for rule in counted]
        yield WafRule(name, {"managed_rule_group_statement": statement}, managed=True)
