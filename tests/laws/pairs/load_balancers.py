"""Pairs of the laws in `sandbox/laws/load_balancers.py`."""

from typing import Any

import pulumi
import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import ACTIONS, balancer, certificate, subnet, two_zones, vpc


def _balancer_subnets(zone: str) -> None:
    network = vpc()
    subnets = [subnet("one", network, 1, "a"), subnet("two", network, 2, zone)]
    aws.lb.LoadBalancer("lb", subnets=[each.id for each in subnets])


def _health(timeout: int) -> None:
    check: Any = {"interval": 10, "timeout": timeout, "path": "/health"}
    aws.lb.TargetGroup("targets", port=80, protocol="HTTP", vpc_id=vpc().id, health_check=check)


def _https(with_certificate: bool) -> None:
    own = certificate()
    ready = aws.acm.CertificateValidation("validation", certificate_arn=own.arn)
    given: dict[str, Any] = {"certificate_arn": ready.certificate_arn} if with_certificate else {}
    aws.lb.Listener(
        "listener", load_balancer_arn=balancer().arn, port=443, protocol="HTTPS", default_actions=ACTIONS, **given
    )


def _two_listeners(port: int) -> None:
    own = balancer()
    common: dict[str, Any] = {"load_balancer_arn": own.arn, "protocol": "HTTP", "default_actions": ACTIONS}
    first = aws.lb.Listener("one", port=80, **common)
    aws.lb.Listener("two", port=port, **common, opts=pulumi.ResourceOptions(depends_on=[first]))


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


def _idle(seconds: int) -> None:
    aws.lb.LoadBalancer("lb", subnets=[each.id for each in two_zones(vpc())], idle_timeout=seconds)


def _balancer_in(count: int) -> None:
    aws.lb.LoadBalancer("lb", subnets=[each.id for each in two_zones(vpc())][:count])


PAIRS = [
    Pair("load-balancer-zones", "multiple subnets in the same Availability Zone", _balancer_subnets, "a", "b"),
    Pair("target-group-health-check", "must be smaller than the interval", _health, 10, 5),
    Pair(
        "load-balancer-listener",
        "A certificate must be specified for HTTPS listeners",
        _https,
        False,
        True,
        GITHUB + "pulumi/pulumi-awsx/issues/1242",
    ),
    Pair("load-balancer-listener", "DuplicateListener", _two_listeners, 80, 8080),
    Pair("listener-rule", "condition values per rule is 5: 6", _listener_rule, {"hosts": 6}, {"hosts": 5}),
    Pair("listener-rule", "must be between 1 and 50000", _listener_rule, {"priority": 0}, {"priority": 1}),
    Pair("listener-rule", "Priority '7' is currently in use", _two_rules, 7, 8),
    Pair("load-balancer-timeouts", "Idle timeout must be in the range of 1-4000", _idle, 4001, 4000),
    Pair("load-balancer-zones", "At least two subnets in two different", _balancer_in, 0, 2),
    Pair("load-balancer-zones", "At least two subnets in two different", _balancer_in, 1, 2),
]
