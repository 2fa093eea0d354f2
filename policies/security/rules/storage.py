"""Buckets, keys, secrets and logs."""

from typing import Any

from .reading import get, statements, strings
from .rule import Rule

_LEAST_WINDOW_DAYS = 7  # ScheduleKeyDeletion: PendingWindowInDays is 7 to 30


def _no_public_policy(props: dict[str, Any]) -> bool:
    return not any(
        s.get("Effect") == "Allow" and "*" in strings(s.get("Principal")) and not s.get("Condition")
        for s in statements(get(props, "policy"))
    )


def _window(props: dict[str, Any]) -> bool:
    days = get(props, "recoveryWindowInDays")
    return days is None or not isinstance(days, int | float) or days >= _LEAST_WINDOW_DAYS


RULES = (
    Rule(
        "s3-public-policy",
        "critical",
        r"aws:s3/bucketPolicy:BucketPolicy",
        _no_public_policy,
        "allow named principals, or bind the statement to a source",
        "CKV_AWS_70",
    ),
    Rule(
        "s3-no-acl",
        "high",
        r"aws:s3/bucketAcl:BucketAcl",
        lambda p: get(p, "acl") in ("private", None),
        "use a bucket policy: ACLs other than private open a bucket",
        "FSBP S3.12",
    ),
    Rule(
        "kms-rotation",
        "high",
        r"aws:kms/key:Key",
        lambda p: get(p, "enableKeyRotation") is True or get(p, "keyUsage") in ("SIGN_VERIFY", "GENERATE_VERIFY_MAC"),
        "set enableKeyRotation",
        "FSBP KMS.4",
    ),
    Rule("kms-policy", "high", r"aws:kms/key:Key", _no_public_policy, "name who may use the key", "CKV_AWS_33"),
    Rule(
        "sec-kms",
        "medium",
        r"aws:secretsmanager/secret:Secret",
        lambda p: get(p, "kmsKeyId") is not None,
        "give a key of your own as kmsKeyId",
        "CKV_AWS_149",
    ),
    Rule(
        "sec-recovery",
        "medium",
        r"aws:secretsmanager/secret:Secret",
        _window,
        "keep a recovery window of seven days",
        "safety",
    ),
    Rule(
        "log-retention",
        "medium",
        r"aws:cloudwatch/logGroup:LogGroup",
        lambda p: get(p, "retentionInDays") not in (None, 0),
        "set retentionInDays: a group without one keeps everything for ever",
        "FSBP CloudWatch.16",
    ),
)
