"""The patches that close Flowise's holes, with stand-ins for its modules; tests/live has them on the real one."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.node import SCRIPTS, run

HERE = Path(__file__).parent
# What asks for no permission in flowise 3.1.4, and what a key is asked for here: a permission, nothing ("any key"), or
# whatever no key has ("people"). `make live` compares the routes with the package.
ROUTES = [line.split(" ", 3) for line in (HERE / "unasked_routes.txt").read_text().splitlines()]
FILES = sorted({file for file, *_ in ROUTES} - {"routes/oauth2/index.js"})
ROUTER = "const { Router } = require(process.env.ROUTER); const router = Router(); exports.default = router;\n"
GO_ON = "(request, response, next) => next()"
MADE = {
    "bin/run": "",
    "dist/enterprise/rbac/PermissionCheck.js": """
        exports.checkPermission = (wanted) => ({ user }, response, next) =>
          user?.isOrganizationAdmin || user?.permissions?.includes(wanted) ? next() : response.status(403).json('no');
        exports.checkAnyPermission = exports.checkPermission;""",
    "dist/enterprise/middleware/passport/index.js": """
        exports.verifyToken = (request, response, next) =>
          request.cookies?.token === 'valid' ? next() : response.status(401).json('log in');""",
    "dist/routes/tools/index.js": ROUTER
    + "const { checkPermission } = require('../../enterprise/rbac/PermissionCheck.js');"
    + f"router.get('/', checkPermission('tools:view'), {GO_ON});",
    "dist/routes/oauth2/index.js": ROUTER
    + "require('../../enterprise/middleware/passport/index.js');"
    + f"router.post('/authorize/:credentialId', {GO_ON}); router.get('/callback', {GO_ON});"
    + """
        const running = require('../../utils/getRunningExpressApp.js');
        router.post('/refresh/:credentialId', async (request, response, next) => {
          try {
            const row = running.getRunningExpressApp().AppDataSource[request.params.credentialId];
            if (!row.refresh_token) return response.status(400).json({ message: 'it has no token' });
            row.access_token = 'new';
            response.json({ success: true });
          } catch (error) { next(error); }
        });""",
    "dist/utils/getRunningExpressApp.js": "exports.getRunningExpressApp = () => { throw new Error('no app'); };",
    "dist/services/chatflows/index.js": """
        exports.default = { getSinglePublicChatbotConfig: async (id) => JSON.parse(process.env.CONFIG)[id] };""",
    "dist/routes/index.js": "\n".join(
        f"require('../{file}');" for file in (*FILES, "routes/oauth2/index.js", "routes/tools/index.js")
    ),
    "node_modules/flowise-components/package.json": '{"main": "dist/src/index"}',
    "node_modules/flowise-components/dist/src/index.js": "module.exports = require('./utils.js');",
    "node_modules/flowise-components/dist/src/utils.js": """
        exports.getCredentialData = async (id, { appDataSource }) => appDataSource[id];
        exports.refreshOAuth2Token = async (id) => {
          throw new Error(`asked for /api/v1/oauth2-credential/refresh/${id}`);
        };""",
}
PATCHED = """
const { createRequire } = require('module');
const flowise = createRequire(process.env.FLOWISE + '/bin/run');
const patched = require('./patches.cjs')(flowise);
const { asked } = require(process.env.ROUTER);
const router = (file) => flowise('../dist/' + file).default;
const show = (what) => console.log(JSON.stringify(what));
const load = () => ['routes/index.js', 'services/chatflows/index.js'].forEach((file) => flowise('../dist/' + file));
"""
LOADED = PATCHED + "load(); flowise('flowise-components');"


@pytest.fixture(scope="module")
def flowise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a package whose modules have what the patches change."""
    folder = tmp_path_factory.mktemp("tree") / "flowise"
    for name, text in MADE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for file in FILES:
        made = [
            f"router.{'all' if method == '_all' else method}({json.dumps(paths.split(','))}, {GO_ON});"
            for of, method, paths, _ in ROUTES
            if of == file
        ]
        (folder / "dist" / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / "dist" / file).write_text(ROUTER + "\n".join(made))
    return folder


def shown(script: str, flowise: Path, **environment: str) -> Any:
    """Run what shows one thing, after the patches are in place."""
    settings = {"FLOWISE": str(flowise), "ROUTER": str(HERE / "express_router.cjs"), **environment}
    return json.loads(run(LOADED + script, **settings))


ASKED_ALL = """
const keys = (permissions) => ({ user: { permissions } });
const everybody = (wanted) => ({
  nothing: keys([]),
  other: keys(['chatflows:none']),
  wanted: keys([wanted]),
  person: { user: { id: 'an-owner' } },
  stranger: {},
});
const seen = async ([file, method, paths, wanted]) => {
  const through = [];
  for (const [who, request] of Object.entries(everybody(wanted))) {
    const path = paths.split(',')[0];
    const asking = { ...request, body: {}, params: {}, session: {} };
    // what fails is a handler's own, which was asked
    const [status] = await asked(router(file), method, path, asking).catch(() => [200]);
    if (status === 200) through.push(who);
  }
  return through;
};
Promise.all(JSON.parse(process.env.ROUTES).map(seen)).then(show);
"""


def test_a_key_is_asked_for_a_permission_wherever_flowise_forgets_to(flowise: Path) -> None:
    # these two have handlers of their own besides, which other tests ask
    others = ("/generate", "/callback")
    routes = [row for row in ROUTES if not ("text-to-speech" in row[0] or "oauth2" in row[0]) or row[2] not in others]
    through = shown(ASKED_ALL, flowise, ROUTES=json.dumps(routes))
    keys = {"people": [], "any key": ["nothing", "other", "wanted"]}
    wanted = [[*keys.get(asked, ["wanted"]), "person", "stranger"] for *_, asked in routes]
    found = dict(zip(map(" ".join, routes), through, strict=True))
    assert found == dict(zip(map(" ".join, routes), wanted, strict=True))


def test_the_page_for_operators_names_each_permission() -> None:
    page = (Path(__file__).parents[3] / "docs" / "operations" / "patches.md").read_text()
    assert [asked for *_, asked in ROUTES if asked != "people" and asked not in page] == []


def test_a_route_that_asks_already_is_left_alone(flowise: Path) -> None:
    script = "show(router('routes/tools/index.js').stack[0].route.stack.length)"
    assert shown(script, flowise) == 2


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"body": {"credentialId": "c"}}, 401),
        ({}, 401),
        ({"body": {"chatflowId": "f"}}, 200),
        ({"body": {"credentialId": "c"}, "user": {"id": "an-owner"}}, 200),
    ],
)
def test_only_who_has_logged_in_speaks_by_a_credential(flowise: Path, request_: object, status: int) -> None:
    script = """
        const speech = router('routes/text-to-speech/index.js');
        asked(speech, 'post', '/generate', JSON.parse(process.env.REQUEST)).then(show);"""
    assert shown(script, flowise, REQUEST=json.dumps(request_))[0] == status


@pytest.mark.parametrize(
    ("authorized", "cookie", "state", "status"),
    [
        ("credential", "valid", "credential", 200),
        ("credential", "stale", "credential", 401),
        ("credential", "valid", "other", 403),
        (None, "valid", "credential", 403),
        # a state that nobody sent is none that was begun
        (None, "valid", None, 403),
    ],
)
def test_a_providers_answer_is_taken_from_the_browser_that_asked_for_it(
    flowise: Path, authorized: str | None, cookie: str, state: str | None, status: int
) -> None:
    script = """
        const { AUTHORIZED, COOKIE, STATE } = process.env;
        const [oauth2, session] = [router('routes/oauth2/index.js'), {}];
        const begin = { user: { id: 'an-owner' }, session, params: { credentialId: AUTHORIZED } };
        const callback = { session, cookies: { token: COOKIE }, query: STATE ? { state: STATE } : {} };
        (AUTHORIZED ? asked(oauth2, 'post', '/authorize/:credentialId', begin) : Promise.resolve())
          .then(() => asked(oauth2, 'get', '/callback', callback)).then(show);"""
    said = shown(script, flowise, AUTHORIZED=authorized or "", COOKIE=cookie, STATE=state or "")
    assert said[0] == status


NODES = [
    {"id": "llm", "data": {"name": "llmAgentflow", "inputs": {"prompt": "secret"}}},
    {
        "id": "start",
        "data": {
            "name": "startAgentflow",
            "label": "Start",
            "inputs": {"startInputType": "formInput", "formTitle": "Ask", "startState": "secret"},
        },
    },
]
CONFIG = {
    "agent": {
        "starterPrompts": {"0": {"prompt": "Hi"}},
        "followUpPrompts": {"status": True, "openai": {"credentialId": "secret"}},
        "uploads": {"isImageUploadAllowed": False},
        "flowData": json.dumps({"nodes": NODES, "edges": [{"id": "secret"}]}),
    },
    "chain": {"flowData": json.dumps({"nodes": NODES[:1], "edges": []})},
    "plain": "OK",
}


def test_a_stranger_reads_of_a_flow_what_a_chat_needs(flowise: Path) -> None:
    script = """
        const { default: service } = flowise('../dist/services/chatflows/index.js');
        Promise.all(['agent', 'chain', 'plain'].map((id) => service.getSinglePublicChatbotConfig(id))).then(show);"""
    agent, chain, plain = shown(script, flowise, CONFIG=json.dumps(CONFIG))
    start = {"name": "startAgentflow", "inputs": {"startInputType": "formInput", "formTitle": "Ask"}}
    assert json.loads(agent.pop("flowData")) == {"nodes": [{"id": "start", "data": start}], "edges": []}
    assert agent == {
        "starterPrompts": {"0": {"prompt": "Hi"}},
        "followUpPrompts": {"status": True},
        "uploads": {"isImageUploadAllowed": False},
    }
    assert json.loads(chain["flowData"]) == {"nodes": [], "edges": []}
    assert plain == "OK"


REFRESHED = """
const { DATA, MINUTES } = process.env;
const data = { access_token: 'old', ...JSON.parse(DATA) };
if (MINUTES) data.expires_at = new Date(Date.now() + Number(MINUTES) * 60000).toISOString();
const rows = { id: data };
flowise('flowise-components').refreshOAuth2Token('id', { ...data }, { appDataSource: rows })
  .then(({ access_token: token }) => token, (error) => error.message).then(show);
"""


@pytest.mark.parametrize(
    ("data", "minutes", "said"),
    [
        ({"refresh_token": "r"}, "-1", "new"),
        ({"refresh_token": "r"}, "4", "new"),
        ({"refresh_token": "r"}, "6", "old"),
        ({"refresh_token": "r"}, "", "old"),
        # as Flowise says it
        ({}, "-1", "asked for /api/v1/oauth2-credential/refresh/id"),
    ],
)
def test_a_credential_is_refreshed_without_a_request(
    flowise: Path, data: dict[str, str], minutes: str, said: str
) -> None:
    assert shown(REFRESHED, flowise, DATA=json.dumps(data), MINUTES=minutes) == said


def test_a_refresh_that_fails_says_why(flowise: Path) -> None:
    script = REFRESHED.replace("{ id: data }", "{ id: {} }")
    said = shown(script, flowise, DATA='{"refresh_token": "r"}', MINUTES="-1")
    assert said == "Failed to refresh access token: 400 it has no token. Please re-authorize the credential."


def test_nobody_else_gets_the_app_that_a_refresh_was_lent(flowise: Path) -> None:
    script = """
        const { getRunningExpressApp } = flowise('../dist/utils/getRunningExpressApp.js');
        try { getRunningExpressApp(); } catch (error) { show(error.message); }"""
    assert shown(script, flowise) == "no app"


def test_a_server_is_ready_once_every_patch_is_applied(flowise: Path) -> None:
    script = (
        PATCHED
        + """
        const said = () => patched().then(() => 'ready', (error) => error.message);
        const whole = async () => {
          const before = await said();
          load();
          flowise('flowise-components');
          show([before, await said()]);
        };
        whole();"""
    )
    before, then = json.loads(run(script, FLOWISE=str(flowise), ROUTER=str(HERE / "express_router.cjs")))
    assert before.startswith("patches: not loaded: ")
    assert "flowise-components/dist/src/utils.js" in before
    assert then == "ready"


def test_every_patch_is_applied() -> None:
    applied = set(re.findall(r"require\('\./(\w+\.cjs)'\)", (SCRIPTS / "patches.cjs").read_text()))
    assert applied == {path.name for path in SCRIPTS.glob("*.cjs") if "'../dist/" in path.read_text()}


@pytest.mark.parametrize(
    ("file", "old", "new", "name", "why"),
    [
        (
            "dist/enterprise/rbac/PermissionCheck.js",
            "exports.checkAny",
            "exports.any",
            "key_permissions",
            "no checkAny",
        ),
        ("dist/routes/stats/index.js", "router.get", "router.put", "key_permissions", "no route of stats get"),
        ("dist/routes/oauth2/index.js", "/callback", "/return", "oauth2_callback", "no route get /callback"),
        (
            "dist/enterprise/middleware/passport/index.js",
            "verifyToken",
            "verified",
            "oauth2_callback",
            "no verifyToken",
        ),
        ("dist/routes/oauth2/index.js", "/refresh/", "/renew/", "oauth2_refresh", "no route post /refresh/"),
        ("dist/utils/getRunningExpressApp.js", "exports.get", "exports.find", "oauth2_refresh", "no getRunning"),
        (
            "node_modules/flowise-components/dist/src/utils.js",
            "oauth2-credential",
            "oauth2",
            "oauth2_refresh",
            "refreshOAuth2Token asks elsewhere",
        ),
        ("dist/services/chatflows/index.js", "PublicChatbot", "Chatbot", "public_config", "no getSinglePublic"),
        ("dist/routes/text-to-speech/index.js", "/generate", "/make", "speech_login", "no route post /generate"),
        ("dist/routes/text-to-speech/index.js", None, None, "speech_login", "Cannot find module"),
    ],
)
def test_another_flowise_is_refused_in_one_line(
    flowise: Path, tmp_path: Path, file: str, old: str | None, new: str | None, name: str, why: str
) -> None:
    other = tmp_path / "tree" / "flowise"
    shutil.copytree(flowise, other)
    text = (other / file).read_text()
    if old is None or new is None:
        (other / file).unlink()
    else:
        assert old in text
        (other / file).write_text(text.replace(old, new))
    script = "console.error = console.log;" + LOADED + "console.log('started');"
    with pytest.raises(subprocess.CalledProcessError) as failed:
        run(script, FLOWISE=str(other), ROUTER=str(HERE / "express_router.cjs"))
    assert failed.value.returncode == 1
    assert failed.value.stdout.startswith(f"patch {name} does not fit: {why}")
    assert failed.value.stdout.count("\n") == 1
