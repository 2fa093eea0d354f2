"""Rules across sections, for a system of two kinds of pods; tests/stack has those of Flowise's."""

import pytest

from components.shared.coherence import PodsAsked, connections_suffice, pods_fit

# an m7g.large has 1,700 thousandths of a core and 6,963 MiB for pods
WEB = PodsAsked(section="web", most=6, cpu_request_millicores=500, memory_request_mib=1024)
WORKER = PodsAsked(section="worker", most=4, cpu_request_millicores=200, memory_request_mib=3000)


def told(*asked: PodsAsked, nodes: int, grows: bool = False) -> list[str]:
    found = pods_fit(asked, whose="orders'", instance_types=["m7g.large"], most_nodes=nodes, grows=grows)
    return [f"{each.key}: {each.problem}" for each in found]


# by CPU three webs to a node, and eight workers: two and a half nodes; by memory six, and two: three nodes
@pytest.mark.parametrize(("nodes", "rooms"), [(3, {}), (2, {"cpu_request_millicores": 8, "memory_request_mib": 6})])
def test_kinds_of_pods_share_the_nodes(nodes: int, rooms: dict[str, int]) -> None:
    assert told(WEB, WORKER, nodes=nodes) == [
        f"cluster.app_nodes.max_size: nodes have room for {room} of orders' pods by {key}, and there may be 10"
        for key, room in rooms.items()
    ]


def test_more_nodes_may_come() -> None:
    assert told(WEB, WORKER, nodes=1, grows=True) == []


def test_one_that_fits_on_no_node_is_told_by_its_section() -> None:
    large = PodsAsked(section="report", most=1, cpu_request_millicores=100, memory_request_mib=8000)
    assert told(WEB, large, nodes=9) == [
        "report.memory_request_mib: does not fit on a node of cluster.app_nodes, which has 6963 for pods"
    ]


@pytest.mark.parametrize(("wanted", "proxy", "problems"), [(801, False, 0), (802, False, 1), (802, True, 0)])
def test_connections(wanted: int, proxy: bool, problems: int) -> None:
    found = connections_suffice("db.m7g.large", wanted, whose="orders'", proxy=proxy, lower="web.replicas_max")
    assert len(list(found)) == problems
