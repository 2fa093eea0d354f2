"""Stands in for AWS's managed rule groups: each named rule by what the AWS WAF developer guide says it looks for.

AWS does not publish its patterns. These are few and coarse: enough to tell which rule a textbook attack or a flow's
body sets off, and so what our overrides and exemptions make of it. They are no claim about what AWS catches.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from tests.components.waf_cdn.firewall.request import HOSTED, ILL_FAMED, TOR, Request

# CloudFront hands AWS WAF the first 16 KB of a body unless asked for more
BODY_READ = 16 * 1024


@dataclass(frozen=True)
class ManagedRule:
    """A rule of a group: when it is met, what it does unless overridden, and the label it leaves."""

    name: str
    label: str
    meets: Callable[[Request], bool]
    action: str = "block"


def _path(request: Request) -> Iterator[str]:
    yield unquote(request.path)


def _arguments(request: Request) -> Iterator[str]:
    yield from (value for _, value in parse_qsl(request.query, keep_blank_values=True))


def _query(request: Request) -> Iterator[str]:
    yield unquote(request.query)


def _cookie(request: Request) -> Iterator[str]:
    yield unquote(request.headers.get("cookie", ""))


def _headers(request: Request) -> Iterator[str]:
    yield from request.headers.values()


def _body(request: Request) -> Iterator[str]:
    yield unquote(request.body[:BODY_READ])


READS: Mapping[str, Callable[[Request], Iterator[str]]] = {
    "BODY": _body,
    "COOKIE": _cookie,
    "HEADER": _headers,
    "QUERYARGUMENTS": _arguments,
    "QUERYSTRING": _query,
    "URIPATH": _path,
}
RANGES = {
    "BODY": "Body",
    "COOKIE": "Cookie",
    "HEADER": "Header",
    "QUERYARGUMENTS": "QueryArguments",
    "QUERYSTRING": "QueryString",
    "URIPATH": "URIPath",
}
SSRF = r"169\.254\.169\.254|latest/meta-data"
LFI = r"\.\./|\.\.\\|/etc/passwd|file://"
RFI = r"(https?|ftp)://\d{1,3}(\.\d{1,3}){3}"
XSS = r"(?i)<\s*(script|iframe|svg|img)\b|javascript:|\bon(error|load|click)\s*="
SQL = r"(?i)\bunion\s+(all\s+)?select\b|'\s*or\s+'?\d+'?\s*=\s*'?\d+|;\s*drop\s+table\b|\bsleep\s*\(\s*\d+\s*\)"
SQL_EXTENDED = r"(?i)\binformation_schema\b|\bpg_sleep\s*\("
LOG4J = r"(?i)\$\{\s*jndi:"
JAVA = r"java\.lang\.(Runtime|ProcessBuilder)|\brO0AB"
REACT = r'"\$@\d|__proto__:then|constructor:constructor'


def _pattern(namespace: str, stem: str, pattern: str, *places: str) -> list[ManagedRule]:
    def rule(place: str) -> ManagedRule:
        def meets(request: Request) -> bool:
            return any(re.search(pattern, text) for text in READS[place](request))

        return ManagedRule(f"{stem}_{place}", f"awswaf:managed:aws:{namespace}:{stem}_{RANGES[place]}", meets)

    return [rule(place) for place in places]


def _rule(
    namespace: str, name: str, label: str, meets: Callable[[Request], bool], action: str = "block"
) -> ManagedRule:
    return ManagedRule(name, f"awswaf:managed:aws:{namespace}:{label}", meets, action)


CRS, BAD, SQLI, LISTS, ANONYMOUS = (
    "core-rule-set", "known-bad-inputs", "sql-database", "amazon-ip-list", "anonymous-ip-list",
)  # fmt: skip
GROUPS: Mapping[str, Sequence[ManagedRule]] = {
    "AWSManagedRulesCommonRuleSet": [
        _rule(CRS, "NoUserAgent_HEADER", "NoUserAgent_Header", lambda r: not r.headers.get("user-agent")),
        _rule(
            CRS,
            "UserAgent_BadBots_HEADER",
            "BadBots_Header",
            lambda r: bool(re.search(r"(?i)nessus|nmap|nikto|sqlmap", r.headers.get("user-agent", ""))),
        ),
        _rule(CRS, "SizeRestrictions_QUERYSTRING", "SizeRestrictions_QueryString", lambda r: len(r.query) > 2048),
        _rule(
            CRS,
            "SizeRestrictions_Cookie_HEADER",
            "SizeRestrictions_Cookie_Header",
            lambda r: len(r.headers.get("cookie", "")) > 10240,
        ),
        _rule(CRS, "SizeRestrictions_BODY", "SizeRestrictions_Body", lambda r: len(r.body) > 8192),
        _rule(CRS, "SizeRestrictions_URIPATH", "SizeRestrictions_URIPath", lambda r: len(r.path) > 1024),
        *_pattern(CRS, "EC2MetaDataSSRF", SSRF, "BODY", "COOKIE", "URIPATH", "QUERYARGUMENTS"),
        *_pattern(CRS, "GenericLFI", LFI, "QUERYARGUMENTS", "URIPATH", "BODY"),
        *_pattern(CRS, "RestrictedExtensions", r"(?i)\.(log|ini|bak|conf|sql)$", "URIPATH", "QUERYARGUMENTS"),
        *_pattern(CRS, "GenericRFI", RFI, "QUERYARGUMENTS", "BODY", "URIPATH"),
        *_pattern(CRS, "CrossSiteScripting", XSS, "COOKIE", "QUERYARGUMENTS", "BODY", "URIPATH"),
    ],
    "AWSManagedRulesKnownBadInputsRuleSet": [
        *_pattern(BAD, "JavaDeserializationRCE", JAVA, "HEADER", "BODY", "URIPATH", "QUERYSTRING"),
        _rule(
            BAD,
            "Host_localhost_HEADER",
            "Host_Localhost_Header",
            lambda r: r.headers.get("host", "").split(":")[0] == "localhost",
        ),
        _rule(BAD, "PROPFIND_METHOD", "Propfind_Method", lambda r: r.method == "PROPFIND"),
        *_pattern(BAD, "ExploitablePaths", r"(?i)web-inf|/\.git/|/phpmyadmin", "URIPATH"),
        *_pattern(BAD, "Log4JRCE", LOG4J, "HEADER", "QUERYSTRING", "BODY", "URIPATH"),
        *_pattern(BAD, "ReactJSRCE", REACT, "BODY"),
    ],
    "AWSManagedRulesSQLiRuleSet": [
        *_pattern(SQLI, "SQLi", SQL, "QUERYARGUMENTS", "BODY", "COOKIE"),
        *_pattern(SQLI, "SQLiExtendedPatterns", SQL_EXTENDED, "QUERYARGUMENTS", "BODY"),
    ],
    "AWSManagedRulesAmazonIpReputationList": [
        _rule(LISTS, "AWSManagedIPReputationList", "AWSManagedIPReputationList", lambda r: r.address == ILL_FAMED),
        _rule(LISTS, "AWSManagedReconnaissanceList", "AWSManagedReconnaissanceList", lambda r: False),
        _rule(LISTS, "AWSManagedIPDDoSList", "AWSManagedIPDDoSList", lambda r: False, "count"),
    ],
    "AWSManagedRulesAnonymousIpList": [
        _rule(ANONYMOUS, "AnonymousIPList", "AnonymousIPList", lambda r: r.address == TOR),
        _rule(ANONYMOUS, "HostingProviderIPList", "HostingProviderIPList", lambda r: r.address == HOSTED),
    ],
    "AWSManagedRulesAntiDDoSRuleSet": [],  # judges floods, not requests
    "AWSManagedRulesBotControlRuleSet": [
        _rule(
            "bot-control",
            "CategoryHttpLibrary",
            "bot:category:http_library",
            lambda r: bool(re.search(r"(?i)python-requests|curl/|axios/", r.headers.get("user-agent", ""))),
        ),
    ],
}
