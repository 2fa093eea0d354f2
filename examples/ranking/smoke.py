"""Asks a deployed Ranking as people and their browsers do: `python -m examples.ranking.smoke https://ranking.example.com`.

It writes nothing. It ends with 0, and with 1 where something is not as it must be; each line says what was asked.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from examples.web_smoke import Answer, Ask, ask, asked, has, strict, well

ASSET = re.compile(r'"(/assets/[^"]+\.js)"')


def checks(site: str, ask: Ask) -> Iterator[tuple[str, bool]]:
    """Yield what was looked at, and whether it is as it must be."""
    health = ask(f"{site}/health")
    yield "the service and its database answer", well(health)
    page = ask(f"{site}/")
    yield "the page is there, and is asked for each time", _page(page)
    yield "a page of it is the same file", ask(f"{site}/give").body == page.body
    assets = ASSET.findall(page.body)
    kept = [ask(f"{site}{each}").headers.get("cache-control", "") for each in assets]
    yield "what it runs is kept for a year", bool(kept) and all("immutable" in each for each in kept)
    yield "a ranking is computed", has(ask(f"{site}/api/rankings?limit=3"), "total", "places")
    missing = ask(f"{site}/api/there-is-no-such-thing")
    yield (
        "a path of the API that there is not is its own 404",
        (missing.status, "<html" in missing.body) == (404, False),
    )
    yield "a file that there is not is no page", ask(f"{site}/assets/none-00000000.js").status in (403, 404)
    yield "metrics are nobody's outside", "# TYPE" not in ask(f"{site}/metrics").body
    admin = ask(f"{site}/api/admin/audit")
    yield "administrators must sign in", admin.status in (302, 401, 403)
    yield from strict(site, page, ask)


def _page(page: Answer) -> bool:
    return (
        page.status == HTTPStatus.OK
        and '<div id="root">' in page.body
        and "no-cache" in page.headers.get("cache-control", "")
    )


def main(arguments: Sequence[str] | None = None, *, ask: Ask = ask) -> int:
    """Read the command line."""
    return asked("examples.ranking.smoke", __doc__ or "", checks, arguments, ask)


if __name__ == "__main__":
    sys.exit(main())
