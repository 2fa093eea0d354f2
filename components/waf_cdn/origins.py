"""Where CloudFront asks: load balancers without a public address."""

from collections.abc import Mapping
from hashlib import sha256

import pulumi
import pulumi_aws as aws

from .settings import FailoverSettings

BALANCER, OTHER_BALANCER, EITHER_BALANCER, FILES = (
    "load-balancer",
    "other-load-balancer",
    "either-load-balancer",
    "files",
)
# CloudFront takes up to 15 minutes as a rule (developer guide, VPC origins), which is all that the provider waits for
# (terraform-provider-aws, vpc_origin.go); people saw 20 and more (terraform-aws-cloudfront#163, #165).
PATIENCE = pulumi.CustomTimeouts(create="45m", update="45m", delete="45m")
# What CloudFront and the load balancer say where the application says nothing.
AWAY = (502, 503, 504)


def balancer_origin(
    name: str,
    *,
    origin_id: str,
    stack_name: str,
    load_balancer_arn: pulumi.Input[str],
    dns_name: pulumi.Input[str],
    https: bool,
    read_timeout_seconds: int,
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> aws.cloudfront.DistributionOriginArgs:
    """Make a way to an internal load balancer, inside its VPC, and give it as an origin of a distribution.

    CloudFront refuses to change one that a distribution has, tags included (UpdateVpcOrigin:
    CannotUpdateEntityWhileInUse; terraform-provider-aws#40905, aws-cdk#35765): whatever differs makes another one,
    under a name that goes with balancer and protocol, and tags stay as they were made.
    """
    protocol = "https-only" if https else "http-only"
    own = pulumi.ResourceOptions(
        custom_timeouts=PATIENCE, replace_on_changes=["vpcOriginEndpointConfig"], ignore_changes=["tags"]
    )
    origin = aws.cloudfront.VpcOrigin(
        f"{name}-{protocol}",
        vpc_origin_endpoint_config=aws.cloudfront.VpcOriginVpcOriginEndpointConfigArgs(
            name=pulumi.Output.from_input(load_balancer_arn).apply(
                lambda arn: f"{stack_name}-{protocol}-{sha256(arn.encode()).hexdigest()[:8]}"
            ),
            arn=load_balancer_arn,
            http_port=80,
            https_port=443,
            origin_protocol_policy=protocol,
            # CloudFront speaks no newer one to origins (developer guide, DownloadDistValuesOrigin)
            origin_ssl_protocols=aws.cloudfront.VpcOriginVpcOriginEndpointConfigOriginSslProtocolsArgs(
                items=["TLSv1.2"], quantity=1
            ),
        ),
        tags=dict(tags),
        opts=pulumi.ResourceOptions.merge(opts, own),
    )
    return aws.cloudfront.DistributionOriginArgs(
        origin_id=origin_id,
        domain_name=dns_name,
        vpc_origin_config=aws.cloudfront.DistributionOriginVpcOriginConfigArgs(
            vpc_origin_id=origin.id, origin_read_timeout=read_timeout_seconds
        ),
    )


def either_balancer(failover: FailoverSettings) -> aws.cloudfront.DistributionOriginGroupArgs:
    """Ask the one load balancer, and the other where the first is away."""
    member = aws.cloudfront.DistributionOriginGroupMemberArgs
    order = (OTHER_BALANCER, BALANCER) if failover.active else (BALANCER, OTHER_BALANCER)
    return aws.cloudfront.DistributionOriginGroupArgs(
        origin_id=EITHER_BALANCER,
        failover_criteria=aws.cloudfront.DistributionOriginGroupFailoverCriteriaArgs(status_codes=list(AWAY)),
        members=[member(origin_id=each) for each in order],
    )
