"""The real UI, and the chat embedded in other sites, in a real browser behind the headers that the stack adds.

Judged is what Chromium prints. Beside that each page gives one `securitypolicyviolation` event: a library of the UI
tries `new Function`, catches that it is refused, and does without; nothing is printed, and nothing is missing.
"""

import http.client
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Frame, Page, expect

from components.flowise_service.edge import INLINE_SCRIPTS, edge_profile
from components.waf_cdn.response_headers import removed_headers, response_headers

from . import flowise
from .browser import chromium, console
from .client import chain
from .conftest import SHOP, Place
from .edge import Edge, File, edge

pytestmark = pytest.mark.live
STRANGER = "https://other.example.org"
POLICY = "content-security-policy"
PATIENCE_MS = 240_000
STREAM = "text/event-stream"
# How Chromium begins to say what a header forbids, and that a page may not read an answer.
FORBIDDEN = ("Content Security Policy", "ermissions policy", "X-Frame-Options", "CORS policy", "Refused to")


@dataclass(frozen=True)
class Site:
    """The site in a browser, and the ids of a flow of each kind, which everybody may ask."""

    edge: Edge
    browser: Chromium
    agentflow: str
    chatflow: str


@pytest.fixture(scope="module")
def site(queue: Place) -> Iterator[Site]:
    """Run server, worker, edge and browser."""
    with queue.serving() as owner:
        flows = (queue.make_flow(owner, isPublic=True), queue.make_flow(owner, chain, isPublic=True))
        port = int(owner.url.rpartition(":")[2])
        policies = queue.stack.headers_policies()
        with (
            edge(queue.stack.site(), policies, port, queue.authority, elsewhere()) as served,
            chromium(served, queue.authority) as browser,
        ):
            for origin in (SHOP, STRANGER):
                served.elsewhere[f"{origin}/"] = File(bubble(served, flows[0]), "text/html")
                served.elsewhere[f"{origin}/framed"] = File(frame(served, flows[0]), "text/html")
            yield Site(served, browser, *flows)


def elsewhere() -> dict[str, File]:
    """Return what the pages ask of other sites: a font's style, the count of stars, a script, and the embedded chat."""
    font = "@font-face { font-family: Poppins; src: url(https://fonts.gstatic.com/s/poppins.woff2) format('woff2') }"
    chat = flowise.tree() / "node_modules" / "flowise-embed" / "dist" / "web.js"
    return {
        "https://fonts.googleapis.com/css2": File(font, "text/css"),
        "https://api.github.com/repos/FlowiseAI/Flowise": File('{"stargazers_count": 1}', "application/json"),
        "https://r.wdfl.co/rw.js": File("", "text/javascript"),
        "https://cdn.jsdelivr.net/npm/flowise-embed/dist/web.js": File(chat.read_text(), "text/javascript"),
    }


def bubble(served: Edge, flow_id: str) -> str:
    """Write a page with the chat as flowise-embed's README has it."""
    return (
        '<!doctype html><h1>Shop</h1><script type="module">'
        'import Chatbot from "https://cdn.jsdelivr.net/npm/flowise-embed/dist/web.js";'
        f'Chatbot.init({{ chatflowid: "{flow_id}", apiHost: "{served.url}" }});</script>'
    )


def frame(served: Edge, flow_id: str) -> str:
    """Write a page with the chat's own page in a frame."""
    return f'<!doctype html><h1>Shop</h1><iframe src="{served.url}/chatbot/{flow_id}"></iframe>'


@pytest.fixture
def visitor(site: Site) -> Iterator[tuple[Page, list[str]]]:
    """Give the page of somebody who was never there, and what is printed."""
    yield from opened(site.browser.new_context())


@pytest.fixture(scope="module")
def known(site: Site, queue: Place) -> Iterator[BrowserContext]:
    """Log the owner in by the form; nothing is forbidden on the way."""
    context = site.browser.new_context()
    for page, said in opened(context):
        page.goto(f"{site.edge.url}/signin")
        page.get_by_placeholder("user@company.com").fill(queue.owner()["email"])
        page.locator("input[type=password]").fill(queue.owner()["password"])
        page.get_by_role("button", name="Login").click()
        expect(page.get_by_role("heading", name="Chatflows", level=1)).to_be_visible()
        expect(page.get_by_text("Star", exact=True)).to_be_visible()
        settled(page)
        assert forbidden(said) == []
        yield context


@pytest.fixture
def owner(known: BrowserContext) -> Iterator[tuple[Page, list[str]]]:
    """Give a page of the owner's, and what is printed."""
    said = console(known)
    page = known.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page, said
    page.close()


def opened(context: BrowserContext) -> Iterator[tuple[Page, list[str]]]:
    """Yield a context's first page, and what is printed."""
    context.set_default_timeout(PATIENCE_MS)
    said = console(context)
    yield context.new_page(), said
    context.close()


@pytest.fixture(scope="module", autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def settled(page: Page) -> None:
    """Wait until nothing is asked any more."""
    page.wait_for_load_state("networkidle")


def forbidden(said: list[str]) -> list[str]:
    """Choose what tells of a header that forbade something, or of a script that broke."""
    return [line for line in said if line.startswith("uncaught") or any(words in line for words in FORBIDDEN)]


def chat(page: Page, frame: Page | Frame, question: str) -> str:
    """Ask in the chat that is open, and see the answer; give what kind it was: a stream of events, or all at once."""
    box = frame.get_by_role("textbox")
    box.fill(question)
    # a browser asks another site first whether it may ask
    with page.expect_response(lambda each: "/prediction/" in each.url and each.request.method == "POST") as answered:
        box.press("Enter")
    expect(frame.get_by_text(f"heard: {question}", exact=True)).to_be_visible()
    return answered.value.headers["content-type"].partition(";")[0]


@pytest.mark.parametrize("path", ["/signin", "/api/v1/ping", "/assets/missing.js"])
def test_the_edge_adds_what_is_planned_and_nothing_else(site: Site, queue: Place, path: str) -> None:
    trusting = ssl.create_default_context(cafile=str(queue.authority.bundle))
    trusting.check_hostname = False
    connection = http.client.HTTPSConnection("127.0.0.1", site.edge.port, context=trusting)
    connection.request("GET", path, headers={"Host": site.edge.site})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200
    got = {name.lower(): value for name, value in answer.getheaders()}
    assert len(got) == len(answer.getheaders())
    planned = {header.name: header.value for header in response_headers(edge_profile(()), [SHOP])}
    if path != "/api/v1/ping":
        # the page's, for a page takes the place of an asset that is not there
        planned["cache-control"] = "public, max-age=0"
    assert planned.items() <= got.items()
    assert not set(removed_headers([SHOP])) & set(got)
    flowises = {"date", "connection", "keep-alive", "content-type", "content-length", "etag", "vary", "accept-ranges"}
    assert set(got) - set(planned) - flowises <= {"last-modified", "access-control-allow-credentials"}


def test_nothing_is_forbidden_where_people_sign_in(site: Site, visitor: tuple[Page, list[str]]) -> None:
    page, said = visitor
    page.goto(f"{site.edge.url}/signin")
    expect(page.get_by_role("button", name="Login")).to_be_visible()
    settled(page)
    assert forbidden(said) == []


@pytest.mark.parametrize(
    ("path", "nodes"),
    [("/v2/agentcanvas/{site.agentflow}", ["Start", "Translator"]), ("/canvas/{site.chatflow}", ["ChatOpenAI"])],
    ids=["agentflow", "chatflow"],
)
def test_nothing_is_forbidden_on_a_canvas_and_in_its_chat(
    site: Site, owner: tuple[Page, list[str]], path: str, nodes: list[str]
) -> None:
    page, said = owner
    page.goto(site.edge.url + path.format(site=site))
    for node in nodes:
        expect(page.locator(".react-flow__node").filter(has_text=node).first).to_be_visible()
    page.get_by_title("Chat", exact=True).click()
    box = page.get_by_placeholder("Type your question...")
    box.fill("on the canvas?")
    box.press("Enter")
    expect(page.get_by_text("heard: on the canvas?", exact=True)).to_be_visible()
    settled(page)
    assert forbidden(said) == []


@pytest.mark.parametrize(("flow", "kind"), [("agentflow", STREAM), ("chatflow", "application/json")])
def test_nothing_is_forbidden_on_the_page_of_a_chat(
    site: Site, visitor: tuple[Page, list[str]], flow: str, kind: str
) -> None:
    page, said = visitor
    page.goto(f"{site.edge.url}/chatbot/{getattr(site, flow)}")
    assert chat(page, page, "on its own page?") == kind
    settled(page)
    assert forbidden(said) == []


@pytest.mark.parametrize(
    ("directive", "source", "path"),
    [
        *(("script-src", script, "/signin") for script in INLINE_SCRIPTS),
        ("script-src", "https://r.wdfl.co", "/signin"),
        ("style-src", "'unsafe-inline'", "/signin"),
        ("style-src", "https://fonts.googleapis.com", "/signin"),
        ("font-src", "https://fonts.gstatic.com", "/signin"),
        ("connect-src", "'self'", "/signin"),
        ("connect-src", "https://api.github.com", "/"),
        ("img-src", "data:", "/"),
    ],
)
def test_a_source_too_few_is_seen(
    site: Site, owner: tuple[Page, list[str]], directive: str, source: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(name: str, value: str) -> str:
        parts = [part.split() for part in value.split("; ")]
        return "; ".join(" ".join(w for w in part if part[0] != directive or w != source) for part in parts)

    monkeypatch.setattr(site.edge, "broken", lambda name, value: without(name, value) if name == POLICY else value)
    page, said = owner
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.goto(site.edge.url + path)
    assert [line for line in forbidden(said) if directive in line]


def test_the_embedded_chat_answers_on_a_listed_site_alone(site: Site, visitor: tuple[Page, list[str]]) -> None:
    page, said = visitor
    page.goto(f"{SHOP}/")
    page.locator("button[part=button]").click()
    assert chat(page, page, "from the shop?") == STREAM
    assert forbidden(said) == []

    page.goto(f"{STRANGER}/")
    page.locator("button[part=button]").click()
    # its settings are refused first, and the chat is drawn anew without them
    settled(page)
    asked = f"/api/v1/prediction/{site.agentflow}"
    with page.expect_event("requestfailed", lambda request: asked in request.url):
        box = page.get_by_role("textbox")
        box.fill("from elsewhere?")
        box.press("Enter")
    assert page.get_by_text("heard: from elsewhere?").count() == 0
    refused = [line for line in said if "CORS policy" in line and "/api/v1/prediction/" in line]
    assert refused, said
    assert f"from origin '{STRANGER}'" in refused[0]


def test_the_chats_page_is_framed_by_a_listed_site_alone(site: Site, visitor: tuple[Page, list[str]]) -> None:
    page, said = visitor
    page.goto(f"{SHOP}/framed")
    assert chat(page, page.frames[1], "from a frame?") == STREAM
    assert forbidden(said) == []

    page.goto(f"{STRANGER}/framed")
    settled(page)
    assert page.frames[1].url == "chrome-error://chromewebdata/"
    (told,) = forbidden(said)
    assert "frame-ancestors" in told
