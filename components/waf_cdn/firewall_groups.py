"""AWS's managed rule groups that stand before the site: their capacity, their rules, and the label each rule leaves.

A label is what later rules and the log know a match by. Capacities, rules and labels are those of the AWS WAF developer
guide (aws-managed-rule-groups-baseline, -use-case, -ip-rep, -bot, -anti-ddos), read in November 2026.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_AWS = "awswaf:managed:aws:"


@dataclass(frozen=True)
class ManagedGroup:
    """One group: what AWS calls it, the capacity it takes, and its rules with the last part of their labels."""

    name: str
    capacity: int
    namespace: str
    rules: Mapping[str, str]

    def labels(self) -> Mapping[str, str]:
        """Return the label of each rule in full."""
        return {rule: f"{_AWS}{self.namespace}:{label}" for rule, label in self.rules.items()}


# what a rule's name ends in, and how its label says the same
_PLACES = {
    "BODY": "Body",
    "COOKIE": "Cookie",
    "HEADER": "Header",
    "METHOD": "Method",
    "QUERYARGUMENTS": "QueryArguments",
    "QUERYSTRING": "QueryString",
    "URIPATH": "URIPath",
}


def _rules(stem: str, *places: str) -> Iterator[tuple[str, str]]:
    yield from ((f"{stem}_{place}", f"{stem}_{_PLACES[place]}") for place in places)


COMMON = ManagedGroup(
    "AWSManagedRulesCommonRuleSet",
    700,
    "core-rule-set",
    {
        **dict(_rules("NoUserAgent", "HEADER")),
        "UserAgent_BadBots_HEADER": "BadBots_Header",
        **dict(_rules("SizeRestrictions", "QUERYSTRING", "BODY", "URIPATH")),
        "SizeRestrictions_Cookie_HEADER": "SizeRestrictions_Cookie_Header",
        **dict(_rules("EC2MetaDataSSRF", "BODY", "COOKIE", "URIPATH", "QUERYARGUMENTS")),
        **dict(_rules("GenericLFI", "QUERYARGUMENTS", "URIPATH", "BODY")),
        **dict(_rules("RestrictedExtensions", "URIPATH", "QUERYARGUMENTS")),
        **dict(_rules("GenericRFI", "QUERYARGUMENTS", "BODY", "URIPATH")),
        **dict(_rules("CrossSiteScripting", "COOKIE", "QUERYARGUMENTS", "BODY", "URIPATH")),
    },
)
KNOWN_BAD = ManagedGroup(
    "AWSManagedRulesKnownBadInputsRuleSet",
    200,
    "known-bad-inputs",
    {
        **dict(_rules("JavaDeserializationRCE", "HEADER", "BODY", "URIPATH", "QUERYSTRING")),
        "Host_localhost_HEADER": "Host_Localhost_Header",
        "PROPFIND_METHOD": "Propfind_Method",
        **dict(_rules("ExploitablePaths", "URIPATH")),
        **dict(_rules("Log4JRCE", "HEADER", "QUERYSTRING", "BODY", "URIPATH")),
        **dict(_rules("ReactJSRCE", "BODY")),
    },
)
SQL = ManagedGroup(
    "AWSManagedRulesSQLiRuleSet",
    200,
    "sql-database",
    {
        **dict(_rules("SQLi", "QUERYARGUMENTS", "BODY", "COOKIE")),
        **dict(_rules("SQLiExtendedPatterns", "QUERYARGUMENTS", "BODY")),
    },
)
REPUTATION = ManagedGroup(
    "AWSManagedRulesAmazonIpReputationList",
    25,
    "amazon-ip-list",
    {rule: rule for rule in ("AWSManagedIPReputationList", "AWSManagedReconnaissanceList", "AWSManagedIPDDoSList")},
)
ANONYMOUS = ManagedGroup(
    "AWSManagedRulesAnonymousIpList",
    50,
    "anonymous-ip-list",
    {rule: rule for rule in ("AnonymousIPList", "HostingProviderIPList")},
)
# the rules of these two are many and change; none is ever overridden here
ANTI_DDOS = ManagedGroup("AWSManagedRulesAntiDDoSRuleSet", 50, "anti-ddos", {})
BOTS = ManagedGroup("AWSManagedRulesBotControlRuleSet", 50, "bot-control", {})

# Our rule's name -> the group.
GROUPS: Mapping[str, ManagedGroup] = {
    "anti-ddos": ANTI_DDOS,
    "known-bad-addresses": REPUTATION,
    "anonymous-addresses": ANONYMOUS,
    "common-attacks": COMMON,
    "known-bad-inputs": KNOWN_BAD,
    "sql-injection": SQL,
    "bots": BOTS,
}
LABELS = frozenset(label for group in GROUPS.values() for label in group.labels().values())
