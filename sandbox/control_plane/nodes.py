"""The nodes that an EKS node group brings, as Node objects: pure functions from a group to manifests.

Capacity follows the instance type by EC2's own naming; allocatable is what EKS's node image leaves to pods.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# EC2 instance types, https://docs.aws.amazon.com/ec2/latest/instancetypes: GiB for each vCPU of a family.
_GIB_PER_VCPU: Mapping[str, float] = {"c": 2, "m": 4, "r": 8, "x": 16}
# The burstable families have sizes of their own: vCPU, GiB.
_BURSTABLE: Mapping[str, tuple[int, float]] = {
    "nano": (2, 0.5),
    "micro": (2, 1),
    "small": (2, 2),
    "medium": (2, 4),
    "large": (2, 8),
    "xlarge": (4, 16),
    "2xlarge": (8, 32),
}
_SIZES: Mapping[str, int] = {"medium": 1, "large": 2, "xlarge": 4, "metal": 64}
# What the hypervisor and the kernel keep of an instance's memory: Karpenter's own estimate,
# https://karpenter.sh/docs/reference/settings (VM_MEMORY_OVERHEAD_PERCENT, 0.075).
_MEMORY_OVERHEAD = 0.075
# nodeadm, https://github.com/awslabs/amazon-eks-ami (kubelet/config.go): kube-reserved memory, and the eviction limit.
_RESERVED_MIB, _RESERVED_MIB_PER_POD, _EVICTION_MIB = 255, 11, 100
# The same: thousandths of the first core, the second, the next two, and each of the rest.
_RESERVED_MILLICORES = (60, 10, 5, 5)
_RESERVED_MILLICORES_REST = 2.5
# https://docs.aws.amazon.com/eks/latest/userguide/cni-increase-ip-addresses-procedure.html: prefix delegation
_PODS_SMALL, _PODS_LARGE, _LARGE_VCPU = 110, 250, 30
_DISK_GIB = 20


@dataclass(frozen=True)
class Subnet:
    """Where a group puts nodes: the subnet's id and its zone (`eu-west-1a`)."""

    id: str
    zone: str


@dataclass(frozen=True)
class Taint:
    """A taint, its effect as Kubernetes spells it (`NoSchedule`)."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True)
class NodeGroup:
    """A managed node group. `kubelet` is the version that its nodes run (`v1.35.0`)."""

    name: str
    instance_type: str
    size: int
    subnets: Sequence[Subnet]
    kubelet: str
    arm64: bool = True
    spot: bool = False
    disk_gib: int = _DISK_GIB
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: Sequence[Taint] = ()


@dataclass(frozen=True)
class Capacity:
    """What a node has, and what pods may ask for of it."""

    vcpu: int
    memory_mib: int
    pods: int
    allocatable_millicores: int
    allocatable_memory_mib: int


def nodes(group: NodeGroup) -> list[dict[str, Any]]:
    """Return the group's nodes, spread over its subnets in turn. The same group gives the same names."""
    return [_node(group, index, group.subnets[index % len(group.subnets)]) for index in range(group.size)]


def capacity(instance_type: str) -> Capacity:
    """Return what an instance type (`m7g.large`) offers; a family that is not known is taken for a general one."""
    family, _, size = instance_type.partition(".")
    if family.startswith("t") and size in _BURSTABLE:
        vcpu, gib = _BURSTABLE[size]
    else:
        multiple = re.fullmatch(r"(\d+)xlarge", size)
        vcpu = int(multiple[1]) * 4 if multiple else _SIZES.get(size, 2)
        gib = vcpu * _GIB_PER_VCPU.get(family[:1], 4)
    pods = _PODS_SMALL if vcpu < _LARGE_VCPU else _PODS_LARGE
    memory = int(gib * 1024 * (1 - _MEMORY_OVERHEAD))
    reserved = sum(_RESERVED_MILLICORES[:vcpu]) + max(0, vcpu - len(_RESERVED_MILLICORES)) * _RESERVED_MILLICORES_REST
    return Capacity(
        vcpu,
        memory,
        pods,
        int(vcpu * 1000 - reserved),
        memory - _RESERVED_MIB - _RESERVED_MIB_PER_POD * pods - _EVICTION_MIB,
    )


def _node(group: NodeGroup, index: int, subnet: Subnet) -> dict[str, Any]:
    digest = hashlib.sha256(f"{group.name}/{index}".encode()).hexdigest()
    region = subnet.zone[:-1]
    name = f"i-0{digest[:16]}.{region}.compute.internal"
    offered = capacity(group.instance_type)
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/arch": "arm64" if group.arm64 else "amd64",
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "node.kubernetes.io/instance-type": group.instance_type,
                "topology.kubernetes.io/region": region,
                "topology.kubernetes.io/zone": subnet.zone,
                "eks.amazonaws.com/capacityType": "SPOT" if group.spot else "ON_DEMAND",
                "eks.amazonaws.com/nodegroup": group.name,
                **group.labels,
            },
        },
        "spec": {
            "providerID": f"aws:///{subnet.zone}/i-0{digest[:16]}",
            "taints": [{"key": taint.key, "value": taint.value, "effect": taint.effect} for taint in group.taints],
        },
        "status": {
            "capacity": _resources(offered.vcpu * 1000, offered.memory_mib, offered.pods, group.disk_gib),
            "allocatable": _resources(
                offered.allocatable_millicores, offered.allocatable_memory_mib, offered.pods, group.disk_gib
            ),
            "nodeInfo": {
                "architecture": "arm64" if group.arm64 else "amd64",
                "bootID": "",
                "containerRuntimeVersion": "",
                "kernelVersion": "",
                "kubeProxyVersion": group.kubelet,
                "kubeletVersion": group.kubelet,
                "machineID": "",
                "operatingSystem": "linux",
                "osImage": "played by the sandbox",
                "systemUUID": "",
            },
        },
    }


def _resources(millicores: int, memory_mib: int, pods: int, disk_gib: int) -> dict[str, str]:
    return {
        "cpu": f"{millicores}m",
        "memory": f"{memory_mib}Mi",
        "pods": str(pods),
        "ephemeral-storage": f"{disk_gib}Gi",
    }
