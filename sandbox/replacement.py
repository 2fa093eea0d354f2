"""Which inputs of an AWS type can change only by replacing the resource, where the provider's facts do not say.

Three sources, in order: the corrections below, the provider's own words in the SDK ("forces new resource"), and
AWS's CloudFormation schemas (`createOnlyProperties`), which cfn-lint ships. Types and properties of the two worlds
are matched by name, case aside, with a small table where the names differ. Nested inputs are not judged here: AWS's
schemas name nearly none of them. The facts (sandbox/provider_facts/) come first.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from . import aws_data, schema

# Pulumi's module -> CloudFormation's service, where the names differ.
_SERVICES: Mapping[str, str] = {
    "acm": "certificatemanager",
    "alb": "elasticloadbalancingv2",
    "appautoscaling": "applicationautoscaling",
    "cfg": "config",
    "lb": "elasticloadbalancingv2",
    "mskconnect": "kafkaconnect",
    "msk": "msk",
    "sfn": "stepfunctions",
    "vpc": "ec2",
}

# Pulumi's token -> CloudFormation's type, where neither service nor class name leads there.
_TYPES: Mapping[str, str] = {
    "aws:cloudwatch/eventRule:EventRule": "AWS::Events::Rule",
    "aws:cloudwatch/logGroup:LogGroup": "AWS::Logs::LogGroup",
    "aws:cloudwatch/logStream:LogStream": "AWS::Logs::LogStream",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "AWS::CloudWatch::Alarm",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "AWS::EC2::SecurityGroup",
    "aws:ec2/networkAclRule:NetworkAclRule": "AWS::EC2::NetworkAclEntry",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "AWS::EC2::SubnetRouteTableAssociation",
    "aws:elasticache/cluster:Cluster": "AWS::ElastiCache::CacheCluster",
    "aws:iam/policy:Policy": "AWS::IAM::ManagedPolicy",
    "aws:rds/cluster:Cluster": "AWS::RDS::DBCluster",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": "AWS::RDS::DBClusterParameterGroup",
    "aws:rds/instance:Instance": "AWS::RDS::DBInstance",
    "aws:rds/parameterGroup:ParameterGroup": "AWS::RDS::DBParameterGroup",
    "aws:rds/proxy:Proxy": "AWS::RDS::DBProxy",
    "aws:rds/subnetGroup:SubnetGroup": "AWS::RDS::DBSubnetGroup",
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": "AWS::Route53Resolver::FirewallDomainList",
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": "AWS::Route53Resolver::FirewallRuleGroup",
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": (
        "AWS::Route53Resolver::FirewallRuleGroupAssociation"
    ),
    "aws:route53/zone:Zone": "AWS::Route53::HostedZone",
    "aws:route53/record:Record": "AWS::Route53::RecordSet",
    "aws:sns/topicSubscription:TopicSubscription": "AWS::SNS::Subscription",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "AWS::EC2::SecurityGroupEgress",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "AWS::EC2::SecurityGroupIngress",
}

# Where the facts could not be asked, and AWS's schema differs. Sources: the resource pages of the AWS provider ("Forces
# new resource" and the update sections), and the APIs' own modify calls.
_ALWAYS: Mapping[str, frozenset[str]] = {
    # AWS's schema has a table's keys as one `KeySchema`.
    "aws:dynamodb/table:Table": frozenset({"hashKey", "rangeKey"}),
    "aws:rds/instance:Instance": frozenset({"characterSetName"}),
}
_NEVER: Mapping[str, frozenset[str]] = {
    # SetSubnets; only for network load balancers does the provider speak of a replacement.
    "aws:lb/loadBalancer:LoadBalancer": frozenset({"subnets"}),
}

# Properties whose Pulumi name is neither CloudFormation's nor its last words.
_PROPERTIES: Mapping[str, str] = {
    "bucket": "bucketname",
    "identifier": "dbinstanceidentifier",
    "topic": "topicarn",
    "username": "masterusername",
}

_FORCES_NEW = re.compile(r"forces? (a |the creation of a )?(new|replacement|re-?creat)", re.IGNORECASE)


def forces_replacement(token: str, property_name: str) -> bool:
    """Return whether AWS can change this top-level input (camelCase) only by replacing the resource."""
    if property_name in _NEVER.get(token, ()):
        return False
    return (
        property_name in _ALWAYS.get(token, ())
        or property_name in _said_by_provider(token)
        or bool(spellings(token, property_name) & _create_only(token))
    )


@cache
def _said_by_provider(token: str) -> frozenset[str]:
    return frozenset(name for name, text in schema.input_docs(token).items() if _FORCES_NEW.search(text))


def spellings(token: str, property_name: str) -> set[str]:
    """Return what AWS's schema may call a property, in lower case: a role's `name` is its `RoleName`."""
    name = property_name.lower()
    return {name, _PROPERTIES.get(name, name), token.rpartition(":")[2].lower() + name}


@cache
def _create_only(token: str) -> frozenset[str]:
    """Return the top-level create-only properties of the type that matches a token, in lower case."""
    paths = [
        path.removeprefix("/properties/") for path in (cloudformation(token) or {}).get("createOnlyProperties", [])
    ]
    return frozenset(path.lower() for path in paths if "/" not in path)


@cache
def cloudformation(token: str) -> dict[str, Any] | None:
    """AWS's own schema of the type that matches a token; None where there is none."""
    package, _, rest = token.partition(":")
    module, _, cls = rest.partition(":")
    service = module.partition("/")[0]
    wanted = _TYPES.get(token, f"AWS::{_SERVICES.get(service, service)}::{cls}").lower() if package == "aws" else ""
    document = _index().get(wanted)
    return None if document is None else aws_data.read(f"schemas/resources/{document}.json")


@cache
def _index() -> Mapping[str, str]:
    # us-east-1 has every type; a type's create-only properties do not differ by region.
    return {name.lower(): document for name, document in aws_data.read("schemas/providers/us-east-1.json").items()}
