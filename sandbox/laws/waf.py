"""WAF: rules of a web ACL, how deep they nest, and where it logs."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from .law import Law, Refusal, ResourceOperation, get, items

_WAF = "https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html"


def _web_acl(op: ResourceOperation) -> Iterator[Refusal]:
    if op.text("scope") == "CLOUDFRONT" and op.region != "us-east-1":
        yield Refusal(
            "WAFInvalidParameterException",
            "Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT",
            'make what has the scope CLOUDFRONT with region="us-east-1"',
        )
    rules = items(op.inputs, "rules")
    for key, code in (("priority", "priority"), ("name", "name")):
        values = [get(rule, key) for rule in rules if get(rule, key) is not None]
        for value in sorted({value for value in values if values.count(value) > 1}, key=str):
            yield Refusal(
                "WAFInvalidParameterException",
                f"Error reason: You have used none or multiple rules with the same {code}: {value}",
                f"give each rule a {code} of its own",
            )
    for rule in rules:
        name, statement = get(rule, "name"), get(rule, "statement") or {}
        managed = "managedRuleGroupStatement" in statement or "ruleGroupReferenceStatement" in statement
        if managed and get(rule, "action") is not None:
            yield Refusal(
                "WAFInvalidParameterException",
                f"Error reason: A reference in your rule statement is not valid: rule group {name} takes overrideAction, not action",
                "set overrideAction to none or count",
            )
        if not managed and get(rule, "overrideAction") is not None:
            yield Refusal(
                "WAFInvalidParameterException",
                f"Error reason: rule {name} is no rule group, and takes action, not overrideAction",
                "set action to allow, block, count, captcha or challenge",
            )
        limit = get(statement, "rateBasedStatement", "limit")
        if isinstance(limit, int) and not 10 <= limit <= 2_000_000_000:  # noqa: PLR2004 # the API's
            yield Refusal(
                "WAFInvalidParameterException",
                f"Error reason: The rate limit of {name} must be 10 to 2000000000: {limit}",
                "requests are counted in five minutes unless evaluationWindowSec says otherwise",
            )


# root and scope-down statements of terraform-provider-aws (internal/service/wafv2/schemas.go, statementSchema(3)), whose
# schema is finite where the SDK's type is recursive
_STATEMENT_LEVELS = 3


def _too_deep(statement: Any, at: str, levels: int = _STATEMENT_LEVELS) -> Iterator[str]:
    """Yield where a statement nests deeper than the provider's schema goes; a scope-down statement is a level, too."""
    for logical in ("andStatement", "orStatement", "notStatement"):
        inner = get(statement, logical)
        if inner is None:
            continue
        if levels == 0:
            yield f"{at}.{logical}"
            continue
        nested = {f"statements[{place}]": each for place, each in enumerate(items(inner, "statements"))}
        for key, each in {**nested, "statement": get(inner, "statement")}.items():
            yield from _too_deep(each, f"{at}.{logical}.{key}", levels - 1)
    for scoped in ("rateBasedStatement", "managedRuleGroupStatement"):
        down = get(statement, scoped, "scopeDownStatement")
        if down is not None:
            yield from _too_deep(down, f"{at}.{scoped}.scopeDownStatement", levels - 1)


def _statement_depth(op: ResourceOperation) -> Iterator[Refusal]:
    statements = {
        f"rules[{place}].statement": get(rule, "statement") for place, rule in enumerate(items(op.inputs, "rules"))
    }
    for at, statement in {**statements, "statement": op.get("statement")}.items():
        for place in _too_deep(statement, at):
            yield Refusal(
                "Invalid or unknown key",
                f"Examine values at '{op.cls}.{place}': statements nest {_STATEMENT_LEVELS} levels deep at most",
                "not (a or b) is (not a and not b), which stands in the list of an and_statement above it; or give "
                "rule_json, which no preview compares",
            )


def _web_acl_log(op: ResourceOperation) -> Iterator[Refusal]:
    for arn in op.texts("logDestinationConfigs"):
        name = arn.removesuffix(":*").rpartition(":")[2].rpartition("/")[2]
        if arn.startswith("arn:") and not name.startswith("aws-waf-logs-"):
            yield Refusal(
                "WAFInvalidParameterException",
                f"Error reason: The ARN isn't valid. A valid ARN begins with arn: ..., field: LOG_DESTINATION, parameter: {arn}",
                "name the log group, bucket or stream aws-waf-logs-...",
            )


_VERSIONS = {"IPV4": 4, "IPV6": 6}


def _addresses(op: ResourceOperation) -> Iterator[Refusal]:
    for text in op.texts("addresses"):
        try:
            network = ip_network(text)
        except ValueError:
            network = None
        wanted = _VERSIONS.get(op.text("ipAddressVersion"))
        # a bare address has no length
        if network is None or "/" not in text or not network.prefixlen or wanted not in (None, network.version):
            yield Refusal(
                "WAFInvalidParameterException",
                "Error reason: The parameter contains formatting that is not valid., field: IP_ADDRESS, parameter: "
                + text,
                "write the network's own address and its length, from /1 on: everything is 0.0.0.0/1 and 128.0.0.0/1",
            )


LAWS = (
    Law(
        "waf-web-acl",
        "rules of a web ACL",
        _WAF,
        r"aws:wafv2/(webAcl:WebAcl|ipSet:IpSet|ruleGroup:RuleGroup|regexPatternSet:RegexPatternSet)",
        _web_acl,
    ),
    Law(
        "waf-statement-depth",
        "how deep a web ACL's statements nest",
        "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/wafv2/schemas.go",
        r"aws:wafv2/(webAcl:WebAcl|ruleGroup:RuleGroup|webAclRule:WebAclRule)",
        _statement_depth,
    ),
    Law(
        "waf-ip-set",
        "addresses of an IP set",
        "https://docs.aws.amazon.com/waf/latest/APIReference/API_IPSet.html",
        "aws:wafv2/ipSet:IpSet",
        _addresses,
    ),
    Law(
        "waf-log-destination",
        "where a web ACL may log",
        "https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html",
        r"aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        _web_acl_log,
    ),
)
