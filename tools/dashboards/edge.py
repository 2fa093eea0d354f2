"""What stands between people and Flowise: the CDN, the firewall, the load balancer, the certificate."""

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units

from . import thresholds
from .panels import GREEN, RED, Panel, Query, alerts, falling, graph, number, page, rising

BALANCER = "dimension_LoadBalancer"
DAY_SECONDS = 86_400


def edge() -> model.Dashboard:
    """Return the page."""
    return page(
        "flowise-edge",
        "Flowise: edge and firewall",
        "The way in. CloudFront and its firewall tell their figures in us-east-1; each is a sum or a mean of minutes.",
        ("Now", _now()),
        ("From outside", _outside()),
        ("Firewall", _firewall()),
        ("Load balancer", _balancer()),
    )


def _now() -> list[Panel]:
    return [
        number(
            "The site",
            'max(probe_success{job="site"})',
            unit=units.NoUnit,
            description="Asked through the CDN, by the prober in the cluster. Runbook: SiteUnreachable.",
            steps=((None, RED), (1, GREEN)),
            words=(("0", "DOWN", RED), ("1", "answers", GREEN)),
        ),
        number(
            "It takes",
            'avg(probe_duration_seconds{job="site"})',
            unit=units.Seconds,
            description="Name, connection, TLS and answer. Runbook: SiteSlow.",
            steps=rising(thresholds.SITE_SECONDS / 2, thresholds.SITE_SECONDS),
            decimals=2,
        ),
        number(
            "Certificate ends in",
            'min(probe_ssl_earliest_cert_expiry{job="site"}) - time()',
            unit=units.Seconds,
            description="ACM renews it 60 days before. Runbook: CertificateExpiresSoon.",
            steps=falling(
                thresholds.FEWEST_DAYS_LEFT * DAY_SECONDS / 2,
                thresholds.FEWEST_DAYS_LEFT * DAY_SECONDS,
            ),
        ),
        number(
            "CDN answers 5xx",
            "max(aws_cloudfront_5xx_error_rate_average)",
            unit=units.Percent,
            description="Of what people ask CloudFront. Runbook: CdnErrors.",
            steps=rising(thresholds.MOST_FAILED_PERCENT / 5, thresholds.MOST_FAILED_PERCENT),
            decimals=2,
        ),
        number(
            "Blocked",
            'sum(aws_wafv2_blocked_requests_sum{dimension_Rule="ALL"})',
            unit=units.Short,
            description="By the firewall, in the newest period. Runbook: FirewallBlocksMany.",
            steps=rising(thresholds.MOST_BLOCKED / 4, thresholds.MOST_BLOCKED),
        ),
        number(
            "Targets that fail",
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
            "The CDN answers with errors",
            Query("max(aws_cloudfront_5xx_error_rate_average)", "5xx"),
            Query("max(aws_cloudfront_4xx_error_rate_average)", "4xx"),
            unit=units.Percent,
            description="4xx are the visitors', 5xx ours. Runbook: CdnErrors.",
            limit=thresholds.MOST_FAILED_PERCENT,
            width=8,
        ),
        graph(
            "The site, asked by the prober",
            Query('max by (phase) (probe_http_duration_seconds{job="site"})', "{{phase}}"),
            unit=units.Seconds,
            description="Which part of an answer takes how long: `processing` is the CDN, and Flowise behind it.",
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
            "Let in, and blocked",
            Query('sum(aws_wafv2_allowed_requests_sum{dimension_Rule="ALL"})', "let in"),
            Query('sum(aws_wafv2_blocked_requests_sum{dimension_Rule="ALL"})', "blocked"),
            unit=units.Short,
            description="In each period. Runbook: FirewallBlocksMany.",
        ),
        graph(
            "Counted",
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
            "It answers with errors",
            each("httpcode_target_5_xx_count_sum", "Flowise's"),
            each("httpcode_elb_5_xx_count_sum", "its own"),
            unit=units.Short,
            description="In each period; its own: no pod answered in time. Runbook: BalancerErrors.",
            limit=thresholds.MOST_REJECTED,
            width=8,
        ),
        graph(
            "Pods answer it in",
            Query(f"max by ({BALANCER}) (aws_applicationelb_target_response_time_average)", "mean"),
            Query(f"max by ({BALANCER}) (aws_applicationelb_target_response_time_p95)", "95 %"),
            unit=units.Seconds,
            description="Until the first byte; a streamed answer begins at once.",
            width=8,
        ),
    ]
