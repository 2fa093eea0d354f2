"""Requests to a site of Flowise as prod has it, from the firewall's rules to Flowise's own list: a literal table.

Each is asked of what is deployed: the web ACL, CloudFront's function, the listener's rules, DENYLIST_URLS. Second comes
the same site where people sign in and webhooks ask for a key of the edge.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pulumi_aws as aws
import pytest
import yaml

from components.flowise_service.edge import edge_profile
from components.flowise_service.weaknesses import WEAKNESSES
from testing.cloud import Cloud
from tests.components.flowise_service.test_environment import table
from tests.components.waf_cdn.firewall.model import Firewall
from tests.components.waf_cdn.firewall.recorded import (
    CHAT,
    FLOW,
    KEY,
    LARGE_FLOW,
    LOGIN_BODY,
    MCP_BODY,
    SESSION,
    UPLOAD,
)
from tests.components.waf_cdn.firewall.request import BROWSER, HOSTED, Request
from tests.components.waf_cdn.test_function_code import run
from tests.components.waf_cdn.test_waf_cdn import create
from tests.components.web_service.test_load_balancer import SIGN_IN, outcome
from tests.components.web_service.test_load_balancer import build as build_balancer

ROOT = Path(__file__).parents[3]
# WHITELIST_URLS and API_KEY_BLACKLIST_URLS of utils/constants, flowise 3.1.4
NO_LOGIN = (
    "/api/v1/verify/apikey/", "/api/v1/chatflows/apikey/", "/api/v1/public-chatflows", "/api/v1/public-chatbotConfig",
    "/api/v1/public-executions", "/api/v1/prediction/", "/api/v1/webhook/", "/api/v1/chatmessage/abort",
    "/api/v1/node-icon/", "/api/v1/components-credentials-icon/", "/api/v1/chatflows-streaming",
    "/api/v1/chatflows-uploads", "/api/v1/openai-assistants-file/download", "/api/v1/feedback", "/api/v1/leads",
    "/api/v1/get-upload-file", "/api/v1/ip", "/api/v1/ping", "/api/v1/version", "/api/v1/attachments",
    "/api/v1/auth/resolve", "/api/v1/auth/login", "/api/v1/auth/refreshToken", "/api/v1/settings",
    "/api/v1/account/logout", "/api/v1/account/verify", "/api/v1/account/register",
    "/api/v1/account/resend-verification", "/api/v1/account/forgot-password", "/api/v1/account/reset-password",
    "/api/v1/account/confirm-email-change", "/api/v1/loginmethod/default", "/api/v1/pricing", "/api/v1/user/test",
    "/api/v1/oauth2-credential/callback", "/api/v1/oauth2-credential/refresh", "/api/v1/mcp/",
    "/api/v1/text-to-speech/generate", "/api/v1/text-to-speech/abort",
    *(f"/api/v1/{who}/{what}" for who in ("azure", "google", "auth0", "github")
      for what in ("login", "logout", "callback")),
)  # fmt: skip
NO_KEY = ("/api/v1/nvidia-nim", "/api/v1/account/delete", "/api/v1/files", "/api/v1/organizationuser",
          "/api/v1/workspace", "/api/v1/workspaceuser")  # fmt: skip
# somebody who has signed in at the load balancer, and then at Flowise
PERSON = {**SESSION, "cookie": f"AWSELBAuthSessionCookie-0=x; {SESSION['cookie']}"}
FORGED = {**KEY, "x-request-from": "internal"}
EDGE_KEY = {**BROWSER, "x-api-key": "k-1"}

SERVED, LOGIN, FLOWISE_KEY = "served", "Flowise asks for a login", "Flowise asks for a key"
SIGN_IN_FIRST, REFUSED = "the balancer sends to sign in", "the balancer answers 401"
UNUSED, PROGRAMS, MARKUP = "closes-unused", "closes-to-programs", "closes-markup"


class Row(NamedTuple):
    """A request; what becomes of it in prod, and where people sign in besides."""

    request: Request
    expected: str
    behind_doors: str


def anonymous(method: str, path: str, query: str = "", body: str = "") -> Request:
    return Request(method, path, query, body=body)


def person(method: str, path: str, body: str = "") -> Request:
    return Request(method, path, headers=PERSON, body=body)


def program(method: str, path: str, query: str = "", body: str = "") -> Request:
    return Request(method, path, query, KEY, body)


SCRIPT: Mapping[str, Row] = {
    # holes that need nothing
    "CVE-2026-71962": Row(anonymous("POST", "/api/v1/openai-assistants-file/download"), UNUSED, UNUSED),
    "CVE-2026-70474": Row(anonymous("GET", "/api/v1/oauth2-credential/callback", f"state={FLOW}"), UNUSED, UNUSED),
    "CVE-2026-70636": Row(anonymous("POST", f"/api/v1/oauth2-credential/refresh/{FLOW}"), UNUSED, UNUSED),
    "CVE-2026-41279": Row(anonymous("POST", "/api/v1/text-to-speech/generate", body="{}"), PROGRAMS, PROGRAMS),
    "CVE-2026-41279 by a header": Row(
        Request("POST", "/api/v1/text-to-speech/generate", headers={**BROWSER, "x-request-from": "internal"}),
        LOGIN,
        REFUSED,
    ),
    "CVE-2026-90535": Row(anonymous("POST", "/api/v1/text-to-speech/abort"), PROGRAMS, PROGRAMS),
    "CVE-2025-71327": Row(anonymous("POST", "/api/v1/account/register"), "closes-registration", "closes-registration"),
    "CVE-2026-100607": Row(anonymous("GET", "/api/v1/azure/callback", "code=x"), UNUSED, UNUSED),
    "CVE-2026-8028": Row(anonymous("POST", "/api/v1/account/verify"), UNUSED, UNUSED),
    "CVE-2025-58434": Row(anonymous("POST", "/api/v1/account/forgot-password"), UNUSED, UNUSED),
    "a run that was shared": Row(anonymous("GET", f"/api/v1/public-executions/{FLOW}"), UNUSED, UNUSED),
    "all feedback": Row(anonymous("GET", f"/api/v1/feedback/{FLOW}"), UNUSED, UNUSED),
    "a key in a path": Row(anonymous("GET", "/api/v1/verify/apikey/3b0f5f1c"), UNUSED, UNUSED),
    "how many proxies": Row(anonymous("GET", "/api/v1/ip"), PROGRAMS, PROGRAMS),
    "which version": Row(anonymous("GET", "/api/v1/version"), PROGRAMS, PROGRAMS),
    # which holds elsewhere than at the edge: nobody but its own pages is asked for a login there
    "which version, by a header": Row(
        Request("GET", "/api/v1/version", headers={**BROWSER, "x-request-from": "internal"}), LOGIN, REFUSED
    ),
    # holes that need a key
    "CVE-2026-100605": Row(program("GET", f"/api/v1/chatmessage/{FLOW}"), PROGRAMS, PROGRAMS),
    "CVE-2026-100605, deleting": Row(program("DELETE", f"/api/v1/chatmessage/{FLOW}"), PROGRAMS, PROGRAMS),
    "CVE-2026-100605, its twin": Row(program("GET", f"/api/v1/internal-chatmessage/{FLOW}"), PROGRAMS, PROGRAMS),
    "CVE-2026-100605 by a header": Row(Request("GET", f"/api/v1/chatmessage/{FLOW}", headers=FORGED), LOGIN, LOGIN),
    "CVE-2026-100609": Row(program("GET", "/api/v1/text-to-speech/voices"), PROGRAMS, PROGRAMS),
    "CVE-2026-100610": Row(program("PATCH", "/api/v1/upsert-history"), PROGRAMS, PROGRAMS),
    "CVE-2026-67620": Row(program("GET", "/api/v1/fetch-links", "url=http%3A%2F%2Fa"), PROGRAMS, PROGRAMS),
    "CVE-2026-67622": Row(program("POST", "/api/v1/openai-assistants-file/upload", body="{}"), PROGRAMS, PROGRAMS),
    "CVE-2026-46442": Row(program("POST", "/api/v1/node-custom-function", body="{}"), PROGRAMS, PROGRAMS),
    "CVE-2025-59528": Row(
        person("POST", "/api/v1/node-load-method/customMCP", MCP_BODY),
        "closes-custom-mcp",
        "closes-custom-mcp",
    ),
    "CVE-2026-100608": Row(person("GET", "/admin/queues"), "closes-queue-board", "closes-queue-board"),
    "metrics by their own key": Row(program("GET", "/api/v1/metrics"), "closes-metrics", "closes-metrics"),
    # holes in disguise
    "a tag in a word": Row(Request("GET", f"/api/v1/chat%3Ci%3Emessage/{FLOW}", headers=FORGED), MARKUP, MARKUP),
    "an entity in a word": Row(anonymous("POST", "/api/v1/account/re&shy;gister"), MARKUP, MARKUP),
    "a hole in capitals": Row(anonymous("POST", "/api/v1/OpenAI-Assistants-File/Download"), UNUSED, UNUSED),
    "a hole behind dots": Row(
        anonymous("POST", "/api/v1/prediction/../openai-assistants-file/download"), UNUSED, UNUSED
    ),
    "a hole by other letters": Row(program("GET", f"/api/v1/%63hatmessage/{FLOW}"), PROGRAMS, PROGRAMS),
    "the API in capitals": Row(program("GET", f"/API/v1/chatmessage/{FLOW}"), PROGRAMS, PROGRAMS),
    # near misses
    "predictions of a name like it": Row(program("GET", "/api/v1/predictions"), PROGRAMS, PROGRAMS),
    "servers of MCP, which are managed": Row(program("GET", "/api/v1/mcp-server/1"), PROGRAMS, PROGRAMS),
    "webhooks that are listened to": Row(
        program("POST", "/api/v1/webhook-listener/1/register", body="{}"), PROGRAMS, PROGRAMS
    ),
    "an upsert of the UI by key": Row(program("POST", f"/api/v1/vector/internal-upsert/{FLOW}"), PROGRAMS, PROGRAMS),
    "feedback that is given": Row(anonymous("POST", "/api/v1/feedback", body='{"rating":"THUMBS_UP"}'), SERVED, SERVED),
    "what leads were left, by a person": Row(person("GET", f"/api/v1/leads/{FLOW}"), SERVED, SERVED),
    # a person
    "the page": Row(anonymous("GET", "/"), SERVED, SIGN_IN_FIRST),
    "a deep link": Row(person("GET", f"/canvas/{FLOW}"), SERVED, SERVED),
    "an asset": Row(anonymous("GET", "/assets/index-BIqxr1vN.js"), SERVED, SERVED),
    "login": Row(
        Request("POST", "/api/v1/auth/login", headers={**BROWSER, "x-request-from": "internal"}, body=LOGIN_BODY),
        SERVED,
        REFUSED,
    ),
    "login by who has signed in": Row(person("POST", "/api/v1/auth/login", LOGIN_BODY), SERVED, SERVED),
    "logout": Row(person("POST", "/api/v1/account/logout"), SERVED, SERVED),
    "flows": Row(person("GET", "/api/v1/chatflows"), SERVED, SERVED),
    "a large flow that is saved": Row(person("PUT", f"/api/v1/chatflows/{FLOW}", LARGE_FLOW), SERVED, SERVED),
    "chats that are read": Row(person("GET", f"/api/v1/chatmessage/{FLOW}"), SERVED, SERVED),
    "a chat on the canvas": Row(person("POST", f"/api/v1/internal-prediction/{FLOW}", CHAT), SERVED, SERVED),
    "speech on the canvas": Row(person("POST", "/api/v1/text-to-speech/generate", "{}"), SERVED, SERVED),
    "a document that is uploaded": Row(
        person("POST", "/api/v1/document-store/loader/process/1", UPLOAD), SERVED, SERVED
    ),
    "a node's picture": Row(anonymous("GET", "/api/v1/node-icon/chatOpenAI"), SERVED, SERVED),
    "nobody's flows": Row(
        Request("GET", "/api/v1/chatflows", headers={**BROWSER, "x-request-from": "internal"}), LOGIN, REFUSED
    ),
    # an embedded chat
    "its configuration": Row(anonymous("GET", f"/api/v1/public-chatbotConfig/{FLOW}"), SERVED, SERVED),
    "does it stream": Row(anonymous("GET", f"/api/v1/chatflows-streaming/{FLOW}"), SERVED, SERVED),
    "a question that streams": Row(
        Request("POST", f"/api/v1/prediction/{FLOW}", headers={**BROWSER, "accept": "text/event-stream"}, body=CHAT),
        SERVED,
        SERVED,
    ),
    "a question from another site": Row(anonymous("OPTIONS", f"/api/v1/prediction/{FLOW}"), SERVED, SERVED),
    "a file with it": Row(anonymous("POST", f"/api/v1/attachments/{FLOW}/c1", body=UPLOAD), SERVED, SERVED),
    "a picture in it": Row(anonymous("GET", "/api/v1/get-upload-file", f"chatflowId={FLOW}&chatId=c1"), SERVED, SERVED),
    "breaking it off": Row(anonymous("PUT", f"/api/v1/chatmessage/abort/{FLOW}/c1"), SERVED, SERVED),
    "who asked": Row(anonymous("POST", "/api/v1/leads", body='{"email":"ada@example.com"}'), SERVED, SERVED),
    # programs
    "a question by key": Row(
        Request("POST", f"/api/v1/prediction/{FLOW}", headers=KEY, body=CHAT, address=HOSTED), SERVED, SERVED
    ),
    "an upsert by key": Row(program("POST", f"/api/v1/vector/upsert/{FLOW}", body=UPLOAD), SERVED, SERVED),
    "an upsert without one": Row(anonymous("POST", f"/api/v1/vector/upsert/{FLOW}"), FLOWISE_KEY, REFUSED),
    "a store that is refreshed by key": Row(program("POST", "/api/v1/document-store/refresh/1"), SERVED, SERVED),
    "an MCP client": Row(program("POST", f"/api/v1/mcp/{FLOW}", body="{}"), SERVED, SERVED),
    "a webhook": Row(anonymous("POST", f"/api/v1/webhook/{FLOW}", body="{}"), SERVED, "the edge answers 401"),
    "a webhook with a key of the edge": Row(
        Request("POST", f"/api/v1/webhook/{FLOW}", headers=EDGE_KEY, body="{}"), SERVED, SERVED
    ),
    "a webhook in capitals": Row(anonymous("POST", f"/api/v1/Webhook/{FLOW}", body="{}"), PROGRAMS, PROGRAMS),
    "a health check": Row(anonymous("GET", "/api/v1/ping"), SERVED, SERVED),
    "flows by key": Row(program("GET", "/api/v1/chatflows"), PROGRAMS, PROGRAMS),
}


class Site(NamedTuple):
    """What stands between a visitor and Flowise's routes, as it is deployed."""

    cloud: Cloud
    firewall: Firewall
    function: str
    denied: tuple[str, ...]

    def asked(self, request: Request) -> str:
        """Return who refuses a request, or that it is served."""
        blocked = self.firewall.judge(request).blocked_by
        if blocked:
            return blocked
        headers = {name: {"value": value} for name, value in request.headers.items()}
        event = {"method": request.method, "uri": request.path, "querystring": {}, "headers": headers}
        handed_on = run(self.function, {"context": {"requestId": "1"}, "request": event})
        if "statusCode" in handed_on:
            return f"the edge answers {handed_on['statusCode']}"
        let_in = "AWSELBAuthSessionCookie" in request.headers.get("cookie", "")
        told = outcome(self.cloud, request.path, {"Authorization": request.headers.get("authorization", "")})
        if told != "forward" and not let_in:
            return {"authenticate": SIGN_IN_FIRST, "deny": REFUSED}[told]
        return self.flowise(request)

    def flowise(self, request: Request) -> str:
        """Ask as index.js of flowise 3.1.4 does, before it looks for a route; whatever key there is is one."""
        if "/api/v1/" not in request.path:
            return SERVED
        if request.path.startswith(tuple(each for each in NO_LOGIN if each not in self.denied)):
            return SERVED
        if request.headers.get("x-request-from") == "internal":
            return SERVED if "token=" in request.headers.get("cookie", "") else LOGIN
        by_key = "authorization" in request.headers and not request.path.startswith(NO_KEY)
        return SERVED if by_key else FLOWISE_KEY


@cache
def prod() -> dict[str, Any]:
    config = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8"))["config"]
    edge: dict[str, Any] = config["flowise:edge"]
    return edge


def site(cloud: Cloud, *, doors: bool) -> Site:
    settings = prod() | ({"api_key_paths": ["/api/v1/webhook"]} if doors else {})
    build_balancer(cloud, sign_in=SIGN_IN if doors else None)
    cloud.build(lambda: create(profile=edge_profile(()), **settings))
    (function,) = [each for each in cloud.of(aws.cloudfront.Function) if each.name.endswith("-request")]
    firewall = Firewall(cloud.only(aws.wafv2.WebAcl).inputs["rules"])
    return Site(cloud, firewall, function.inputs["code"], tuple(str(table()["DENYLIST_URLS"].value).split(",")))


@pytest.mark.parametrize("doors", [False, True], ids=["prod", "behind-doors"])
def test_every_request_gets_from_what_is_deployed_what_the_table_says(cloud: Cloud, doors: bool) -> None:
    asked = site(cloud, doors=doors)
    assert len(SCRIPT) >= 70
    expected = {name: row.behind_doors if doors else row.expected for name, row in SCRIPT.items()}
    assert {name: asked.asked(row.request) for name, row in SCRIPT.items()} == expected


def test_each_weakness_that_is_closed_on_the_way_is_asked_for() -> None:
    on_the_way = [each for each in WEAKNESSES if {cure.kind for cure in each.cures} & {"edge", "denylist"}]
    asked = {name.partition(" ")[0].rstrip(",") for name in SCRIPT}
    assert [each.ids for each in on_the_way if asked.isdisjoint(each.ids)] == []


def test_what_flowise_asks_a_login_for_is_of_its_list(cloud: Cloud) -> None:
    # an entry that is spelled otherwise takes nothing off
    assert set(str(table()["DENYLIST_URLS"].value).split(",")) <= set(NO_LOGIN)
