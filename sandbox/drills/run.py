"""One drill from its beginning to its verdict, on a copy of a stack's cluster."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..clusters.load import Load
from ..clusters.metrics import served
from . import load_surge, outages
from .blue_green import BlueGreen
from .cluster_copy import copied
from .drill_cluster import DrillCluster
from .guards import GUARDS, remove, remove_floor
from .observer import Observer
from .verdict import Expectation, Verdict, judge, render

__all__ = ["DRILLS", "GUARDS", "drill"]

# An autoscaler looks every second here, and may have to act before a stack is what it is meant to be.
_FIRST_SECONDS = 40.0


@dataclass(frozen=True)
class _Plan:
    """What happens, what is promised, and what is readied before anything is measured."""

    run: Callable[[DrillCluster], None]
    expectation: Expectation
    prepare: Callable[[DrillCluster], None] = lambda _: None


def _blue_green() -> _Plan:
    blue_green = BlueGreen()
    return _Plan(blue_green.switch, _PLANNED, blue_green.prepare)


_PLANNED, _LOSS = Expectation(keeps_floor=True, keeps_zones=True), Expectation(keeps_floor=False, keeps_zones=False)
# One node, or one zone after the other, is without pods for a while.
_NODES = Expectation(keeps_floor=True, keeps_zones=False)
DRILLS: Mapping[str, Callable[[], _Plan]] = {
    "node-loss": lambda: _Plan(outages.node_loss, _NODES),
    "zone-loss": lambda: _Plan(outages.zone_loss, _LOSS),
    "rolling-node-upgrade": lambda: _Plan(outages.rolling_node_upgrade, _NODES),
    "cluster-upgrade": lambda: _Plan(outages.cluster_upgrade, _NODES),
    "rollout": lambda: _Plan(DrillCluster.restart, _PLANNED),
    "failed-rollout": lambda: _Plan(outages.failed_rollout, _PLANNED),
    "blue-green": _blue_green,
    "load-surge": lambda: _Plan(load_surge.load_surge, _NODES),
}


def drill(
    name: str, folder: Path, minor: str, service_cidr: str, without: Sequence[str], loads: Sequence[Load] = ()
) -> tuple[str, Verdict]:
    """Run a drill on a copy of the cluster whose data is in a folder; what to print, and the verdict.

    Raises DrillError where the stack, or this sandbox, has not what the drill needs, and LoadError.
    """
    plan = DRILLS[name]()
    if name == "cluster-upgrade":
        outages.next_minor(minor)
    with copied(folder, minor, service_cidr) as copy, served(copy.client, copy.folder, loads) as metrics:
        observer = Observer(copy.client)
        cluster = DrillCluster(copy, observer, metrics, without, loads)
        load_surge.check(cluster)
        cluster.settle(longest=_FIRST_SECONDS)
        remove(cluster)
        cluster.settle()
        plan.prepare(cluster)
        observer.begin()
        remove_floor(cluster)
        plan.run(cluster)
        cluster.settle()
        lacking, unplaced, stranded = cluster.lacking(), cluster.unplaced(), cluster.stranded()
        timeline = observer.stop()
    verdict = judge(timeline, plan.expectation, unplaced, lacking, cluster.faults, stranded)
    removed = f" without {', '.join(without)}" if without else ""
    return render(f"{name}{removed}", timeline, verdict), verdict
