"""The code that runs in CloudFront, with what a stack sets written behind it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"
# CloudFront developer guide, cloudfront-limits: the size of a function.
MOST_FUNCTION_BYTES = 10_240
DAY_SECONDS = 86_400


def request_function(*, key_paths: Sequence[str], site_path: str | None, refuses_markup: bool) -> str:
    """Return the function that sees each request first."""
    settings = {
        "keyPaths": [path.lower() for path in key_paths],
        "site": site_path or "",
        "refusesMarkup": refuses_markup,
    }
    return _with_settings("edge_request.mjs", settings)


def page_function() -> str:
    """Return the function that makes each page of a front end at "/" its one file."""
    return (ASSETS / "edge_page.mjs").read_text(encoding="utf-8")


def asset_function(kept_days: int) -> str:
    """Return the function that sees each asset last; browsers keep one so long."""
    return _with_settings("edge_asset.mjs", {"keptSeconds": kept_days * DAY_SECONDS})


def _with_settings(file: str, settings: Mapping[str, object]) -> str:
    return f"{(ASSETS / file).read_text(encoding='utf-8')}\nconst SETTINGS = {json.dumps(settings)};\n"
