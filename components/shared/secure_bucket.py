"""A private bucket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from .iam_documents import Statement, document

# an overwritten or deleted object can be had back for so long
NONCURRENT_DAYS = 30
UNFINISHED_UPLOAD_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class SecureBucketArgs:
    """The key that encrypts it (none: S3's own), and after how many days objects under a prefix go.

    `access_log_bucket` is where S3 writes who asked for what; `object_statements` let further principals use objects,
    and lack only their `Resource`. None of them: `admit` is called once it is known whom to let in.
    """

    kms_key_arn: pulumi.Input[str] | None
    tags: Mapping[str, str]
    expire_days: Mapping[str, int] = field(default_factory=dict)
    access_log_bucket: pulumi.Input[str] | None = None
    object_statements: Sequence[Statement] | None = ()


class SecureBucket(pulumi.ComponentResource):
    """A bucket with versions, encrypted under a given key, closed to the public and to plain HTTP.

    It grants nobody anything: roles get their use by their own policies. It is never emptied by being deleted.
    """

    bucket_name: pulumi.Output[str]
    bucket_arn: pulumi.Output[str]
    writable_name: pulumi.Output[str]
    regional_domain_name: pulumi.Output[str]

    def __init__(self, name: str, args: SecureBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:shared:SecureBucket", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(f"{name}-bucket", tags=dict(args.tags), opts=child)
        closed = aws.s3.BucketPublicAccessBlock(
            f"{name}-closed",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        _keeps(name, bucket, args, child)
        self._name, self._child = name, child
        self._bucket, self._closed = bucket, closed
        self.bucket_name = bucket.id
        self.bucket_arn = bucket.arn
        self.regional_domain_name = bucket.bucket_regional_domain_name
        self.writable_name = bucket.id if args.object_statements is None else self.admit(args.object_statements)
        self.register_outputs(
            {
                "bucket_name": self.bucket_name,
                "bucket_arn": self.bucket_arn,
                "writable_name": self.writable_name,
                "regional_domain_name": self.regional_domain_name,
            }
        )

    def admit(self, object_statements: Sequence[Statement]) -> pulumi.Output[str]:
        """Write the bucket's policy, once; give the bucket's name to whoever must come after it."""
        arn = self._bucket.arn
        objects = pulumi.Output.concat(arn, "/*")
        statements = [_tls_only(arn), *({**each, "Resource": [objects]} for each in object_statements)]
        policy = aws.s3.BucketPolicy(
            f"{self._name}-policy",
            bucket=self._bucket.id,
            policy=pulumi.Output.json_dumps(document(statements)),
            # S3 refuses a policy while the public access block is being written (409 OperationAborted)
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[self._closed])),
        )
        return policy.bucket


def _keeps(name: str, bucket: aws.s3.Bucket, args: SecureBucketArgs, child: pulumi.ResourceOptions) -> None:
    aws.s3.BucketOwnershipControls(
        f"{name}-owner",
        bucket=bucket.id,
        rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
        opts=child,
    )
    versions = aws.s3.BucketVersioning(
        f"{name}-versions",
        bucket=bucket.id,
        versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
        opts=child,
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption",
        bucket=bucket.id,
        rules=[
            aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                apply_server_side_encryption_by_default=(
                    aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                        sse_algorithm="aws:kms" if args.kms_key_arn else "AES256", kms_master_key_id=args.kms_key_arn
                    )
                ),
                bucket_key_enabled=True if args.kms_key_arn else None,
            )
        ],
        opts=child,
    )
    if args.access_log_bucket is not None:
        aws.s3.BucketLogging(
            f"{name}-access-log",
            bucket=bucket.id,
            target_bucket=args.access_log_bucket,
            target_prefix=f"{name}/",
            opts=child,
        )
    aws.s3.BucketLifecycleConfiguration(
        f"{name}-lifecycle",
        bucket=bucket.id,
        rules=_lifecycle(args.expire_days),
        # rules on old versions mean nothing before there are versions
        opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[versions])),
    )


def _lifecycle(expire_days: Mapping[str, int]) -> list[aws.s3.BucketLifecycleConfigurationRuleArgs]:
    rule = aws.s3.BucketLifecycleConfigurationRuleArgs
    leftovers = rule(
        id="leftovers",
        status="Enabled",
        filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
        abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
            days_after_initiation=UNFINISHED_UPLOAD_DAYS
        ),
        noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
            noncurrent_days=NONCURRENT_DAYS
        ),
    )
    expiring = [
        rule(
            id=f"expire-{prefix.strip('/') or 'all'}",
            status="Enabled",
            filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=prefix),
            expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=days),
        )
        for prefix, days in expire_days.items()
    ]
    return [leftovers, *expiring]


def _tls_only(bucket_arn: pulumi.Output[str]) -> Statement:
    return {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, pulumi.Output.concat(bucket_arn, "/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
