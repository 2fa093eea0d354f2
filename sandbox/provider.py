"""One resource provider for all packages: it speaks Pulumi's provider protocol and keeps what it makes in a World.

The engine attaches every provider instance of a package to the same port, so an instance's configuration is kept by
its connection.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import grpc
from google.protobuf import empty_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc

from . import (
    autonaming,
    checks,
    clouds,
    differences,
    diffing,
    json_inputs,
    kubernetes_checks,
    kubernetes_diff,
    lookups,
    schema,
    stateful,
    vpc_outputs,
)
from .account import Account, RefusedError
from .clouds import aws_readback, aws_versions
from .clouds.resource import Request
from .clusters import objects
from .clusters.cluster import Cluster
from .clusters.objects import ClusterError
from .clusters.plan import CLUSTER
from .clusters.registry import Clusters
from .helm_releases import RELEASE, upgraded
from .laws.law import Operation, ResourceOperation
from .wire import UNKNOWN, has_unknown, to_python, to_struct
from .world import AlreadyExistsError, Record


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The provider of one package (`aws`, `kubernetes` or `random`)."""

    def __init__(self, package: str, account: Account, clusters: Clusters) -> None:
        self._package = package
        self._account = account
        self._clusters = clusters
        self._world = account.world
        self._configs: dict[str, dict[str, Any]] = {}
        self._last: dict[str, Any] = {}
        self._engine: engine_pb2_grpc.EngineStub | None = None
        self._unsettled: set[str] = set()
        self._imported: dict[str, dict[str, Any]] = {}

    def stop(self) -> None:
        """End what it started: nothing, of its own."""

    def Attach(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Return the engine says where it listens, for what the provider has to tell besides its answers."""
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(request.address))
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Return the SDK's own version: any other makes the engine warn."""
        return plugin_pb2.PluginInfo(version=version(schema.PACKAGES[self._package].replace("_", "-")))

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.GetSchemaResponse:
        """Return an empty package schema: Python programs carry their SDK with them."""
        return provider_pb2.GetSchemaResponse(schema=json.dumps({"name": self._package}))

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Refuse a provider configuration that the SDK does not know."""
        news = to_python(request.news)
        described = schema.resource(f"pulumi:providers:{self._package}")
        known = described.inputs if described else {}
        failures = [
            provider_pb2.CheckFailure(property=name, reason=f"there is no provider setting `{name}`")
            for name in news
            if known
            and name not in known
            and name not in ("version", "pluginDownloadURL")
            and not name.startswith("__")
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Return whether a changed provider configuration replaces what the provider made."""
        olds = to_python(request.old_inputs if request.old_inputs.fields else request.olds)
        return _diff_response(diffing.diff_provider(self._package, olds, to_python(request.news)))

    def Configure(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ConfigureResponse:
        """Keep the configuration of the provider instance behind this connection."""
        self._last = {key: _decoded(value) for key, value in to_python(request.args).items()}
        self._configs[context.peer()] = self._last
        return provider_pb2.ConfigureResponse(supportsPreview=True, supports_autonaming_configuration=True)

    def Check(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Refuse inputs of the wrong shape, and fill in the physical name."""
        token, name = type_and_name(request.urn)
        news, olds = to_python(request.news), to_python(request.olds)
        self._account.seen[request.urn] = token
        if schema.resource(token) is None and self._package != "kubernetes":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"unrecognized resource type: {token}")
        failures = checks.check(token, news, values=False)
        if self._package == "kubernetes":
            failures = [each for each in failures if not kubernetes_checks.beyond_the_sdk(each)]
            try:
                kubernetes_checks.refuse(token, news, self._config(context))
            except kubernetes_checks.NotPossibleError as error:
                context.abort(grpc.StatusCode.UNKNOWN, str(error))
            if token != RELEASE:
                news = kubernetes_checks.placed(token, news, self._config(context))
        news = json_inputs.as_texts(token, news)
        try:
            news = self._named(token, name, request, news, olds)
        except autonaming.NameRequiredError as error:
            failures.append(checks.Failure("name", str(error)))
        if self._account.judges:
            failures = checks.beside(failures, self._refused(token, news))
        return provider_pb2.CheckResponse(
            inputs=to_struct(news),
            failures=[provider_pb2.CheckFailure(property=f.property, reason=f.reason) for f in failures],
        )

    def _refused(self, token: str, news: Mapping[str, Any]) -> list[checks.Failure]:
        """Return what the provider refuses of values."""
        return checks.recorded(token, news)

    def _named(self, token: str, name: str, request: Any, news: dict[str, Any], olds: dict[str, Any]) -> dict[str, Any]:
        options = request.autonaming
        proposal = autonaming.Proposal(
            options.proposed_name, options.mode == provider_pb2.CheckRequest.AutonamingOptions.DISABLE
        )
        digits = Request(token, name, request.urn, {}, self._world.times_made(request.urn), {}).hex(16, "name")
        if self._package == "aws":
            return autonaming.aws(token, name, news, olds, proposal, digits)
        if token == RELEASE:
            return autonaming.release(name, news, olds, proposal, digits)
        return autonaming.kubernetes(name, news, olds, proposal, digits) if self._package == "kubernetes" else news

    def Diff(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Compare the inputs of the last deployment with those of this one."""
        token, _ = type_and_name(request.urn)
        old, new = to_python(request.old_inputs), to_python(request.news)
        if self._package != "kubernetes":
            found = self._compared(token, old, new, request, self._config(context))
        elif token == RELEASE:
            found = kubernetes_diff.diff_release(old, new)
        else:
            state, ignored = to_python(request.olds), list(request.ignoreChanges)
            found = kubernetes_diff.diff(token, state, old, new, self._config(context), ignored)
        if request.urn in self._imported:
            found = diffing.only(found, self._imported[request.urn])
        self._warn(request.urn, stateful.warning(token, found.replaces))
        return _diff_response(found)

    def _compared(
        self, token: str, old: dict[str, Any], new: dict[str, Any], request: Any, config: dict[str, Any]
    ) -> differences.Diff:
        """Return what a change comes to."""
        return diffing.diff(token, old, new, to_python(request.olds), config, request.ignoreChanges)

    def _warn(self, urn: str, warning: str) -> None:
        if warning and self._engine is not None:
            self._engine.Log(engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=warning, urn=urn))

    def _tell(self, op: ResourceOperation, told: Sequence[str]) -> None:
        for each in told:
            self._warn(op.urn, each)

    def _warn_of_unrest(self, op: ResourceOperation, outputs: Mapping[str, Any], ignored: Sequence[str] = ()) -> None:
        """Say what the next preview will show although the program stays as it is."""
        for change, known in diffing.restless(op.token, op.inputs, outputs, op.provider, ignored):
            self._warn(
                op.urn,
                f"this never comes to rest: every preview will change {change.path} again, since {known.why} "
                f"({known.source}); {known.instead}",
            )

    def Create(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Make a resource; in a preview, say what is known of it."""
        token, name = type_and_name(request.urn)
        inputs, config = self._settled(to_python(request.properties), request.preview), self._config(context)
        op = self._operation("create", request.urn, inputs, config, preview=request.preview)
        not_ready = ""
        with refused_as_status(context, op):
            if request.preview:
                with self._account.authorized(op) as told:
                    self._tell(op, told)
                    outputs = clouds.preview(token, name, request.urn, _plain(inputs), provider=config)
                    self._account.plan(Record(token, "", request.urn, 0, _plain(inputs), outputs))
                self._dry_run(op)
                self._warn_of_unrest(op, aws_readback.given_back(token, outputs))
                return provider_pb2.CreateResponse(properties=to_struct(outputs))
            cluster = self._cluster(config)
            with self._account.authorized(op) as told:
                self._tell(op, told)
                serial = self._world.times_made(request.urn)
                resource_id, outputs = clouds.create(
                    token, name, request.urn, _plain(inputs), serial=serial, provider=config
                )
                outputs = self._with_account_outputs(token, resource_id, outputs, new=True)
                record = Record(token, resource_id, request.urn, serial, inputs, outputs)
                if cluster is None:
                    self._account.create(record, unique=self._package != "random")
            if cluster is not None:  # it takes its time, and the account goes on meanwhile
                seconds = request.timeout or None
                made = objects.create(cluster, token, request.urn, inputs, upsert=_upserts(config), seconds=seconds)
                record, not_ready = replace(record, outputs=_after(token, outputs, made)), made.not_ready
                self._account.create(record, unique=False)
            self._follow(record)
            self._warn_of_unrest(op, record.outputs)
        if not_ready:
            _abort_unready(context, record, _said_by_server(op, not_ready))
        return provider_pb2.CreateResponse(id=resource_id, properties=to_struct(record.outputs))

    def Read(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """Return what the world holds now; an empty id where the resource is gone."""
        token, name = type_and_name(request.urn)
        try:
            self._account.raise_if_outage(token, name, "read")
        except RefusedError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        record = self._known(token, request, context) or self._account.known.get(token, request.id)
        if record is not None and self._package == "random" and request.properties.fields:
            # It stands in the state alone, as with the real provider; what takes its place bears the same id.
            return provider_pb2.ReadResponse(id=record.id, properties=request.properties, inputs=request.inputs)
        on_a_cluster = self._on_a_cluster(token, context)
        if record is None and on_a_cluster:
            return provider_pb2.ReadResponse()
        imports = not request.HasField("inputs") and not on_a_cluster
        if imports and (record is None or not self._world.get(token, request.id)):
            # What others made is as the program says, but for what a file says of it.
            self._imported[request.urn] = dict(record.inputs) if record is not None else {}
        if record is None and self._may_stand(request):
            record = self._foreign(token, name, request, self._config(context))
        try:
            cluster = self._cluster(self._config(context)) if record is not None else None
            if record is not None and cluster is not None:
                record = objects.read(cluster, record)
        except ClusterError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, f"reading {token}: {error}")
        if record is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=record.id, properties=to_struct(record.outputs), inputs=to_struct(record.inputs)
        )

    def _known(self, token: str, request: Any, context: grpc.ServicerContext) -> Record | None:
        """Return a resource of the world, or what others made on a cluster: `get`, and what was imported."""
        record = self._world.get(token, request.id, request.urn)
        if record is not None or not self._on_a_cluster(token, context):
            return record
        try:
            cluster = self._cluster(self._config(context))
            return objects.found(cluster, token, request.urn, request.id) if cluster is not None else None
        except ClusterError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, f"reading {token}: {error}")

    def _on_a_cluster(self, token: str, context: grpc.ServicerContext) -> bool:
        """Return whether somebody other than this stack may know of an object: the server of its cluster."""
        if self._package != "kubernetes" or token == RELEASE:
            return False
        try:
            return self._cluster(self._config(context)) is not None
        except ClusterError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, f"reading {token}: {error}")
            raise

    def _foreign(self, token: str, name: str, request: Any, config: dict[str, Any]) -> Record | None:
        """Return what `get` finds by an id that this stack never made: it is believed, but on a cluster must stand
        there.
        """
        if self._package == "random":
            return None
        given = to_python(request.properties)
        outputs = clouds.foreign(token, name, request.urn, request.id, given, provider=config)
        inputs = to_python(request.inputs) if request.HasField("inputs") else clouds.required_inputs(token, outputs)
        return Record(token, request.id, request.urn, 0, inputs, outputs)

    def _may_stand(self, request: Any) -> bool:
        """Return whether an id that is not found is somebody else's: this stack neither made it nor saw it go."""
        asked_again = request.inputs != request.properties and self._world.times_made(request.urn)
        return not asked_again and request.id not in self._world.gone()

    def _adopted(self, token: str, request: Any, inputs: Mapping[str, Any]) -> Record | None:
        """Return a resource of the stack that its world lacks, because it was imported; None where it is gone."""
        if self._package != "aws" or self._world.times_made(request.urn) or request.id in self._world.gone():
            return None
        record = Record(token, request.id, request.urn, 0, dict(inputs), to_python(request.olds))
        self._account.adopt(record)
        return record

    def Update(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Change a resource in place."""
        token, name = type_and_name(request.urn)
        news, olds = self._settled(to_python(request.news), request.preview), to_python(request.olds)
        record = self._known(token, request, context)
        if record is None and not request.preview:
            record = self._adopted(token, request, to_python(request.old_inputs))
        if record is None and not request.preview:
            context.abort(
                grpc.StatusCode.NOT_FOUND, f"updating {token} ({request.id}): it does not exist; `refresh` first"
            )
        config = self._config(context)
        op = self._operation("update", request.urn, news, config, preview=request.preview, old=record)
        given = upgraded(news, olds) if token == RELEASE else news
        not_ready = ""
        with refused_as_status(context, op):
            cluster = None if request.preview else self._cluster(config)
            with self._account.authorized(op) as told:
                self._tell(op, told)
                if has_unknown(news):
                    outputs = _updated(olds, record.inputs if record else {}, _plain(news))
                else:
                    serial = record.serial if record else 0
                    _, outputs = clouds.create(token, name, request.urn, _plain(given), serial=serial, provider=config)
                    outputs = self._with_account_outputs(token, request.id, outputs, new=False)
                before = (record.inputs if record else {}, olds)
                outputs = aws_versions.updated(token, before, news, outputs, preview=request.preview)
                outputs = aws_readback.given_back(token, outputs, olds)
                changed = Record(token, request.id, request.urn, record.serial if record else 0, news, outputs)
                if request.preview:
                    self._account.plan(changed)
                elif cluster is None:
                    self._account.update(changed)
            if request.preview:
                self._dry_run(op, list(request.ignoreChanges))
            elif cluster is not None and record is not None:
                ignored, seconds = list(request.ignoreChanges), request.timeout or None
                made = objects.update(cluster, record, given, ignored, seconds=seconds)
                changed, not_ready = replace(changed, outputs=_after(token, outputs, made)), made.not_ready
                self._account.update(changed)
            if not request.preview:
                self._follow(changed)
            self._warn_of_unrest(op, changed.outputs, request.ignoreChanges)
        if not_ready:
            _abort_unready(context, changed, _said_by_server(op, not_ready))
        return provider_pb2.UpdateResponse(properties=to_struct(changed.outputs))

    def Delete(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Remove a resource; one that is gone already is no fault."""
        token, _ = type_and_name(request.urn)
        record = self._known(token, request, context)
        if record is None or self._succeeded(record, to_python(request.properties)):
            return empty_pb2.Empty()
        op = self._operation("delete", request.urn, record.inputs, self._config(context), old=record)
        with refused_as_status(context, op):
            cluster = self._cluster(self._config(context))
            with self._account.authorized(op):
                if cluster is None:
                    self._account.delete(record)
            if cluster is not None:
                objects.delete(cluster, record)
                self._account.delete(record)
            self._follow(record, gone=True)
        return empty_pb2.Empty()

    def _cluster(self, config: Mapping[str, Any]) -> Cluster | None:
        """Return the cluster that this provider's objects live on; None where they are only stored."""
        return self._clusters.of(config) if self._package == "kubernetes" else None

    def _dry_run(self, op: ResourceOperation, ignored: Sequence[str] = ()) -> None:
        """In a preview, ask a cluster that stands whether it would take an object."""
        if self._package == "kubernetes" and op.token != RELEASE:
            cluster = None if has_unknown(op.inputs) else self._clusters.standing(op.provider)
            if cluster is not None:
                objects.dry_run(cluster, op.urn, op.inputs, new=op.operation == "create", ignored=ignored)

    def _with_account_outputs(self, token: str, name: str, outputs: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
        """Return the outputs, with what only the rest of the account can tell: its network, its cluster."""
        known = vpc_outputs.with_vpc(token, outputs, self._account.vpc_of)
        return {**known, **(self._clusters.outputs(name, new=new) if token == CLUSTER else {})}

    def _follow(self, record: Record, *, gone: bool = False) -> None:
        if self._package == "aws":
            self._clusters.changed(record, gone=gone)

    def _operation(
        self,
        operation: Operation,
        urn: str,
        inputs: Mapping[str, Any],
        config: Mapping[str, Any],
        *,
        preview: bool = False,
        old: Record | None = None,
    ) -> ResourceOperation:
        token, name = type_and_name(urn)
        return ResourceOperation(
            operation,
            token,
            name,
            urn,
            _plain(inputs),
            region=str(inputs.get("region") or config.get("region") or "us-east-1"),
            provider=config,
            old=old,
            preview=preview,
        )

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        """Answer a function."""
        args = to_python(request.args)
        failures = checks.check_call(request.tok, args)
        if failures:
            return provider_pb2.InvokeResponse(
                failures=[provider_pb2.CheckFailure(property=f.property, reason=f.reason) for f in failures]
            )
        try:
            known = lookups.found(self._account.known, request.tok, args, self._account.secrets)
            result = clouds.invoke(request.tok, args, provider=self._config(context), known=known)
        except (clouds.UnknownTypeError, NotImplementedError) as error:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, str(error))
        if request.preview and _holds_nothing(args):
            # The engine leaves unknown items out of a list: a document that was made without them is not judged.
            self._unsettled |= {text for text in result.values() if isinstance(text, str) and text.startswith("{")}
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(to_struct(result))  # the field bears a Python keyword's name
        return response

    def Construct(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ConstructResponse:
        """Component types that live inside a provider have no Python SDK behind them to play."""
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            f"{request.type} is built inside its provider, which the sandbox does not have",
        )
        raise AssertionError

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """No operation here lasts long enough to be cancelled."""
        return empty_pb2.Empty()

    def _settled(self, inputs: dict[str, Any], preview: bool) -> dict[str, Any]:
        """Inputs of which those are unknown that a function answered without all of its arguments."""
        return {
            key: UNKNOWN if preview and isinstance(value, str) and value in self._unsettled else value
            for key, value in inputs.items()
        }

    def _succeeded(self, record: Record, asked: dict[str, Any]) -> bool:
        """Return whether a replacement of the same id has taken the place of what is to be deleted."""
        return self._package == "random" and record.outputs != _plain(asked)

    def _config(self, context: grpc.ServicerContext) -> dict[str, Any]:
        return self._configs.get(context.peer(), self._last)


def _holds_nothing(value: Any) -> bool:
    """Return whether there is an empty list anywhere in a value."""
    if isinstance(value, dict):
        return any(_holds_nothing(item) for item in value.values())
    return isinstance(value, list) and (not value or any(_holds_nothing(item) for item in value))


def _after(token: str, outputs: dict[str, Any], made: objects.Applied) -> dict[str, Any]:
    """Return the outputs of what stands on a cluster, of which a release only adds to what is known anyway."""
    return {**outputs, **made.outputs} if token == RELEASE else made.outputs or outputs


def _updated(olds: dict[str, Any], given: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs after an update whose inputs are not all known: what the cloud had added
    stays, at any depth.
    """
    merged = {**olds, **news}
    for key, value in news.items():
        old, before = olds.get(key), given.get(key)
        if isinstance(value, dict) and isinstance(old, dict) and isinstance(before, dict):
            added = {inner: kept for inner, kept in old.items() if inner not in before}
            merged[key] = {**added, **_updated({k: v for k, v in old.items() if k in value}, before, value)}
    return merged


def type_and_name(urn: str) -> tuple[str, str]:
    """`aws:ec2/vpc:Vpc` and `main` of `urn:pulumi:dev::flowise::platform:vpc:Vpc$aws:ec2/vpc:Vpc::main`."""
    types, name = urn.split("::", 3)[2:]
    return types.rpartition("$")[2], name


def _upserts(config: Mapping[str, Any]) -> bool:
    """Return whether a Kubernetes provider may take over what exists, by its setting or its variable."""
    given = config.get("upsertExistingObjects", os.environ.get("PULUMI_K8S_UPSERT_EXISTING_OBJECTS"))
    return str(given).lower() == "true"


def _said_by_server(op: ResourceOperation, said: object) -> str:
    return f"{op.operation} {op.token}: {said}\n  resource: {op.urn}"


@contextmanager
def refused_as_status(context: grpc.ServicerContext, op: ResourceOperation) -> Iterator[None]:
    """End a call as the engine expects it where the account, or the cluster's server, refuses the operation."""
    try:
        yield
    except AlreadyExistsError as error:
        context.abort(grpc.StatusCode.ALREADY_EXISTS, f"creating {op.token} ({error}): it exists already")
    except RefusedError as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
    except ClusterError as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, _said_by_server(op, error))


def _abort_unready(context: grpc.ServicerContext, record: Record, why: str) -> None:
    """Fail, and hand over what was made all the same: the next run then waits for it, or deletes it."""
    failed = provider_pb2.ErrorResourceInitFailed(
        id=record.id, properties=to_struct(record.outputs), reasons=[why], inputs=to_struct(record.inputs)
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=why)
    status.details.add().Pack(failed)
    # What grpc-status does in one call: the details of an error travel in this trailer.
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, why)


def _plain(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in inputs.items() if not key.startswith("__")}


def _decoded(value: Any) -> Any:
    """Provider settings that are no strings travel as JSON inside one."""
    if isinstance(value, str) and value[:1] in "{[tf":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _diff_response(found: differences.Diff) -> provider_pb2.DiffResponse:
    response = provider_pb2.DiffResponse
    detailed = {
        change.path: provider_pb2.PropertyDiff(
            kind=provider_pb2.PropertyDiff.Kind.Value(change.kind + ("_REPLACE" if change.replaces else "")),
            inputDiff=True,
        )
        for change in found.changes
    }
    return response(
        changes=response.DIFF_SOME if found.changes else response.DIFF_NONE,
        replaces=found.replaces,
        deleteBeforeReplace=found.delete_before_replace,
        diffs=list(dict.fromkeys(change.path.split(".")[0].split("[")[0] for change in found.changes)),
        detailedDiff=detailed,
        hasDetailedDiff=bool(detailed),
    )
