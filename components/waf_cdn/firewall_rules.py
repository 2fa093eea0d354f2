"""The firewall's rules as data, in the order in which they are asked.

Priorities are written down, not counted, so that a rule that comes or goes moves no other. What the application's
paths are, its profile says: without one no rule names a path.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi import Input

from ..shared.edge_profile import EdgeProfile
from .firewall_groups import ANONYMOUS, COMMON, GROUPS, SQL
from .firewall_settings import FirewallSettings
from .firewall_statements import (
    Statement,
    all_of,
    any_of,
    as_regex,
    declares_more_than,
    header_digest,
    header_is,
    header_matches,
    in_ip_sets,
    is_method,
    labelled,
    none_of,
    path_begins,
    path_begins_not,
    path_has_markup,
    path_spelled_not,
)

# WAFV2 RateBasedStatement: EvaluationWindowSec is 60, 120, 300 or 600.
RATE_WINDOW_SECONDS = 300
TOO_MANY_REQUESTS = 429
MIB = 2**20
# What code, a document or a prompt sets off in a body. They count on content paths, so that an attack shows in the
# metrics, and block everywhere else.
CONTENT_RULES = (
    (COMMON, "SizeRestrictions_BODY"),
    (COMMON, "CrossSiteScripting_BODY"),
    (COMMON, "GenericLFI_BODY"),
    (COMMON, "GenericRFI_BODY"),
    (COMMON, "EC2MetaDataSSRF_BODY"),
    (SQL, "SQLi_BODY"),
    (SQL, "SQLiExtendedPatterns_BODY"),
)
MACHINE_RULES = ((COMMON, "NoUserAgent_HEADER"), (ANONYMOUS, "HostingProviderIPList"))
# Those of the application's own rules lie between (shared.edge_profile: CLOSED_PRIORITIES).
PRIORITIES: Mapping[str, int] = {
    "countries": 0,
    "denied-addresses": 1,
    "other-addresses": 2,
    "closes-markup": 3,
    "anti-ddos": 5,
    "known-bad-addresses": 10,
    "anonymous-addresses": 12,
    "rate": 20,
    "rate-login": 21,
    "rate-costly": 22,
    "rate-key": 23,
    "closes-unused": 29,
    "closes-listed": 34,
    "too-large": 35,
    "closes-to-programs": 36,
    "closes-odd-keys": 37,
    "common-attacks": 40,
    "known-bad-inputs": 50,
    "sql-injection": 60,
    "outside-exemptions": 65,
    "bots": 70,
}


@dataclass(frozen=True)
class WafRule:
    """One rule: `statement` in the SDK's words, `priority` its place, which is its own for good.

    A `managed` group decides by itself, unless it only `counts`; any other rule blocks, with `status` for an answer.
    """

    name: str
    priority: int
    statement: Any
    managed: bool = False
    counts: bool = False
    status: int | None = None


def waf_rules(
    settings: FirewallSettings,
    profile: EdgeProfile,
    *,
    allowed_sets: Sequence[Input[str]] = (),
    denied_sets: Sequence[Input[str]] = (),
) -> list[WafRule]:
    """Plan the rules in the order of their priorities; the sets are ARNs of the listed addresses."""
    exempt = _exemptions(settings, profile)
    rules = [
        *_visitors(settings, profile, allowed_sets, denied_sets),
        *_rates(settings, profile),
        *_closed(settings, profile),
        _rule("too-large", declares_more_than(settings.largest_request_mib * MIB)),
        *_managed_groups(settings, profile, exempt),
    ]
    if exempt:
        # one for all groups: AWS asks a dollar a month for each rule
        rules.append(_rule("outside-exemptions", _outside(exempt)))
    return sorted(rules, key=lambda rule: rule.priority)


def _rule(name: str, statement: Statement, **how: Any) -> WafRule:
    return WafRule(name, PRIORITIES[name], statement, **how)


def _exemptions(settings: FirewallSettings, profile: EdgeProfile) -> Mapping[str, Sequence[str]]:
    """Return the paths on which each label's rules count instead of blocking."""
    exempt: dict[str, list[str]] = defaultdict(list)
    for rules, paths in ((CONTENT_RULES, profile.content_paths), (MACHINE_RULES, profile.machine_paths)):
        for group, rule in rules:
            if paths:
                exempt[group.labels()[rule]] += paths
    for label, listed in settings.exemptions.items():
        exempt[label] += listed
    return exempt


def _visitors(
    settings: FirewallSettings,
    profile: EdgeProfile,
    allowed_sets: Sequence[Input[str]],
    denied_sets: Sequence[Input[str]],
) -> Iterator[WafRule]:
    # health checks come from countries and networks of their own
    no_health_check = [none_of(path_begins([profile.health_path]))] if profile.health_path else []
    if settings.allowed_countries:
        here = {"geo_match_statement": {"country_codes": list(settings.allowed_countries)}}
        yield _rule("countries", all_of([none_of(here), *no_health_check]))
    if denied_sets:
        yield _rule("denied-addresses", in_ip_sets(denied_sets))
    if allowed_sets:
        yield _rule("other-addresses", all_of([none_of(in_ip_sets(allowed_sets)), *no_health_check]))


def _rates(settings: FirewallSettings, profile: EdgeProfile) -> Iterator[WafRule]:
    yield _rate("rate", settings.requests_per_five_minutes_per_ip)
    if profile.login_paths:
        yield _rate("rate-login", settings.logins_per_five_minutes_per_ip, path_begins(profile.login_paths))
    if profile.costly_paths:
        yield _rate("rate-costly", settings.costly_requests_per_five_minutes_per_ip, path_begins(profile.costly_paths))
    if profile.key_header and settings.requests_per_five_minutes_per_key is not None:
        rate = {
            "aggregate_key_type": "CUSTOM_KEYS",
            "custom_keys": [header_digest(profile.key_header[0])],
            "evaluation_window_sec": RATE_WINDOW_SECONDS,
            "limit": settings.requests_per_five_minutes_per_key,
        }
        yield _rule("rate-key", {"rate_based_statement": rate}, status=TOO_MANY_REQUESTS)


def _rate(name: str, limit: int, counted: Statement | None = None) -> WafRule:
    rate: Statement = {"aggregate_key_type": "IP", "evaluation_window_sec": RATE_WINDOW_SECONDS, "limit": limit}
    if counted:
        rate["scope_down_statement"] = counted
    return _rule(name, {"rate_based_statement": rate}, status=TOO_MANY_REQUESTS)


def _closed(settings: FirewallSettings, profile: EdgeProfile) -> Iterator[WafRule]:
    if profile.strips_markup:
        # before every rule that compares a path
        yield _rule("closes-markup", path_has_markup())
    unused = [path_begins(profile.unused_paths)] if profile.unused_paths else []
    if profile.write_only_paths:
        unused.append(all_of([is_method("GET"), path_begins(profile.write_only_paths)]))
    if unused:
        yield _rule("closes-unused", any_of(unused))
    yield from (WafRule(rule.name, rule.priority, path_begins(rule.paths)) for rule in profile.closed_paths)
    if settings.closed_paths:
        yield _rule("closes-listed", path_begins(settings.closed_paths))
    if profile.page_header:
        programs = path_spelled_not([*profile.program_paths, *settings.program_paths])
        others = all_of([path_begins(profile.api_paths), none_of(header_is(*profile.page_header)), *programs])
        yield _rule("closes-to-programs", others)
    if profile.key_header and settings.requests_per_five_minutes_per_key is not None:
        name, spelling = profile.key_header
        yield _rule("closes-odd-keys", all_of([header_matches(name, "."), none_of(header_matches(name, spelling))]))


def _managed_groups(
    settings: FirewallSettings, profile: EdgeProfile, exempt: Mapping[str, Sequence[str]]
) -> Iterator[WafRule]:
    configs = {"anti-ddos": _anti_ddos(profile), "bots": _BOTS}
    left_out = {
        name for name, wanted in (("anti-ddos", settings.anti_ddos), ("bots", settings.bot_control)) if not wanted
    }
    for name, group in GROUPS.items():
        if name in left_out:
            continue
        statement: Statement = {"name": group.name, "vendor_name": "AWS"}
        counted = [rule for rule, label in group.labels().items() if label in exempt]
        if counted:
            statement["rule_action_overrides"] = [{"name": rule, "action_to_use": {"count": {}}} for rule in counted]
        if name in configs:
            statement["managed_rule_group_configs"] = [configs[name]]
        yield _rule(name, {"managed_rule_group_statement": statement}, managed=True, counts=name == "bots")


_BOTS: Statement = {"aws_managed_rules_bot_control_rule_set": {"inspection_level": "COMMON"}}


def _anti_ddos(profile: EdgeProfile) -> Statement:
    challenge: Statement = {"usage_of_action": "ENABLED"}
    if profile.api_paths:
        # a challenge is a page with a script: a program that asks an API cannot solve it
        exempt = [{"regex_string": f"^{as_regex(path)}"} for path in profile.api_paths]
        challenge["exempt_uri_regular_expressions"] = exempt
    action = {"client_side_action_config": {"challenge": challenge}}
    return {"aws_managed_rules_anti_ddos_rule_set": action}


def _outside(exempt: Mapping[str, Sequence[str]]) -> Statement:
    """Hold where one of the labels was left outside of the paths on which it is exempt."""
    labels_of: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for label, paths in exempt.items():
        labels_of[tuple(paths)].append(label)
    return any_of([all_of([labelled(labels), *path_begins_not(paths)]) for paths, labels in labels_of.items()])
