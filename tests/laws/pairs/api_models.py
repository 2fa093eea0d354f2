"""Pairs of the laws in `sandbox/laws/api_models.py`."""

import pulumi_aws as aws

from .pair import Pair
from .programs import vpc


def _flow_log(kind: str) -> None:
    aws.ec2.FlowLog("log", vpc_id=vpc().id, traffic_type=kind, log_destination="arn:aws:s3:::flow-logs")


def _target_type(kind: str) -> None:
    aws.lb.TargetGroup("targets", port=80, protocol="HTTP", vpc_id=vpc().id, target_type=kind)


def _alarm(operator: str) -> None:
    aws.cloudwatch.MetricAlarm("alarm", comparison_operator=operator, evaluation_periods=1)


PAIRS = [
    Pair("aws-property-model", "it must be one of ACCEPT, ALL, REJECT", _flow_log, "EVERYTHING", "ALL"),
    Pair("aws-property-model", '"pod" is not valid: it must be one of alb', _target_type, "pod", "ip"),
    Pair(
        "aws-property-model",
        "it must be one of alb, instance, ip, lambda; did you mean instance?",
        _target_type,
        "instanz",
        "instance",
    ),
    Pair("aws-property-model", "comparisonOperator", _alarm, "GreaterThan", "GreaterThanThreshold"),
]
