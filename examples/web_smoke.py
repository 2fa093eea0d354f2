"""What the smoke tests of all systems share: how a deployed site is asked, and what is told of it."""

import argparse
import http.client
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

TIMEOUT_SECONDS = 15


@dataclass(frozen=True)
class Answer:
    """What came back: the status, headers by their names in lower case, and the body."""

    status: int
    headers: Mapping[str, str]
    body: str


Ask = Callable[[str], Answer]
Checks = Callable[[str, Ask], Iterator[tuple[str, bool]]]


def ask(url: str) -> Answer:
    """Ask for a page and follow nothing. Raises OSError where nobody answers, or what is no whole answer of HTTP."""
    opener = urllib.request.build_opener(_Stays)
    try:
        try:
            with opener.open(urllib.request.Request(url), timeout=TIMEOUT_SECONDS) as found:
                return _answer(found.status, dict(found.headers), found.read())
        except urllib.error.HTTPError as error:
            return _answer(error.code, dict(error.headers), error.read())
    except http.client.HTTPException as error:
        raise OSError(f"what came back is no whole answer of HTTP: {error!r}") from error


class _Stays(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer to be looked at."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def _answer(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    return Answer(status, {name.lower(): value for name, value in headers.items()}, body.decode(errors="replace"))


def well(answer: Answer) -> bool:
    """Tell whether a service says of itself that it is well."""
    return answer.status == HTTPStatus.OK and '"ok"' in answer.body


def has(answer: Answer, *keys: str) -> bool:
    """Tell whether an answer is an object of JSON with these keys."""
    try:
        return answer.status == HTTPStatus.OK and set(keys) <= set(json.loads(answer.body))
    except ValueError:
        return False


def strict(site: str, page: Answer, ask: Ask) -> Iterator[tuple[str, bool]]:
    """Yield what a site under a name of its own must tell browsers, by its first page."""
    if not site.startswith("https://"):
        return
    wanted = {"strict-transport-security": "preload", "x-content-type-options": "nosniff"}
    yield "browsers are told to be strict", all(said in page.headers.get(name, "") for name, said in wanted.items())
    plain = ask(f"http://{site.removeprefix('https://')}/")
    yield "HTTP leads to HTTPS", plain.headers.get("location", "").startswith("https://")


def asked(module: str, description: str, checks: Checks, arguments: Sequence[str] | None, ask: Ask) -> int:
    """Read the command line of a system's smoke test, and ask its site; the exit status."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description.splitlines()[0])
    parser.add_argument("site", help="the site's address, which the stack's output `url` is")
    site = parser.parse_args(arguments).site.rstrip("/")
    if urllib.parse.urlsplit(site).scheme not in ("http", "https"):
        parser.error(f"site must be an address such as https://ranking.example.com, got {site!r}")
    wrong = 0
    try:
        for said, right in checks(site, ask):
            wrong += not right
            sys.stdout.write(f"{'ok' if right else 'WRONG':<6} {said}\n")
    except OSError as reason:
        sys.stderr.write(f"{site} does not answer: {reason}\n")
        return 1
    return 1 if wrong else 0
