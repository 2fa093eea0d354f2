"""Pairs of the laws in `sandbox/laws/cloudfront.py`."""

from typing import Any

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import certificate, function, role, two_zones, vpc, web_acl


def distribution(behavior: Any = None, **more: Any) -> None:
    given: dict[str, Any] = {
        "enabled": True,
        "origins": [{"origin_id": "app", "domain_name": "app.example.com"}],
        "default_cache_behavior": {
            "target_origin_id": "app",
            "viewer_protocol_policy": "redirect-to-https",
            "allowed_methods": ["GET", "HEAD"],
            "cached_methods": ["GET", "HEAD"],
            **(behavior or {}),
        },
        "restrictions": {"geo_restriction": {"restriction_type": "none"}},
        "viewer_certificate": {"cloudfront_default_certificate": True},
        **more,
    }
    aws.cloudfront.Distribution("site", **given)


def _site_certificate(region: str) -> None:
    own = certificate(region)
    ready = aws.acm.CertificateValidation("validation", certificate_arn=own.arn, region=region)
    distribution(
        aliases=["flowise.example.com"],
        viewer_certificate={"acm_certificate_arn": ready.certificate_arn, "ssl_support_method": "sni-only"},
    )


def _alias_without(aliases: list[str]) -> None:
    distribution(aliases=aliases)


def _origin(target: str) -> None:
    distribution(default_cache_behavior={"target_origin_id": target, "viewer_protocol_policy": "https-only", "allowed_methods": ["GET", "HEAD"], "cached_methods": ["GET", "HEAD"]})  # fmt: skip


def _vpc_origin(port: int) -> None:
    one = aws.lb.LoadBalancer("balancer", internal=True, subnets=[each.id for each in two_zones(vpc())])
    vpc_origin = aws.cloudfront.VpcOrigin(
        "way-in",
        vpc_origin_endpoint_config={
            "name": "way-in",
            "arn": one.arn,
            "http_port": port,
            "https_port": 443,
            "origin_protocol_policy": "http-only",
            "origin_ssl_protocols": {"items": ["TLSv1.2"], "quantity": 1},
        },
    )
    origin = {
        "origin_id": "app",
        "domain_name": one.dns_name,
        "vpc_origin_config": {"vpc_origin_id": vpc_origin.id},
    }
    distribution(origins=[origin])


def _read_timeout(seconds: int) -> None:
    config = {
        "http_port": 80,
        "https_port": 443,
        "origin_protocol_policy": "https-only",
        "origin_ssl_protocols": ["TLSv1.2"],
    }
    origin = {
        "origin_id": "app",
        "domain_name": "app.example.com",
        "custom_origin_config": {**config, "origin_read_timeout": seconds},
    }
    distribution(origins=[origin])


def _either_origin(methods: list[str]) -> None:
    origins = [{"origin_id": each, "domain_name": f"{each}.example.com"} for each in ("one", "two")]
    members = [{"origin_id": each} for each in ("one", "two")]
    distribution(
        origins=origins,
        origin_groups=[{"origin_id": "either", "failover_criteria": {"status_codes": [503]}, "members": members}],
        default_cache_behavior={
            "target_origin_id": "either",
            "viewer_protocol_policy": "https-only",
            "allowed_methods": methods,
            "cached_methods": ["GET", "HEAD"],
        },
    )


def _function(code: str) -> None:
    aws.cloudfront.Function("function", runtime="cloudfront-js-2.0", code=code)


def _acl_id(which: str) -> None:
    own = web_acl()
    distribution(web_acl_id=own.arn if which == "arn" else own.id)


def _cache_policy(given: dict[str, Any]) -> None:
    seconds = given.get("seconds", 0)
    key: Any = {
        "cookies_config": {"cookie_behavior": given.get("cookies", "none")},
        "headers_config": {"header_behavior": "none"},
        "query_strings_config": {"query_string_behavior": "none"},
        "enable_accept_encoding_gzip": given.get("gzip", False),
    }
    aws.cloudfront.CachePolicy(
        "policy",
        min_ttl=0,
        default_ttl=seconds,
        max_ttl=seconds,
        parameters_in_cache_key_and_forwarded_to_origin=key,
    )


def _error_page(page: str | None) -> None:
    distribution(custom_error_responses=[{"error_code": 404, "response_code": 200, "response_page_path": page}])


def _associated(publish: bool) -> None:
    own = aws.cloudfront.Function(
        "f", runtime="cloudfront-js-2.0", publish=publish, code="function handler(event) { return event.request; }"
    )
    distribution({"function_associations": [{"event_type": "viewer-request", "function_arn": own.arn}]})


def _at_the_edge(given: dict[str, Any]) -> None:
    own = function(role("edge", "lambda.amazonaws.com"), publish=True, **given)
    distribution({"lambda_function_associations": [{"event_type": "origin-request", "lambda_arn": own.qualified_arn}]})


def _edge_version(qualified: bool) -> None:
    own = function(role("edge", "lambda.amazonaws.com"), publish=True, region="us-east-1")
    arn = own.qualified_arn if qualified else own.arn
    distribution({"lambda_function_associations": [{"event_type": "origin-request", "lambda_arn": arn}]})


PAIRS = [
    Pair(
        "cloudfront-aliases",
        "must lie in us-east-1",
        _site_certificate,
        "eu-west-1",
        "us-east-1",
        GITHUB + "cloudposse/terraform-aws-cloudfront-s3-cdn/issues/10",
    ),
    Pair("cloudfront-aliases", "you must attach a trusted certificate", _alias_without, ["flowise.example.com"], []),
    Pair("cloudfront-origins", "NoSuchOrigin", _origin, "api", "app"),
    Pair(
        "cloudfront-failover-methods",
        "associated with an origin group",
        _either_origin,
        ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
        ["GET", "HEAD", "OPTIONS"],
    ),
    Pair(
        "cloudfront-function",
        "too large",
        _function,
        "function handler(event) {}" + " " * 10_240,
        "function handler(event) {}",
    ),
    Pair("cloudfront-function", "no handler", _function, "const handler = 1", "async function handler(event) {}"),
    Pair(
        "cloudfront-vpc-origin-in-use",
        "currently associated with one or more distributions",
        _vpc_origin,
        8080,
        80,
        GITHUB + "hashicorp/terraform-provider-aws/issues/40905",
        first=80,
    ),
    Pair("cloudfront-timeouts", "origin read timeout", _read_timeout, 300, 120),
    Pair("cloudfront-web-acl", "InvalidWebACLId", _acl_id, "id", "arn"),
    Pair(
        "cloudfront-cache-policy",
        "The parameter CookieBehavior is invalid for policy with caching disabled",
        _cache_policy,
        {"cookies": "all"},
        {"cookies": "all", "seconds": 1},
        GITHUB + "sladg/nextjs-lambda/pull/89",
    ),
    Pair(
        "cloudfront-cache-policy",
        "The parameter EnableAcceptEncodingGzip is invalid",
        _cache_policy,
        {"gzip": True},
        {},
        GITHUB + "pulumi/docs/pull/18475",
    ),
    Pair(
        "cloudfront-error-response",
        "must specify both ResponsePagePath and ResponseCode together",
        _error_page,
        None,
        "/index.html",
        GITHUB + "hashicorp/terraform-provider-aws/issues/32431",
    ),
    Pair("cloudfront-function-published", "is not in the LIVE stage", _associated, False, True),
    Pair(
        "cloudfront-edge-function",
        "The ARN must end with the version number",
        _edge_version,
        False,
        True,
        GITHUB + "hashicorp/terraform-provider-aws/issues/13799",
    ),
    Pair(
        "cloudfront-edge-function",
        "must be in the US East (N. Virginia) Region",
        _at_the_edge,
        {"region": "eu-west-1"},
        {"region": "us-east-1"},
    ),
    Pair(
        "cloudfront-edge-function",
        "cannot have environment variables",
        _at_the_edge,
        {"region": "us-east-1", "environment": {"variables": {"A": "b"}}},
        {"region": "us-east-1"},
    ),
]
