"""Asks a deployed Ranking as people and their browsers do: `python -m examples.ranking.smoke https://ranking.example.com`.

It writes nothing. It ends with 0, and with 1 where something is not as it must be; each line says what was asked.
"""

import argparse
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

TIMEOUT_SECONDS = 15
ASSET = re.compile(r'"(/assets/[^"]+\.js)"')


@dataclass(frozen=True)
class Answer:
    """What came back: the status, headers by their names in lower case, and the body."""

    status: int
    headers: Mapping[str, str]
    body: str


Ask = Callable[[str], Answer]


def ask(url: str) -> Answer:
    """Ask for a page and follow nothing. Raises OSError where nobody answers."""
    opener = urllib.request.build_opener(_Stays)
    try:
        with opener.open(urllib.request.Request(url), timeout=TIMEOUT_SECONDS) as found:
            return _answer(found.status, dict(found.headers), found.read())
    except urllib.error.HTTPError as error:
        return _answer(error.code, dict(error.headers), error.read())


class _Stays(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer to be looked at."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def _answer(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    return Answer(status, {name.lower(): value for name, value in headers.items()}, body.decode(errors="replace"))


def checks(site: str, ask: Ask) -> Iterator[tuple[str, bool]]:
    """Yield what was looked at, and whether it is as it must be."""
    health = ask(f"{site}/health")
    yield "the service and its database answer", health.status == HTTPStatus.OK and '"ok"' in health.body
    page = ask(f"{site}/")
    yield "the page is there, and is asked for each time", _page(page)
    yield "a page of it is the same file", ask(f"{site}/give").body == page.body
    assets = ASSET.findall(page.body)
    kept = [ask(f"{site}{each}").headers.get("cache-control", "") for each in assets]
    yield "what it runs is kept for a year", bool(kept) and all("immutable" in each for each in kept)
    ranking = ask(f"{site}/api/rankings?limit=3")
    yield "a ranking is computed", ranking.status == HTTPStatus.OK and _is_ranking(ranking.body)
    missing = ask(f"{site}/api/there-is-no-such-thing")
    yield (
        "a path of the API that there is not is its own 404",
        (missing.status, "<html" in missing.body) == (404, False),
    )
    yield "a file that there is not is no page", ask(f"{site}/assets/none-00000000.js").status in (403, 404)
    yield "metrics are nobody's outside", "# TYPE" not in ask(f"{site}/metrics").body
    admin = ask(f"{site}/api/admin/audit")
    yield "administrators must sign in", admin.status in (302, 401, 403)
    if site.startswith("https://"):
        wanted = {"strict-transport-security": "preload", "x-content-type-options": "nosniff"}
        yield "browsers are told to be strict", all(said in page.headers.get(name, "") for name, said in wanted.items())
        plain = ask(f"http://{site.removeprefix('https://')}/")
        yield "HTTP leads to HTTPS", plain.headers.get("location", "").startswith("https://")


def _page(page: Answer) -> bool:
    return (
        page.status == HTTPStatus.OK
        and '<div id="root">' in page.body
        and "no-cache" in page.headers.get("cache-control", "")
    )


def _is_ranking(body: str) -> bool:
    try:
        return {"total", "places"} <= set(json.loads(body))
    except ValueError:
        return False


def main(arguments: Sequence[str] | None = None, *, ask: Ask = ask) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.ranking.smoke", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("site", help="the site's address, which the stack's output `url` is")
    site = parser.parse_args(arguments).site.rstrip("/")
    if urllib.parse.urlsplit(site).scheme not in ("http", "https"):
        parser.error(f"site must be an address such as https://ranking.example.com, got {site!r}")
    wrong = 0
    try:
        for said, well in checks(site, ask):
            wrong += not well
            sys.stdout.write(f"{'ok' if well else 'WRONG':<6} {said}\n")
    except OSError as reason:
        sys.stderr.write(f"{site} does not answer: {reason}\n")
        return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
