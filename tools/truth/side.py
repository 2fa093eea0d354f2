"""One provider, asked through the calls that the engine makes; and what it answered, in words that can be compared."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2

from sandbox.control_plane import Client, KubernetesError
from sandbox.real_provider import values
from sandbox.wire import to_struct

from .cases import PROVIDER, Case, merged

# What is of the moment, or of the server's own choosing, and differs from run to run.
_VOLATILE = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink")
_CHOSEN = ("clusterIP", "clusterIPs", "nodePort", "healthCheckNodePort", "volumeName", "secrets", "nodeName")
_MADE_UP = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|kube-api-access-\w{5}")
_ANNOTATED = ("deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration")


@dataclass
class Answers:
    """What a provider did in one case, step by step."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    refused: str = ""
    """In which step, at what, it refused; empty where it never did."""
    said: str = ""
    """With what words."""


class Refused(Exception):
    """A provider refused a call."""

    def __init__(self, at: str, said: str) -> None:
        super().__init__(said)
        self.at = at


class Side:
    """One provider for one case. `calls` has its methods, each taking a request."""

    def __init__(self, calls: Any, case: Case, namespace: str, client: Client) -> None:
        self._calls = calls
        self._case = case
        self._namespace = namespace
        self._client = client
        self.urn = f"urn:pulumi:truth::{namespace}::{case.token}::{case.name}"
        self._answers = Answers()
        self._checks = 0

    def run(self) -> Answers:
        """Take the resource through its steps, and away."""
        case, identity, state, inputs = self._case, "", None, None
        try:
            if case.token == PROVIDER:
                self._answers.steps.append(self._settings_changed())
                return self._answers
            if case.read:
                self._answers.steps.append(self._read())
                return self._answers
            if case.imported:
                identity, state, inputs = self._import()
            for number, step in enumerate(case.steps):
                wanted = self._check(case.placed(step, self._namespace), inputs)
                if state is None:
                    identity, state = self._create(wanted)
                    self._answers.steps.append({"does": "create", "outputs": self._outputs(state)})
                else:
                    identity, state = self._change(identity, state, inputs, wanted)
                inputs = wanted
                if number == 0:
                    self._interfere(identity)
            self._delete(identity, state)
        except Refused as refused:
            self._answers.refused = f"step {len(self._answers.steps)}: {refused.at}"
            self._answers.said = str(refused)
        return self._answers

    def _change(self, identity: str, state: Any, old: Any, wanted: Any) -> tuple[str, Any]:
        found = self._ask(
            "diff",
            "Diff",
            provider_pb2.DiffRequest(
                id=identity, urn=self.urn, olds=state, old_inputs=old, news=wanted, ignoreChanges=self._case.ignore
            ),
        )
        told: dict[str, Any] = {
            "does": "nothing",
            "replaces": sorted(self._neutral(found.replaces)),
            "diff": self._neutral(
                {
                    path: provider_pb2.PropertyDiff.Kind.Name(each.kind)
                    for path, each in sorted(found.detailedDiff.items())
                }
            ),
        }
        if found.changes == provider_pb2.DiffResponse.DIFF_SOME:
            told["does"] = "replace" if found.replaces else "update"
            told["deletes first"] = found.deleteBeforeReplace
        self._answers.steps.append(told)
        if told["does"] == "update":
            state = self._update(identity, state, old, wanted)
        elif told["does"] == "replace":
            if not found.deleteBeforeReplace:
                # what Pulumi named gets another name for its successor, as the engine asks for with no olds
                wanted = self._check(self._case.placed(self._case.steps[-1], self._namespace), None)
                identity, state = self._replaced(identity, state, wanted)
            else:
                self._delete(identity, state)
                identity, state = self._create(wanted)
        # as a refresh reads them: where it waits, the real provider hands over what its watch saw last, which may be
        # what stood before
        request = provider_pb2.ReadRequest(id=identity, urn=self.urn, properties=state, inputs=wanted)
        state = self._ask("read", "Read", request).properties
        told["outputs"] = self._outputs(state)
        return identity, state

    def _replaced(self, identity: str, state: Any, wanted: Any) -> tuple[str, Any]:
        made = self._create(wanted)
        if made[0] != identity:
            self._delete(identity, state)
        return made

    def _check(self, given: Mapping[str, Any], old: Any) -> Any:
        self._checks += 1
        # as the engine proposes names: another for each that is to be made up
        options = provider_pb2.CheckRequest.AutonamingOptions
        named = options(proposed_name=f"{self._case.name}-{self._checks:08x}", mode=options.PROPOSE)
        request = provider_pb2.CheckRequest(
            urn=self.urn, news=to_struct(given), olds=old, randomSeed=b"\1" * 32, autonaming=named
        )
        answer = self._ask("check", "Check", request)
        if answer.failures:
            raise Refused("check", "; ".join(f"{each.property}: {each.reason}" for each in answer.failures))
        return answer.inputs

    def _create(self, wanted: Any) -> tuple[str, Any]:
        request = provider_pb2.CreateRequest(urn=self.urn, properties=wanted, timeout=self._case.seconds, preview=True)
        self._ask("preview", "Create", request)
        request.preview = False
        answer = self._ask("create", "Create", request)
        return answer.id, answer.properties

    def _update(self, identity: str, state: Any, old: Any, wanted: Any) -> Any:
        request = provider_pb2.UpdateRequest(
            id=identity,
            urn=self.urn,
            olds=state,
            old_inputs=old,
            news=wanted,
            timeout=self._case.seconds,
            ignoreChanges=self._case.ignore,
            preview=True,
        )
        self._ask("preview", "Update", request)
        request.preview = False
        return self._ask("update", "Update", request).properties

    def _delete(self, identity: str, state: Any) -> None:
        request = provider_pb2.DeleteRequest(id=identity, urn=self.urn, properties=state, timeout=30)
        self._ask("delete", "Delete", request)

    def _settings_changed(self) -> dict[str, Any]:
        old, new = (to_struct(self._case.placed(each, self._namespace)) for each in self._case.steps)
        request = provider_pb2.DiffRequest(id=self._case.name, urn=self.urn, olds=old, old_inputs=old, news=new)
        found = self._ask("diff", "DiffConfig", request)
        changed = found.changes == provider_pb2.DiffResponse.DIFF_SOME
        return {"does": "change" if changed else "nothing", "replaces": sorted(found.replaces)}

    def _stands(self) -> Any:
        """Ask for what stands under the case's name, as whoever knows nothing else of it."""
        metadata = self._case.placed(self._case.steps[0], self._namespace)["metadata"]
        identity = "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)
        return self._ask("read", "Read", provider_pb2.ReadRequest(id=identity, urn=self.urn))

    def _read(self) -> dict[str, Any]:
        answer = self._stands()
        return {"does": "read" if answer.id else "finds nothing", "outputs": self._outputs(answer.properties)}

    def _import(self) -> tuple[str, Any, Any]:
        answer = self._stands()
        if not answer.id:
            raise Refused("read", "there is nothing to import")
        told = {"does": "import", "inputs": self._outputs(answer.inputs), "outputs": self._outputs(answer.properties)}
        self._answers.steps.append(told)
        return answer.id, answer.properties, answer.inputs

    def _interfere(self, identity: str) -> None:
        """Do what the case has somebody else do."""
        if not (self._case.outside or self._case.vanish):
            return
        namespace, _, name = identity.rpartition("/")
        made = self._case.placed(self._case.steps[0], self._namespace)
        found = self._client.get(made["apiVersion"], made["kind"], name, namespace or None)
        if self._case.vanish:
            self._client.delete(made["apiVersion"], made["kind"], name, namespace or None)
        else:
            self._client.replace(
                merged(found, self._case.placed(self._case.outside, self._namespace)), manager="kubectl-edit"
            )

    def _ask(self, at: str, method: str, request: Any) -> Any:
        try:
            return getattr(self._calls, method)(request)
        except (grpc.RpcError, Aborted) as error:
            said: Any = error
            if at == "read" and (unready := _unready(said)) is not None:
                return unready
            raise Refused(at, self._neutral(str(said.details()))) from error

    def _outputs(self, state: Any) -> Any:
        return self._neutral(_settled({k: v for k, v in values.made_of(state).items() if k != "status"}))

    def _neutral(self, value: Any) -> Any:
        """Return a value without what only this run has: its names, and those that were made up."""
        text = json.dumps(
            list(value)
            if not isinstance(value, (str, Mapping))
            else dict(value)
            if isinstance(value, Mapping)
            else value
        )
        run = f"{self._case.name}-{self._namespace.partition('-')[0]}"
        for mine, general in (
            (self._namespace, "{ns}"),
            (run, "{id}"),
            (run.replace("-", ""), "{plain}"),
            (self.urn, "{urn}"),
        ):
            text = text.replace(mine, general)
        text = _MADE_UP.sub("{made-up}", text)
        return json.loads(re.sub(rf"\b{re.escape(self._case.name)}-[0-9a-f]{{8}}\b", "{made-up}", text))


def _unready(error: Any) -> Any:
    """Return what stands, where all that is wrong with it is that it is not ready; None where more is."""
    trailers: Any = error.trailing_metadata() if isinstance(error, grpc.RpcError) else ()
    for key, packed in trailers:
        for detail in status_pb2.Status.FromString(packed).details if key == "grpc-status-details-bin" else ():
            failed = provider_pb2.ErrorResourceInitFailed()
            if detail.Unpack(failed):
                return failed
    return None


class Aborted(Exception):
    """One of our own provider's calls ended with a status."""

    def __init__(self, details: str) -> None:
        super().__init__(details)
        self._details = details

    def details(self) -> str:
        """Return its words, as gRPC's own error does."""
        return self._details


def _settled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _settled(each)
            for key, each in sorted(value.items())
            if key not in _VOLATILE and key not in _CHOSEN and key not in _ANNOTATED
        }
    return [_settled(each) for each in value] if isinstance(value, list) else value


def manifest_of(namespace: str, labels: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": dict(labels or {})}}


def prepare(case: Case, namespace: str, client: Client) -> None:
    """Make the namespace of a run, and what the case needs in it."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"} if case.restricted else {}
    client.apply(manifest_of(namespace, labels), force=True)
    for need in case.needs:
        client.apply(case.placed(need, namespace), manager="kubectl", force=True)
    client.until(bool, "v1", "ServiceAccount", "default", namespace, timeout_seconds=60)


def clear(case: Case, namespace: str, client: Client) -> None:
    """Take away what a run leaves."""
    for need in (*case.needs, *case.steps):
        placed = case.placed(need, namespace)
        name = placed.get("metadata", {}).get("name")
        try:
            if name:
                client.delete(placed["apiVersion"], placed["kind"], name, placed["metadata"].get("namespace"))
        except KubernetesError:
            continue  # it is gone, or never came
    client.delete("v1", "Namespace", namespace)
