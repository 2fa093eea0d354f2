"""Plays the metrics APIs that autoscalers ask: metrics-server's, and KEDA's for what waits in a queue.

The API server's own aggregation layer passes questions on to a server on 127.0.0.1, as it does to metrics-server.
A cluster without the one, or without the other, has no such metrics here either.
"""

import json
import re
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ..control_plane import Client, KubernetesError
from ..control_plane.credentials import Credentials
from . import scaled_objects
from .load import Load, usage, waiting

_RESOURCE, _EXTERNAL = "metrics.k8s.io", "external.metrics.k8s.io"
_GROUPS = (_RESOURCE, _EXTERNAL)
_VERSION = "v1beta1"
_NAMESPACE, _SERVICE = "kube-system", "sandbox-metrics"
# Who serves each group on a real cluster.
_SERVERS: Mapping[str, str] = {_RESOURCE: "metrics-server", _EXTERNAL: "keda-operator-metrics-apiserver"}
_PODS = re.compile(rf"/apis/{_RESOURCE}/{_VERSION}(?:/namespaces/([^/]+))?/pods")
_QUEUE = re.compile(rf"/apis/{_EXTERNAL}/{_VERSION}/namespaces/([^/]+)/([^/]+)")


class Metrics:
    """What autoscalers are told. `loads` may be changed at any time."""

    def __init__(self, client: Client, loads: Sequence[Load]) -> None:
        self.loads = loads
        self._client = client

    def answer(self, path: str, query: Mapping[str, Sequence[str]]) -> tuple[HTTPStatus, dict[str, Any]]:
        """Return the status and the document for a question."""
        for group in _GROUPS:
            if path == f"/apis/{group}/{_VERSION}":
                return HTTPStatus.OK, _discovery(group)
        labels = next(iter(query.get("labelSelector", ())), "")
        if found := _PODS.fullmatch(path):
            return self._served(_RESOURCE) or (HTTPStatus.OK, self._pods(found[1], labels))
        if found := _QUEUE.fullmatch(path):
            return self._served(_EXTERNAL) or (HTTPStatus.OK, self._queue(found[1], found[2], labels))
        return HTTPStatus.NOT_FOUND, _status(HTTPStatus.NOT_FOUND, f"nothing is at {path}")

    def _served(self, group: str) -> tuple[HTTPStatus, dict[str, Any]] | None:
        """Return a refusal, where the software that would answer is not on the cluster."""
        server = _SERVERS[group]
        if any(item["metadata"]["name"] == server for item in self._client.list("apps/v1", "Deployment")):
            return None
        code = HTTPStatus.SERVICE_UNAVAILABLE
        return code, _status(code, f"the cluster has no {server}, which serves {group}")

    def _pods(self, namespace: str | None, labels: str) -> dict[str, Any]:
        # a workload's load is shared by all of its pods, those that were not asked for among them
        used = usage(self._client.list("v1", "Pod", namespace), self.loads)
        now = _now()
        items = [
            {
                "metadata": {key: pod["metadata"].get(key) for key in ("name", "namespace", "labels")},
                "timestamp": now,
                "window": "0s",
                "containers": [
                    {"name": name, "usage": {"cpu": f"{round(1e6 * millicores)}n", "memory": "0"}}
                    for name, millicores in used[pod["metadata"]["uid"]].items()
                ],
            }
            for pod in self._client.list("v1", "Pod", namespace, labels=labels)
            if pod["metadata"]["uid"] in used
        ]
        return {"kind": "PodMetricsList", "apiVersion": f"{_RESOURCE}/{_VERSION}", "metadata": {}, "items": items}

    def _queue(self, namespace: str, metric: str, labels: str) -> dict[str, Any]:
        name = labels.rpartition("=")[2]
        api_version, kind = scaled_objects.API_VERSION, scaled_objects.KIND
        number = waiting(self._client.get(api_version, kind, name, namespace), self.loads)
        value = {"metricName": metric, "metricLabels": {}, "timestamp": _now(), "value": f"{number:g}"}
        version = f"{_EXTERNAL}/{_VERSION}"
        return {"kind": "ExternalMetricValueList", "apiVersion": version, "metadata": {}, "items": [value]}


@contextmanager
def served(client: Client, cluster: Path, loads: Sequence[Load]) -> Iterator[Metrics]:
    """Serve metrics to the control plane of a client, whose data is in a folder, for as long as the block lasts."""
    metrics = Metrics(client, loads)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(metrics))
    credentials = Credentials.of(cluster)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(credentials.server_certificate, credentials.server_key)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for manifest in _registration(server.server_address[1]):
            client.apply(manifest, force=True)
        yield metrics
    finally:
        with suppress(KubernetesError, OSError):  # the server may be gone; the next start withdraws it
            withdraw(client)
        server.shutdown()
        server.server_close()


def withdraw(client: Client) -> None:
    """Take back what a run that was killed registered: the API server would ask in vain."""
    gone = [("apiregistration.k8s.io/v1", "APIService", f"{_VERSION}.{group}", None) for group in _GROUPS]
    for identity in (*gone, ("v1", "Service", _SERVICE, _NAMESPACE)):
        with _missing_is_well():
            client.delete(*identity)


def _registration(port: int) -> Iterator[dict[str, Any]]:
    metadata = {"name": _SERVICE, "namespace": _NAMESPACE}
    # the aggregation layer dials an ExternalName by its name: of a Service with pods it would need an address of theirs
    spec = {"type": "ExternalName", "externalName": "localhost"}
    yield {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
    for group in _GROUPS:
        yield {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": f"{_VERSION}.{group}"},
            "spec": {
                "group": group,
                "version": _VERSION,
                "service": {**metadata, "port": port},
                # as in metrics-server's own manifest: its certificate names no Service
                "insecureSkipTLSVerify": True,
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
            },
        }


def _handler(metrics: Metrics) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer."""
            parts = urlsplit(self.path)
            try:
                status, document = metrics.answer(parts.path, parse_qs(parts.query))
            except KubernetesError as error:
                status = HTTPStatus(error.code or HTTPStatus.SERVICE_UNAVAILABLE)
                document = _status(status, str(error))
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


def _discovery(group: str) -> dict[str, Any]:
    pods = {"name": "pods", "singularName": "", "namespaced": True, "kind": "PodMetrics", "verbs": ["get", "list"]}
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{group}/{_VERSION}",
        "resources": [pods] if group == _RESOURCE else [],
    }


def _status(code: HTTPStatus, message: str) -> dict[str, Any]:
    return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": message}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def _missing_is_well() -> Iterator[None]:
    try:
        yield
    except KubernetesError as error:
        if error.code != HTTPStatus.NOT_FOUND:
            raise
