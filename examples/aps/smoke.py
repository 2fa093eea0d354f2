"""Asks a deployed Sistema APS as people do before they sign in: `python -m examples.aps.smoke https://aps.example.com`.

It writes nothing, and signs nobody in: what lies behind that is its readers' alone. It ends with 0, and with 1 where
something is not as it must be; each line says what was asked.
"""

import sys
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from examples.web_smoke import Ask, ask, asked, strict, well

TURNED_AWAY = (HTTPStatus.FOUND, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def checks(site: str, ask: Ask) -> Iterator[tuple[str, bool]]:
    """Yield what was looked at, and whether it is as it must be."""
    yield "the service and its database answer", well(ask(f"{site}/health"))
    style = ask(f"{site}/static/aps.1.css")
    kept = style.headers.get("cache-control", "")
    yield (
        "static files are kept thirty days",
        style.status == HTTPStatus.OK and "2592000" in kept and "immutable" in kept,
    )
    yield "metrics are nobody's outside", "# TYPE" not in ask(f"{site}/metrics").body
    # who sent no name is nobody, whatever stands before the service
    yield "a citizen's visits are nobody's who did not sign in", ask(f"{site}/api/citizens/1").status in TURNED_AWAY
    yield from strict(site, style, ask)


def main(arguments: Sequence[str] | None = None, *, ask: Ask = ask) -> int:
    """Read the command line."""
    return asked("examples.aps.smoke", __doc__ or "", checks, arguments, ask)


if __name__ == "__main__":
    sys.exit(main())
