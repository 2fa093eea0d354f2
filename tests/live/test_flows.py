"""Flows as files, against the real Flowise: written, lost, brought back, promoted."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import wait_until
from tools.flows.__main__ import main
from tools.flows.client import Flowise, Login
from tools.flows.secrets import taken

from . import flowise
from .client import Browser, chain, flow
from .conftest import Place, is_ready
from .servers import READY_SECONDS

pytestmark = pytest.mark.live
FUNCTION = "const key = 'sk-abcdefghijklmnopqrstuvwx'\nreturn 'sunny'"
Run = Callable[..., int]


@pytest.fixture(scope="module")
def site(queue: Place) -> Iterator[Browser]:
    with queue.serving() as browser:
        yield browser


@pytest.fixture(scope="module")
def made(queue: Place, site: Browser) -> dict[str, str]:
    """Let Flowise have one of each kind; give ids."""
    _, listed = site("GET", "/api/v1/credentials")
    credential = next(each for each in listed if each["name"] == "Databricks")
    ids = {
        "agentflow": queue.make_flow(site, name="Support desk"),
        "chatflow": queue.make_flow(site, chain, name="Chat"),
    }
    tool = {"name": "weather", "description": "d", "color": "c", "schema": "[]", "func": FUNCTION}
    details = json.dumps({"name": "Ada", "instruction": "Be kind.\nBe brief.", "chatModel": {"name": "chatOpenAI"}})
    store = {"name": "Handbook", "description": "all that we know"}
    for name, path, body in (
        ("tool", "tools", tool),
        ("assistant", "assistants", {"type": "CUSTOM", "credential": ids["chatflow"], "details": details}),
        ("variable", "variables", {"name": "greeting", "type": "static", "value": "hello"}),
        ("secret", "variables", {"name": "STRIPE_API_KEY", "type": "static", "value": "rk_live_1"}),
        ("store", "document-store/store", store),
        (
            "template",
            "marketplaces/custom",
            {"name": "T", "description": "", "usecases": ["a"], "chatflowId": ids["chatflow"]},
        ),
    ):
        status, said = site("POST", f"/api/v1/{path}", body)
        assert status == 200, said
        ids[name] = said["id"]
    # a loader of text, with its credential; and what is spoken, asked to a service with another place for one
    configs = {
        "loaders": json.dumps(
            [{"id": "l1", "loaderId": "plainText", "loaderName": "Plain", "loaderConfig": {"text": "a"}}]
        ),
        "embeddingConfig": json.dumps({"name": "openAIEmbeddings", "config": {"credential": credential["id"]}}),
    }
    speech = {"speechToText": json.dumps({"openAIWhisper": {"credentialId": credential["id"], "status": False}})}
    for path, body in ((f"document-store/store/{ids['store']}", configs), (f"chatflows/{ids['chatflow']}", speech)):
        assert site("PUT", f"/api/v1/{path}", body)[0] == 200
    server = {"toolName": "chat", "description": "answers"}
    assert site("POST", f"/api/v1/mcp-server/{ids['chatflow']}", server)[0] == 201
    return ids


def command(folder: Path, url: str, login: dict[str, str]) -> Run:
    def reach(*_: Any, **__: Any) -> AbstractContextManager[Flowise]:
        return nullcontext(Flowise(url, Login(**login)))

    return lambda *arguments: main(folder, [str(each) for each in arguments], reach=reach)


@pytest.fixture
def run(queue: Place, site: Browser, tmp_path: Path) -> Run:
    return command(tmp_path, site.url, queue.owner())


def files(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.json"))}


def answer(site: Browser, key: str) -> Any:
    status, said = site("POST", f"/api/v1/prediction/{key}", {"question": "are you there?"})
    assert status == 200, said
    return said["text"]


def prompt(site: Browser, key: str, text: str) -> None:
    """Change what a flow tells its model, as the canvas saves it."""
    _, row = site("GET", f"/api/v1/chatflows/{key}")
    data = json.loads(row["flowData"])
    for node in data["nodes"]:
        node |= {"selected": True, "dragging": False}
        if node["data"]["name"] == "llmAgentflow":
            node["data"]["inputs"]["llmMessages"] = [{"role": "system", "content": text}]
    data["viewport"] = {"x": 7, "y": 7, "zoom": 2}
    assert site("PUT", f"/api/v1/chatflows/{key}", {"name": row["name"], "flowData": json.dumps(data)})[0] == 200


def test_what_is_lost_comes_back_and_gives_the_same_answer(
    queue: Place, site: Browser, made: dict[str, str], run: Run, tmp_path: Path
) -> None:
    before = [answer(site, made[each]) for each in ("agentflow", "chatflow")]
    assert before == ["heard: are you there?"] * 2
    assert run("export", "--from", site.url, tmp_path / "a") == 0
    text = "".join(files(tmp_path / "a").values())
    assert [each for each in ("rk_live_1", "sk-abcdefgh") if each in text] == []
    for path in (
        *(f"chatflows/{made[each]}" for each in ("agentflow", "chatflow")),
        *(f"tools/{made['tool']}", f"assistants/{made['assistant']}", f"variables/{made['variable']}"),
        *(f"document-store/store/{made['store']}", f"marketplaces/custom/{made['template']}"),
    ):
        assert site("DELETE", f"/api/v1/{path}")[0] == 200
    assert site("POST", f"/api/v1/prediction/{made['agentflow']}", {"question": "?"})[0] != 200
    assert run("import", "--apply", "--to", site.url, tmp_path / "a") == 0
    # the key in the tool's code was nowhere any more
    assert site("PUT", f"/api/v1/tools/{made['tool']}", {"func": FUNCTION})[0] == 200
    for again in ("b", "c"):
        assert run("export", "--from", site.url, tmp_path / again) == 0
        assert files(tmp_path / again) == files(tmp_path / "a")
        assert run("diff", "--to", site.url, tmp_path / "a") == 0
        assert run("import", "--apply", "--to", site.url, tmp_path / again) == 0
    assert [answer(site, made[each]) for each in ("agentflow", "chatflow")] == before
    assert site("GET", "/api/v1/marketplaces/custom")[0] == 200
    assert site("GET", f"/api/v1/mcp-server/{made['chatflow']}")[1]["enabled"] is True
    assert site("GET", f"/api/v1/document-store/store/{made['store']}")[1]["loaders"][0]["loaderConfig"] == {
        "text": "a"
    }


def test_a_changed_prompt_is_a_difference_of_one_line_and_can_be_taken_back(
    site: Browser, made: dict[str, str], run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt(site, made["agentflow"], "Be kind.\nBe brief.\nBe right.")
    run("export", "--from", site.url, tmp_path / "a")
    prompt(site, made["agentflow"], "Be kind.\nBe very brief.\nBe right.")
    capsys.readouterr()
    assert run("diff", "--to", site.url, tmp_path / "a") == 1
    changed = [line for line in capsys.readouterr().out.splitlines() if re.match(r"[-+](?![-+])", line)]
    assert [(line[0], line[1:].strip()) for line in changed] == [
        ("-", '"Be brief.\\n",'),
        ("+", '"Be very brief.\\n",'),
    ]
    assert run("restore", "--apply", "--to", site.url, tmp_path / "a", made["agentflow"]) == 0
    assert run("diff", "--to", site.url, tmp_path / "a") == 0


def test_a_key_reads_what_the_owner_reads_and_changes_what_it_may(
    queue: Place, site: Browser, made: dict[str, str], run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reads = ["chatflows:view", "agentflows:view", "assistants:view", "tools:view", "variables:view"]
    reads += ["documentStores:view", "templates:custom", "credentials:view"]
    keys = {}
    for name, permissions in (("reads", reads), ("writes", [*reads, "agentflows:update"]), ("little", reads[:1])):
        _, listed = site("POST", "/api/v1/apikey", {"keyName": name, "permissions": permissions})
        keys[name] = next(each["apiKey"] for each in listed if each["keyName"] == name)
    reading, writing, little = (
        command(tmp_path, site.url, {"api_key": keys[name]}) for name in ("reads", "writes", "little")
    )
    run("export", "--from", site.url, tmp_path / "a")
    assert reading("export", "--from", site.url, tmp_path / "b") == 0
    assert files(tmp_path / "b") == files(tmp_path / "a")
    prompt(site, made["agentflow"], "Something else.")
    assert reading("restore", "--apply", "--to", site.url, tmp_path / "a", made["agentflow"]) == 2
    assert "it needs the permission agentflows:update" in capsys.readouterr().err
    assert writing("restore", "--apply", "--to", site.url, tmp_path / "a", made["agentflow"]) == 0
    assert little("export", "--from", site.url, tmp_path / "c") == 2
    assert "it needs the permission credentials:view" in capsys.readouterr().err
    # no key may have what a new flow takes
    status, said = site("POST", "/api/v1/apikey", {"keyName": "all", "permissions": ["workspace:import"]})
    assert (status, said["message"]) == (400, "Cannot create API key with workspace or admin permissions")


def test_the_daily_export_puts_the_commands_files_into_the_bucket(
    queue: Place, site: Browser, made: dict[str, str], run: Run, tmp_path: Path
) -> None:
    pod = queue.stack.pod("app-flows-job")
    # the server and S3 stand on this machine; the key is the one that the setup gave
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "NODE_PATH")
    changed = {name: queue.changed[name] for name in names}
    changed |= {"FLOWISE_URL": site.url, "AWS_ENDPOINT_URL_S3": queue.changed["S3_ENDPOINT_URL"]}
    assert "files in s3://" in flowise.run(pod, queue.folder / "flow-export", changed)
    run("export", "--from", site.url, tmp_path / "a")
    listed = queue.s3.list_objects_v2(Bucket=queue.bucket, Prefix="flows/")["Contents"]
    written = {each["Key"]: queue.s3.get_object(Bucket=queue.bucket, Key=each["Key"])["Body"].read() for each in listed}
    found = {key.split("/", 2)[2]: body.decode() for key, body in written.items()}
    assert found == files(tmp_path / "a")


def test_flows_go_from_dev_to_prod(
    queue: Place,
    site: Browser,
    made: dict[str, str],
    run: Run,
    ranges: Callable[..., Place],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    databricks = {"url": "https://dbc-1.cloud.databricks.com", "token_secret_name": "flowise/databricks-token"}
    dev = ranges("dev", service={"databricks": databricks})
    dev.setup_database()
    dev.setup()
    with dev.pod("app-server-pods") as (process, there, probe):
        wait_until(partial(is_ready, process, probe), "dev is ready", READY_SECONDS)
        dev.log_in(there)
        key = dev.make_flow(there, flow, name="Made in dev")
        _, other = there(
            "POST",
            "/api/v1/credentials",
            {"name": "Only dev", "credentialName": "openAIApi", "plainDataObj": {"openAIApiKey": "k"}},
        )
        lost = dev.make_flow(
            there,
            name="Not yet",
            flowData=chain(Path(dev.changed["FLOWISE_PACKAGE"]), dev.model.url, other["id"])["flowData"],
            type="CHATFLOW",
        )
        logins = {there.url: dev.owner(), site.url: queue.owner()}

        def reach(place: str, *_: Any, **__: Any) -> AbstractContextManager[Flowise]:
            return nullcontext(Flowise(place, Login(**logins[place])))

        promote = ["promote", "--from", there.url, "--to", site.url]
        assert main(tmp_path, promote, reach=reach) == 2
        assert capsys.readouterr().err.startswith(
            "chatflow 'Not yet', node 'ChatOpenAI', credential, uses the credential 'Only dev' of type openAIApi, "
        )
        assert site("GET", f"/api/v1/chatflows/{key}")[0] == 404
        assert there("DELETE", f"/api/v1/chatflows/{lost}")[0] == 200
        assert main(tmp_path, promote, reach=reach) == 0
        assert site("GET", f"/api/v1/chatflows/{key}")[0] == 404
        assert main(tmp_path, [*promote, "--apply"], reach=reach) == 0
        # it asks the model that dev's flow names, with prod's own credential
        assert answer(site, key) == "heard: are you there?"
        capsys.readouterr()
        assert main(tmp_path, promote, reach=reach) == 0
        assert "0 create, 0 change" in capsys.readouterr().out


def test_what_flowise_calls_a_password_stays_out_of_files(package: Path) -> None:
    nodes = package.parent / "flowise-components" / "dist" / "nodes"
    text = "".join(path.read_text() for path in nodes.rglob("*.js"))
    names = set(re.findall(r"name: '([^']+)',\s*type: 'password'", text))
    assert names == {"unstructuredAPIKey"}
    for name in names:
        assert taken({"flow": {"inputs": {name: "secret"}}})[1]
