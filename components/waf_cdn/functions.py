"""Code of ours that runs in CloudFront."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.edge_profile import EdgeProfile
from .function_code import asset_function, page_function, request_function

RUNTIME = "cloudfront-js-2.0"


@dataclass(frozen=True)
class EdgeFunctions:
    """ARNs: of the functions, and of the store of the keys' digests if any is.

    That of assets is there where some are cached, that of pages where a front end lies at "/".
    """

    request: pulumi.Output[str]
    page: pulumi.Output[str] | None
    asset: pulumi.Output[str] | None
    key_store: pulumi.Output[str] | None


def edge_functions(
    name: str,
    profile: EdgeProfile,
    *,
    key_paths: Sequence[str],
    site_path: str | None,
    tags: dict[str, str],
    opts: pulumi.ResourceOptions,
) -> EdgeFunctions:
    """Make the function that sees requests first, with a store of keys where paths ask for one, and the others."""
    store = None
    if key_paths:
        store = aws.cloudfront.KeyValueStore(
            f"{name}-keys", comment="SHA-256 of each API key in hexadecimal, and whose it is", tags=tags, opts=opts
        ).arn
    request = aws.cloudfront.Function(
        f"{name}-request",
        comment="Request ids, API keys, pages of the static site",
        runtime=RUNTIME,
        code=request_function(key_paths=key_paths, site_path=site_path, refuses_markup=profile.strips_markup),
        key_value_store_associations=[store] if store else None,
        tags=tags,
        opts=opts,
    )
    asset = None
    if profile.cached_paths:
        asset = aws.cloudfront.Function(
            f"{name}-asset",
            comment="How long browsers keep assets",
            runtime=RUNTIME,
            code=asset_function(profile.cached_days),
            tags=tags,
            opts=opts,
        ).arn
    page = None
    if profile.service_paths:
        page = aws.cloudfront.Function(
            f"{name}-page",
            comment="Pages of the front end are its one file",
            runtime=RUNTIME,
            code=page_function(),
            tags=tags,
            opts=opts,
        ).arn
    return EdgeFunctions(request.arn, page, asset, store)
