"""Plays KEDA's operator: a ScaledObject gets the HorizontalPodAutoscaler that KEDA would make of it.

The real controller then acts on it. Not played: the step from none to one (`minReplicaCount: 0` is taken for 1),
activation thresholds, pauses, fallback.
"""

from collections.abc import Mapping
from typing import Any

from ..laws.law import get
from .player import Player

API_VERSION, KIND = "keda.sh/v1alpha1", "ScaledObject"
# https://keda.sh/docs/2.19/reference/scaledobject-spec: maxReplicaCount
_MOST = 100
# What the triggers call the value that each pod is to have of what waits (https://keda.sh/docs/2.19/scalers), and what
# redis, aws-sqs-queue and others take where it is not written.
_TARGETS = ("listLength", "queueLength", "lagThreshold", "pendingEntriesCount", "threshold", "targetValue", "value")
_TARGET = "5"
_RESOURCES = ("cpu", "memory")
SELECTOR = "scaledobject.keda.sh/name"


class ScaledObjects(Player):
    """Makes an autoscaler of each ScaledObject, anew when it changes."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self._made: dict[str, Any] = {}

    def play(self) -> None:
        """Look at every ScaledObject."""
        for scaled in self.objects(API_VERSION, KIND):
            metadata: Any = scaled["metadata"]
            if self._made.get(metadata["uid"]) != metadata["generation"]:
                self.client.apply(autoscaler(scaled), manager="keda-operator", force=True)
                self._made[metadata["uid"]] = metadata["generation"]


def autoscaler(scaled: Mapping[str, Any]) -> dict[str, Any]:
    """The autoscaler for a ScaledObject, by KEDA's names; it goes when the ScaledObject goes."""
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
            "labels": {SELECTOR: metadata["name"], "app.kubernetes.io/managed-by": "keda-operator"},
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
            "metric": {"name": f"s{index}-{kind}", "selector": {"matchLabels": {SELECTOR: name}}},
            "target": {"type": trigger.get("metricType") or "AverageValue", value: wanted},
        },
    }
