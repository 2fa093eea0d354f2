"""Pairs of the laws in `sandbox/laws/event_rules.py`."""

import json
from typing import Any

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import role


def _rule(values: dict[str, Any]) -> None:
    aws.cloudwatch.EventRule("rule", **values)


def _schedule(expression: str) -> None:
    aws.cloudwatch.EventRule("rule", schedule_expression=expression)


def _scheduler(expression: str) -> None:
    target: Any = {
        "arn": "arn:aws:sqs:eu-west-1:123456789012:q",
        "role_arn": role("role", "scheduler.amazonaws.com").arn,
    }
    window: Any = {"mode": "OFF"}
    aws.scheduler.Schedule("schedule", schedule_expression=expression, flexible_time_window=window, target=target)


def _pattern(pattern: object) -> None:
    aws.cloudwatch.EventRule("rule", event_pattern=json.dumps(pattern))


def _machine_target(with_role: bool) -> None:
    own = role("events", "events.amazonaws.com").arn if with_role else None
    rule = aws.cloudwatch.EventRule("rule", schedule_expression="rate(1 day)")
    machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:work"
    aws.cloudwatch.EventTarget("target", rule=rule.name, arn=machine, role_arn=own)


def _queue_target(given: Any) -> None:
    rule = aws.cloudwatch.EventRule("rule", schedule_expression="rate(1 day)")
    queue = aws.sqs.Queue("queue", fifo_queue=True)
    aws.cloudwatch.EventTarget("target", rule=rule.name, arn=queue.arn, sqs_target=given)


PAIRS = [
    Pair(
        "event-schedule",
        "one is singular and more is plural",
        _schedule,
        "rate(1 minutes)",
        "rate(1 minute)",
        GITHUB + "stackshy/cloudemu/pull/1120",
    ),
    Pair("event-schedule", "one is singular and more is plural", _schedule, "rate(5 minute)", "rate(5 minutes)"),
    Pair("event-schedule", "cron takes 6 fields, and these are 5", _schedule, "cron(0 12 * * ?)", "cron(0 12 * * ? *)"),
    Pair("event-schedule", "exactly one of day-of-month and", _schedule, "cron(0 12 * * * *)", "cron(0 12 ? * MON *)"),
    Pair("event-schedule", "it is neither", _schedule, "every day", "rate(1 day)"),
    Pair("event-schedule", "write at(", _scheduler, "at(2030-01-01)", "at(2030-01-01T00:00:00)"),
    Pair(
        "event-rule",
        "EventPattern or ScheduleExpression must be specified",
        _rule,
        {"description": "x"},
        {"schedule_expression": "rate(1 day)"},
    ),
    Pair(
        "event-rule",
        "supported only on the default event bus",
        _rule,
        {"schedule_expression": "rate(1 day)", "event_bus_name": "orders"},
        {"schedule_expression": "rate(1 day)", "event_bus_name": "default"},
        GITHUB + "aws-controllers-k8s/community/issues/1984",
    ),
    Pair(
        "event-pattern",
        '"source" must be an object or an array',
        _pattern,
        {"source": "aws.s3"},
        {"source": ["aws.s3"]},
        GITHUB + "buildkite/docs/pull/896",
    ),
    Pair(
        "event-pattern",
        "Empty arrays are not allowed",
        _pattern,
        {"source": ["a"], "detail": {"state": []}},
        {"source": ["a"], "detail": {"state": [{"prefix": "a"}]}},
        GITHUB + "aws/aws-cdk/issues/36904",
    ),
    Pair(
        "event-target",
        "RoleArn is required for target arn:aws:states",
        _machine_target,
        False,
        True,
        GITHUB + "hashicorp/terraform-provider-aws/pull/19913",
    ),
    Pair(
        "event-target",
        "Parameter(s) SqsParameters must be specified",
        _queue_target,
        None,
        {"message_group_id": "all"},
        GITHUB + "awslabs/aws-ddk/issues/183",
    ),
]
