"""What instances, databases and subnets hold, as far as their names tell it."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network

# EC2 and RDS user guides, instance types: GiB for each vCPU of the families, and t's own sizes
_GIB_PER_VCPU = {"c": 2, "m": 4, "r": 8, "x": 16}
_BURSTABLE_GIB = {"nano": 0.5, "micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}
_BURSTABLE_VCPUS = {"xlarge": 4, "2xlarge": 8}
# A node keeps some for itself: kubelet, system and what every node runs (EKS: kube-reserved, about a tenth; ours, 5 %)
_SHARE_FOR_PODS = 0.85
# RDS: max_connections is LEAST({DBInstanceClassMemory/9531392}, 5000), and of the class's memory the system takes some
_BYTES_PER_CONNECTION, _MOST_CONNECTIONS, _SHARE_FOR_DATABASE = 9_531_392, 5000, 0.9
# superuser_reserved_connections, RDS's own, and an operator's
_KEPT_CONNECTIONS = 10
# VPC user guide, subnet sizing: the first four addresses and the last
_RESERVED_ADDRESSES = 5
# with prefix delegation an interface takes 16 addresses at a time, and the next 16 before they are wanted; and its own
_ADDRESSES_PER_NODE = 33
_GIB = 1024**3


def vcpus(instance_type: str) -> int | None:
    """Return the vCPUs of an instance type (`m7g.large`); nothing for families that are not known here."""
    family, size = _parts(instance_type)
    if family == "t":
        return _BURSTABLE_VCPUS.get(size, 2)
    if family not in _GIB_PER_VCPU:
        return None
    named = {"medium": 1, "large": 2, "xlarge": 4}
    found = re.fullmatch(r"(\d+)xlarge", size)
    return 4 * int(found[1]) if found else named.get(size)


def memory_gib(instance_type: str) -> float | None:
    """Return its memory, GiB; nothing for what is not known here."""
    family, size = _parts(instance_type)
    if family == "t":
        return _BURSTABLE_GIB.get(size)
    cores = vcpus(instance_type)
    return None if cores is None else cores * _GIB_PER_VCPU[family]


def for_pods(instance_type: str) -> tuple[int, int] | None:
    """Return what a node of this type has for our pods: thousandths of a core, and MiB."""
    cores, gib = vcpus(instance_type), memory_gib(instance_type)
    if cores is None or gib is None:
        return None
    return int(cores * 1000 * _SHARE_FOR_PODS), int(gib * 1024 * _SHARE_FOR_PODS)


def connections(instance_class: str) -> int | None:
    """Return the connections that a database of this class (`db.m7g.large`) has for applications."""
    gib = memory_gib(instance_class.removeprefix("db."))
    if gib is None:
        return None
    return min(int(gib * _GIB * _SHARE_FOR_DATABASE) // _BYTES_PER_CONNECTION, _MOST_CONNECTIONS) - _KEPT_CONNECTIONS


def addresses(cidrs: Sequence[str]) -> int:
    """Return the addresses that subnets have to give."""
    return sum(IPv4Network(cidr).num_addresses - _RESERVED_ADDRESSES for cidr in cidrs)


def addresses_of(nodes: int) -> int:
    """Return the addresses that nodes take, their pods' among them."""
    return nodes * _ADDRESSES_PER_NODE


def _parts(instance_type: str) -> tuple[str, str]:
    family, _, size = instance_type.partition(".")
    return family[:1], size
