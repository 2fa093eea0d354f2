"""The nodes that the image adds to Flowise's own: one that asks Databricks, against a stand-in for its API."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from sandbox.nodejs import NODE
from tests.waiting import PATIENCE_SECONDS

NODES = Path(__file__).parents[2] / "image" / "nodes"
STATEMENT = (
    "SELECT id FROM orders WHERE customer = :customer AND placed::date > :since -- :not_this\n AND note <> ':nor'"
)
ANSWER = {
    "status": {"state": "SUCCEEDED"},
    "manifest": {"schema": {"columns": [{"name": "id"}, {"name": "total"}]}, "truncated": True},
    "result": {"data_array": [["1", "9.50"], ["2", None]]},
}
# what the node takes from Flowise's tree, which is not here
STAND_INS = {
    "node_modules/@langchain/core/tools.js": """
exports.DynamicStructuredTool = class { constructor(fields) { Object.assign(this, fields); } };
""",
    "node_modules/zod/index.js": """
exports.z = { string: () => ({ describe: (words) => words }), object: (fields) => fields };
""",
    "components/dist/src/utils.js": """
exports.getBaseClasses = () => ['StructuredTool'];
exports.getCredentialData = async (id) => (id ? { openAIApiKey: 'a-token' } : {});
exports.getCredentialParam = (name, found) => found[name];
""",
}


class Databricks(HTTPServer):
    def __init__(self, status: int, answer: Any) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.answer = status, answer
        self.asked: list[tuple[str, str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Databricks

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers["Authorization"], json.loads(body)))
        said = json.dumps(self.server.answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(said)))
        if self.server.status == 302:
            self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def databricks(status: int = 200, answer: Any = None) -> Iterator[Databricks]:
    server = Databricks(status, ANSWER if answer is None else answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def node(script: str, folder: Path = NODES / "DatabricksQuery", **values: Any) -> Any:
    say = "(said) => console.log(JSON.stringify(said))"
    wrapped = f"(async () => {{ {script} }})().catch((e) => ({{ error: e.message }})).then({say})"
    done = subprocess.run(
        [NODE, "-e", f"const given = {json.dumps(values)}; {wrapped}"],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def asked(**values: Any) -> Any:
    given = {"token": "a-token", "warehouse": "w1", "statement": STATEMENT, **values}
    return node("return require('./statement.cjs').ask(given)", **given)


def test_parameters_are_what_stands_outside_of_quotes_casts_and_comments() -> None:
    assert node("return require('./statement.cjs').parametersOf(given.text)", text=STATEMENT) == ["customer", "since"]


def test_values_go_beside_the_statement_and_rows_come_back_by_column() -> None:
    evil = "1'; DROP TABLE orders; --"
    with databricks() as server:
        found = asked(url=server.url, values={"customer": evil, "since": 2024, "other": "x"}, rows=5)
    assert found == {"rows": [{"id": "1", "total": "9.50"}, {"id": "2", "total": None}], "truncated": True}
    ((path, authorization, body),) = server.asked
    assert (path, authorization) == ("/api/2.0/sql/statements/", "Bearer a-token")
    assert body["statement"] == STATEMENT
    assert body["parameters"] == [{"name": "customer", "value": evil}, {"name": "since", "value": "2024"}]
    assert (body["warehouse_id"], body["row_limit"], body["on_wait_timeout"]) == ("w1", 5, "CANCEL")


@pytest.mark.parametrize(
    ("status", "answer", "says"),
    [
        (403, {"message": "Invalid access token."}, "Databricks answers 403: Invalid access token."),
        (200, {"status": {"state": "FAILED", "error": {"message": "no such table"}}}, "says FAILED: no such table"),
        (200, {"status": {"state": "CANCELED"}}, "took longer than 30 s: ask for less"),
        (502, [], "Databricks answers 502: nothing more"),
        (302, {}, "fetch failed"),
    ],
)
def test_what_goes_wrong_is_said_without_the_token(status: int, answer: Any, says: str) -> None:
    with databricks(status, answer) as server:
        found = asked(url=server.url, values={"customer": "a", "since": "b"})
    assert says in found["error"]
    assert "a-token" not in found["error"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"values": {"customer": "a"}}, "no value for :since"),
        ({"url": "http://dbc-1.cloud.databricks.com"}, "must be asked by https"),
        ({"url": "dbc-1"}, "must be an address such as"),
    ],
)
def test_what_cannot_be_asked_is_not(changed: dict[str, Any], says: str) -> None:
    with databricks() as server:
        found = asked(**{"url": server.url, "values": {"customer": "a", "since": "b"}, **changed})
    assert says in found["error"]
    assert server.asked == []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """As in the image: beside Flowise's own, with stand-ins for what it takes from there."""
    for path, text in STAND_INS.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    dockerfile = (NODES.parent / "Dockerfile").read_text()
    place = re.search(r"^COPY nodes node_modules/flowise-components/(\S+)$", dockerfile, re.MULTILINE)
    assert place
    shutil.copytree(NODES, tmp_path / "components" / place[1])
    return tmp_path / "components" / place[1] / "DatabricksQuery"


INIT = """
const { nodeClass } = require('./DatabricksQuery.js');
const tool = await new nodeClass().init({ credential: given.credential, inputs: given.inputs }, '', {});
return { name: tool.name, schema: tool.schema, said: await tool.func(given.values) };
"""


def test_an_agent_gets_a_tool_that_asks(tree: Path) -> None:
    with databricks() as server:
        inputs = {
            **{"toolName": "Orders of customer", "toolDescription": "Orders", "statement": STATEMENT},
            **{"warehouse": "w1", "workspace": server.url},
        }
        found = node(INIT, tree, credential="c", inputs=inputs, values={"customer": "a", "since": "b"})
        refused = node(INIT, tree, credential="c", inputs=inputs, values={})
    assert found["name"] == "orders_of_customer"
    assert found["schema"] == {"customer": "value of :customer", "since": "value of :since"}
    assert json.loads(found["said"])["rows"][0] == {"id": "1", "total": "9.50"}
    assert refused["said"] == "Error: no value for :customer, :since"


def test_a_node_that_lacks_something_says_what(tree: Path) -> None:
    inputs = {"toolName": "a", "toolDescription": "b", "statement": "SELECT 1"}
    assert node(INIT, tree, credential="c", inputs=inputs)["error"] == (
        "Databricks Query: fill in Warehouse, Workspace"
    )
    whole = {**inputs, "warehouse": "w", "workspace": "https://a.example.com"}
    assert node(INIT, tree, inputs=whole)["error"] == "Databricks Query: choose a credential that holds a token"


@pytest.mark.parametrize("path", sorted(NODES.glob("*/*.js")), ids=lambda path: path.stem)
def test_flowise_finds_each_node_by_its_file_and_its_icon(path: Path) -> None:
    text = path.read_text()
    assert "module.exports = { nodeClass:" in text
    icon = re.search(r"this\.icon = '([^']+)'", text)
    assert icon
    assert (path.parent / icon[1]).exists()
    assert f"this.label = '{re.sub(r'(?<!^)(?=[A-Z])', ' ', path.stem)}'" in text
