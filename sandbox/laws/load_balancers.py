"""Load balancers, their listeners, rules and target groups."""

from collections import Counter
from collections.abc import Iterator

from .certificates import certificate_region
from .law import Law, Refusal, ResourceOperation, get, items

_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
_TARGETS = "aws:lb/targetGroup:TargetGroup"
_LISTENER = "aws:lb/listener:Listener"
_ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/"


def _balancer_zones(op: ResourceOperation) -> Iterator[Refusal]:
    subnets, listed = op.texts("subnets"), op.get("subnets")
    if not isinstance(listed, list) or op.text("loadBalancerType") not in ("", "application"):
        return
    if len(listed) <= 1 and not items(op.inputs, "subnetMappings"):
        yield Refusal(
            "ValidationError",
            "At least two subnets in two different Availability Zones must be specified",
            "give an application load balancer subnets of two zones",
        )
    zones = Counter(
        get(record.inputs, "availabilityZone")
        for subnet in subnets
        if (record := op.inventory.owner(subnet)) is not None
    )
    for zone, count in zones.items():
        if zone and count > 1:
            yield Refusal(
                "InvalidConfigurationRequest",
                f"A load balancer cannot be attached to multiple subnets in the same Availability Zone: {zone}",
                "give one subnet per zone",
            )


def _balancer_options(op: ResourceOperation) -> Iterator[Refusal]:
    idle = op.get("idleTimeout")
    if isinstance(idle, int) and not 1 <= idle <= 4000:  # noqa: PLR2004 # the API's
        yield Refusal(
            "InvalidConfigurationRequest", f"Idle timeout must be in the range of 1-4000: {idle}", "use 1 to 4000 s"
        )


def _health_check(op: ResourceOperation) -> Iterator[Refusal]:
    interval, timeout = (get(op.inputs, "healthCheck", key) for key in ("interval", "timeout"))
    protocol = op.text("protocol")
    if isinstance(interval, int) and isinstance(timeout, int) and timeout >= interval and protocol in ("HTTP", "HTTPS"):
        yield Refusal(
            "ValidationError",
            f"Health check timeout '{timeout}' must be smaller than the interval '{interval}'",
            "let the timeout be shorter than the interval",
        )
    path = get(op.inputs, "healthCheck", "path")
    if isinstance(path, str) and not path.startswith("/"):
        yield Refusal(
            "ValidationError", f"Health check path '{path}' must begin with a '/' character", "begin it with /"
        )
    if op.text("targetType") != "lambda" and "port" not in op.inputs:
        yield Refusal("ValidationError", "A port must be specified", "set port")
    if op.text("targetType") != "lambda" and "vpcId" not in op.inputs:
        yield Refusal("ValidationError", "A VPC ID must be specified", "set vpcId")


def _listener(op: ResourceOperation) -> Iterator[Refusal]:
    protocol, certificate = op.text("protocol"), "certificateArn" in op.inputs
    if protocol in ("HTTPS", "TLS") and not certificate:
        yield Refusal(
            "CertificateNotFound",
            f"A certificate must be specified for {protocol} listeners",
            "set certificateArn to a validated certificate of this region",
        )
    if protocol in ("HTTP", "TCP") and (certificate or op.text("sslPolicy")):
        yield Refusal(
            "InvalidConfigurationRequest",
            f"{'A certificate' if certificate else 'An SSL policy'} cannot be specified for {protocol} listeners",
            "use protocol HTTPS, or leave it out",
        )
    for other in op.inventory.of(_LISTENER):
        same = get(other.inputs, "loadBalancerArn") == op.text("loadBalancerArn") and op.text("loadBalancerArn")
        if other.urn != op.urn and same and get(other.inputs, "port") == op.get("port"):
            yield Refusal(
                "DuplicateListener",
                f"A listener already exists on this port for this load balancer: {op.get('port')}",
                "give each listener a port of its own",
            )
    yield from certificate_region(op, "certificateArn", op.region)


_RULE = "aws:lb/listenerRule:ListenerRule"
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
_MOST_VALUES = 5
_FIRST = 1
_LAST = 50_000


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


LAWS = (
    Law(
        "load-balancer-zones",
        "a load balancer's zones",
        _ELB + "API_CreateLoadBalancer.html",
        _BALANCER,
        _balancer_zones,
    ),
    Law(
        "load-balancer-timeouts",
        "a load balancer's timeouts",
        _ELB + "API_ModifyLoadBalancerAttributes.html",
        _BALANCER,
        _balancer_options,
    ),
    Law(
        "target-group-health-check",
        "health checks of a target group",
        _ELB + "API_CreateTargetGroup.html",
        _TARGETS,
        _health_check,
    ),
    Law(
        "load-balancer-listener", "listeners of a load balancer", _ELB + "API_CreateListener.html", _LISTENER, _listener
    ),
    Law(
        "listener-rule",
        "rules of a listener",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html",
        _RULE,
        _listener_rule,
    ),
)
