"""Where S3, the load balancer and CloudFront write who asked for what."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..config.regions import EDGE_REGION
from .iam_documents import allow_principal
from .references import LogBucketRef
from .secure_bucket import SecureBucket, SecureBucketArgs


@dataclass(frozen=True, kw_only=True)
class AccessLogBucketArgs:
    """How long the logs are kept, and the region of the load balancer that logs there."""

    expire_days: int
    region: str
    tags: Mapping[str, str]


class AccessLogBucket(pulumi.ComponentResource):
    """A bucket to which this account's buckets, load balancers and distributions log. Of itself it keeps no log."""

    bucket_name: pulumi.Output[str]
    bucket_arn: pulumi.Output[str]

    def __init__(self, name: str, args: AccessLogBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:shared:AccessLogBucket", name, {}, opts)
        lookup = pulumi.InvokeOutputOptions(parent=self)
        account = aws.get_caller_identity_output(opts=lookup).account_id
        partition = aws.get_partition_output(opts=lookup).partition
        of_this_account = {"StringEquals": {"aws:SourceAccount": account}}
        balancers = pulumi.Output.concat(
            "arn:", partition, ":elasticloadbalancing:", args.region, ":", account, ":loadbalancer/*"
        )
        sources = pulumi.Output.concat("arn:", partition, ":logs:", EDGE_REGION, ":", account, ":delivery-source:*")
        writes = [
            allow_principal(
                "BucketsOfThisAccountLog",
                {"Service": "logging.s3.amazonaws.com"},
                ["s3:PutObject"],
                [],
                conditions=of_this_account,
            ),
            # ELB user guide, enable-access-logging
            allow_principal(
                "LoadBalancersOfThisAccountLog",
                {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                ["s3:PutObject"],
                [],
                conditions={"ArnLike": {"aws:SourceArn": balancers}},
            ),
            # CloudWatch Logs user guide, AWS-logs-infrastructure-V2-S3
            allow_principal(
                "DistributionsOfThisAccountLog",
                {"Service": "delivery.logs.amazonaws.com"},
                ["s3:PutObject"],
                [],
                conditions={**of_this_account, "ArnLike": {"aws:SourceArn": sources}},
            ),
        ]
        bucket = SecureBucket(
            f"{name}-kept",
            SecureBucketArgs(
                # a destination of access logs takes SSE-S3 alone (S3 user guide, enable-server-access-logging)
                kms_key_arn=None,
                expire_days={"": args.expire_days},
                object_statements=writes,
                tags=args.tags,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.bucket_name = bucket.writable_name
        self.bucket_arn = pulumi.Output.concat("arn:", partition, ":s3:::", bucket.writable_name)
        self.register_outputs({"bucket_name": self.bucket_name, "bucket_arn": self.bucket_arn})

    @property
    def ref(self) -> LogBucketRef:
        """What others are told of it."""
        return LogBucketRef(name=self.bucket_name, arn=self.bucket_arn)
