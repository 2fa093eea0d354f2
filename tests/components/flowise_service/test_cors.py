"""The script that narrows whose pages may ask flows, with a stand-in for Express's cors."""

import json
from pathlib import Path

import pytest

from tests.node import run

SHOP, STRANGER, GUEST = "https://shop.example.com", "https://other.example.org", "https://guest.example.net"
# The flow `open` lists nobody, `guests` lists GUEST; both admit what CORS_ORIGINS names, as Flowise's do.
ASKED = """
const { createRequire } = require('module');
const flowise = createRequire(process.env.FOLDER + '/main.js');
require('./cors.cjs')(flowise);
const lists = { open: [], guests: [process.env.GUEST] };
const delegate = (request, done) => done(null, { credentials: false, origin: (origin, answer) => {
  if (!origin) return answer(null, true);
  if (origin === 'https://broken.example.org') return answer(new Error('broken'));
  const list = lists[request.url.split('/').pop()];
  const named = !list || !list.length || list.includes(origin) || origin === process.env.CORS_ORIGINS;
  return answer(null, request.url.startsWith('/api/v1/chatflows') ? false : named);
} });
const { method, url, origin } = JSON.parse(process.env.REQUEST);
flowise('cors')(delegate)({ method, url }, (_, { credentials, origin: judge }) =>
  judge(origin, (error, admitted) => console.log(JSON.stringify([credentials, error ? error.message : admitted]))));
"""


def asked(folder: Path, url: str, origin: str | None, method: str = "POST") -> object:
    modules = folder / "node_modules"
    modules.mkdir()
    (modules / "cors.js").write_text("module.exports = (given) => given;")
    request = json.dumps({"method": method, "url": url, "origin": origin})
    said = run(ASKED, FOLDER=str(folder), GUEST=GUEST, CORS_ORIGINS=SHOP, REQUEST=request)
    credentials, admitted = json.loads(said)
    assert credentials is False
    return admitted


@pytest.mark.parametrize(
    ("flow", "origin", "admitted"),
    [
        ("open", SHOP, True),
        ("open", SHOP.upper(), True),
        ("open", STRANGER, False),
        ("open", GUEST, False),
        ("guests", GUEST, True),
        ("guests", STRANGER, False),
        ("open", None, True),
        ("open", "https://broken.example.org", "broken"),
    ],
)
def test_a_flow_without_a_list_is_for_the_listed_sites_alone(
    tmp_path: Path, flow: str, origin: str | None, admitted: object
) -> None:
    assert asked(tmp_path, f"/api/v1/prediction/{flow}", origin) == admitted


def test_what_flowise_refuses_stays_refused(tmp_path: Path) -> None:
    assert asked(tmp_path, "/api/v1/chatflows", STRANGER) is False


@pytest.mark.parametrize(("method", "admitted"), [("OPTIONS", True), ("POST", False)])
def test_a_preflight_that_names_no_flow_is_left_to_the_request_it_announces(
    tmp_path: Path, method: str, admitted: bool
) -> None:
    assert asked(tmp_path, "/api/v1/text-to-speech/generate", STRANGER, method) is admitted


def test_plain_options_are_left_alone(tmp_path: Path) -> None:
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (modules / "cors.js").write_text("module.exports = (given) => given;")
    script = (
        "const flowise = require('module').createRequire(process.env.FOLDER + '/main.js');"
        "require('./cors.cjs')(flowise); console.log(JSON.stringify(flowise('cors')({ origin: ['a'] })))"
    )
    assert json.loads(run(script, FOLDER=str(tmp_path))) == {"origin": ["a"]}
