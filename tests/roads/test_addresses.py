from ipaddress import IPv4Network

import pytest

from sandbox.roads.addresses import EVERYWHERE, Entry, internet, shut

HERE = (IPv4Network("10.0.0.0/24"),)
ALL = Entry(True, EVERYWHERE, None)


@pytest.mark.parametrize(
    ("entries", "ports", "part"),
    [
        ([], (80, 80), 1.0),
        ([ALL], (80, 80), 0.0),
        ([Entry(True, EVERYWHERE, "udp", (80, 80))], (80, 80), 1.0),
        ([Entry(False, EVERYWHERE, "tcp", (80, 80)), ALL], (80, 80), 1.0),
        ([ALL, Entry(False, EVERYWHERE, "tcp", (80, 80))], (80, 80), 0.0),
        ([Entry(True, IPv4Network("10.0.0.0/25"), "tcp", (0, 65535))], (80, 80), 0.5),
        ([Entry(True, EVERYWHERE, "tcp", (1025, 1026))], (1024, 1027), 0.5),
        ([Entry(False, IPv4Network("10.0.0.128/25"), "tcp", (1024, 1025)), ALL], (1024, 1027), 0.25),
    ],
)
def test_the_part_that_the_first_fitting_rule_shuts(entries: list[Entry], ports: tuple[int, int], part: float) -> None:
    assert shut(entries, HERE, "tcp", ports) == pytest.approx(part)


def test_no_private_address_is_on_the_internet() -> None:
    private = [IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")]
    assert not any(block.overlaps(each) for block in internet() for each in private)
    assert any(IPv4Network("8.8.8.8/32").subnet_of(block) for block in internet())
