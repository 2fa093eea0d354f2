"""A drill in which load comes and goes: autoscalers act within their bounds, and everything finds a place."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..clusters.instance_offers import INSTANCE_TYPE
from ..clusters.load import SCALABLE, Load
from ..clusters.load import check as check_loads
from ..laws.law import get
from ..quantities import millicores
from .cluster_copy import FASTER
from .drill_cluster import DrillCluster, Object

_PERCENT, _TIMES_WAITING = 300.0, 2.0
# Who cannot tell for so long what a target needs, looking every second, will not.
_BLIND_SECONDS = 20.0
_UP_SECONDS, _DOWN_SECONDS, _STEADY_SECONDS = 90.0, 120.0, 5.0
# What an autoscaler does that says nothing of it: Kubernetes API reference, autoscaling/v2, HPAScalingRules.
_SLOWLY = 300
_ALL: Object = {"type": "Percent", "value": 100, "periodSeconds": 15}
_UNHURRIED: Object = {
    "scaleUp": {"policies": [_ALL, {"type": "Pods", "value": 4, "periodSeconds": 15}]},
    "scaleDown": {"policies": [_ALL]},
}


def load_surge(cluster: DrillCluster) -> None:
    """Every workload that may grow gets more to do than its most pods can, and then nothing.

    A load that a person asked for takes the place of that; it need not lead to the most.
    """
    scalers = cluster.own("autoscaling/v2", "HorizontalPodAutoscaler")
    if not scalers:
        cluster.faults.append("the stack has no autoscaler: nothing grows")
        return
    for scaler in scalers:
        cluster.patch(scaler, {"spec": {"behavior": hurried(scaler["spec"].get("behavior") or _UNHURRIED)}})
    bounds = _Bounds(cluster, scalers)
    surge = cluster.loads or [load for scaler in scalers for load in more_than_enough(scaler)]
    cluster.set_load(surge)
    cluster.note(f"load comes; what autoscalers wait for takes a {FASTER}th of its time")
    if cluster.loads:
        bounds.until_steady(_UP_SECONDS)
    else:
        bounds.until(lambda spec: spec["maxReplicas"], "most", _UP_SECONDS)
    cluster.settle()
    bounds.tell()
    cluster.faults += [f"under load, no place for {pod}: {why}" for pod, why in sorted(cluster.unplaced().items())]
    cluster.set_load([])
    cluster.note("load goes")
    bounds.until(lambda spec: spec.get("minReplicas", 1), "least", _DOWN_SECONDS)
    bounds.tell()


class _Bounds:
    """What the autoscalers' targets ask for, looked at again and again."""

    def __init__(self, cluster: DrillCluster, scalers: Sequence[Object]) -> None:
        self._drill = cluster
        self._specs = {scaler["metadata"]["uid"]: scaler["spec"] for scaler in scalers}
        self._told: set[str] = set()

    def until(self, wanted: Callable[[Object], int], called: str, seconds: float) -> None:
        """Wait until each target has so many replicas; a fault where one does not get there."""
        started = seen = time.monotonic()
        while late := {name: n for name, n, spec in self.look() if n != wanted(spec)}:
            blind, now = self._blind(), time.monotonic()
            if not late.keys() <= blind.keys():
                seen = now
            if now - started > seconds or now - seen > _BLIND_SECONDS:
                for name, n in late.items():
                    why = f" ({blind[name]})" if name in blind else ""
                    after = f"after {now - started:.0f} s"
                    self._drill.faults.append(f"{name} has {n} replicas {after}, not its {called}{why}")
                return
            time.sleep(0.1)

    def _blind(self) -> dict[str, str]:
        """Return the targets of autoscalers that cannot tell how many are needed, and why in Kubernetes' own words."""
        return {
            scaler["spec"]["scaleTargetRef"]["name"]: condition["message"]
            for scaler in self._drill.own("autoscaling/v2", "HorizontalPodAutoscaler")
            for condition in scaler["status"].get("conditions") or []
            if condition["type"] == "ScalingActive" and condition["status"] == "False"
        }

    def until_steady(self, seconds: float) -> None:
        """Wait until no target has changed for a while."""
        deadline = time.monotonic() + seconds
        before, since = self.look(), time.monotonic()
        while time.monotonic() - since < _STEADY_SECONDS and time.monotonic() < deadline:
            time.sleep(0.1)
            now = self.look()
            if now != before:
                before, since = now, time.monotonic()

    def look(self) -> list[tuple[str, int, Object]]:
        """Return each target's name, its replicas and its bounds; what is beyond them is a fault, told once."""
        found = []
        for scaler in self._drill.own("autoscaling/v2", "HorizontalPodAutoscaler"):
            spec = self._specs.get(scaler["metadata"]["uid"])
            target = self._drill.target(scaler)
            if spec is None or target is None:
                continue
            replicas, name = int(target["spec"]["replicas"]), str(target["metadata"]["name"])
            least, most = spec.get("minReplicas", 1), spec["maxReplicas"]
            if not least <= replicas <= most and name not in self._told:
                self._told.add(name)
                self._drill.faults.append(f"{name} has {replicas} replicas, beyond its bounds of {least} to {most}")
            found.append((name, replicas, spec))
        return found

    def tell(self) -> None:
        """Note how many there are."""
        for name, replicas, spec in self.look():
            bounds = f"{spec.get('minReplicas', 1)} to {spec['maxReplicas']}"
            self._drill.note(f"{name}: {replicas} replicas, of {bounds}")
        types = Counter(get(node, "metadata", "labels", INSTANCE_TYPE) for node in self._drill.nodes())
        self._drill.note(f"nodes: {', '.join(f'{n} {name}' for name, n in sorted(types.items()))}")


def hurried(behavior: Object) -> Object:
    """Return an autoscaler's behavior in which each wait is divided by `FASTER`, but a second at least."""

    def quickly(rules: Any, stabilization: int) -> Object:
        rules = dict(rules or {})
        window = rules.get("stabilizationWindowSeconds")
        rules["stabilizationWindowSeconds"] = (stabilization if window is None else window) // FASTER
        policies = [
            {**policy, "periodSeconds": max(1, policy["periodSeconds"] // FASTER)}
            for policy in rules.get("policies") or []
        ]
        return {**rules, **({"policies": policies} if policies else {})}

    return {
        "scaleUp": quickly(behavior.get("scaleUp"), 0),
        "scaleDown": quickly(behavior.get("scaleDown"), _SLOWLY),
    }


def more_than_enough(scaler: Object) -> Iterator[Load]:
    """Yield a load for which the most replicas are too few, for each metric of an autoscaler that can be played."""
    spec = scaler["spec"]
    name = str(spec["scaleTargetRef"]["name"])
    for metric in spec.get("metrics") or []:
        if get(metric, "resource", "name") == "cpu":
            yield Load(name, "percent", _PERCENT)
        target = get(metric, "external", "target") or {}
        per_pod = target.get("averageValue") or target.get("value")
        if per_pod is not None:
            yield Load(name, "queue", millicores(per_pod) / 1000 * spec["maxReplicas"] * _TIMES_WAITING)


def check(cluster: DrillCluster) -> None:
    """Refuse loads that a person asked for and that are on nothing. Raises LoadError."""
    workloads = [item["metadata"]["name"] for kind in SCALABLE for item in cluster.own("apps/v1", kind)]
    check_loads(cluster.loads, workloads)
