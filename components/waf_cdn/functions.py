"""Code of ours that runs in CloudFront."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .function_code import asset_function, request_function

RUNTIME = "cloudfront-js-2.0"


@dataclass(frozen=True)
class CdnFunctions:
    """ARNs: of the functions, and of the store of the keys' digests, if there is one."""

    request: pulumi.Output[str]
    asset: pulumi.Output[str]
    key_store: pulumi.Output[str] | None


def cdn_functions(
    name: str, *, key_paths: Sequence[str], site_path: str | None, tags: dict[str, str], opts: pulumi.ResourceOptions
) -> CdnFunctions:
    """Make the function that sees requests first, with a store of keys where paths ask for one, and that of assets."""
    store = None
    if key_paths:
        store = aws.cloudfront.KeyValueStore(
            f"{name}-keys", comment="SHA-256 of each API key in hexadecimal, and whose it is", tags=tags, opts=opts
        ).arn
    request = aws.cloudfront.Function(
        f"{name}-request",
        comment="Request ids, API keys, pages of the static site",
        runtime=RUNTIME,
        code=request_function(key_paths=key_paths, site_path=site_path),
        key_value_store_associations=[store] if store else None,
        tags=tags,
        opts=opts,
    )
    asset = aws.cloudfront.Function(
        f"{name}-asset",
        comment="How long browsers keep assets",
        runtime=RUNTIME,
        code=asset_function(),
        tags=tags,
        opts=opts,
    )
    return CdnFunctions(request.arn, asset.arn, store)
