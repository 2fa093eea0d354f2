"""SQS and SNS: what FIFO demands of names and of each other, and dead-letter queues."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .law import Law, Refusal, ResourceOperation, get

_QUEUE, _TOPIC = "aws:sqs/queue:Queue", "aws:sns/topic:Topic"
_REDRIVE = "aws:sqs/redrivePolicy:RedrivePolicy"
_SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
_CREATE_QUEUE = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"
_DEAD_LETTERS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"
_ONLY_FIFO = ("contentBasedDeduplication", "deduplicationScope", "fifoThroughputLimit")
_MOST_RECEIVES = 1000  # SetQueueAttributes: maxReceiveCount


def _queue(op: ResourceOperation) -> Iterator[Refusal]:
    name, fifo = op.text("name"), op.get("fifoQueue") is True
    if op.unknown("fifoQueue"):
        return
    if name and fifo != name.endswith(".fifo"):
        yield Refusal(
            "InvalidParameterValue",
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with "
            f".fifo suffix and be 1 to 80 in length: {name}"
            if fifo
            else f"Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length: {name}",
            "end the name with .fifo, or leave it out" if fifo else "set fifoQueue, or leave .fifo out of the name",
        )
    given = [key for key in _ONLY_FIFO if op.get(key) not in (None, False)]
    if given and not fifo:
        yield Refusal(
            "InvalidAttributeName",
            f"Unknown Attribute {given[0][0].upper()}{given[0][1:]}: only a FIFO queue has it",
            "set fifoQueue, or leave it out",
        )


def _dead_letters(op: ResourceOperation) -> Iterator[Refusal]:
    text = op.text("redrivePolicy")
    if not text:
        return
    try:
        policy = json.loads(text)
    except ValueError:
        policy = None
    target = policy.get("deadLetterTargetArn") if isinstance(policy, Mapping) else None
    count = policy.get("maxReceiveCount") if isinstance(policy, Mapping) else None
    if not isinstance(target, str) or not str(count).isdigit():
        yield Refusal(
            "InvalidParameterValue",
            f"Value {text} for parameter RedrivePolicy is invalid. Reason: Redrive policy is not a valid JSON map, or lacks "
            "deadLetterTargetArn or maxReceiveCount.",
            'write json.dumps({"deadLetterTargetArn": ..., "maxReceiveCount": 5})',
        )
        return
    if not 1 <= int(str(count)) <= _MOST_RECEIVES:
        yield Refusal(
            "InvalidParameterValue",
            f"Value {text} for parameter RedrivePolicy is invalid. Reason: Invalid value for maxReceiveCount: {count}, valid "
            f"values are from 1 to {_MOST_RECEIVES} both inclusive.",
            "choose a count in that range",
        )
    yield from _dead_letter_queue(op, target)


def _dead_letter_queue(op: ResourceOperation, target: str) -> Iterator[Refusal]:
    if not target.startswith("arn:"):
        yield Refusal(
            "InvalidParameterValue",
            f"Value {target} for parameter RedrivePolicy is invalid. Reason: Invalid value for deadLetterTargetArn.",
            "hand over the queue's arn, not its url or name",
        )
        return
    if op.token == _QUEUE:
        own: Any = op.get("fifoQueue") is True
    else:
        source = op.inventory.owner(op.text("queueUrl"))
        own = get(source.inputs, "fifoQueue") is True if source else None
    if own is not None and own != target.endswith(".fifo"):
        yield Refusal(
            "InvalidParameterValue",
            "Value for parameter RedrivePolicy is invalid. Reason: Dead-letter queue must be same type of queue as the source: "
            f"{target} of a {'FIFO' if own else 'standard'} queue.",
            "let a FIFO queue have a FIFO dead-letter queue, and a standard one a standard one",
        )
    if op.region and target.split(":")[3] not in ("", op.region):
        yield Refusal(
            "InvalidParameterValue",
            f"Value for parameter RedrivePolicy is invalid. Reason: {target} lies in another region than the source.",
            "keep the dead-letter queue in the queue's region and account",
        )


def _topic(op: ResourceOperation) -> Iterator[Refusal]:
    name, fifo = op.text("name"), op.get("fifoTopic") is True
    if op.unknown("fifoTopic"):
        return
    if name and fifo != name.endswith(".fifo"):
        yield Refusal(
            "InvalidParameter",
            f"Invalid parameter: Topic Name: Fifo Topic names must end with .fifo, and no others may: {name}",
            "end the name with .fifo, or leave it out" if fifo else "set fifoTopic, or leave .fifo out of the name",
        )
    if op.get("contentBasedDeduplication") is True and not fifo:
        yield Refusal(
            "InvalidParameter",
            "Invalid parameter: Attributes Reason: Content-based deduplication can only be set for FIFO topics",
            "set fifoTopic, or leave contentBasedDeduplication out",
        )


def _subscription(op: ResourceOperation) -> Iterator[Refusal]:
    topic, protocol, endpoint = op.text("topic"), op.text("protocol"), op.text("endpoint")
    fifo_topic, fifo_queue = topic.endswith(".fifo"), endpoint.endswith(".fifo")
    if topic and fifo_topic and protocol and protocol != "sqs":
        yield Refusal(
            "InvalidParameter",
            f"Invalid parameter: Invalid protocol type: {protocol}",
            "a FIFO topic delivers to queues alone: put a queue between",
        )
    if topic.startswith("arn:") and not fifo_topic and protocol == "sqs" and fifo_queue:
        yield Refusal(
            "InvalidParameter",
            "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
            "make the topic a FIFO topic, or the queue a standard one",
        )


LAWS = (
    Law("sqs-fifo", "what a FIFO queue is called and has", _CREATE_QUEUE, _QUEUE, _queue),
    Law("sqs-dead-letter-queue", "dead letters go to a queue of the same kind", _DEAD_LETTERS, _QUEUE, _dead_letters),
    Law("sqs-dead-letter-queue", "dead letters go to a queue of the same kind", _DEAD_LETTERS, _REDRIVE, _dead_letters),
    Law(
        "sns-fifo",
        "what a FIFO topic is called and has",
        "https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html",
        _TOPIC,
        _topic,
    ),
    Law(
        "sns-fifo-subscription",
        "FIFO topics and queues that fit",
        "https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html",
        _SUBSCRIPTION,
        _subscription,
    ),
)
