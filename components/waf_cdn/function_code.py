"""The code that runs in CloudFront, with what a stack sets written behind it."""

import json
from collections.abc import Sequence
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"
# CloudFront developer guide, cloudfront-limits: the size of a function.
MOST_FUNCTION_BYTES = 10_240


def request_function(*, key_paths: Sequence[str], site_path: str | None, refuses_markup: bool) -> str:
    """Return the function that sees each request first."""
    settings = {
        "keyPaths": [path.lower() for path in key_paths],
        "site": site_path or "",
        "refusesMarkup": refuses_markup,
    }
    return f"{(ASSETS / 'edge_request.mjs').read_text(encoding='utf-8')}\nconst SETTINGS = {json.dumps(settings)};\n"


def asset_function() -> str:
    """Return the function that sees each asset last."""
    return (ASSETS / "edge_asset.mjs").read_text(encoding="utf-8")
