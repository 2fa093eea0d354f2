"""What keeps a stack's Services up, taken away, so that a drill shows what each is for."""

from ..clusters.node_pools import API_VERSION as POOLS
from ..clusters.node_pools import KIND as POOL
from ..clusters.scaled_objects import API_VERSION as SCALED
from ..clusters.scaled_objects import KIND as SCALED_OBJECT
from .hands import Drill, Object

GUARDS = ("pdb", "spread", "surge", "pool", "floor", "both")
"""`both` is the drill's own: the second release does not stand before the switch."""


def remove(drill: Drill) -> None:
    """Take away what the drill is to do without, of the stack's own workloads."""
    if "pdb" in drill.without:
        for budget in drill.own("policy/v1", "PodDisruptionBudget"):
            _delete(drill, budget)
    if "pool" in drill.without:
        for pool in drill.own(POOLS, POOL):
            _delete(drill, pool)
    if "floor" in drill.without:
        for scaled in drill.own(SCALED, SCALED_OBJECT):
            drill.patch(scaled, {"spec": {"minReplicaCount": 1}})
        for scaler in drill.own("autoscaling/v2", "HorizontalPodAutoscaler"):
            drill.patch(scaler, {"spec": {"minReplicas": 1}})
    if "surge" in drill.without:
        everything = {"maxSurge": 0, "maxUnavailable": "100%"}
        for item in drill.own_deployments():
            drill.patch(item, {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": everything}}})
    if "spread" in drill.without:
        _crowd(drill)


def _delete(drill: Drill, item: Object) -> None:
    metadata = item["metadata"]
    drill.client.delete(item["apiVersion"], item["kind"], metadata["name"], metadata.get("namespace"))


def _crowd(drill: Drill) -> None:
    """Without a rule that spreads them, a Service's pods may all stand on one node: bring that about."""
    for item in drill.own_deployments():
        drill.patch(item, {"spec": {"template": {"spec": {"topologySpreadConstraints": None, "affinity": None}}}})
    drill.settle()
    nodes = drill.client.list("v1", "Node")
    crowded, others = nodes[0], nodes[1:]
    drill.patch(crowded, {"spec": {"unschedulable": True}})
    drill.restart_pods(on=crowded["metadata"]["name"])
    for node in others:
        drill.patch(node, {"spec": {"unschedulable": True}})
    drill.patch(crowded, {"spec": {"unschedulable": None}})
    drill.restart_pods(served=True)
    for node in others:
        drill.patch(node, {"spec": {"unschedulable": None}})
