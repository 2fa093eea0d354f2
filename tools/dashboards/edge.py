"""The way in: the CDN, the firewall (WAF), the load balancer, the certificate."""

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units

from . import thresholds
from .panels import GREEN, RED, Panel, Query, alerts, falling, graph, number, page, rising

BALANCER = "dimension_LoadBalancer"
DAY_SECONDS = 86_400


def edge() -> model.Dashboard:
    """Return the page."""
    return page(
        "edge",
        "Edge and firewall",
        "The way in. CloudFront and its firewall tell their figures in us-east-1; each is a sum or a mean of minutes.",
        ("Now", _now()),
        ("From outside", _outside()),
        ("Firewall", _firewall()),
        ("Load balancer", _balancer()),
    )


def _now() -> list[Panel]:
    return [
        number(
            "Site up",
            'max(probe_success{job="site"})',
            unit=units.NoUnit,
            description="Asked through the CDN, by the prober in the cluster. Runbook: SiteUnreachable.",
            steps=((None, RED), (1, GREEN)),
            words=(("0", "DOWN", RED), ("1", "answers", GREEN)),
        ),
        number(
            "Response time",
            'avg(probe_duration_seconds{job="site"})',
            unit=units.Seconds,
            description="Name, connection, TLS and answer. Runbook: SiteSlow.",
            steps=rising(thresholds.SITE_SECONDS / 2, thresholds.SITE_SECONDS),
            decimals=2,
        ),
        number(
            "Certificate expires in",
            'min(probe_ssl_earliest_cert_expiry{job="site"}) - time()',
            unit=units.Seconds,
            description="ACM renews it 60 days before. Runbook: CertificateExpiresSoon.",
            steps=falling(
                thresholds.FEWEST_DAYS_LEFT * DAY_SECONDS / 2,
                thresholds.FEWEST_DAYS_LEFT * DAY_SECONDS,
            ),
        ),
        number(
            "CDN 5xx rate",
            "max(aws_cloudfront_5xx_error_rate_average)",
            unit=units.Percent,
            description="Of what people ask CloudFront. Runbook: CdnErrors.",
            steps=rising(thresholds.MOST_FAILED_PERCENT / 5, thresholds.MOST_FAILED_PERCENT),
            decimals=2,
        ),
        number(
            "Blocked requests",
            'sum(aws_wafv2_blocked_requests_sum{dimension_Rule="ALL"})',
            unit=units.Short,
            description="By the firewall, in the newest period. Runbook: FirewallBlocksMany.",
            steps=rising(thresholds.MOST_BLOCKED / 4, thresholds.MOST_BLOCKED),
        ),
        number(
            "Unhealthy targets",
            "max(aws_applicationelb_un_healthy_host_count_maximum)",
            unit=units.Short,
            description="Pods that the load balancer asks nothing. Runbook: TargetsUnhealthy.",
            steps=((None, GREEN), (1, RED)),
        ),
    ]


def _outside() -> list[Panel]:
    return [
        alerts(
            "Alerts of the edge",
            description="What fires or is about to, with runbooks.",
            names=("Site.*", "Cdn.*", "Firewall.*", "Balancer.*", "Targets.*", "Certificate.*"),
        ),
        graph(
            "Requests to the CDN",
            Query("sum(aws_cloudfront_requests_sum)", "requests"),
            unit=units.Short,
            description="In each period.",
            width=8,
        ),
        graph(
            "CDN error rate",
            Query("max(aws_cloudfront_5xx_error_rate_average)", "5xx"),
            Query("max(aws_cloudfront_4xx_error_rate_average)", "4xx"),
            unit=units.Percent,
            description="4xx are the visitors', 5xx ours. Runbook: CdnErrors.",
            limit=thresholds.MOST_FAILED_PERCENT,
            width=8,
        ),
        graph(
            "Probe duration by phase",
            Query('max by (phase) (probe_http_duration_seconds{job="site"})', "{{phase}}"),
            unit=units.Seconds,
            description="Which part of an answer takes how long: `processing` is the CDN, and what lies behind it.",
            stacked=True,
        ),
        graph(
            "Bytes to visitors",
            Query("sum(aws_cloudfront_bytes_downloaded_sum)", "bytes"),
            unit=units.BytesIEC,
            description="In each period; CloudFront is paid by these.",
        ),
    ]


def _firewall() -> list[Panel]:
    return [
        graph(
            "Allowed and blocked requests",
            Query('sum(aws_wafv2_allowed_requests_sum{dimension_Rule="ALL"})', "allowed"),
            Query('sum(aws_wafv2_blocked_requests_sum{dimension_Rule="ALL"})', "blocked"),
            unit=units.Short,
            description="In each period. Runbook: FirewallBlocksMany.",
        ),
        graph(
            "Counted requests",
            Query('sum(aws_wafv2_counted_requests_sum{dimension_Rule="ALL"})', "counted"),
            unit=units.Short,
            description="In each period: what rules would have blocked on paths that are exempt. By rule and path the "
            "firewall's log tells: docs/operations/edge.md.",
        ),
    ]


def _balancer() -> list[Panel]:
    def each(metric: str, legend: str) -> Query:
        return Query(f"sum by ({BALANCER}) (aws_applicationelb_{metric})", legend)

    return [
        graph(
            "Requests to the load balancer",
            each("request_count_sum", "requests"),
            unit=units.Short,
            description="In each period.",
            width=8,
        ),
        graph(
            "Load balancer 5xx",
            each("httpcode_target_5_xx_count_sum", "targets'"),
            each("httpcode_elb_5_xx_count_sum", "its own"),
            unit=units.Short,
            description="In each period; its own: no pod answered in time. Runbook: BalancerErrors.",
            limit=thresholds.MOST_REJECTED,
            width=8,
        ),
        graph(
            "Target response time",
            Query(f"max by ({BALANCER}) (aws_applicationelb_target_response_time_average)", "mean"),
            Query(f"max by ({BALANCER}) (aws_applicationelb_target_response_time_p95)", "p95"),
            unit=units.Seconds,
            description="Until the first byte; a streamed answer begins at once.",
            width=8,
        ),
    ]
