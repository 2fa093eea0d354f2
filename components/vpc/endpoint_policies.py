"""What may pass through the VPC's endpoints."""

from collections.abc import Mapping
from typing import Any

from pulumi import Input, Output

from ..shared.iam_documents import allow_principal, document

ANYONE = {"AWS": "*"}
# Where a service's actions do not begin with the first word of its PrivateLink name (Service Authorization Reference).
_ACTION_PREFIXES = {
    "appconfigdata": "appconfig",
    "bedrock-runtime": "bedrock",
    "monitoring": "cloudwatch",
    "tagging": "tag",
}
# registry.k8s.io sends who asks from AWS to a bucket of the asker's region, and to another's where there is none, to
# which no gateway endpoint leads. This one has a name of its own
# (github.com/kubernetes/registry.k8s.io, cmd/archeio/internal/app/buckets.go, 093d55a).
_REGISTRY_K8S_IO = {"eu-west-2": "767373bbdcb8270361b96548387bf2a9ad0d48758c35-eu-west-2"}
# Registries whose layers lie in this region, and are fetched there by who is in it: quay.io (OpenShift documentation,
# configuring-firewall: "Quay image content in AWS"), docker.io (as clients in the region are redirected).
_OTHER_REGISTRIES = {"us-east-1": ("quayio-production-s3", "docker-images-prod")}
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


def s3_endpoint_policy(
    *, partition: Input[str], account: Input[str], region: str, pulls_from_internet: bool = True
) -> Mapping[str, Any]:
    """Let objects of this account's buckets through, and those from which nodes are fed, to be read.

    Data cannot leave for a bucket of another account: a stolen pod has no way to carry it there by this road.
    """
    feeding = feeding_buckets(region, pulls_from_internet=pulls_from_internet)
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
                [Output.concat("arn:", partition, f":s3:::{bucket}/*") for bucket in feeding],
            ),
        ]
    )


def feeding_buckets(region: str, *, pulls_from_internet: bool = True) -> tuple[str, ...]:
    """Return the buckets of a region that hold packages and the layers of images, other registries' than ECR's too."""
    others = (_REGISTRY_K8S_IO.get(region, f"prod-registry-k8s-io-{region}"), *_OTHER_REGISTRIES.get(region, ()))
    return (
        # ECR (ECR user guide, vpc-endpoints: minimum S3 bucket permissions)
        f"prod-{region}-starport-layer-bucket",
        # Amazon Linux 2023 (AL2023 user guide: repositories over S3 gateway endpoints)
        f"al2023-repos-{region}-de612dc2",
        *(others if pulls_from_internet else ()),
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
