"""CloudFront, load balancers and the web firewall."""

from typing import Any

from ..kit.reading import UNKNOWN, among, get, given, on
from ..kit.rule import Resource, Rule

_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
_WEB_ACL = "aws:wafv2/webAcl:WebAcl"
_LISTENER = r"aws:(lb|alb)/listener:Listener"
_BALANCER = r"aws:(lb|alb)/loadBalancer:LoadBalancer"
_HTTPS = ("redirect-to-https", "https-only")
_OLD_TLS = ("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019")
_GROUPS_OF_RULES = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html"


def _behaviors(resource: Resource) -> list[Any]:
    return [resource.get("defaultCacheBehavior"), *resource.items("orderedCacheBehaviors")]


def _tls(resource: Resource) -> bool:
    certificate = resource.get("viewerCertificate")
    if certificate is UNKNOWN or on(get(certificate, "cloudfrontDefaultCertificate")):
        return True  # CloudFront's own name, whose minimum nobody can set
    version = get(certificate, "minimumProtocolVersion")
    return version is UNKNOWN or (isinstance(version, str) and version not in _OLD_TLS)


def _origin_tls(resource: Resource) -> bool:
    for origin in resource.items("origins"):
        custom = get(origin, "customOriginConfig")
        if custom in (None, UNKNOWN):
            continue
        protocols = get(custom, "originSslProtocols")
        if not among(get(custom, "originProtocolPolicy"), "https-only"):
            return False
        if protocols is not UNKNOWN and any(one is not UNKNOWN and one != "TLSv1.2" for one in protocols or [None]):
            return False
    return True


def _origin_access(resource: Resource) -> bool:
    return all(
        given(get(origin, "originAccessControlId"))
        for origin in resource.items("origins")
        if given(get(origin, "s3OriginConfig")) or ".s3." in str(get(origin, "domainName"))
    )


def _managed(resource: Resource) -> bool:
    rules = resource.get("rules")
    # a rule's name may be unknown, what it refers to may not: without one there is no knowing
    groups = [get(rule, "statement", "managedRuleGroupStatement", "name") for rule in resource.items("rules")]
    return UNKNOWN in (rules, *groups) or set(resource.parameters["groups"]) <= {
        one for one in groups if isinstance(one, str)
    }


def _managed_blocks(resource: Resource) -> bool:
    managed = [rule for rule in resource.items("rules") if given(get(rule, "statement", "managedRuleGroupStatement"))]
    return not any(
        get(rule, "overrideAction", "count") is not None
        and get(rule, "overrideAction") is not UNKNOWN
        and get(rule, "statement", "managedRuleGroupStatement", "name") not in resource.parameters["counted"]
        for rule in managed
    )


def _rate(resource: Resource) -> bool:
    rules = resource.items("rules")
    limited = [rule for rule in rules if given(get(rule, "statement", "rateBasedStatement"))]
    return UNKNOWN in (resource.get("rules"), *rules) or any(
        get(rule, "action", "block") is not None for rule in limited
    )


def _measured(resource: Resource) -> bool:
    holders = [resource.props, *resource.items("rules")]
    return all(
        on(get(holder, "visibilityConfig", "cloudwatchMetricsEnabled")) for holder in holders if holder is not UNKNOWN
    )


def _region(resource: Resource) -> bool:
    if resource.get("scope") != "CLOUDFRONT":
        return True
    given_region = resource.get("region")
    return among(given_region if given_region is not None else get(resource.provider, "region"), "us-east-1")


def _secure_listener(resource: Resource) -> bool:
    if resource.get("protocol") not in ("HTTP",):
        return True
    actions = resource.get("defaultActions")
    redirects = [get(action, "redirect", "protocol") for action in resource.items("defaultActions")]
    return actions is UNKNOWN or (bool(redirects) and all(one is UNKNOWN or one == "HTTPS" for one in redirects))


def _listener_tls(resource: Resource) -> bool:
    policy = resource.get("sslPolicy")
    if resource.get("protocol") not in ("HTTPS", "TLS") or policy is UNKNOWN:
        return True
    return isinstance(policy, str) and ("TLS13" in policy or "TLS-1-2" in policy)


RULES = (
    Rule(
        "cf-https", "high", "a CloudFront distribution serves viewers over HTTPS only", "set viewerProtocolPolicy to redirect-to-https or https-only on every behavior",
        "in-transit", _DISTRIBUTION, lambda s: all(among(get(b, "viewerProtocolPolicy"), *_HTTPS) for b in _behaviors(s)),
        refs="FSBP CloudFront.3, CKV_AWS_34",
    ),
    Rule(
        "cf-tls", "high", "a CloudFront distribution's minimum TLS version for viewers is 1.2", "set minimumProtocolVersion to TLSv1.2_2021 or newer", "in-transit", _DISTRIBUTION,
        _tls, refs="FSBP CloudFront.15, CKV_AWS_174",
    ),
    Rule(
        "cf-origin-tls", "high", "CloudFront reaches its origins over HTTPS with TLS 1.2", "set originProtocolPolicy to https-only and originSslProtocols to TLSv1.2",
        "in-transit", _DISTRIBUTION, _origin_tls, refs="FSBP CloudFront.9, FSBP CloudFront.10, CKV2_AWS_54, CKV2_AWS_72",
    ),
    Rule(
        "cf-waf", "high", "a CloudFront distribution has a WAF web ACL", "set webAclId", "boundary", _DISTRIBUTION,
        lambda s: given(s.get("webAclId")), refs="FSBP CloudFront.6, CKV_AWS_68",
    ),
    Rule(
        "cf-oac", "high", "an S3 origin is reached with origin access control (OAC) only", "set originAccessControlId on every S3 origin", "boundary",
        _DISTRIBUTION, _origin_access, refs="FSBP CloudFront.13, CKV2_AWS_46",
    ),
    Rule(
        "cf-headers", "medium", "a CloudFront distribution sends security headers (response headers policy)", "set responseHeadersPolicyId on every behavior", "configuration",
        _DISTRIBUTION, lambda s: all(given(get(b, "responseHeadersPolicyId")) for b in _behaviors(s)), refs="CKV2_AWS_32", level="advisory",
        link="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-response-headers.html",
    ),
    Rule(
        "waf-managed", "high", "a web ACL has the AWS managed rule groups against common attacks", "add the managed rule groups that the parameter `groups` names",
        "boundary", _WEB_ACL, _managed, refs="CKV_AWS_192, CKV2_AWS_47, CKV2_AWS_76, CKV2_AWS_77, CKV2_AWS_78", link=_GROUPS_OF_RULES,
        parameters={"groups": ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"]},
    ),
    Rule(
        "waf-blocks", "high", "a managed rule group blocks instead of only counting", "set overrideAction to none, or list the group under `counted`", "boundary", _WEB_ACL,
        _managed_blocks, link=_GROUPS_OF_RULES, parameters={"counted": []},
    ),
    Rule(
        "waf-default", "medium", "a web ACL has a default action", "set defaultAction", "boundary", _WEB_ACL,
        lambda s: given(s.get("defaultAction")), link="https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-default-action.html",
    ),
    Rule(
        "waf-rate", "medium", "a web ACL has a rate-based rule that blocks", "add a rate-based statement with the action block", "availability", _WEB_ACL, _rate,
        link="https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html",
    ),
    Rule(
        "waf-metrics", "low", "a web ACL and its rules publish CloudWatch metrics", "set cloudwatchMetricsEnabled on each", "audit", _WEB_ACL, _measured,
        refs="FSBP WAF.12",
    ),
    Rule(
        "waf-region", "high", "a web ACL for CloudFront is in us-east-1", "set region, or use a provider of us-east-1", "configuration",
        _WEB_ACL, _region, link="https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html",
    ),
    Rule(
        "lb-tls", "high", "a listener's security policy requires TLS 1.2 or newer", "use an ELBSecurityPolicy whose minimum is TLS 1.2", "in-transit", _LISTENER,
        _listener_tls, refs="FSBP ELB.17, CKV_AWS_103, CKV2_AWS_74",
    ),
    Rule(
        "lb-https", "high", "an HTTP listener only redirects to HTTPS", "use HTTPS, or redirect to it", "in-transit", _LISTENER, _secure_listener,
        refs="FSBP ELB.1, CKV_AWS_2, CKV2_AWS_20",
    ),
    Rule(
        "lb-headers", "medium", "a load balancer drops invalid HTTP headers", "set dropInvalidHeaderFields", "boundary", _BALANCER,
        lambda s: s.get("loadBalancerType") not in (None, "application") or on(s.get("dropInvalidHeaderFields")), refs="FSBP ELB.4, CKV_AWS_131",
    ),
    Rule(
        "lb-logs", "medium", "a load balancer writes access logs", "set accessLogs, enabled", "audit", _BALANCER,
        lambda s: s.get("loadBalancerType") not in (None, "application") or on(s.get("accessLogs", "enabled")), refs="FSBP ELB.5, CKV_AWS_91",
    ),
    Rule(
        "apigw-auth", "high", "an API Gateway route requires authorization", "set authorizationType", "identity",
        r"aws:apigatewayv2/route:Route", lambda s: among(s.get("authorizationType"), "AWS_IAM", "JWT", "CUSTOM"), refs="FSBP APIGateway.8, CKV_AWS_309",
    ),
)  # fmt: skip
