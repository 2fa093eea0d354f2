"""Tags, by which costs are told apart."""

import json
from typing import Any

from pulumi_policy import EnforcementLevel, ResourceValidationArgs, ResourceValidationPolicy

from ..kit.reading import UNKNOWN, get, given, plain
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


def _fill(args: ResourceValidationArgs) -> Any:
    """Add the tags that are missing, in place: a copy of the properties would lay every secret open."""
    props: Any = args.props
    own = get(plain(props), "tags") or {}
    if not RULES[0].applies(args.resource_type) or own is UNKNOWN or UNKNOWN in own.values():
        return None
    present = {*own, *(defaults(plain(args.provider.props)) if args.provider else {})}
    missing = {key: value for key, value in (args.get_config().get("tags") or {}).items() if key not in present}
    if not missing:
        return None
    if not own:
        props["tags"] = missing
    for key, value in missing.items() if own else ():
        props["tags"][key] = value
    return props


FILL = ResourceValidationPolicy(
    name="fill-tags",
    description="adds missing tags; off unless a stack sets its level to remediate",
    remediate=_fill,
    enforcement_level=EnforcementLevel.DISABLED,
)
