"""Asks a deployed TikTrend as people and their browsers do: `python -m examples.tiktrend.smoke https://tiktrend.example.com`.

It writes nothing. It ends with 0, and with 1 where something is not as it must be; each line says what was asked.
"""

import sys
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from examples.web_smoke import Ask, ask, asked, has, strict, well


def checks(site: str, ask: Ask) -> Iterator[tuple[str, bool]]:
    """Yield what was looked at, and whether it is as it must be."""
    yield "the API, its database and its cache answer", well(ask(f"{site}/health"))
    page = ask(f"{site}/")
    yield "the page is there", page.status == HTTPStatus.OK and '<div id="app">' in page.body
    yield "a search is answered", has(ask(f"{site}/api/products?q=smoke"), "products", "found_by")
    yield "metrics are nobody's outside", "# TYPE" not in ask(f"{site}/metrics").body
    yield "favourites are nobody's who has no session", ask(f"{site}/api/favorites").status == HTTPStatus.UNAUTHORIZED
    yield from strict(site, page, ask)


def main(arguments: Sequence[str] | None = None, *, ask: Ask = ask) -> int:
    """Read the command line."""
    return asked("examples.tiktrend.smoke", __doc__ or "", checks, arguments, ask)


if __name__ == "__main__":
    sys.exit(main())
