"""Names that may be resolved in a VPC; all others do not exist there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

# A VPC's own associations begin above 100 (AssociateFirewallRuleGroup: Priority).
ASSOCIATION_PRIORITY = 101
EVERYTHING = "*."


@dataclass(frozen=True, kw_only=True)
class DnsFirewallArgs:
    """The VPC, and the names that pass; `*.example.com` takes all below a name."""

    vpc_id: pulumi.Input[str]
    allowed_domains: Sequence[str]
    tags: Mapping[str, str]


class DnsFirewall(pulumi.ComponentResource):
    """An egress allow-list by name: code that flows run cannot find a host nobody listed.

    It is no barrier to addresses written out; for that, a Network Firewall would be needed.
    """

    def __init__(self, name: str, args: DnsFirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:vpc:DnsFirewall", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.route53.ResolverFirewallRuleGroup(f"{name}-rules", tags=dict(args.tags), opts=child)
        rules = [
            self._rule(name, group, args, "allow", list(args.allowed_domains), child),
            self._rule(name, group, args, "block", [EVERYTHING], child),
        ]
        aws.route53.ResolverFirewallConfig(
            f"{name}-config",
            resource_id=args.vpc_id,
            # where the firewall itself fails, nothing resolves, rather than everything
            firewall_fail_open="DISABLED",
            opts=child,
        )
        aws.route53.ResolverFirewallRuleGroupAssociation(
            f"{name}-association",
            vpc_id=args.vpc_id,
            firewall_rule_group_id=group.id,
            priority=ASSOCIATION_PRIORITY,
            tags=dict(args.tags),
            # a group without its rules would let everything pass for a while; no property names them
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=rules)),
        )
        self.register_outputs({})

    def _rule(
        self,
        name: str,
        group: aws.route53.ResolverFirewallRuleGroup,
        args: DnsFirewallArgs,
        verdict: str,
        domains: list[str],
        child: pulumi.ResourceOptions,
    ) -> pulumi.Resource:
        blocks = verdict == "block"
        listed = aws.route53.ResolverFirewallDomainList(
            f"{name}-{verdict}-names", domains=domains, tags=dict(args.tags), opts=child
        )
        return aws.route53.ResolverFirewallRule(
            f"{name}-{verdict}",
            firewall_rule_group_id=group.id,
            firewall_domain_list_id=listed.id,
            action=verdict.upper(),
            block_response="NXDOMAIN" if blocks else None,
            # an alias leads where its owner says: what was asked for is judged, not where it leads
            firewall_domain_redirection_action="TRUST_REDIRECTION_DOMAIN",
            priority=200 if blocks else 100,
            opts=child,
        )
