"""Pairs of the laws in `sandbox/laws/messaging.py`."""

import json
from typing import Any

import pulumi_aws as aws

from .pair import GITHUB, Pair


def _queue(values: dict[str, Any]) -> None:
    aws.sqs.Queue("queue", **values)


def _dead_letters(given: dict[str, Any]) -> None:
    other = aws.sqs.Queue("dead", fifo_queue=given.get("fifo", False))
    policy = other.arn.apply(
        lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": given.get("count", 5)})
    )
    queue = aws.sqs.Queue("queue", redrive_policy=policy if given.get("inline") else None)
    if not given.get("inline"):
        aws.sqs.RedrivePolicy("redrive", queue_url=queue.id, redrive_policy=policy)


def _topic(values: dict[str, Any]) -> None:
    aws.sns.Topic("topic", **values)


def _subscription(given: dict[str, Any]) -> None:
    topic = aws.sns.Topic("topic", fifo_topic=given["topic"])
    queue = aws.sqs.Queue("queue", fifo_queue=given["queue"])
    endpoint = queue.arn if given.get("protocol", "sqs") == "sqs" else "ops@example.com"
    aws.sns.TopicSubscription("s", topic=topic.arn, protocol=given.get("protocol", "sqs"), endpoint=endpoint)


PAIRS = [
    Pair(
        "sqs-fifo",
        "must end with .fifo suffix",
        _queue,
        {"name": "orders", "fifo_queue": True},
        {"name": "orders.fifo", "fifo_queue": True},
        GITHUB + "pulumi/pulumi-aws-native/issues/794",
    ),
    Pair("sqs-fifo", "Can only include", _queue, {"name": "orders.fifo"}, {"name": "orders"}),
    Pair(
        "sqs-fifo",
        "Unknown Attribute ContentBasedDeduplication",
        _queue,
        {"content_based_deduplication": True},
        {"content_based_deduplication": True, "fifo_queue": True},
    ),
    Pair(
        "sqs-dead-letter-queue",
        "must be same type of queue",
        _dead_letters,
        {"fifo": True, "inline": True},
        {"inline": True},
    ),
    Pair("sqs-dead-letter-queue", "must be same type of queue", _dead_letters, {"fifo": True}, {}),
    Pair("sqs-dead-letter-queue", "valid values are from 1 to 1000", _dead_letters, {"count": 0}, {"count": 1}),
    Pair(
        "sqs-dead-letter-queue",
        "Redrive policy is not a valid JSON map",
        _queue,
        {"redrive_policy": json.dumps({"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:dead"})},
        {
            "redrive_policy": json.dumps(
                {"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:dead", "maxReceiveCount": "3"}
            )
        },
    ),
    Pair(
        "sns-fifo",
        "Invalid parameter: Topic Name",
        _topic,
        {"name": "orders", "fifo_topic": True},
        {"name": "orders.fifo", "fifo_topic": True},
        GITHUB + "awsdocs/aws-cloudformation-user-guide/pull/860",
    ),
    Pair(
        "sns-fifo-subscription",
        "FIFO SQS Queues can not be subscribed to standard SNS topics",
        _subscription,
        {"topic": False, "queue": True},
        {"topic": True, "queue": True},
    ),
    Pair(
        "sns-fifo-subscription",
        "Invalid protocol type: email",
        _subscription,
        {"topic": True, "queue": False, "protocol": "email"},
        # a standard queue may follow a FIFO topic since September 2023
        {"topic": True, "queue": False},
        GITHUB + "hashicorp/terraform-provider-aws/issues/38441",
    ),
]
