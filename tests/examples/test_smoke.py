"""What is asked of APS and TikTrend after a deployment, of sites that stand in; Ranking's has a test of its own."""

import json
from collections.abc import Callable, Mapping

import pytest

from examples.aps import smoke as aps
from examples.tiktrend import smoke as tiktrend
from examples.web_smoke import Answer
from tests import broken_site

STRICT = {"strict-transport-security": "max-age=1; preload", "x-content-type-options": "nosniff"}
KEPT = {"cache-control": "public, max-age=2592000, immutable", **STRICT}
WELL = Answer(200, {}, json.dumps({"status": "ok"}))
SITES: Mapping[str, Mapping[str, Answer]] = {
    "aps": {
        "/health": WELL,
        "/static/aps.1.css": Answer(200, KEPT, "body {}"),
        "/metrics": Answer(403, {}, ""),
        # the balancer sends whoever has not signed in to where people do
        "/api/citizens/1": Answer(302, {"location": "https://login.example.com/authorize"}, ""),
    },
    "tiktrend": {
        "/health": WELL,
        "/": Answer(200, STRICT, '<div id="app"></div>'),
        "/api/products": Answer(200, {}, json.dumps({"products": [], "found_by": "search"})),
        "/metrics": Answer(403, {}, ""),
        "/api/favorites": Answer(401, {}, "{}"),
    },
}
MAIN = {"aps": aps.main, "tiktrend": tiktrend.main}


def site(pages: Mapping[str, Answer]) -> Callable[[str], Answer]:
    """Answer as a site with these pages does."""

    def ask(url: str) -> Answer:
        scheme, _, rest = url.partition("://")
        if scheme == "http":
            return Answer(301, {"location": f"https://{rest}"}, "")
        return pages.get("/" + rest.partition("/")[2].partition("?")[0], Answer(404, {}, ""))

    return ask


@pytest.mark.parametrize("system", SITES)
def test_a_site_that_is_well_passes(system: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert MAIN[system]([f"https://{system}.example.com"], ask=site(SITES[system])) == 0
    assert "WRONG" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("system", "path", "answer", "says"),
    [
        ("aps", "/health", Answer(503, {}, json.dumps({"status": "failing"})), "the service and its database answer"),
        ("aps", "/static/aps.1.css", Answer(200, STRICT, ""), "static files are kept thirty days"),
        ("aps", "/static/aps.1.css", Answer(200, {"cache-control": "max-age=2592000, immutable"}, ""), "to be strict"),
        ("aps", "/metrics", Answer(200, {}, "# TYPE x counter"), "metrics are nobody's outside"),
        ("aps", "/api/citizens/1", Answer(200, {}, "{}"), "nobody's who did not sign in"),
        ("tiktrend", "/health", Answer(200, {}, json.dumps({"status": "failing"})), "the API, its database"),
        ("tiktrend", "/", Answer(200, STRICT, "<html>"), "the page is there"),
        ("tiktrend", "/api/products", Answer(200, {}, '<div id="app">'), "a search is answered"),
        ("tiktrend", "/metrics", Answer(200, {}, "# TYPE x counter"), "metrics are nobody's outside"),
        ("tiktrend", "/api/favorites", Answer(200, {}, "{}"), "nobody's who has no session"),
    ],
)
def test_each_fault_is_told(
    system: str, path: str, answer: Answer, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert MAIN[system]([f"https://{system}.example.com"], ask=site({**SITES[system], path: answer})) == 1
    (wrong,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("WRONG")]
    assert says in wrong


@pytest.mark.parametrize("answer", broken_site.ANSWERS)
def test_what_is_no_answer_of_http_is_told_as_none(answer: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with broken_site.answering(answer) as address:
        assert aps.main([address]) == 1
    assert f"{address} does not answer: what came back is no whole answer of HTTP" in capsys.readouterr().err
