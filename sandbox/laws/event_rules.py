"""EventBridge: when a rule fires, what it matches, and what its targets need."""

import json
import re
from collections.abc import Iterator
from typing import Any

from .law import Law, Refusal, ResourceOperation

_RULE = "aws:cloudwatch/eventRule:EventRule"
_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
_SCHEDULES = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"
_SCHEDULE_TYPES = r"aws:(cloudwatch/eventRule:EventRule|scheduler/schedule:Schedule)"
_CRON_FIELDS = 6  # minutes, hours, day of month, month, day of week, year
# What EventBridge calls as a role of yours; queues, topics, functions and log groups let it in by their own policies.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
_NEED_A_ROLE = frozenset({"states", "ecs", "kinesis", "firehose", "codebuild", "codepipeline", "batch", "ssm"})


def _schedule(op: ResourceOperation) -> Iterator[Refusal]:
    text = op.text("scheduleExpression")
    reason = _wrong_schedule(text, one_time=op.token != _RULE) if text else ""
    if reason:
        yield Refusal(
            "ValidationException",
            f"Parameter ScheduleExpression is not valid: {text}: {reason}",
            "write rate(1 minute), rate(5 minutes), or cron(0 12 * * ? *), six fields in UTC",
        )


def _wrong_schedule(text: str, *, one_time: bool) -> str:
    """Return what is wrong with an expression; empty where nothing."""
    found = re.fullmatch(r"(rate|cron|at)\((.*)\)", text)
    if not found or (found[1] == "at" and not one_time):
        return "it is neither rate(...) nor cron(...)"
    kind, inside = found[1], found[2]
    if kind == "rate":
        rate = re.fullmatch(r"(\d+) (minute|hour|day)(s?)", inside)
        if not rate or int(rate[1]) < 1:
            return "a rate is a number above zero and minute(s), hour(s) or day(s)"
        if (int(rate[1]) == 1) == bool(rate[3]):
            return "one is singular and more is plural"
    if kind == "cron":
        fields = inside.split()
        if len(fields) != _CRON_FIELDS:
            return f"cron takes {_CRON_FIELDS} fields, and these are {len(fields)}"
        # exactly one is left open; in the Scheduler, too
        if (fields[2] == "?") == (fields[4] == "?"):
            return "exactly one of day-of-month and day-of-week is ?"
    if kind == "at" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", inside):
        return "write at(yyyy-mm-ddThh:mm:ss)"
    return ""


def _rule(op: ResourceOperation) -> Iterator[Refusal]:
    if "eventPattern" not in op.inputs and "scheduleExpression" not in op.inputs:
        yield Refusal(
            "ValidationException",
            "Parameter(s) EventPattern or ScheduleExpression must be specified.",
            "say what the rule matches, or when it fires",
        )
    bus = op.text("eventBusName")
    if op.text("scheduleExpression") and bus and bus.rpartition("/")[2] != "default":
        yield Refusal(
            "ValidationException",
            f"ScheduleExpression is supported only on the default event bus: {bus}",
            "leave eventBusName out, or use EventBridge Scheduler",
        )


def _pattern(op: ResourceOperation) -> Iterator[Refusal]:
    text = op.text("eventPattern")
    if not text:
        return
    try:
        pattern = json.loads(text)
    except ValueError as error:
        yield _invalid(f"it is no JSON: {error}")
        return
    if not isinstance(pattern, dict) or not pattern:
        yield _invalid("it must be an object with at least one field")
        return
    for reason in _wrong_fields(pattern):
        yield _invalid(reason)


def _wrong_fields(pattern: dict[str, Any]) -> Iterator[str]:
    for name, value in pattern.items():
        if isinstance(value, dict):
            yield from _wrong_fields(value)
        elif not isinstance(value, list):
            yield f'"{name}" must be an object or an array'
        elif not value:
            yield f'Empty arrays are not allowed: "{name}"'


def _invalid(reason: str) -> Refusal:
    return Refusal(
        "InvalidEventPatternException",
        f"Event pattern is not valid. Reason: {reason}",
        'list what each field may be: {"source": ["aws.s3"]}',
    )


def _target_role(op: ResourceOperation) -> Iterator[Refusal]:
    arn = op.text("arn")
    parts = arn.split(":")
    service = parts[2] if arn.startswith("arn:") and len(parts) > 5 else ""  # noqa: PLR2004 # arn:partition:service:region:account:resource
    # an automation document runs as the role that it names itself
    if service in _NEED_A_ROLE and "roleArn" not in op.inputs and ":automation-definition/" not in arn:
        yield Refusal(
            "ValidationException",
            f"RoleArn is required for target {arn}.",
            f"set roleArn to a role that events.amazonaws.com may take, and that may start the {service} target",
        )
    if service == "sqs" and arn.endswith(".fifo") and "sqsTarget" not in op.inputs:
        yield Refusal(
            "ValidationException",
            f"Parameter(s) SqsParameters must be specified for target: {arn}",
            "set sqsTarget.messageGroupId: a FIFO queue takes no message without a group",
        )


LAWS = (
    Law("event-schedule", "schedules that can be read", _SCHEDULES, _SCHEDULE_TYPES, _schedule),
    Law(
        "event-rule",
        "a rule matches or fires",
        "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html",
        _RULE,
        _rule,
    ),
    Law(
        "event-pattern",
        "patterns of events",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html",
        _RULE,
        _pattern,
    ),
    Law(
        "event-target",
        "what a rule's target needs",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html",
        _TARGET,
        _target_role,
    ),
)
