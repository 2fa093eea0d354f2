"""Which version of each EKS add-on goes with which Kubernetes version.

Pinned, because a version looked up at plan time changes under an unchanged program. Each row is a set that public
repositories run together on such a cluster (2026-08 to 2026-11); `aws eks describe-addon-versions` tells what is
newest.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from ..shared.node_labels import SYSTEM_NODES

AddonName = Literal[
    "vpc-cni",
    "eks-pod-identity-agent",
    "kube-proxy",
    "coredns",
    "aws-ebs-csi-driver",
    "metrics-server",
    "eks-node-monitoring-agent",
]
ADDONS: tuple[AddonName, ...] = get_args(AddonName)

_VERSIONS: Mapping[str, Mapping[AddonName, str]] = {
    "1.35": {
        "vpc-cni": "v1.22.3-eksbuild.1",
        "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
        "kube-proxy": "v1.35.3-eksbuild.17",
        "coredns": "v1.13.2-eksbuild.11",
        "aws-ebs-csi-driver": "v1.63.1-eksbuild.1",
        "metrics-server": "v0.8.1-eksbuild.10",
        "eks-node-monitoring-agent": "v1.6.4-eksbuild.1",
    },
    "1.36": {
        "vpc-cni": "v1.22.4-eksbuild.3",
        "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
        "kube-proxy": "v1.36.0-eksbuild.14",
        "coredns": "v1.14.3-eksbuild.3",
        "aws-ebs-csi-driver": "v1.63.1-eksbuild.1",
        "metrics-server": "v0.8.1-eksbuild.10",
        "eks-node-monitoring-agent": "v1.6.4-eksbuild.1",
    },
}

# Each add-on's own schema: `aws eks describe-addon-configuration`.
CONFIGURATIONS: Mapping[AddonName, Mapping[str, Any]] = {
    "vpc-cni": {
        # a text, not a truth value: the add-on's schema wants it so (EKS user guide, cni-network-policy-configure)
        "enableNetworkPolicy": "true",
        # whole /28 prefixes instead of single addresses, or a large instance holds a couple of dozen pods
        "env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"},
    },
    "coredns": {"nodeSelector": SYSTEM_NODES},
    "metrics-server": {"nodeSelector": SYSTEM_NODES},
    "aws-ebs-csi-driver": {"controller": {"nodeSelector": SYSTEM_NODES}},
}


def addon_version(kubernetes_version: str, addon: AddonName) -> str:
    """Return the pinned version of an add-on."""
    versions = _VERSIONS.get(kubernetes_version)
    if versions is None:
        known = ", ".join(_VERSIONS)
        raise ValueError(f"no add-ons are pinned for Kubernetes {kubernetes_version}: add a row, or use one of {known}")
    return versions[addon]
