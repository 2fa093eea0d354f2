"""The site, its certificate, the CDN and the firewall."""

from tests.components.monitoring_stack.cases.case import calm, story

SITE = 'probe_{}{{job="site",instance="https://flowise.example.com/"}}'
EXPIRES = SITE.format("ssl_earliest_cert_expiry")
DAYS = (
    "aws_certificatemanager_days_to_expiry_minimum"
    '{dimension_CertificateArn="arn:aws:acm:eu-west-1:111122223333:certificate/1"}'
)
CDN = 'aws_cloudfront_5xx_error_rate_average{dimension_DistributionId="E1",dimension_Region="Global"}'
WAF = 'aws_wafv2_blocked_requests_sum{{dimension_WebACL="site",dimension_Rule="{}"}}'

CASES = (
    story(
        "SiteUnreachable", "critical", "the site is away", {SITE.format("success"): "1x5 0x10 1x10"}, "7m", "11m", "20m"
    ),
    story(
        "SiteUnreachable",
        "critical",
        "nobody asks it any more",
        {SITE.format("success"): "1x5 stale _x10 1x10"},
        "7m",
        "11m",
        "20m",
        {"job": "site"},
    ),
    story(
        "SiteUnreachable",
        "critical",
        "of two addresses one is away",
        {SITE.format("success"): "1x40", SITE.format("success").replace("com/", "com/chat"): "1x5 0x10 1x10"},
        "7m",
        "11m",
        "20m",
    ),
    calm("SiteUnreachable", "one probe fails", {SITE.format("success"): "1x5 0 1x10"}, "6m", "10m"),
    story(
        "SiteSlow",
        "warning",
        "three seconds",
        {SITE.format("duration_seconds"): "0.3x5 3x25 0.3x30"},
        "5m",
        "25m",
        "55m",
    ),
    calm("SiteSlow", "a second and a half", {SITE.format("duration_seconds"): "1.5x40"}, "30m"),
    # the clock of these tests begins at 0: 30 days are 2592000 s
    story(
        "CertificateExpiresSoon",
        "critical",
        "29 days are left until it is renewed",
        {EXPIRES: "2500000x180 9000000x60"},
        "30m",
        "2h",
        "230m",
    ),
    story(
        "CertificateExpiresSoon",
        "critical",
        "the load balancer's has 20 days left",
        {DAYS: "20x180 60x60"},
        "30m",
        "2h",
        "230m",
        {"dimension_CertificateArn": "arn:aws:acm:eu-west-1:111122223333:certificate/1"},
    ),
    calm("CertificateExpiresSoon", "the load balancer's has 40 days left", {DAYS: "40x240"}, "3h"),
    calm("CertificateExpiresSoon", "40 days are left", {EXPIRES: "3456000x240"}, "3h"),
    story(
        "CdnErrors",
        "critical",
        "every tenth answer",
        {CDN: "0x5 10x20 0x10"},
        "10m",
        "20m",
        "34m",
        {"dimension_DistributionId": "E1"},
    ),
    calm("CdnErrors", "4 %", {CDN: "4x40"}, "35m"),
    story(
        "FirewallBlocksMany",
        "warning",
        "thousands of requests",
        {WAF.format("ALL"): "10x5 1500x15 10x10", WAF.format("rate"): "5x5 1400x15 5x10"},
        "5m",
        "15m",
        "28m",
        {"dimension_WebACL": "site"},
    ),
    calm("FirewallBlocksMany", "a scan", {WAF.format("ALL"): "900x30"}, "20m"),
)
