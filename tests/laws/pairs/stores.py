"""Pairs of the laws in `sandbox/laws/stores.py`."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import KEY_ADMIN, document


def _retention(days: int) -> None:
    aws.cloudwatch.LogGroup("logs", retention_in_days=days)


def _log_key(policy: str) -> None:
    key = aws.kms.Key("key", policy=policy)
    aws.cloudwatch.LogGroup("logs", name="/flowise", kms_key_id=key.arn)


def _log_key_id(which: str) -> None:
    key = aws.kms.Key("key", policy=LOG_KEY)
    aws.cloudwatch.LogGroup("logs", name="/flowise", kms_key_id=key.arn if which == "arn" else key.key_id)


def _acl(ownership: str) -> None:
    bucket = aws.s3.Bucket("bucket", bucket="files-of-flowise")
    controls = aws.s3.BucketOwnershipControls("controls", bucket=bucket.id, rule={"object_ownership": ownership})
    aws.s3.BucketAcl("acl", bucket=bucket.id, acl="private", opts=pulumi.ResourceOptions(depends_on=[controls]))


def _public(blocked: bool) -> None:
    bucket = aws.s3.Bucket("bucket", bucket="files-of-flowise")
    block = aws.s3.BucketPublicAccessBlock("block", bucket=bucket.id, block_public_policy=blocked)
    policy = document(Principal="*", Action="s3:GetObject", Resource="arn:aws:s3:::files-of-flowise/*")
    aws.s3.BucketPolicy("policy", bucket=bucket.id, policy=policy, opts=pulumi.ResourceOptions(depends_on=[block]))


def _policy_bucket(name: str) -> None:
    bucket = aws.s3.Bucket("bucket", bucket="files-of-flowise")
    principal = {"AWS": "arn:aws:iam::123456789012:root"}
    policy = document(Principal=principal, Action="s3:GetObject", Resource=f"arn:aws:s3:::{name}/*")
    aws.s3.BucketPolicy("policy", bucket=bucket.id, policy=policy)


def _transition(days: int) -> None:
    rule: Any = {
        "id": "cold",
        "status": "Enabled",
        "filter": {},
        "transitions": [{"days": days, "storage_class": "STANDARD_IA"}],
    }
    aws.s3.BucketLifecycleConfiguration("lifecycle", bucket=aws.s3.Bucket("bucket").id, rules=[rule])


def _window(days: int) -> None:
    aws.secretsmanager.Secret("secret", recovery_window_in_days=days)


def _key_window(days: int) -> None:
    aws.kms.Key("key", deletion_window_in_days=days)


def _subscription(endpoint: str) -> None:
    aws.sns.TopicSubscription("mail", topic=aws.sns.Topic("topic").arn, protocol="email", endpoint=endpoint)


def _tag(key: str) -> None:
    aws.sns.Topic("topic", tags={key: "x"})


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


def _secret_value(length: int) -> None:
    secret = aws.secretsmanager.Secret("secret")
    aws.secretsmanager.SecretVersion("version", secret_id=secret.id, secret_string="x" * length)


def _region(region: str) -> None:
    aws.sns.Topic("topic", region=region)


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
    Pair(
        "s3-acl",
        "The bucket does not allow ACLs",
        _acl,
        "BucketOwnerEnforced",
        "BucketOwnerPreferred",
        GITHUB + "dspace-group/dspace-reference-architecture-aws/issues/95",
    ),
    Pair("s3-block-public-policy", "BlockPublicPolicy", _public, True, False),
    Pair("s3-policy-resource", "Policy has invalid resource", _policy_bucket, "other-files", "files-of-flowise"),
    Pair("s3-lifecycle", "greater than or equal to 30", _transition, 7, 30),
    Pair("secret-recovery-window", "between 7 and 30 days", _window, 3, 7),
    Pair("kms-key", "not from 7 to 30", _key_window, 1, 30),
    Pair("sns-subscription", "email endpoint ops", _subscription, "ops", "ops@example.com"),
    Pair("tags", "reserved for system use", _tag, "aws:team", "team"),
    Pair("secret-value", "65536 is the most", _secret_value, 65537, 65536),
    Pair("region", "invalid AWS Region: eu-west-9", _region, "eu-west-9", "eu-west-3"),
]
