"""One cluster: its control plane, started when it is first needed, and what runs on it."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol

from ..control_plane import Client, ControlPlane, KubernetesError, nodes
from ..control_plane.nodes import NodeGroup
from . import addons, charts, crds, metrics
from .helm import Release, archive, rendered
from .load_balancers import LoadBalancers, has_balancer, wants_balancer
from .node_pools import POOL, NodePools
from .placeholders import LABEL, Manifest, SecretValue, nothing_known
from .readiness import FailedError, missing
from .reconcile_loop import ReconcileLoop
from .scaled_objects import ScaledObjects
from .unserved import Unserved
from .volumes import Provisioner

# The provider's own: docs of the annotation pulumi.com/timeoutSeconds, and `timeout` of a Release.
WAIT_SECONDS = 600.0
# Played pods start at once, so what has not moved for so long never will; the provider would wait on.
_STILL_SECONDS = 20.0
_DELETE_SECONDS = 60.0
_POLL_SECONDS = 0.1
_SKIP = "pulumi.com/skipAwait"


# API version, kind, name, namespace.
Identity = tuple[str, str, str, str]
_CRD = "CustomResourceDefinition"


class Controllers(Protocol):
    """Real controllers that run beside a control plane, in place of their stand-ins."""

    def operator(self, client: Client, plane: ControlPlane, folder: Path) -> ReconcileLoop:
        """Return what keeps them running on a cluster, whose data is in a folder."""

    def secret_value(self, reference: Mapping[str, Any]) -> str | None:
        """Return what a secret of the cloud holds, by an ExternalSecret's `remoteRef`, where it is known."""


class NotReadyError(Exception):
    """What was applied does not become ready; the text says what is missing."""


class Cluster:
    """A cluster of the account. Safe to use from several threads."""

    def __init__(
        self,
        name: str,
        folder: Path,
        minor: str,
        service_cidr: str,
        charts_folder: Path | None = None,
        controllers: Controllers | None = None,
    ) -> None:
        self.name = name
        self._folder = folder
        self.minor = minor
        self._service_cidr = service_cidr
        self._charts = charts_folder
        self._controllers = controllers
        self.secret_value: SecretValue = controllers.secret_value if controllers else nothing_known
        self._turn = threading.RLock()
        self._plane: ControlPlane | None = None
        self._client: Client | None = None
        self._loops: list[ReconcileLoop] = []
        self._creating: dict[Identity, threading.Lock] = {}

    @property
    def running(self) -> bool:
        """Whether its control plane has been started."""
        return self._plane is not None

    def plane(self) -> ControlPlane:
        """Its control plane, started where it is not. Raises ControlPlaneError, ToolchainError."""
        with self._turn:
            if self._plane is None:
                self._plane = ControlPlane.start(self._folder, self.minor, service_cidr=self._service_cidr)
                self._client = self._plane.client()
                metrics.withdraw(self._client)
                self._loops = [kind(self._client) for kind in (Provisioner, NodePools, LoadBalancers)]
                self._loops.append(ScaledObjects(self._client, beside_its_own=self._controllers is not None))
                if self._controllers is not None:
                    self._loops.append(self._controllers.operator(self._client, self._plane, self._folder))
                for loop in self._loops:
                    loop.start()
            return self._plane

    def play_unserved(self) -> None:
        """Play on it what the containers of real charts would do before anybody could go on, while it runs."""
        with self._turn:
            client = self.client
            if not any(isinstance(loop, Unserved) for loop in self._loops):
                self._loops.append(Unserved(client, self.secret_value))
                self._loops[-1].start()

    @property
    def client(self) -> Client:
        """A client of the running control plane."""
        self.plane()
        assert self._client is not None
        return self._client

    def stop(self) -> None:
        """End its processes; its data stays."""
        with self._turn:
            for loop in self._loops:
                loop.stop()
            if self._client is not None:
                self._client.close()
            if self._plane is not None:
                self._plane.stop()
            self._plane = self._client = None
            self._loops = []

    def remove(self) -> None:
        """End its processes and forget its data."""
        with self._turn:
            self.stop()
            shutil.rmtree(self._folder, ignore_errors=True)

    def have(self, groups: list[NodeGroup], addon_names: list[str]) -> None:
        """Bring nodes and add-ons to what the account says."""
        client = self.client
        wanted = {node["metadata"]["name"]: node for group in groups for node in nodes(group)}
        standing = {node["metadata"]["name"] for node in client.list("v1", "Node", labels=f"!{POOL}")}
        for name in standing - wanted.keys():
            client.delete("v1", "Node", name)
        for name, node in wanted.items():
            if name not in standing:
                client.create(node)
        own = {name: addons.objects(name) for name in addon_names}
        for objects in own.values():
            for manifest in objects:
                client.apply(manifest, force=True)
        for kind in ("Deployment", "DaemonSet"):
            for item in client.list("apps/v1", kind, "kube-system", labels=LABEL):
                owner = item["metadata"]["labels"][LABEL]
                if owner not in own and item["metadata"].get("annotations", {}).get("sandbox/release") is None:
                    client.delete("apps/v1", kind, item["metadata"]["name"], "kube-system")

    def apply(self, manifest: Manifest, manager: str, *, dry_run: bool = False, force: bool = True) -> Manifest:
        """Apply an object; as it then stands. Raises KubernetesError in the server's own words."""
        return self.client.apply(manifest, manager=manager, force=force, dry_run=dry_run)

    def create(self, manifest: Manifest, manager: str, *, upsert: bool = False, force: bool = True) -> Manifest:
        """Apply an object that does not exist. Raises KubernetesError in the server's own words, where it does.

        One of the same manager is what a run made that was cut off before it could say so: it goes on with that.
        """
        identity = _identity(manifest)
        with self._turn:
            turn = self._creating.setdefault(identity, threading.Lock())
        with turn:  # nobody else changes this cluster, so that what is found does not change either
            live = None if upsert else self.client.find(*identity)
            if live is not None and manager not in _managers(live):
                self.client.create(manifest, manager=manager, dry_run=True)
            return self.apply(manifest, manager, force=force)

    def settle(self, item: Manifest, seconds: float | None = None) -> Manifest:
        """Wait until an object is ready, as the provider does, for so long where it is said. Raises NotReadyError."""
        annotations = item["metadata"].get("annotations") or {}
        if annotations.get(_SKIP) == "true" or self._waits_for_a_pod(item):
            return item
        name, namespace = item["metadata"]["name"], item["metadata"].get("namespace")
        seconds = float(seconds or annotations.get("pulumi.com/timeoutSeconds") or WAIT_SECONDS)

        def look() -> tuple[Manifest, str]:
            current = self.client.get(item["apiVersion"], item["kind"], name, namespace)
            if wants_balancer(current) and not has_balancer(current):
                return current, "no load balancer has been made for it"
            return current, self._no_endpoint(current) if item["kind"] == "Service" else missing(current)

        # a kind is the server's own to establish, however long a busy machine takes over it
        still = seconds if item["kind"] == _CRD else _STILL_SECONDS
        return self._until(look, f"{item['kind']} {name}", seconds, still)

    def _until(self, look: Callable[[], tuple[Manifest, str]], what: str, seconds: float, still: float) -> Manifest:
        started = moved = time.monotonic()
        before: tuple[str, Any] = ("", None)
        while True:
            try:
                current, lacking = look()
            except FailedError as error:
                raise NotReadyError(f"{what} has failed: {error}") from error
            if not lacking:
                return current
            now, version = time.monotonic(), (lacking, current["metadata"].get("resourceVersion"))
            if version != before:
                before, moved = version, now
            if now - started > seconds:
                raise NotReadyError(f"{what} is not ready after {seconds:g} s: {lacking}{self._why(current)}")
            if now - moved > still:
                raise NotReadyError(
                    f"{what} is not ready: {lacking}{self._why(current)}; nothing has moved for {still:g} s, "
                    f"and the provider would give up after {seconds:g} s"
                )
            time.sleep(_POLL_SECONDS)

    def _why(self, item: Mapping[str, Any]) -> str:
        """Return what the scheduler, or whoever makes the pods, says of those that are missing."""
        namespace, name = item["metadata"].get("namespace") or "default", item["metadata"]["name"]
        said = [
            str(event.get("message"))
            for event in self.client.list("v1", "Event", namespace)
            if event.get("type") == "Warning" and str(event["involvedObject"].get("name", "")).startswith(name)
        ]
        return f" ({said[-1]})" if said else ""

    def _waits_for_a_pod(self, item: Mapping[str, Any]) -> bool:
        if item["kind"] != "PersistentVolumeClaim":
            return False
        name = item["spec"].get("storageClassName")
        found = self.client.find("storage.k8s.io/v1", "StorageClass", name) if name else None
        return found is not None and found.get("volumeBindingMode") == "WaitForFirstConsumer"

    def _no_endpoint(self, service: Mapping[str, Any]) -> str:
        """Return what a Service waits for: pods that are not ready, and none where it has no pods at all.

        pulumi-kubernetes, provider/pkg/await/service.go: it gives endpoints ten seconds to settle, which nobody needs
        where pods are played.
        """
        spec = service["spec"]
        if not spec.get("selector") or spec.get("type") == "ExternalName" or spec.get("clusterIP") == "None":
            return ""
        labels = f"kubernetes.io/service-name={service['metadata']['name']}"
        slices = self.client.list(
            "discovery.k8s.io/v1", "EndpointSlice", service["metadata"]["namespace"], labels=labels
        )
        endpoints = [each for s in slices for each in s.get("endpoints") or []]
        pending = [each for each in endpoints if not each.get("conditions", {}).get("ready")]
        return "an endpoint behind it is not ready" if pending else ""

    def delete(self, api_version: str, kind: str, name: str, namespace: str | None) -> None:
        """Delete an object, and wait until it is gone; one that is gone already is no fault."""
        if self._ask_to_go(api_version, kind, name, namespace):
            self.client.until_gone(api_version, kind, name, namespace, timeout_seconds=_DELETE_SECONDS)

    def _ask_to_go(self, api_version: str, kind: str, name: str, namespace: str | None) -> bool:
        """Ask for an object's deletion; False where it is gone already."""
        try:
            self.client.delete(api_version, kind, name, namespace, propagation="Foreground")
        except KubernetesError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def install(self, release: Release, seconds: float) -> list[Manifest]:
        """Bring a release's kinds and objects, and wait for them, but for 0 seconds not at all; give the objects.

        What it brought before, and now not, goes. Raises ChartError where its archive cannot be rendered.
        """
        definitions, objects = self._of(release)
        for definition in definitions:
            self.settle(self.client.apply(definition, force=True))
        before = self._brought(release)
        made = [self.client.apply(_of_release(self._placed(each, release), release), force=True) for each in objects]
        now = [_identity(item) for item in made]
        self._note(release).parent.mkdir(exist_ok=True)
        self._note(release).write_text(json.dumps(now), encoding="utf-8")
        for identity in before:
            if identity not in now:
                self.delete(*identity)
        for item in made if seconds else ():
            if item["kind"] != "PersistentVolumeClaim":
                self.settle(item, seconds)
        return objects

    def uninstall(self, release: Release) -> None:
        """Delete what a release brought, but for its kinds and what its StatefulSets claimed: Helm leaves both."""
        brought = self._brought(release)
        for identity in brought:  # all at once, as Helm does: a claim goes only after the pods that use it
            self._ask_to_go(*identity)
        for identity in brought:
            self.delete(*identity)
        self._note(release).unlink(missing_ok=True)

    def has_chart(self, release: Release) -> bool:
        """Tell whether the chart of a release is at hand."""
        return self._charts is not None and archive(self._charts, release) is not None

    def _of(self, release: Release) -> tuple[list[Manifest], list[Manifest]]:
        """Return the CRDs of a release and its other objects: of its chart where it is at hand, else what stands in for
        it.
        """
        chart = archive(self._charts, release) if self._charts else None
        if chart is None:
            standing = charts.objects(release.chart, release.name, release.namespace, release.values)
            return crds.of_chart(release.chart), standing
        groups = self.client.transport.request("GET", "/apis")["groups"]
        served = ["v1", *(version["groupVersion"] for group in groups for version in group["versions"])]
        objects = rendered(chart, release, self.plane().version, served)
        return [each for each in objects if each["kind"] == _CRD], [each for each in objects if each["kind"] != _CRD]

    def _placed(self, manifest: Manifest, release: Release) -> Manifest:
        """Return an object in its release's namespace, where it names none and its kind has one."""
        resource = self.client.resource(manifest["apiVersion"], manifest["kind"])
        namespace = {"namespace": release.namespace} if resource.namespaced else {}
        return {**manifest, "metadata": {**namespace, **manifest["metadata"]}}

    def _brought(self, release: Release) -> list[Identity]:
        """Return what a release brought when it was last installed, as was noted then."""
        note = self._note(release)
        if not note.is_file():
            return []
        return [(api, kind, name, space) for api, kind, name, space in json.loads(note.read_text(encoding="utf-8"))]

    def _note(self, release: Release) -> Path:
        return self._folder / "releases" / f"{release.namespace}.{release.name}.json"


def _identity(item: Mapping[str, Any]) -> Identity:
    metadata = item["metadata"]
    return item["apiVersion"], item["kind"], metadata["name"], metadata.get("namespace") or "default"


def _managers(item: Mapping[str, Any]) -> set[str]:
    return {str(each.get("manager")) for each in item["metadata"].get("managedFields") or []}


def _of_release(manifest: Manifest, release: Release) -> Manifest:
    metadata = manifest["metadata"]
    annotations = {**(metadata.get("annotations") or {}), "sandbox/release": release.name}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}
