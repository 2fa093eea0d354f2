"""A certificate of the site's name, proved by DNS."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from ..config.types import DomainSettings
from .metric_alarms import MetricAlarm

RECORD_TTL_SECONDS = 300
# ACM renews 60 days before the end: by then it has failed for a month (ACM user guide, managed-renewal)
FEWEST_DAYS_LEFT = 30
DAY_SECONDS = 86_400
# namespace AWS/CertificateManager, of a certificate
CERTIFICATE = (
    MetricAlarm(
        "certificate",
        "DaysToExpiry",
        "below",
        FEWEST_DAYS_LEFT,
        "A certificate was not renewed (days left)",
        "Minimum",
        DAY_SECONDS,
        1,
    ),
)


def validated_certificate(
    name: str,
    domain: DomainSettings,
    *,
    region: str,
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
    proved_by: pulumi.Input[str] | None = None,
) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Make a certificate in a region; give its ARN once issued, and the name of the record that proves it.

    ACM asks for one and the same record for a name in every region of an account: the second certificate is given the
    record that the first one made (`proved_by`).
    """
    certificate = aws.acm.Certificate(
        f"{name}-certificate",
        domain_name=domain.name,
        validation_method="DNS",
        region=region,
        tags=dict(tags),
        opts=opts,
    )
    record: pulumi.Output[str]
    if proved_by is None:
        validation = certificate.domain_validation_options[0]
        record = aws.route53.Record(
            f"{name}-validation",
            zone_id=domain.hosted_zone_id,
            name=validation.resource_record_name,
            type=validation.resource_record_type,
            records=[validation.resource_record_value],
            ttl=RECORD_TTL_SECONDS,
            opts=opts,
        ).fqdn
    else:
        record = pulumi.Output.from_input(proved_by)
    issued = aws.acm.CertificateValidation(
        f"{name}-issued",
        certificate_arn=certificate.arn,
        validation_record_fqdns=[record],
        region=region,
        opts=opts,
    )
    return issued.certificate_arn, record
