"""What the engine is told of a resource that it asks after."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pulumi.runtime.proto import provider_pb2

from sandbox.account import Account
from sandbox.clusters.registry import Clusters
from sandbox.provider import Provider
from sandbox.rules import Rules
from sandbox.wire import to_python, to_struct
from sandbox.world import Record, World

PASSWORD = "random:index/randomPassword:RandomPassword"
URN = f"urn:pulumi:dev::p::{PASSWORD}::password"


def test_a_password_that_another_has_taken_the_place_of_is_still_itself(tmp_path: Path) -> None:
    account = Account(World(tmp_path / "world.db"), Rules())
    provider = Provider("random", account, Clusters(tmp_path, account.standing, None, real=False))
    account.create(Record(PASSWORD, "none", URN, 1, {"length": 9}, {"result": "new"}), unique=False)

    def read(**known: str) -> dict[str, Any]:
        request = provider_pb2.ReadRequest(id="none", urn=URN, properties=to_struct(known), inputs=to_struct({}))
        return to_python(provider.Read(request, SimpleNamespace(peer=lambda: "")).properties)  # type: ignore[arg-type] # all that is asked of it

    assert read(result="old") == {"result": "old"}
    # one that was adopted after a crash: nobody knows it yet
    assert read() == {"result": "new"}

    old = provider_pb2.DeleteRequest(id="none", urn=URN, properties=to_struct({"result": "old"}))
    provider.Delete(old, SimpleNamespace(peer=lambda: ""))  # type: ignore[arg-type] # likewise
    assert [record.outputs for record in account.world] == [{"result": "new"}]
