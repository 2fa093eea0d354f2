"""What serves the web beside CloudFront and an application load balancer: buckets, classic balancers, accelerators, names."""

from ..kit.holds import At, is_given, is_on, none_of
from ..kit.places import each
from ..kit.reading import UNKNOWN, get, given, items, on
from ..kit.rule import Resource, Rule

_CLASSIC = "aws:elb/loadBalancer:LoadBalancer"
_BALANCERS = r"aws:(lb|alb|elb)/loadBalancer:LoadBalancer"
_CORS = r"aws:s3/(bucketCorsConfiguration(V2)?:BucketCorsConfiguration(V2)?|bucket(V2)?:Bucket(V2)?)"
_WEBSITE = r"aws:s3/(bucketWebsiteConfiguration(V2)?:BucketWebsiteConfiguration(V2)?|bucket(V2)?:Bucket(V2)?)"
_GRANTS = r"aws:s3/(bucketAcl(V2)?:BucketAcl(V2)?|bucket(V2)?:Bucket(V2)?)"
_OBJECTS = r"aws:s3/(bucketObject:BucketObject|bucketObjectv2:BucketObjectv2|objectCopy:ObjectCopy)"
_LISTENER = r"aws:(lb|alb)/listener:Listener"
_TENANTS = "aws:cloudfront/multitenantDistribution:MultitenantDistribution"
_PLAIN_PORTS = (21, 23, 25, 80, 110, 143, 389, 1883, 8080)
_EVERYBODY = (
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"
_ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest"


def _no_website(resource: Resource) -> bool:
    site = (
        resource.get("website")
        if resource.type.rpartition(":")[2].startswith("Bucket") and "Website" not in resource.type
        else resource.props
    )
    return not given(site) or given(get(site, "redirectAllRequestsTo"))


def _cors(resource: Resource) -> bool:
    for rule in resource.items("corsRules"):
        if "*" in items(rule, "allowedOrigins") and {"PUT", "POST", "DELETE", "*"} & {
            one for one in items(rule, "allowedMethods") if isinstance(one, str)
        }:
            return False
    return True


def _no_grant(resource: Resource) -> bool:
    listed = [*items(resource.props, "accessControlPolicy", "grants"), *resource.items("grants")]
    return not any(get(one, "grantee", "uri") in _EVERYBODY or get(one, "uri") in _EVERYBODY for one in listed)


def _classic_tls(resource: Resource) -> bool:
    return all(
        str(get(one, "lbProtocol")).upper() in ("HTTPS", "SSL") or get(one, "lbProtocol") is UNKNOWN
        for one in resource.items("listeners")
        if one is not UNKNOWN
    )


def _classic_ciphers(resource: Resource) -> bool:
    bad = ("Protocol-SSLv2", "Protocol-SSLv3", "Protocol-TLSv1", "Protocol-TLSv1.1")
    for one in resource.items("policyAttributes"):
        name, value = get(one, "name"), get(one, "value")
        if (name in bad and str(value).lower() == "true") or (
            name == "Reference-Security-Policy" and isinstance(value, str) and "TLS-1-2" not in value
        ):
            return False
    return True


def _not_in_clear(resource: Resource) -> bool:
    if resource.get("protocol") not in ("TCP", "TCP_UDP", "UDP"):
        return True
    return resource.get("port") not in _PLAIN_PORTS


def _crossing(resource: Resource) -> bool:
    if resource.type == _CLASSIC:
        return resource.get("crossZoneLoadBalancing") is not False
    return resource.get("loadBalancerType") not in ("network", "gateway") or on(
        resource.get("enableCrossZoneLoadBalancing")
    )


def _tenants_https(resource: Resource) -> bool:
    behaviors = [resource.get("defaultCacheBehavior"), *resource.items("cacheBehaviors")]
    return all(get(one, "viewerProtocolPolicy") in ("redirect-to-https", "https-only", UNKNOWN) for one in behaviors)


def _no_wildcard(resource: Resource) -> bool:
    names = [resource.get("domainName"), *resource.items("subjectAlternativeNames")]
    return not any(isinstance(name, str) and name.startswith("*") for name in names)


def _drops(resource: Resource) -> bool:
    passed = [
        value
        for _, value in each(
            resource.props,
            ("firewallPolicy.statelessDefaultActions.*", "firewallPolicy.statelessFragmentDefaultActions.*"),
        )
    ]
    return "aws:pass" not in passed


def _own_key(resource: Resource) -> bool:
    return resource.get("encryptionConfiguration", "type") in ("CUSTOMER_KMS", UNKNOWN)


RULES = (
    Rule("s3-website", "medium", "no bucket is a website, which knows no TLS", "serve it by CloudFront with origin access control", "in-transit", _WEBSITE, _no_website, link=f"{_S3}/WebsiteHosting.html"),
    Rule("s3-cors", "medium", "pages of others may not write to a bucket", "name the origins", "boundary", _CORS, _cors, refs="CKV2_AWS_75", link=f"{_S3}/cors.html"),
    Rule("s3-grants", "critical", "no grant of a bucket's ACL is everybody's", "use a bucket policy", "privilege", _GRANTS, _no_grant, refs="FSBP S3.12, CKV2_AWS_43, CKV_AWS_375"),
    Rule("s3-object-acl", "high", "no object's ACL is everybody's", "leave acl out", "privilege", _OBJECTS, none_of("acl", "public-read", "public-read-write", "authenticated-read"), refs="FSBP S3.12"),
    Rule("elb-tls", "high", "a classic load balancer listens with TLS alone", "set lbProtocol to HTTPS or SSL, or move to an application load balancer", "in-transit", _CLASSIC, _classic_tls, refs="FSBP ELB.3, CKV_AWS_376, CKV_AWS_127"),
    Rule("elb-ciphers", "high", "a classic load balancer's policy takes TLS 1.2 and newer alone", "refer to ELBSecurityPolicy-TLS-1-2-2017-01", "in-transit", "aws:elb/loadBalancerPolicy:LoadBalancerPolicy", _classic_ciphers, refs="FSBP ELB.8, CKV_AWS_213"),
    Rule("elb-logs", "medium", "a classic load balancer writes access logs", "set accessLogs.bucket", "audit", _CLASSIC, lambda s: given(s.get("accessLogs", "bucket")) and s.get("accessLogs", "enabled") is not False, refs="FSBP ELB.5, CKV_AWS_92"),
    Rule("lb-desync", "low", "a load balancer keeps off requests that two servers read differently", "set desyncMitigationMode to defensive or strictest", "boundary", _BALANCERS, none_of("desyncMitigationMode", "monitor"), refs="FSBP ELB.12, FSBP ELB.14, CKV_AWS_328"),
    Rule("lb-zones", "low", "a load balancer spreads over zones", "set enableCrossZoneLoadBalancing", "availability", _BALANCERS, _crossing, refs="FSBP ELB.9, CKV_AWS_138, CKV_AWS_152", level="advisory"),
    Rule("lb-clear", "medium", "a network load balancer passes on no protocol in clear", "listen with TLS", "in-transit", _LISTENER, _not_in_clear, refs="CKV_AWS_378", link=f"{_ELB}/network/create-tls-listener.html", level="advisory"),
    Rule("lb-target-clear", "low", "a load balancer reaches its targets over TLS", "set protocol to HTTPS", "in-transit", r"aws:(lb|alb)/targetGroup:TargetGroup", none_of("protocol", "HTTP"), refs="CKV_AWS_378", link=f"{_ELB}/application/load-balancer-target-groups.html", level="advisory"),
    Rule("cf-tenants-https", "high", "a distribution of many tenants serves viewers over HTTPS only", "set viewerProtocolPolicy to redirect-to-https or https-only", "in-transit", _TENANTS, _tenants_https, refs="FSBP CloudFront.3"),
    Rule("cf-root", "low", "a distribution has a default root object", "set defaultRootObject, or answer the root by a behavior", "configuration", "aws:cloudfront/distribution:Distribution", is_given("defaultRootObject"), refs="FSBP CloudFront.1, CKV_AWS_305", level="advisory"),
    Rule("cf-strict", "low", "a policy of response headers demands TLS of browsers", "set securityHeadersConfig.strictTransportSecurity", "in-transit", "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", is_given("securityHeadersConfig.strictTransportSecurity"), refs="CKV_AWS_259", link="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-response-headers.html", level="advisory"),
    Rule("accelerator-logs", "medium", "an accelerator writes flow logs", "set attributes.flowLogsEnabled", "audit", r"aws:globalaccelerator/(accelerator:Accelerator|customRoutingAccelerator:CustomRoutingAccelerator)", is_on("attributes.flowLogsEnabled"), refs="CKV_AWS_75", link="https://docs.aws.amazon.com/global-accelerator/latest/dg/monitoring-global-accelerator.flow-logs.html"),
    Rule("cert-logged", "low", "a certificate is logged where forgeries show", "leave certificateTransparencyLoggingPreference on", "audit", "aws:acm/certificate:Certificate", none_of("options.certificateTransparencyLoggingPreference", "DISABLED"), refs="CKV_AWS_234", link="https://docs.aws.amazon.com/acm/latest/userguide/acm-concepts.html"),
    Rule("cert-key", "medium", "a certificate's key is long enough", "take RSA_2048 or longer, or an elliptic curve", "in-transit", "aws:acm/certificate:Certificate", none_of("keyAlgorithm", "RSA_1024"), refs="FSBP ACM.2"),
    Rule("cert-names", "low", "a certificate is for names that are named", "name each, instead of a wildcard", "configuration", "aws:acm/certificate:Certificate", _no_wildcard, refs="CKV2_AWS_71", link="https://docs.aws.amazon.com/acm/latest/userguide/acm-bestpractices.html", level="advisory"),
    Rule("domain-locked", "medium", "a domain cannot be moved away", "leave transferLock on", "configuration", r"aws:route53domains/(domain:Domain|registeredDomain:RegisteredDomain)", is_on("transferLock", absent=True), refs="CKV_AWS_377", link="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-lock.html"),
    Rule("cloudsearch-tls", "high", "a CloudSearch domain takes TLS 1.2 and newer alone", "set endpointOptions.tlsSecurityPolicy to Policy-Min-TLS-1-2-2019-07", "in-transit", "aws:cloudsearch/domain:Domain", At(("endpointOptions.tlsSecurityPolicy",), lambda v: "1-2" in str(v), absent=False), refs="CKV_AWS_218", link="https://docs.aws.amazon.com/cloudsearch/latest/developerguide/configuring-domain-endpoint-options.html"),
    Rule("mail-tls", "medium", "mail is sent over TLS alone", "set deliveryOptions.tlsPolicy to REQUIRE", "in-transit", r"aws:ses(v2)?/configurationSet:ConfigurationSet", At(("deliveryOptions.tlsPolicy",), lambda v: str(v).upper() == "REQUIRE", absent=False), refs="FSBP SES.3, CKV_AWS_365"),
    Rule("firewall-drops", "high", "a network firewall drops what no rule names", "set statelessDefaultActions to aws:drop or aws:forward_to_sfe", "boundary", "aws:networkfirewall/firewallPolicy:FirewallPolicy", _drops, refs="FSBP NetworkFirewall.4, FSBP NetworkFirewall.5"),
    Rule("firewall-key", "low", "a network firewall's rules are encrypted with a key of one's own", "set encryptionConfiguration.type to CUSTOMER_KMS", "at-rest", r"aws:networkfirewall/(firewall:Firewall|firewallPolicy:FirewallPolicy|ruleGroup:RuleGroup)", _own_key, refs="CKV_AWS_345, CKV_AWS_346", link="https://docs.aws.amazon.com/network-firewall/latest/developerguide/kms-encryption-at-rest.html", level="advisory"),
    Rule("waf-classic", "high", "no web ACL is of WAF Classic, which AWS has ended", "use wafv2", "patching", r"aws:waf(regional)?/webAcl:WebAcl", lambda s: s.name in s.parameters["allowed"], parameters={"allowed": []}, refs="FSBP WAF.1, CKV_AWS_175, CKV_AWS_176"),
)  # fmt: skip
