"""What each operation on a Kubernetes resource does on its cluster."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from .. import schema
from ..clouds.kubernetes import named
from ..control_plane import KubernetesError
from ..helm_releases import RELEASE, TIMEOUT_SECONDS, resource_names
from ..laws.law import get
from ..toolchain import ToolchainError
from ..world import Record
from .cluster import Cluster, NotReadyError
from .helm import ChartError, Release
from .placeholders import Manifest, secret_of
from .unserved import SYNCED

_CONFLICTS = (
    "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/"
    "#handle-field-conflicts-on-existing-resources"
)
# managers whose fields the provider takes over, by how their names begin, and by what operation they set them
_TAKEN = (
    *(("kubectl", operation) for operation in ("Apply", "Update")),
    *((name, "Update") for name in ("before-first-apply", "pulumi-kubernetes", "pulumi-resource-kubernetes")),
)
# annotations that an import leaves out
_OF_OTHERS = ("deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration")
EXTERNAL_SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"


class ClusterError(Exception):
    """The cluster refuses, or does not answer; the text is its own."""


@dataclass(frozen=True)
class Applied:
    """What stands after a create or an update: its outputs, and why it is not ready, where it is not."""

    outputs: dict[str, Any]
    not_ready: str = ""


def create(
    cluster: Cluster,
    token: str,
    urn: str,
    inputs: Mapping[str, Any],
    *,
    upsert: bool = False,
    seconds: float | None = None,
) -> Applied:
    """Make an object or install a release, and wait. Raises ClusterError where the server refuses it.

    An object that exists is refused, unless `upsert` lets it be changed: the provider's `upsertExistingObjects`, false
    since 4.29 (https://github.com/pulumi/pulumi-kubernetes/releases/tag/v4.29.0). A Patch resource changes what exists.
    """
    return _put(cluster, token, urn, inputs, upsert=upsert or token.endswith("Patch"), seconds=seconds)


def _put(
    cluster: Cluster, token: str, urn: str, inputs: Mapping[str, Any], *, upsert: bool, seconds: float | None
) -> Applied:
    live: dict[str, Any] = {}
    try:
        if token == RELEASE:
            return Applied(_installed(cluster, inputs))
        live = cluster.create(_manifest(inputs), _manager(urn), upsert=upsert, force=_forced(inputs))
        if token == EXTERNAL_SECRET:
            cluster.apply(secret_of(live, cluster.secret_value), "external-secrets")
            cluster.client.tell(live, {"conditions": [SYNCED]})
        return Applied(_outputs(cluster.settle(live, seconds)))
    except NotReadyError as error:
        return Applied(_outputs(live), str(error))
    except KubernetesError as error:
        raise ClusterError(_explained(error, _manager(urn))) from error
    except (TimeoutError, ChartError, ToolchainError) as error:
        raise ClusterError(str(error)) from error


def _installed(cluster: Cluster, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Install a release; give what only then is known of it."""
    release = release_of(inputs)
    if inputs.get("createNamespace") and cluster.client.find("v1", "Namespace", release.namespace) is None:
        cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": release.namespace}}, "helm")
    seconds = 0.0 if inputs.get("skipAwait") else float(inputs.get("timeout") or TIMEOUT_SECONDS)
    made = cluster.install(release, seconds)
    return {"resourceNames": resource_names(made)} if cluster.has_chart(release) else {}


def _forced(inputs: Mapping[str, Any]) -> bool:
    """Return whether an object may take fields from whoever set them: await.go of the provider, patchForce."""
    annotated = get(inputs, "metadata", "annotations", "pulumi.com/patchForce") == "true"
    return annotated or os.environ.get("PULUMI_K8S_ENABLE_PATCH_FORCE") == "true"


def _explained(error: KubernetesError, manager: str) -> str:
    """Return what the provider says of an error: await.go, handleSSAErr."""
    if error.code != HTTPStatus.CONFLICT or error.reason != "Conflict":
        return str(error)
    return (
        f"Server-Side Apply field conflict detected. See {_CONFLICTS} for troubleshooting help.\n"
        f'The resource managed by field manager "{manager}" had an apply conflict: {error}'
    )


def update(
    cluster: Cluster,
    record: Record,
    inputs: Mapping[str, Any],
    ignored: Sequence[str] = (),
    *,
    seconds: float | None = None,
) -> Applied:
    """Return the same for what stands already. `ignored` are the paths whose changes the program ignores.

    What others have deleted is refused, in the server's words: a refresh, and the next run makes it anew.
    """
    if record.token != RELEASE:
        live = _taken_over(cluster, _manifest(inputs), "" if record.token.endswith("Patch") else _manager(record.urn))
        if ignored:
            inputs = without_ignored(inputs, live, ignored, _manager(record.urn))
    return _put(cluster, record.token, record.urn, inputs, upsert=True, seconds=seconds)


def _taken_over(cluster: Cluster, manifest: Manifest, manager: str, *, times: int = 5) -> Manifest:
    """Return what stands, its fields a manager's (if one is given) where kubectl or an older provider set them, as the
    provider takes them over in an update and not before it (await.go, fixCSAFieldManagers).

    A controller that writes in between is let through: it is asked again, so many times.
    """
    live = _standing(cluster, manifest)
    if not manager:
        return live
    entries = live["metadata"].get("managedFields") or []
    taken = [each for each in entries if _is_taken(each)]
    if not taken:
        return live
    own = [each for each in entries if (each["manager"], each["operation"]) == (manager, "Apply")]
    fields: dict[str, Any] = {}
    for each in (*own, *taken):
        fields = _merged(fields, each["fieldsV1"])
    kept = [each for each in entries if each not in own and each not in taken]
    mine = {**(own or taken)[0], "manager": manager, "operation": "Apply", "fieldsV1": fields}
    try:
        return cluster.client.hand_over(live, [*kept, mine])
    except KubernetesError as error:
        if error.code == HTTPStatus.CONFLICT and times > 1:
            return _taken_over(cluster, manifest, manager, times=times - 1)
        raise ClusterError(str(error)) from error


def _is_taken(entry: Mapping[str, Any]) -> bool:
    return "subresource" not in entry and any(
        str(entry.get("manager")).startswith(name) and entry.get("operation") == operation for name, operation in _TAKEN
    )


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _merged(one.get(key, {}), other.get(key, {})) for key in dict.fromkeys([*one, *other])}


def _standing(cluster: Cluster, manifest: Manifest) -> dict[str, Any]:
    try:
        return cluster.client.get(*_identity(manifest))
    except KubernetesError as error:
        raise ClusterError(str(error)) from error


def without_ignored(
    inputs: Mapping[str, Any], live: Mapping[str, Any], ignored: Sequence[str], manager: str
) -> dict[str, Any]:
    """Inputs without what is ignored and set by somebody else, as the provider sends them (handleSSAIgnoreFields).

    What nobody else has set is as it stands. A path through a list is not followed.
    """
    sent = json.loads(json.dumps(inputs))
    for path in ignored:
        *owners, last = path.split(".")
        field = [f"f:{step}" for step in (*owners, last)]
        setters = {
            str(entry.get("manager"))
            for entry in live["metadata"].get("managedFields") or []
            if get(entry, "fieldsV1", *field) is not None
        }
        holder, standing = get(sent, *owners), get(live, *owners, last)
        if not isinstance(holder, dict) or last not in holder:
            continue
        if setters and manager not in setters:
            del holder[last]
        elif standing is not None:
            holder[last] = standing
    return dict(sent)


def dry_run(cluster: Cluster, urn: str, inputs: Mapping[str, Any], *, new: bool, ignored: Sequence[str] = ()) -> None:
    """Ask by dry run whether the server would take an object. Raises ClusterError where it would not.

    Where its namespace or its kind is still to come, it cannot say. What is new may take the place of another.
    """
    manifest = _manifest(inputs)
    if not new:
        live = _standing(cluster, manifest)
        manifest = without_ignored(manifest, live, ignored, _manager(urn))
    try:
        cluster.apply(manifest, _manager(urn), dry_run=True, force=new or _forced(inputs))
    except KubernetesError as error:
        if error.code != HTTPStatus.NOT_FOUND:
            raise ClusterError(_explained(error, _manager(urn))) from error


def found(cluster: Cluster, token: str, urn: str, object_id: str) -> Record | None:
    """Return an object that stands on a cluster, whoever made it, by its id (`namespace/name`); None where none does.

    Raises ClusterError.
    """
    identity = named(token, object_id)
    identity["kind"] = identity["kind"].removesuffix("Patch")
    live = _find(cluster, identity)
    if live is None:
        return None
    inputs = _without(live, "creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")
    inputs.pop("status", None)
    metadata = inputs["metadata"]
    described = schema.resource(token)
    if described is None:
        # of a kind that the SDK does not describe the provider gives back its identity alone (Read, readFromCluster)
        inputs = {key: inputs[key] for key in ("apiVersion", "kind")}
        inputs["metadata"] = {key: metadata[key] for key in ("name", "namespace") if key in metadata}
    elif "annotations" in metadata:
        kept = {key: value for key, value in metadata["annotations"].items() if key not in _OF_OTHERS}
        inputs["metadata"] = {**metadata, "annotations": kept}
    return Record(token, object_id, urn, 0, inputs, _outputs(live))


def read(cluster: Cluster, record: Record) -> Record | None:
    """Return a record as its object now stands; None where that is gone."""
    if record.token == RELEASE:
        return record
    manifest = _manifest(record.inputs)
    live = _find(cluster, manifest)
    if live is None:
        return None
    try:
        applied = cluster.apply(manifest, _manager(record.urn), dry_run=True)
    except KubernetesError:
        applied = live
    drifted = _content(applied) != _content(live)
    inputs = projected(record.inputs, live) if drifted else record.inputs
    return replace(record, inputs=inputs, outputs=_outputs(live))


def drift(cluster: Cluster, record: Record, change: Callable[[dict[str, Any]], dict[str, Any]] | None) -> bool:
    """Change an object as a hand with kubectl would, or delete it; False where it is not on this cluster.

    Raises ClusterError where the server refuses the change.
    """
    live = _find(cluster, _manifest(record.inputs)) if record.token != RELEASE else None
    if live is None:
        return False
    try:
        if change is None:
            cluster.delete(*_identity(live))
        else:
            cluster.client.replace(change(live), manager="kubectl-edit")
    except (KubernetesError, TimeoutError) as error:
        raise ClusterError(str(error)) from error
    return True


def delete(cluster: Cluster, record: Record) -> None:
    """Delete an object or a release, and wait until it is gone. Raises ClusterError."""
    try:
        if record.token == RELEASE:
            cluster.uninstall(release_of(record.inputs))
            return
        manifest = _manifest(record.inputs)
        if record.token.endswith("Patch"):  # what it patched stays, without what it said: ssa/actions.go, Relinquish
            bare = {key: manifest["metadata"][key] for key in ("name", "namespace") if key in manifest["metadata"]}
            cluster.apply({**_versioned(manifest), "metadata": bare}, _manager(record.urn))
            return
        cluster.delete(*_identity(manifest))
    except KubernetesError as error:
        if error.code != HTTPStatus.NOT_FOUND:  # its kind went with its CRD
            raise ClusterError(str(error)) from error
    except TimeoutError as error:
        raise ClusterError(str(error)) from error


def _versioned(manifest: Manifest) -> Manifest:
    return {key: manifest[key] for key in ("apiVersion", "kind")}


def projected(inputs: Any, live: Any) -> Any:
    """Return the inputs with the values that the live object has in their place."""
    if isinstance(inputs, Mapping) and isinstance(live, Mapping):
        return {key: projected(value, live[key]) if key in live else value for key, value in inputs.items()}
    if isinstance(inputs, list) and isinstance(live, list) and len(inputs) == len(live):
        return [projected(each, theirs) for each, theirs in zip(inputs, live, strict=True)]
    return live


def _find(cluster: Cluster, manifest: Manifest) -> dict[str, Any] | None:
    try:
        return cluster.client.find(*_identity(manifest))
    except KubernetesError as error:
        if error.code == HTTPStatus.NOT_FOUND:  # its kind is gone
            return None
        raise ClusterError(str(error)) from error


def _content(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return all of an object that somebody wanted; not what the server notes of its own."""
    wanted = {key: value for key, value in item.items() if key != "status"}
    return _without(wanted, "managedFields", "resourceVersion", "generation")


def _outputs(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object without the server's record of who set which field, which is longer than the rest."""
    return _without(item, "managedFields") if item else {}


def _without(item: Mapping[str, Any], *noted: str) -> dict[str, Any]:
    """Return an object without some of its metadata."""
    return {**item, "metadata": {key: value for key, value in item["metadata"].items() if key not in noted}}


def _identity(manifest: Manifest) -> tuple[str, str, str, str]:
    """API version, kind, name and namespace."""
    metadata = manifest["metadata"]
    return manifest["apiVersion"], manifest["kind"], metadata["name"], metadata.get("namespace") or "default"


def _manifest(inputs: Mapping[str, Any]) -> Manifest:
    return {key: value for key, value in inputs.items() if not key.startswith("__") and value is not None}


def _manager(urn: str) -> str:
    """Return a field manager for each resource, as the provider has it."""
    return f"pulumi-kubernetes-{hashlib.sha256(urn.encode()).hexdigest()[:8]}"


def release_of(inputs: Mapping[str, Any]) -> Release:
    """Return what a Release resource says."""
    return Release(
        chart=str(inputs["chart"]).rpartition("/")[2],
        name=str(inputs["name"]),
        namespace=str(inputs.get("namespace") or "default"),
        values=inputs.get("values") or {},
        version=str(inputs.get("version") or ""),
    )
