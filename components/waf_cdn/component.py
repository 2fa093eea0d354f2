"""The way in: CloudFront, with a firewall before it and a load balancer without a public address behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from ..config.regions import EDGE_REGION
from ..shared.certificate import validated_certificate
from ..shared.data_key import DataKey, DataKeyArgs
from ..shared.edge_profile import EdgeProfile
from ..shared.references import LogBucketRef, OriginRef
from ..shared.watch import Watch
from .access_log import deliver_access_log
from .alarms import EdgeAlarms, EdgeAlarmsArgs
from .behaviors import behaviors
from .firewall import EdgeFirewall, EdgeFirewallArgs
from .functions import EdgeFunctions, edge_functions
from .origins import AWAY, BALANCER, FILES, OTHER_BALANCER, balancer_origin, either_balancer
from .settings import EdgeSettings
from .static_files import MAINTENANCE_PAGE, StaticFiles, StaticFilesArgs
from .watch import watch

# CreateDistribution: OriginReadTimeout is 1 to 120.
LEAST_READ_SECONDS, MOST_READ_SECONDS = 1, 120
# All that CloudFront caches of errors (developer guide, HTTPStatusCodes), 10 s each unless told otherwise.
ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
# TLS 1.2 with forward secrecy and authenticated encryption, and 1.3 (CloudFront developer guide,
# secure-connections-supported-viewer-protocols-ciphers)
TLS_POLICY = "TLSv1.2_2025"


@dataclass(frozen=True, kw_only=True)
class WafCdnArgs:
    """How the site is served (settings), what the application's paths are, and the load balancer behind it.

    Log, metrics and comments bear the stack's name. With a domain the load balancer speaks HTTPS under that name.
    """

    settings: EdgeSettings
    stack_name: str
    origin: OriginRef
    access_logs: LogBucketRef
    alarm_emails: Sequence[str]
    tags: Mapping[str, str]
    profile: EdgeProfile = field(default_factory=EdgeProfile)


class WafCdn(pulumi.ComponentResource):
    """A distribution with a firewall, logs and alarms of both, and the site's own name if there is one.

    The origin is reached inside the VPC, so nothing goes past the firewall. Of the application, only cached paths are
    cached. It admits nothing to the load balancer: that is the load balancer's security group.
    """

    url: pulumi.Output[str]
    distribution_id: pulumi.Output[str]
    domain_name: pulumi.Output[str]
    web_acl_arn: pulumi.Output[str]
    static_bucket_name: pulumi.Output[str]
    api_key_store_arn: pulumi.Output[str]
    alarm_topic_arn: pulumi.Output[str]

    def __init__(self, name: str, args: WafCdnArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:waf_cdn:WafCdn", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        if not LEAST_READ_SECONDS <= args.origin.read_timeout_seconds <= MOST_READ_SECONDS:
            wanted = f"{LEAST_READ_SECONDS} to {MOST_READ_SECONDS}"
            raise ValueError(f"read_timeout_seconds must be {wanted}, got {args.origin.read_timeout_seconds}")

        key, certificate = self._key(), self._certificate()
        firewall, files, functions = self._firewall(key), self._files(), self._functions()
        distribution = self._distribution(firewall, files, functions, certificate)
        files.admit(distribution.arn)
        deliver_access_log(
            name,
            distribution_arn=distribution.arn,
            bucket_arn=args.access_logs.arn,
            tags=args.tags,
            opts=self._child,
        )
        self._addresses(distribution)
        alarms = self._watched(key, distribution, certificate)

        domain = args.settings.domain
        self.domain_name = pulumi.Output.from_input(domain.name) if domain else distribution.domain_name
        self.url = pulumi.Output.concat("https://", self.domain_name)
        self.distribution_id = distribution.id
        self.web_acl_arn = firewall.web_acl_arn
        self.static_bucket_name = files.bucket_name
        self.api_key_store_arn = pulumi.Output.from_input(functions.key_store or "")
        self.alarm_topic_arn = alarms.topic_arn
        self.register_outputs(
            {
                "url": self.url,
                "distribution_id": self.distribution_id,
                "domain_name": self.domain_name,
                "web_acl_arn": self.web_acl_arn,
                "static_bucket_name": self.static_bucket_name,
                "api_key_store_arn": self.api_key_store_arn,
                "alarm_topic_arn": self.alarm_topic_arn,
            }
        )

    @property
    def watch(self) -> Watch:
        """What watches the site."""
        args = self._args
        address = pulumi.Output.concat(self.url, args.profile.health_path or "/")
        return watch(stack_name=args.stack_name, address=address, domain=args.settings.domain is not None)

    def _key(self) -> DataKey:
        return DataKey(
            f"{self._name}-key",
            DataKeyArgs(
                purpose="Logs and alarms of the CDN and its firewall",
                region=EDGE_REGION,
                tags=self._args.tags,
                encrypts_logs=True,
                services=("cloudwatch.amazonaws.com",),
            ),
            self._child,
        )

    def _firewall(self, key: DataKey) -> EdgeFirewall:
        args = self._args
        return EdgeFirewall(
            f"{self._name}-firewall",
            EdgeFirewallArgs(
                settings=args.settings.firewall,
                profile=args.profile,
                stack_name=args.stack_name,
                kms_key_arn=key.arn,
                tags=args.tags,
            ),
            self._child,
        )

    def _files(self) -> StaticFiles:
        files_args = StaticFilesArgs(access_log_bucket=self._args.access_logs.name, tags=self._args.tags)
        return StaticFiles(f"{self._name}-static", files_args, self._child)

    def _functions(self) -> EdgeFunctions:
        settings = self._args.settings
        return edge_functions(
            self._name,
            self._args.profile,
            key_paths=settings.api_key_paths,
            site_path=settings.static_site.path if settings.static_site else None,
            tags=dict(self._args.tags),
            opts=self._child,
        )

    def _distribution(
        self,
        firewall: EdgeFirewall,
        files: StaticFiles,
        functions: EdgeFunctions,
        certificate: pulumi.Output[str] | None,
    ) -> aws.cloudfront.Distribution:
        settings = self._args.settings
        default, ordered = behaviors(self._name, settings, self._args.profile, functions, self._child)
        return aws.cloudfront.Distribution(
            f"{self._name}-distribution",
            comment=self._args.stack_name,
            enabled=True,
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=settings.price_class,
            aliases=[settings.domain.name] if settings.domain else [],
            origins=[
                *self._balancers(),
                aws.cloudfront.DistributionOriginArgs(
                    origin_id=FILES,
                    domain_name=files.domain_name,
                    origin_access_control_id=files.access_control_id,
                ),
            ],
            origin_groups=[either_balancer(settings.failover)] if settings.failover else [],
            default_cache_behavior=default,
            ordered_cache_behaviors=ordered,
            custom_error_responses=[
                aws.cloudfront.DistributionCustomErrorResponseArgs(
                    error_code=code,
                    error_caching_min_ttl=0,
                    response_code=code if code in AWAY else None,
                    response_page_path=f"/{MAINTENANCE_PAGE}" if code in AWAY else None,
                )
                for code in ERRORS
            ],
            restrictions=aws.cloudfront.DistributionRestrictionsArgs(
                # countries are the firewall's business, so that a refusal is counted and logged
                geo_restriction=aws.cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
            ),
            viewer_certificate=_viewer_certificate(certificate),
            web_acl_id=firewall.web_acl_arn,
            tags=dict(self._args.tags),
            opts=self._child,
        )

    def _balancers(self) -> list[aws.cloudfront.DistributionOriginArgs]:
        args, failover = self._args, self._args.settings.failover
        common: dict[str, Any] = {
            "https": args.settings.domain is not None,
            "read_timeout_seconds": args.origin.read_timeout_seconds,
            "tags": args.tags,
            "opts": self._child,
        }
        origins = [
            balancer_origin(
                f"{self._name}-origin",
                origin_id=BALANCER,
                stack_name=args.stack_name,
                load_balancer_arn=args.origin.load_balancer_arn,
                dns_name=args.origin.load_balancer_dns_name,
                **common,
            )
        ]
        if failover:
            origins.append(
                balancer_origin(
                    f"{self._name}-other-origin",
                    origin_id=OTHER_BALANCER,
                    stack_name=f"{args.stack_name}-other",
                    load_balancer_arn=failover.load_balancer_arn,
                    dns_name=failover.load_balancer_dns_name,
                    **common,
                )
            )
        return origins

    def _certificate(self) -> pulumi.Output[str] | None:
        domain = self._args.settings.domain
        if domain is None:
            return None
        certificate, _ = validated_certificate(
            self._name,
            domain,
            region=EDGE_REGION,
            tags=self._args.tags,
            opts=self._child,
            proved_by=self._args.origin.certificate_record,
        )
        return certificate

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

    def _watched(
        self, key: DataKey, distribution: aws.cloudfront.Distribution, certificate: pulumi.Output[str] | None
    ) -> EdgeAlarms:
        args = self._args
        domain = args.settings.domain
        alarms = EdgeAlarms(
            f"{self._name}-alarms",
            EdgeAlarmsArgs(
                distribution_id=distribution.id,
                domain_name=domain.name if domain else distribution.domain_name,
                profile=args.profile,
                web_acl_metric=args.stack_name,
                certificate_arn=certificate,
                outside_health_check=args.settings.outside_health_check,
                emails=args.alarm_emails,
                kms_key_arn=key.arn,
                tags=args.tags,
            ),
            self._child,
        )
        if args.settings.shield_advanced:
            aws.shield.Protection(
                f"{self._name}-shield", resource_arn=distribution.arn, tags=dict(args.tags), opts=self._child
            )
        return alarms


def _viewer_certificate(certificate: pulumi.Output[str] | None) -> aws.cloudfront.DistributionViewerCertificateArgs:
    if certificate is None:
        return aws.cloudfront.DistributionViewerCertificateArgs(cloudfront_default_certificate=True)
    return aws.cloudfront.DistributionViewerCertificateArgs(
        acm_certificate_arn=certificate, minimum_protocol_version=TLS_POLICY, ssl_support_method="sni-only"
    )
