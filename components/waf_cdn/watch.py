"""What watches the way in: a probe of the site, CloudWatch's metrics of CDN, firewall and certificates, its page."""

from pathlib import Path

from pulumi import Input

from ..shared.certificate import DAY_SECONDS, FEWEST_DAYS_LEFT
from ..shared.watch import Alert, CloudWatch, Group, LogGroup, NamedMetrics, Probe, TaggedMetrics, Watch, either
from .alarm_tables import MOST_BLOCKED, MOST_FAILED_PERCENT

SITE_JOB = "site"
SITE_SECONDS = 2
CDN = TaggedMetrics(
    namespace="AWS/CloudFront",
    dimensions=("DistributionId", "Region"),
    metrics={
        "4xxErrorRate": ("Average",),
        "5xxErrorRate": ("Average",),
        "BytesDownloaded": ("Sum",),
        "Requests": ("Sum",),
        "TotalErrorRate": ("Average",),
    },
    places=("edge",),
)
# ACM tells DaysToExpiry twice a day (ACM user guide, cloudwatch-metrics); the CDN's own certificate lies in us-east-1
CERTIFICATES = TaggedMetrics(
    namespace="AWS/CertificateManager",
    dimensions=("CertificateArn",),
    metrics={"DaysToExpiry": ("Minimum",)},
    places=("stack", "edge"),
    daily=True,
)
FIREWALL = {"AllowedRequests": ("Sum",), "BlockedRequests": ("Sum",), "CountedRequests": ("Sum",)}


def watch(*, stack_name: str, address: Input[str], domain: bool) -> Watch:
    """Return what watches a site, whose firewall's metric is called `stack_name`; `address` is what the probe asks.

    The certificate of a site without a domain is CloudFront's own business.
    """
    # a web ACL is known by its metric's name, and found by tags only under its own
    firewall = NamedMetrics(
        name="firewall", namespace="AWS/WAFV2", metrics=FIREWALL, dimensions={"WebACL": stack_name, "Rule": "ALL"}
    )
    return Watch(
        groups=[Group(name="edge", alerts=[*_site(), *([_certificate()] if domain else [])])],
        probes=[Probe(job=SITE_JOB, target=address)],
        cloudwatch=CloudWatch(metrics=[CERTIFICATES, CDN, firewall], groups=[Group(name="edge", alerts=_ways_in())]),
        log_groups=[LogGroup(f"aws-waf-logs-{stack_name}:*", "edge")],
        dashboards={"edge": Path(__file__).parent / "dashboards" / "edge.json"},
    )


def _site() -> list[Alert]:
    return [
        Alert(
            name="SiteUnreachable",
            expression=either(
                f'min(probe_success{{job="{SITE_JOB}"}}) == 0', f'absent(probe_success{{job="{SITE_JOB}"}})'
            ),
            lasting="3m",
            severity="critical",
            summary="The site is down",
            description="Asked through the CDN, as people ask it, the site has not answered for three minutes.",
        ),
        Alert(
            name="SiteSlow",
            expression=f'avg(avg_over_time(probe_duration_seconds{{job="{SITE_JOB}"}}[10m])) > {SITE_SECONDS}',
            lasting="10m",
            severity="warning",
            summary="Latency of the site is high",
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
    return [
        Alert(
            name="CdnErrors",
            expression=f"max by (dimension_DistributionId) (aws_cloudfront_5xx_error_rate_average) > {MOST_FAILED_PERCENT}",
            lasting="10m",
            severity="critical",
            summary="The CDN's 5xx error rate is high: {{ $labels.dimension_DistributionId }}",
            description="{{ $value | humanize }} % of the answers of {{ $labels.dimension_DistributionId }} are 5xx.",
        ),
        Alert(
            name="FirewallBlocksMany",
            expression=f"max by (dimension_WebACL) (aws_wafv2_blocked_requests_sum) > {MOST_BLOCKED}",
            lasting="5m",
            severity="warning",
            summary="The firewall (WAF) blocks many requests: {{ $labels.dimension_WebACL }}",
            description="{{ $value }} requests in five minutes: an attack, or a rule that hits people.",
        ),
    ]
