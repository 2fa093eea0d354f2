"""CloudFront, load balancers and the web firewall."""

from typing import Any

from .reading import UNKNOWN, get, items
from .rule import Rule

_DISTRIBUTION = r"aws:cloudfront/distribution:Distribution"
_HTTPS = ("redirect-to-https", "https-only")
_OLD_TLS = ("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019")


def _https(props: dict[str, Any]) -> bool:
    behaviors = [get(props, "defaultCacheBehavior"), *items(props, "orderedCacheBehaviors")]
    return all(get(behavior, "viewerProtocolPolicy") in _HTTPS for behavior in behaviors)


def _tls(props: dict[str, Any]) -> bool:
    certificate = get(props, "viewerCertificate")
    if get(certificate, "cloudfrontDefaultCertificate") is True:
        return True  # CloudFront's own name, whose minimum nobody can set
    version = get(certificate, "minimumProtocolVersion")
    return isinstance(version, str) and version not in _OLD_TLS


def _rate_limited(props: dict[str, Any]) -> bool:
    return get(props, "rules") is UNKNOWN or any(
        get(rule, "statement", "rateBasedStatement") is not None and get(rule, "action", "block") is not None
        for rule in items(props, "rules")
    )


def _listener(props: dict[str, Any]) -> bool:
    if get(props, "protocol") not in ("HTTPS", "TLS"):
        return True
    policy = get(props, "sslPolicy")
    return policy is UNKNOWN or (isinstance(policy, str) and ("TLS13" in policy or "TLS-1-2" in policy))


RULES = (
    Rule(
        "cf-https",
        "high",
        _DISTRIBUTION,
        _https,
        "set viewerProtocolPolicy to redirect-to-https or https-only on every behavior",
        "FSBP CloudFront.3",
    ),
    Rule(
        "cf-tls",
        "high",
        _DISTRIBUTION,
        _tls,
        "set minimumProtocolVersion to TLSv1.2_2021 or newer",
        "FSBP CloudFront.15",
    ),
    Rule(
        "cf-waf",
        "high",
        _DISTRIBUTION,
        lambda p: get(p, "webAclId") not in (None, ""),
        "put a web ACL before the distribution (webAclId)",
        "FSBP CloudFront.6",
    ),
    Rule(
        "waf-rate",
        "medium",
        r"aws:wafv2/webAcl:WebAcl",
        _rate_limited,
        "block by a rate-based statement, whatever else the ACL does",
        "design",
    ),
    Rule(
        "lb-tls",
        "high",
        r"aws:(lb|alb)/listener:Listener",
        _listener,
        "use an ELBSecurityPolicy with TLS 1.2 as its least",
        "FSBP ELB.17",
    ),
)
