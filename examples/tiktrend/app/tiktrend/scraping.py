"""Asks a store for its catalogue."""

from functools import cache
from typing import Any

import httpx

from .breaker import Breaker

MOST_PAGES, PAGE_SECONDS = 10, 5
MOST_BYTES = 1_000_000


@cache
def breaker(store: str) -> Breaker:
    """Return the breaker of a store: one that fails keeps nobody from asking the others."""
    return Breaker(f"store-{store}")


@cache
def client() -> httpx.Client:
    """Return what asks; it follows nobody elsewhere."""
    return httpx.Client(timeout=PAGE_SECONDS, follow_redirects=False, headers={"user-agent": "tiktrend"})


def catalogue(store: str, url: str) -> list[dict[str, Any]]:
    """Return the products of a store's pages. Raises what httpx does, ValueError, or Refused."""
    products: list[dict[str, Any]] = []
    for number in range(1, MOST_PAGES + 1):
        page = breaker(store).call(lambda number=number: _page(url, number))  # type: ignore[misc]
        products += page
        if not page:
            break
    # the last one counts where a store names one twice: a statement writes each row once
    return list({each["sku"]: each for each in products}.values())


def _page(url: str, number: int) -> list[dict[str, Any]]:
    answer = client().get(url, params={"page": number})
    answer.raise_for_status()
    if len(answer.content) > MOST_BYTES:
        raise ValueError(f"a page of {len(answer.content)} bytes")
    return [_product(each) for each in answer.json()["products"]]


def _product(told: Any) -> dict[str, Any]:
    image = told.get("image_url")
    return {
        "sku": str(told["sku"])[:100],
        "name": str(told["name"])[:200],
        "price_cents": int(told["price_cents"]),
        "image_url": str(image)[:500] if image else None,
    }
