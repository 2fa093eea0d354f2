"""What keeps a stack's Services up, taken away, so that a drill shows what each is for."""

from ..clusters.node_pools import API_VERSION as POOLS
from ..clusters.node_pools import KIND as POOL
from ..clusters.scaled_objects import API_VERSION as SCALED
from ..clusters.scaled_objects import KIND as SCALED_OBJECT
from ..quantities import millicores
from .drill_cluster import DrillCluster, Object

GUARDS = ("pdb", "spread", "surge", "requests", "pool", "floor", "both")
"""`both` is the drill's own: the second release does not stand before the switch."""


def remove(cluster: DrillCluster) -> None:
    """Take away what the drill is to do without, of the stack's own workloads."""
    if "pdb" in cluster.without:
        for budget in cluster.own("policy/v1", "PodDisruptionBudget"):
            _delete(cluster, budget)
    if "pool" in cluster.without:
        for pool in cluster.own(POOLS, POOL):
            _delete(cluster, pool)
    if "surge" in cluster.without:
        everything = {"maxSurge": 0, "maxUnavailable": "100%"}
        for item in cluster.own_deployments():
            cluster.patch(item, {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": everything}}})
    if "requests" in cluster.without:
        _ask_for_nothing(cluster)
    if "spread" in cluster.without:
        _crowd(cluster)


def remove_floor(cluster: DrillCluster) -> None:
    """Let autoscalers go down to one pod; once it is measured what a Service starts with, for that is promised."""
    if "floor" not in cluster.without:
        return
    for scaled in cluster.own(SCALED, SCALED_OBJECT):
        cluster.patch(scaled, {"spec": {"minReplicaCount": 1}})
    for scaler in cluster.own("autoscaling/v2", "HorizontalPodAutoscaler"):
        cluster.patch(scaler, {"spec": {"minReplicas": 1}})
    cluster.note("autoscalers have no floor")
    cluster.settle()


def _delete(cluster: DrillCluster, item: Object) -> None:
    metadata = item["metadata"]
    cluster.client.delete(item["apiVersion"], item["kind"], metadata["name"], metadata.get("namespace"))


def _ask_for_nothing(cluster: DrillCluster) -> None:
    """Leave pods without requests; a namespace's bounds would put some in, or refuse such pods."""
    for kind in ("LimitRange", "ResourceQuota"):
        for bounds in cluster.own("v1", kind):
            _delete(cluster, bounds)
    for item in cluster.own_deployments():
        pod = item["spec"]["template"]["spec"]
        bare = {
            key: [{**container, "resources": {}} for container in pod[key]]
            for key in ("initContainers", "containers")
            if key in pod
        }
        cluster.patch(item, {"spec": {"template": {"spec": bare}}})


def _crowd(cluster: DrillCluster) -> None:
    """Without a rule that spreads them, a Service's pods may all stand on one node: bring that about."""
    for item in cluster.own_deployments():
        cluster.patch(item, {"spec": {"template": {"spec": {"topologySpreadConstraints": None, "affinity": None}}}})
    cluster.settle()
    crowded = max(cluster.nodes(), key=lambda node: millicores(node["status"]["allocatable"]["cpu"]))
    cluster.patch(crowded, {"spec": {"unschedulable": True}})
    # the rest, so that all of them find room there
    cluster.empty(crowded)
    others = [node for node in cluster.nodes() if node["metadata"]["name"] != crowded["metadata"]["name"]]
    for node in others:
        cluster.patch(node, {"spec": {"unschedulable": True}})
    cluster.patch(crowded, {"spec": {"unschedulable": None}})
    cluster.restart_served()
    for node in others:
        cluster.patch(node, {"spec": {"unschedulable": None}})
