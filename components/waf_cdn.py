"""The way in: CloudFront, with a firewall before it and a load balancer without a public address behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .parts.certificate import validated_certificate
from .parts.data_key import DataKey, DataKeyArgs
from .parts.edge_firewall import EDGE_REGION, EdgeFirewall, EdgeFirewallArgs
from .settings import EdgeSettings

# CreateDistribution: OriginReadTimeout is 1 to 120.
LEAST_READ_SECONDS, MOST_READ_SECONDS = 1, 120
# AWS's own policies have one id in every account (CloudFront developer guide, using-managed-cache-policies and
# using-managed-origin-request-policies).
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
READS = ["GET", "HEAD", "OPTIONS"]
READS_AND_WRITES = [*READS, "PUT", "POST", "PATCH", "DELETE"]
# All that CloudFront caches of errors (developer guide, HTTPStatusCodes), 10 s each unless told otherwise.
ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
ORIGIN = "load-balancer"
TWO_YEARS_SECONDS = 63_072_000
# Query strings, cookies and referrers are left out: they carry tokens.
ACCESS_LOG_FIELDS = [
    "date", "time", "x-edge-location", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem", "sc-status", "sc-bytes",
    "cs-bytes", "cs(User-Agent)", "x-edge-result-type", "x-edge-detailed-result-type", "x-edge-request-id",
    "time-taken", "time-to-first-byte", "ssl-protocol", "ssl-cipher", "cs-protocol", "cs-protocol-version",
]  # fmt: skip

HstsArgs = aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs


@dataclass(frozen=True, kw_only=True)
class WafCdnArgs:
    """How the site is served (settings), what it is called in the account, and the load balancer behind it.

    With a domain the load balancer speaks HTTPS under that name; `certificate_record` then proves that the name is
    ours, if the load balancer's certificate has a record for it already.
    """

    settings: EdgeSettings
    site_name: str
    load_balancer_arn: pulumi.Input[str]
    load_balancer_dns_name: pulumi.Input[str]
    read_timeout_seconds: int
    tags: Mapping[str, str]
    certificate_record: pulumi.Input[str] | None = None


class WafCdn(pulumi.ComponentResource):
    """A distribution with a firewall, logs of both, and the site's own name if there is one.

    The origin is reached inside the VPC, so nothing goes past the firewall. Only what Flowise names by a hash of its
    content is cached. It admits nothing to the load balancer: that is the load balancer's security group.
    """

    url: pulumi.Output[str]
    distribution_id: pulumi.Output[str]
    domain_name: pulumi.Output[str]
    web_acl_arn: pulumi.Output[str]

    def __init__(self, name: str, args: WafCdnArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flowise:index:WafCdn", name, {}, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        if not LEAST_READ_SECONDS <= args.read_timeout_seconds <= MOST_READ_SECONDS:
            wanted = f"{LEAST_READ_SECONDS} to {MOST_READ_SECONDS}"
            raise ValueError(f"read_timeout_seconds must be {wanted}, got {args.read_timeout_seconds}")

        key = self._key()
        firewall = self._firewall(key)
        distribution = self._distribution(self._origin(), firewall)
        self._access_log(key, distribution)
        self._addresses(distribution)

        domain = args.settings.domain
        self.domain_name = pulumi.Output.from_input(domain.name) if domain else distribution.domain_name
        self.url = pulumi.Output.concat("https://", self.domain_name)
        self.distribution_id = distribution.id
        self.web_acl_arn = firewall.web_acl_arn
        self.register_outputs(
            {
                "url": self.url,
                "distribution_id": self.distribution_id,
                "domain_name": self.domain_name,
                "web_acl_arn": self.web_acl_arn,
            }
        )

    def _key(self) -> DataKey:
        return DataKey(
            f"{self._name}-key",
            DataKeyArgs(
                purpose="Logs of the CDN and its firewall",
                region=EDGE_REGION,
                tags=self._args.tags,
                encrypts_logs=True,
            ),
            self._child,
        )

    def _firewall(self, key: DataKey) -> EdgeFirewall:
        args = self._args
        return EdgeFirewall(
            f"{self._name}-firewall",
            EdgeFirewallArgs(
                settings=args.settings.firewall, log_name=args.site_name, kms_key_arn=key.arn, tags=args.tags
            ),
            self._child,
        )

    def _origin(self) -> aws.cloudfront.VpcOrigin:
        protocol = "https-only" if self._args.settings.domain else "http-only"
        return aws.cloudfront.VpcOrigin(
            # CloudFront refuses to change the protocol of an origin in use: another protocol is another origin
            f"{self._name}-origin-{protocol}",
            vpc_origin_endpoint_config=aws.cloudfront.VpcOriginVpcOriginEndpointConfigArgs(
                name=f"{self._args.site_name}-{protocol}",
                arn=self._args.load_balancer_arn,
                http_port=80,
                https_port=443,
                origin_protocol_policy=protocol,
                origin_ssl_protocols=aws.cloudfront.VpcOriginVpcOriginEndpointConfigOriginSslProtocolsArgs(
                    items=["TLSv1.2"], quantity=1
                ),
            ),
            tags=dict(self._args.tags),
            opts=self._child,
        )

    def _distribution(self, origin: aws.cloudfront.VpcOrigin, firewall: EdgeFirewall) -> aws.cloudfront.Distribution:
        settings = self._args.settings
        headers = self._headers().id
        return aws.cloudfront.Distribution(
            f"{self._name}-cdn",
            comment="Flowise",
            enabled=True,
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=settings.price_class,
            aliases=[settings.domain.name] if settings.domain else [],
            origins=[
                aws.cloudfront.DistributionOriginArgs(
                    origin_id=ORIGIN,
                    domain_name=self._args.load_balancer_dns_name,
                    vpc_origin_config=aws.cloudfront.DistributionOriginVpcOriginConfigArgs(
                        vpc_origin_id=origin.id, origin_read_timeout=self._args.read_timeout_seconds
                    ),
                )
            ],
            default_cache_behavior=aws.cloudfront.DistributionDefaultCacheBehaviorArgs(
                target_origin_id=ORIGIN,
                allowed_methods=READS_AND_WRITES,
                cached_methods=READS,
                viewer_protocol_policy="redirect-to-https",
                cache_policy_id=CACHING_DISABLED,
                # the Host header among them: the load balancer's certificate is held against it
                origin_request_policy_id=ALL_VIEWER,
                response_headers_policy_id=headers,
                compress=True,
            ),
            ordered_cache_behaviors=[
                aws.cloudfront.DistributionOrderedCacheBehaviorArgs(
                    path_pattern="/assets/*",
                    target_origin_id=ORIGIN,
                    allowed_methods=READS,
                    cached_methods=READS,
                    viewer_protocol_policy="redirect-to-https",
                    cache_policy_id=CACHING_OPTIMIZED,
                    origin_request_policy_id=ALL_VIEWER,
                    response_headers_policy_id=headers,
                    compress=True,
                )
            ],
            custom_error_responses=[
                aws.cloudfront.DistributionCustomErrorResponseArgs(error_code=code, error_caching_min_ttl=0)
                for code in ERRORS
            ],
            restrictions=aws.cloudfront.DistributionRestrictionsArgs(
                # countries are the firewall's business, so that a refusal is counted and logged
                geo_restriction=aws.cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
            ),
            viewer_certificate=self._viewer_certificate(),
            web_acl_id=firewall.web_acl_arn,
            tags=dict(self._args.tags),
            opts=self._child,
        )

    def _headers(self) -> aws.cloudfront.ResponseHeadersPolicy:
        # no frame-options: Flowise's chat is made to be embedded in other sites
        return aws.cloudfront.ResponseHeadersPolicy(
            f"{self._name}-headers",
            comment="HTTPS alone, no guessing of types, no path in referrers",
            security_headers_config=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs(
                strict_transport_security=HstsArgs(
                    access_control_max_age_sec=TWO_YEARS_SECONDS, include_subdomains=True, preload=True, override=True
                ),
                content_type_options=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs(
                    override=True
                ),
                referrer_policy=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs(
                    referrer_policy="strict-origin-when-cross-origin", override=True
                ),
            ),
            opts=self._child,
        )

    def _viewer_certificate(self) -> aws.cloudfront.DistributionViewerCertificateArgs:
        domain = self._args.settings.domain
        if domain is None:
            return aws.cloudfront.DistributionViewerCertificateArgs(cloudfront_default_certificate=True)
        certificate, _ = validated_certificate(
            self._name,
            domain,
            region=EDGE_REGION,
            tags=self._args.tags,
            opts=self._child,
            proved_by=self._args.certificate_record,
        )
        return aws.cloudfront.DistributionViewerCertificateArgs(
            acm_certificate_arn=certificate,
            minimum_protocol_version="TLSv1.2_2021",
            ssl_support_method="sni-only",
        )

    def _access_log(self, key: DataKey, distribution: aws.cloudfront.Distribution) -> None:
        tags = dict(self._args.tags)
        group = aws.cloudwatch.LogGroup(
            f"{self._name}-access-log",
            retention_in_days=self._args.settings.firewall.log_retention_days,
            kms_key_id=key.arn,
            region=EDGE_REGION,
            tags=tags,
            opts=self._child,
        )
        source = aws.cloudwatch.LogDeliverySource(
            f"{self._name}-access-source",
            log_type="ACCESS_LOGS",
            resource_arn=distribution.arn,
            region=EDGE_REGION,
            tags=tags,
            opts=self._child,
        )
        target = aws.cloudwatch.LogDeliveryDestination(
            f"{self._name}-access-target",
            delivery_destination_configuration={"destination_resource_arn": group.arn},
            output_format="json",
            region=EDGE_REGION,
            tags=tags,
            opts=self._child,
        )
        aws.cloudwatch.LogDelivery(
            f"{self._name}-access-delivery",
            delivery_source_name=source.name,
            delivery_destination_arn=target.arn,
            record_fields=ACCESS_LOG_FIELDS,
            region=EDGE_REGION,
            tags=tags,
            opts=self._child,
        )

    def _addresses(self, distribution: aws.cloudfront.Distribution) -> None:
        domain = self._args.settings.domain
        if domain is None:
            return
        for kind in ("A", "AAAA"):
            aws.route53.Record(
                f"{self._name}-address-{kind.lower()}",
                zone_id=domain.hosted_zone_id,
                name=domain.name,
                type=kind,
                aliases=[
                    aws.route53.RecordAliasArgs(
                        name=distribution.domain_name,
                        zone_id=distribution.hosted_zone_id,
                        # CloudFront has no health that Route 53 could ask for
                        evaluate_target_health=False,
                    )
                ],
                opts=self._child,
            )
