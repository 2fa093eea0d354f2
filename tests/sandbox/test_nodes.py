import pytest

from sandbox.control_plane.nodes import Capacity, NodeGroup, Subnet, Taint, capacity, nodes

SUBNETS = (Subnet("subnet-1", "eu-west-1a"), Subnet("subnet-2", "eu-west-1b"))


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [
        # EKS's own example: 70 millicores and 255 + 11 x pods MiB are kept of two cores
        ("m7g.large", Capacity(2, 7577, 110, 1930, 7577 - 255 - 1210 - 100)),
        ("t4g.medium", Capacity(2, 3788, 110, 1930, 3788 - 1565)),
        ("r7g.2xlarge", Capacity(8, 60620, 110, 7910, 60620 - 1565)),
        ("c7g.8xlarge", Capacity(32, 60620, 250, 31850, 60620 - 255 - 2750 - 100)),
    ],
)
def test_a_node_offers_what_the_image_leaves_to_pods(instance_type: str, expected: Capacity) -> None:
    assert capacity(instance_type) == expected


def test_a_group_spreads_over_its_zones_under_the_labels_that_eks_gives() -> None:
    made = nodes(NodeGroup("system", "m7g.large", 3, SUBNETS, "v1.35.0", labels={"tier": "system"}))

    labels = [node["metadata"]["labels"] for node in made]
    assert [label["topology.kubernetes.io/zone"] for label in labels] == ["eu-west-1a", "eu-west-1b", "eu-west-1a"]
    assert labels[0].items() >= {"kubernetes.io/arch": "arm64", "tier": "system"}.items()
    assert labels[0]["eks.amazonaws.com/nodegroup"] == "system"
    assert made[0]["status"]["allocatable"]["cpu"] == "1930m"


def test_the_same_group_gives_the_same_nodes_and_a_larger_one_more() -> None:
    small = nodes(NodeGroup("a", "m7g.large", 2, SUBNETS, "v1.35.0"))
    large = nodes(NodeGroup("a", "m7g.large", 4, SUBNETS, "v1.35.0"))
    assert large[:2] == small
    assert len({node["metadata"]["name"] for node in large}) == 4


def test_taints_and_processors_are_as_asked() -> None:
    group = NodeGroup(
        "g", "m7i.large", 1, SUBNETS, "v1.35.0", arm64=False, spot=True, taints=[Taint("a", "b", "NoSchedule")]
    )
    (node,) = nodes(group)
    assert node["spec"]["taints"] == [{"key": "a", "value": "b", "effect": "NoSchedule"}]
    assert node["metadata"]["labels"]["kubernetes.io/arch"] == "amd64"
    assert node["metadata"]["labels"]["eks.amazonaws.com/capacityType"] == "SPOT"
