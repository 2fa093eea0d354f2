"""Alerts on what stands between people and Flowise: CDN, firewall, load balancer, certificate."""

from ...shared.certificate import DAY_SECONDS, FEWEST_DAYS_LEFT
from ...waf_cdn.alarm_tables import MOST_BLOCKED, MOST_FAILED_PERCENT
from .model import SITE_JOB, Alert, either
from .watched import Watched

# of the load balancer itself, in five minutes
MOST_REJECTED = 25
SITE_SECONDS = 2


def edge_alerts(watched: Watched) -> list[Alert]:
    """Give the alerts; the certificate of a site without a domain is CloudFront's own business."""
    return [*_site(), *([_certificate()] if watched.domain else []), *_ways_in()]


def _site() -> list[Alert]:
    return [
        Alert(
            name="SiteUnreachable",
            expression=either(
                f'min(probe_success{{job="{SITE_JOB}"}}) == 0', f'absent(probe_success{{job="{SITE_JOB}"}})'
            ),
            lasting="3m",
            severity="critical",
            summary="The site does not answer",
            description="Asked through the CDN, as people ask it, the site has not answered for three minutes.",
        ),
        Alert(
            name="SiteSlow",
            expression=f'avg(avg_over_time(probe_duration_seconds{{job="{SITE_JOB}"}}[10m])) > {SITE_SECONDS}',
            lasting="10m",
            severity="warning",
            summary="The site answers slowly",
            description="Asked through the CDN, the site takes {{ $value | humanizeDuration }} to answer.",
        ),
    ]


def _certificate() -> Alert:
    return Alert(
        name="CertificateExpiresSoon",
        # what people are shown, and what the load balancer shows the CDN
        expression=either(
            f'min(probe_ssl_earliest_cert_expiry{{job="{SITE_JOB}"}}) - time() < {FEWEST_DAYS_LEFT * DAY_SECONDS}',
            "min by (dimension_CertificateArn) (aws_certificatemanager_days_to_expiry_minimum) "
            f"* {DAY_SECONDS} < {FEWEST_DAYS_LEFT * DAY_SECONDS}",
        ),
        lasting="1h",
        severity="critical",
        summary="A certificate expires soon: {{ or $labels.dimension_CertificateArn `the site's` }}",
        description="It expires in {{ $value | humanizeDuration }}; ACM should have renewed it a month ago.",
    )


def _ways_in() -> list[Alert]:
    balancer = "dimension_LoadBalancer"
    return [
        Alert(
            name="CdnErrors",
            expression=f"max by (dimension_DistributionId) (aws_cloudfront_5xx_error_rate_average) > {MOST_FAILED_PERCENT}",
            lasting="10m",
            severity="critical",
            summary="The CDN answers with errors: {{ $labels.dimension_DistributionId }}",
            description="{{ $value | humanize }} % of the answers of {{ $labels.dimension_DistributionId }} are 5xx.",
        ),
        Alert(
            name="FirewallBlocksMany",
            expression=f"max by (dimension_WebACL) (aws_wafv2_blocked_requests_sum) > {MOST_BLOCKED}",
            lasting="5m",
            severity="warning",
            summary="The firewall blocks many requests: {{ $labels.dimension_WebACL }}",
            description="{{ $value }} requests in five minutes: an attack, or a rule that hits people.",
        ),
        Alert(
            name="BalancerErrors",
            expression=f"max by ({balancer}) (aws_applicationelb_httpcode_elb_5_xx_count_sum) > {MOST_REJECTED}",
            lasting="10m",
            severity="warning",
            summary=f"The load balancer itself answers with errors: {{{{ $labels.{balancer} }}}}",
            description="{{ $value }} requests in five minutes reached no server, or one that hung up.",
        ),
        Alert(
            name="TargetsUnhealthy",
            expression=f"max by ({balancer}, dimension_TargetGroup) (aws_applicationelb_un_healthy_host_count_maximum) > 0",
            lasting="10m",
            severity="warning",
            summary="Servers fail the load balancer's check: {{ $labels.dimension_TargetGroup }}",
            description="{{ $value }} servers get no requests.",
        ),
    ]
