"""Load balancers, CloudFront, WAF and certificates: what stands before the service."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from .law import Law, Refusal, ResourceOperation, get, items

_BALANCER, _TARGETS, _LISTENER = (
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup",
    "aws:lb/listener:Listener",
)
_ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/"


def _balancer_zones(op: ResourceOperation) -> Iterator[Refusal]:
    subnets, listed = op.texts("subnets"), op.get("subnets")
    if not isinstance(listed, list) or op.text("loadBalancerType") not in ("", "application"):
        return
    if len(listed) == 1:
        yield Refusal(
            "ValidationError",
            "At least two subnets in two different Availability Zones must be specified",
            "give an application load balancer subnets of two zones",
        )
    zones = Counter(
        get(record.inputs, "availabilityZone")
        for subnet in subnets
        if (record := op.inventory.owner(subnet)) is not None
    )
    for zone, count in zones.items():
        if zone and count > 1:
            yield Refusal(
                "InvalidConfigurationRequest",
                f"A load balancer cannot be attached to multiple subnets in the same Availability Zone: {zone}",
                "give one subnet per zone",
            )


def _balancer_options(op: ResourceOperation) -> Iterator[Refusal]:
    idle = op.get("idleTimeout")
    if isinstance(idle, int) and not 1 <= idle <= 4000:  # noqa: PLR2004 # the API's
        yield Refusal(
            "InvalidConfigurationRequest", f"Idle timeout must be in the range of 1-4000: {idle}", "use 1 to 4000 s"
        )


def _health_check(op: ResourceOperation) -> Iterator[Refusal]:
    interval, timeout = (get(op.inputs, "healthCheck", key) for key in ("interval", "timeout"))
    protocol = op.text("protocol")
    if isinstance(interval, int) and isinstance(timeout, int) and timeout >= interval and protocol in ("HTTP", "HTTPS"):
        yield Refusal(
            "ValidationError",
            f"Health check timeout '{timeout}' must be smaller than the interval '{interval}'",
            "let the timeout be shorter than the interval",
        )
    path = get(op.inputs, "healthCheck", "path")
    if isinstance(path, str) and not path.startswith("/"):
        yield Refusal(
            "ValidationError", f"Health check path '{path}' must begin with a '/' character", "begin it with /"
        )
    if op.text("targetType") != "lambda" and "port" not in op.inputs:
        yield Refusal("ValidationError", "A port must be specified", "set port")
    if op.text("targetType") != "lambda" and "vpcId" not in op.inputs:
        yield Refusal("ValidationError", "A VPC ID must be specified", "set vpcId")


def _listener(op: ResourceOperation) -> Iterator[Refusal]:
    protocol, certificate = op.text("protocol"), "certificateArn" in op.inputs
    if protocol in ("HTTPS", "TLS") and not certificate:
        yield Refusal(
            "CertificateNotFound",
            f"A certificate must be specified for {protocol} listeners",
            "set certificateArn to a validated certificate of this region",
        )
    if protocol in ("HTTP", "TCP") and (certificate or op.text("sslPolicy")):
        yield Refusal(
            "InvalidConfigurationRequest",
            f"{'A certificate' if certificate else 'An SSL policy'} cannot be specified for {protocol} listeners",
            "use protocol HTTPS, or leave it out",
        )
    for other in op.inventory.of(_LISTENER):
        same = get(other.inputs, "loadBalancerArn") == op.text("loadBalancerArn") and op.text("loadBalancerArn")
        if other.urn != op.urn and same and get(other.inputs, "port") == op.get("port"):
            yield Refusal(
                "DuplicateListener",
                f"A listener already exists on this port for this load balancer: {op.get('port')}",
                "give each listener a port of its own",
            )
    yield from _certificate_region(op, "certificateArn", op.region)


def _certificate_region(op: ResourceOperation, key: str, region: str, *path: str) -> Iterator[Refusal]:
    arn = op.text(*path, key)
    parts = arn.split(":")
    if arn.startswith("arn:") and parts[2] == "acm" and parts[3] != region:
        yield Refusal(
            "ValidationError" if key == "certificateArn" else "InvalidViewerCertificate",
            f"Certificate ARN '{arn}' is not valid: it lies in {parts[3]}, and must lie in {region}",
            f'make the certificate with region="{region}"',
        )


def _certificate_ready(op: ResourceOperation) -> Iterator[Refusal]:
    arn = op.text("certificateArn") or op.text("viewerCertificate", "acmCertificateArn")
    record = op.inventory.owner(arn) if arn else None
    validations = op.inventory.of("aws:acm/certificateValidation:CertificateValidation")
    if record is None or record.token != "aws:acm/certificate:Certificate" or op.preview:
        return
    imported = "privateKey" in record.inputs or "certificateAuthorityArn" in record.inputs
    if not imported and not any(get(v.inputs, "certificateArn") == arn for v in validations):
        yield Refusal(
            "UnsupportedCertificate",
            f"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a supported "
            "key size: it is pending validation",
            "make its DNS record, wait with a CertificateValidation, and hand over that resource's certificateArn",
        )


_CLOUDFRONT = "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html"


def _aliases(op: ResourceOperation) -> Iterator[Refusal]:
    aliases, certificate = op.texts("aliases"), get(op.inputs, "viewerCertificate") or {}
    named = any(certificate.get(key) for key in ("acmCertificateArn", "iamCertificateId"))
    if aliases and not named:
        yield Refusal(
            "InvalidViewerCertificate",
            "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate "
            "that validates your authorization to use the domain name",
            "set viewerCertificate.acmCertificateArn to a validated certificate in us-east-1",
        )
    if named and not certificate.get("sslSupportMethod"):
        yield Refusal(
            "InvalidViewerCertificate",
            "sslSupportMethod is required with a certificate of your own",
            "set viewerCertificate.sslSupportMethod to sni-only",
        )
    yield from _certificate_region(op, "acmCertificateArn", "us-east-1", "viewerCertificate")
    for other in op.inventory.of(op.token):
        for alias in set(aliases) & set(items(other.inputs, "aliases")) if other.urn != op.urn else ():
            yield Refusal(
                "CNAMEAlreadyExists",
                f"One or more of the CNAMEs you provided are already associated with a different resource: {alias}",
                "an alias belongs to one distribution",
            )


def _origins(op: ResourceOperation) -> Iterator[Refusal]:
    ids = [get(origin, "originId") for origin in items(op.inputs, "origins")]
    groups = [get(group, "originId") for group in items(op.inputs, "originGroups")]
    known = [value for value in (*ids, *groups) if isinstance(value, str)]
    for value in sorted({value for value in known if known.count(value) > 1}):
        yield Refusal("InvalidArgument", f"The origin id {value} is used twice", "give each origin an id of its own")
    behaviors = [op.get("defaultCacheBehavior"), *items(op.inputs, "orderedCacheBehaviors")]
    for target in (get(behavior, "targetOriginId") for behavior in behaviors):
        if isinstance(target, str) and None not in ids and target not in known:
            yield Refusal(
                "NoSuchOrigin",
                f"One or more of your origins or origin groups do not exist: {target}",
                f"use one of {', '.join(known)}",
            )
    for behavior in behaviors:
        if get(behavior, "cachePolicyId") and get(behavior, "forwardedValues"):
            yield Refusal(
                "InvalidArgument",
                "The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior.",
                "keep the cache policy, and say with an origin request policy what the origin gets",
            )


def _origin_in_use(op: ResourceOperation) -> Iterator[Refusal]:
    if op.old is None:
        return
    changed = [key for key in ("vpcOriginEndpointConfig", "tags") if op.get(key) != get(op.old.inputs, key)]
    users = [each for each in op.inventory.users(op.old.id) if each.token == _DISTRIBUTION]
    if changed and users:
        yield Refusal(
            "CannotUpdateEntityWhileInUse",
            f"The specified VPC origin is currently associated with one or more distributions: {op.old.id} of "
            f"{users[0].id}, and its {' and '.join(changed)} would change",
            "make another origin: replace_on_changes for vpcOriginEndpointConfig with a name of its own, and "
            "ignore_changes for tags",
        )


# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html: up to 120 s without a request
_LONGEST_READ_SECONDS = 120


def _timeouts(op: ResourceOperation) -> Iterator[Refusal]:
    for origin in items(op.inputs, "origins"):
        for kind in ("customOriginConfig", "vpcOriginConfig"):
            seconds = get(origin, kind, "originReadTimeout")
            limit = op.quotas.get("origin-read-timeout", _LONGEST_READ_SECONDS)
            if isinstance(seconds, int) and not 1 <= seconds <= limit:
                yield Refusal(
                    "InvalidOriginReadTimeout",
                    f"The origin read timeout must be between 1 and {limit} seconds: {seconds}",
                    "answer faster or stream; or ask AWS for more, and pass --quota origin-read-timeout=N",
                )


_WAF = "https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html"


def _web_acl(op: ResourceOperation) -> Iterator[Refusal]:
    if op.text("scope") == "CLOUDFRONT" and op.region != "us-east-1":
        yield Refusal(
            "WAFInvalidParameterException",
            "Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT",
            'make what has the scope CLOUDFRONT with region="us-east-1"',
        )
    rules = items(op.inputs, "rules")
    for key, code in (("priority", "priority"), ("name", "name")):
        values = [get(rule, key) for rule in rules if get(rule, key) is not None]
        for value in sorted({value for value in values if values.count(value) > 1}, key=str):
            yield Refusal(
                "WAFInvalidParameterException",
                f"Error reason: You have used none or multiple rules with the same {code}: {value}",
                f"give each rule a {code} of its own",
            )
    for rule in rules:
        name, statement = get(rule, "name"), get(rule, "statement") or {}
        managed = "managedRuleGroupStatement" in statement or "ruleGroupReferenceStatement" in statement
        if managed and get(rule, "action") is not None:
            yield Refusal(
                "WAFInvalidParameterException",
                f"Error reason: A reference in your rule statement is not valid: rule group {name} takes overrideAction, not action",
                "set overrideAction to none or count",
            )
        if not managed and get(rule, "overrideAction") is not None:
            yield Refusal(
                "WAFInvalidParameterException",
                f"Error reason: rule {name} is no rule group, and takes action, not overrideAction",
                "set action to allow, block, count, captcha or challenge",
            )
        limit = get(statement, "rateBasedStatement", "limit")
        if isinstance(limit, int) and not 10 <= limit <= 2_000_000_000:  # noqa: PLR2004 # the API's
            yield Refusal(
                "WAFInvalidParameterException",
                f"Error reason: The rate limit of {name} must be 10 to 2000000000: {limit}",
                "requests are counted in five minutes unless evaluationWindowSec says otherwise",
            )


# root and scope-down statements of terraform-provider-aws (internal/service/wafv2/schemas.go, statementSchema(3)), whose
# schema is finite where the SDK's type is recursive
_STATEMENT_LEVELS = 3


def _too_deep(statement: Any, at: str, levels: int = _STATEMENT_LEVELS) -> Iterator[str]:
    """Give where a statement nests deeper than the provider's schema goes; a scope-down statement is a level, too."""
    for logical in ("andStatement", "orStatement", "notStatement"):
        inner = get(statement, logical)
        if inner is None:
            continue
        if levels == 0:
            yield f"{at}.{logical}"
            continue
        nested = {f"statements[{place}]": each for place, each in enumerate(items(inner, "statements"))}
        for key, each in {**nested, "statement": get(inner, "statement")}.items():
            yield from _too_deep(each, f"{at}.{logical}.{key}", levels - 1)
    for scoped in ("rateBasedStatement", "managedRuleGroupStatement"):
        down = get(statement, scoped, "scopeDownStatement")
        if down is not None:
            yield from _too_deep(down, f"{at}.{scoped}.scopeDownStatement", levels - 1)


def _statement_depth(op: ResourceOperation) -> Iterator[Refusal]:
    statements = {
        f"rules[{place}].statement": get(rule, "statement") for place, rule in enumerate(items(op.inputs, "rules"))
    }
    for at, statement in {**statements, "statement": op.get("statement")}.items():
        for place in _too_deep(statement, at):
            yield Refusal(
                "Invalid or unknown key",
                f"Examine values at '{op.cls}.{place}': statements nest {_STATEMENT_LEVELS} levels deep at most",
                "not (a or b) is (not a and not b), which stands in the list of an and_statement above it; or give "
                "rule_json, which no preview compares",
            )


def _web_acl_log(op: ResourceOperation) -> Iterator[Refusal]:
    for arn in op.texts("logDestinationConfigs"):
        name = arn.removesuffix(":*").rpartition(":")[2].rpartition("/")[2]
        if arn.startswith("arn:") and not name.startswith("aws-waf-logs-"):
            yield Refusal(
                "WAFInvalidParameterException",
                f"Error reason: The ARN isn't valid. A valid ARN begins with arn: ..., field: LOG_DESTINATION, parameter: {arn}",
                "name the log group, bucket or stream aws-waf-logs-...",
            )


def _web_acl_arn(op: ResourceOperation) -> Iterator[Refusal]:
    value = op.text("webAclId")
    if re.fullmatch(r"[0-9a-f-]{36}", value) and op.inventory.owner(value) is not None:
        yield Refusal(
            "InvalidWebACLId",
            f"Web ACL is not accessible by the requester: {value}",
            "hand over the web ACL's arn: an id means one of the old WAF",
        )


def _zone_record(op: ResourceOperation) -> Iterator[Refusal]:
    zone = op.inventory.owner(op.text("zoneId")) if op.text("zoneId") else None
    domain, name = str(get(zone.inputs, "name") or "").rstrip(".") if zone else "", op.text("name").rstrip(".")
    if domain and name.count(".") >= domain.count(".") and name != domain and not name.endswith(f".{domain}"):
        yield Refusal(
            "InvalidChangeBatch",
            f"RRSet with DNS name {name}. is not permitted in zone {domain}.",
            f"name it within {domain}",
        )
    for other in op.inventory.of(op.token):
        keys = ("zoneId", "name", "type", "setIdentifier")
        same = all(get(other.inputs, key) == op.get(key) for key in keys) and op.text("zoneId")
        if other.urn != op.urn and same and op.get("allowOverwrite") is not True:
            yield Refusal(
                "InvalidChangeBatch",
                f"Tried to create resource record set [name='{name}.', type='{op.text('type')}'] but it already exists",
                "keep one of the two records",
            )
    aliased, ttl = bool(op.get("aliases")), op.get("ttl")
    if aliased and ttl is not None:
        yield Refusal("InvalidInput", "An alias record has no ttl of its own", "leave ttl out")
    if op.text("type") == "CNAME" and name and name == domain:
        yield Refusal(
            "InvalidChangeBatch",
            f"RRSet of type CNAME with DNS name {name}. is not permitted at apex in zone {domain}.",
            "use an A and an AAAA record with an alias",
        )


_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
LAWS = (
    Law(
        "load-balancer-zones",
        "a load balancer's zones",
        _ELB + "API_CreateLoadBalancer.html",
        _BALANCER,
        _balancer_zones,
    ),
    Law(
        "load-balancer-timeouts",
        "a load balancer's timeouts",
        _ELB + "API_ModifyLoadBalancerAttributes.html",
        _BALANCER,
        _balancer_options,
    ),
    Law(
        "target-group-health-check",
        "health checks of a target group",
        _ELB + "API_CreateTargetGroup.html",
        _TARGETS,
        _health_check,
    ),
    Law(
        "load-balancer-listener", "listeners of a load balancer", _ELB + "API_CreateListener.html", _LISTENER, _listener
    ),
    Law(
        "certificate-validation",
        "a certificate is validated before use",
        _ELB + "API_CreateListener.html",
        f"{_LISTENER}|{_DISTRIBUTION}",
        _certificate_ready,
    ),
    Law("cloudfront-aliases", "a distribution's names", _CLOUDFRONT, _DISTRIBUTION, _aliases),
    Law("cloudfront-origins", "a distribution's origins", _CLOUDFRONT, _DISTRIBUTION, _origins),
    Law(
        "cloudfront-vpc-origin-in-use",
        "a VPC origin in use stays as it is",
        "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateVpcOrigin.html",
        "aws:cloudfront/vpcOrigin:VpcOrigin",
        _origin_in_use,
        ("update",),
    ),
    Law(
        "cloudfront-timeouts",
        "a distribution's timeouts",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html",
        _DISTRIBUTION,
        _timeouts,
    ),
    Law("cloudfront-web-acl", "a distribution's web ACL", _CLOUDFRONT, _DISTRIBUTION, _web_acl_arn),
    Law(
        "waf-web-acl",
        "rules of a web ACL",
        _WAF,
        r"aws:wafv2/(webAcl:WebAcl|ipSet:IpSet|ruleGroup:RuleGroup|regexPatternSet:RegexPatternSet)",
        _web_acl,
    ),
    Law(
        "waf-statement-depth",
        "how deep a web ACL's statements nest",
        "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/wafv2/schemas.go",
        r"aws:wafv2/(webAcl:WebAcl|ruleGroup:RuleGroup|webAclRule:WebAclRule)",
        _statement_depth,
    ),
    Law(
        "waf-log-destination",
        "where a web ACL may log",
        "https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html",
        r"aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        _web_acl_log,
    ),
    Law(
        "route53-record",
        "records of a zone",
        "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html",
        r"aws:route53/record:Record",
        _zone_record,
    ),
)
