"""What sees to the engine's keys and what takes snapshots, in a real Node, against a stand-in for MeiliSearch."""

import json
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from components.search_engine.keys import derived
from sandbox.nodejs import NODE
from tests.node import SCRIPTS
from tests.ports import free_port
from tests.search_stand_in import Engine, served
from tests.waiting import PATIENCE_SECONDS, wait_until

MASTER = "a-master-key-of-many-bytes"
UID = "01b4bc42-eb33-4041-b481-254d00cce834"
KEY = {"uid": UID, "name": "snapshots", "actions": ["snapshots.create", "tasks.get"], "indexes": ["*"]}
# as much of the SDK as the script uses
SDK = """
exports.SecretsManagerClient = class {
  constructor({ region }) {
    const sign = async ({ headers }, { signingService }) => ({
      headers: { ...headers, authorization: `${signingService} ${region}` },
    });
    this.config = { signer: async () => ({ sign }) };
  }
};
"""


@dataclass
class Place:
    """An engine that answers, and what S3 was sent."""

    engine: Engine
    url: str
    port: int
    put: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    engine = Engine(MASTER, tmp_path / "data.ms", tmp_path / "snapshots")

    class Bucket(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            known.put[self.path] = (body, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    servers = [served(engine), ThreadingHTTPServer(("127.0.0.1", 0), Bucket)]
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    known = Place(engine, *(f"http://127.0.0.1:{servers[0].server_port}", servers[1].server_port))
    yield known
    for server, thread in zip(servers, threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()
    engine.close()


def looking(
    place: Place, port: int, *, master: str = MASTER, actions: list[str] | None = None
) -> "subprocess.Popen[str]":
    key = {**KEY, "actions": actions or KEY["actions"]}
    environment = {"SEARCH_URL": place.url, "MEILI_MASTER_KEY": master, "KEYS": json.dumps([key]), "PORT": str(port)}
    return subprocess.Popen(
        [NODE, "search_keys.cjs"],
        cwd=SCRIPTS,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE_SECONDS) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_keys_are_made_and_made_again_where_they_should_do_otherwise(place: Place) -> None:
    for actions in (["tasks.get"], ["snapshots.create", "tasks.get"]):
        port = free_port()
        process = looking(place, port, actions=actions)
        try:
            wait_until(partial(ready, port), "ready")
        finally:
            process.terminate()
            said, _ = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0
        assert place.engine.keys[UID]["actions"] == actions
        # the value is the same whatever it may do, so that pods need not start again
        assert place.engine.keys[UID]["key"] == derived(MASTER, UID)
        assert MASTER not in said
        assert place.engine.keys[UID]["key"] not in said


def test_who_has_another_master_key_is_not_ready(place: Place) -> None:
    port = free_port()
    process = looking(place, port, master="another-master-key-of-bytes")
    assert process.stdout is not None
    assert "status 403" in process.stdout.readline()
    with pytest.raises(OSError, match="503"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE_SECONDS)
    process.terminate()
    process.communicate(timeout=PATIENCE_SECONDS)


def snapshot(place: Place, folder: Path, key: str) -> "subprocess.CompletedProcess[str]":
    module = folder / "modules" / "@aws-sdk" / "client-secrets-manager"
    module.mkdir(parents=True)
    (module / "index.js").write_text(SDK)
    environment = {
        "SEARCH_URL": place.url,
        "SEARCH_KEY": key,
        "SNAPSHOT": str(folder / "snapshots" / "data.ms.snapshot"),
        "AWS_REGION": "eu-west-1",
        "BUCKET": "orders",
        "DNS_SUFFIX": "amazonaws.com",
        "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{place.port}",
        "NODE_PATH": str(folder / "modules"),
    }
    return subprocess.run(
        [NODE, "search_snapshot.cjs"],
        cwd=SCRIPTS,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def test_a_snapshot_that_is_done_lies_in_the_bucket(place: Place, tmp_path: Path) -> None:
    place.engine.make_key(KEY)
    place.engine.add("articles", [{"id": 1, "name": "shoe"}], "id")
    done = snapshot(place, tmp_path, derived(MASTER, UID))
    assert done.returncode == 0, done.stderr
    ((path, (body, headers)),) = place.put.items()
    assert path.startswith("/orders/snapshots/")
    assert json.loads(body)["indexes"]["articles"]["documents"]["1"]["name"] == "shoe"
    assert headers["authorization"] == "s3 eu-west-1"
    assert headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD"


def test_who_may_take_none_fails_and_puts_nothing(place: Place, tmp_path: Path) -> None:
    done = snapshot(place, tmp_path, "no-key")
    assert done.returncode == 1
    assert "status 403" in done.stderr
    assert place.put == {}


def test_the_stand_in_refuses_what_the_real_one_does(place: Place, tmp_path: Path) -> None:
    folder = place.engine.database
    with pytest.raises(SystemExit, match="another server"):
        Engine(MASTER, folder, tmp_path)
    with pytest.raises(SystemExit, match="16 bytes"):
        Engine("short", tmp_path / "other", tmp_path)
    Engine(MASTER, tmp_path / "old", tmp_path, version="1.4.0").close()
    with pytest.raises(SystemExit, match=r"of version 1\.4\.0"):
        Engine(MASTER, tmp_path / "old", tmp_path)
