"""A snapshot of all that a server holds and somebody wanted: to compare a cluster with itself after an upgrade."""

from ..control_plane import Client

Entry = tuple[str, str, str, str]
"""Group, kind, namespace, name."""
# What controllers make and remake by themselves, or what comes and goes.
_PASSING = frozenset(
    {
        "ComponentStatus",
        "ControllerRevision",
        "Endpoints",
        "EndpointSlice",
        "Event",
        "Lease",
        "Node",
        "Pod",
        "PodMetrics",
        "ReplicaSet",
    }
    | {
        "APIService",
        "CSINode",
        "FlowSchema",
        "PriorityLevelConfiguration",
        "ClusterRole",
        "ClusterRoleBinding",
        "IPAddress",
    }
)


def snapshot(client: Client) -> set[Entry]:
    """Return every object that is listed under some version of its group."""
    groups = client.transport.request("GET", "/apis")["groups"]
    versions = ["v1", *(version["groupVersion"] for group in groups for version in group["versions"])]
    return {
        (version.rpartition("/")[0], kind, item["metadata"].get("namespace") or "", item["metadata"]["name"])
        for version in versions
        for kind in client.kinds(version) - _PASSING
        for item in client.list(version, kind)
    }
