"""Pairs of the laws in `sandbox/laws/waf.py`."""

from typing import Any

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import VISIBLE, web_acl


def _scope(region: str) -> None:
    web_acl(region=region)


def rate_rule(name: str, priority: int, **more: Any) -> dict[str, Any]:
    statement = {"rate_based_statement": {"limit": 2000, "aggregate_key_type": "IP"}}
    return {
        "name": name,
        "priority": priority,
        "action": {"block": {}},
        "statement": statement,
        "visibility_config": VISIBLE,
        **more,
    }


def _priorities(second: int) -> None:
    web_acl([rate_rule("one", 1), rate_rule("two", second)])


def _managed(verb: str) -> None:
    statement = {"managed_rule_group_statement": {"vendor_name": "AWS", "name": "AWSManagedRulesCommonRuleSet"}}
    verbs: dict[str, Any] = {"action": {"block": {}}} if verb == "action" else {"override_action": {"none": {}}}
    web_acl([{"name": "common", "priority": 1, "statement": statement, "visibility_config": VISIBLE, **verbs}])


LABELLED = {
    "label_match_statement": {"scope": "LABEL", "key": "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"}
}
COUNTRIES = [{"geo_match_statement": {"country_codes": [code]}} for code in ("DE", "FR")]
OUTSIDE: Any = {"not_statement": {"statement": {"or_statement": {"statements": COUNTRIES}}}}
OUTSIDE_EACH: Any = [{"not_statement": {"statement": each}} for each in COUNTRIES]


def both(*statements: Any) -> dict[str, Any]:
    return {"and_statement": {"statements": list(statements)}}


def _nested(second: Any) -> None:
    web_acl([rate_rule("left", 1, statement={"or_statement": {"statements": [LABELLED, both(LABELLED, *second)]}})])


def _nested_scope(inner: Any) -> None:
    statement = {"rate_based_statement": {"limit": 2000, "aggregate_key_type": "IP", "scope_down_statement": inner}}
    web_acl([rate_rule("rate", 1, statement=statement)])


def _nested_in_a_group(inner: Any) -> None:
    statement: Any = {
        "or_statement": {"statements": [LABELLED, both(LABELLED, {"not_statement": {"statements": [inner]}})]}
    }
    rule: Any = rate_rule("left", 1, statement=statement)
    aws.wafv2.RuleGroup("group", name="own", scope="REGIONAL", capacity=50, rules=[rule], visibility_config=VISIBLE)


def _waf_log(name: str) -> None:
    group = aws.cloudwatch.LogGroup("logs", name=name, region="us-east-1")
    aws.wafv2.WebAclLoggingConfiguration("logging", resource_arn=web_acl().arn, log_destination_configs=[group.arn])


def _addresses(addresses: list[str]) -> None:
    aws.wafv2.IpSet("set", scope="REGIONAL", ip_address_version="IPV4", addresses=addresses)


PAIRS = [
    Pair(
        "waf-web-acl",
        "The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT",
        _scope,
        "eu-west-1",
        "us-east-1",
        GITHUB + "aws-samples/aws-genai-llm-chatbot/issues/585",
    ),
    Pair("waf-web-acl", "multiple rules with the same priority: 1", _priorities, 1, 2),
    Pair("waf-web-acl", "takes overrideAction, not action", _managed, "action", "override"),
    Pair(
        "waf-statement-depth",
        "'WebAcl.rules[0].statement.orStatement.statements[1].andStatement.statements[1].notStatement.statement.orStatement'",
        _nested,
        [OUTSIDE],
        OUTSIDE_EACH,
        GITHUB + "pulumi/pulumi-aws/issues/5279",
    ),
    Pair(
        "waf-statement-depth",
        "'WebAcl.rules[0].statement.rateBasedStatement.scopeDownStatement.andStatement.statements[1].notStatement.statement.orStatement'",
        _nested_scope,
        both(LABELLED, OUTSIDE),
        both(LABELLED, *OUTSIDE_EACH),
        GITHUB + "pulumi/pulumi-aws/issues/4868",
    ),
    Pair(
        "waf-statement-depth",
        "'RuleGroup.rules[0].statement.orStatement.statements[1].andStatement.statements[1].notStatement.statements[0].orStatement'",
        _nested_in_a_group,
        {"or_statement": {"statements": COUNTRIES}},
        COUNTRIES[0],
    ),
    Pair(
        "waf-log-destination",
        "The ARN isn't valid",
        _waf_log,
        "waf-logs",
        "aws-waf-logs-flowise",
        GITHUB + "hashicorp/terraform-provider-aws/issues/23934",
    ),
    Pair(
        "waf-ip-set",
        "field: IP_ADDRESS, parameter: 0.0.0.0/0",
        _addresses,
        ["0.0.0.0/0"],
        ["0.0.0.0/1", "128.0.0.0/1"],
        GITHUB + "aws-samples/dcv-web-portal/issues/10",
    ),
    Pair(
        "waf-ip-set",
        "parameter: 195.178.188.66/29",
        _addresses,
        ["195.178.188.66/29"],
        ["195.178.188.64/29"],
        GITHUB + "aws/aws-cdk/issues/20003",
    ),
    Pair("waf-ip-set", "parameter: 2001:db8::/32", _addresses, ["2001:db8::/32"], ["203.0.113.0/24"]),
]
