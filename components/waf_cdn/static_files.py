"""Files that CloudFront serves without the application."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_aws as aws

from ..shared.iam_documents import allow_principal
from ..shared.secure_bucket import SecureBucket, SecureBucketArgs

MAINTENANCE_PAGE = "maintenance.html"
ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True, kw_only=True)
class StaticFilesArgs:
    """Where S3 writes who asked for what."""

    access_log_bucket: pulumi.Input[str]
    tags: Mapping[str, str]


class StaticFiles(pulumi.ComponentResource):
    """A private bucket that one distribution reads, with the page that is shown while the application is away.

    What else lies in it, a pipeline puts there.
    """

    bucket_name: pulumi.Output[str]
    domain_name: pulumi.Output[str]
    access_control_id: pulumi.Output[str]

    def __init__(self, name: str, args: StaticFilesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:waf_cdn:StaticFiles", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._bucket = SecureBucket(
            f"{name}-files",
            SecureBucketArgs(
                # public by nature: S3's own key serves, and CloudFront needs no way to one of ours
                kms_key_arn=None,
                access_log_bucket=args.access_log_bucket,
                object_statements=None,
                tags=args.tags,
            ),
            self._child,
        )
        aws.s3.BucketObjectv2(
            f"{name}-maintenance",
            bucket=self._bucket.bucket_name,
            key=MAINTENANCE_PAGE,
            content=(ASSETS / MAINTENANCE_PAGE).read_text(encoding="utf-8"),
            content_type="text/html; charset=utf-8",
            cache_control="no-store",
            tags=dict(args.tags),
            opts=self._child,
        )
        access = aws.cloudfront.OriginAccessControl(
            f"{name}-access",
            description="Signs what CloudFront asks of the bucket",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
            opts=self._child,
        )
        self.bucket_name = self._bucket.bucket_name
        self.domain_name = self._bucket.regional_domain_name
        self.access_control_id = access.id
        self.register_outputs(
            {
                "bucket_name": self.bucket_name,
                "domain_name": self.domain_name,
                "access_control_id": self.access_control_id,
            }
        )

    def admit(self, distribution_arn: pulumi.Input[str]) -> None:
        """Let the distribution read, and nobody else; to be called once."""
        self._bucket.admit(
            [
                allow_principal(
                    "DistributionReads",
                    {"Service": "cloudfront.amazonaws.com"},
                    ["s3:GetObject"],
                    [],
                    conditions={"StringEquals": {"aws:SourceArn": distribution_arn}},
                )
            ]
        )
