"""Flowise's holes on the real one: open without the patches, closed with them, and what people do goes on."""

import json
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from components.flowise_service.open_paths import Need, closed_inside
from sandbox.nodejs import NODE
from tests.components.flowise_service.test_patches import ROUTES
from tests.waiting import wait_until

from .client import PIXEL, Browser, Provider, agent, provider
from .conftest import Place
from .flowise import Process

pytestmark = pytest.mark.live
EVERY_FEATURE: tuple[Need, ...] = (
    "assistant_files",
    "custom_mcp",
    "oauth2_connections",
    "public_executions",
    "speech",
    "mail",
)
# the provider stands on this machine and has no certificate, both of which Flowise refuses
LOCAL = {"HTTP_SECURITY_CHECK": "false", "OAUTH2_SECURITY_CHECK": "false"}
# as it would be for a stack that asked for every feature: what holds is the patches' own doing
OPEN = {**LOCAL, "DENYLIST_URLS": ",".join(closed_inside(EVERY_FEATURE))}
AS_IT_CAME = {**LOCAL, "DENYLIST_URLS": "", "HTTP_DENY_LIST": ""}
NO_PATCHES = {"patches.cjs": "module.exports = () => async () => undefined;"}
NOBODYS = str(uuid.UUID(int=1))


@dataclass
class Served:
    """A server, who has logged in, who has not, who has the metrics' key, and what lies there."""

    site: Browser
    stranger: Browser
    key: Callable[..., tuple[int, Any]]
    flow: str
    credential: str
    provider: Provider


@pytest.fixture(scope="module")
def tokens() -> Iterator[Provider]:
    with provider() as found:
        yield found


def served(place: Place, site: Browser, tokens: Provider) -> Served:
    place.log_in(site)
    stranger = Browser(site.url)
    key = place.stack.pod("app-setup-job").environment["METRICS_API_KEY"]
    by_key = partial(stranger, Authorization=f"Bearer {key}", x_request_from="")
    return Served(site, stranger, by_key, place.make_flow(site), credential(site, tokens), tokens)


def credential(site: Browser, tokens: Provider, **changed: str) -> str:
    """Make a credential that was due long ago."""
    data = {
        "authorizationUrl": "http://127.0.0.1/authorize",
        "accessTokenUrl": tokens.url,
        "clientId": "client",
        "clientSecret": "live-client-secret",
        "access_token": "token-0",
        "refresh_token": "refresh-0",
        "expires_at": "2026-01-01T00:00:00.000Z",
        **changed,
    }
    body = {"name": str(uuid.uuid4()), "credentialName": "gmailOAuth2", "plainDataObj": data}
    status, made = site("POST", "/api/v1/credentials", body)
    assert status == 200, made
    return str(made["id"])


@pytest.fixture(scope="module")
def patched(queue: Place, tokens: Provider) -> Iterator[Served]:
    with queue.ready("app-server-pods", changed=OPEN) as (_, site, _probe):
        yield served(queue, site, tokens)


# a store is filled by a worker
@pytest.fixture(scope="module")
def unpatched(queue: Place, tokens: Provider, worker: Process) -> Iterator[Served]:
    with queue.ready("app-server-pods", files=NO_PATCHES, changed=AS_IT_CAME) as (_, site, _probe):
        yield served(queue, site, tokens)


SPOKEN = {"text": "hi", "provider": "openai"}
USER = {"name": "x", "email": "x@example.com", "credential": "Passw0rd!x"}


@pytest.fixture(scope="module")
def worker(queue: Place) -> Iterator[Process]:
    with queue.ready("app-worker-pods", changed=OPEN) as (process, _, _probe):
        yield process


# who asks for what; what Flowise as it came answers
HOLES: dict[str, tuple[Callable[[Served], tuple[int, Any]], int]] = {
    "CVE-2026-70636": (lambda s: s.stranger("POST", f"/api/v1/oauth2-credential/refresh/{s.credential}"), 200),
    "CVE-2026-70474": (
        lambda s: s.stranger("GET", f"/api/v1/oauth2-credential/callback?code=x&state={s.credential}"),
        200,
    ),
    "CVE-2026-41279": (
        lambda s: s.stranger("POST", "/api/v1/text-to-speech/generate", {**SPOKEN, "credentialId": s.credential}),
        200,
    ),
    "CVE-2026-67621 refresh": (lambda s: s.key("POST", f"/api/v1/document-store/refresh/{NOBODYS}", {}), 500),
    "CVE-2026-67621 upsert": (lambda s: s.key("POST", f"/api/v1/document-store/upsert/{NOBODYS}", {}), 500),
    "CVE-2026-67622": (lambda s: s.key("POST", f"/api/v1/openai-assistants-file/upload?credential={NOBODYS}", {}), 404),
    "CVE-2026-100605 read": (lambda s: s.key("GET", f"/api/v1/chatmessage/{s.flow}"), 200),
    "CVE-2026-100605 delete": (lambda s: s.key("DELETE", f"/api/v1/chatmessage/{s.flow}"), 200),
    "CVE-2026-100609": (
        lambda s: s.key("GET", f"/api/v1/text-to-speech/voices?provider=openai&credentialId={s.credential}"),
        200,
    ),
    "CVE-2026-100610": (lambda s: s.key("GET", f"/api/v1/upsert-history/{s.flow}"), 200),
    "CVE-2026-67620": (
        lambda s: s.key("GET", "/api/v1/fetch-links?url=http%3A%2F%2F192.0.0.192&relativeLinksMethod=webCrawl&limit=1"),
        200,
    ),
    "a user": (lambda s: s.key("POST", "/api/v1/user", USER), 201),
    "a list that capitals evade": (lambda s: s.key("GET", "/api/v1/NVIDIA-NIM/list-running-containers"), 500),
}
BY_STRANGERS = ("CVE-2026-70636", "CVE-2026-70474", "CVE-2026-41279")


@pytest.mark.parametrize("hole", HOLES)
def test_flowise_as_it_came_lets_them_in(unpatched: Served, hole: str) -> None:
    ask, status = HOLES[hole]
    assert ask(unpatched)[0] == status


@pytest.mark.parametrize("hole", HOLES)
def test_a_patch_closes_it(patched: Served, hole: str) -> None:
    asked = len(patched.provider.asked)
    status, _ = HOLES[hole][0](patched)
    assert status == (401 if hole in BY_STRANGERS else 403)
    assert len(patched.provider.asked) == asked


def nodes(site: Browser, flow: str) -> list[Any]:
    status, config = site("GET", f"/api/v1/public-chatbotConfig/{flow}")
    assert status == 200, config
    return list(json.loads(config["flowData"])["nodes"])


def test_a_stranger_reads_no_prompt_of_a_flow(patched: Served, unpatched: Served) -> None:
    as_it_came = nodes(unpatched.stranger, patched.flow)
    assert [each["data"]["name"] for each in as_it_came] == ["startAgentflow", "llmAgentflow"]
    (start,) = nodes(patched.stranger, patched.flow)
    assert start["data"] == {
        "name": "startAgentflow",
        "inputs": {
            name: value
            for name, value in as_it_came[0]["data"]["inputs"].items()
            if name in ("startInputType", "formInputTypes", "formTitle", "formDescription")
        },
    }
    assert start["data"]["inputs"]["startInputType"]


def test_speech_of_a_flow_and_of_who_has_logged_in_is_let_through(patched: Served) -> None:
    spoken = {"text": "hi", "chatId": "c", "chatMessageId": "m"}
    for site, body in (
        (patched.stranger, {**spoken, "chatflowId": patched.flow}),
        (patched.site, {**spoken, "provider": "openai", "credentialId": NOBODYS}),
    ):
        status, said = site("POST", "/api/v1/text-to-speech/generate", body)
        # no provider of speech stands here: Flowise says so where it has let one in
        assert (status, "tts_error" in said) == (200, True)


def test_a_credential_is_connected_in_the_browser_that_asks_for_it(patched: Served, queue: Place) -> None:
    mail = credential(patched.site, patched.provider)
    callback = f"/api/v1/oauth2-credential/callback?code=a-code&state={mail}"
    other = Browser(patched.site.url)
    queue.log_in(other)
    assert other("GET", callback, x_request_from="")[0] == 403
    status, told = patched.site("POST", f"/api/v1/oauth2-credential/authorize/{mail}")
    assert (status, f"state={mail}" in told["authorizationUrl"]) == (200, True)
    assert other("GET", callback, x_request_from="")[0] == 403
    status, page = patched.site("GET", callback, x_request_from="")
    assert (status, "success" in page.lower()) == (200, True)
    assert patched.provider.asked[-1]["code"] == "a-code"


def test_workers_refresh_a_credential_that_is_due(patched: Served, queue: Place, worker: Process) -> None:
    mail = credential(patched.site, patched.provider)
    flow = queue.make_flow(patched.site, partial(agent, mail=mail))
    asked = len(patched.provider.asked)
    for _ in range(2):
        status, said = patched.site("POST", f"/api/v1/prediction/{flow}", {"question": "any mail?"})
        assert (status, said.get("text")) == (200, "heard: any mail?"), worker.said
    # the second time it is not due any more
    forms = patched.provider.asked[asked:]
    assert [(form["grant_type"], form["refresh_token"]) for form in forms] == [("refresh_token", "refresh-0")]


@pytest.mark.usefixtures("worker")
def test_without_a_token_to_refresh_by_a_flow_says_so(patched: Served, queue: Place) -> None:
    mail = credential(patched.site, patched.provider, clientSecret="")
    flow = queue.make_flow(patched.site, partial(agent, mail=mail))
    status, said = patched.site("POST", f"/api/v1/prediction/{flow}", {"question": "any mail?"})
    assert status == 500
    assert "400 Missing required OAuth configuration" in said["message"]


def test_a_key_with_the_permission_passes(patched: Served) -> None:
    permissions = ["documentStores:upsert-config", "executions:view"]
    status, keys = patched.site("POST", "/api/v1/apikey", {"keyName": str(uuid.uuid4()), "permissions": permissions})
    assert status == 200, keys
    newest = max(keys, key=lambda each: each["updatedDate"])["apiKey"] if isinstance(keys, list) else keys["apiKey"]
    by_key = partial(patched.stranger, Authorization=f"Bearer {newest}", x_request_from="")
    assert by_key("GET", f"/api/v1/chatmessage/{patched.flow}")[0] == 200
    assert by_key("DELETE", f"/api/v1/chatmessage/{patched.flow}")[0] == 403
    assert by_key("POST", f"/api/v1/document-store/refresh/{NOBODYS}", {})[0] == 500


def test_who_has_logged_in_does_what_a_key_may_not(patched: Served) -> None:
    for path in ("chatmessage", "upsert-history", "stats"):
        assert patched.site("GET", f"/api/v1/{path}/{patched.flow}?chatType=EXTERNAL")[0] == 200, path
    for path in ("nodes", "components-credentials", "assistants/components/tools", "organization"):
        assert patched.site("GET", f"/api/v1/{path}")[0] in (200, 400), path


@pytest.mark.usefixtures("worker")
def test_a_file_of_a_chat_is_downloaded_where_the_feature_is_open(patched: Served) -> None:
    upload = {"data": f"data:image/png;base64,{PIXEL}", "type": "file", "name": "pixel.png", "mime": "image/png"}
    body = {"question": "what is this?", "uploads": [upload], "chatId": "patched-chat"}
    patched.stranger("POST", f"/api/v1/prediction/{patched.flow}", body)
    file = {"fileName": "pixel.png", "chatflowId": patched.flow, "chatId": "patched-chat"}
    status, content = patched.stranger("POST", "/api/v1/openai-assistants-file/download", file)
    assert (status, "PNG" in str(content)) == (200, True)


def test_a_server_without_a_module_that_is_patched_never_serves(queue: Place) -> None:
    changed = {"public_config.cjs": "module.exports = () => ({ '../dist/services/chatflows/gone.js': () => {} });"}
    with queue.pod("app-server-pods", files=changed) as (process, _, _probe):
        wait_until(lambda: process.ended is not None, "the end")
        assert process.ended == 1
        assert "patch public_config does not fit" in process.said


LISTED = """
const { createRequire } = require('module');
const path = require('path');
const flowise = createRequire(`${process.env.FLOWISE_PACKAGE}/bin/run`);
const permissions = flowise('../dist/enterprise/rbac/PermissionCheck.js');
const asking = new Set();
for (const name of ['checkPermission', 'checkAnyPermission']) {
  const make = permissions[name];
  permissions[name] = (asked) => {
    const check = make(asked);
    asking.add(check);
    return check;
  };
}
flowise('../dist/routes/index.js');
const found = [];
for (const [file, { exports }] of Object.entries(flowise.cache)) {
  const routes = path.relative(`${process.env.FLOWISE_PACKAGE}/dist`, file);
  if (!/^(enterprise\\/)?routes\\//.test(routes) || !exports.default?.stack) continue;
  for (const { route } of exports.default.stack)
    if (route && !route.stack.some(({ handle }) => asking.has(handle)))
      found.push([routes, Object.keys(route.methods).join(), [route.path].flat().join()]);
}
console.log(`found ${JSON.stringify(found)}`);
process.exit();
"""


def test_the_routes_that_ask_for_no_permission_are_those_that_the_patch_knows(package: Path, tmp_path: Path) -> None:
    environment = {"FLOWISE_PACKAGE": str(package), "HOME": str(tmp_path), "LOG_PATH": str(tmp_path)}
    done = subprocess.run(
        [NODE, "-e", LISTED], env=environment, cwd=tmp_path, check=True, stdout=subprocess.PIPE, text=True
    )
    said = next(line for line in done.stdout.splitlines() if line.startswith("found "))
    assert json.loads(said.removeprefix("found ")) == [row[:3] for row in ROUTES]
