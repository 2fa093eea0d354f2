"""What is asked after a deployment, of a site that stands in: the CDN's own functions before files and a service."""

import dataclasses
import json
from collections.abc import Callable, Mapping

import pytest

from components.waf_cdn.function_code import page_function
from examples.ranking.smoke import main
from examples.web_smoke import Answer
from tests.components.waf_cdn.test_function_code import run

SITE = "https://ranking.example.com"
PAGE = '<!doctype html><html><div id="root"></div><script src="/assets/index-3f2a9c1d.js"></script></html>'
STRICT = {"strict-transport-security": "max-age=1; preload", "x-content-type-options": "nosniff"}
FILES = {
    "/index.html": Answer(200, {"cache-control": "no-cache", **STRICT}, PAGE),
    "/assets/index-3f2a9c1d.js": Answer(200, {"cache-control": "public, max-age=31536000, immutable"}, "1"),
}
SERVICE = {
    "/health": Answer(200, {}, json.dumps({"status": "ok"})),
    "/api/rankings": Answer(200, {}, json.dumps({"total": 0, "places": []})),
    "/api/admin/audit": Answer(401, {}, "{}"),
}
Site = Mapping[str, Answer]


def site(files: Site = FILES, service: Site = SERVICE, *, swallows: bool = False) -> Callable[[str], Answer]:
    """Answer as the distribution does: the service's paths to the service, all else from the bucket by the function.

    `swallows`: an error response stands in the distribution, as many have it.
    """

    def ask(url: str) -> Answer:
        if url.startswith("http://"):
            return Answer(301, {"location": url.replace("http://", "https://")}, "")
        path = url.removeprefix(SITE).partition("?")[0]
        if path.startswith(("/api/", "/health")):
            found = service.get(path, Answer(404, {}, '{"detail": "Not Found"}'))
        else:
            asked = run(page_function(), {"request": {"method": "GET", "uri": path, "headers": {}}})
            found = files.get(asked["uri"], Answer(403, {}, "<Error>"))
        return files["/index.html"] if swallows and found.status in (403, 404) else found

    return ask


def wrong(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.removeprefix("WRONG  ") for line in capsys.readouterr().out.splitlines() if line.startswith("WRONG")]


def test_a_site_that_is_well_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([SITE], ask=site()) == 0
    assert wrong(capsys) == []


NOT_WELL = dataclasses.replace(SERVICE["/health"], status=503)
KEPT = dataclasses.replace(FILES["/index.html"], headers={"cache-control": "max-age=3600", **STRICT})
LAX = dataclasses.replace(FILES["/index.html"], headers={"cache-control": "no-cache"})


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (site(service={**SERVICE, "/health": NOT_WELL}), "the service and its database answer"),
        (site(service={**SERVICE, "/api/rankings": Answer(200, {}, PAGE)}), "a ranking is computed"),
        (site(service={**SERVICE, "/api/admin/audit": Answer(200, {}, "[]")}), "administrators must sign in"),
        (site(files={**FILES, "/index.html": KEPT}), "the page is there, and is asked for each time"),
        (site(files={**FILES, "/index.html": LAX}), "browsers are told to be strict"),
        (site(files={"/index.html": FILES["/index.html"]}), "what it runs is kept for a year"),
        (site(swallows=True), "a path of the API that there is not is its own 404"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_each_fault_is_told(broken: Callable[[str], Answer], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([SITE], ask=broken) == 1
    assert says in wrong(capsys)


def test_a_site_that_nobody_answers_for_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    def silent(_: str) -> Answer:
        raise OSError("Connection refused")

    assert main([SITE], ask=silent) == 1
    assert "does not answer: Connection refused" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["ranking.example.com"])
