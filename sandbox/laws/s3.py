"""S3: ACLs, bucket policies and lifecycle rules."""

import json
import re
from collections.abc import Iterator

from ..world import Record
from .law import Law, Refusal, ResourceOperation, get, items
from .permissions import lets

_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"


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


# list of destinations -> what names one, who keeps its policy by which key, and what S3 does there
_PLACES = {
    "queues": ("queueArn", "aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy", "queueUrl", "sqs:SendMessage"),
    "topics": ("topicArn", "aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy", "arn", "sns:Publish"),
}
_PERMISSION = "aws:lambda/permission:Permission"


def _notified(op: ResourceOperation) -> Iterator[Refusal]:
    refused = []
    for kind, (key, token, policy, named, action) in _PLACES.items():
        for each in items(op.inputs, kind):
            arn = get(each, key)
            owner = _standing(op, token, arn)
            if owner is None:
                continue
            beside = [
                p for p in op.inventory.of(policy) if get(p.inputs, named) in (owner.id, owner.outputs.get("arn"))
            ]
            texts = [get(p.inputs, "policy") for p in (*beside, owner)]
            if not any(isinstance(text, str) and text and lets(text, "s3.amazonaws.com", action) for text in texts):
                refused.append((arn, f"let s3.amazonaws.com {action} in its policy, and depend on that"))
    for each in items(op.inputs, "lambdaFunctions"):
        arn = get(each, "lambdaFunctionArn")
        function = _standing(op, "aws:lambda/function:Function", arn)
        if function is None:
            continue
        names = {function.id, function.outputs.get("arn"), function.outputs.get("name"), arn}
        given = [p for p in op.inventory.of(_PERMISSION) if get(p.inputs, "function") in names]
        if not any(get(p.inputs, "principal") == "s3.amazonaws.com" for p in given):
            refused.append((arn, "make a lambda.Permission for s3.amazonaws.com, and depend on it"))
    for arn, instead in refused:
        yield Refusal(
            "InvalidArgument",
            f"Unable to validate the following destination configurations: {arn}",
            instead,
            may_appear=True,
        )


def _standing(op: ResourceOperation, token: str, arn: object) -> Record | None:
    # a policy has a topic's ARN for its id, too
    known = (
        each for each in op.inventory.of(token) if arn in (each.outputs.get("arn"), each.outputs.get("qualifiedArn"))
    )
    return next(known, None) if isinstance(arn, str) else None


LAWS = (
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
        "s3-notification",
        "who is told lets S3 tell",
        _S3 + "grant-destinations-permissions-to-s3.html",
        "aws:s3/bucketNotification:BucketNotification",
        _notified,
    ),
    Law(
        "s3-lifecycle",
        "lifecycle rules of a bucket",
        _S3 + "lifecycle-transition-general-considerations.html",
        r"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        _lifecycle,
    ),
)
