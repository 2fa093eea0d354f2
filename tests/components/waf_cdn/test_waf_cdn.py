import json
import re
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.flowise_service.edge import edge_profile
from components.shared.edge_profile import EdgeProfile
from components.shared.references import LogBucketRef, OriginRef
from components.waf_cdn import EdgeSettings, WafCdn, WafCdnArgs
from components.waf_cdn.response_headers import response_headers
from testing.cloud import Cloud
from tests.samples import SIGN_IN, TAGS

FLOWISE = edge_profile(())
DOMAIN = {"name": "flowise.example.com", "hosted_zone_id": "Z0123456789ABCDEFGHIJ"}
ORDERS = {**DOMAIN, "name": "orders.example.com"}
FRONT_END = EdgeProfile(health_path="/health", service_paths=("/api/", "/health"), cached_paths=("/api/static/",))
OTHER = {
    "load_balancer_arn": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/other/0123456789",
    "load_balancer_dns_name": "internal-other-1.eu-central-1.elb.amazonaws.com",
}
EVERYTHING: dict[str, Any] = {
    "domain": DOMAIN,
    "embed_origins": ["https://shop.example.com"],
    "api_key_paths": ["/api/v1/prediction"],
    "static_site": {"path": "/portal"},
    "outside_health_check": True,
    "shield_advanced": True,
    "failover": OTHER,
    "firewall": {"allowed_cidrs": ["198.51.100.0/24", "2001:db8::/32"], "anti_ddos": True, "bot_control": True},
}
IN_VIRGINIA = [
    aws.wafv2.WebAcl,
    aws.wafv2.WebAclLoggingConfiguration,
    aws.wafv2.IpSet,
    aws.cloudwatch.LogGroup,
    aws.cloudwatch.LogDeliverySource,
    aws.cloudwatch.LogDeliveryDestination,
    aws.cloudwatch.LogDelivery,
    aws.cloudwatch.MetricAlarm,
    aws.sns.Topic,
    aws.sns.TopicPolicy,
    aws.sns.TopicSubscription,
    aws.kms.Key,
    aws.acm.Certificate,
    aws.acm.CertificateValidation,
]


def create(
    read_timeout_seconds: int = 120,
    certificate_record: str | None = None,
    balancer: str = "1",
    profile: EdgeProfile = FLOWISE,
    tags: dict[str, str] = TAGS,
    **settings: object,
) -> WafCdn:
    return WafCdn(
        "edge",
        WafCdnArgs(
            settings=EdgeSettings.model_validate(settings),
            profile=profile,
            stack_name="orders-test",
            origin=OriginRef(
                load_balancer_arn=f"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/x/{balancer}",
                load_balancer_dns_name="internal-x.eu-west-1.elb.amazonaws.com",
                read_timeout_seconds=read_timeout_seconds,
                certificate_record=certificate_record,
            ),
            access_logs=LogBucketRef(name="access-logs", arn="arn:aws:s3:::access-logs"),
            alarm_emails=["platform@example.com"],
            tags=tags,
        ),
    )


def build(cloud: Cloud, **settings: Any) -> WafCdn:
    return cloud.build(lambda: create(**settings))


def distribution(cloud: Cloud) -> dict[str, Any]:
    return dict(cloud.only(aws.cloudfront.Distribution).inputs)


def origins(cloud: Cloud) -> dict[str, Any]:
    return {each["originId"]: each for each in distribution(cloud)["origins"]}


def behaviors(cloud: Cloud) -> dict[str, Any]:
    inputs = distribution(cloud)
    ordered = {each["pathPattern"]: each for each in inputs["orderedCacheBehaviors"]}
    return {"*": inputs["defaultCacheBehavior"], **ordered}


@pytest.mark.parametrize("settings", [{}, {"domain": DOMAIN}, EVERYTHING], ids=["no-domain", "domain", "everything"])
def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud, settings: dict[str, Any]) -> None:
    build(any_cloud, **settings)
    assert distribution(any_cloud)["enabled"] is True


def test_all_that_serves_cloudfront_lies_in_virginia(cloud: Cloud) -> None:
    build(cloud, **EVERYTHING)
    for kind in IN_VIRGINIA:
        found = cloud.of(kind)
        assert found
        assert {each.inputs.get("region") for each in found} == {"us-east-1"}, kind


def test_the_firewall_stands_before_the_distribution(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.only(aws.wafv2.WebAcl).inputs["scope"] == "CLOUDFRONT"
    # CloudFront wants the ARN of an ACL of today's AWS WAF; an id is of the old one
    assert distribution(cloud)["webAclId"].startswith("arn:aws:wafv2:us-east-1:")


def test_the_firewalls_rules_reach_aws_in_its_own_words(cloud: Cloud) -> None:
    build(cloud, firewall={"requests_per_five_minutes_per_ip": 77, "allowed_countries": ("DE",)})
    acl = cloud.only(aws.wafv2.WebAcl).inputs
    rules = {rule["name"]: rule for rule in acl["rules"]}
    assert acl["defaultAction"] == {"allow": {}}
    assert rules["rate"]["statement"] == {
        "rateBasedStatement": {"aggregateKeyType": "IP", "evaluationWindowSec": 300, "limit": 77}
    }
    assert rules["rate"]["action"] == {"block": {"customResponse": {"responseCode": 429}}}
    assert "overrideAction" not in rules["rate"]
    group = rules["common-attacks"]
    assert group["overrideAction"] == {"none": {}}
    assert "action" not in group
    assert {"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}} in group["statement"][
        "managedRuleGroupStatement"
    ]["ruleActionOverrides"]
    path = rules["closes-registration"]["statement"]["byteMatchStatement"]
    assert path["fieldToMatch"] == {"uriPath": {}}
    assert path["searchString"] == "/api/v1/account/register"


def test_without_a_profile_it_knows_no_application(cloud: Cloud) -> None:
    settings = {**EVERYTHING, "api_key_paths": ["/orders"], "domain": ORDERS}
    build(cloud, profile=EdgeProfile(), tags={"Project": "orders"}, **settings)
    everything = json.dumps([[each.name, each.inputs] for each in cloud.created], default=str)
    assert not re.search(r"flowise|/api/|/assets|prediction|chat", everything, re.IGNORECASE)
    assert set(behaviors(cloud)) == {"*", "/maintenance.html", "/portal", "/portal/*"}
    assert [each.name for each in cloud.of(aws.cloudfront.Function)] == ["edge-request"]
    rules = json.dumps(cloud.only(aws.wafv2.WebAcl).inputs["rules"])
    assert "uriPath" not in rules
    assert "ruleActionOverrides" not in rules
    # whatever answers at all is well, for want of a better page
    check = cloud.only(aws.route53.HealthCheck).inputs
    assert (check["type"], check["resourcePath"]) == ("HTTPS", "/")


def test_bots_are_counted(cloud: Cloud) -> None:
    build(cloud, firewall={"bot_control": True})
    rules = {rule["name"]: rule for rule in cloud.only(aws.wafv2.WebAcl).inputs["rules"]}
    assert rules["bots"]["overrideAction"] == {"count": {}}


def test_more_rules_than_a_firewall_has_room_for_are_refused_early(cloud: Cloud) -> None:
    paths = [f"/{number}/{'x' * 190}" for number in range(4000)]
    with pytest.raises(pulumi.RunError, match=r"edge\.firewall: its rules take \d+ capacity units"):
        build(cloud, firewall={"closed_paths": paths})


def test_every_rule_is_measured(cloud: Cloud) -> None:
    build(cloud)
    acl = cloud.only(aws.wafv2.WebAcl).inputs
    for each in [acl, *acl["rules"]]:
        assert each["visibilityConfig"]["cloudwatchMetricsEnabled"] is True
        assert each["visibilityConfig"]["sampledRequestsEnabled"] is True
    names = [each["visibilityConfig"]["metricName"] for each in acl["rules"]]
    assert len(set(names)) == len(names)


def test_the_firewalls_log_has_the_name_it_must_and_tells_no_login(cloud: Cloud) -> None:
    build(cloud, firewall={"log_retention_days": 90})
    group = cloud.named("edge-firewall-log").inputs
    assert group["name"] == "aws-waf-logs-orders-test"
    assert group["retentionInDays"] == 90
    assert group["kmsKeyId"].startswith("arn:aws:kms:us-east-1:")
    logging = cloud.only(aws.wafv2.WebAclLoggingConfiguration).inputs
    assert [each["singleHeader"]["name"] for each in logging["redactedFields"]] == [
        "authorization",
        "cookie",
        "x-api-key",
    ]


def test_the_samples_in_the_console_tell_no_login_either(cloud: Cloud) -> None:
    build(cloud)
    protected = cloud.only(aws.wafv2.WebAcl).inputs["dataProtectionConfig"]["dataProtections"]
    assert [(each["action"], each["field"]["fieldType"], each["field"]["fieldKeys"]) for each in protected] == [
        ("SUBSTITUTION", "SINGLE_HEADER", ["authorization", "cookie", "x-api-key"]),
        ("SUBSTITUTION", "SINGLE_QUERY_ARGUMENT", ["code", "token"]),
    ]


def test_only_what_a_rule_met_is_logged_unless_all_is_wanted(cloud: Cloud) -> None:
    build(cloud)
    kept = cloud.only(aws.wafv2.WebAclLoggingConfiguration).inputs["loggingFilter"]
    assert kept["defaultBehavior"] == "DROP"
    (only,) = kept["filters"]
    assert (only["behavior"], only["requirement"]) == ("KEEP", "MEETS_ANY")
    actions = [each["actionCondition"]["action"] for each in only["conditions"]]
    assert actions == ["BLOCK", "CAPTCHA", "CHALLENGE", "COUNT", "EXCLUDED_AS_COUNT"]


def test_all_is_logged_where_all_is_wanted(cloud: Cloud) -> None:
    build(cloud, firewall={"logs_allowed_requests": True})
    assert "loggingFilter" not in cloud.only(aws.wafv2.WebAclLoggingConfiguration).inputs


def test_access_is_logged_to_the_bucket_without_query_cookie_or_referrer(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.only(aws.cloudwatch.LogDeliverySource).inputs["logType"] == "ACCESS_LOGS"
    target = cloud.only(aws.cloudwatch.LogDeliveryDestination).inputs["deliveryDestinationConfiguration"]
    assert target == {"destinationResourceArn": "arn:aws:s3:::access-logs"}
    delivery = cloud.only(aws.cloudwatch.LogDelivery).inputs
    assert delivery["s3DeliveryConfigurations"][0]["suffixPath"].startswith("{DistributionId}/{yyyy}/{MM}/{dd}")
    fields = delivery["recordFields"]
    assert {"sc-status", "x-edge-request-id", "ssl-protocol"} <= set(fields)
    assert not {"cs-uri-query", "cs(Cookie)", "cs(Referer)"} & set(fields)


def test_the_key_lets_cloudwatch_of_virginia_use_it(cloud: Cloud) -> None:
    build(cloud)
    assert "logs.us-east-1.amazonaws.com" in cloud.only(aws.kms.Key).inputs["policy"]


@pytest.mark.parametrize(
    ("settings", "protocol"), [({}, "http-only"), ({"domain": DOMAIN}, "https-only")], ids=["no-domain", "domain"]
)
def test_the_origin_lies_in_the_vpc(cloud: Cloud, settings: dict[str, Any], protocol: str) -> None:
    build(cloud, **settings)
    endpoint = cloud.only(aws.cloudfront.VpcOrigin).inputs["vpcOriginEndpointConfig"]
    assert endpoint["arn"].endswith("loadbalancer/app/x/1")
    assert endpoint["originProtocolPolicy"] == protocol
    assert endpoint["originSslProtocols"] == {"items": ["TLSv1.2"], "quantity": 1}
    origin = origins(cloud)["load-balancer"]
    assert origin["vpcOriginConfig"]["vpcOriginId"].startswith("vo_")
    assert origin["domainName"] == "internal-x.eu-west-1.elb.amazonaws.com"
    assert "customOriginConfig" not in origin


def test_another_balancer_is_another_origin_under_another_name(cloud: Cloud) -> None:
    build(cloud)
    build(cloud, balancer="2")
    assert len({each.inputs["vpcOriginEndpointConfig"]["name"] for each in cloud.of(aws.cloudfront.VpcOrigin)}) == 2


def test_an_origin_in_use_is_replaced_and_waited_for_and_its_tags_stay(cloud: Cloud) -> None:
    build(cloud)
    origin = cloud.only(aws.cloudfront.VpcOrigin)
    assert origin.replaced_by == ("vpcOriginEndpointConfig",)
    assert origin.ignores == ("tags",)
    assert origin.timeouts == {"create": "45m", "update": "45m", "delete": "45m"}


def test_another_protocol_is_another_origin(cloud: Cloud) -> None:
    build(cloud, domain=DOMAIN)
    assert cloud.only(aws.cloudfront.VpcOrigin).name == "edge-origin-https-only"


def test_cloudfront_waits_as_long_as_an_answer_takes(cloud: Cloud) -> None:
    build(cloud, read_timeout_seconds=95)
    assert origins(cloud)["load-balancer"]["vpcOriginConfig"]["originReadTimeout"] == 95


@pytest.mark.parametrize("seconds", [0, 121])
def test_it_refuses_a_wait_that_cloudfront_would_refuse(cloud: Cloud, seconds: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 120, got {seconds}"):
        build(cloud, read_timeout_seconds=seconds)


def test_nothing_of_flowise_is_cached_but_assets(cloud: Cloud) -> None:
    build(cloud)
    everything, assets = behaviors(cloud)["*"], behaviors(cloud)["/assets/*"]
    assert everything["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert set(everything["allowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
    assert set(assets["allowedMethods"]) == {"GET", "HEAD", "OPTIONS"}
    policy = cloud.named("edge-assets").inputs
    # a wrong answer lasts a minute here; the function tells browsers how long a right one lasts
    assert (policy["minTtl"], policy["defaultTtl"], policy["maxTtl"]) == (60, 60, 31536000)
    kept_by = policy["parametersInCacheKeyAndForwardedToOrigin"]
    assert kept_by["enableAcceptEncodingBrotli"] is kept_by["enableAcceptEncodingGzip"] is True
    assert kept_by["cookiesConfig"] == {"cookieBehavior": "none"}
    for each in (everything, assets):
        assert each["originRequestPolicyId"] == "216adef6-5c7f-47e4-b989-5492eafa07d3"
    assert [each["eventType"] for each in assets["functionAssociations"]] == ["viewer-response"]


def test_every_path_is_compressed_over_https_and_bears_the_headers(cloud: Cloud) -> None:
    build(cloud, static_site={"path": "/portal"})
    assert set(behaviors(cloud)) == {"*", "/assets/*", "/maintenance.html", "/portal", "/portal/*"}
    for each in behaviors(cloud).values():
        assert each["viewerProtocolPolicy"] == "redirect-to-https"
        assert each["responseHeadersPolicyId"]
        assert each["compress"] is True
    assert distribution(cloud)["httpVersion"] == "http2and3"
    assert distribution(cloud)["isIpv6Enabled"] is True


def test_no_error_is_cached_and_a_page_stands_in_for_flowise(cloud: Cloud) -> None:
    build(cloud)
    responses = {each["errorCode"]: each for each in distribution(cloud)["customErrorResponses"]}
    assert {404, 500, 502, 503, 504} <= responses.keys()
    assert {each["errorCachingMinTtl"] for each in responses.values()} == {0}
    stood_in_for = {code: each["responseCode"] for code, each in responses.items() if "responsePagePath" in each}
    assert stood_in_for == {502: 502, 503: 503, 504: 504}
    assert responses[503]["responsePagePath"] == "/maintenance.html"
    assert behaviors(cloud)["/maintenance.html"]["targetOriginId"] == "files"
    page = cloud.only(aws.s3.BucketObjectv2).inputs
    assert page["key"] == "maintenance.html"
    assert page["cacheControl"] == "no-store"
    assert "<script" not in page["content"]


def rendered(cloud: Cloud, name: str) -> dict[str, str]:
    """Read a policy as CloudFront writes it into an answer."""
    policy = cloud.named(name).inputs
    security = policy["securityHeadersConfig"]
    hsts = security["strictTransportSecurity"]
    written = {
        "strict-transport-security": f"max-age={hsts['accessControlMaxAgeSec']}"
        + ("; includeSubDomains" if hsts["includeSubdomains"] else "")
        + ("; preload" if hsts["preload"] else ""),
        "x-content-type-options": "nosniff" if security["contentTypeOptions"]["override"] else "",
        "referrer-policy": security["referrerPolicy"]["referrerPolicy"],
        "content-security-policy": security["contentSecurityPolicy"]["contentSecurityPolicy"],
    }
    if "frameOptions" in security:
        written["x-frame-options"] = security["frameOptions"]["frameOption"]
    assert all(each["override"] for each in security.values())
    return written | {each["header"]: each["value"] for each in policy["customHeadersConfig"]["items"]}


@pytest.mark.parametrize("embedding", [(), ("https://shop.example.com",)], ids=["nobody", "a-shop"])
def test_browsers_get_the_planned_headers_and_no_others(cloud: Cloud, embedding: tuple[str, ...]) -> None:
    build(cloud, embed_origins=embedding)
    assert rendered(cloud, "edge-headers") == {each.name: each.value for each in response_headers(FLOWISE, embedding)}


def test_flowises_own_word_on_frames_is_not_sent_beside_ours(cloud: Cloud) -> None:
    build(cloud, embed_origins=["https://shop.example.com"])
    policy = cloud.named("edge-headers").inputs
    removed = {each["header"] for each in policy["removeHeadersConfig"]["items"]}
    assert "x-frame-options" in removed
    assert "frameOptions" not in policy["securityHeadersConfig"]


def test_an_answer_that_says_itself_how_long_it_lasts_keeps_its_word(cloud: Cloud) -> None:
    build(cloud)
    items = {each["header"]: each for each in cloud.named("edge-headers").inputs["customHeadersConfig"]["items"]}
    assert items["cache-control"]["override"] is False


def test_files_lie_in_a_private_bucket_that_the_distribution_alone_reads(cloud: Cloud) -> None:
    build(cloud)
    assert origins(cloud)["files"]["originAccessControlId"].startswith("E")
    assert origins(cloud)["files"]["domainName"].endswith(".amazonaws.com")
    access = cloud.only(aws.cloudfront.OriginAccessControl).inputs
    assert (access["signingBehavior"], access["signingProtocol"]) == ("always", "sigv4")
    assert all(
        value for key, value in cloud.only(aws.s3.BucketPublicAccessBlock).inputs.items() if key not in ("bucket",)
    )
    (deny, allow) = json.loads(cloud.only(aws.s3.BucketPolicy).inputs["policy"])["Statement"]
    assert deny["Effect"] == "Deny"
    assert (allow["Principal"], allow["Action"]) == ({"Service": "cloudfront.amazonaws.com"}, ["s3:GetObject"])
    source = allow["Condition"]["StringEquals"]["aws:SourceArn"]
    assert source.startswith("arn:aws:cloudfront::123456789012:distribution/E")
    # Host would be the site's, and S3 would hold the signature against it
    assert "originRequestPolicyId" not in behaviors(cloud)["/maintenance.html"]


def test_a_static_site_is_served_beside_flowise(cloud: Cloud) -> None:
    build(cloud, static_site={"path": "/portal"}, embed_origins=["https://shop.example.com"])
    for pattern in ("/portal", "/portal/*"):
        behavior = behaviors(cloud)[pattern]
        assert behavior["targetOriginId"] == "files"
        assert [each["eventType"] for each in behavior["functionAssociations"]] == ["viewer-request"]
    assert '"site": "/portal"' in cloud.named("edge-request").inputs["code"]
    cors = cloud.named("edge-static-site-headers").inputs["corsConfig"]
    assert cors["accessControlAllowOrigins"] == {"items": ["https://shop.example.com"]}
    assert cors["accessControlAllowCredentials"] is False


@pytest.mark.parametrize(
    ("settings", "behind", "service"),
    [
        ({}, "load-balancer", {"/api/*", "/health*"}),
        ({"domain": ORDERS, "sign_in": SIGN_IN}, "load-balancer", {"/api/*", "/health*", "/oauth2/*"}),
        ({"failover": {**OTHER, "active": True}}, "other-load-balancer", {"/api/*", "/health*"}),
    ],
    ids=["plain", "sign-in", "failover"],
)
def test_a_front_end_lies_at_the_root_before_the_service(
    cloud: Cloud, settings: dict[str, Any], behind: str, service: set[str]
) -> None:
    build(cloud, profile=FRONT_END, **settings)
    found = behaviors(cloud)
    front_end = found["*"]
    assert (front_end["targetOriginId"], set(front_end["allowedMethods"])) == ("files", {"GET", "HEAD", "OPTIONS"})
    # Host would be the site's, and S3 would hold the signature against it
    assert "originRequestPolicyId" not in front_end
    (page,) = front_end["functionAssociations"]
    assert page["eventType"] == "viewer-request"
    kept = cloud.named("edge-static-site").inputs
    # index.html says no-cache and is asked for each time; a hashed file says a year
    assert (kept["minTtl"], kept["defaultTtl"], kept["maxTtl"]) == (0, 0, 31536000)
    to_service = {pattern: each for pattern, each in found.items() if set(each["allowedMethods"]) >= {"POST"}}
    assert set(to_service) == service
    for each in to_service.values():
        assert (each["targetOriginId"], each["cachePolicyId"]) == (behind, "4135ea2d-6df8-44a3-9df3-4b5a84be39ad")
        assert [of["functionArn"] != page["functionArn"] for of in each["functionAssociations"]] == [True]


def test_no_error_of_the_service_becomes_the_front_ends_page(cloud: Cloud) -> None:
    build(cloud, profile=FRONT_END)
    stood_in_for = {
        each["errorCode"]: each["responsePagePath"]
        for each in distribution(cloud)["customErrorResponses"]
        if "responsePagePath" in each
    }
    assert set(stood_in_for) == {502, 503, 504}
    # why a function and no error response: the latter is the distribution's, and no behavior can have its own
    assert not any("error" in key for key in aws.cloudfront.DistributionOrderedCacheBehaviorArgs.__annotations__)


def test_keys_are_asked_for_where_paths_ask_for_them(cloud: Cloud) -> None:
    build(cloud, api_key_paths=["/api/v1/prediction"])
    function = cloud.named("edge-request").inputs
    assert '"keyPaths": ["/api/v1/prediction"]' in function["code"]
    assert len(function["keyValueStoreAssociations"]) == 1
    assert len(cloud.of(aws.cloudfront.KeyValueStore)) == 1


def test_without_such_paths_there_is_no_store_of_keys(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.of(aws.cloudfront.KeyValueStore) == []
    assert [each["eventType"] for each in behaviors(cloud)["*"]["functionAssociations"]] == ["viewer-request"]


@pytest.mark.parametrize(("active", "first"), [(False, "load-balancer"), (True, "other-load-balancer")])
def test_another_region_stands_in(cloud: Cloud, active: bool, first: str) -> None:
    build(cloud, domain=DOMAIN, failover={**OTHER, "active": active})
    assert set(origins(cloud)) == {"load-balancer", "other-load-balancer", "files"}
    (group,) = distribution(cloud)["originGroups"]
    assert group["members"][0]["originId"] == first
    assert group["failoverCriteria"] == {"statusCodes": [502, 503, 504]}
    assert behaviors(cloud)["/assets/*"]["targetOriginId"] == group["originId"]
    # CloudFront takes no group of origins where anything is written
    assert behaviors(cloud)["*"]["targetOriginId"] == first


def test_shield_is_had_for_the_asking(cloud: Cloud) -> None:
    build(cloud, shield_advanced=True)
    assert ":distribution/" in cloud.only(aws.shield.Protection).inputs["resourceArn"]


def alarms(cloud: Cloud) -> dict[str, Any]:
    return {each.inputs["metricName"]: each.inputs for each in cloud.of(aws.cloudwatch.MetricAlarm)}


def test_somebody_is_told_of_errors_attacks_certificates_and_silence(cloud: Cloud) -> None:
    build(cloud, domain=DOMAIN, outside_health_check=True)
    told = alarms(cloud)
    assert set(told) == {"5xxErrorRate", "BlockedRequests", "DaysToExpiry", "HealthCheckStatus"}
    assert told["5xxErrorRate"]["dimensions"]["Region"] == "Global"
    # the web ACL's metrics are named as the ACL says
    assert told["BlockedRequests"]["dimensions"] == {"WebACL": "orders-test", "Rule": "ALL"}
    assert cloud.only(aws.wafv2.WebAcl).inputs["visibilityConfig"]["metricName"] == "orders-test"
    assert told["DaysToExpiry"]["dimensions"]["CertificateArn"].startswith("arn:aws:acm:us-east-1:")
    for each in told.values():
        assert each["alarmActions"][0].startswith("arn:aws:sns:us-east-1:")
    assert cloud.only(aws.sns.TopicSubscription).inputs["endpoint"] == "platform@example.com"
    assert cloud.only(aws.sns.Topic).inputs["kmsMasterKeyId"].startswith("arn:aws:kms:us-east-1:")
    assert "cloudwatch.amazonaws.com" in cloud.only(aws.kms.Key).inputs["policy"]


def test_least_is_watched_where_least_is_there(cloud: Cloud) -> None:
    build(cloud)
    assert set(alarms(cloud)) == {"5xxErrorRate", "BlockedRequests"}
    assert cloud.of(aws.route53.HealthCheck) == []


def test_the_look_from_outside_sees_flowise_itself(cloud: Cloud) -> None:
    build(cloud, domain=DOMAIN, outside_health_check=True)
    check = cloud.only(aws.route53.HealthCheck).inputs
    assert (check["type"], check["fqdn"], check["port"]) == ("HTTPS_STR_MATCH", "flowise.example.com", 443)
    # on any other path Flowise answers 200 with its page
    assert (check["resourcePath"], check["searchString"]) == ("/api/v1/ping", "pong")


def test_without_a_domain_it_makes_neither_certificate_nor_name(cloud: Cloud) -> None:
    build(cloud)
    assert distribution(cloud)["viewerCertificate"] == {"cloudfrontDefaultCertificate": True}
    assert distribution(cloud).get("aliases", []) == []
    assert cloud.of(aws.acm.Certificate) == []
    assert cloud.of(aws.route53.Record) == []


def test_with_a_domain_only_tls_from_1_2_on_is_spoken(cloud: Cloud) -> None:
    build(cloud, domain=DOMAIN)
    certificate = distribution(cloud)["viewerCertificate"]
    assert certificate["minimumProtocolVersion"] == "TLSv1.2_2025"
    assert certificate["sslSupportMethod"] == "sni-only"
    assert certificate["acmCertificateArn"].startswith("arn:aws:acm:us-east-1:")
    assert distribution(cloud)["aliases"] == ["flowise.example.com"]


def test_the_name_leads_to_the_distribution_over_both_protocols(cloud: Cloud) -> None:
    build(cloud, domain=DOMAIN)
    records = {each.inputs["type"]: each.inputs for each in cloud.of(aws.route53.Record)}
    assert set(records) == {"A", "AAAA", "CNAME"}
    for kind in ("A", "AAAA"):
        assert records[kind]["name"] == "flowise.example.com"
        assert records[kind]["aliases"][0]["name"].endswith(".cloudfront.net")


def test_a_record_that_proves_the_name_already_is_not_made_twice(cloud: Cloud) -> None:
    build(cloud, domain=DOMAIN, certificate_record="_abc.flowise.example.com")
    assert {each.inputs["type"] for each in cloud.of(aws.route53.Record)} == {"A", "AAAA"}
    validation = cloud.only(aws.acm.CertificateValidation).inputs
    assert validation["validationRecordFqdns"] == ["_abc.flowise.example.com"]


def test_the_address_it_hands_on_is_the_sites_own(cloud: Cloud) -> None:
    url, _ = cloud.value_of(lambda: create(domain=DOMAIN).url)
    assert url == "https://flowise.example.com"


def test_without_a_domain_it_hands_on_cloudfronts(cloud: Cloud) -> None:
    url, _ = cloud.value_of(lambda: create().url)
    assert url.startswith("https://d")
    assert url.endswith(".cloudfront.net")
