"""The instance types that a Karpenter NodePool allows, cheapest first: pure functions.

The rule of the price: a GiB costs a tenth of a vCPU, and x86 a quarter more than Graviton. That is the order of the
on-demand prices of c, m and r (https://aws.amazon.com/ec2/pricing/on-demand); their amounts are not claimed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..control_plane.nodes import capacity

_VCPU_PER_GIB = 0.1
_X86 = 1.25
_CATEGORIES, _SIZES = "cmr", ("medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")
# Generation -> the letters of the families that every category has in it: a g is Graviton, arm64.
_FAMILIES: Mapping[int, Sequence[str]] = {5: ("",), 6: ("g", "i"), 7: ("g", "i"), 8: ("g", "i")}
_GROUP = "karpenter.k8s.aws/instance"
CAPACITY_TYPE = "karpenter.sh/capacity-type"
INSTANCE_TYPE = "node.kubernetes.io/instance-type"


@dataclass(frozen=True)
class Offer:
    """An instance type to be had, with the labels that a node of it bears (but for its zone)."""

    instance_type: str
    arm64: bool
    spot: bool
    price: float
    labels: Mapping[str, str]


def allowed(requirements: Sequence[Mapping[str, Any]]) -> list[Offer]:
    """Return what a NodePool's requirements allow, cheapest first; of the same price the older generation."""
    offers = [offer for offer in _all() if all(meets(offer.labels, each) for each in requirements if _known(each))]
    return sorted(offers, key=lambda offer: (offer.price, not offer.spot, offer.instance_type))


def meets(labels: Mapping[str, str], requirement: Mapping[str, Any]) -> bool:
    """Return whether labels meet a requirement of a NodePool or a term of a pod's node affinity."""
    value, values = labels.get(requirement["key"]), [str(each) for each in requirement.get("values") or []]
    match requirement["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt":
            return value is not None and int(value) > int(values[0])
        case "Lt":
            return value is not None and int(value) < int(values[0])
    return False


def _known(requirement: Mapping[str, Any]) -> bool:
    """Return whether an offer says anything of what a requirement is about; zones are chosen apart."""
    return str(requirement["key"]) in next(iter(_all())).labels


@cache
def _all() -> tuple[Offer, ...]:
    return tuple(_offers())


def _offers() -> Iterator[Offer]:
    for generation, families in _FAMILIES.items():
        for family in (f"{category}{generation}{letter}" for category in _CATEGORIES for letter in families):
            for size in _SIZES:
                arm64 = family.endswith("g")
                if size != "medium" or arm64:
                    yield from _offer(f"{family}.{size}", generation, arm64)


def _offer(instance_type: str, generation: int, arm64: bool) -> Iterator[Offer]:
    family, _, size = instance_type.partition(".")
    offered = capacity(instance_type)
    gib = round(offered.memory_mib / 1024 / (1 - 0.075))
    price = (offered.vcpu + gib * _VCPU_PER_GIB) * (1 if arm64 else _X86)
    for capacity_type in ("spot", "on-demand"):
        labels = {
            "kubernetes.io/arch": "arm64" if arm64 else "amd64",
            "kubernetes.io/os": "linux",
            INSTANCE_TYPE: instance_type,
            CAPACITY_TYPE: capacity_type,
            f"{_GROUP}-category": re.sub(r"\d.*", "", family),
            f"{_GROUP}-family": family,
            f"{_GROUP}-generation": str(generation),
            f"{_GROUP}-size": size,
            f"{_GROUP}-cpu": str(offered.vcpu),
            f"{_GROUP}-memory": str(gib * 1024),
            f"{_GROUP}-hypervisor": "nitro",
        }
        yield Offer(instance_type, arm64, capacity_type == "spot", price, labels)
