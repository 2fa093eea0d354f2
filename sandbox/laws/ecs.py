"""ECS: tasks that Fargate takes, and services that fit their task, their cluster and their target groups."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ..wire import UNKNOWN
from ..world import Record
from .law import Law, Refusal, ResourceOperation, get, items

_TASK, _SERVICE = "aws:ecs/taskDefinition:TaskDefinition", "aws:ecs/service:Service"
_GROUP = "aws:lb/targetGroup:TargetGroup"
_PARAMETERS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html"
_SIZES = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html"
_CREATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html"
_BALANCING = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html"
# CPU units -> MiB from, to and by what step (`_SIZES`; the least and the greatest CPU take certain amounts)
_FARGATE_MIB: Mapping[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
    32768: (61440, 122880, 249856),
}


def _units(value: Any, words: str, factor: int) -> int | None:
    """Return `256`, `.25 vCPU` or `0.5GB` as CPU units or MiB; None where it is neither."""
    text = str(value if value is not None else "")
    found = re.fullmatch(rf"(\d*\.?\d+)\s*({words})?", text.strip(), re.IGNORECASE)
    if not found:
        return None
    number = float(found[1]) * (factor if found[2] else 1)
    return int(number) if number.is_integer() else None


def _fargate(inputs: Mapping[str, Any]) -> bool:
    return "FARGATE" in items(inputs, "requiresCompatibilities")


def _fargate_size(op: ResourceOperation) -> Iterator[Refusal]:
    if not _fargate(op.inputs):
        return
    missing = [key for key in ("cpu", "memory") if key not in op.inputs]
    if missing:
        yield Refusal(
            "ClientException",
            f"Fargate requires that '{missing[0]}' be defined at the task level.",
            "set cpu and memory of the task",
        )
        return
    cpu, memory = _units(op.get("cpu"), "vcpu", 1024), _units(op.get("memory"), "gb", 1024)
    if cpu is None or memory is None:
        return
    fitting = _FARGATE_MIB.get(cpu, ())
    if memory not in fitting:
        near = min(fitting, key=lambda each: abs(each - memory)) if fitting else 0
        yield Refusal(
            "ClientException",
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See the Amazon ECS "
            "documentation for the valid values.",
            f"with {cpu} take {near} MiB" if near else f"take a cpu of {', '.join(map(str, _FARGATE_MIB))}",
        )


def containers(inputs: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """Return a task's containers; None where they are not known or cannot be read."""
    text = get(inputs, "containerDefinitions")
    if not isinstance(text, str) or UNKNOWN in text:
        return None
    try:
        listed = json.loads(text)
    except ValueError:
        return None
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else None


def _fargate_task(op: ResourceOperation) -> Iterator[Refusal]:
    if not _fargate(op.inputs):
        return
    if op.get("networkMode") != "awsvpc" and not op.unknown("networkMode"):
        yield Refusal("ClientException", "Fargate only supports network mode 'awsvpc'.", "set networkMode to awsvpc")
    if "executionRoleArn" in op.inputs:
        return
    for container in containers(op.inputs) or []:
        needs = ""
        if get(container, "logConfiguration", "logDriver") == "awslogs":
            needs = "log driver awslogs"
        if re.match(r"\d{12}\.dkr\.ecr\.", str(container.get("image"))):
            needs = "ECR images"
        if needs:
            yield Refusal(
                "ClientException",
                f"Fargate requires task definition to have execution role ARN to support {needs}.",
                "set executionRoleArn to a role with AmazonECSTaskExecutionRolePolicy",
            )
            return


def _containers(op: ResourceOperation) -> Iterator[Refusal]:
    text = op.text("containerDefinitions")
    listed = containers(op.inputs)
    if listed is None:
        if text and UNKNOWN not in text:
            yield _client("Container definitions are no JSON list", "write json.dumps([{...}])")
        return
    if not listed:
        yield _client("Container list cannot be empty.", "give the task a container")
    for name, count in Counter(str(each.get("name")) for each in listed).items():
        if count > 1 or not re.fullmatch(r"[\w-]{1,255}", name):
            yield _client(
                f"Invalid container name or one that is used twice: {name}", "name each: letters, digits, - and _"
            )
    if listed and not any(each.get("essential", True) for each in listed):
        yield _client(
            "At least one essential container is required in a task definition.", "let one be essential, as by default"
        )
    task_memory = op.inputs.get("memory") is not None
    for container in listed:
        if not (task_memory or container.get("memory") or container.get("memoryReservation")):
            yield _client(
                f"Invalid setting for container '{container.get('name')}'. At least one of 'memory' or 'memoryReservation' "
                "must be specified.",
                "give the container, or the task, its memory",
            )
        yield from _container(op, container, {str(each.get("name")) for each in listed})


def _container(op: ResourceOperation, container: Mapping[str, Any], names: set[str]) -> Iterator[Refusal]:
    name = container.get("name")
    if not container.get("image"):
        yield _client(f"Container.image should not be null or empty: {name}", "name the container's image")
    for mapping in items(container, "portMappings") if op.get("networkMode") == "awsvpc" else []:
        host, inner = get(mapping, "hostPort"), get(mapping, "containerPort")
        if host not in (None, 0, inner):
            yield _client(
                f"When networkMode=awsvpc, the host ports and container ports in port mappings must match: {host}:{inner}",
                "leave hostPort out",
            )
    volumes = {get(each, "name") for each in items(op.inputs, "volumes")}
    for mount in items(container, "mountPoints"):
        if get(mount, "sourceVolume") not in volumes and None not in volumes:
            yield _client(f"Unknown volume '{get(mount, 'sourceVolume')}'.", "name it among the task's volumes")
    for other in items(container, "dependsOn"):
        if get(other, "containerName") not in names:
            yield _client(
                f"Container '{name}' depends on '{get(other, 'containerName')}', which the task does not have",
                "name a container of the same task",
            )
    if container.get("secrets") and "executionRoleArn" not in op.inputs:
        yield _client(
            "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
            "set executionRoleArn to a role that may read them",
        )


def _client(message: str, instead: str) -> Refusal:
    return Refusal("ClientException", message, instead)


def _task_of(op: ResourceOperation) -> Record | None:
    """Return the task definition that a service runs, by its ARN, with or without revision, or its family."""
    named = op.text("taskDefinition")
    family = named.rpartition("/")[2].partition(":")[0]
    owner = op.inventory.owner(named) if named else None
    if owner is not None and owner.token == _TASK:
        return owner
    matching = [each for each in op.inventory.of(_TASK) if family and get(each.inputs, "family") == family]
    return matching[-1] if matching else None


def _service_network(op: ResourceOperation) -> Iterator[Refusal]:
    task = _task_of(op)
    if task is None or (get(task.inputs, "networkMode") is None and "networkMode" in task.inputs):
        return
    awsvpc, given = get(task.inputs, "networkMode") == "awsvpc", "networkConfiguration" in op.inputs
    if awsvpc and not given:
        yield _parameter(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
            "set networkConfiguration with subnets and security groups",
        )
    if given and not awsvpc:
        yield _parameter(
            "Network Configuration is not valid for the given networkMode of this task definition.",
            "set the task's networkMode to awsvpc, or leave networkConfiguration out",
        )


def _parameter(message: str, instead: str, *, may_appear: bool = False) -> Refusal:
    return Refusal("InvalidParameterException", message, instead, may_appear)


def _service_launch(op: ResourceOperation) -> Iterator[Refusal]:
    task, launch = _task_of(op), op.text("launchType")
    strategies = [get(each, "capacityProvider") for each in items(op.inputs, "capacityProviderStrategies")]
    if launch and strategies:
        yield _parameter(
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
            "keep capacityProviderStrategies, and leave launchType out",
        )
    wanted = launch == "FARGATE" or any(str(each).startswith("FARGATE") for each in strategies)
    if task is not None and wanted and "requiresCompatibilities" in task.inputs and not _fargate(task.inputs):
        if UNKNOWN in (task.inputs["requiresCompatibilities"] or []):
            return
        yield _parameter(
            "Task definition does not support launch_type FARGATE.",
            "let the task's requiresCompatibilities hold FARGATE",
        )
    if op.text("schedulingStrategy") == "DAEMON" and wanted:
        yield _parameter(
            "The Fargate launch type does not support the DAEMON scheduling strategy.",
            "run replicas, or on instances",
        )


def _service_containers(op: ResourceOperation) -> Iterator[Refusal]:
    task = _task_of(op)
    listed = containers(task.inputs) if task is not None else None
    if listed is None:
        return
    by_name = {str(each.get("name")): each for each in listed}
    for balancer in items(op.inputs, "loadBalancers"):
        name, port = get(balancer, "containerName"), get(balancer, "containerPort")
        if isinstance(name, str) and name not in by_name:
            yield _parameter(
                f"The container {name} does not exist in the task definition.",
                f"name one of {', '.join(by_name)}",
            )
        elif isinstance(name, str) and isinstance(port, int):
            ports = [get(mapping, "containerPort") for mapping in items(by_name[name], "portMappings")]
            ranged = any(get(mapping, "containerPortRange") for mapping in items(by_name[name], "portMappings"))
            if str(port) not in map(str, ports) and not ranged:
                yield _parameter(
                    f"The container {name} did not have a container port {port} defined.",
                    "list the port in the container's portMappings",
                )


def _groups(op: ResourceOperation) -> Iterator[Record]:
    for balancer in items(op.inputs, "loadBalancers"):
        arn = get(balancer, "targetGroupArn")
        group = op.inventory.owner(arn) if isinstance(arn, str) else None
        if group is not None and group.token == _GROUP:
            yield group


def _target_type(op: ResourceOperation) -> Iterator[Refusal]:
    task = _task_of(op)
    mode = get(task.inputs, "networkMode") if task is not None else None
    for group in _groups(op):
        kind = get(group.inputs, "targetType")
        kind = "instance" if "targetType" not in group.inputs else kind
        if mode == "awsvpc" and kind == "instance":
            yield _parameter(
                f"The provided target group {group.outputs.get('arn')} has target type instance, which is incompatible with "
                "the awsvpc network mode specified in the task definition.",
                "set the target group's targetType to ip",
            )
        if kind in ("lambda", "alb"):
            yield _parameter(
                f"The provided target group {group.outputs.get('arn')} has target type {kind}, which a service cannot be in",
                "set the target group's targetType to ip or instance",
            )


def _target_group_used(op: ResourceOperation) -> Iterator[Refusal]:
    for group in _groups(op):
        arn = str(group.outputs.get("arn") or group.id)
        routed = any(user.token.partition("/")[0] in ("aws:lb", "aws:alb") for user in op.inventory.users(arn))
        if arn and not routed:
            yield _parameter(
                f"The target group with targetGroupArn {arn} does not have an associated load balancer.",
                "let the service depend on the listener, or the listener rule, that forwards to the group",
                may_appear=True,
            )


LAWS = (
    Law("ecs-fargate-size", "CPU and memory that Fargate has", _SIZES, _TASK, _fargate_size),
    Law("ecs-fargate-task", "what Fargate asks of a task", _SIZES, _TASK, _fargate_task),
    Law("ecs-containers", "containers of a task", _PARAMETERS, _TASK, _containers),
    Law("ecs-service-network", "a service's network fits its task", _CREATE, _SERVICE, _service_network),
    Law("ecs-service-launch-type", "a service runs what its task allows", _CREATE, _SERVICE, _service_launch),
    Law("ecs-service-container", "a service's container is in its task", _BALANCING, _SERVICE, _service_containers),
    Law("ecs-target-type", "a service's target group fits its network", _BALANCING, _SERVICE, _target_type),
    Law(
        "ecs-target-group-in-use",
        "a load balancer stands before a service's target group",
        _BALANCING,
        _SERVICE,
        _target_group_used,
        ("create",),
    ),
)
