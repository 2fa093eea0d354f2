"""Pairs of the laws in `sandbox/laws/lambda_functions.py`."""

from typing import Any

import pulumi
import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import function, role, two_zones, vpc

_MANAGED = "arn:aws:iam::aws:policy/service-role/"


def _variables(given: dict[str, str]) -> None:
    function(environment={"variables": given})


def _with(values: dict[str, Any]) -> None:
    function(**values)


def _image(values: dict[str, Any]) -> None:
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"
    given: dict[str, Any] = {"package_type": "Image", "image_uri": image, **values}
    aws.lambda_.Function("function", role=role("role", "lambda.amazonaws.com").arn, **given)


def _in_a_vpc(policy: str) -> None:
    own = role("role", "lambda.amazonaws.com")
    attached = aws.iam.RolePolicyAttachment("attached", role=own.name, policy_arn=_MANAGED + policy)
    network = vpc()
    group = aws.ec2.SecurityGroup("group", vpc_id=network.id)
    placed: Any = {"subnet_ids": [each.id for each in two_zones(network)], "security_group_ids": [group.id]}
    function(own, vpc_config=placed, opts=pulumi.ResourceOptions(depends_on=[attached]))


def _fed(given: dict[str, Any]) -> None:
    own = role("role", "lambda.amazonaws.com")
    policy = _MANAGED + given.get("policy", "AWSLambdaSQSQueueExecutionRole")
    attached = aws.iam.RolePolicyAttachment("attached", role=own.name, policy_arn=policy)
    fifo = given.get("fifo", False)
    queue = aws.sqs.Queue("queue", fifo_queue=fifo, visibility_timeout_seconds=given.get("hidden", 30))
    made = function(own, timeout=given.get("timeout", 3))
    aws.lambda_.EventSourceMapping(
        "source",
        event_source_arn=queue.arn,
        function_name=made.arn,
        opts=pulumi.ResourceOptions(depends_on=[attached]),
        **given.get("source", {}),
    )


PAIRS = [
    Pair(
        "lambda-reserved-variable",
        "Reserved keys used in this request: AWS_REGION",
        _variables,
        {"AWS_REGION": "eu-west-1"},
        {"TARGET_REGION": "eu-west-1"},
        GITHUB + "localstack/localstack/issues/2951",
    ),
    Pair("lambda-variables-size", "exceeded the 4KB limit", _variables, {"LONG": "x" * 4093}, {"LONG": "x" * 4092}),
    Pair(
        "lambda-runtime",
        "The runtime parameter of nodejs12.x is no longer supported",
        _with,
        {"runtime": "nodejs12.x"},
        {"runtime": "nodejs24.x"},
    ),
    Pair("lambda-package", "intended function PackageType is Image", _image, {"handler": "a.b"}, {}),
    Pair("lambda-package", "handler must be set when PackageType is Zip", _with, {"handler": None}, {"handler": "a.b"}),
    Pair(
        "lambda-vpc-permissions",
        "does not have permissions to call CreateNetworkInterface on EC2",
        _in_a_vpc,
        "AWSLambdaBasicExecutionRole",
        "AWSLambdaVPCAccessExecutionRole",
        GITHUB + "aws/aws-sam-cli/issues/617",
    ),
    Pair(
        "lambda-source-permissions",
        "does not have permissions to call ReceiveMessage on SQS",
        _fed,
        {"policy": "AWSLambdaBasicExecutionRole"},
        {"policy": "AWSLambdaSQSQueueExecutionRole"},
        GITHUB + "aws/aws-cdk/issues/6770",
    ),
    Pair(
        "lambda-queue-visibility",
        "Queue visibility timeout: 60 seconds is less than Function timeout: 180 seconds",
        _fed,
        {"hidden": 60, "timeout": 180},
        {"hidden": 180, "timeout": 180},
        GITHUB + "hashicorp/terraform-provider-aws/issues/18099",
    ),
    Pair(
        "lambda-source-batch",
        "Batch size must be at most 10 for a FIFO queue: 11",
        _fed,
        {"fifo": True, "source": {"batch_size": 11}},
        {"fifo": True, "source": {"batch_size": 10}},
    ),
    Pair(
        "lambda-source-batch",
        "Maximum batch window in seconds must be greater than 0",
        _fed,
        {"source": {"batch_size": 11}},
        {"source": {"batch_size": 11, "maximum_batching_window_in_seconds": 1}},
    ),
    Pair(
        "lambda-source-batch",
        "StartingPosition is not valid for SQS",
        _fed,
        {"source": {"starting_position": "LATEST"}},
        {"source": {}},
    ),
]
