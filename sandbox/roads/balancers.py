"""Roads from load balancers: to their targets and their health checks, and to who signs users in."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..laws.law import get, items
from ..world import Record
from . import rules
from .addresses import internet
from .model import ANY_CLIENT, Place, Road, Traffic, Wall, Walls, named, road
from .network import Network, both, number
from .ways import inwards, outwards, within

_LB = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
_LISTENER = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")
_RULE = ("aws:lb/listenerRule:ListenerRule", "aws:alb/listenerRule:ListenerRule")
_GROUP = ("aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup")
_ATTACHMENT = (
    "aws:lb/targetGroupAttachment:TargetGroupAttachment",
    "aws:alb/targetGroupAttachment:TargetGroupAttachment",
)
SIGNS_IN = ("authenticate-oidc", "authenticate-cognito")
VIEWERS = Place("viewers", blocks=internet())


# what else than the network stands before a target: of whom, and which traffic
Admits = Callable[[Place, Traffic], Walls]


def _nothing_else(_source: Place, _traffic: Traffic) -> Walls:
    return iter(())


class Targets:
    """Who is registered in a target group; each kind of workload adds its own."""

    def __init__(self) -> None:
        self.of: dict[str, list[tuple[Place, Admits]]] = {}
        self.elsewhere: set[str] = set()
        """Groups into which something registers that nobody here can see."""

    def add(self, group: str, place: Place, admits: Admits = _nothing_else) -> None:
        """Note a target, and what else stands before it."""
        self.of.setdefault(group, []).append((place, admits))


class Balancers:
    """The load balancers of a stack."""

    def __init__(self, network: Network, targets: Targets) -> None:
        self.network, self.inventory, self.targets = network, network.inventory, targets

    @property
    def all(self) -> list[Record]:
        """Every load balancer."""
        return self.inventory.of(*_LB)

    def named(self, domain: str) -> Record | None:
        """Return the load balancer of a DNS name."""
        return next((each for each in self.inventory.of(*_LB) if domain and both(each, "dnsName") == domain), None)

    def place(self, balancer: Record) -> Place:
        """Return where a load balancer (or an instance) lies."""
        subnets = balancer.inputs.get("subnets") or [
            mapping.get("subnetId") for mapping in items(balancer.inputs, "subnetMappings")
        ]
        if balancer.inputs.get("subnetId"):
            subnets = [balancer.inputs["subnetId"]]
        groups = balancer.inputs.get("securityGroups") or balancer.inputs.get("vpcSecurityGroupIds")
        known = tuple(str(each) for each in groups or ())
        network_one = both(balancer, "loadBalancerType") == "network"
        public = both(balancer, "internal") is False
        return Place(named(balancer), tuple(map(str, subnets)), known or (() if network_one else None), public=public)

    def listens(self, balancer: Record, traffic: Traffic) -> Walls:
        """Judge whether a listener takes traffic; an instance is believed to."""
        if balancer.token not in _LB:
            return
        ports = [number(both(each, "port"), 0) for each in self.listeners(balancer)]
        if traffic.port not in ports and not self._grown_elsewhere(balancer):
            has = f"it listens at {', '.join(map(str, sorted(ports)))}" if ports else "it has no listener"
            yield Wall(
                rules.LISTENER,
                named(balancer),
                f"nothing listens at {traffic.port}: {has}",
                f"a listener at {traffic.port}",
            )

    def listeners(self, balancer: Record) -> list[Record]:
        """Return the listeners of a load balancer."""
        arns = {balancer.id, both(balancer, "arn")}
        return [each for each in self.inventory.of(*_LISTENER) if both(each, "loadBalancerArn") in arns]

    def roads(self) -> Iterator[Road]:
        """Yield what each load balancer needs."""
        for balancer in self.inventory.of(*_LB):
            listeners = self.listeners(balancer)
            yield from self._viewers(balancer, listeners)
            asked: dict[str, Record] = {}
            for listener in listeners:
                for by, action in self._actions(listener):
                    if action.get("type") in SIGNS_IN:
                        asked.setdefault(str(action["type"]), by)
                    for group in _groups_of(action):
                        asked.setdefault(group, by)
            for what, by in asked.items():
                yield from self._provider(balancer, by) if what in SIGNS_IN else self._group(balancer, what, by)
        yield from self._unused()

    def _viewers(self, balancer: Record, listeners: list[Record]) -> Iterator[Road]:
        if both(balancer, "internal") is not False:
            return
        place = self.place(balancer)
        for listener in listeners:
            traffic = Traffic(number(both(listener, "port"), 80), answers=ANY_CLIENT)
            yield road(
                "viewers",
                named(balancer),
                traffic,
                "what it is there for: it faces the internet",
                listener,
                inwards(self.network, place, traffic, VIEWERS),
            )

    def _provider(self, balancer: Record, by: Record) -> Iterator[Road]:
        traffic = Traffic(443, answers=ANY_CLIENT)
        source, target = self.place(balancer), Place("the identity provider", blocks=internet())

        def walk() -> Walls:
            for wall in outwards(self.network, source, traffic, target):
                yield Wall(rules.SIGN_IN, wall.resource, f"{wall.rule.says}: {wall.found}", wall.opens)

        yield road(named(balancer), target.name, traffic, "users are signed in", by, walk())

    def _group(self, balancer: Record, arn: str, by: Record) -> Iterator[Road]:
        group = self.inventory.owner(arn)
        if group is None or group.token not in _GROUP:
            return
        kind = str(both(group, "targetType") or "instance")
        if kind == "lambda":
            return
        targets = [*self.targets.of.get(group.id, ()), *self._attached(group)]
        if not targets:
            if group.id in self.targets.elsewhere or self._grown_elsewhere(group):
                return
            yield road(named(balancer), named(group), "", "what the listener forwards", by, _empty(group))
            return
        port = number(both(group, "port"), 80)
        check = str(get(group.inputs, "healthCheck", "port") or "traffic-port")
        ports = {port: "what the listener forwards"}
        if check != "traffic-port" and check.isdigit():
            ports.setdefault(int(check), "health checks")
        for target, admits in targets:
            for number_, needed in ports.items():
                traffic = Traffic(number_, answers=ANY_CLIENT)
                yield road(
                    named(balancer),
                    target.name,
                    traffic,
                    needed,
                    group,
                    self._reaches(balancer, target, admits, traffic),
                )

    def _reaches(self, balancer: Record, target: Place, admits: Admits, traffic: Traffic) -> Walls:
        source = self.place(balancer)
        yield from within(self.network, source, target, traffic)
        yield from admits(source, traffic)

    def _attached(self, group: Record) -> Iterator[tuple[Place, Admits]]:
        for each in self.inventory.of(*_ATTACHMENT):
            if both(each, "targetGroupArn") in (group.id, both(group, "arn")):
                target = self.inventory.owner(str(both(each, "targetId")))
                place = self.place(target) if target else Place(f"target {both(each, 'targetId')}")
                yield place, _nothing_else

    def _actions(self, listener: Record) -> Iterator[tuple[Record, Mapping[str, Any]]]:
        for action in items(listener.inputs, "defaultActions"):
            yield listener, action
        for rule in self.inventory.of(*_RULE):
            if both(rule, "listenerArn") in (listener.id, both(listener, "arn")):
                for action in items(rule.inputs, "actions"):
                    yield rule, action

    def _unused(self) -> Iterator[Road]:
        used = {
            arn
            for listener in self.inventory.of(*_LISTENER)
            for _, action in self._actions(listener)
            for arn in _groups_of(action)
        }
        for group in self.inventory.of(*_GROUP):
            registered = [*self.targets.of.get(group.id, ()), *self._attached(group)]
            if registered and not {group.id, str(both(group, "arn"))} & used and self.inventory.of(*_LISTENER):
                yield road(
                    "a listener",
                    named(group),
                    "",
                    "its targets are asked for nothing",
                    group,
                    _unused(group),
                )

    def _grown_elsewhere(self, record: Record) -> bool:
        """Return whether a controller in the cluster makes listeners or registers targets of it."""
        return any(
            record.id in str(each.inputs) for each in self.inventory.users(record.id) if each.token[:4] == "kube"
        )


def _empty(group: Record) -> Walls:
    yield Wall(rules.NO_TARGETS, named(group), "nothing is registered in it", "a target, or who registers one")


def _unused(group: Record) -> Walls:
    yield Wall(
        rules.TARGETS_UNUSED, named(group), "no listener forwards to it", "a listener or a rule that forwards to it"
    )


def _groups_of(action: Mapping[str, Any]) -> Iterator[str]:
    if action.get("targetGroupArn"):
        yield str(action["targetGroupArn"])
    for each in items(action, "forward", "targetGroups"):
        yield str(each.get("arn"))
