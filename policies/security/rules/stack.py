"""Rules over a whole stack: what must stand beside a resource."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_policy import (
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    StackValidationArgs,
    StackValidationPolicy,
)

from .reading import UNKNOWN, get, items, plain
from .rule import Severity, config_schema, exempt, message

BUCKET = "aws:s3/bucket:Bucket"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
INSTANCE = "aws:rds/instance:Instance"
VPC = "aws:ec2/vpc:Vpc"
WEB_ACL = "aws:wafv2/webAcl:WebAcl"
_FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


@dataclass(frozen=True)
class StackRule:
    """A rule over all resources: `broken` yields the URN of each that breaks it."""

    id: str
    severity: Severity
    broken: Callable[[Sequence[PolicyResource]], Iterator[str]]
    advice: str
    source: str = ""


def stack_policy(name: str, rules: Sequence[StackRule]) -> StackValidationPolicy:
    """The CrossGuard policy that holds them."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        left_out = exempt(args.get_config())
        for rule in rules:
            if rule.id in left_out:
                continue
            try:
                broken = list(rule.broken(args.resources))
            except Exception as error:  # as in rule.py: neither a pass nor an unexplained end
                print(f"{rule.id} could not judge the stack: {type(error).__name__}", file=sys.stderr)
                broken = [""]
            for urn in broken:
                report(message(rule.id, rule.severity, rule.advice, rule.source), urn or None)

    return StackValidationPolicy(
        name=name,
        description=f"{len(rules)} rules on the whole stack; the message names the one that is broken",
        validate=validate,
        config_schema=PolicyConfigSchema(properties=config_schema([rule.id for rule in rules])),
    )


def _of(resources: Iterable[PolicyResource], resource_type: str) -> list[PolicyResource]:
    return [resource for resource in resources if resource.resource_type == resource_type]


def _beside(
    resources: Sequence[PolicyResource], of: str, companion: str, key: str, holds: Callable[[dict[str, Any]], bool]
) -> Iterator[str]:
    """Resources of a type that no companion refers to by its property `key` and satisfies.

    In a preview ids are unknown, so a reference is a property dependency; a value that is written out counts as well.
    """
    satisfied: set[Any] = set()
    for other in _of(resources, companion):
        if holds(plain(other.props)):
            satisfied |= {target.urn for target in other.property_dependencies.get(key, [])}
            satisfied.add(get(plain(other.props), key))
    for resource in _of(resources, of):
        own = {resource.urn, *(get(plain(resource.props), name) for name in ("id", "arn", "bucket"))}
        if not (own - {None, UNKNOWN}) & satisfied:
            yield resource.urn


def _empty(props: dict[str, Any]) -> bool:
    return not items(props, "ingress") and not items(props, "egress")


def _blocked(props: dict[str, Any]) -> bool:
    return all(get(props, flag) is True for flag in _FLAGS)


def _forces_tls(resources: Sequence[PolicyResource]) -> Iterator[str]:
    groups = {
        group.urn: any(
            get(p, "name") == "rds.force_ssl" and get(p, "value") in ("1", 1)
            for p in items(plain(group.props), "parameters")
        )
        for group in _of(resources, "aws:rds/parameterGroup:ParameterGroup")
    }
    for instance in _of(resources, INSTANCE):
        named = instance.property_dependencies.get("parameterGroupName", [])
        if get(plain(instance.props), "engine") == "postgres" and not any(groups.get(group.urn) for group in named):
            yield instance.urn


RULES = (
    StackRule(
        "s3-pab",
        "critical",
        lambda r: _beside(r, BUCKET, BLOCK, "bucket", _blocked),
        "give the bucket a BucketPublicAccessBlock with all four flags on",
        "FSBP S3.8",
    ),
    StackRule(
        "net-default-sg",
        "high",
        lambda r: _beside(r, VPC, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId", _empty),
        "take over the VPC's default security group with a DefaultSecurityGroup without rules",
        "FSBP EC2.2",
    ),
    StackRule(
        "net-flow-log",
        "high",
        lambda r: _beside(
            r, VPC, "aws:ec2/flowLog:FlowLog", "vpcId", lambda p: get(p, "trafficType") in ("ALL", "REJECT")
        ),
        "record the VPC's traffic with a FlowLog of type ALL or REJECT",
        "FSBP EC2.6",
    ),
    StackRule("rds-tls", "high", _forces_tls, "use a ParameterGroup with rds.force_ssl = 1", "FSBP RDS.38"),
    StackRule(
        "waf-logging",
        "medium",
        lambda r: _beside(
            r,
            WEB_ACL,
            "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
            "resourceArn",
            lambda p: bool(get(p, "logDestinationConfigs")),
        ),
        "log what the web ACL does with a WebAclLoggingConfiguration",
        "FSBP WAF.11",
    ),
)
