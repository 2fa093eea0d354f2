"""Rules of load balancers, and what CloudFront runs and asks for a site."""

import re
from collections.abc import Iterator

from .law import Law, Refusal, ResourceOperation, get, items

_DISTRIBUTION, _RULE = "aws:cloudfront/distribution:Distribution", "aws:lb/listenerRule:ListenerRule"
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
_MOST_VALUES = 5
_FIRST, _LAST = 1, 50_000
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
_MOST_FUNCTION_BYTES = 10_240
_WRITES = {"PUT", "POST", "PATCH", "DELETE"}


def _listener_rule(op: ResourceOperation) -> Iterator[Refusal]:
    conditions = items(op.inputs, "conditions")
    values = [
        value for each in conditions if isinstance(each, dict) for kind in each for value in items(each, kind, "values")
    ]
    limit = op.quotas.get("condition-values-per-rule", _MOST_VALUES)
    if len(values) > limit:
        yield Refusal(
            "TooManyValues",
            f"The maximum number of condition values per rule is {limit}: {len(values)}",
            "divide the rule; hosts, paths and header values count together",
        )
    priority = op.get("priority")
    if isinstance(priority, int) and not _FIRST <= priority <= _LAST:
        yield Refusal(
            "ValidationError", f"Priority '{priority}' must be between {_FIRST} and {_LAST}", f"use {_FIRST} to {_LAST}"
        )
    for other in op.inventory.of(op.token):
        same = op.text("listenerArn") and get(other.inputs, "listenerArn") == op.text("listenerArn")
        if other.urn != op.urn and same and isinstance(priority, int) and get(other.inputs, "priority") == priority:
            yield Refusal(
                "PriorityInUse", f"Priority '{priority}' is currently in use", "give each rule one of its own"
            )


def _origin_groups(op: ResourceOperation) -> Iterator[Refusal]:
    groups = {get(group, "originId") for group in items(op.inputs, "originGroups")} - {None}
    for behavior in (op.get("defaultCacheBehavior"), *items(op.inputs, "orderedCacheBehaviors")):
        written = _WRITES & set(items(behavior, "allowedMethods"))
        if get(behavior, "targetOriginId") in groups and written:
            yield Refusal(
                "InvalidArgument",
                "The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated "
                "with an origin group.",
                "point what is written at one origin: CloudFront fails over only what is read",
            )


def _function(op: ResourceOperation) -> Iterator[Refusal]:
    code = op.text("code")
    if len(code.encode()) > _MOST_FUNCTION_BYTES:
        yield Refusal(
            "FunctionSizeLimitExceeded",
            f"Your function is too large: {len(code.encode())} of {_MOST_FUNCTION_BYTES} bytes",
            "say less, or keep data in a key value store",
        )
    if code and not re.search(r"\bfunction\s+handler\s*\(", code):
        yield Refusal("InvalidArgument", "The function has no handler", "define function handler(event)")


LAWS = (
    Law(
        "listener-rule",
        "rules of a listener",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html",
        _RULE,
        _listener_rule,
    ),
    Law(
        "cloudfront-failover-methods",
        "what fails over is only read",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html",
        _DISTRIBUTION,
        _origin_groups,
    ),
    Law(
        "cloudfront-function",
        "a function fits into CloudFront",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html",
        "aws:cloudfront/function:Function",
        _function,
    ),
)
