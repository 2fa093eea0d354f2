"""Functions, tasks and instances in a VPC: where they lie, and what their configuration and roles say that they ask."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..laws.law import get, items
from ..world import Record
from . import rules
from .addresses import internet
from .balancers import Targets
from .data import Store
from .model import ANY_CLIENT, LINUX, Place, Ports, Road, Traffic, Wall, Walls, named, road
from .network import both
from .registries import ECR, HOSTS, layer_bucket, registry_of
from .roles import asked_by, role_of
from .services import HTTPS, Asked, Services
from .ways import outwards, within


@dataclass(frozen=True)
class Machine:
    """What runs in a VPC, what is written in it, and which role it bears."""

    record: Record
    place: Place
    text: str
    roles: tuple[object, ...] = ()
    answers: Ports = LINUX


class Machines:
    """The functions, ECS services and instances of a stack."""

    def __init__(self, services: Services) -> None:
        self.services, self.network = services, services.network
        self.inventory = self.network.inventory

    @cached_property
    def all(self) -> list[Machine]:
        """Every one of them that lies in a VPC."""
        return [*self._functions(), *self._tasks(), *self._instances()]

    def roads(self, stores: list[Store]) -> Iterator[Road]:
        """Yield what each needs."""
        for machine in self.all:
            for store in stores:
                if any(host in machine.text for host in store.hosts):
                    traffic = Traffic(store.traffic.port, answers=machine.answers)
                    yield road(
                        machine.place.name,
                        store.place.name,
                        traffic,
                        "it is configured with its address",
                        machine.record,
                        within(self.network, machine.place, store.place, traffic),
                    )
            for name in machine.roles:
                role = role_of(self.inventory, name)
                for asked in asked_by(self.inventory, role) if role else ():
                    yield road(
                        machine.place.name,
                        asked.service,
                        f"{asked.action or asked.service} by HTTPS",
                        "its role is there to ask it",
                        machine.record,
                        self._asks(machine, asked),
                    )
        yield from self._pulls()

    def register(self, targets: Targets) -> None:
        """Tell load balancers which tasks and groups of instances stand in their target groups."""
        for service, machine in self._services:
            for each in items(service.inputs, "loadBalancers"):
                group = self.inventory.owner(str(each.get("targetGroupArn") or ""))
                if group:
                    targets.add(group.id, machine.place)
        for group in self.inventory.of("aws:autoscaling/group:Group", "aws:autoscaling/attachment:Attachment"):
            for arn in [*(group.inputs.get("targetGroupArns") or ()), group.inputs.get("lbTargetGroupArn")]:
                owner = self.inventory.owner(str(arn or ""))
                if owner:
                    targets.elsewhere.add(owner.id)

    def _asks(self, machine: Machine, asked: Asked) -> Walls:
        for wall in self.services.reach(machine.place, asked):
            if wall.rule is rules.PRIVATE_ADDRESS and "lambda/function" in machine.record.token:
                yield Wall(
                    rules.LAMBDA_ADDRESS, wall.resource, wall.found, "private subnets with a NAT gateway, or endpoints"
                )
            else:
                yield wall

    def _pulls(self) -> Iterator[Road]:
        for _, machine in self._services:
            registries = {registry_of(image) for image in _images(machine.text)}
            for registry in sorted(registries):
                yield road(
                    machine.place.name,
                    registry,
                    "images and their layers",
                    "tasks start",
                    machine.record,
                    self._pull(machine, registry),
                )
            if "awslogs" in machine.text:
                yield road(
                    machine.place.name,
                    "logs",
                    "logs by HTTPS",
                    "tasks write logs",
                    machine.record,
                    self.services.reach(machine.place, Asked("logs", "logs:PutLogEvents")),
                )

    def _pull(self, machine: Machine, registry: str) -> Walls:
        own = ECR.fullmatch(registry)
        walls: Iterator[Wall]
        if own:
            walls = iter(
                [
                    *self.services.reach(machine.place, Asked("ecr.api", "ecr:GetAuthorizationToken")),
                    *self.services.reach(machine.place, Asked("ecr.dkr", "ecr:BatchGetImage", region=own[2])),
                    *self.services.reach(
                        machine.place,
                        Asked(
                            "s3", "s3:GetObject", f"arn:aws:s3:::{layer_bucket(registry, own[2])}/x", "of AWS", own[2]
                        ),
                    ),
                ]
            )
        else:
            walls = outwards(self.network, machine.place, HTTPS, Place(registry, blocks=internet()))
        for wall in walls:
            if wall.rule is rules.PRIVATE_ADDRESS:
                yield Wall(
                    rules.TASK_ADDRESS,
                    wall.resource,
                    wall.found,
                    "assign_public_ip=True, or private subnets with a NAT gateway",
                )
            else:
                yield wall
        if not own:
            for subnet in machine.place.subnets:
                if subnet in self.network.subnets:
                    for host in HOSTS.get(registry, (registry,)):
                        yield from self.services.resolves(self.network.subnets[subnet].vpc, host)

    def _functions(self) -> Iterator[Machine]:
        for each in self.inventory.of("aws:lambda/function:Function"):
            subnets = tuple(map(str, get(each.inputs, "vpcConfig", "subnetIds") or ()))
            groups = tuple(map(str, get(each.inputs, "vpcConfig", "securityGroupIds") or ()))
            if subnets:
                text = json.dumps(get(each.inputs, "environment") or {}, default=str)
                # Lambda functions use ports 1024-65535 (VPC user guide: ephemeral ports)
                yield Machine(
                    each, Place(named(each), subnets, groups or None), text, (both(each, "role"),), ANY_CLIENT
                )

    def _tasks(self) -> Iterator[Machine]:
        return (machine for _, machine in self._services)

    @cached_property
    def _services(self) -> list[tuple[Record, Machine]]:
        found = []
        for each in self.inventory.of("aws:ecs/service:Service"):
            config = get(each.inputs, "networkConfiguration") or {}
            subnets, groups = (
                tuple(map(str, config.get("subnets") or ())),
                tuple(map(str, config.get("securityGroups") or ())),
            )
            definition = self.inventory.owner(str(both(each, "taskDefinition") or ""))
            if not subnets or definition is None:
                continue
            place = Place(named(each), subnets, groups or None, public=config.get("assignPublicIp") is True)
            text = str(definition.inputs.get("containerDefinitions") or "")
            found.append((each, Machine(each, place, text, (both(definition, "taskRoleArn"),))))
        return found

    def _instances(self) -> Iterator[Machine]:
        for each in self.inventory.of("aws:ec2/instance:Instance"):
            subnet = self.network.subnets.get(str(each.inputs.get("subnetId") or ""))
            if subnet is None:
                continue
            public = each.inputs.get("associatePublicIpAddress")
            if public is None:
                public = subnet.record.inputs.get("mapPublicIpOnLaunch")
            groups = tuple(map(str, each.inputs.get("vpcSecurityGroupIds") or ()))
            profile = self._profile(str(each.inputs.get("iamInstanceProfile") or ""))
            place = Place(named(each), (subnet.id,), groups or None, public=public is True)
            roles = (both(profile, "role"),) if profile else ()
            yield Machine(each, place, str(each.inputs.get("userData") or ""), roles)

    def _profile(self, name: str) -> Record | None:
        for each in self.inventory.of("aws:iam/instanceProfile:InstanceProfile"):
            if name and name in (each.id, both(each, "name")):
                return each
        return None


def _images(text: str) -> Iterator[str]:
    try:
        containers = json.loads(text)
    except ValueError:
        return
    for each in containers if isinstance(containers, list) else ():
        if isinstance(each, Mapping) and isinstance(each.get("image"), str):
            yield each["image"]
