from typing import Any

import pulumi_aws as aws
import pytest

from components.settings import EdgeSettings
from components.waf_cdn import WafCdn, WafCdnArgs
from tests.cloud import Cloud
from tests.samples import TAGS

DOMAIN = {"name": "flowise.example.com", "hosted_zone_id": "Z0123456789ABCDEFGHIJ"}
IN_VIRGINIA = [
    aws.wafv2.WebAcl,
    aws.wafv2.WebAclLoggingConfiguration,
    aws.cloudwatch.LogGroup,
    aws.cloudwatch.LogDeliverySource,
    aws.cloudwatch.LogDeliveryDestination,
    aws.cloudwatch.LogDelivery,
    aws.kms.Key,
    aws.acm.Certificate,
    aws.acm.CertificateValidation,
]


def create(read_timeout_seconds: int = 120, certificate_record: str | None = None, **settings: object) -> WafCdn:
    return WafCdn(
        "edge",
        WafCdnArgs(
            settings=EdgeSettings.model_validate(settings),
            site_name="flowise-test",
            load_balancer_arn="arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/x/1",
            load_balancer_dns_name="internal-x.eu-west-1.elb.amazonaws.com",
            read_timeout_seconds=read_timeout_seconds,
            certificate_record=certificate_record,
            tags=TAGS,
        ),
    )


def build(cloud: Cloud, **settings: Any) -> WafCdn:
    return cloud.build(lambda: create(**settings))


def distribution(cloud: Cloud) -> dict[str, Any]:
    return dict(cloud.only(aws.cloudfront.Distribution).inputs)


@pytest.mark.parametrize("settings", [{}, {"domain": DOMAIN}], ids=["no-domain", "domain"])
def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud, settings: dict[str, Any]) -> None:
    build(any_cloud, **settings)
    assert distribution(any_cloud)["enabled"] is True


def test_all_that_serves_cloudfront_lies_in_virginia(cloud: Cloud) -> None:
    build(cloud, domain=DOMAIN)
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


def test_bots_are_counted(cloud: Cloud) -> None:
    build(cloud, firewall={"bot_control": True})
    rules = {rule["name"]: rule for rule in cloud.only(aws.wafv2.WebAcl).inputs["rules"]}
    assert rules["bots"]["overrideAction"] == {"count": {}}


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
    assert group["name"] == "aws-waf-logs-flowise-test"
    assert group["retentionInDays"] == 90
    assert group["kmsKeyId"].startswith("arn:aws:kms:us-east-1:")
    logging = cloud.only(aws.wafv2.WebAclLoggingConfiguration).inputs
    assert [each["singleHeader"]["name"] for each in logging["redactedFields"]] == ["authorization", "cookie"]


def test_the_samples_in_the_console_tell_no_login_either(cloud: Cloud) -> None:
    build(cloud)
    protected = cloud.only(aws.wafv2.WebAcl).inputs["dataProtectionConfig"]["dataProtections"]
    assert [(each["action"], each["field"]["fieldType"], each["field"]["fieldKeys"]) for each in protected] == [
        ("SUBSTITUTION", "SINGLE_HEADER", ["authorization", "cookie"]),
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


def test_access_is_logged_without_query_cookie_or_referrer(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.only(aws.cloudwatch.LogDeliverySource).inputs["logType"] == "ACCESS_LOGS"
    fields = cloud.only(aws.cloudwatch.LogDelivery).inputs["recordFields"]
    assert "sc-status" in fields
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
    (origin,) = distribution(cloud)["origins"]
    assert origin["vpcOriginConfig"]["vpcOriginId"].startswith("vo_")
    assert origin["domainName"] == "internal-x.eu-west-1.elb.amazonaws.com"
    assert "customOriginConfig" not in origin


def test_another_protocol_is_another_origin(cloud: Cloud) -> None:
    build(cloud, domain=DOMAIN)
    assert cloud.only(aws.cloudfront.VpcOrigin).name == "edge-origin-https-only"


def test_cloudfront_waits_as_long_as_an_answer_takes(cloud: Cloud) -> None:
    build(cloud, read_timeout_seconds=95)
    assert distribution(cloud)["origins"][0]["vpcOriginConfig"]["originReadTimeout"] == 95


@pytest.mark.parametrize("seconds", [0, 121])
def test_it_refuses_a_wait_that_cloudfront_would_refuse(cloud: Cloud, seconds: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 120, got {seconds}"):
        build(cloud, read_timeout_seconds=seconds)


def test_nothing_is_cached_but_assets(cloud: Cloud) -> None:
    build(cloud)
    inputs = distribution(cloud)
    behavior, (assets,) = inputs["defaultCacheBehavior"], inputs["orderedCacheBehaviors"]
    assert behavior["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert set(behavior["allowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
    assert assets["pathPattern"] == "/assets/*"
    assert assets["cachePolicyId"] == "658327ea-f89d-4fab-a63d-7e88639e58f6"
    assert set(assets["allowedMethods"]) == {"GET", "HEAD", "OPTIONS"}
    for each in (behavior, assets):
        assert each["viewerProtocolPolicy"] == "redirect-to-https"
        assert each["originRequestPolicyId"] == "216adef6-5c7f-47e4-b989-5492eafa07d3"
        assert each["responseHeadersPolicyId"]
        assert each["compress"] is True


def test_no_error_is_cached(cloud: Cloud) -> None:
    build(cloud)
    responses = distribution(cloud)["customErrorResponses"]
    assert {404, 500, 502, 503, 504} <= {each["errorCode"] for each in responses}
    assert {each["errorCachingMinTtl"] for each in responses} == {0}


def test_browsers_are_told_to_stay_on_https(cloud: Cloud) -> None:
    build(cloud)
    headers = cloud.only(aws.cloudfront.ResponseHeadersPolicy).inputs["securityHeadersConfig"]
    assert headers["strictTransportSecurity"] == {
        "accessControlMaxAgeSec": 63072000,
        "includeSubdomains": True,
        "preload": True,
        "override": True,
    }
    assert headers["contentTypeOptions"] == {"override": True}
    assert headers["referrerPolicy"] == {"referrerPolicy": "strict-origin-when-cross-origin", "override": True}
    # the chat is embedded in other sites
    assert "frameOptions" not in headers


def test_without_a_domain_it_makes_neither_certificate_nor_name(cloud: Cloud) -> None:
    build(cloud)
    assert distribution(cloud)["viewerCertificate"] == {"cloudfrontDefaultCertificate": True}
    assert distribution(cloud).get("aliases", []) == []
    assert cloud.of(aws.acm.Certificate) == []
    assert cloud.of(aws.route53.Record) == []


def test_with_a_domain_only_tls_from_1_2_on_is_spoken(cloud: Cloud) -> None:
    build(cloud, domain=DOMAIN)
    certificate = distribution(cloud)["viewerCertificate"]
    assert certificate["minimumProtocolVersion"] == "TLSv1.2_2021"
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
