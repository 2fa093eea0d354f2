"""Pairs of the laws in `sandbox/laws/gateway.py`."""

from typing import Any

import pulumi
import pulumi_aws as aws

from .pair import Pair
from .programs import ACTIONS, balancer, distribution


def _listener_rule(given: dict[str, int]) -> None:
    listener = aws.lb.Listener(
        "listener", load_balancer_arn=balancer().arn, port=80, protocol="HTTP", default_actions=ACTIONS
    )
    hosts = [f"{number}.example.com" for number in range(given.get("hosts", 1))]
    conditions: Any = [{"host_header": {"values": hosts}}]
    aws.lb.ListenerRule(
        "rule",
        listener_arn=listener.arn,
        priority=given.get("priority", 1),
        conditions=conditions,
        actions=ACTIONS,
    )


def _two_rules(priority: int) -> None:
    listener = aws.lb.Listener(
        "listener", load_balancer_arn=balancer().arn, port=80, protocol="HTTP", default_actions=ACTIONS
    )
    conditions: Any = [{"path_pattern": {"values": ["/a"]}}]
    common: dict[str, Any] = {"listener_arn": listener.arn, "conditions": conditions, "actions": ACTIONS}
    first = aws.lb.ListenerRule("one", priority=7, **common)
    aws.lb.ListenerRule("two", priority=priority, **common, opts=pulumi.ResourceOptions(depends_on=[first]))


def _either_origin(methods: list[str]) -> None:
    origins = [{"origin_id": each, "domain_name": f"{each}.example.com"} for each in ("one", "two")]
    members = [{"origin_id": each} for each in ("one", "two")]
    distribution(
        origins=origins,
        origin_groups=[{"origin_id": "either", "failover_criteria": {"status_codes": [503]}, "members": members}],
        default_cache_behavior={
            "target_origin_id": "either",
            "viewer_protocol_policy": "https-only",
            "allowed_methods": methods,
            "cached_methods": ["GET", "HEAD"],
        },
    )


def _function(code: str) -> None:
    aws.cloudfront.Function("function", runtime="cloudfront-js-2.0", code=code)


PAIRS = [
    Pair("listener-rule", "condition values per rule is 5: 6", _listener_rule, {"hosts": 6}, {"hosts": 5}),
    Pair("listener-rule", "must be between 1 and 50000", _listener_rule, {"priority": 0}, {"priority": 1}),
    Pair("listener-rule", "Priority '7' is currently in use", _two_rules, 7, 8),
    Pair(
        "cloudfront-failover-methods",
        "associated with an origin group",
        _either_origin,
        ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
        ["GET", "HEAD", "OPTIONS"],
    ),
    Pair(
        "cloudfront-function",
        "too large",
        _function,
        "function handler(event) {}" + " " * 10_240,
        "function handler(event) {}",
    ),
    Pair("cloudfront-function", "no handler", _function, "const handler = 1", "async function handler(event) {}"),
]
