"""What is asked of an API server: apply, get, list, delete, evict, watch, wait. Any kind it knows, also by a CRD."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal, cast
from urllib.parse import quote

from .transport import Document, KubernetesError, Transport

__all__ = ["Client", "Document", "KubernetesError", "Resource"]

FIELD_MANAGER = "sandbox"
Documents = list[Document]
Propagation = Literal["Background", "Foreground", "Orphan"]
# meta/v1 StatusReason: the watch's starting point is too old, so that the list must be read again.
_EXPIRED = HTTPStatus.GONE


@dataclass(frozen=True)
class Resource:
    """How the server serves a kind: what discovery says of it."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool
    subresources: frozenset[str]
    verbs: frozenset[str] = frozenset()

    def path(self, name: str | None = None, namespace: str | None = None, subresource: str | None = None) -> str:
        """Return the URL path of an object, or of the collection. A namespace is ignored where the kind has none."""
        root = "/apis" if "/" in self.api_version else "/api"
        within = f"/namespaces/{quote(namespace)}" if self.namespaced and namespace else ""
        tail = "".join(f"/{quote(part)}" for part in (name, subresource) if part)
        return f"{root}/{self.api_version}{within}/{self.plural}{tail}"


class Client:
    """An API server, for any number of threads."""

    def __init__(
        self,
        url: str,
        ca_pem: str,
        token: str,
        *,
        timeout_seconds: float = 60,
        on_warning: Callable[[str], None] | None = None,
    ) -> None:
        self.transport = Transport(url, ca_pem, token, timeout_seconds=timeout_seconds, on_warning=on_warning)
        self._known: dict[str, dict[str, Resource]] = {}
        self._turn = threading.Lock()

    def close(self) -> None:
        """Close the kept connections."""
        self.transport.close()

    def forget(self) -> None:
        """Forget what kinds the server had: it is another one now."""
        self.transport.close()
        with self._turn:
            self._known.clear()

    def kinds(self, api_version: str) -> set[str]:
        """Return the kinds of a version that can be listed."""
        return {kind for kind, resource in self._served(api_version).items() if "list" in resource.verbs}

    def version(self) -> str:
        """Return the server's version (`v1.35.0`)."""
        return str(self.transport.request("GET", "/version")["gitVersion"])

    def resource(self, api_version: str, kind: str) -> Resource:
        """How a kind is served. Raises KubernetesError, in the words of kubectl, for one that is not."""
        found = self._served(api_version).get(kind)
        if found is None:
            with self._turn:
                self._known.pop(api_version, None)  # a CRD may have come since
            found = self._served(api_version).get(kind)
        if found is None:
            raise _no_match(api_version, kind)
        return found

    def apply(
        self,
        manifest: Mapping[str, Any],
        *,
        manager: str = FIELD_MANAGER,
        force: bool = False,
        dry_run: bool = False,
        subresource: str | None = None,
    ) -> Document:
        """Server-side apply: the object as it then stands. Nothing is stored by a dry run."""
        query = {"fieldManager": manager, "force": str(force).lower(), **_dry(dry_run)}
        path = self._path(manifest, subresource)
        return self._document("PATCH", path, manifest, query, "application/apply-patch+yaml")

    def create(self, manifest: Mapping[str, Any], *, manager: str = FIELD_MANAGER, dry_run: bool = False) -> Document:
        """Create an object, which may have a `generateName`; refused where it exists."""
        resource, _name, namespace = self._located(manifest)
        query = {"fieldManager": manager, **_dry(dry_run)}
        return self._document("POST", resource.path(namespace=namespace), manifest, query)

    def replace(self, item: Mapping[str, Any], *, manager: str = FIELD_MANAGER) -> Document:
        """Put an object as a whole in place of what stands; refused where that has changed since it was read."""
        return self._document("PUT", self._path(item, None), item, {"fieldManager": manager})

    def tell(self, item: Mapping[str, Any], status: Mapping[str, Any]) -> Document:
        """Write some of an object's status, as its controller does; the rest stays."""
        content_type = "application/merge-patch+json"
        return self._document("PATCH", self._path(item, "status"), {"status": status}, content_type=content_type)

    def hand_over(self, item: Mapping[str, Any], managed_fields: Documents) -> Document:
        """Say anew who manages which fields of an object; refused where it has changed since it was read."""
        changes = [
            {"op": "replace", "path": "/metadata/managedFields", "value": managed_fields},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": item["metadata"]["resourceVersion"]},
        ]
        return self._document("PATCH", self._path(item, None), changes, content_type="application/json-patch+json")

    def may(self, user: str, verb: str, plural: str, namespace: str) -> bool:
        """Ask whether a user may do something with a kind of the core group, which the server's own RBAC decides."""
        api, kind = "authorization.k8s.io/v1", "SubjectAccessReview"
        attributes = {"verb": verb, "resource": plural, "namespace": namespace}
        review = {"apiVersion": api, "kind": kind, "spec": {"user": user, "resourceAttributes": attributes}}
        return bool(self.create(review)["status"]["allowed"])

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Document:
        """Return an object. Raises KubernetesError (404) where it does not exist."""
        path = self.resource(api_version, kind).path(name, namespace)
        return self._document("GET", path)

    def find(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Document | None:
        """Return an object, or None where it does not exist."""
        try:
            return self.get(api_version, kind, name, namespace)
        except KubernetesError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return None
            raise

    def list(
        self, api_version: str, kind: str, namespace: str | None = None, *, labels: str = "", fields: str = ""
    ) -> Documents:
        """Return the objects of a kind, of all namespaces where none is named, that match the selectors."""
        return self._listed(self.resource(api_version, kind), namespace, _selectors(labels, fields))[0]

    def delete(
        self,
        api_version: str,
        kind: str,
        name: str,
        namespace: str | None = None,
        *,
        propagation: Propagation = "Background",
        grace_seconds: int | None = None,
        dry_run: bool = False,
    ) -> None:
        """Ask for an object's deletion, which its finalizers may hold up: `until_gone` waits for it."""
        options: Document = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation}
        if grace_seconds is not None:
            options["gracePeriodSeconds"] = grace_seconds
        path = self.resource(api_version, kind).path(name, namespace)
        self.transport.request("DELETE", path, options, query=_dry(dry_run))

    def evict(self, name: str, namespace: str, *, dry_run: bool = False) -> None:
        """Ask a pod to go, as a drain does. Raises KubernetesError (429) where a disruption budget forbids it."""
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": namespace}}
        path = self.resource("v1", "Pod").path(name, namespace, "eviction")
        self.transport.request("POST", path, eviction, query=_dry(dry_run))

    def watch(
        self,
        api_version: str,
        kind: str,
        namespace: str | None = None,
        *,
        labels: str = "",
        fields: str = "",
        timeout_seconds: float,
    ) -> Iterator[tuple[str, Document]]:
        """`ADDED`, `MODIFIED` or `DELETED` with the object: first all that exist, then each change, for so long."""
        deadline = time.monotonic() + timeout_seconds
        resource = self.resource(api_version, kind)
        selectors = _selectors(labels, fields)
        seen: dict[str, Document] = {}
        while True:
            items, version = self._listed(resource, namespace, selectors)
            yield from _differences(seen, items)
            seen = {item["metadata"]["uid"]: item for item in items}
            for event, item in self._changes(resource, namespace, selectors, version, deadline):
                if event == "DELETED":
                    seen.pop(item["metadata"]["uid"], None)
                else:
                    seen[item["metadata"]["uid"]] = item
                yield event, item
            if time.monotonic() >= deadline:
                return

    def until(
        self,
        condition: Callable[[Document | None], bool],
        api_version: str,
        kind: str,
        name: str,
        namespace: str | None = None,
        *,
        timeout_seconds: float,
    ) -> Document | None:
        """Wait until a condition holds for an object (None while it does not exist); the object as it then is.

        Raises TimeoutError, whose text tells the object's last known status.
        """
        deadline = time.monotonic() + timeout_seconds
        resource = self.resource(api_version, kind)
        selectors = _selectors("", f"metadata.name={name}")
        while True:
            items, version = self._listed(resource, namespace, selectors)
            current = items[0] if items else None
            if condition(current):
                return current
            for event, item in self._changes(resource, namespace, selectors, version, deadline):
                current = None if event == "DELETED" else item
                if condition(current):
                    return current
            if time.monotonic() >= deadline:
                break
        status = "it does not exist" if current is None else f"its status: {current.get('status')}"
        where = f"{namespace}/{name}" if namespace else name
        raise TimeoutError(f"{kind} {where} is not as awaited after {timeout_seconds:g} s; {status}")

    def until_gone(
        self, api_version: str, kind: str, name: str, namespace: str | None = None, *, timeout_seconds: float
    ) -> None:
        """Wait until an object does not exist. Raises TimeoutError."""
        self.until(lambda item: item is None, api_version, kind, name, namespace, timeout_seconds=timeout_seconds)

    def _changes(
        self, resource: Resource, namespace: str | None, selectors: Mapping[str, str], version: str, deadline: float
    ) -> Iterator[tuple[str, Document]]:
        """Yield the events since a version, until the deadline, or until the server wants the list read again."""
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            return
        query = {
            **selectors,
            "watch": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(max(1, int(seconds))),
        }
        try:
            with self.transport.stream(resource.path(namespace=namespace), query, timeout_seconds=seconds) as events:
                for event in events:
                    if event["type"] == "ERROR":
                        if event["object"].get("code") == _EXPIRED:
                            return
                        raise KubernetesError(**_status(event["object"]))
                    yield event["type"], _typed(resource, event["object"])
        except TimeoutError:
            return

    def _listed(self, resource: Resource, namespace: str | None, selectors: Mapping[str, str]) -> tuple[Documents, str]:
        answer = self._document("GET", resource.path(namespace=namespace), query=selectors)
        return [_typed(resource, item) for item in answer["items"]], answer["metadata"].get("resourceVersion", "")

    def _path(self, manifest: Mapping[str, Any], subresource: str | None) -> str:
        resource, name, namespace = self._located(manifest)
        return resource.path(name, namespace, subresource)

    def _located(self, manifest: Mapping[str, Any]) -> tuple[Resource, str | None, str | None]:
        resource = self.resource(manifest["apiVersion"], manifest["kind"])
        metadata = manifest.get("metadata") or {}
        return resource, metadata.get("name"), metadata.get("namespace") or "default"

    def _served(self, api_version: str) -> Mapping[str, Resource]:
        with self._turn:
            known = self._known.get(api_version)
        if known is not None:
            return known
        root = "/apis" if "/" in api_version else "/api"
        try:
            answer = self._document("GET", f"{root}/{api_version}")
        except KubernetesError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return {}
            raise
        found = _resources(api_version, answer["resources"])
        with self._turn:
            self._known[api_version] = found
        return found

    def _document(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Document:
        answer = self.transport.request(method, path, body, query=query, content_type=content_type)
        return cast(Document, answer)


def _resources(api_version: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Resource]:
    """Return the kinds of an APIResourceList; a row `pods/eviction` is a subresource of `pods`."""
    subresources: dict[str, set[str]] = {}
    for row in rows:
        plural, _, subresource = row["name"].partition("/")
        subresources.setdefault(plural, set()).update({subresource} - {""})
    return {
        row["kind"]: Resource(
            api_version,
            row["kind"],
            row["name"],
            row["namespaced"],
            frozenset(subresources[row["name"]]),
            frozenset(row["verbs"]),
        )
        for row in rows
        if "/" not in row["name"]
    }


def _differences(seen: Mapping[str, Document], items: Sequence[Document]) -> Iterator[tuple[str, Document]]:
    """Yield the events between what was seen and what a list now shows."""
    present = {item["metadata"]["uid"] for item in items}
    for uid, gone in seen.items():
        if uid not in present:
            yield "DELETED", gone
    for item in items:
        before = seen.get(item["metadata"]["uid"])
        if before is None:
            yield "ADDED", item
        elif before["metadata"]["resourceVersion"] != item["metadata"]["resourceVersion"]:
            yield "MODIFIED", item


def _no_match(api_version: str, kind: str) -> KubernetesError:
    # The words of client-go, which looks kinds up as we do: apimachinery, pkg/api/meta/errors.go, NoKindMatchError.
    return KubernetesError(f'no matches for kind "{kind}" in version "{api_version}"', "NotFound", HTTPStatus.NOT_FOUND)


def _typed(resource: Resource, item: Document) -> Document:
    """Return the item of a list does not say what it is."""
    return {"apiVersion": resource.api_version, "kind": resource.kind, **item}


def _status(status: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "message": status.get("message") or "",
        "reason": status.get("reason") or "",
        "code": status.get("code") or 0,
        "details": status.get("details"),
    }


def _selectors(labels: str, fields: str) -> dict[str, str]:
    return {key: value for key, value in (("labelSelector", labels), ("fieldSelector", fields)) if value}


def _dry(dry_run: bool) -> dict[str, str]:
    return {"dryRun": "All"} if dry_run else {}
