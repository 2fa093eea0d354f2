"""Pulumi's names for the provider's properties: camelCase, in the plural where they are lists, some by hand.

https://github.com/pulumi/pulumi-terraform-bridge/blob/master/pkg/tfbridge/names.go makes them; those given by hand
in pulumi-aws (provider/resources.go) are below where neither spelling nor what is left over leads to them.
"""

import re
from collections.abc import Iterable, Mapping

_ROUTING = {"routing_rule": "routingRules", "routing_rules": "routingRuleDetails"}
# Pulumi's token, or the SDK's class of a block -> the provider's name -> Pulumi's.
_BY_HAND: Mapping[str, Mapping[str, str]] = {
    "aws:apigateway/basePathMapping:BasePathMapping": {"api_id": "restApi"},
    "aws:batch/computeEnvironment:ComputeEnvironment": {
        "compute_environment_name": "name",
        "compute_environment_name_prefix": "namePrefix",
    },
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"alarm_name": "name"},
    "aws:elasticbeanstalk/environment:Environment": {"version_label": "version"},
    "aws:glue/catalogTable:CatalogTable": {"partition_index": "partitionIndices"},
    "aws:iot/topicRule:TopicRule": {"kinesis": "kineses"},
    "aws:lambda/function:Function": {"filename": "code", "function_name": "name"},
    "aws:lambda/layerVersion:LayerVersion": {"filename": "code"},
    "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration": _ROUTING,
    "aws:s3/bucketWebsiteConfigurationV2:BucketWebsiteConfigurationV2": _ROUTING,
    "aws:sns/topicSubscription:TopicSubscription": {"topic_arn": "topic"},
}


def normal(name: str) -> str:
    """Return what a property's name has in common in both worlds: without case, underscores and the plural's ending."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return re.sub(r"y$", "i", re.sub(r"[se]+$", "", plain))


def camel(name: str) -> str:
    """Return the provider's name as Pulumi spells it, in the singular as it stands."""
    first, *rest = [part for part in name.split("_") if part]
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def paired(token: str, ours: Iterable[str], theirs: Iterable[str]) -> dict[str, str]:
    """Return the provider's name for each of Pulumi's properties that has one, of a type or of a block in it."""
    mine, left = list(ours), list(theirs)
    result: dict[str, str] = {}
    by_hand = _BY_HAND.get(token, {})
    for rule in (lambda name: by_hand.get(name, ""), camel):
        for name in list(left):
            if rule(name) in mine:
                result[rule(name)] = name
                mine.remove(rule(name))
                left.remove(name)
    for name in list(left):
        # what refers to another resource often lost the end of its name: `rest_api_id` is `restApi`
        wire = re.sub(r"(Id|Arn|Name)$", "", camel(name))
        if wire in mine and wire != camel(name):
            result[wire] = name
            mine.remove(wire)
            left.remove(name)
    for name in list(left):
        alike = [other for other in mine if normal(other) == normal(name)]
        if len(alike) == 1:
            result[alike[0]] = name
            mine.remove(alike[0])
            left.remove(name)
    return result
