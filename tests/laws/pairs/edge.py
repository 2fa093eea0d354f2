"""Pairs of the laws in `sandbox/laws/edge.py`."""

from typing import Any

import pulumi
import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import ACTIONS, balancer, distribution, subnet, two_zones, vpc


def _balancer_subnets(zone: str) -> None:
    network = vpc()
    subnets = [subnet("one", network, 1, "a"), subnet("two", network, 2, zone)]
    aws.lb.LoadBalancer("lb", subnets=[each.id for each in subnets])


def _health(timeout: int) -> None:
    check: Any = {"interval": 10, "timeout": timeout, "path": "/health"}
    aws.lb.TargetGroup("targets", port=80, protocol="HTTP", vpc_id=vpc().id, health_check=check)


def certificate(region: str | None = None) -> aws.acm.Certificate:
    return aws.acm.Certificate("certificate", domain_name="flowise.example.com", validation_method="DNS", region=region)


def _https(with_certificate: bool) -> None:
    own = certificate()
    ready = aws.acm.CertificateValidation("validation", certificate_arn=own.arn)
    given: dict[str, Any] = {"certificate_arn": ready.certificate_arn} if with_certificate else {}
    aws.lb.Listener(
        "listener", load_balancer_arn=balancer().arn, port=443, protocol="HTTPS", default_actions=ACTIONS, **given
    )


def _validated(waits: bool) -> None:
    own = certificate()
    arn = aws.acm.CertificateValidation("validation", certificate_arn=own.arn).certificate_arn if waits else own.arn
    aws.lb.Listener(
        "listener",
        load_balancer_arn=balancer().arn,
        port=443,
        protocol="HTTPS",
        default_actions=ACTIONS,
        certificate_arn=arn,
    )


def _two_listeners(port: int) -> None:
    own = balancer()
    common: dict[str, Any] = {"load_balancer_arn": own.arn, "protocol": "HTTP", "default_actions": ACTIONS}
    first = aws.lb.Listener("one", port=80, **common)
    aws.lb.Listener("two", port=port, **common, opts=pulumi.ResourceOptions(depends_on=[first]))


def _site_certificate(region: str) -> None:
    own = certificate(region)
    ready = aws.acm.CertificateValidation("validation", certificate_arn=own.arn, region=region)
    distribution(
        aliases=["flowise.example.com"],
        viewer_certificate={"acm_certificate_arn": ready.certificate_arn, "ssl_support_method": "sni-only"},
    )


def _alias_without(aliases: list[str]) -> None:
    distribution(aliases=aliases)


def _origin(target: str) -> None:
    distribution(default_cache_behavior={"target_origin_id": target, "viewer_protocol_policy": "https-only", "allowed_methods": ["GET", "HEAD"], "cached_methods": ["GET", "HEAD"]})  # fmt: skip


def _vpc_origin(port: int) -> None:
    one = aws.lb.LoadBalancer("balancer", internal=True, subnets=[each.id for each in two_zones(vpc())])
    vpc_origin = aws.cloudfront.VpcOrigin(
        "way-in",
        vpc_origin_endpoint_config={
            "name": "way-in",
            "arn": one.arn,
            "http_port": port,
            "https_port": 443,
            "origin_protocol_policy": "http-only",
            "origin_ssl_protocols": {"items": ["TLSv1.2"], "quantity": 1},
        },
    )
    origin = {
        "origin_id": "app",
        "domain_name": one.dns_name,
        "vpc_origin_config": {"vpc_origin_id": vpc_origin.id},
    }
    distribution(origins=[origin])


def _read_timeout(seconds: int) -> None:
    config = {
        "http_port": 80,
        "https_port": 443,
        "origin_protocol_policy": "https-only",
        "origin_ssl_protocols": ["TLSv1.2"],
    }
    origin = {
        "origin_id": "app",
        "domain_name": "app.example.com",
        "custom_origin_config": {**config, "origin_read_timeout": seconds},
    }
    distribution(origins=[origin])


VISIBLE: Any = {"cloudwatch_metrics_enabled": True, "metric_name": "acl", "sampled_requests_enabled": True}


def web_acl(rules: Any = None, region: str = "us-east-1", scope: str = "CLOUDFRONT") -> aws.wafv2.WebAcl:
    return aws.wafv2.WebAcl(
        "acl",
        scope=scope,
        region=region,
        default_action=aws.wafv2.WebAclDefaultActionArgs(allow=aws.wafv2.WebAclDefaultActionAllowArgs()),
        visibility_config=VISIBLE,
        rules=rules or [],
    )


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


def _acl_id(which: str) -> None:
    own = web_acl()
    distribution(web_acl_id=own.arn if which == "arn" else own.id)


def _record(name: str) -> None:
    zone = aws.route53.Zone("zone", name="example.com")
    aws.route53.Record("record", zone_id=zone.zone_id, name=name, type="A", ttl=60, records=["192.0.2.1"])


def _idle(seconds: int) -> None:
    aws.lb.LoadBalancer("lb", subnets=[each.id for each in two_zones(vpc())], idle_timeout=seconds)


PAIRS = [
    Pair("load-balancer-zones", "multiple subnets in the same Availability Zone", _balancer_subnets, "a", "b"),
    Pair("target-group-health-check", "must be smaller than the interval", _health, 10, 5),
    Pair(
        "load-balancer-listener",
        "A certificate must be specified for HTTPS listeners",
        _https,
        False,
        True,
        GITHUB + "pulumi/pulumi-awsx/issues/1242",
    ),
    Pair(
        "certificate-validation",
        "UnsupportedCertificate",
        _validated,
        False,
        True,
        GITHUB + "hashicorp/terraform-provider-aws/issues/41789",
    ),
    Pair("load-balancer-listener", "DuplicateListener", _two_listeners, 80, 8080),
    Pair(
        "cloudfront-aliases",
        "must lie in us-east-1",
        _site_certificate,
        "eu-west-1",
        "us-east-1",
        GITHUB + "cloudposse/terraform-aws-cloudfront-s3-cdn/issues/10",
    ),
    Pair("cloudfront-aliases", "you must attach a trusted certificate", _alias_without, ["flowise.example.com"], []),
    Pair("cloudfront-origins", "NoSuchOrigin", _origin, "api", "app"),
    Pair(
        "cloudfront-vpc-origin-in-use",
        "currently associated with one or more distributions",
        _vpc_origin,
        8080,
        80,
        GITHUB + "hashicorp/terraform-provider-aws/issues/40905",
        first=80,
    ),
    Pair("cloudfront-timeouts", "origin read timeout", _read_timeout, 300, 120),
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
    Pair("cloudfront-web-acl", "InvalidWebACLId", _acl_id, "id", "arn"),
    Pair(
        "route53-record", "is not permitted in zone example.com", _record, "flowise.example.org", "flowise.example.com"
    ),
    Pair("load-balancer-timeouts", "Idle timeout must be in the range of 1-4000", _idle, 4001, 4000),
]
