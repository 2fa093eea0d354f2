"""Tags, by which costs are told apart."""

import json
from collections.abc import Mapping
from typing import Any

from ..kit.reading import UNKNOWN, get, given
from ..kit.remediation import Remediation
from ..kit.rule import Resource, Rule

# What takes `tags` as a map, of the services that cost something.
TAGGABLE = (
    r"aws:(acm/certificate:Certificate|backup/(plan:Plan|vault:Vault)|cloudfront/distribution:Distribution|"
    r"cloudwatch/(eventRule:EventRule|logGroup:LogGroup|metricAlarm:MetricAlarm)|dynamodb/table:Table|ebs/volume:Volume|"
    r"ec2/(eip:Eip|flowLog:FlowLog|instance:Instance|internetGateway:InternetGateway|launchTemplate:LaunchTemplate|natGateway:NatGateway|"
    r"networkAcl:NetworkAcl|routeTable:RouteTable|securityGroup:SecurityGroup|subnet:Subnet|vpc:Vpc|vpcEndpoint:VpcEndpoint)|"
    r"ecr/repository:Repository|efs/fileSystem:FileSystem|"
    r"eks/(accessEntry:AccessEntry|addon:Addon|cluster:Cluster|nodeGroup:NodeGroup|podIdentityAssociation:PodIdentityAssociation)|"
    r"elasticache/(parameterGroup:ParameterGroup|replicationGroup:ReplicationGroup|subnetGroup:SubnetGroup)|iam/(policy:Policy|role:Role)|"
    r"kms/key:Key|lambda/function:Function|(lb|alb)/(loadBalancer:LoadBalancer|targetGroup:TargetGroup)|"
    r"rds/(cluster:Cluster|instance:Instance|parameterGroup:ParameterGroup|subnetGroup:SubnetGroup)|s3/bucket(V2)?:Bucket(V2)?|"
    r"secretsmanager/secret:Secret|sns/topic:Topic|sqs/queue:Queue|wafv2/webAcl:WebAcl)"
)


def defaults(provider: Any) -> dict[str, Any]:
    """Return the tags that a provider puts on everything, which a resource's own inputs do not show."""
    given_tags = get(provider, "defaultTags")
    if isinstance(given_tags, str):  # a provider's own properties travel as JSON
        try:
            given_tags = json.loads(given_tags)
        except ValueError:
            return {}
    found = get(given_tags, "tags")
    return found if isinstance(found, dict) else {}


def _tagged(resource: Resource) -> bool:
    tags = resource.get("tags")
    if tags is UNKNOWN:
        return True
    every = {**defaults(resource.provider), **(tags if isinstance(tags, dict) else {})}
    return all(given(every.get(key)) for key in resource.parameters["keys"])


RULES = (
    Rule(
        "tags", "low", "what costs something has the cost allocation tags", "set the tags that the parameter `keys` names", "cost", TAGGABLE, _tagged,
        link="https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/cost-alloc-tags.html", parameters={"keys": []},
    ),
)  # fmt: skip


def _lacking(resource: Resource) -> Mapping[str, Any]:
    own = resource.get("tags") or {}
    if not RULES[0].applies(resource.type) or own is UNKNOWN or UNKNOWN in own.values():
        return {}
    present = {*own, *defaults(resource.provider)}
    missing = {key: value for key, value in (resource.parameters.get("tags") or {}).items() if key not in present}
    return {"tags": missing} if missing else {}


FILL = Remediation("fill-tags", "adds missing tags; off unless a stack sets its level to remediate", _lacking)
