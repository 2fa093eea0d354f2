import pytest

from components.shared import capacity


@pytest.mark.parametrize(
    ("instance_type", "vcpus", "gib"),
    [
        ("t4g.small", 2, 2),
        ("t4g.xlarge", 4, 16),
        ("m7g.medium", 1, 4),
        ("m7g.large", 2, 8),
        ("c7g.4xlarge", 16, 32),
        ("r7g.2xlarge", 8, 64),
        ("p5.48xlarge", None, None),
    ],
)
def test_what_a_name_tells(instance_type: str, vcpus: int | None, gib: float | None) -> None:
    assert (capacity.vcpus(instance_type), capacity.memory_gib(instance_type)) == (vcpus, gib)


@pytest.mark.parametrize(
    ("instance_class", "connections"),
    [("db.t4g.micro", 91), ("db.m7g.large", 801), ("db.r7g.8xlarge", 4990), ("db.z1.large", None)],
)
def test_connections_grow_with_memory_up_to_five_thousand(instance_class: str, connections: int | None) -> None:
    assert capacity.connections(instance_class) == connections


def test_a_node_keeps_some_for_itself() -> None:
    assert capacity.for_pods("m7g.xlarge") == (3400, 13926)


def test_five_addresses_of_a_subnet_are_awss() -> None:
    assert capacity.addresses(["10.0.0.0/24", "10.0.1.0/24"]) == 502
    assert capacity.addresses_of(3) == 99
