"""CloudWatch log groups: how long lines are kept, and under which key."""

from collections.abc import Iterator

from .law import Law, Refusal, ResourceOperation, get

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
_RETENTION = (
    0,
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)


def _retention(op: ResourceOperation) -> Iterator[Refusal]:
    days = op.get("retentionInDays")
    if isinstance(days, int) and days not in _RETENTION:
        near = min(_RETENTION[1:], key=lambda value: abs(value - days))
        yield Refusal(
            "InvalidParameterException",
            f"Invalid retentionInDays {days}: it must be one of {', '.join(map(str, _RETENTION))}",
            f"use {near}",
        )


def _log_key(op: ResourceOperation) -> Iterator[Refusal]:
    """CloudWatch Logs writes with a key only where the key's own policy lets it."""
    arn = op.text("kmsKeyId")
    if not arn:
        return
    if not arn.startswith("arn:"):
        yield Refusal(
            "InvalidParameterException",
            f"Invalid ARN: {arn}",
            "hand over the key's arn, not its id",
        )
        return
    key = op.inventory.owner(arn)
    policy = get(key.inputs, "policy") if key else None
    if key is None or op.preview or _key_policy_elsewhere(op, key.id):
        return
    if not isinstance(policy, str) or "logs." not in policy:
        yield Refusal(
            "AccessDeniedException",
            f"The specified KMS key does not exist or is not allowed to be used with Arn of {op.text('name')}",
            f"allow logs.{op.region}.amazonaws.com in the key's policy: kms:Encrypt*, Decrypt*, ReEncrypt*, "
            "GenerateDataKey*, Describe*",
        )


def _key_policy_elsewhere(op: ResourceOperation, key_id: str) -> bool:
    policies = op.inventory.of("aws:kms/keyPolicy:KeyPolicy")
    return any(get(policy.inputs, "keyId") == key_id for policy in policies)


LAWS = (
    Law(
        "log-group-retention",
        "how long logs are kept",
        "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
        r"aws:cloudwatch/logGroup:LogGroup",
        _retention,
    ),
    Law(
        "log-group-kms-key",
        "a log group's key",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        r"aws:cloudwatch/logGroup:LogGroup",
        _log_key,
    ),
)
