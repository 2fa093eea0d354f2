"""Who reaches the search engine, and whom its pods reach."""

from collections.abc import Mapping

from ..shared.network_policies import (
    COMPONENT,
    METRICS,
    PROMETHEUS,
    NetworkRanges,
    Spec,
    egress,
    ingress,
    outbound,
    pods_in,
    pods_with,
)

ENGINE, SNAPSHOT = "engine", "snapshot"
PORT = 7700


def search_policies(ranges: NetworkRanges, client: str) -> dict[str, Spec]:
    """Return the policies of its namespace: pods of the namespace `client` and Prometheus ask the engine.

    The engine itself reaches nobody; what takes snapshots reaches it and AWS.
    """
    engine, snapshot = _component(ENGINE), _component(SNAPSHOT)
    served: Mapping[str, Spec] = {
        "asked": ingress(
            [pods_in(client), pods_with(METRICS, PROMETHEUS), {"podSelector": snapshot}], ("TCP", PORT), whose=engine
        ),
        "asks": egress([{"podSelector": engine}], ("TCP", PORT), whose=snapshot),
    }
    return {**outbound(ranges, snapshot), **served}


def _component(name: str) -> Spec:
    return {"matchLabels": {COMPONENT: name}}
