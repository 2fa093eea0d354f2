"""CloudFront's access log, in the form that AWS calls v2."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from ..config.regions import EDGE_REGION

# Query strings, cookies and referrers are left out: they carry tokens.
ACCESS_LOG_FIELDS = [
    "date", "time", "x-edge-location", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem", "sc-status", "sc-bytes",
    "cs-bytes", "cs(User-Agent)", "x-edge-result-type", "x-edge-detailed-result-type", "x-edge-request-id",
    "time-taken", "time-to-first-byte", "ssl-protocol", "ssl-cipher", "cs-protocol", "cs-protocol-version",
]  # fmt: skip


def deliver_access_log(
    name: str,
    *,
    distribution_arn: pulumi.Input[str],
    bucket_arn: pulumi.Input[str],
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Deliver a distribution's log to a bucket that lets it; a bucket of any region will do."""
    source = aws.cloudwatch.LogDeliverySource(
        f"{name}-access-source",
        log_type="ACCESS_LOGS",
        resource_arn=distribution_arn,
        region=EDGE_REGION,
        tags=dict(tags),
        opts=opts,
    )
    target = aws.cloudwatch.LogDeliveryDestination(
        f"{name}-access-bucket",
        delivery_destination_configuration={"destination_resource_arn": bucket_arn},
        output_format="json",
        region=EDGE_REGION,
        tags=dict(tags),
        opts=opts,
    )
    aws.cloudwatch.LogDelivery(
        f"{name}-access-delivery",
        delivery_source_name=source.name,
        delivery_destination_arn=target.arn,
        record_fields=ACCESS_LOG_FIELDS,
        s3_delivery_configurations=[
            {"suffix_path": "{DistributionId}/{yyyy}/{MM}/{dd}/{HH}", "enable_hive_compatible_path": False}
        ],
        region=EDGE_REGION,
        tags=dict(tags),
        opts=opts,
    )
