"""How the pods of a Deployment are spread."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import TopologySpreadConstraintArgsDict
    from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict

ZONE, NODE = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
# What a Deployment writes on the pods of each release: without it, a new release would be spread around the old one,
# and stand in two zones of three once that is gone.
RELEASE = "pod-template-hash"


def spread(labels: Mapping[str, str], *, zones_are_must: bool) -> "list[TopologySpreadConstraintArgsDict]":
    """Return constraints that put a release's pods into every zone and onto every node alike, as far as there is room.

    With `zones_are_must` a pod waits for room rather than be the second in a zone while another has none: for what is
    promised to outlive a zone. A zone counts as long as it has a node that the pod may use.
    """
    selector: LabelSelectorArgsDict = {"match_labels": dict(labels)}
    # Karpenter does not know matchLabelKeys (kubernetes-sigs/karpenter issue 1569): it would make room where the
    # scheduler wants none, so what must hold does without.
    must: TopologySpreadConstraintArgsDict = {
        "max_skew": 1,
        "topology_key": ZONE,
        "when_unsatisfiable": "DoNotSchedule",
        "label_selector": selector,
        "node_taints_policy": "Honor",
    }
    wished: list[TopologySpreadConstraintArgsDict] = [
        {
            "max_skew": 1,
            "topology_key": key,
            "when_unsatisfiable": "ScheduleAnyway",
            "label_selector": selector,
            "match_label_keys": [RELEASE],
        }
        for key in (ZONE, NODE)
    ]
    return [must, *wished] if zones_are_must else wished
