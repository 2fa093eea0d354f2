"""Where S3 writes who asked for what."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..planning.iam_documents import allow_principal
from .secure_bucket import SecureBucket, SecureBucketArgs


@dataclass(frozen=True, kw_only=True)
class AccessLogBucketArgs:
    """How long the logs are kept."""

    expire_days: int
    tags: Mapping[str, str]


class AccessLogBucket(pulumi.ComponentResource):
    """A bucket to which this account's other buckets log, and which keeps no log of itself."""

    bucket_name: pulumi.Output[str]

    def __init__(self, name: str, args: AccessLogBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flowise:parts:AccessLogBucket", name, {}, opts)
        account = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self)).account_id
        writes = allow_principal(
            "BucketsOfThisAccountLog",
            {"Service": "logging.s3.amazonaws.com"},
            ["s3:PutObject"],
            [],
            conditions={"StringEquals": {"aws:SourceAccount": account}},
        )
        bucket = SecureBucket(
            f"{name}-kept",
            SecureBucketArgs(
                # a destination of access logs takes SSE-S3 alone (S3 user guide, enable-server-access-logging)
                kms_key_arn=None,
                expire_days={"": args.expire_days},
                object_statements=[writes],
                tags=args.tags,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.bucket_name = bucket.writable_name
        self.register_outputs({"bucket_name": self.bucket_name})
