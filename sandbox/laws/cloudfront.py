"""CloudFront: names, origins, timeouts, functions and failover of a distribution."""

import re
from collections.abc import Iterator
from typing import Any

from .certificates import certificate_region
from .law import Law, Refusal, ResourceOperation, get, items

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
    yield from certificate_region(op, "acmCertificateArn", "us-east-1", "viewerCertificate")
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
    behaviors = _behaviors(op)
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


def _web_acl_arn(op: ResourceOperation) -> Iterator[Refusal]:
    value = op.text("webAclId")
    if re.fullmatch(r"[0-9a-f-]{36}", value) and op.inventory.owner(value) is not None:
        yield Refusal(
            "InvalidWebACLId",
            f"Web ACL is not accessible by the requester: {value}",
            "hand over the web ACL's arn: an id means one of the old WAF",
        )


_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
_MOST_FUNCTION_BYTES = 10_240
_WRITES = {"PUT", "POST", "PATCH", "DELETE"}


def _origin_groups(op: ResourceOperation) -> Iterator[Refusal]:
    groups = {get(group, "originId") for group in items(op.inputs, "originGroups")} - {None}
    for behavior in _behaviors(op):
        written = _WRITES & set(items(behavior, "allowedMethods"))
        if get(behavior, "targetOriginId") in groups and written:
            yield Refusal(
                "InvalidArgument",
                "The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated "
                "with an origin group.",
                "point what is written at one origin: CloudFront fails over only what is read",
            )


def _function(op: ResourceOperation) -> Iterator[Refusal]:
    code = op.text("code")
    if len(code.encode()) > _MOST_FUNCTION_BYTES:
        yield Refusal(
            "FunctionSizeLimitExceeded",
            f"Your function is too large: {len(code.encode())} of {_MOST_FUNCTION_BYTES} bytes",
            "say less, or keep data in a key value store",
        )
    if code and not re.search(r"\bfunction\s+handler\s*\(", code):
        yield Refusal("InvalidArgument", "The function has no handler", "define function handler(event)")


def _cache_policy(op: ResourceOperation) -> Iterator[Refusal]:
    # provider defaults: maxTtl a year, defaultTtl a day
    if op.get("minTtl") not in (None, 0) or op.get("defaultTtl") != 0 or op.get("maxTtl") != 0:
        return
    key = get(op.inputs, "parametersInCacheKeyAndForwardedToOrigin") or {}
    for part in ("cookie", "header", "queryString"):
        behavior = get(key, f"{part}sConfig", f"{part}Behavior")
        if isinstance(behavior, str) and behavior != "none":
            yield _without_caching(f"{part[0].upper()}{part[1:]}Behavior")
    for name in ("enableAcceptEncodingGzip", "enableAcceptEncodingBrotli"):
        if get(key, name) is True:
            yield _without_caching(f"{name[0].upper()}{name[1:]}")


def _without_caching(parameter: str) -> Refusal:
    return Refusal(
        "InvalidArgument",
        f"The parameter {parameter} is invalid for policy with caching disabled.",
        "set maxTtl to 1 at least, or say with an origin request policy what the origin gets",
    )


def _error_responses(op: ResourceOperation) -> Iterator[Refusal]:
    for response in items(op.inputs, "customErrorResponses"):
        given = [key for key in ("responseCode", "responsePagePath") if response.get(key)]
        if len(given) == 1:
            yield Refusal(
                "InvalidArgument",
                "Your request must specify both ResponsePagePath and ResponseCode together or none of them.",
                "a page of /index.html with the code 200 is what an application of one page wants",
            )


def _behaviors(op: ResourceOperation) -> list[Any]:
    return [op.get("defaultCacheBehavior"), *items(op.inputs, "orderedCacheBehaviors")]


def _published(op: ResourceOperation) -> Iterator[Refusal]:
    for behavior in _behaviors(op):
        for association in items(behavior, "functionAssociations"):
            arn = get(association, "functionArn")
            function = op.inventory.owner(arn) if isinstance(arn, str) else None
            if function is not None and get(function.inputs, "publish") is False:
                yield Refusal(
                    "InvalidFunctionAssociation",
                    f"The function {arn} is not in the LIVE stage: it was not published",
                    "set publish to true on the function",
                )


def _edge_functions(op: ResourceOperation) -> Iterator[Refusal]:
    for behavior in _behaviors(op):
        for association in items(behavior, "lambdaFunctionAssociations"):
            arn = get(association, "lambdaArn")
            if not isinstance(arn, str) or not arn.startswith("arn:"):
                continue
            if not re.search(r":function:[^:]+:\d+$", arn):
                yield Refusal(
                    "InvalidLambdaFunctionAssociation",
                    "The function ARN must reference a specific function version. (The ARN must end with the version number.) "
                    f"ARN: {arn}",
                    "set publish on the function, and hand over its qualified_arn",
                )
            elif arn.split(":")[3] != "us-east-1":
                yield Refusal(
                    "InvalidLambdaFunctionAssociation",
                    f"The function must be in the US East (N. Virginia) Region: {arn}",
                    'make the function with region="us-east-1"',
                )
            function = op.inventory.owner(arn)
            if function is not None and get(function.inputs, "environment", "variables"):
                yield Refusal(
                    "InvalidLambdaFunctionAssociation",
                    f"The function cannot have environment variables. Function: {arn}",
                    "build what the function needs to know into its code",
                )


LAWS = (
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
        "cloudfront-failover-methods",
        "what fails over is only read",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html",
        _DISTRIBUTION,
        _origin_groups,
    ),
    Law(
        "cloudfront-cache-policy",
        "a policy that caches nothing has no key",
        "https://github.com/aws/aws-cdk/issues/16977",
        "aws:cloudfront/cachePolicy:CachePolicy",
        _cache_policy,
    ),
    Law(
        "cloudfront-error-response",
        "an error's page and code",
        "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CustomErrorResponse.html",
        _DISTRIBUTION,
        _error_responses,
    ),
    Law(
        "cloudfront-function-published",
        "functions that are live",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/publish-function.html",
        _DISTRIBUTION,
        _published,
    ),
    Law(
        "cloudfront-edge-function",
        "functions at the edge",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html",
        _DISTRIBUTION,
        _edge_functions,
    ),
    Law(
        "cloudfront-function",
        "a function fits into CloudFront",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html",
        "aws:cloudfront/function:Function",
        _function,
    ),
)
