"""Pairs of the laws in `sandbox/laws/s3.py`."""

from typing import Any

import pulumi
import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import document, function


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


def _told_queue(allowed: bool) -> None:
    bucket, queue = aws.s3.Bucket("bucket"), aws.sqs.Queue("queue")
    lets = document(Principal={"Service": "s3.amazonaws.com"}, Action="sqs:SendMessage", Resource="*")
    needs: list[pulumi.Resource] = []
    if allowed:
        needs = [aws.sqs.QueuePolicy("policy", queue_url=queue.id, policy=lets)]
    told: Any = [{"queue_arn": queue.arn, "events": ["s3:ObjectCreated:*"]}]
    opts = pulumi.ResourceOptions(depends_on=needs)
    aws.s3.BucketNotification("notification", bucket=bucket.id, queues=told, opts=opts)


def _told_function(allowed: bool) -> None:
    bucket, own = aws.s3.Bucket("bucket"), function()
    needs: list[pulumi.Resource] = []
    if allowed:
        needs = [
            aws.lambda_.Permission(
                "permission", action="lambda:InvokeFunction", function=own.name, principal="s3.amazonaws.com"
            )
        ]
    told: Any = [{"lambda_function_arn": own.arn, "events": ["s3:ObjectCreated:*"]}]
    opts = pulumi.ResourceOptions(depends_on=needs)
    aws.s3.BucketNotification("notification", bucket=bucket.id, lambda_functions=told, opts=opts)


PAIRS = [
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
    Pair(
        "s3-notification",
        "Unable to validate the following destination configurations",
        _told_queue,
        False,
        True,
        GITHUB + "hashicorp/terraform-provider-aws/issues/11219",
    ),
    Pair(
        "s3-notification",
        "Unable to validate the following destination configurations",
        _told_function,
        False,
        True,
        GITHUB + "aws/aws-sdk-js/issues/632",
    ),
]
