"""Buckets, keys, secrets, log groups and queues."""

import json
import re
from collections.abc import Iterator

from ..aws_data import availability_zones
from .law import Law, Refusal, ResourceOperation, get, items

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
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"


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


def _key(op: ResourceOperation) -> Iterator[Refusal]:
    days = op.get("deletionWindowInDays")
    if isinstance(days, int) and not 7 <= days <= 30:  # noqa: PLR2004 # the API's
        yield Refusal("ValidationException", f"deletionWindowInDays {days} is not from 7 to 30", "use 7 to 30 days")
    usage, spec = op.text("keyUsage"), op.text("customerMasterKeySpec") or "SYMMETRIC_DEFAULT"
    if op.get("enableKeyRotation") is True and spec != "SYMMETRIC_DEFAULT":
        yield Refusal(
            "UnsupportedOperationException",
            f"keys of spec {spec}{' for ' + usage if usage else ''} cannot be rotated by AWS",
            "leave enableKeyRotation out for asymmetric and HMAC keys",
        )
    period = op.get("rotationPeriodInDays")
    if isinstance(period, int) and not 90 <= period <= 2560:  # noqa: PLR2004 # the API's
        yield Refusal(
            "ValidationException", f"rotationPeriodInDays {period} is not from 90 to 2560", "use 90 to 2560 days"
        )


def _secret(op: ResourceOperation) -> Iterator[Refusal]:
    days = op.get("recoveryWindowInDays")
    if isinstance(days, int) and days != 0 and not 7 <= days <= 30:  # noqa: PLR2004 # the API's
        yield Refusal(
            "InvalidParameterException",
            f"The RecoveryWindowInDays value must be between 7 and 30 days (inclusive): {days}",
            "use 7 to 30 days, or 0 to delete at once",
        )


# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
_SECRET_BYTES = 65536


def _secret_version(op: ResourceOperation) -> Iterator[Refusal]:
    text = op.text("secretString")
    if len(text.encode()) > _SECRET_BYTES:
        yield Refusal(
            "ValidationException",
            f"the secret's value has {len(text.encode())} bytes, and {_SECRET_BYTES} is the most",
            "keep large things in a bucket, and their key here",
        )
    given = [key for key in ("secretString", "secretBinary", "secretStringWo") if key in op.inputs]
    if len(given) > 1:
        yield Refusal("InvalidParameterException", f"{' and '.join(given)} exclude each other", "keep one")


def _acl(op: ResourceOperation) -> Iterator[Refusal]:
    bucket = op.text("bucket")
    controls = op.inventory.of("aws:s3/bucketOwnershipControls:BucketOwnershipControls")
    own = [c for c in controls if get(c.inputs, "bucket") == bucket and bucket]
    # Since April 2023 a new bucket has ACLs off until its ownership controls say otherwise.
    if (
        bucket
        and op.inventory.owner(bucket)
        and all(get(c.inputs, "rule", "objectOwnership") == "BucketOwnerEnforced" for c in own)
    ):
        yield Refusal(
            "AccessControlListNotSupported",
            "The bucket does not allow ACLs",
            "leave the BucketAcl out; or make BucketOwnershipControls with BucketOwnerPreferred first, and depend on them",
        )


def _public_policy(op: ResourceOperation) -> Iterator[Refusal]:
    bucket, text = op.text("bucket"), op.text("policy")
    blocks = op.inventory.of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    blocked = any(get(b.inputs, "bucket") == bucket and get(b.inputs, "blockPublicPolicy") is True for b in blocks)
    try:
        statements = json.loads(text).get("Statement", []) if text else []
    except (ValueError, AttributeError):
        return
    for statement in statements if isinstance(statements, list) else [statements]:
        public = statement.get("Principal") in ("*", {"AWS": "*"}) and not statement.get("Condition")
        if blocked and bucket and public and statement.get("Effect") == "Allow":
            yield Refusal(
                "AccessDenied",
                "User is not authorized to perform: s3:PutBucketPolicy because public policies are blocked by the "
                "BlockPublicPolicy block public access setting",
                "name who may read; or, where the world is meant, leave blockPublicPolicy off",
            )


def _policy_resource(op: ResourceOperation) -> Iterator[Refusal]:
    bucket, text = op.text("bucket"), op.text("policy")
    for arn in set(re.findall(r'"(arn:aws[a-z-]*:s3:::[^"]+)"', text)) if bucket else ():
        named = arn.split(":::", 1)[1].partition("/")[0]
        if named != bucket and "*" not in named:
            yield Refusal(
                "MalformedPolicy",
                f"Policy has invalid resource: {arn} in the policy of {bucket}",
                "a bucket's policy speaks of that bucket: arn:aws:s3:::<bucket> and arn:aws:s3:::<bucket>/*",
            )


def _lifecycle(op: ResourceOperation) -> Iterator[Refusal]:
    rules = items(op.inputs, "rules")
    ids = [get(rule, "id") for rule in rules]
    for name in sorted({str(name) for name in ids if name and ids.count(name) > 1}):
        yield Refusal(
            "InvalidArgument", f"Rule ID must be unique. Found same ID for more than one rule: {name}", "rename one"
        )
    for rule in rules:
        for transition in items(rule, "transitions"):
            days, kind = get(transition, "days"), get(transition, "storageClass")
            if kind in ("STANDARD_IA", "ONEZONE_IA") and isinstance(days, int) and days < 30:  # noqa: PLR2004 # S3's
                yield Refusal(
                    "InvalidArgument",
                    f"'Days' in Transition action must be greater than or equal to 30 for storageClass '{kind}'",
                    "wait 30 days at least before moving to that class",
                )
        expiry = get(rule, "expiration", "days")
        latest = max((d for t in items(rule, "transitions") if isinstance(d := get(t, "days"), int)), default=0)
        if isinstance(expiry, int) and latest and expiry <= latest:
            yield Refusal(
                "InvalidArgument",
                f"'Days' in the Expiration action must be greater than 'Days' in the Transition action: {expiry} <= {latest}",
                "let objects expire after they have moved",
            )


def _topic_endpoint(op: ResourceOperation) -> Iterator[Refusal]:
    protocol, endpoint = op.text("protocol"), op.text("endpoint")
    expected = {"sqs": "arn:", "lambda": "arn:", "firehose": "arn:", "https": "https://", "http": "http://"}.get(
        protocol
    )
    wrong_mail = protocol in ("email", "email-json") and endpoint and "@" not in endpoint
    if endpoint and ((expected and not endpoint.startswith(expected)) or wrong_mail):
        yield Refusal(
            "InvalidParameter",
            f"Invalid parameter: {protocol} endpoint {endpoint}",
            f"give an endpoint of that protocol ({expected or 'name@domain'}...)",
        )


def _region(op: ResourceOperation) -> Iterator[Refusal]:
    if op.region not in availability_zones():
        yield Refusal("InvalidRegion", f"invalid AWS Region: {op.region}", "write a region's code, as in eu-west-1")


_TAG = re.compile(r"[\w\s.:/=+@-]*")


def _tags(op: ResourceOperation) -> Iterator[Refusal]:
    tags = op.get("tags")
    if not isinstance(tags, dict):
        return
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            yield Refusal(
                "InvalidParameterValue",
                f"Tag keys starting with 'aws:' are reserved for system use: {key}",
                "rename the tag",
            )
        if not 1 <= len(key) <= 128 or (isinstance(value, str) and len(value) > 256):  # noqa: PLR2004 # AWS's
            yield Refusal("InvalidParameterValue", f"Tag {key[:40]} is too long", "128 characters a key, 256 a value")
        if isinstance(value, str) and not (_TAG.fullmatch(key) and _TAG.fullmatch(value)):
            yield Refusal(
                "InvalidTag",
                f"Tag {key} has a character that AWS does not take",
                "use letters, digits, spaces and _.:/=+-@",
            )
    if len(tags) > 50:  # noqa: PLR2004 # AWS's
        yield Refusal("TooManyTags", f"{len(tags)} tags, and 50 is the most", "leave some out")


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
    Law(
        "kms-key",
        "rotation and use of KMS keys",
        "https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html",
        r"aws:kms/key:Key",
        _key,
    ),
    Law(
        "secret-recovery-window",
        "a secret's recovery window",
        "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html",
        r"aws:secretsmanager/secret:Secret",
        _secret,
    ),
    Law(
        "secret-value",
        "a secret's value",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html",
        r"aws:secretsmanager/secretVersion:SecretVersion",
        _secret_version,
    ),
    Law("s3-acl", "ACLs are off", _S3 + "about-object-ownership.html", r"aws:s3/bucketAcl:BucketAcl", _acl),
    Law(
        "s3-block-public-policy",
        "public policies are blocked",
        _S3 + "access-control-block-public-access.html",
        r"aws:s3/bucketPolicy:.*",
        _public_policy,
    ),
    Law(
        "s3-policy-resource",
        "a bucket's policy is its own",
        _S3 + "bucket-policies.html",
        r"aws:s3/bucketPolicy:BucketPolicy",
        _policy_resource,
    ),
    Law(
        "s3-lifecycle",
        "lifecycle rules of a bucket",
        _S3 + "lifecycle-transition-general-considerations.html",
        r"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        _lifecycle,
    ),
    Law(
        "sns-subscription",
        "endpoints of topic subscriptions",
        "https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html",
        r"aws:sns/topicSubscription:TopicSubscription",
        _topic_endpoint,
    ),
    Law(
        "region",
        "regions that exist",
        "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html",
        r"aws:.*",
        _region,
    ),
    Law(
        "tags",
        "tags that AWS takes",
        "https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html",
        r"aws:.*",
        _tags,
    ),
)
