"""What CloudFront does with each path."""

from typing import Any

import pulumi
import pulumi_aws as aws

from ..shared.edge_profile import EdgeProfile
from .function_code import DAY_SECONDS
from .functions import EdgeFunctions
from .origins import BALANCER, EITHER_BALANCER, FILES, OTHER_BALANCER
from .policies import ALL_VIEWER, ASSET_SECONDS, CACHING_DISABLED, YEAR_SECONDS, cache_policy, headers_policy
from .settings import EdgeSettings
from .static_files import MAINTENANCE_PAGE

Default = aws.cloudfront.DistributionDefaultCacheBehaviorArgs
Ordered = aws.cloudfront.DistributionOrderedCacheBehaviorArgs
READS = ["GET", "HEAD", "OPTIONS"]
READS_AND_WRITES = [*READS, "PUT", "POST", "PATCH", "DELETE"]


def behaviors(
    name: str,
    settings: EdgeSettings,
    profile: EdgeProfile,
    functions: EdgeFunctions,
    opts: pulumi.ResourceOptions,
) -> tuple[Default, list[Ordered]]:
    """Make the policies, and give what is done with every path, and with those that differ from it."""
    headers = headers_policy(f"{name}-headers", profile, settings.embed_origins, shared=False, opts=opts)
    common: dict[str, Any] = {"viewer_protocol_policy": "redirect-to-https", "cached_methods": READS, "compress": True}
    read_only = {**common, "allowed_methods": READS}
    seen_first: Any = {"event_type": "viewer-request", "function_arn": functions.request}
    to_service: dict[str, Any] = {
        **common,
        "target_origin_id": OTHER_BALANCER if settings.failover and settings.failover.active else BALANCER,
        "allowed_methods": READS_AND_WRITES,
        "cache_policy_id": CACHING_DISABLED,
        # the Host header among them: the load balancer's certificate is held against it
        "origin_request_policy_id": ALL_VIEWER,
        "response_headers_policy_id": headers,
        "function_associations": [seen_first],
    }
    cached = []
    if profile.cached_paths:
        most_seconds = profile.cached_days * DAY_SECONDS
        assets = cache_policy(f"{name}-assets", least_seconds=ASSET_SECONDS, most_seconds=most_seconds, opts=opts)
        seen_last: Any = {"event_type": "viewer-response", "function_arn": functions.asset}
        cached = [
            Ordered(
                **read_only,
                path_pattern=f"{path}*",
                # CloudFront turns to the other origin for what is only read, and never for what is written
                target_origin_id=EITHER_BALANCER if settings.failover else BALANCER,
                cache_policy_id=assets,
                origin_request_policy_id=ALL_VIEWER,
                response_headers_policy_id=headers,
                function_associations=[seen_last],
            )
            for path in profile.cached_paths
        ]
    maintenance = Ordered(
        **read_only,
        path_pattern=f"/{MAINTENANCE_PAGE}",
        target_origin_id=FILES,
        cache_policy_id=CACHING_DISABLED,
        response_headers_policy_id=headers,
    )
    ordered = [*cached, maintenance]
    if settings.static_site is None and functions.page is None:
        return Default(**to_service), ordered

    # as long as each file says for itself; one that says nothing is asked for again each time
    kept = cache_policy(f"{name}-static-site", least_seconds=0, most_seconds=YEAR_SECONDS, opts=opts)
    from_files: dict[str, Any] = {**read_only, "target_origin_id": FILES, "cache_policy_id": kept}
    if settings.static_site is not None:
        path = settings.static_site.path
        shared = headers_policy(f"{name}-static-site-headers", profile, settings.embed_origins, shared=True, opts=opts)
        ordered += [
            Ordered(
                **from_files,
                path_pattern=pattern,
                response_headers_policy_id=shared,
                function_associations=[seen_first],
            )
            for pattern in (path, f"{path}/*")
        ]
    if functions.page is None:
        return Default(**to_service), ordered
    patterns = [f"{path}*" for path in profile.service_paths]
    if settings.sign_in is not None:
        # where the balancer takes people back from their provider
        patterns.append("/oauth2/*")
    page_first: Any = {"event_type": "viewer-request", "function_arn": functions.page}
    front_end = Default(**from_files, response_headers_policy_id=headers, function_associations=[page_first])
    return front_end, [*ordered, *(Ordered(**to_service, path_pattern=pattern) for pattern in patterns)]
