"""What CloudFront keeps of answers, and what it adds to them."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from ..shared.edge_profile import EdgeProfile
from .response_headers import FRAME_OPTIONS, TWO_YEARS_SECONDS, removed_headers, response_headers

# AWS's own policies have one id in every account (CloudFront developer guide, using-managed-cache-policies and
# using-managed-origin-request-policies).
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
# An application may say max-age=0 of its hashed assets, and answer 200 with its page for one that it does not have, as
# while old and new pods stand side by side: a minute is what such an answer lasts here. Browsers keep the right one a
# year.
ASSET_SECONDS = 60
YEAR_SECONDS = 31_536_000


def cache_policy(
    name: str, *, least_seconds: int, most_seconds: int, opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """Keep answers by their path alone, compressed, for as long as the origin says within these bounds."""
    parameters = aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs
    prefix = "CachePolicyParametersInCacheKeyAndForwardedToOrigin"
    none = {
        part: getattr(aws.cloudfront, f"{prefix}{part}ConfigArgs") for part in ("Cookies", "Headers", "QueryStrings")
    }
    return aws.cloudfront.CachePolicy(
        name,
        comment="By path alone",
        min_ttl=least_seconds,
        default_ttl=least_seconds,
        max_ttl=most_seconds,
        parameters_in_cache_key_and_forwarded_to_origin=parameters(
            cookies_config=none["Cookies"](cookie_behavior="none"),
            headers_config=none["Headers"](header_behavior="none"),
            query_strings_config=none["QueryStrings"](query_string_behavior="none"),
            enable_accept_encoding_brotli=True,
            enable_accept_encoding_gzip=True,
        ),
        opts=opts,
    ).id


def headers_policy(
    name: str, profile: EdgeProfile, embed_origins: Sequence[str], *, shared: bool, opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """Add the planned headers; `shared`: scripts of the embedding sites may read the answers."""
    headers = {header.name: header for header in response_headers(profile, embed_origins)}
    item = aws.cloudfront.ResponseHeadersPolicyCustomHeadersConfigItemArgs
    custom = ("permissions-policy", "cache-control")
    removed = aws.cloudfront.ResponseHeadersPolicyRemoveHeadersConfigItemArgs
    return aws.cloudfront.ResponseHeadersPolicy(
        name,
        comment="HTTPS alone, who may frame, what may run",
        security_headers_config=_security({each: header.value for each, header in headers.items()}),
        custom_headers_config=aws.cloudfront.ResponseHeadersPolicyCustomHeadersConfigArgs(
            items=[item(header=each, value=headers[each].value, override=headers[each].override) for each in custom]
        ),
        remove_headers_config=aws.cloudfront.ResponseHeadersPolicyRemoveHeadersConfigArgs(
            items=[removed(header=each) for each in removed_headers(embed_origins)]
        ),
        cors_config=_cors(embed_origins) if shared and embed_origins else None,
        opts=opts,
    ).id


def _security(headers: dict[str, str]) -> aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs:
    args = aws.cloudfront
    framed = headers.get(FRAME_OPTIONS)
    return args.ResponseHeadersPolicySecurityHeadersConfigArgs(
        strict_transport_security=args.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs(
            access_control_max_age_sec=TWO_YEARS_SECONDS, include_subdomains=True, preload=True, override=True
        ),
        content_type_options=args.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs(override=True),
        referrer_policy=args.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs(
            referrer_policy=headers["referrer-policy"], override=True
        ),
        content_security_policy=args.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs(
            content_security_policy=headers["content-security-policy"], override=True
        ),
        frame_options=args.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs(
            frame_option=framed, override=True
        )
        if framed
        else None,
    )


def _cors(origins: Sequence[str]) -> aws.cloudfront.ResponseHeadersPolicyCorsConfigArgs:
    args = aws.cloudfront
    return args.ResponseHeadersPolicyCorsConfigArgs(
        access_control_allow_credentials=False,
        access_control_allow_headers=args.ResponseHeadersPolicyCorsConfigAccessControlAllowHeadersArgs(items=["*"]),
        access_control_allow_methods=args.ResponseHeadersPolicyCorsConfigAccessControlAllowMethodsArgs(
            items=["GET", "HEAD", "OPTIONS"]
        ),
        access_control_allow_origins=args.ResponseHeadersPolicyCorsConfigAccessControlAllowOriginsArgs(
            items=list(origins)
        ),
        origin_override=True,
    )
