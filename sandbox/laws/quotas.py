"""Quotas that such a stack meets first."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..world import Record
from .law import Law, Refusal, ResourceOperation, get
from .names import region_of

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"


@dataclass(frozen=True)
class _Quota:
    """So many of a type AWS gives an account at first."""

    name: str
    token: str
    default: int
    code: str
    source: str
    group: Callable[[Record], object]
    """Resources are counted among those of which this is equal."""


_VPC_QUOTAS = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
_QUOTAS = (
    _Quota("vpcs", "aws:ec2/vpc:Vpc", 5, "VpcLimitExceeded", _VPC_QUOTAS, region_of),
    _Quota("elastic-ips", "aws:ec2/eip:Eip", 5, "AddressLimitExceeded", _VPC_QUOTAS, region_of),
    _Quota(
        "internet-gateways",
        "aws:ec2/internetGateway:InternetGateway",
        5,
        "InternetGatewayLimitExceeded",
        _VPC_QUOTAS,
        region_of,
    ),
    _Quota(
        "subnets-per-vpc",
        "aws:ec2/subnet:Subnet",
        200,
        "SubnetLimitExceeded",
        _VPC_QUOTAS,
        lambda r: get(r.inputs, "vpcId"),
    ),
    _Quota(
        "rules-per-security-group",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        60,
        "RulesPerSecurityGroupLimitExceeded",
        _VPC_QUOTAS,
        lambda r: get(r.inputs, "securityGroupId"),
    ),
    _Quota(
        "rules-per-security-group",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        60,
        "RulesPerSecurityGroupLimitExceeded",
        _VPC_QUOTAS,
        lambda r: get(r.inputs, "securityGroupId"),
    ),
    _Quota(
        "policies-per-role",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        10,
        "LimitExceeded",
        _IAM,
        lambda r: get(r.inputs, "role"),
    ),
    _Quota(
        "node-groups-per-cluster",
        "aws:eks/nodeGroup:NodeGroup",
        30,
        "ResourceLimitExceededException",
        "https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html",
        lambda r: get(r.inputs, "clusterName"),
    ),
    _Quota(
        "database-instances",
        "aws:rds/instance:Instance",
        40,
        "InstanceQuotaExceeded",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html",
        region_of,
    ),
)


def _within(quota: _Quota) -> Callable[[ResourceOperation], Iterator[Refusal]]:
    def judge(op: ResourceOperation) -> Iterator[Refusal]:
        own = quota.group(Record(op.token, "", op.urn, 0, dict(op.inputs), {"region": op.region}))
        if own is None:
            return
        standing = [r for r in op.inventory.of(quota.token) if r.urn != op.urn and quota.group(r) in (own, "")]
        limit = op.quotas.get(quota.name, quota.default)
        if len(standing) >= limit:
            yield Refusal(
                quota.code,
                f"The maximum number of {quota.name} has been reached: {limit}",
                f"ask AWS for more (Service Quotas), then tell the sandbox: --quota {quota.name}=N",
            )

    return judge


def _inline_rules(op: ResourceOperation) -> Iterator[Refusal]:
    limit = op.quotas.get("rules-per-security-group", 60)
    for key in ("ingress", "egress"):
        rules = op.get(key)
        # A rule with several ranges counts once for each.
        count = sum(
            len(get(rule, "cidrBlocks") or [])
            + len(get(rule, "ipv6CidrBlocks") or [])
            + len(get(rule, "securityGroups") or [])
            for rule in (rules if isinstance(rules, list) else [])
        )
        if count > limit:
            yield Refusal(
                "RulesPerSecurityGroupLimitExceeded",
                f"The maximum number of rules per security group has been reached: {count} {key} rules, {limit} allowed",
                "use a managed prefix list, or ask for a higher quota and pass --quota rules-per-security-group=N",
            )


QUOTAS = (*dict.fromkeys(quota.name for quota in _QUOTAS), "origin-read-timeout")


LAWS = (
    *(
        Law(f"quota-{q.name}", f"quota {q.name}", q.source, re.escape(q.token), _within(q), ("create",))
        for q in _QUOTAS
    ),
    Law(
        "quota-rules-per-security-group",
        "quota rules-per-security-group",
        _VPC_QUOTAS,
        r"aws:ec2/securityGroup:SecurityGroup",
        _inline_rules,
    ),
)
