"""Pairs of the laws in `sandbox/laws/logs.py`."""

import json

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import KEY_ADMIN


def _retention(days: int) -> None:
    aws.cloudwatch.LogGroup("logs", retention_in_days=days)


def _log_key(policy: str) -> None:
    key = aws.kms.Key("key", policy=policy)
    aws.cloudwatch.LogGroup("logs", name="/flowise", kms_key_id=key.arn)


def _log_key_id(which: str) -> None:
    key = aws.kms.Key("key", policy=LOG_KEY)
    aws.cloudwatch.LogGroup("logs", name="/flowise", kms_key_id=key.arn if which == "arn" else key.key_id)


LOG_KEY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Effect": "Allow",
                "Principal": {"Service": "logs.eu-west-1.amazonaws.com"},
                "Action": "kms:Encrypt*",
                "Resource": "*",
            },
        ],
    }
)


PAIRS = [
    Pair("log-group-retention", "Invalid retentionInDays 10", _retention, 10, 14),
    Pair(
        "log-group-kms-key",
        "is not allowed to be used with Arn",
        _log_key,
        KEY_ADMIN,
        LOG_KEY,
        GITHUB + "hashicorp/terraform-provider-aws/issues/29282",
    ),
    Pair(
        "log-group-kms-key",
        "Invalid ARN",
        _log_key_id,
        "id",
        "arn",
        GITHUB + "aws-samples/hub-and-spoke-with-inspection-vpc-terraform/pull/2",
    ),
]
