"""The web firewall before CloudFront, with its log."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..planning.waf_rules import WafRule, waf_rules
from ..settings import EdgeSettings

# CloudFront, and all that serves it, is administered from this region alone, whatever the stack's own.
EDGE_REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class EdgeFirewallArgs:
    """What is refused (settings), and what the log is called, behind the prefix that AWS WAF wants."""

    settings: EdgeSettings
    log_name: str
    kms_key_arn: pulumi.Input[str]
    tags: Mapping[str, str]


class EdgeFirewall(pulumi.ComponentResource):
    """A web ACL in CloudFront's scope. It lets in what no rule refuses, and is put before nothing here."""

    web_acl_arn: pulumi.Output[str]

    def __init__(self, name: str, args: EdgeFirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flowise:parts:EdgeFirewall", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        acl = _acl(name, args, child)
        _log(name, args, acl, child)
        self.web_acl_arn = acl.arn
        self.register_outputs({"web_acl_arn": self.web_acl_arn})


def _acl(name: str, args: EdgeFirewallArgs, child: pulumi.ResourceOptions) -> aws.wafv2.WebAcl:
    rules = waf_rules(
        requests_per_five_minutes=args.settings.requests_per_five_minutes_per_ip,
        allowed_countries=args.settings.allowed_countries,
    )
    return aws.wafv2.WebAcl(
        f"{name}-acl",
        description="Before the CDN",
        scope="CLOUDFRONT",
        region=EDGE_REGION,
        default_action=aws.wafv2.WebAclDefaultActionArgs(allow=aws.wafv2.WebAclDefaultActionAllowArgs()),
        rules=[_rule(rule) for rule in rules],
        visibility_config=aws.wafv2.WebAclVisibilityConfigArgs(
            cloudwatch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
        ),
        tags=dict(args.tags),
        opts=child,
    )


def _log(name: str, args: EdgeFirewallArgs, acl: aws.wafv2.WebAcl, child: pulumi.ResourceOptions) -> None:
    group = aws.cloudwatch.LogGroup(
        f"{name}-log",
        # AWS WAF delivers to no group whose name starts otherwise (PutLoggingConfiguration)
        name=f"aws-waf-logs-{args.log_name}",
        retention_in_days=args.settings.waf_log_retention_days,
        kms_key_id=args.kms_key_arn,
        region=EDGE_REGION,
        tags=dict(args.tags),
        opts=child,
    )
    aws.wafv2.WebAclLoggingConfiguration(
        f"{name}-logging",
        resource_arn=acl.arn,
        log_destination_configs=[group.arn],
        # both are as good as a password to whoever reads the log
        redacted_fields=[_redacted("authorization"), _redacted("cookie")],
        region=EDGE_REGION,
        opts=child,
    )


def _rule(rule: WafRule) -> aws.wafv2.WebAclRuleArgs:
    # a group's rules say themselves what they do, and "none" leaves it at that
    nothing = aws.wafv2.WebAclRuleOverrideActionNoneArgs()  # type: ignore[no-untyped-call] # the SDK's own
    leaves = aws.wafv2.WebAclRuleOverrideActionArgs(none=nothing)
    blocks = aws.wafv2.WebAclRuleActionArgs(block=aws.wafv2.WebAclRuleActionBlockArgs())
    return aws.wafv2.WebAclRuleArgs(
        name=rule.name,
        priority=rule.priority,
        statement=rule.statement,
        override_action=leaves if rule.managed else None,
        action=None if rule.managed else blocks,
        visibility_config=aws.wafv2.WebAclRuleVisibilityConfigArgs(
            cloudwatch_metrics_enabled=True, metric_name=rule.name, sampled_requests_enabled=True
        ),
    )


def _redacted(header: str) -> aws.wafv2.WebAclLoggingConfigurationRedactedFieldArgs:
    return aws.wafv2.WebAclLoggingConfigurationRedactedFieldArgs(
        single_header=aws.wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs(name=header)
    )
