"""Pairs of the laws in `sandbox/laws/kubernetes_services.py`."""

from typing import Any

import pulumi_kubernetes as k8s

from .pair import Pair


def _service(spec: dict[str, Any]) -> None:
    metadata: Any = {"name": "web", "annotations": {"pulumi.com/skipAwait": "true"}}
    given: Any = {"selector": {"app": "web"}, **spec}
    k8s.core.v1.Service("service", metadata=metadata, spec=given)


PORTS = [{"port": 80}]

PAIRS = [
    Pair(
        "kubernetes-node-port",
        "The range of valid ports is 30000-32767",
        _service,
        {"type": "NodePort", "ports": [{"port": 80, "node_port": 8080}]},
        {"type": "NodePort", "ports": [{"port": 80, "node_port": 30080}]},
    ),
    Pair(
        "kubernetes-node-port",
        "may not be used when `type` is 'ClusterIP'",
        _service,
        {"ports": [{"port": 80, "node_port": 30080}]},
        {"ports": PORTS},
    ),
    Pair(
        "kubernetes-service-type",
        "may not be set to 'None' for LoadBalancer services",
        _service,
        {"type": "LoadBalancer", "cluster_ip": "None", "ports": PORTS},
        {"type": "LoadBalancer", "ports": PORTS},
    ),
    Pair("kubernetes-service-type", "spec.ports: Required value", _service, {}, {"ports": PORTS}),
    Pair(
        "kubernetes-service-type",
        'Unsupported value: "Public"',
        _service,
        {"type": "Public", "ports": PORTS},
        {"ports": PORTS},
    ),
]
