"""Grafana Alloy: brings logs from every node, events from the API server, and traces from pods."""

from collections.abc import Mapping
from typing import Any

from ...shared.chart_values import resources
from ...shared.network_policies import ALLOY, OTLP
from ...shared.node_labels import SYSTEM_NODES

# the user of the image grafana/alloy; files of containers' logs are root's
USER, ROOT = 473, 0
LOGS_OF_PODS = "/var/log/pods"
# what has been read survives the pod, or each roll-out would send all that the node still has again
POSITIONS = "/var/lib/alloy-log-positions"
SCRATCH = "/var/lib/alloy"
Values = dict[str, Any]


def node_values(config: str) -> Values:
    """Return the values of a DaemonSet that reads the files of containers' logs on its node."""
    return {
        **_common("alloy", config, storage=POSITIONS, user=ROOT, memory=("128Mi", "384Mi")),
        # to know of which pod a file is: nothing else, and of the pods of its own node alone it asks
        "rbac": _reads("pods"),
        "serviceAccount": {"create": True, "name": "alloy"},
        "controller": {
            "type": "daemonset",
            "tolerations": [{"operator": "Exists"}],
            # where a node runs short, who tells of it goes last
            "priorityClassName": "system-node-critical",
            "volumes": {
                "extra": [
                    {"name": "pod-logs", "hostPath": {"path": LOGS_OF_PODS, "type": "Directory"}},
                    {"name": "storage", "hostPath": {"path": POSITIONS, "type": "DirectoryOrCreate"}},
                ]
            },
        },
    }


def event_values(config: str) -> Values:
    """Return the values of the one process that reads Kubernetes events; two would tell each event twice."""
    return {
        **_common("alloy-events", config, storage=SCRATCH, user=USER, memory=("64Mi", "128Mi")),
        "rbac": _reads("events"),
        "serviceAccount": {"create": True, "name": "alloy-events"},
        "controller": _deployment(),
    }


def trace_values(config: str, *, service_account: str) -> Values:
    """Return the values of the one process that takes traces and chooses among them.

    A second one would choose by the half of a trace that came its way.
    """
    values = _common("otel-collector", config, storage=SCRATCH, user=USER, memory=("256Mi", "512Mi"))
    ports = [{"name": "otlp-http", "port": OTLP, "targetPort": OTLP, "protocol": "TCP"}]
    return {
        **values,
        "alloy": {**values["alloy"], "extraPorts": ports},
        "rbac": {"create": False},
        "serviceAccount": {"create": True, "name": service_account, "automountServiceAccountToken": False},
        "controller": _deployment(),
    }


def _common(name: str, config: str, *, storage: str, user: int, memory: tuple[str, str]) -> Values:
    mounts: list[Values] = [{"name": "storage", "mountPath": storage}]
    if user == ROOT:
        mounts.append({"name": "pod-logs", "mountPath": LOGS_OF_PODS, "readOnly": True})
    return {
        "fullnameOverride": name,
        # the label by which network policies and monitors know its pods
        "nameOverride": name,
        # custom resources for what is not used here
        "crds": {"create": False},
        # a changed configuration rolls the pods instead
        "configReloader": {"enabled": False},
        "global": {"podSecurityContext": _pod_security(user)},
        "alloy": {
            "configMap": {"create": True, "content": config},
            "storagePath": storage,
            "listenPort": ALLOY,
            # reports its use to Grafana Labs otherwise
            "enableReporting": False,
            "mounts": {"extra": mounts},
            "resources": resources("25m", *memory),
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
        },
    }


def _pod_security(user: int) -> Mapping[str, Any]:
    return {
        "runAsUser": user,
        "runAsGroup": user,
        "runAsNonRoot": user != ROOT,
        "fsGroup": user,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _reads(kind: str) -> Mapping[str, Any]:
    def rule(*verbs: str) -> list[Mapping[str, Any]]:
        return [{"apiGroups": [""], "resources": [kind], "verbs": list(verbs)}]

    # the chart writes both lists into one role, one below the other, where an empty one would spoil the YAML
    return {"create": True, "rules": rule("get"), "clusterRules": rule("list", "watch")}


def _deployment() -> Mapping[str, Any]:
    return {
        "type": "deployment",
        "replicas": 1,
        "nodeSelector": dict(SYSTEM_NODES),
        "volumes": {"extra": [{"name": "storage", "emptyDir": {"sizeLimit": "1Gi"}}]},
    }
