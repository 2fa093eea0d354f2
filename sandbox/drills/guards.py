"""What keeps a stack's Services up, taken away, so that a drill shows what each is for."""

from ..clusters.load import millicores
from ..clusters.node_pools import API_VERSION as POOLS
from ..clusters.node_pools import KIND as POOL
from ..clusters.scaled_objects import API_VERSION as SCALED
from ..clusters.scaled_objects import KIND as SCALED_OBJECT
from .hands import Drill, Object

GUARDS = ("pdb", "spread", "surge", "requests", "pool", "floor", "both")
"""`both` is the drill's own: the second release does not stand before the switch."""


def remove(drill: Drill) -> None:
    """Take away what the drill is to do without, of the stack's own workloads."""
    if "pdb" in drill.without:
        for budget in drill.own("policy/v1", "PodDisruptionBudget"):
            _delete(drill, budget)
    if "pool" in drill.without:
        for pool in drill.own(POOLS, POOL):
            _delete(drill, pool)
    if "surge" in drill.without:
        everything = {"maxSurge": 0, "maxUnavailable": "100%"}
        for item in drill.own_deployments():
            drill.patch(item, {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": everything}}})
    if "requests" in drill.without:
        _ask_for_nothing(drill)
    if "spread" in drill.without:
        _crowd(drill)


def remove_floor(drill: Drill) -> None:
    """Let autoscalers go down to one pod; once it is measured what a Service starts with, for that is promised."""
    if "floor" not in drill.without:
        return
    for scaled in drill.own(SCALED, SCALED_OBJECT):
        drill.patch(scaled, {"spec": {"minReplicaCount": 1}})
    for scaler in drill.own("autoscaling/v2", "HorizontalPodAutoscaler"):
        drill.patch(scaler, {"spec": {"minReplicas": 1}})
    drill.note("autoscalers have no floor")
    drill.settle()


def _delete(drill: Drill, item: Object) -> None:
    metadata = item["metadata"]
    drill.client.delete(item["apiVersion"], item["kind"], metadata["name"], metadata.get("namespace"))


def _ask_for_nothing(drill: Drill) -> None:
    """Leave pods without requests; a namespace's bounds would put some in, or refuse such pods."""
    for kind in ("LimitRange", "ResourceQuota"):
        for bounds in drill.own("v1", kind):
            _delete(drill, bounds)
    for item in drill.own_deployments():
        pod = item["spec"]["template"]["spec"]
        bare = {
            key: [{**container, "resources": {}} for container in pod[key]]
            for key in ("initContainers", "containers")
            if key in pod
        }
        drill.patch(item, {"spec": {"template": {"spec": bare}}})


def _crowd(drill: Drill) -> None:
    """Without a rule that spreads them, a Service's pods may all stand on one node: bring that about."""
    for item in drill.own_deployments():
        drill.patch(item, {"spec": {"template": {"spec": {"topologySpreadConstraints": None, "affinity": None}}}})
    drill.settle()
    crowded = max(drill.nodes(), key=lambda node: millicores(node["status"]["allocatable"]["cpu"]))
    drill.patch(crowded, {"spec": {"unschedulable": True}})
    # the rest, so that all of them find room there
    drill.empty(crowded)
    others = [node for node in drill.nodes() if node["metadata"]["name"] != crowded["metadata"]["name"]]
    for node in others:
        drill.patch(node, {"spec": {"unschedulable": True}})
    drill.patch(crowded, {"spec": {"unschedulable": None}})
    drill.restart_served()
    for node in others:
        drill.patch(node, {"spec": {"unschedulable": None}})
