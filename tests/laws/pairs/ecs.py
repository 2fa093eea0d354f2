"""Pairs of the laws in `sandbox/laws/ecs.py`."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import role, two_zones, vpc

_WEB: dict[str, Any] = {"name": "web", "image": "nginx:1.27", "portMappings": [{"containerPort": 80}]}
_ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"


def _definition(**given: Any) -> aws.ecs.TaskDefinition:
    containers = given.pop("containers", [_WEB])
    values: dict[str, Any] = {
        "family": "web",
        "requires_compatibilities": ["FARGATE"],
        "network_mode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "container_definitions": json.dumps(containers),
        **given,
    }
    return aws.ecs.TaskDefinition("task", **values)


def _task(given: dict[str, Any]) -> None:
    _definition(**given)


def _container(values: dict[str, Any]) -> None:
    _definition(containers=[{**_WEB, **values}])


def _on_instances(given: dict[str, Any]) -> None:
    bridge = {"requires_compatibilities": ["EC2"], "network_mode": "bridge", "cpu": None, "memory": None}
    _definition(**{**bridge, **given})


def _with_role(named: bool) -> None:
    own = role("execution", "ecs-tasks.amazonaws.com").arn if named else None
    _definition(containers=[{**_WEB, "image": _ECR}], execution_role_arn=own)


def _service(given: dict[str, Any]) -> None:
    network = vpc()
    subnets = [each.id for each in two_zones(network)]
    group = aws.ec2.SecurityGroup("group", vpc_id=network.id)
    targets = aws.lb.TargetGroup(
        "targets", port=80, protocol="HTTP", vpc_id=network.id, target_type=given.pop("target_type", "ip")
    )
    balancer = aws.lb.LoadBalancer("lb", subnets=subnets)
    forward: Any = [{"type": "forward", "target_group_arn": targets.arn}]
    needs: list[pulumi.Resource] = []
    if given.pop("listened", True):
        needs = [
            aws.lb.Listener(
                "listener", load_balancer_arn=balancer.arn, port=80, protocol="HTTP", default_actions=forward
            )
        ]
    place = {"subnets": subnets, "security_groups": [group.id]}
    behind = {"container_name": "web", "container_port": 80, **given.pop("behind", {})}
    values: dict[str, Any] = {
        "cluster": aws.ecs.Cluster("cluster").arn,
        "task_definition": _definition(**given.pop("task", {})).arn,
        "launch_type": "FARGATE",
        "network_configuration": place if given.pop("placed", True) else None,
        "load_balancers": [{"target_group_arn": targets.arn, **behind}],
        **given,
    }
    aws.ecs.Service("service", opts=pulumi.ResourceOptions(depends_on=needs), **values)


def _served(given: dict[str, Any]) -> None:
    _service(dict(given))


_ON_EC2 = {"requires_compatibilities": ["EC2"], "network_mode": "bridge"}
PAIRS = [
    Pair(
        "ecs-fargate-size",
        "No Fargate configuration exists for given values: 512 CPU, 512 memory",
        _task,
        {"cpu": "512", "memory": "512"},
        {"cpu": ".5 vCPU", "memory": "1 GB"},
        GITHUB + "towardsthecloud/aws-cdk-examples/issues/1",
    ),
    Pair(
        "ecs-fargate-size",
        "Fargate requires that 'memory' be defined at the task level",
        _task,
        {"memory": None},
        {"memory": "2048"},
    ),
    Pair(
        "ecs-fargate-task",
        "Fargate only supports network mode",
        _task,
        {"network_mode": "bridge"},
        {"network_mode": "awsvpc"},
        GITHUB + "aws/amazon-ecs-cli/issues/1145",
    ),
    Pair(
        "ecs-fargate-task",
        "execution role ARN to support ECR images",
        _with_role,
        False,
        True,
        GITHUB + "hashicorp/terraform-provider-aws/issues/3051",
    ),
    Pair(
        "ecs-fargate-task",
        "execution role ARN to support log driver awslogs",
        _container,
        {"logConfiguration": {"logDriver": "awslogs"}},
        {"logConfiguration": {"logDriver": "splunk"}},
        GITHUB + "virtual-kubelet/virtual-kubelet/issues/193",
    ),
    Pair(
        "ecs-containers",
        "the host ports and container ports in port mappings must match",
        _container,
        {"portMappings": [{"containerPort": 3000, "hostPort": 80}]},
        {"portMappings": [{"containerPort": 3000, "hostPort": 3000}]},
        GITHUB + "pulumi/pulumi-awsx/issues/935",
    ),
    Pair(
        "ecs-containers",
        "At least one of 'memory' or 'memoryReservation'",
        _on_instances,
        {"containers": [_WEB]},
        {"containers": [{**_WEB, "memoryReservation": 64}]},
        GITHUB + "cuttlesoft/ecs-deploy.py/issues/17",
    ),
    Pair("ecs-containers", "At least one essential container", _container, {"essential": False}, {"essential": True}),
    Pair("ecs-containers", "Unknown volume 'data'", _container, {"mountPoints": [{"sourceVolume": "data"}]}, {}),
    Pair("ecs-containers", "used twice: web", _task, {"containers": [_WEB, _WEB]}, {"containers": [_WEB]}),
    Pair(
        "ecs-containers",
        "you must also specify a value for 'executionRoleArn'",
        _container,
        {"secrets": [{"name": "A", "valueFrom": "arn:aws:ssm:eu-west-1:123456789012:parameter/a"}]},
        {"environment": [{"name": "A", "value": "b"}]},
    ),
    Pair(
        "ecs-service-network",
        "Network Configuration must be provided when networkMode 'awsvpc' is specified",
        _served,
        {"placed": False},
        {"placed": True},
        GITHUB + "tryretool/retool-onpremise/pull/84",
    ),
    Pair(
        "ecs-service-network",
        "Network Configuration is not valid for the given networkMode",
        _served,
        {"task": _ON_EC2, "launch_type": "EC2", "target_type": "instance"},
        {"task": _ON_EC2, "launch_type": "EC2", "target_type": "instance", "placed": False},
        GITHUB + "muya/amazon-ecs-run-task/issues/7",
    ),
    Pair(
        "ecs-service-launch-type",
        "Task definition does not support launch_type FARGATE",
        _served,
        {"task": {"requires_compatibilities": ["EC2"]}},
        {"task": {"requires_compatibilities": ["EC2", "FARGATE"]}},
    ),
    Pair(
        "ecs-service-container",
        "The container app does not exist in the task definition",
        _served,
        {"behind": {"container_name": "app"}},
        {"behind": {"container_name": "web"}},
        GITHUB + "aws/amazon-ecs-agent/issues/1276",
    ),
    Pair(
        "ecs-service-container",
        "did not have a container port 3000 defined",
        _served,
        {"behind": {"container_port": 3000}},
        {"behind": {"container_port": 80}},
        GITHUB + "pulumi/pulumi-awsx/issues/1172",
    ),
    Pair(
        "ecs-target-type",
        "has target type instance, which is incompatible with the awsvpc network mode",
        _served,
        {"target_type": "instance"},
        {"target_type": "ip"},
    ),
    Pair(
        "ecs-target-group-in-use",
        "does not have an associated load balancer",
        _served,
        {"listened": False},
        {"listened": True},
        GITHUB + "hashicorp/terraform/issues/32908",
    ),
]
