"""The firewall's rules as data, in the order in which they are asked.

Priorities are written down, not counted, so that a rule that comes or goes moves no other. Who may call
what of Flowise is Flowise's own decision, but for the paths that nobody outside needs.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi import Input

from .firewall_groups import ANONYMOUS, COMMON, GROUPS, SQL
from .firewall_settings import FirewallSettings
from .firewall_statements import (
    Statement,
    all_of,
    any_of,
    declares_more_than,
    in_ip_sets,
    is_method,
    labelled,
    none_of,
    path_begins,
    path_begins_not,
    path_has_markup,
)

# WAFV2 RateBasedStatement: EvaluationWindowSec is 60, 120, 300 or 600.
RATE_WINDOW_SECONDS = 300
TOO_MANY_REQUESTS = 429
MIB = 2**20
# What answers "pong" to whoever asks; the health checks outside come from countries and networks of their own.
PING = "/api/v1/ping"
# What no visitor needs. Whoever registers first owns an empty Flowise, without asking anyone: the owner registers from
# inside the cluster, where the queue board and the metrics are read as well.
CLOSED_PATHS: Mapping[str, str] = {
    "closes-queue-board": "/admin/queues",
    "closes-metrics": "/api/v1/metrics",
    "closes-registration": "/api/v1/account/register",
}
# Chat and UI only give feedback; anybody may read it all (flowise 3.1.4, routes/feedback).
FEEDBACK = "/api/v1/feedback"
# CVE-2025-59528, CVE-2025-8943 and CVE-2026-56274 all ran commands through it; without it flows use no custom MCP.
CUSTOM_MCP = "/api/v1/node-load-method/custommcp"
LOGIN_PATHS = ("/api/v1/auth/login", "/api/v1/account/")
PREDICTION_PATHS = ("/api/v1/internal-prediction/", "/api/v1/prediction/")
# Where a body is a flow, code, a document or a prompt: HTML, SQL, paths and URLs, and far above the 8 KB that the core
# rule set admits (the routes of flowise 3.1.4 that take such bodies).
CONTENT_PATHS = (
    "/api/v1/agentflowv2-generator",
    "/api/v1/assistants",
    "/api/v1/attachments",
    "/api/v1/chatflows",
    "/api/v1/chatmessage",
    "/api/v1/datasets",
    "/api/v1/document-store",
    "/api/v1/evaluations",
    "/api/v1/evaluators",
    "/api/v1/export-import",
    "/api/v1/internal-chatmessage",
    "/api/v1/internal-prediction",
    "/api/v1/marketplaces",
    "/api/v1/mcp",
    "/api/v1/node-custom-function",
    "/api/v1/node-load-method",
    "/api/v1/openai-assistants",
    "/api/v1/prediction",
    "/api/v1/text-to-speech",
    "/api/v1/tools",
    "/api/v1/vector",
    "/api/v1/webhook",
)
# Where programs call: from clouds, and not always with a User-Agent.
MACHINE_PATHS = (
    PING,
    "/api/v1/attachments",
    "/api/v1/document-store/upsert",
    "/api/v1/mcp",
    "/api/v1/prediction",
    "/api/v1/vector/upsert",
    "/api/v1/webhook",
)
# What such a body sets off. They count there, so that an attack shows in the metrics, and block everywhere else.
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
EXEMPTIONS: Mapping[str, Sequence[str]] = {
    **{group.labels()[rule]: CONTENT_PATHS for group, rule in CONTENT_RULES},
    **{group.labels()[rule]: MACHINE_PATHS for group, rule in MACHINE_RULES},
}
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
    "rate-prediction": 22,
    "closes-unused": 29,
    "closes-queue-board": 30,
    "closes-metrics": 31,
    "closes-registration": 32,
    "closes-custom-mcp": 33,
    "closes-listed": 34,
    "too-large": 35,
    "common-attacks": 40,
    "known-bad-inputs": 50,
    "sql-injection": 60,
    "outside-exemptions": 65,
    "bots": 70,
}


@dataclass(frozen=True)
class WafRule:
    """One rule: `statement` in the SDK's words.

    A `managed` group decides by itself, unless it only `counts`; any other rule blocks, with `status` for an answer.
    """

    name: str
    statement: Any
    managed: bool = False
    counts: bool = False
    status: int | None = None

    @property
    def priority(self) -> int:
        """Give the rule's place, which is its own for good."""
        return PRIORITIES[self.name]


def waf_rules(
    settings: FirewallSettings,
    *,
    unused_paths: Sequence[str] = (),
    allowed_sets: Sequence[Input[str]] = (),
    denied_sets: Sequence[Input[str]] = (),
) -> list[WafRule]:
    """Plan the rules in the order of their priorities; the sets are ARNs of the listed addresses.

    `unused_paths` are beginnings of paths that anybody could call, and that nobody needs as the stack is set.
    """
    exempt: dict[str, list[str]] = defaultdict(list)
    for table in (EXEMPTIONS, settings.exemptions):
        for label, paths in table.items():
            exempt[label] += paths
    rules = [
        *_visitors(settings, allowed_sets, denied_sets),
        # before every rule that compares a path
        WafRule("closes-markup", path_has_markup()),
        WafRule("closes-unused", _unused(unused_paths)),
        *_rates(settings),
        *_closed_paths(settings),
        WafRule("too-large", declares_more_than(settings.largest_request_mib * MIB)),
        *_managed_groups(settings, exempt),
    ]
    return sorted(rules, key=lambda rule: rule.priority)


def _visitors(
    settings: FirewallSettings, allowed_sets: Sequence[Input[str]], denied_sets: Sequence[Input[str]]
) -> Iterator[WafRule]:
    no_ping = none_of(path_begins([PING]))
    if settings.allowed_countries:
        here = {"geo_match_statement": {"country_codes": list(settings.allowed_countries)}}
        yield WafRule("countries", all_of([none_of(here), no_ping]))
    if denied_sets:
        yield WafRule("denied-addresses", in_ip_sets(denied_sets))
    if allowed_sets:
        yield WafRule("other-addresses", all_of([none_of(in_ip_sets(allowed_sets)), no_ping]))


def _rates(settings: FirewallSettings) -> Iterator[WafRule]:
    limits: Sequence[tuple[str, int, Sequence[str]]] = (
        ("rate", settings.requests_per_five_minutes_per_ip, ()),
        ("rate-login", settings.logins_per_five_minutes_per_ip, LOGIN_PATHS),
        ("rate-prediction", settings.predictions_per_five_minutes_per_ip, PREDICTION_PATHS),
    )
    for name, limit, paths in limits:
        rate: Statement = {"aggregate_key_type": "IP", "evaluation_window_sec": RATE_WINDOW_SECONDS, "limit": limit}
        if paths:
            rate["scope_down_statement"] = path_begins(paths)
        yield WafRule(name, {"rate_based_statement": rate}, status=TOO_MANY_REQUESTS)


def _unused(paths: Sequence[str]) -> Statement:
    reads_feedback = all_of([is_method("GET"), path_begins([FEEDBACK])])
    return any_of([path_begins(paths), reads_feedback]) if paths else reads_feedback


def _closed_paths(settings: FirewallSettings) -> Iterator[WafRule]:
    yield from (WafRule(name, path_begins([path])) for name, path in CLOSED_PATHS.items())
    if settings.closes_custom_mcp:
        yield WafRule("closes-custom-mcp", path_begins([CUSTOM_MCP]))
    if settings.closed_paths:
        yield WafRule("closes-listed", path_begins(settings.closed_paths))


def _managed_groups(settings: FirewallSettings, exempt: Mapping[str, Sequence[str]]) -> Iterator[WafRule]:
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
        if name in _CONFIGS:
            statement["managed_rule_group_configs"] = [_CONFIGS[name]]
        yield WafRule(name, {"managed_rule_group_statement": statement}, managed=True, counts=name == "bots")
    # one for all groups: AWS asks a dollar a month for each rule
    yield WafRule("outside-exemptions", _outside(exempt))


_CONFIGS: Mapping[str, Statement] = {
    "anti-ddos": {
        "aws_managed_rules_anti_ddos_rule_set": {
            "client_side_action_config": {
                "challenge": {
                    "usage_of_action": "ENABLED",
                    # a challenge is a page with a script: a program that asks the API cannot solve it
                    "exempt_uri_regular_expressions": [{"regex_string": "^/api/"}],
                }
            }
        }
    },
    "bots": {"aws_managed_rules_bot_control_rule_set": {"inspection_level": "COMMON"}},
}


def _outside(exempt: Mapping[str, Sequence[str]]) -> Statement:
    """Hold where one of the labels was left outside of the paths on which it is exempt."""
    labels_of: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for label, paths in exempt.items():
        labels_of[tuple(paths)].append(label)
    return any_of([all_of([labelled(labels), *path_begins_not(paths)]) for paths, labels in labels_of.items()])
