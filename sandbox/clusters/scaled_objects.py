"""Plays KEDA's operator: a ScaledObject gets the HorizontalPodAutoscaler that KEDA would make of it, and a condition.

The real controller then acts on the autoscaler. A ScaledObject is Ready where KEDA watches its namespace, its target is
there, and its triggers' logins can be read with the rights that KEDA's chart has given it. Not played: whether the
queue's server lets it in, the step from none to one (`minReplicaCount: 0` is taken for 1), activation thresholds,
pauses, fallback.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..laws.law import get
from .placeholders import stands_in
from .reconcile_loop import ReconcileLoop

API_VERSION, KIND = "keda.sh/v1alpha1", "ScaledObject"
# https://keda.sh/docs/2.19/reference/scaledobject-spec: maxReplicaCount
_MOST = 100
# What the triggers call the value that each pod is to have of what waits (https://keda.sh/docs/2.19/scalers), and what
# redis, aws-sqs-queue and others take where it is not written.
_TARGETS = (
    "listLength",
    "queueLength",
    "lagCount",
    "lagThreshold",
    "pendingEntriesCount",
    "streamLength",
    "threshold",
    "targetValue",
    "value",
)
_TARGET = "5"
_RESOURCES = ("cpu", "memory")
# after what a scaler names its metric
_NAMED_BY: Mapping[str, tuple[str, str]] = {
    "redis": ("redis", "listName"),
    "redis-streams": ("redis-streams", "stream"),
    "aws-sqs-queue": ("aws-sqs", "queueURL"),
}
SELECTOR = "scaledobject.keda.sh/name"


# What the chart calls the operator and its account, and what tells it to read no Secrets but its own namespace's.
OPERATOR, RESTRICTED = "keda-operator", "KEDA_RESTRICT_SECRET_ACCESS"
_LOGIN = "TriggerAuthentication"


@dataclass(frozen=True)
class Operator:
    """The operator that stands on a cluster, and what it was told."""

    namespace: str
    watched: Sequence[str]
    """The namespaces that it looks at; all where there is none."""
    restricted: bool

    @classmethod
    def of(cls, deployment: Mapping[str, Any]) -> "Operator":
        """Read it from its Deployment."""
        containers = deployment["spec"]["template"]["spec"]["containers"]
        told = {each["name"]: str(each.get("value")) for box in containers for each in box.get("env") or []}
        watched = [each.strip() for each in told.get("WATCH_NAMESPACE", "").split(",") if each.strip()]
        return cls(deployment["metadata"]["namespace"], watched, told.get(RESTRICTED) == "true")

    @property
    def user(self) -> str:
        """As whom it asks the server."""
        return f"system:serviceaccount:{self.namespace}:{OPERATOR}"


class ScaledObjects(ReconcileLoop):
    """Makes an autoscaler of each ScaledObject, anew when it changes, and says where it cannot.

    `beside_its_own`: where the operator itself runs for its chart's Deployment, it plays only what stands in for one.
    """

    def __init__(self, client: Any, *, beside_its_own: bool = False) -> None:
        super().__init__(client)
        self._stand_ins_alone = beside_its_own
        self._done: dict[str, tuple[int, str]] = {}

    def reconcile(self) -> None:
        """Look at every ScaledObject that the operator watches."""
        found = [each for each in self.client.list("apps/v1", "Deployment") if self._is_played(each)]
        if not found:
            return
        operator = Operator.of(found[0])
        for scaled in self.objects(API_VERSION, KIND):
            metadata: Any = scaled["metadata"]
            if operator.watched and metadata["namespace"] not in operator.watched:
                continue
            done = self._done.get(metadata["uid"])
            if done == (metadata["generation"], ""):
                continue
            fault = next(iter(self._faults(operator, scaled)), "")
            if done == (metadata["generation"], fault):
                continue
            if not fault:
                self.client.apply(autoscaler(scaled), manager=OPERATOR, force=True)
            self.client.tell(scaled, {"conditions": [condition(fault)]})
            self._done[metadata["uid"]] = (metadata["generation"], fault)

    def _is_played(self, deployment: Mapping[str, Any]) -> bool:
        return deployment["metadata"]["name"] == OPERATOR and (stands_in(deployment) or not self._stand_ins_alone)

    def _faults(self, operator: Operator, scaled: Mapping[str, Any]) -> Iterator[str]:
        """Yield what keeps the operator from scaling an object, in its words (KEDA 2.19, pkg/scaling/resolver)."""
        namespace, target = scaled["metadata"]["namespace"], scaled["spec"]["scaleTargetRef"]
        api_version, kind = target.get("apiVersion") or "apps/v1", target.get("kind") or "Deployment"
        if self.client.find(api_version, kind, target["name"], namespace) is None:
            yield f'{kind.lower()}s "{target["name"]}" not found'
        logins = [trigger.get("authenticationRef") or {} for trigger in scaled["spec"]["triggers"]]
        for name in [each["name"] for each in logins if each.get("name") and (each.get("kind") or _LOGIN) == _LOGIN]:
            login = self.client.find(API_VERSION, _LOGIN, name, namespace)
            if login is None:
                yield f'{_LOGIN}.keda.sh "{name}" not found'
                continue
            for wanted in get(login, "spec", "secretTargetRef") or []:
                yield from self._unreadable(operator, namespace, wanted)

    def _unreadable(self, operator: Operator, namespace: str, wanted: Mapping[str, str]) -> Iterator[str]:
        # restricted, it looks for the name among those of its own namespace
        where = operator.namespace if operator.restricted else namespace
        if not operator.restricted and not self.client.may(operator.user, "list", "secrets", where):
            yield (
                f'secrets is forbidden: User "{operator.user}" cannot list resource "secrets" in API group "" in the '
                f'namespace "{where}"'
            )
            return
        secret = self.client.find("v1", "Secret", wanted["name"], where)
        if secret is None:
            yield f'secret "{wanted["name"]}" not found in the namespace {where}'
        elif wanted["key"] not in (secret.get("data") or {}):
            yield f'secret "{wanted["name"]}" has no key {wanted["key"]}'


def condition(fault: str) -> dict[str, Any]:
    """Return what KEDA says of a ScaledObject (apis/keda/v1alpha1/condition_types.go)."""
    if fault:
        message = f"failed to ensure HPA is correctly created for ScaledObject: {fault}"
        return {"type": "Ready", "status": "False", "reason": "ScaledObjectCheckFailed", "message": message}
    message = "ScaledObject is defined correctly and is ready for scaling"
    return {"type": "Ready", "status": "True", "reason": "ScaledObjectReady", "message": message}


def ready(scaled: Mapping[str, Any]) -> tuple[str, str]:
    """Return the status of a ScaledObject's condition Ready, and what it says; empty where it has none."""
    for each in get(scaled, "status", "conditions") or ():
        if each.get("type") == "Ready":
            return str(each.get("status")), str(each.get("message") or "")
    return "", ""


def autoscaler(scaled: Mapping[str, Any]) -> dict[str, Any]:
    """Return the autoscaler for a ScaledObject, by KEDA's names; it goes when the ScaledObject goes."""
    metadata, spec = scaled["metadata"], scaled["spec"]
    settings = get(spec, "advanced", "horizontalPodAutoscalerConfig") or {}
    target = spec["scaleTargetRef"]
    owner = {"apiVersion": API_VERSION, "kind": KIND, "name": metadata["name"], "uid": metadata["uid"]}
    behavior = {"behavior": settings["behavior"]} if settings.get("behavior") else {}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {
            "name": settings.get("name") or f"keda-hpa-{metadata['name']}",
            "namespace": metadata["namespace"],
            "labels": {SELECTOR: metadata["name"], "app.kubernetes.io/managed-by": OPERATOR},
            "ownerReferences": [owner],
        },
        "spec": {
            "scaleTargetRef": {
                "apiVersion": target.get("apiVersion") or "apps/v1",
                "kind": target.get("kind") or "Deployment",
                "name": target["name"],
            },
            "minReplicas": max(1, int(spec.get("minReplicaCount") or 0)),
            "maxReplicas": int(spec.get("maxReplicaCount") or _MOST),
            "metrics": [_metric(metadata["name"], index, each) for index, each in enumerate(spec["triggers"])],
            **behavior,
        },
    }


def _metric_name(index: int, kind: str, given: Mapping[str, Any]) -> str:
    """Return what KEDA calls a trigger's metric: pkg/scalers/scaler.go, GenerateMetricNameWithIndex, and
    pkg/util/normalize_string.go.
    """
    prefix, key = _NAMED_BY.get(kind, (kind, ""))
    of = str(given.get(key) or "").rpartition("/")[2] if key == "queueURL" else str(given.get(key) or "")
    return f"s{index}-{re.sub('[/.:%()]', '-', '-'.join(filter(None, (prefix, of))))}"


def _metric(name: str, index: int, trigger: Mapping[str, Any]) -> dict[str, Any]:
    kind, given = str(trigger["type"]), trigger.get("metadata") or {}
    wanted = next((str(given[key]) for key in _TARGETS if key in given), _TARGET)
    if kind in _RESOURCES:
        by = trigger.get("metricType") or "Utilization"
        target = {"type": by, "averageUtilization": int(wanted)} if by == "Utilization" else {"averageValue": wanted}
        return {"type": "Resource", "resource": {"name": kind, "target": {"type": by, **target}}}
    value = "value" if trigger.get("metricType") == "Value" else "averageValue"
    return {
        "type": "External",
        "external": {
            "metric": {"name": _metric_name(index, kind, given), "selector": {"matchLabels": {SELECTOR: name}}},
            "target": {"type": trigger.get("metricType") or "AverageValue", value: wanted},
        },
    }
