"""Buckets, keys, secrets, logs, topics, queues and vaults."""

from typing import Any

from ..kit.documents import open_to_all
from ..kit.reading import UNKNOWN, among, at_least, given, number, off, on
from ..kit.rule import Resource, Rule

_BUCKET = r"aws:s3/bucket(V2)?:Bucket(V2)?"
_SECRET = "aws:secretsmanager/secret:Secret"
_KEY = "aws:kms/key:Key"
_TOPIC, _QUEUE = "aws:sns/topic:Topic", "aws:sqs/queue:Queue"
_BUCKET_POLICIES = r"aws:s3/(bucketPolicy:BucketPolicy|bucket(V2)?:Bucket(V2)?)"
_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read", "website")


def _symmetric(resource: Resource) -> bool:
    return resource.get("keyUsage") in (None, "ENCRYPT_DECRYPT") and resource.get("customerMasterKeySpec") in (
        None,
        "SYMMETRIC_DEFAULT",
    )


def _window(key: str) -> Any:
    def long_enough(resource: Resource) -> bool:
        # left out it is AWS's own thirty days
        return resource.get(key) is None or at_least(resource.get(key), resource.parameters["least_days"])

    return long_enough


def _retention(resource: Resource) -> bool:
    days = resource.get("retentionInDays")
    return days is UNKNOWN or (number(days) or 0) >= max(1, resource.parameters["least_days"])


RULES = (
    Rule(
        "s3-public-policy", "critical", "a bucket policy grants no public access", "allow named principals, or restrict the statement to a source by a condition",
        "boundary", _BUCKET_POLICIES, lambda s: not open_to_all(s.get("policy")), refs="FSBP S3.2, CKV_AWS_70",
    ),
    Rule(
        "s3-no-acl", "high", "no bucket ACL grants public access", "use a bucket policy", "privilege",
        rf"aws:s3/bucketAcl(V2)?:BucketAcl(V2)?|{_BUCKET}", lambda s: s.get("acl") not in _PUBLIC_ACLS, refs="FSBP S3.12, CKV_AWS_20, CKV_AWS_57",
    ),
    Rule(
        "s3-ownership", "medium", "a bucket's ACLs are disabled (bucket owner enforced)", "set objectOwnership to BucketOwnerEnforced", "privilege",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        lambda s: among(s.get("rule", "objectOwnership"), "BucketOwnerEnforced"), refs="FSBP S3.12, CKV2_AWS_65",
    ),
    Rule(
        "kms-rotation", "high", "a KMS key is rotated every year", "set enableKeyRotation", "at-rest", _KEY,
        lambda s: not _symmetric(s) or (on(s.get("enableKeyRotation"))),
        refs="FSBP KMS.4, CIS AWS 3.6, CKV_AWS_7",
    ),
    Rule(
        "kms-policy", "high", "a KMS key's policy names its principals", "name the principals, or restrict the statement by a condition", "privilege", _KEY,
        lambda s: not open_to_all(s.get("policy")), refs="FSBP KMS.5, CKV_AWS_33",
    ),
    Rule(
        "kms-lockout", "medium", "a KMS key keeps the policy lockout safety check", "leave bypassPolicyLockoutSafetyCheck off", "privilege", _KEY,
        lambda s: off(s.get("bypassPolicyLockoutSafetyCheck")), link="https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html",
    ),
    Rule(
        "kms-window", "medium", "a KMS key has a deletion waiting period in which deletion can be cancelled", "set deletionWindowInDays to `least_days` or more", "at-rest", _KEY,
        _window("deletionWindowInDays"), refs="FSBP KMS.3", parameters={"least_days": 7},
    ),
    Rule(
        "sec-kms", "medium", "a secret is encrypted with a customer managed KMS key", "set kmsKeyId", "secrets", _SECRET,
        lambda s: given(s.get("kmsKeyId")), refs="CKV_AWS_149", link="https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
    ),
    Rule(
        "sec-recovery", "medium", "a deleted secret has a recovery window in which it can be restored", "set recoveryWindowInDays to `least_days` or more", "secrets", _SECRET,
        _window("recoveryWindowInDays"), link="https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html",
        parameters={"least_days": 7},
    ),
    Rule(
        "sec-policy", "critical", "a secret's resource policy grants no public access", "name the principals, or restrict the statement by a condition", "secrets",
        r"aws:secretsmanager/(secretPolicy:SecretPolicy|secret:Secret)", lambda s: not open_to_all(s.get("policy")),
        link="https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
    ),
    Rule(
        "log-retention", "medium", "a log group has a retention period of `least_days` or more", "set retentionInDays", "audit",
        "aws:cloudwatch/logGroup:LogGroup", _retention, refs="FSBP CloudWatch.16, CKV_AWS_66, CKV_AWS_338", parameters={"least_days": 1},
    ),
    Rule(
        "log-kms", "medium", "a log group is encrypted with a customer managed KMS key", "set kmsKeyId", "at-rest", "aws:cloudwatch/logGroup:LogGroup",
        lambda s: given(s.get("kmsKeyId")), refs="CKV_AWS_158", link="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        level="advisory",
    ),
    Rule(
        "bak-vault-kms", "medium", "a backup vault is encrypted with a customer managed KMS key", "set kmsKeyArn", "at-rest", "aws:backup/vault:Vault",
        lambda s: given(s.get("kmsKeyArn")), refs="FSBP Backup.1, CKV_AWS_166",
    ),
    Rule(
        "sns-kms", "medium", "an SNS topic is encrypted at rest", "set kmsMasterKeyId", "at-rest", _TOPIC, lambda s: given(s.get("kmsMasterKeyId")),
        refs="FSBP SNS.1, CKV_AWS_26",
    ),
    Rule(
        "sns-kms-own", "medium", "an SNS topic's KMS key lets CloudWatch alarms publish", "use a customer managed key: CloudWatch may not use alias/aws/sns", "at-rest",
        _TOPIC, lambda s: s.get("kmsMasterKeyId") != "alias/aws/sns",
        link="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html",
    ),
    Rule(
        "sns-policy", "high", "an SNS topic's policy grants no public access", "name the principals, or restrict the statement by a condition", "boundary",
        r"aws:sns/topic(Policy)?:Topic(Policy)?", lambda s: not open_to_all(s.get("policy")), refs="FSBP SNS.4, CKV_AWS_169",
    ),
    Rule(
        "sqs-encrypted", "medium", "an SQS queue is encrypted at rest", "set kmsMasterKeyId, or leave sqsManagedSseEnabled on", "at-rest", _QUEUE,
        lambda s: given(s.get("kmsMasterKeyId")) or among(s.get("sqsManagedSseEnabled"), True, None), refs="FSBP SQS.1, CKV_AWS_27",
    ),
    Rule(
        "sqs-policy", "high", "an SQS queue's policy grants no public access", "name the principals, or restrict the statement by a condition", "boundary",
        r"aws:sqs/queue(Policy)?:Queue(Policy)?", lambda s: not open_to_all(s.get("policy")), refs="CKV_AWS_168, CKV_AWS_387, FSBP SQS.3",
    ),
    Rule(
        "efs-encrypted", "high", "an EFS file system is encrypted at rest", "set encrypted", "at-rest", "aws:efs/fileSystem:FileSystem",
        lambda s: on(s.get("encrypted")), refs="FSBP EFS.1, CIS AWS 2.4.1, CKV_AWS_42",
    ),
)  # fmt: skip
