"""Kubernetes objects and Helm releases, as the API server and Helm would give them back."""

from typing import Any

import yaml

from ..helm_releases import RELEASE, with_defaults
from ..kubernetes_diff.normal import normalized
from ..kubernetes_scopes import CLUSTER_SCOPED
from .resource import CREATED_AT, Request, complete, empty, outputs_of


def create(request: Request) -> tuple[str, dict[str, Any]]:
    """Return the id (`namespace/name`, or the name of a cluster-wide object) and the live object."""
    if request.token == RELEASE:
        return _release(request)
    metadata = dict(request.inputs.get("metadata") or {})
    name = str(metadata.get("name") or request.name)
    metadata |= {
        "name": name,
        "uid": request.uuid(),
        "resourceVersion": "1",
        "generation": 1,
        "creationTimestamp": CREATED_AT,
    }
    if request.cls not in CLUSTER_SCOPED:
        metadata.setdefault("namespace", request.provider.get("namespace") or "default")
    given = normalized(request.inputs) if request.cls == "Secret" else request.inputs  # a server keeps no stringData
    outputs = {**given, "metadata": metadata}
    status = _status(request, outputs)
    if status:
        outputs["status"] = status
    if request.cls == "Service" and isinstance(outputs.get("spec"), dict):
        address = ".".join(str(int(request.hex(2, part), 16)) for part in ("x", "y"))
        outputs["spec"] = {"type": "ClusterIP", "clusterIP": f"172.20.{address}", **outputs["spec"]}
    return "/".join(part for part in (metadata.get("namespace"), name) if part), outputs


def named(token: str, object_id: str) -> dict[str, Any]:
    """Return the least that an object of an id (`namespace/name`) is."""
    _, group_version, kind = token.split(":")
    namespace, _, name = object_id.rpartition("/")
    return {
        "apiVersion": group_version.removeprefix("core/"),
        "kind": kind,
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        **({"spec": {}} if "spec" in outputs_of(token) else {}),
    }


def invoke(request: Request) -> dict[str, Any]:
    """Return the provider's own functions: decoding YAML is the one that needs no cluster."""
    if request.token == "kubernetes:yaml:decode":
        text, namespace = str(request.inputs.get("text", "")), request.inputs.get("defaultNamespace")
        objects = [item for item in yaml.safe_load_all(text) if item]
        flat = [inner for item in objects for inner in (item["items"] if item.get("kind") == "List" else [item])]
        for item in flat:
            if namespace and item.get("kind") not in CLUSTER_SCOPED:
                item.setdefault("metadata", {}).setdefault("namespace", namespace)
        return {"result": flat}
    raise NotImplementedError(
        f"{request.token} is not played by the sandbox: it needs a chart or a kustomization from the network; "
        "use kubernetes.helm.v3.Release, or render the YAML first"
    )


def _release(request: Request) -> tuple[str, dict[str, Any]]:
    given = with_defaults(request.inputs)
    name, namespace = str(given.get("name") or request.name), str(given.get("namespace") or "default")
    status = {
        "name": name,
        "namespace": namespace,
        "chart": str(given.get("chart")).rpartition("/")[2],
        "revision": 1,
        "version": given.get("version", ""),
        "appVersion": given.get("version", ""),
        "status": "deployed",
    }
    outputs = {**given, "name": name, "namespace": namespace, "status": status}
    return f"{namespace}/{name}", complete(outputs_of(request.token), outputs, lambda _, kind: empty(kind))


def _status(request: Request, outputs: dict[str, Any]) -> dict[str, Any]:
    spec = outputs.get("spec") or {}
    replicas = spec.get("replicas", 1) if isinstance(spec, dict) else 1
    match request.cls:
        case "Deployment" | "StatefulSet" | "ReplicaSet":
            return {
                "replicas": replicas,
                "readyReplicas": replicas,
                "availableReplicas": replicas,
                "updatedReplicas": replicas,
                "observedGeneration": 1,
            }
        case "Job":
            return {"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]}
        case "Namespace":
            return {"phase": "Active"}
        case "PersistentVolumeClaim":
            return {"phase": "Bound"}
        case "Service" if spec.get("type") == "LoadBalancer":
            return {"loadBalancer": {"ingress": [{"hostname": f"{request.hex(16)}.elb.amazonaws.com"}]}}
        case "Ingress":
            return {"loadBalancer": {"ingress": [{"hostname": f"{request.hex(16)}.elb.amazonaws.com"}]}}
        case _:
            return {}
