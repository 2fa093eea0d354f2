"""What tells that the site is down or attacked."""

from ..shared.metric_alarms import MetricAlarm

# of 100 requests, over a quarter of an hour
MOST_FAILED_PERCENT = 5
# in five minutes; a scan of a site sends thousands
MOST_BLOCKED = 1000
# namespace AWS/CloudFront, of a distribution
CDN = (
    MetricAlarm(
        "failures",
        "5xxErrorRate",
        "above",
        MOST_FAILED_PERCENT,
        "The site answers with errors (percent)",
        critical=True,
    ),
)
# namespace AWS/WAFV2, of a web ACL
FIREWALL = (
    MetricAlarm(
        "blocked", "BlockedRequests", "above", MOST_BLOCKED, "The firewall blocks many requests", "Sum", periods=1
    ),
)
# namespace AWS/Route53, of a health check
OUTSIDE = (
    MetricAlarm(
        "outside",
        "HealthCheckStatus",
        "below",
        1,
        "The site is not reached from outside",
        "Minimum",
        60,
        3,
        critical=True,
    ),
)
