"""AWS's own models: enums, patterns, lengths and ranges of each property, from the CloudFormation schemas in cfn-lint.

Pulumi's properties are matched by name, case aside; where the two worlds differ in more than spelling, the table of
exceptions says so. Types without an entry here are not judged: their names need not mean the same.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from .. import replacement
from ..closest import did_you_mean
from ..wire import UNKNOWN
from .law import Law, Refusal, ResourceOperation

_SOURCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html"
# Types whose properties mean the same in both worlds: looked at one by one.
JUDGED = frozenset(
    {
        "aws:acm/certificate:Certificate",
        "aws:cloudfront/vpcOrigin:VpcOrigin",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:ec2/eip:Eip",
        "aws:ec2/flowLog:FlowLog",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/route:Route",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:eks/accessEntry:AccessEntry",
        "aws:eks/addon:Addon",
        "aws:eks/cluster:Cluster",
        "aws:eks/nodeGroup:NodeGroup",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:elasticache/subnetGroup:SubnetGroup",
        "aws:iam/policy:Policy",
        "aws:iam/role:Role",
        "aws:kms/alias:Alias",
        "aws:kms/key:Key",
        "aws:lb/listener:Listener",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:lb/targetGroup:TargetGroup",
        "aws:rds/instance:Instance",
        "aws:rds/parameterGroup:ParameterGroup",
        "aws:rds/subnetGroup:SubnetGroup",
        "aws:route53/record:Record",
        "aws:s3/bucket:Bucket",
        "aws:secretsmanager/secret:Secret",
        "aws:sns/topic:Topic",
        "aws:sqs/queue:Queue",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:wafv2/ipSet:IpSet",
        "aws:wafv2/webAcl:WebAcl",
    }
)
# What the provider takes and turns into AWS's own before it calls, or what other laws here judge better.
EXCEPTIONS = frozenset(
    {
        "tags",
        "tagsAll",
        "policy",
        "assumeRolePolicy",
        "name",
        "namePrefix",
        "bucket",
    }
)


def _judge(op: ResourceOperation) -> Iterator[Refusal]:
    document = replacement.cloudformation(op.token)
    if document is None:
        return
    values = {key: value for key, value in op.inputs.items() if key not in EXCEPTIONS}
    yield from _object(values, document, document, "")


def _object(
    values: Mapping[str, Any], model: Mapping[str, Any], document: Mapping[str, Any], path: str
) -> Iterator[Refusal]:
    known = _properties(model)
    for key, value in values.items():
        found = known.get(key.lower()) or known.get(key.lower().removesuffix("s"))
        if found is not None:
            yield from _value(value, _resolved(found[1], document), document, f"{path}{key}")


def _properties(model: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    return {name.lower(): (name, sub) for name, sub in (model.get("properties") or {}).items()}


def _resolved(model: Any, document: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = model.get("$ref", "") if isinstance(model, Mapping) else ""
    if reference.startswith("#/definitions/"):
        found: Mapping[str, Any] = document.get("definitions", {}).get(reference.removeprefix("#/definitions/"), {})
        return found
    return model if isinstance(model, Mapping) else {}


def _value(value: Any, model: Mapping[str, Any], document: Mapping[str, Any], path: str) -> Iterator[Refusal]:
    if isinstance(value, dict):
        yield from _object(value, model, document, f"{path}.")
    elif isinstance(value, list):
        inner = _resolved(model.get("items", {}), document)
        least, most = model.get("minItems"), model.get("maxItems")
        if (least is not None and len(value) < least) or (most is not None and len(value) > most):
            yield _refusal(
                path,
                f"{len(value)} items",
                f"it takes {least or 0} to {most if most is not None else 'any number of'} items",
            )
        for index, item in enumerate(value):
            yield from _value(item, inner, document, f"{path}[{index}]")
    elif isinstance(value, str) and value != UNKNOWN:
        yield from _text(value, model, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        least, most = model.get("minimum"), model.get("maximum")
        if (least is not None and value < least) or (most is not None and value > most):
            yield _refusal(path, value, f"it must be from {least} to {most}")


def _text(value: str, model: Mapping[str, Any], path: str) -> Iterator[Refusal]:
    choices = sorted(str(choice) for choice in model.get("enum", ()))
    if choices and value.lower() not in [choice.lower() for choice in choices]:
        listed = f"it must be one of {', '.join(choices[:12])}{' ...' if len(choices) > 12 else ''}"  # noqa: PLR2004 # a line's worth
        yield _refusal(path, value, "; ".join(filter(None, (listed, did_you_mean(value, choices)))))
    if model.get("type") == "string":
        least, most = model.get("minLength"), model.get("maxLength")
        if (least and len(value) < least) or (most and len(value) > most):
            yield _refusal(path, value, f"it has {len(value)} characters, and must have {least or 0} to {most}")
        pattern = _compiled(str(model.get("pattern") or ""))
        if pattern is not None and not pattern.search(value):
            yield _refusal(path, value, f"it must match {pattern.pattern}")


@cache
def _compiled(pattern: str) -> "re.Pattern[str] | None":
    try:
        return re.compile(pattern) if pattern else None
    except re.error:  # written for another dialect
        return None


def _refusal(path: str, value: Any, why: str) -> Refusal:
    return Refusal(
        "ValidationException", f"{path}: {json.dumps(value)} is not valid: {why}", "see the property's reference page"
    )


LAWS = (
    Law(
        "aws-property-model",
        "AWS's model of a property",
        _SOURCE,
        "|".join(re.escape(token) for token in sorted(JUDGED)),
        _judge,
    ),
)
