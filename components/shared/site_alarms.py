"""What tells that the site is down, attacked, or about to lose a certificate; what CloudFront brings in us-east-1."""

from .cloudwatch_alarms import MetricAlarm

# of 100 requests, over a quarter of an hour
MOST_FAILED_PERCENT = 5
# in five minutes; a scan of a site sends thousands
MOST_BLOCKED = 1000
# ACM renews 60 days before the end: by then it has failed for a month (ACM user guide, managed-renewal)
FEWEST_DAYS_LEFT = 30
DAY_SECONDS = 86_400

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
# namespace AWS/ApplicationELB, of a load balancer
BALANCER = (
    MetricAlarm(
        "rejections", "HTTPCode_ELB_5XX_Count", "above", 25, "The load balancer itself answers with errors", "Sum"
    ),
)
# likewise, of a target group
TARGETS = (
    MetricAlarm("unhealthy", "UnHealthyHostCount", "above", 0, "Pods of Flowise fail their check", "Maximum", 60, 5),
)
