"""A bucket for what customers upload, a queue that is told of it, and what closes both."""

import json

import pulumi
import pulumi_aws as aws

uploads = aws.s3.Bucket("uploads")

aws.s3.BucketPublicAccessBlock(
    "uploads",
    bucket=uploads.id,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)

aws.s3.BucketServerSideEncryptionConfiguration(
    "uploads",
    bucket=uploads.id,
    rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
)

aws.s3.BucketVersioning("uploads", bucket=uploads.id, versioning_configuration={"status": "Enabled"})

aws.s3.BucketLifecycleConfiguration(
    "uploads",
    bucket=uploads.id,
    rules=[
        {
            "id": "what-was-cut-off",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
            "noncurrent_version_expiration": {"noncurrent_days": 30},
        }
    ],
)

aws.s3.BucketPolicy(
    "uploads",
    bucket=uploads.id,
    policy=uploads.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "EncryptedTransportAlone",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": [arn, f"{arn}/*"],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            }
        )
    ),
)

arrived = aws.sqs.Queue("arrived", message_retention_seconds=4 * 24 * 3600)

aws.sqs.QueuePolicy(
    "arrived",
    queue_url=arrived.url,
    policy=pulumi.Output.all(arrived.arn, uploads.arn).apply(
        lambda arns: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "s3.amazonaws.com"},
                        "Action": "sqs:SendMessage",
                        "Resource": arns[0],
                        "Condition": {"ArnEquals": {"aws:SourceArn": arns[1]}},
                    }
                ],
            }
        )
    ),
)

pulumi.export("bucket", uploads.bucket)
pulumi.export("queue", arrived.url)
