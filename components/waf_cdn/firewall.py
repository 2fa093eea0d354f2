"""The web firewall before CloudFront, with its log."""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..config.regions import EDGE_REGION
from ..shared.edge_profile import EdgeProfile
from .firewall_capacity import MOST_UNITS, units
from .firewall_rules import WafRule, waf_rules
from .firewall_settings import FirewallSettings

# as good as a password to whoever reads them: sessions and keys; codes of logins, tokens of password resets
SECRET_HEADERS = ("authorization", "cookie", "x-api-key")
SECRET_ARGUMENTS = ("code", "token")


@dataclass(frozen=True, kw_only=True)
class EdgeFirewallArgs:
    """What is refused (settings), what the application's paths are, and the stack's name, for log and metrics."""

    settings: FirewallSettings
    profile: EdgeProfile
    stack_name: str
    kms_key_arn: pulumi.Input[str]
    tags: Mapping[str, str]


class EdgeFirewall(pulumi.ComponentResource):
    """A web ACL in CloudFront's scope. It lets in what no rule refuses, and is put before nothing here."""

    web_acl_arn: pulumi.Output[str]

    def __init__(self, name: str, args: EdgeFirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:waf_cdn:EdgeFirewall", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        acl = _acl(name, args, child)
        _log(name, args, acl, child)
        self.web_acl_arn = acl.arn
        self.register_outputs({"web_acl_arn": self.web_acl_arn})


def _acl(name: str, args: EdgeFirewallArgs, child: pulumi.ResourceOptions) -> aws.wafv2.WebAcl:
    settings = args.settings
    rules = waf_rules(
        settings,
        args.profile,
        allowed_sets=_ip_sets(f"{name}-allowed", settings.allowed_cidrs, args.tags, child),
        denied_sets=_ip_sets(f"{name}-denied", settings.denied_cidrs, args.tags, child),
    )
    if settings.program_paths and not args.profile.page_header:
        raise pulumi.RunError(
            "edge.firewall.program_paths: programs may call all of this application's API, "
            f"got {list(settings.program_paths)}: leave it out"
        )
    taken = units(rules)
    if taken > MOST_UNITS:
        raise pulumi.RunError(
            f"edge.firewall: its rules take {taken} capacity units, an ACL has {MOST_UNITS}: list fewer paths"
        )
    return aws.wafv2.WebAcl(
        f"{name}-acl",
        description="Before the CDN",
        scope="CLOUDFRONT",
        region=EDGE_REGION,
        default_action=aws.wafv2.WebAclDefaultActionArgs(allow=aws.wafv2.WebAclDefaultActionAllowArgs()),
        rules=[_rule(rule) for rule in rules],
        visibility_config=aws.wafv2.WebAclVisibilityConfigArgs(
            cloudwatch_metrics_enabled=True,
            # not the resource's name, which another stack's firewall in the account bears as well
            metric_name=args.stack_name,
            sampled_requests_enabled=True,
        ),
        data_protection_config=aws.wafv2.WebAclDataProtectionConfigArgs(data_protections=[*_protected()]),
        tags=dict(args.tags),
        opts=child,
    )


def _log(name: str, args: EdgeFirewallArgs, acl: aws.wafv2.WebAcl, child: pulumi.ResourceOptions) -> None:
    group = aws.cloudwatch.LogGroup(
        f"{name}-log",
        # AWS WAF delivers to no group whose name starts otherwise (PutLoggingConfiguration)
        name=f"aws-waf-logs-{args.stack_name}",
        retention_in_days=args.settings.log_retention_days,
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
        redacted_fields=[_redacted(header) for header in SECRET_HEADERS],
        logging_filter=None if args.settings.logs_allowed_requests else _only_what_rules_met(),
        region=EDGE_REGION,
        opts=child,
    )


def _only_what_rules_met() -> aws.wafv2.WebAclLoggingConfigurationLoggingFilterArgs:
    condition = aws.wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionArgs
    met = ("BLOCK", "CAPTCHA", "CHALLENGE", "COUNT", "EXCLUDED_AS_COUNT")
    return aws.wafv2.WebAclLoggingConfigurationLoggingFilterArgs(
        default_behavior="DROP",
        filters=[
            aws.wafv2.WebAclLoggingConfigurationLoggingFilterFilterArgs(
                behavior="KEEP",
                requirement="MEETS_ANY",
                conditions=[
                    condition(
                        action_condition=aws.wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionActionConditionArgs(
                            action=action
                        )
                    )
                    for action in met
                ],
            )
        ],
    )


def _protected() -> Iterator[aws.wafv2.WebAclDataProtectionConfigDataProtectionArgs]:
    """Blacken secrets in the samples that the console shows, which know nothing of the log's redactions."""
    for kind, keys in (("SINGLE_HEADER", SECRET_HEADERS), ("SINGLE_QUERY_ARGUMENT", SECRET_ARGUMENTS)):
        yield aws.wafv2.WebAclDataProtectionConfigDataProtectionArgs(
            action="SUBSTITUTION",
            field=aws.wafv2.WebAclDataProtectionConfigDataProtectionFieldArgs(field_type=kind, field_keys=list(keys)),
        )


def _ip_sets(
    name: str, ranges: Sequence[str], tags: Mapping[str, str], child: pulumi.ResourceOptions
) -> list[pulumi.Output[str]]:
    """Make a set for each version of IP that the ranges are of, for a set holds one version."""
    of_version = {
        version: [each for each in ranges if ipaddress.ip_network(each).version == version] for version in (4, 6)
    }
    return [
        aws.wafv2.IpSet(
            f"{name}-ipv{version}",
            scope="CLOUDFRONT",
            ip_address_version=f"IPV{version}",
            addresses=addresses,
            region=EDGE_REGION,
            tags=dict(tags),
            opts=child,
        ).arn
        for version, addresses in of_version.items()
        if addresses
    ]


def _rule(rule: WafRule) -> aws.wafv2.WebAclRuleArgs:
    return aws.wafv2.WebAclRuleArgs(
        name=rule.name,
        priority=rule.priority,
        statement=rule.statement,
        override_action=_override(rule) if rule.managed else None,
        action=None if rule.managed else aws.wafv2.WebAclRuleActionArgs(block=_block(rule)),
        visibility_config=aws.wafv2.WebAclRuleVisibilityConfigArgs(
            cloudwatch_metrics_enabled=True, metric_name=rule.name, sampled_requests_enabled=True
        ),
    )


def _override(rule: WafRule) -> aws.wafv2.WebAclRuleOverrideActionArgs:
    if rule.counts:
        return aws.wafv2.WebAclRuleOverrideActionArgs(count=aws.wafv2.WebAclRuleOverrideActionCountArgs())  # type: ignore[no-untyped-call] # the SDK's own
    # a group's rules say themselves what they do, and "none" leaves it at that
    return aws.wafv2.WebAclRuleOverrideActionArgs(none=aws.wafv2.WebAclRuleOverrideActionNoneArgs())  # type: ignore[no-untyped-call] # the SDK's own


def _block(rule: WafRule) -> aws.wafv2.WebAclRuleActionBlockArgs:
    if rule.status is None:
        return aws.wafv2.WebAclRuleActionBlockArgs()
    answer = aws.wafv2.WebAclRuleActionBlockCustomResponseArgs(response_code=rule.status)
    return aws.wafv2.WebAclRuleActionBlockArgs(custom_response=answer)


def _redacted(header: str) -> aws.wafv2.WebAclLoggingConfigurationRedactedFieldArgs:
    return aws.wafv2.WebAclLoggingConfigurationRedactedFieldArgs(
        single_header=aws.wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs(name=header)
    )
