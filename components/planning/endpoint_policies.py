"""What may pass through the VPC's endpoints."""

from collections.abc import Mapping
from typing import Any

from pulumi import Input, Output

from .iam_documents import allow_principal, document

ANYONE = {"AWS": "*"}
# Where a service's actions do not begin with the first word of its PrivateLink name (Service Authorization Reference).
_ACTION_PREFIXES = {"bedrock-runtime": "bedrock"}
# What an application does with objects; administration of buckets does not go through the VPC.
OBJECT_ACTIONS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)


def s3_endpoint_policy(*, partition: Input[str], account: Input[str], region: str) -> Mapping[str, Any]:
    """Let objects of this account's buckets through, and the two buckets of AWS from which nodes are fed.

    Data cannot leave for a bucket of another account: a stolen pod has no way to carry it there by this road.
    """
    return document(
        [
            allow_principal(
                "OwnBuckets",
                ANYONE,
                OBJECT_ACTIONS,
                ["*"],  # narrowed by the account: the names of the buckets are not known when the network is made
                conditions={"StringEquals": {"aws:ResourceAccount": account}},
            ),
            allow_principal(
                "ImageLayersAndPackages",
                ANYONE,
                ["s3:GetObject"],
                [
                    # ECR keeps image layers here (ECR user guide, vpc-endpoints: minimum S3 bucket permissions)
                    Output.concat("arn:", partition, f":s3:::prod-{region}-starport-layer-bucket/*"),
                    # Amazon Linux 2023 packages (AL2023 user guide: repositories over S3 gateway endpoints)
                    Output.concat("arn:", partition, f":s3:::al2023-repos-{region}-de612dc2/*"),
                ],
            ),
        ]
    )


def own_account_policy(service: str, account: Input[str]) -> Mapping[str, Any]:
    """Let this account's own principals use a service, and nobody's stolen credentials of another account.

    `service` is PrivateLink's name, such as `ecr.api`.
    """
    prefix = _ACTION_PREFIXES.get(service, service.split(".", maxsplit=1)[0])
    return document(
        [
            allow_principal(
                "OwnPrincipals",
                ANYONE,
                [f"{prefix}:*"],
                ["*"],
                conditions={"StringEquals": {"aws:PrincipalAccount": account}},
            )
        ]
    )
