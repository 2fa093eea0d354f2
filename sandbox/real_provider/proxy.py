"""The Kubernetes provider itself behind our laws: an operation is judged, then handed on, then noted in the world.

Objects of a cluster that has no control plane, and releases whose chart is not at hand, are played as without it.
"""

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import grpc
import yaml
from google.protobuf import empty_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2

from .. import stateful
from ..account import Account
from ..clusters import helm
from ..clusters.cluster import Cluster
from ..clusters.objects import ClusterError, release_of
from ..clusters.registry import Clusters
from ..helm_releases import RELEASE
from ..provider import Provider, refused_as_status, type_and_name
from ..wire import to_struct
from ..world import Record
from . import values
from .process import ProviderProcess, helm_apart

_DETAILS = "grpc-status-details-bin"
_KUBECONFIG = "kubeconfig"


class ProxiedProvider(Provider):
    """The provider of Kubernetes, which a program of its own answers for."""

    def __init__(self, account: Account, clusters: Clusters, program: Path, home: Path) -> None:
        super().__init__("kubernetes", account, clusters)
        self._program = program
        self._home = home
        self._turn = threading.Lock()
        self._processes: dict[str, ProviderProcess] = {}
        self._configured: dict[str, ProviderProcess] = {}

    def stop(self) -> None:
        """End every process."""
        with self._turn:
            for process in self._processes.values():
                process.stop()

    def Attach(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Let the provider's own warnings reach the engine, too."""
        self._process(context).attach(request.address)
        return super().Attach(request, context)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Return whether a changed configuration replaces what the provider made."""
        answer: provider_pb2.DiffResponse = self._ask(context, self._process(context).calls.DiffConfig, request)
        return answer

    def Configure(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ConfigureResponse:
        """Start the cluster that the configuration points to, and let the provider reach it."""
        own = super().Configure(request, context)
        try:
            cluster = self._cluster(self._config(context))
        except ClusterError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"configuring the Kubernetes provider: {error}")
        if cluster is None:
            return own
        cluster.play_unserved()
        process = self._process(context)
        answer: provider_pb2.ConfigureResponse = self._ask(
            context, process.calls.Configure, _reaching(request, cluster)
        )
        self._configured[context.peer()] = process
        return answer

    def Check(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Refuse what ours refuses, and then what the provider does."""
        calls, archive = self._real(request.urn, values.revealed(request.news), context)
        if calls is None:
            return super().Check(request, context)
        # as everywhere else, what it is asked about has no secrets by their wrappers
        plain = provider_pb2.CheckRequest()
        plain.CopyFrom(request)
        plain.news.CopyFrom(to_struct(values.revealed(request.news)))
        plain.olds.CopyFrom(to_struct(values.revealed(request.olds)))
        refused = super().Check(plain, context)
        if refused.failures:
            return refused
        asked, given = _with_chart(request, "news", archive), request.news
        answer: provider_pb2.CheckResponse = self._ask(context, calls.Check, asked)
        if archive:
            answer.inputs.CopyFrom(values.with_chart_of(answer.inputs, given))
        return answer

    def Diff(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Return what the provider says of a change, and warn of data that it would take away."""
        calls, _ = self._real(request.urn, values.revealed(request.news), context)
        if calls is None:
            return super().Diff(request, context)
        answer: provider_pb2.DiffResponse = self._ask(context, calls.Diff, request)
        self._warn(request.urn, stateful.warning(type_and_name(request.urn)[0], tuple(answer.replaces)))
        return answer

    def Create(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Make a resource that no law refuses."""
        inputs = values.revealed(request.properties)
        calls, archive = self._real(request.urn, inputs, context)
        if calls is None:
            return super().Create(request, context)
        token, _ = type_and_name(request.urn)
        op = self._operation("create", request.urn, inputs, self._config(context), preview=request.preview)
        with refused_as_status(context, op), self._account.authorized(op):
            if request.preview:
                self._account.plan(Record(token, "", request.urn, 0, inputs, inputs))

        def note(identity: str, state: Any) -> None:
            if not request.preview:
                serial = self._world.times_made(request.urn)
                record = Record(token, identity, request.urn, serial, inputs, values.made_of(state))
                self._account.create(record, unique=False)

        asked = _with_chart(request, "properties", archive)
        answer: provider_pb2.CreateResponse = self._ask(context, calls.Create, asked, note)
        if archive:
            answer.properties.CopyFrom(values.with_chart_of(answer.properties, request.properties))
        note(answer.id, answer.properties)
        return answer

    def Read(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """Return what stands on the cluster, whoever made it."""
        calls, archive = self._real(request.urn, values.inputs_of(request.properties), context)
        if calls is None or (type_and_name(request.urn)[0] == RELEASE and not archive):
            return super().Read(request, context)
        token, name = type_and_name(request.urn)
        with refused_as_status(context, self._operation("create", request.urn, {}, {})):
            self._account.raise_if_outage(token, name, "read")
        answer: provider_pb2.ReadResponse = self._ask(context, calls.Read, request)
        return answer

    def Update(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Change a resource in place."""
        inputs = values.revealed(request.news)
        calls, archive = self._real(request.urn, inputs, context)
        if calls is None:
            return super().Update(request, context)
        token, _ = type_and_name(request.urn)
        old = self._world.get(token, request.id, request.urn)
        op = self._operation("update", request.urn, inputs, self._config(context), preview=request.preview, old=old)
        with refused_as_status(context, op), self._account.authorized(op):
            if request.preview:
                self._account.plan(Record(token, request.id, request.urn, 0, inputs, inputs))

        def note(identity: str, state: Any) -> None:
            if not request.preview:
                serial = old.serial if old else 0
                made = Record(token, identity, request.urn, serial, inputs, values.made_of(state))
                self._account.update(made)

        asked = _with_chart(request, "news", archive)
        answer: provider_pb2.UpdateResponse = self._ask(context, calls.Update, asked, note)
        if archive:
            answer.properties.CopyFrom(values.with_chart_of(answer.properties, request.news))
        note(request.id, answer.properties)
        return answer

    def Delete(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Remove a resource that no law holds."""
        given = values.inputs_of(request.properties)
        calls, archive = self._real(request.urn, given, context)
        if calls is None or (type_and_name(request.urn)[0] == RELEASE and not archive):
            return super().Delete(request, context)
        token, _ = type_and_name(request.urn)
        record = self._world.get(token, request.id, request.urn)
        op = self._operation(
            "delete", request.urn, record.inputs if record else given, self._config(context), old=record
        )
        with refused_as_status(context, op), self._account.authorized(op):
            pass
        answer: empty_pb2.Empty = self._ask(context, calls.Delete, request)
        if record is not None:
            self._account.delete(record)
        return answer

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        """Answer a function."""
        process = self._configured.get(context.peer())
        if process is None:
            return super().Invoke(request, context)
        answer: provider_pb2.InvokeResponse = self._ask(context, process.calls.Invoke, request)
        return answer

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Let what waits give up."""
        with self._turn:
            process = self._processes.get(context.peer())
        if process is not None:
            self._ask(context, process.calls.Cancel, request)
        return empty_pb2.Empty()

    def _process(self, context: grpc.ServicerContext) -> ProviderProcess:
        """Return the process behind a connection, which the engine makes for each provider instance."""
        with self._turn:
            peer = context.peer()
            if peer not in self._processes:
                self._processes[peer] = ProviderProcess(self._program, helm_apart(self._home))
            return self._processes[peer]

    def _real(self, urn: str, inputs: Mapping[str, Any], context: grpc.ServicerContext) -> tuple[Any, str]:
        """Return who answers for a resource, and a release's archive; nobody where ours plays it."""
        process = self._configured.get(context.peer())
        if process is None or type_and_name(urn)[0] != RELEASE:
            return (process.calls if process else None), ""
        named = {"name": "", **{key: value for key, value in inputs.items() if value is not None}}
        folder = self._clusters.charts_folder
        archive = helm.archive(folder, release_of(named)) if folder and "chart" in named else None
        return (process.calls, str(archive)) if archive else (None, "")

    def _ask(
        self,
        context: grpc.ServicerContext,
        call: Any,
        request: Any,
        note: Callable[[str, Any], None] | None = None,
    ) -> Any:
        """Return what the provider answers; what it refuses is told as it says it, and noted where it stands anyway."""
        future = call.future(request)
        context.add_callback(future.cancel)
        try:
            return future.result()
        except grpc.RpcError as error:
            said: Any = error
            trailers = [tuple(each) for each in said.trailing_metadata() or () if each[0] == _DETAILS]
            for _, packed in trailers:
                for detail in status_pb2.Status.FromString(packed).details:
                    failed = provider_pb2.ErrorResourceInitFailed()
                    if note is not None and detail.Unpack(failed):
                        note(failed.id, failed.properties)
            context.set_trailing_metadata(tuple(trailers))
            context.abort(said.code(), said.details())


def _with_chart(request: Any, field: str, archive: str) -> Any:
    """Return a request about a Release that names its archive; any other as it is."""
    if not archive:
        return request
    changed = type(request)()
    changed.CopyFrom(request)
    getattr(changed, field).CopyFrom(values.with_chart(getattr(request, field), archive))
    return changed


def _reaching(request: Any, cluster: Cluster) -> Any:
    """Return a configuration whose kubeconfig leads to a control plane, with a token in place of a cloud's login."""
    plane = cluster.plane()
    own = yaml.safe_load(plane.kubeconfig())
    asked = type(request)()
    asked.CopyFrom(request)
    variable = f"kubernetes:config:{_KUBECONFIG}"
    given = yaml.safe_load(request.variables.get(variable) or "") or own
    for entry in given.get("clusters") or []:
        entry["cluster"] = own["clusters"][0]["cluster"]
    for entry in given.get("users") or []:
        entry["user"] = own["users"][0]["user"]
    asked.variables[variable] = json.dumps(given)
    asked.args.fields[_KUBECONFIG].string_value = json.dumps(given)
    return asked
