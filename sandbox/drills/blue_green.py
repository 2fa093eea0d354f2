"""A drill in which traffic moves from one release to another that stands beside it, and back.

A stack that has two colours uses its own; beside the release of another, a second is made of its objects. The weights
by which a load balancer sends requests to the one or the other are AWS's, and not played: what is measured is whether
the release that they point to has ready endpoints at every moment.
"""

import time
from collections.abc import Callable
from typing import Any

from .drill_cluster import DrillCluster, DrillError, Object

# How a stack tells its releases apart: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels
_INSTANCE = "app.kubernetes.io/instance"
_SECOND = "-second"
_ACTIVE, _ACTIVE_SECONDS = "the active release", 5.0
_BESIDE = (("v1", "Service"), ("policy/v1", "PodDisruptionBudget"), ("apps/v1", "Deployment"))


class BlueGreen:
    """The two releases: `prepare` finds or readies them before anything is measured, `switch` is the drill."""

    def __init__(self) -> None:
        self._first: Object = {}
        self._second: Object = {}
        self._bring: Callable[[], None] = lambda: None

    def prepare(self, cluster: DrillCluster) -> None:
        """Find the releases; without the guard `both` the second does not run yet."""
        services = [service for service in cluster.services() if _instance(service)]
        blue = next((service for service in services if _instance(service).endswith("-blue")), None)
        green = next((service for service in services if _instance(service).endswith("-green")), None)
        if not services:
            raise DrillError(f"no Service leads to pods with the label {_INSTANCE}: there is no release to switch")
        if blue and green:
            self._first, self._second = blue, green
            if "both" in cluster.without:
                self._bring = _put_to_sleep(cluster, _instance(green))
        else:
            self._first, self._second = services[0], {"metadata": _metadata(services[0])}
            self._bring = lambda: _make_second(cluster, _instance(self._first))
        cluster.observer.follow(self._active, _key(self._first))

    def switch(self, cluster: DrillCluster) -> None:
        """The second release comes up, traffic goes to it once it is whole, and back."""
        if "both" not in cluster.without:
            self._bring()
            cluster.settle()
        self._send(cluster, self._second)
        if "both" in cluster.without:
            self._bring()
        cluster.settle()
        self._send(cluster, self._first)

    def _send(self, cluster: DrillCluster, service: Object) -> None:
        cluster.observer.follow(self._active, _key(service))
        cluster.note(f"all weight is on {service['metadata']['name']}")
        time.sleep(_ACTIVE_SECONDS)

    @property
    def _active(self) -> tuple[str, str]:
        return self._first["metadata"]["namespace"], _ACTIVE


def _put_to_sleep(cluster: DrillCluster, instance: str) -> Callable[[], None]:
    """Stop a release's pods; what wakes it again."""
    release = [item for item in cluster.own_deployments() if _instance(item) == instance]
    for item in release:
        cluster.patch(item, {"spec": {"replicas": 0}})
    cluster.settle()

    def wake() -> None:
        for item in release:
            cluster.patch(item, {"spec": {"replicas": item["spec"]["replicas"]}})
        cluster.note(f"{instance} starts")

    return wake


def _make_second(cluster: DrillCluster, instance: str) -> None:
    """A second release: the same objects under other names, with an instance label of their own."""
    made: list[str] = []
    for api_version, kind in _BESIDE:
        for item in cluster.own(api_version, kind):
            if _instance(item) == instance:
                cluster.client.create(_beside(item, instance))
                made.append(item["metadata"]["name"])
    for item in cluster.own("autoscaling/v2", "HorizontalPodAutoscaler"):
        if item["spec"]["scaleTargetRef"]["name"] in made:
            copy = _beside(item, instance)
            copy["spec"]["scaleTargetRef"]["name"] += _SECOND
            cluster.client.create(copy)
    cluster.note(f"beside {instance}, a second release starts")


def _beside(item: Object, instance: str) -> Object:
    spec = {key: value for key, value in item["spec"].items() if not key.startswith(("clusterIP", "healthCheckNode"))}
    copy: Object = _relabelled({"spec": spec, "metadata": _metadata(item)}, instance)
    return {"apiVersion": item["apiVersion"], "kind": item["kind"], **copy}


def _metadata(item: Object) -> Object:
    kept = {key: value for key, value in item["metadata"].items() if key in ("namespace", "labels")}
    return {**kept, "name": item["metadata"]["name"] + _SECOND}


def _relabelled(value: Any, instance: str) -> Any:
    if isinstance(value, dict):
        own = {_INSTANCE: instance + _SECOND} if value.get(_INSTANCE) == instance else {}
        return {**{key: _relabelled(each, instance) for key, each in value.items()}, **own}
    return [_relabelled(each, instance) for each in value] if isinstance(value, list) else value


def _instance(item: Object) -> str:
    labels = item["spec"].get("selector") or {}
    return str(labels.get("matchLabels", labels).get(_INSTANCE) or "")


def _key(service: Object) -> tuple[str, str]:
    return service["metadata"]["namespace"], service["metadata"]["name"]
