"""The Kubernetes provider itself: what is built of it, and what our proxy makes of its answers."""

import json
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import struct_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2

from sandbox import kubernetes_checks
from sandbox.account import Account
from sandbox.checks import Failure
from sandbox.clusters.registry import Clusters
from sandbox.clusters.unserved import Unserved
from sandbox.real_provider import values
from sandbox.real_provider.program import without_components
from sandbox.real_provider.proxy import ProxiedProvider
from sandbox.run_options import RunOptions
from sandbox.toolchain import ToolchainError
from sandbox.wire import to_python, to_struct
from sandbox.world import World

CONSTRUCT = """
import (
	"context"

	providerhelmv4 "example.com/helm/v4"
	provideryamlv2 "example.com/yaml/v2"
)

var resourceProviders = map[string]Factory{
	"kubernetes:yaml/v2:ConfigFile":  provideryamlv2.NewConfigFileProvider,
	"kubernetes:helm.sh/v4:Chart":    providerhelmv4.NewChartProvider,
}
"""
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
URN = "urn:pulumi:dev::app::kubernetes:core/v1:ConfigMap::config"


def test_no_component_is_built() -> None:
    left = without_components(CONSTRUCT)

    assert "helmv4" not in left
    assert "yamlv2" not in left
    assert '"context"' in left
    assert "resourceProviders = map[string]Factory{\n}" in left


def test_a_module_that_looks_otherwise_is_refused() -> None:
    with pytest.raises(ToolchainError, match="is not as it was"):
        without_components("var resourceProviders = register()")


def test_laws_see_secrets_as_what_they_are() -> None:
    given = {"data": {**SECRET, "value": {"a": [{**SECRET, "value": "b"}]}}, "__inputs": {"data": 1}}

    assert values.revealed(to_struct(given))["data"] == {"a": ["b"]}
    assert values.made_of(to_struct(given)) == {"data": {"a": ["b"]}}
    assert values.inputs_of(to_struct(given)) == {"data": 1}


def test_a_release_s_state_names_the_chart_that_the_program_gave() -> None:
    given = to_struct({"chart": "loki", "repositoryOpts": {"repo": "https://example.com"}, "version": "1"})
    asked = values.with_chart(given, "/charts/loki-1.tgz")
    answered = to_struct({**to_python(asked), "__inputs": to_python(asked)})

    assert to_python(asked) == {"chart": "/charts/loki-1.tgz", "version": "1"}
    restored = to_python(values.with_chart_of(answered, given))
    assert restored["chart"] == restored["__inputs"]["chart"] == "loki"
    assert restored["repositoryOpts"] == restored["__inputs"]["repositoryOpts"] == {"repo": "https://example.com"}


class Stopped(Exception):
    """A call was ended with a status."""


class Context:
    """A call from one engine."""

    trailers: tuple[Any, ...] = ()

    def peer(self) -> str:
        return "ipv4:127.0.0.1:1"

    def add_callback(self, _: Any) -> None:
        """Nobody hangs up."""

    def set_trailing_metadata(self, trailers: Any) -> None:
        self.trailers = trailers

    def abort(self, code: grpc.StatusCode, details: str) -> None:
        raise Stopped(f"{code.name}: {details}")


class Answer:
    """What a call gives in the end."""

    def __init__(self, given: Any) -> None:
        self._given = given

    def cancel(self) -> None:
        """Nobody waits."""

    def result(self) -> Any:
        if isinstance(self._given, Exception):
            raise self._given
        return self._given


class Unready(grpc.RpcError):
    """The provider made an object that does not become ready."""

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        return "timed out waiting"

    def trailing_metadata(self) -> Any:
        status = status_pb2.Status(code=2, message="timed out waiting")
        state = to_struct({"metadata": {"name": "config"}, "__fieldManager": "x"})
        status.details.add().Pack(provider_pb2.ErrorResourceInitFailed(id="default/config", properties=state))
        return [("grpc-status-details-bin", status.SerializeToString()), ("other", "x")]


class Calls:
    """The provider's program, of which it is kept what it was asked."""

    def __init__(self, answer: Any) -> None:
        self.asked: list[Any] = []
        self.Create = self
        self._answer = answer

    def future(self, request: Any) -> Answer:
        self.asked.append(request)
        return Answer(self._answer)


class Process:
    """Its process."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls


def created(tmp_path: Path, answer: Any, data: Any) -> tuple[World, Calls, Context, str]:
    world, calls, context = World(tmp_path / "world.db"), Calls(answer), Context()
    account = Account(world, RunOptions())
    proxied: Any = ProxiedProvider(account, Clusters(tmp_path, account.standing), tmp_path, tmp_path)
    proxied._configured[context.peer()] = Process(calls)
    inputs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "config"}, "data": data}
    said = ""
    try:
        proxied.Create(provider_pb2.CreateRequest(urn=URN, properties=to_struct(inputs)), context)
    except Stopped as stopped:
        said = str(stopped)
    return world, calls, context, said


def test_what_a_law_refuses_never_reaches_the_provider(tmp_path: Path) -> None:
    _, calls, _, said = created(tmp_path, None, {"a b": "c"})

    assert "a valid config key must consist of" in said
    assert calls.asked == []


def test_what_the_provider_makes_stands_in_the_world(tmp_path: Path) -> None:
    state = {"metadata": {"name": "config"}, "data": {**SECRET, "value": {"a": "b"}}, "__inputs": {}}
    answer = provider_pb2.CreateResponse(id="default/config", properties=to_struct(state))
    world, calls, _, said = created(tmp_path, answer, {"a": "b"})

    assert said == ""
    assert len(calls.asked) == 1
    (record,) = list(world)
    assert (record.id, record.outputs) == ("default/config", {"metadata": {"name": "config"}, "data": {"a": "b"}})


def test_what_is_not_ready_stands_too_and_the_engine_hears_of_it(tmp_path: Path) -> None:
    world, _, context, said = created(tmp_path, Unready(), {"a": "b"})

    assert said == "UNKNOWN: timed out waiting"
    assert [record.id for record in world] == ["default/config"]
    assert [key for key, _ in context.trailers] == ["grpc-status-details-bin"]


def registered(kind: str, **item: Any) -> dict[str, Any]:
    metadata = {"name": "keda", "annotations": {"meta.helm.sh/release-name": "keda"}}
    return {"kind": kind, "metadata": metadata, **item}


class Server:
    """An API server with what a chart has registered."""

    def __init__(self, items: dict[str, list[dict[str, Any]]]) -> None:
        self._items = items
        self.deleted: list[tuple[str, str]] = []
        self.told: list[Any] = []

    def list(self, _: str, kind: str) -> list[dict[str, Any]]:
        return self._items.get(kind, [])

    def delete(self, _: str, kind: str, name: str) -> None:
        self.deleted.append((kind, name))

    def apply(self, manifest: Any, **_: Any) -> None:
        self.told.append(manifest["kind"])

    def tell(self, item: Any, status: Any) -> None:
        self.told.append((item["metadata"]["name"], status["conditions"][0]["reason"]))


def test_what_a_chart_registers_and_nobody_serves_is_withdrawn_and_what_a_program_registers_stays() -> None:
    hooks = [{"clientConfig": {"service": {"name": "keda"}}}]
    own = {"kind": "ValidatingWebhookConfiguration", "metadata": {"name": "own"}, "webhooks": hooks}
    external = {"kind": "ExternalSecret", "apiVersion": "v1", "spec": {}}
    external["metadata"] = {"name": "key", "namespace": "a", "uid": "u"}
    server: Any = Server(
        {
            "ValidatingWebhookConfiguration": [registered("ValidatingWebhookConfiguration", webhooks=hooks), own],
            "APIService": [
                registered("APIService", spec={}),
                registered("APIService", spec={"service": {"name": "k"}}),
            ],
            "ExternalSecret": [external, {**external, "status": {"conditions": []}}],
        }
    )
    Unserved(server).reconcile()

    assert server.deleted == [("ValidatingWebhookConfiguration", "keda"), ("APIService", "keda")]
    assert server.told == ["Secret", ("key", "SecretSynced")]


@pytest.mark.parametrize(
    ("token", "inputs", "says"),
    [
        ("kubernetes:core/v1:ConfigMapList", {"items": []}, "list resources exist for compatibility"),
        ("kubernetes:core/v1:ConfigMapPatch", {"metadata": {}}, "require the `.metadata.name` field"),
        ("kubernetes:core/v1:ConfigMap", {"metadata": {"generateName": "a-"}}, "`.metadata.generateName` field"),
    ],
)
def test_what_the_provider_takes_in_no_way_is_refused(token: str, inputs: dict[str, Any], says: str) -> None:
    with pytest.raises(kubernetes_checks.NotPossibleError, match=says):
        kubernetes_checks.refuse(token, inputs, {})


def test_another_way_of_applying_takes_a_generated_name() -> None:
    metadata = {"metadata": {"generateName": "a-"}}
    kubernetes_checks.refuse("kubernetes:core/v1:ConfigMap", metadata, {"enableServerSideApply": "false"})


def test_an_object_goes_to_its_provider_s_own_namespace() -> None:
    context = {"contexts": [{"name": "c", "context": {"namespace": "b"}}], "current-context": "c"}

    def place(kind: str, provider: dict[str, Any], **metadata: str) -> Any:
        token = f"kubernetes:core/v1:{kind}"
        return kubernetes_checks.placed(token, {"metadata": metadata}, provider)["metadata"].get("namespace")

    assert place("ConfigMap", {"namespace": "a"}) == "a"
    assert place("ConfigMap", {"kubeconfig": json.dumps(context)}) == "b"
    assert place("ConfigMap", {"namespace": "a"}, namespace="own") == "own"
    assert place("Namespace", {"namespace": "a"}) is None
    assert place("ConfigMap", {}) is None


def test_a_manifest_may_have_a_status_and_nothing_else_that_the_sdk_lacks() -> None:
    assert kubernetes_checks.beyond_the_sdk(Failure("status", ""))
    assert not kubernetes_checks.beyond_the_sdk(Failure("spec.status", ""))


def test_structs_are_not_changed_in_place() -> None:
    given = struct_pb2.Struct()
    given.update({"chart": "loki"})
    values.with_chart(given, "/a.tgz")

    assert to_python(given) == {"chart": "loki"}
