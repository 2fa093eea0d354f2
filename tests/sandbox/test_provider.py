"""What the engine is told of a resource that it asks after."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox import json_inputs
from sandbox.account import Account
from sandbox.clusters.registry import Clusters
from sandbox.provider import Provider
from sandbox.run_options import RunOptions
from sandbox.wire import UNKNOWN, to_python, to_struct
from sandbox.world import Record, World

PASSWORD = "random:index/randomPassword:RandomPassword"
URN = f"urn:pulumi:dev::p::{PASSWORD}::password"


def test_a_password_that_another_has_taken_the_place_of_is_still_itself(tmp_path: Path) -> None:
    account = Account(World(tmp_path / "world.db"), RunOptions())
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


class Ended(Exception):
    """What `abort` raises: the call ends there."""


class Context:
    """A call whose status is kept."""

    status: tuple[grpc.StatusCode, str]

    def peer(self) -> str:
        return ""

    def abort(self, code: grpc.StatusCode, said: str) -> NoReturn:
        self.status = (code, said)
        raise Ended


BUCKET = "aws:s3/bucket:Bucket"


def bucket(name: str) -> str:
    return f"urn:pulumi:dev::p::{BUCKET}::{name}"


@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_whatever_is_refused_ends_the_call_as_a_precondition_that_fails(operation: str, tmp_path: Path) -> None:
    account = Account(World(tmp_path / "world.db"), RunOptions(faults=[f"{BUCKET}@{operation}=ServiceUnavailable"]))
    account.create(Record(BUCKET, "files", bucket("files"), 0, {"bucket": "files"}, {}), unique=False)
    provider = Provider("aws", account, Clusters(tmp_path, account.standing, None, real=False))
    given, context = to_struct({"bucket": "files"}), Context()
    calls = {
        "create": (provider.Create, provider_pb2.CreateRequest(urn=bucket("other"), properties=given)),
        "update": (
            provider.Update,
            provider_pb2.UpdateRequest(id="files", urn=bucket("files"), olds=given, news=given),
        ),
        "delete": (provider.Delete, provider_pb2.DeleteRequest(id="files", urn=bucket("files"), properties=given)),
    }
    call, request = calls[operation]

    with pytest.raises(Ended):
        call(request, context)  # type: ignore[arg-type] # all that is asked of it
    assert context.status[0] == grpc.StatusCode.FAILED_PRECONDITION
    assert "ServiceUnavailable" in context.status[1]


def test_what_exists_already_has_a_status_of_its_own(tmp_path: Path) -> None:
    account = Account(World(tmp_path / "world.db"), RunOptions(laws=False))
    account.create(Record(BUCKET, "files", bucket("files"), 0, {}, {"region": "us-east-1"}), unique=True)
    provider = Provider("aws", account, Clusters(tmp_path, account.standing, None, real=False))
    request = provider_pb2.CreateRequest(urn=bucket("other"), properties=to_struct({"bucket": "files"}))
    context = Context()

    with pytest.raises(Ended):
        provider.Create(request, context)  # type: ignore[arg-type] # all that is asked of it
    assert context.status == (
        grpc.StatusCode.ALREADY_EXISTS,
        f"creating {BUCKET} (files): it exists already",
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"b": [1], "a": {"c": "<&>"}}, '{"a":{"c":"<&>"},"b":[1]}'),
        ('{"b": 1}', '{"b": 1}'),
        ({"a": [UNKNOWN]}, UNKNOWN),
    ],
)
def test_a_document_is_kept_as_a_text(given: Any, kept: str) -> None:
    told = json_inputs.as_texts("aws:iam/policy:Policy", {"policy": given, "tags": {"a": "b"}})
    assert told == {"policy": kept, "tags": {"a": "b"}}


def test_a_document_that_a_program_gives_is_a_text_in_what_is_made(tmp_path: Path) -> None:
    account = Account(World(tmp_path / "world.db"), RunOptions())
    provider = Provider("aws", account, Clusters(tmp_path, account.standing, None, real=False))
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    given = to_struct({"policy": {"Version": "2012-10-17", "Statement": [statement]}})
    request = provider_pb2.CheckRequest(urn="urn:pulumi:dev::p::aws:iam/policy:Policy::one", news=given)
    checked = to_python(provider.Check(request, Context()).inputs)  # type: ignore[arg-type] # all that is asked of it
    assert json.loads(checked["policy"]) == {"Version": "2012-10-17", "Statement": [statement]}
