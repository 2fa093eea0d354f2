"""The commands, against a stand-in for Flowise's API; tests/live/test_flows.py has the real one."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests import broken_site
from tests.ports import free_port
from tools.flows.__main__ import main
from tools.flows.client import Flowise, Login
from tools.flows.folder import Refused
from tools.flows.reach import reached

from .fake import OWNER, Fake, agentflow, serving

READS = ["chatflows:view", "assistants:view", "tools:view", "variables:view", "documentStores:view", "templates:custom"]
READS += ["credentials:view", "agentflows:view"]
KEY, SECRET = "an-api-key", "sk-abcdefghijklmnopqrstuvwx"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def fake() -> Iterator[Fake]:
    with serving(Fake()) as one:
        yield one


@pytest.fixture
def other() -> Iterator[Fake]:
    with serving(Fake()) as one:
        yield one


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def reach(place: str, folder: Path, **_: Any) -> AbstractContextManager[Flowise]:
        return nullcontext(Flowise(place, Login(**OWNER)))

    def run_it(*arguments: str | Path) -> tuple[int, str, str]:
        status = main(tmp_path, [str(each) for each in arguments], reach=reach)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run_it


def full(fake: Fake) -> dict[str, str]:
    """Let it have one of everything; give ids."""
    credential = fake.knows("openAIApi", "Databricks")
    store = {
        "name": "Handbook",
        "status": "UPSERTED",
        "loaders": json.dumps(
            [
                {
                    "id": "l1",
                    "loaderId": "plainText",
                    "loaderConfig": {"text": "hello"},
                    "status": "SYNC",
                    "totalChunks": 4,
                }
            ]
        ),
        "embeddingConfig": json.dumps({"name": "openAIEmbeddings", "config": {"credential": credential}}),
    }
    return {
        "credential": credential,
        "flow": fake.have("agentflows", **agentflow(credential)),
        "chat": fake.have(
            "chatflows",
            **agentflow(credential) | {"name": "Chat"},
            chatbotConfig=json.dumps({"starterPrompts": {"0": {"prompt": "Hi"}}}),
            speechToText=json.dumps({"openAIWhisper": {"credentialId": credential, "status": True}}),
            mcpServerConfig=json.dumps({"enabled": True, "token": "mcp-token", "toolName": "t", "description": "d"}),
        ),
        "assistant": fake.have(
            "assistants",
            type="CUSTOM",
            credential="0c6d4b5e-0000-4000-8000-000000000000",
            details=json.dumps({"name": "Ada", "instruction": "Be\nkind."}),
        ),
        "tool": fake.have("tools", name="Weather", description="d", color="c", schema="[]", func="return 1\nreturn 2"),
        "runtime": fake.have("variables", name="DATABRICKS_URL", type="runtime", value=""),
        "static": fake.have("variables", name="greeting", type="static", value="hello"),
        "store": fake.have("document-stores", **store),
        "template": fake.have(
            "templates",
            name="T",
            type="Agentflow",
            usecases=json.dumps(["a"]),
            flowData=agentflow(credential)["flowData"],
        ),
    }


def files(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.json"))}


def test_an_export_has_a_file_for_each_and_is_the_same_twice(fake: Fake, run: Run, tmp_path: Path) -> None:
    ids = full(fake)
    assert run("export", "--from", fake.url, tmp_path / "a")[:2] == (0, f"8 files in {tmp_path / 'a'}\n")
    assert f"agentflows/support-desk-{ids['flow'][:8]}.json" in files(tmp_path / "a")
    assert {path.partition("/")[0] for path in files(tmp_path / "a")} == {
        *(
            "flowise.json",
            "agentflows",
            "chatflows",
            "assistants",
            "tools",
            "variables",
            "document-stores",
            "templates",
        ),
    }
    run("export", "--from", fake.url, tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert run("diff", "--to", fake.url, tmp_path / "a")[:2] == (0, "")
    assert fake.written == []


def test_what_the_canvas_writes_at_every_save_makes_no_difference(fake: Fake, run: Run, tmp_path: Path) -> None:
    ids = full(fake)
    run("export", "--from", fake.url, tmp_path / "a")
    row = fake.rows["chatflows"][ids["flow"]]
    data = json.loads(row["flowData"])
    data["viewport"] = {"x": 9, "y": 9, "zoom": 1}
    for node in data["nodes"]:
        node |= {"selected": False, "dragging": True, "positionAbsolute": {"x": 1, "y": 1}}
        node["data"] = dict(reversed(node["data"].items())) | {"selected": False, "status": None}
    row |= {"flowData": json.dumps(data), "updatedDate": "2026-12-01T00:00:00.000Z"}
    run("export", "--from", fake.url, tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")
    # what is moved is told apart, and is no difference
    data["nodes"][0]["position"] = {"x": 500, "y": 0}
    row["flowData"] = json.dumps(data)
    assert run("diff", "--to", fake.url, tmp_path / "a")[:2] == (0, "")
    status, said, _ = run("diff", "--layout", "--to", fake.url, tmp_path / "a")
    assert status == 1
    assert [line for line in said.splitlines() if line.startswith(("+ ", "- "))] == [
        '-    "startAgentflow_0": {"height": 72, "position": {"x": 234.5, "y": 96.25}, "width": 200}',
        '+    "startAgentflow_0": {"height": 72, "position": {"x": 500, "y": 0}, "width": 200}',
    ]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("Be kind.\nBe brief.\nBe right.", "Be kind.\nBe very brief.\nBe right.", '"Be very brief.\\n",'),
        ("<p>Be kind.</p><p>Be brief.</p>", "<p>Be kind.</p><p>Be very brief.</p>", '"<p>Be very brief.</p>"'),
        ("Be brief.", "Be very brief.", '"content": "Be very brief.",'),
    ],
)
def test_a_changed_prompt_is_a_difference_of_one_line(
    fake: Fake, run: Run, tmp_path: Path, before: str, after: str, line: str
) -> None:
    credential = fake.knows("openAIApi", "Databricks")
    key = fake.have("agentflows", **agentflow(credential, before))
    run("export", "--from", fake.url, tmp_path / "a")
    fake.rows["chatflows"][key]["flowData"] = agentflow(credential, after)["flowData"]
    status, said, _ = run("diff", "--to", fake.url, tmp_path / "a")
    assert status == 1
    changed = [each for each in said.splitlines() if each[:1] in "+-" and each[:3] not in ("+++", "---")]
    assert [each[0] for each in changed] == ["-", "+"]
    assert changed[1][1:].strip() == line


def test_what_was_lost_comes_back_with_its_ids_and_is_there_once(fake: Fake, run: Run, tmp_path: Path) -> None:
    ids = full(fake)
    run("export", "--from", fake.url, tmp_path / "a")
    # the credentials are put in by hand, with other ids
    for rows in fake.rows.values():
        rows.clear()
    fake.credentials.clear()
    credential = fake.knows("openAIApi", "Databricks")
    status, said, _ = run("import", "--to", fake.url, tmp_path / "a")
    assert (status, fake.written) == (0, [])
    assert "8 create, 0 change" in said
    assert run("import", "--apply", "--to", fake.url, tmp_path / "a")[0] == 0
    assert credential in fake.rows["chatflows"][ids["flow"]]["flowData"]
    for table, key in (("chatflows", "chat"), ("tools", "tool"), ("assistants", "assistant")):
        assert ids[key] in fake.rows[table]
    written = len(fake.written)
    assert "0 create, 0 change" in run("import", "--apply", "--to", fake.url, tmp_path / "a")[1]
    assert len(fake.written) == written
    run("export", "--from", fake.url, tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_a_flow_is_saved_once_more_for_its_schedule_and_its_mcp_server_is_on(
    fake: Fake, run: Run, tmp_path: Path
) -> None:
    ids = full(fake)
    run("export", "--from", fake.url, tmp_path / "a")
    assert "mcp-token" not in "".join(files(tmp_path / "a").values())
    fake.rows["chatflows"].clear()
    run("import", "--apply", "--to", fake.url, tmp_path / "a")
    assert ("PUT", f"chatflows/{ids['flow']}") in fake.written
    server = json.loads(fake.rows["chatflows"][ids["chat"]]["mcpServerConfig"])
    assert (server["enabled"], server["toolName"], server["token"] != "mcp-token") == (True, "t", True)


@pytest.mark.parametrize(
    ("credentials", "says"),
    [
        ([], "has none: make it there first"),
        ([("anthropicApi", "Databricks")], "has none: make it there first"),
        ([("openAIApi", "Databricks")] * 2, "has 2: rename all but one"),
    ],
)
def test_a_missing_credential_is_refused_before_anything_is_written(
    fake: Fake, other: Fake, run: Run, tmp_path: Path, credentials: list[tuple[str, str]], says: str
) -> None:
    fake.have("agentflows", **agentflow(fake.knows("openAIApi", "Databricks")))
    fake.have("tools", name="Weather", description="d", color="c")
    for each in credentials:
        other.knows(*each)
    run("export", "--from", fake.url, tmp_path / "a")
    status, _, said = run("import", "--apply", "--to", other.url, tmp_path / "a")
    assert (status, other.written) == (2, [])
    assert said == (
        "agentflow 'Support desk', node 'Answer', FLOWISE_CREDENTIAL_ID, uses the credential 'Databricks' of "
        f"type openAIApi, and this Flowise {says}\n"
    )


def test_two_credentials_of_one_name_come_back_apart_where_they_were(fake: Fake, run: Run, tmp_path: Path) -> None:
    first, second = fake.knows("openAIApi", "Key"), fake.knows("openAIApi", "Key")
    key = fake.have("agentflows", **agentflow(second))
    run("export", "--from", fake.url, tmp_path / "a")
    fake.rows["chatflows"].clear()
    assert run("import", "--apply", "--to", fake.url, tmp_path / "a")[0] == 0
    assert second in fake.rows["chatflows"][key]["flowData"]
    assert first not in fake.rows["chatflows"][key]["flowData"]


def test_secrets_are_left_out_and_said_and_those_that_are_there_stay(
    fake: Fake, other: Fake, run: Run, tmp_path: Path
) -> None:
    credential, there = fake.knows("openAIApi", "Databricks"), other.knows("openAIApi", "Databricks")
    inputs: dict[str, Any] = {
        "headers": [{"key": "Authorization", "value": "Bearer mine-and-mine-alone"}, {"key": "Accept", "value": "a/b"}],
        "callbackSecret": "hook-secret",
        "mcpServerConfig": '{"url": "https://x", "headers": {"X-Api-Key": "mcp-secret-1"}}',
        "code": f"const key = '{SECRET}';\nreturn key",
        "apiKey": "{{$vars.API_KEY}}",
        "memoryKey": "chat_history",
    }
    key = fake.have("agentflows", **agentflow(credential, **inputs))
    fake.have("variables", name="STRIPE_API_KEY", type="static", value="rk_live_1")
    fake.have("variables", name="plain", type="static", value="not-for-others")
    status, said, _ = run("export", "--from", fake.url, tmp_path / "a", "--secret-variable", "plain")
    text = "".join(files(tmp_path / "a").values())
    secret = ("mine-and-mine-alone", "hook-secret", "mcp-secret-1", SECRET, "rk_live_1", "not-for-others")
    assert [each for each in secret if each in text] == []
    for kept in ("{{$vars.API_KEY}}", "chat_history", "const key = '", "https://x"):
        assert kept in text
    assert status == 0
    assert said.count("left out: ") == 6
    assert (
        f"left out: agentflows/support-desk-{key[:8]}.json: flow.nodes.llmAgentflow_0.data.inputs.callbackSecret"
        in said
    )
    # the folder remembers which variable is secret
    assert run("diff", "--to", fake.url, tmp_path / "a")[:2] == (0, "")
    run("export", "--from", fake.url, tmp_path / "a")
    assert "not-for-others" not in "".join(files(tmp_path / "a").values())
    # another one has its own, which stay when something else changes
    mine = inputs | {"callbackSecret": "its-own", "code": "const key = 'sk-zyxwvutsrqponmlkjihgfe';\nreturn key"}
    other.have("agentflows", id=key, **agentflow(there, "Something else", **mine))
    for name, value in (("STRIPE_API_KEY", "its"), ("plain", "own")):
        other.have("variables", name=name, type="static", value=value)
    assert run("import", "--apply", "--to", other.url, tmp_path / "a")[0] == 0
    flow = other.rows["chatflows"][key]["flowData"]
    assert "its-own" in flow
    assert "sk-zyxwvutsrqponmlkjihgfe" in flow
    assert "You are" in flow
    assert {row["value"] for row in other.rows["variables"].values()} == {"its", "own"}


def test_a_secret_that_is_nowhere_is_told_and_left_empty(fake: Fake, other: Fake, run: Run, tmp_path: Path) -> None:
    other.knows("openAIApi", "Databricks")
    key = fake.have("agentflows", **agentflow(fake.knows("openAIApi", "Databricks"), callbackSecret="hook-secret"))
    run("export", "--from", fake.url, tmp_path / "a")
    status, said, _ = run("import", "--apply", "--to", other.url, tmp_path / "a")
    assert "node 'Answer', callbackSecret, was left out of the file, and nothing is there to keep" in said
    assert '"callbackSecret": ""' in other.rows["chatflows"][key]["flowData"]
    # what it lacks is a difference until somebody fills it in
    assert status == 1


def test_a_secret_variable_is_made_by_hand(fake: Fake, other: Fake, run: Run, tmp_path: Path) -> None:
    fake.have("variables", name="STRIPE_API_KEY", type="static", value="rk_live_1")
    run("export", "--from", fake.url, tmp_path / "a")
    status, _, said = run("import", "--apply", "--to", other.url, tmp_path / "a")
    assert (status, other.written) == (2, [])
    assert said == "variable 'STRIPE_API_KEY' has a secret value, which no file holds: make it in this Flowise first\n"


def test_promotion_takes_flows_and_leaves_the_others_variables_as_they_are(fake: Fake, other: Fake, run: Run) -> None:
    key = fake.have("agentflows", **agentflow(fake.knows("openAIApi", "Databricks")))
    for one, value in ((fake, "dev"), (other, "prod")):
        one.have("variables", name="stage", type="static", value=value)
        one.have("variables", name="DATABRICKS_URL", type="runtime", value="")
    fake.have("variables", name="greeting", type="static", value="hello")
    other.knows("openAIApi", "Databricks")
    other.have("tools", name="Its own", description="d", color="c")
    status, said, _ = run("promote", "--from", fake.url, "--to", other.url)
    assert (status, other.written) == (0, [])
    assert "+ agentflow 'Support desk': create" in said
    assert "? tool 'Its own': only there" in said
    assert run("promote", "--apply", "--from", fake.url, "--to", other.url)[0] == 0
    assert key in other.rows["chatflows"]
    assert len(other.rows["tools"]) == 1
    values = {row["name"]: row["value"] for row in other.rows["variables"].values()}
    assert values == {"stage": "prod", "DATABRICKS_URL": "", "greeting": "hello"}
    assert "0 create, 0 change" in run("promote", "--from", fake.url, "--to", other.url)[1]


def test_what_is_only_there_goes_if_it_is_asked_for(fake: Fake, run: Run, tmp_path: Path) -> None:
    full(fake)
    run("export", "--from", fake.url, tmp_path / "a")
    extra = fake.have("agentflows", **agentflow(fake.credentials[0]["id"]) | {"name": "Extra"})
    assert run("import", "--apply", "--to", fake.url, tmp_path / "a")[0] == 0
    assert extra in fake.rows["chatflows"]
    _, said, _ = run("import", "--apply", "--delete", "--to", fake.url, tmp_path / "a")
    assert "- agentflow 'Extra': delete with its chat history" in said
    assert extra not in fake.rows["chatflows"]


def test_one_flow_comes_back_from_a_revision_and_the_rest_stays(fake: Fake, run: Run, tmp_path: Path) -> None:
    ids = full(fake)
    folder = tmp_path / "repository" / "flows"
    run("export", "--from", fake.url, folder)
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "as it was"]):
        subprocess.run([*git, *command], check=True)
    credential = ids["credential"]
    for key in ("flow", "chat"):
        fake.rows["chatflows"][ids[key]]["flowData"] = agentflow(credential, "broken")["flowData"]
    run("export", "--from", fake.url, folder)
    assert run("restore", "--to", fake.url, folder, "Support desk", "--revision", "HEAD", "--apply")[0] == 0
    assert "You are" in fake.rows["chatflows"][ids["flow"]]["flowData"]
    assert "broken" in fake.rows["chatflows"][ids["chat"]]["flowData"]
    assert run("restore", "--to", fake.url, folder, "x", "--revision", "none")[0] == 2


def test_a_flow_without_what_it_uses_is_not_restored(fake: Fake, run: Run, tmp_path: Path) -> None:
    tool = fake.have("tools", name="Weather", description="d", color="c")
    key = fake.have("agentflows", **agentflow(fake.knows("openAIApi", "Databricks"), selectedTool=tool))
    run("export", "--from", fake.url, tmp_path / "a")
    fake.rows["tools"].clear()
    fake.rows["chatflows"].clear()
    status, _, said = run("restore", "--apply", "--to", fake.url, tmp_path / "a", "Support desk")
    assert (status, fake.written) == (2, [])
    assert said == (
        "agentflow 'Support desk' uses tool 'Weather', and this Flowise has it not: take it along, with --only "
        f"{tool}\n"
    )
    assert run("restore", "--apply", "--to", fake.url, tmp_path / "a", "Support desk", "--only", tool)[0] == 0
    assert key in fake.rows["chatflows"]


def test_each_flowise_asks_for_a_key_of_its_own(fake: Fake, other: Fake, run: Run, tmp_path: Path) -> None:
    credential, there = fake.knows("openAIApi", "Databricks"), other.knows("openAIApi", "Databricks")
    key = fake.have("agentflows", **agentflow(credential), apikeyid="here")
    other.have("agentflows", id=key, **agentflow(there, "Something else"), apikeyid="there")
    run("export", "--from", fake.url, tmp_path / "a")
    run("import", "--apply", "--to", other.url, tmp_path / "a")
    assert other.rows["chatflows"][key]["apikeyid"] == "there"
    assert run("diff", "--to", other.url, tmp_path / "a")[:2] == (0, "")
    # a flow that asks for none is another thing, and one that is new answers nobody rather than everybody
    other.rows["chatflows"][key]["apikeyid"] = None
    assert run("diff", "--to", other.url, tmp_path / "a")[0] == 1
    other.rows["chatflows"].clear()
    run("import", "--apply", "--to", other.url, tmp_path / "a")
    assert other.rows["chatflows"][key]["apikeyid"] == "here"


def test_what_a_store_knows_of_its_chunks_stays(fake: Fake, run: Run, tmp_path: Path) -> None:
    ids = full(fake)
    run("export", "--from", fake.url, tmp_path / "a")
    fake.rows["document-store/store"][ids["store"]]["description"] = "changed"
    assert run("import", "--apply", "--to", fake.url, tmp_path / "a")[0] == 0
    row = fake.rows["document-store/store"][ids["store"]]
    assert json.loads(row["loaders"])[0]["totalChunks"] == 4
    assert row["status"] == "UPSERTED"


@pytest.mark.parametrize("lacking", [None, *READS])
def test_a_key_reads_with_these_permissions_and_no_fewer(fake: Fake, lacking: str | None) -> None:
    full(fake)
    fake.keys[KEY] = [each for each in READS if each != lacking]
    flowise = Flowise(fake.url, Login(api_key=KEY))
    # the API lists all kinds of flows to whoever may see one
    if lacking in (None, "agentflows:view", "chatflows:view"):
        assert len(flowise.state().items) == 8
    else:
        with pytest.raises(Refused, match=rf"forbids GET /api/v1/.*: it needs the permission {lacking}, or"):
            flowise.state()


def test_a_key_changes_what_is_there_and_makes_nothing_new(
    fake: Fake, tmp_path: Path, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    ids = full(fake)
    run("export", "--from", fake.url, tmp_path / "a")
    fake.keys[KEY] = [*READS, "chatflows:update", "tools:update"]
    fake.rows["chatflows"][ids["flow"]]["flowData"] = agentflow(ids["credential"], "broken")["flowData"]

    def by_key(*_: Any, **__: Any) -> AbstractContextManager[Flowise]:
        return nullcontext(Flowise(fake.url, Login(api_key=KEY)))

    assert main(tmp_path, ["import", "--apply", "--to", fake.url, str(tmp_path / "a")], reach=by_key) == 0
    assert "You are" in fake.rows["chatflows"][ids["flow"]]["flowData"]
    fake.rows["tools"].clear()
    written = len(fake.written)
    assert main(tmp_path, ["import", "--apply", "--to", fake.url, str(tmp_path / "a")], reach=by_key) == 2
    assert len(fake.written) == written
    assert "tool 'Weather': Flowise's import keeps ids, and is open to no API key" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("login", "says"),
    [
        ({"api_key": "wrong"}, "refused the API key"),
        ({**OWNER, "password": "wrong"}, "refused the login"),
    ],
)
def test_a_wrong_login_is_one_sentence(fake: Fake, login: dict[str, str], says: str) -> None:
    with pytest.raises(Refused, match=says) as refused:
        Flowise(fake.url, Login(**login)).state()
    assert "wrong" not in str(refused.value)


def test_whoever_is_no_flowise_of_this_version_is_one_sentence(fake: Fake) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Refused, match=rf"^{nobody} does not answer: "):
        Flowise(nobody, Login(api_key=KEY)).state()
    for answer in broken_site.ANSWERS:
        with broken_site.answering(answer) as other, pytest.raises(Refused, match=rf"^{other} does not answer: "):
            Flowise(other, Login(api_key=KEY)).state()
    fake.version = "2.2.7"
    with pytest.raises(Refused, match=r"is Flowise 2\.2\.7, and this command knows 3\.1$"):
        Flowise(fake.url, Login(**OWNER)).state()
    with pytest.raises(Refused, match="would send a password in clear"):
        Flowise("http://ai.example.com", Login(api_key=KEY))


def test_files_of_a_later_flowise_are_refused(fake: Fake, other: Fake, run: Run, tmp_path: Path) -> None:
    run("export", "--from", fake.url, tmp_path / "a")
    other.version = "3.1.3"
    assert run("import", "--to", other.url, tmp_path / "a")[2] == (
        f"{other.url} is Flowise 3.1.3, older than the files' 3.1.4\n"
    )


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ({}, "is no folder"),
        ({"readme.txt": "hello"}, "is no export: flowise.json is not there"),
        ({"flowise.json": '{"format": 9}'}, "has format 9, and this command reads 1"),
        ({"flowise.json": '{"format": 1}', "tools/a.json": "{"}, "tools/a.json of .* is no JSON"),
        ({"flowise.json": '{"format": 1}', "tools/a.json": "[]"}, "is no JSON object"),
        ({"flowise.json": '{"format": 1}', "tools/a.json": '{"id": "1"}'}, "has no name: it is no file of an export"),
        (
            {
                "flowise.json": '{"format": 1}',
                **dict.fromkeys(("tools/a.json", "tools/b.json"), '{"id":"1","name":"w"}'),
            },
            "tools/b.json of .* is of tool 'w', as another file is",
        ),
    ],
)
def test_a_folder_that_is_no_export_is_one_sentence(
    fake: Fake, run: Run, tmp_path: Path, made: dict[str, str], says: str
) -> None:
    for name, text in made.items():
        path = tmp_path / "a" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    status, _, said = run("diff", "--to", fake.url, tmp_path / "a")
    assert status == 2
    assert re.search(says, said), said
    if "readme.txt" in made:
        assert run("export", "--from", fake.url, tmp_path / "a")[0] == 2


def test_a_file_of_what_is_gone_or_renamed_goes(fake: Fake, run: Run, tmp_path: Path) -> None:
    ids = full(fake)
    run("export", "--from", fake.url, tmp_path / "a")
    fake.rows["chatflows"][ids["flow"]]["name"] = "Ünïted  desk!"
    del fake.rows["tools"][ids["tool"]]
    run("export", "--from", fake.url, tmp_path / "a")
    assert [path for path in files(tmp_path / "a") if path.startswith(("agentflows/", "tools/"))] == [
        f"agentflows/united-desk-{ids['flow'][:8]}.json"
    ]


STACK = {"owner_secret_arn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x", "cluster_name": "flowise-dev"}
FORWARDING = """#!/bin/sh
echo "$@" >> {log}
case "$*" in
  *get*) echo pod/app-server-1 ;;
  *) echo "Forwarding from 127.0.0.1:{port} -> 3000"; exec sleep 60 ;;
esac
"""


def test_a_stack_is_reached_by_its_own_cluster_as_its_owner(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(fake)
    log, kubectl = tmp_path / "log", tmp_path / "bin" / "kubectl"
    kubectl.parent.mkdir()
    kubectl.write_text(FORWARDING.format(log=log, port=fake.url.rpartition(":")[2]))
    kubectl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{kubectl.parent}:/usr/bin:/bin")
    root = Path(__file__).parents[3]

    def ask(service: str, operation: str, *, region: str, **parameters: Any) -> dict[str, Any]:
        assert (service, region, parameters) == ("secretsmanager", "eu-west-1", {"SecretId": STACK["owner_secret_arn"]})
        return {"SecretString": json.dumps({**OWNER, "metrics_api_key": "k"})}

    with reached("dev", root, ask=ask, run=lambda *_: json.dumps(STACK)) as flowise:
        assert len(flowise.state().items) == 8
    context = "--context arn:aws:eks:eu-west-1:111122223333:cluster/flowise-dev --namespace flowise"
    assert all(line.startswith(context) for line in log.read_text().splitlines())
    assert OWNER["password"] not in log.read_text()


def test_a_stack_that_is_not_up_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(Refused, match="stack dev has no output owner_secret_arn"),
        reached("dev", tmp_path, run=lambda *_: "{}"),
    ):
        pass
    with (
        pytest.raises(Refused, match="there is no login for https://x: set FLOWISE_API_KEY, or"),
        reached("https://x", tmp_path, environment={}),
    ):
        pass
