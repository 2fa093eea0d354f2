"""The export in the cluster and the command: both write the same files, to the byte."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.nodejs import NODE
from tests.node import SCRIPTS, running
from tests.waiting import PATIENCE_SECONDS
from tools.flows.client import Flowise, Login
from tools.flows.folder import files
from tools.flows.records import KINDS, Credential, item

from .fake import OWNER, Fake, agentflow, serving
from .test_flows import READS, SECRET, full

# answers each line with the files, for a process of its own for each example would take an hour
WRITER = """
const { files } = require('./flow_files.cjs');
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { credentials, rows, secret } = JSON.parse(line);
  console.log(JSON.stringify(files('3.1.4', credentials, rows, secret)));
});
console.log('ready');
"""
CREDENTIALS = [
    {"id": "c1", "credentialName": "openAIApi", "name": "One"},
    {"id": "c2", "credentialName": "openAIApi", "name": "Ünï"},
    {"id": "c3", "credentialName": "openAIApi", "name": "One"},
]
# no half of a pair: PostgreSQL holds no such text
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
numbers = st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
telling = st.sampled_from(
    [
        "",
        "c1",
        "c3",
        SECRET,
        "Bearer abcdefghijklmnopqrst",
        "{{$vars.KEY}}",
        "a\nb\n",
        "<p>a</p><p>b</p>",
        "[1]",
        '{"a":"b"}',
        "token: 'abcdefgh'",
        "https://me:secret@host/",
        "data:text/plain;base64,c2stYWJj",
        "\u2028\x7f\x1f",
        "$secret-left-out$",
    ]
)
keys = text | st.sampled_from(
    [
        "apiKey",
        "Authorization",
        "key",
        "value",
        "name",
        "id",
        "$text",
        "$plain",
        "$credential",
        "10",
        "9",
        "inputs",
        "data",
        "inputParams",
        "edges",
        "layout",
        "tags",
        "😀",
        "\uffff",
        "__proto__",
    ]
)
values = st.recursive(
    st.none() | st.booleans() | numbers | text | telling,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
nodes = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["a_0", "b_0"]),
            "position": st.fixed_dictionaries({"x": numbers}),
            "selected": st.booleans(),
            "data": st.dictionaries(keys, values, max_size=4),
        }
    ),
    max_size=2,
)
flows = st.builds(
    lambda found, edges: json.dumps({"nodes": found, "edges": edges}), nodes, st.lists(values, max_size=1)
)


@pytest.fixture(scope="module")
def writer() -> Iterator[Any]:
    with running(WRITER) as process:

        def write(credentials: Any, rows: Any, secret: Any) -> Any:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({"credentials": credentials, "rows": rows, "secret": secret}) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield write


def commanded(credentials: list[dict[str, str]], rows: dict[str, list[dict[str, Any]]], secret: list[str]) -> Any:
    known = [Credential(each["id"], each["credentialName"], each["name"]) for each in credentials]
    found = [
        item(kind, row, known, secret)
        for kind, about in KINDS.items()
        for row in rows[about["list"]]
        if about.get("type") in (None, row.get("type") or "CHATFLOW")
    ]
    return files("3.1.4", known, found)


def test_both_write_what_the_api_tells_alike(writer: Any) -> None:
    with serving(Fake()) as fake:
        credential = full(fake)["credential"]
        inputs: dict[str, Any] = {
            "headers": [{"key": "Authorization", "value": "Bearer mine-and-mine-alone"}],
            "code": f"k = '{SECRET}'",
        }
        fake.have("agentflows", **agentflow(credential, **inputs) | {"name": "Ünï — flow"})
        fake.have("variables", name="plain", type="static", value="kept out")
        state = Flowise(fake.url, Login(**OWNER)).state(["plain"])
        rows = {
            about["list"]: [fake._told(about["list"], row) for row in fake.rows[about["list"]].values()]
            for about in KINDS.values()
        }
        by_command = files("3.1.4", state.credentials, state.items.values())
        assert writer(fake.credentials, rows, ["plain"]) == by_command
    assert by_command["flowise.json"].count("agentflows/uni-flow") == 2


def test_both_write_numbers_alike_on_both_sides_of_where_javascript_turns_to_an_exponent(writer: Any) -> None:
    least, most = [1e-5, 1e-6, 9.99e-7, 1e-7, 5e-324], [1e20, 123456789012345680000.0, 9.99e20, 1e21, 1.5e22, 1e308]
    exact = [0, -0.0, 2**53, 2**53 + 1, 2**60, 0.1, 100.0]
    numbers = [sign * each for each in (*least, *most, *exact) for sign in (1, -1)]
    rows: dict[str, list[dict[str, Any]]] = {about["list"]: [] for about in KINDS.values()}
    rows["assistants"] = [{"id": "1", "type": "CUSTOM", "details": json.dumps({"name": "a", "config": numbers})}]
    assert writer(CREDENTIALS, rows, []) == commanded(CREDENTIALS, rows, [])


@given(
    flow=flows | text,
    other=st.dictionaries(st.sampled_from(["chatbotConfig", "analytic", "category", "apikeyid", "isPublic"]), values),
    config=values,
    variable=text | telling,
    name=text,
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_write_alike_whatever_a_flow_holds(
    writer: Any, flow: str, other: dict[str, Any], config: Any, variable: str, name: str
) -> None:
    rows: dict[str, list[dict[str, Any]]] = {about["list"]: [] for about in KINDS.values()}
    rows["chatflows"] = [{"id": "12345678-flow", "name": name, "type": "AGENTFLOW", "flowData": flow, **other}]
    rows["tools"] = [{"id": "12345678-tool", "name": name, "schema": json.dumps(config), "func": variable}]
    rows["assistants"] = [{"id": "1", "type": "CUSTOM", "details": json.dumps({"name": name, "config": config})}]
    rows["variables"] = [{"id": "2", "name": name, "type": "static", "value": variable}]
    assert writer(CREDENTIALS, rows, []) == commanded(CREDENTIALS, rows, [])


S3 = """
const fs = require('fs');
exports.PutObjectCommand = class { constructor(input) { this.input = input; } };
exports.S3Client = class {
  async send({ input }) { fs.appendFileSync(process.env.WRITTEN, `${JSON.stringify(input)}\\n`); }
};
"""


def exported(folder: Path, url: str, key: str) -> tuple[int, list[dict[str, Any]], str]:
    """Run the script; give its status, what it put into the bucket, and what it said."""
    client = folder / "node_modules" / "@aws-sdk" / "client-s3"
    client.mkdir(parents=True)
    (client / "index.js").write_text(S3)
    written = folder / "written"
    written.touch()
    environment = {
        "FLOWISE_URL": url,
        "FLOWISE_API_KEY": key,
        "BUCKET": "b",
        "PREFIX": "flows/",
        "WRITTEN": str(written),
    }
    done = subprocess.run(
        [NODE, SCRIPTS / "flow_export.cjs"],
        env={**environment, "NODE_PATH": str(folder / "node_modules"), "SECRET_VARIABLES": "plain"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    return done.returncode, [json.loads(line) for line in written.read_text().splitlines()], done.stdout + done.stderr


def test_the_script_puts_the_commands_files_under_the_time_of_its_run(tmp_path: Path) -> None:
    with serving(Fake()) as fake:
        full(fake)
        fake.have("variables", name="plain", type="static", value="kept out")
        fake.keys["a-key"] = READS
        state = Flowise(fake.url, Login(**OWNER)).state(["plain"])
        status, written, said = exported(tmp_path, fake.url, "a-key")
    assert status == 0, said
    prefixes = {re.match(r"flows/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ/", each["Key"])[0] for each in written}  # type: ignore[index] # a prefix it has
    assert len(prefixes) == 1
    assert {each["Key"].removeprefix(*prefixes): each["Body"] for each in written} == files(
        state.version, state.credentials, state.items.values()
    )
    # where the manifest is, all of it is
    assert written[-1]["Key"].endswith("/flowise.json")
    assert {each["Bucket"] for each in written} == {"b"}


@pytest.mark.parametrize(
    ("key", "says"), [("wrong", "GET version: status 401"), ("little", "GET credentials: status 403")]
)
def test_a_run_that_may_not_read_all_writes_nothing_and_fails(tmp_path: Path, key: str, says: str) -> None:
    with serving(Fake()) as fake:
        fake.keys["little"] = ["chatflows:view"]
        status, written, said = exported(tmp_path, fake.url, key)
    assert (status, written) == (1, [])
    assert f"export failed: {says}" in said
    assert key not in said
