"""The one rule by which a NodePool brings nodes."""

from typing import Any, cast

from sandbox.clusters.instance_offers import allowed, meets
from sandbox.clusters.node_pools import NodePools, is_unschedulable, node_for, seconds
from sandbox.control_plane import Client

CATEGORY = "karpenter.k8s.aws/instance-category"
GENERATION = "karpenter.k8s.aws/instance-generation"
ZONES = ["eu-west-1a", "eu-west-1b"]


def wanted(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"key": key, "operator": operator, "values": list(values)}


GRAVITON = [wanted("kubernetes.io/arch", "In", "arm64"), wanted(GENERATION, "Gt", "6")]


def pool(*requirements: dict[str, Any], **spec: Any) -> dict[str, Any]:
    template = {
        "metadata": {"labels": {"tier": "app"}},
        "spec": {"requirements": [*GRAVITON, *requirements], "taints": spec.pop("taints", [])},
    }
    return {"metadata": {"name": "pool", "uid": "u-1"}, "spec": {"template": template, **spec}}


def pod(cpu: str = "1", memory: str = "2Gi", **spec: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": cpu, "memory": memory}}}], **spec}}


def brought(pod: dict[str, Any], pool: dict[str, Any], *standing: dict[str, Any]) -> tuple[str, str] | None:
    daemon = {"spec": {"template": pod_of_each_node}}
    node = node_for(pod, pool, standing, [daemon], ZONES)
    if node is None:
        return None
    labels = node["metadata"]["labels"]
    return labels["node.kubernetes.io/instance-type"], labels["topology.kubernetes.io/zone"]


pod_of_each_node = pod("150m", "100Mi")


def test_the_cheapest_allowed_type_that_takes_the_pod_comes() -> None:
    assert brought(pod(), pool()) == ("c7g.large", "eu-west-1a")
    assert brought(pod(), pool(wanted(CATEGORY, "In", "m", "r"))) == ("m7g.large", "eu-west-1a")
    assert brought(pod(memory="5Gi"), pool(wanted(CATEGORY, "In", "c", "m"))) == ("m7g.large", "eu-west-1a")


def test_the_pods_of_daemon_sets_take_room_too() -> None:
    # of a c7g.large's 1930 millicores these take 150
    assert brought(pod("1780m", "1Gi"), pool()) == ("c7g.large", "eu-west-1a")
    assert brought(pod("1781m", "1Gi"), pool()) == ("c7g.xlarge", "eu-west-1a")


def test_a_pool_keeps_its_limits() -> None:
    node = {"metadata": {"labels": {"karpenter.sh/nodepool": "pool"}}, "status": {"capacity": {"cpu": "3"}}}
    assert brought(pod(), pool(limits={"cpu": "5"}), node) == ("c7g.large", "eu-west-1a")
    assert brought(pod(), pool(limits={"cpu": "4"}), node) is None
    assert brought(pod(), pool(limits={"memory": "1Gi"})) is None


def test_zones_take_turns_and_may_be_asked_for() -> None:
    labels = {"karpenter.sh/nodepool": "pool", "topology.kubernetes.io/zone": "eu-west-1a"}
    there = {"metadata": {"labels": labels}, "status": {}}
    assert brought(pod(), pool(), there) == ("c7g.large", "eu-west-1b")
    asked = pod(nodeSelector={"topology.kubernetes.io/zone": "eu-west-1a"})
    assert brought(asked, pool(), there) == ("c7g.large", "eu-west-1a")
    only = wanted("topology.kubernetes.io/zone", "In", "eu-west-1a")
    assert brought(pod(), pool(only), there) == ("c7g.large", "eu-west-1a")


def test_what_the_pod_asks_for_is_heard() -> None:
    assert brought(pod(nodeSelector={"tier": "app"}), pool()) is not None
    assert brought(pod(nodeSelector={"tier": "system"}), pool()) is None
    terms = [{"matchExpressions": [wanted(CATEGORY, "In", "r")]}]
    affinity = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    assert brought(pod(affinity={"nodeAffinity": affinity}), pool()) == ("r7g.large", "eu-west-1a")


def test_a_taint_keeps_those_away_who_do_not_tolerate_it() -> None:
    tainted = pool(taints=[{"key": "only", "value": "batch", "effect": "NoSchedule"}])
    assert brought(pod(), tainted) is None
    assert brought(pod(tolerations=[{"key": "only", "value": "batch"}]), tainted) is not None
    assert brought(pod(tolerations=[{"operator": "Exists"}]), tainted) is not None
    assert brought(pod(tolerations=[{"key": "only", "value": "other"}]), tainted) is None


def test_a_node_goes_with_its_pool_and_belongs_to_no_group() -> None:
    node = node_for(pod(), pool(wanted("karpenter.sh/capacity-type", "In", "spot", "on-demand")), [], [], ZONES)
    assert node is not None
    metadata = node["metadata"]
    assert [owner["uid"] for owner in metadata["ownerReferences"]] == ["u-1"]
    assert metadata["labels"]["karpenter.sh/capacity-type"] == "spot"
    assert metadata["labels"]["tier"] == "app"
    assert not [key for key in metadata["labels"] if key.startswith("eks.amazonaws.com/")]


def test_x86_costs_more_and_spot_is_taken_first() -> None:
    kinds = [wanted("karpenter.k8s.aws/instance-size", "In", "large"), wanted(GENERATION, "In", "7")]
    types = [offer.instance_type for offer in allowed(kinds) if offer.spot]
    assert types == ["c7g.large", "m7g.large", "c7i.large", "m7i.large", "r7g.large", "r7i.large"]
    assert [offer.spot for offer in allowed(kinds)][:2] == [True, False]


def test_requirements_are_met_or_not() -> None:
    labels = {"cpu": "4"}
    met = [wanted("cpu", "In", "4"), wanted("cpu", "Gt", "3"), wanted("cpu", "Lt", "5"), wanted("cpu", "Exists")]
    assert all(meets(labels, each) for each in [*met, wanted("gpu", "DoesNotExist"), wanted("cpu", "NotIn", "8")])
    unmet = [wanted("cpu", "In", "8"), wanted("cpu", "Gt", "4"), wanted("gpu", "Exists"), wanted("cpu", "NotIn", "4")]
    assert not any(meets(labels, each) for each in unmet)


def test_durations_are_karpenter_s() -> None:
    assert [seconds(each) for each in ("5m", "1h30m", "30s", "0s", "Never")] == [300, 5400, 30, 0, None]


def test_only_who_the_scheduler_found_nothing_for_is_homeless() -> None:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    assert is_unschedulable({"metadata": {}, "status": {"conditions": [condition]}})
    assert not is_unschedulable({"metadata": {"deletionTimestamp": "now"}, "status": {"conditions": [condition]}})
    assert not is_unschedulable(
        {"metadata": {}, "status": {"conditions": [{**condition, "reason": "SchedulingGated"}]}}
    )


class Server:
    """An API server's lists, and what was created and deleted."""

    def __init__(self, **lists: list[dict[str, Any]]) -> None:
        self.lists = lists
        self.created: list[dict[str, Any]] = []
        self.deleted: list[str] = []

    def list(self, _: str, kind: str, **fields: str) -> list[dict[str, Any]]:
        return self.lists.get(kind, []) if not fields else []

    def create(self, item: dict[str, Any]) -> None:
        self.created.append(item)

    def delete(self, _: str, __: str, name: str) -> None:
        self.deleted.append(name)


def node(name: str, ready: str = "True", **labels: str) -> dict[str, Any]:
    status = {"conditions": [{"type": "Ready", "status": ready}]}
    return {
        "metadata": {"name": name, "labels": {"topology.kubernetes.io/zone": "eu-west-1a", **labels}},
        "status": status,
    }


def test_a_node_comes_for_who_is_homeless_but_not_while_another_starts() -> None:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    unschedulable = {**pod(), "metadata": {"namespace": "shop"}, "status": {"conditions": [condition]}}
    starting = Server(NodePool=[pool()], Pod=[unschedulable], Node=[node("a"), node("b", "False")])
    NodePools(cast(Client, starting)).reconcile()
    assert starting.created == []

    started = Server(NodePool=[pool()], Pod=[unschedulable], Node=[node("a"), node("b")])
    loop = NodePools(cast(Client, started))
    loop.reconcile()
    loop.reconcile()  # the scheduler has its time, so that one node comes and not two
    assert len(started.created) == 1


def test_a_node_of_the_pool_goes_when_it_is_empty_for_long_enough() -> None:
    spec = pool(disruption={"consolidateAfter": "5m"})
    running = {"metadata": {}, "spec": {"nodeName": "used"}, "status": {}}
    mine = {"karpenter.sh/nodepool": "pool"}
    nodes = [node("used", **mine), node("empty", **mine), node("other")]
    server = Server(NodePool=[spec], Pod=[running], Node=nodes)
    patient = NodePools(cast(Client, server))
    patient.reconcile()
    patient.reconcile()
    assert server.deleted == []

    hasty = NodePools(cast(Client, server), faster=1e9)
    hasty.reconcile()
    assert server.deleted == ["empty"]
