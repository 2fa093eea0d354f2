"""What pods of kube-system may reach, of those that the platform puts there and do not use their node's network.

A node's own (VPC CNI, kube-proxy, Pod Identity's agent, the EBS driver on nodes) use that network, to which no policy
applies. The labels are those that the charts and EKS's add-ons give their pods.
"""

from typing import Any

from ..shared.network_policies import (
    DNS,
    HTTPS,
    KUBELET,
    POD_IDENTITY_AGENT,
    NetworkRanges,
    Spec,
    beyond,
    blocks,
    pods_with,
    ports_of,
)

NAME = "app.kubernetes.io/name"
CONTROLLER_WEBHOOK = 9443  # the load balancer controller's chart


def system_policies(ranges: NetworkRanges, *, karpenter: bool) -> dict[str, Spec]:
    """Return the policies by role.

    CoreDNS and metrics-server are limited in what they reach alone: who asks them comes from anywhere in the cluster.
    """
    names = _to([pods_with("kube-system", {"k8s-app": "kube-dns"})], ("UDP", DNS), ("TCP", DNS))
    api_server = _to(ranges.api_server(), ("TCP", HTTPS))
    aws = [
        _to([beyond(ranges), *blocks(ranges.intra)], ("TCP", HTTPS)),
        _to(blocks([POD_IDENTITY_AGENT]), ("TCP", 80)),
    ]
    asks = [names, api_server, *aws]
    calls = {"from": blocks(ranges.intra), "ports": ports_of(("TCP", CONTROLLER_WEBHOOK))}
    return {
        "controller": {**_whose({NAME: "aws-load-balancer-controller"}), **_both([calls], asks)},
        # the kubelet's questions come from its own node, which is always let in
        **({"karpenter": {**_whose({NAME: "karpenter"}), **_both([], asks)}} if karpenter else {}),
        # whoever knows the names that it does not: the VPC's resolver, or what a network's owner has instead
        "coredns": {
            **_whose({"k8s-app": "kube-dns"}),
            **_out([api_server, _to(blocks(["0.0.0.0/0"]), ("UDP", DNS), ("TCP", DNS))]),
        },
        "metrics-server": {
            **_whose({NAME: "metrics-server"}),
            **_out([names, api_server, _to(blocks(ranges.vpc), ("TCP", KUBELET))]),
        },
    }


def _whose(labels: dict[str, str]) -> Spec:
    return {"podSelector": {"matchLabels": labels}}


def _to(peers: list[Spec], *ports: tuple[str, int]) -> Spec:
    return {"to": peers, "ports": ports_of(*ports)}


def _both(ingress: list[Any], egress: list[Any]) -> Spec:
    return {"policyTypes": ["Ingress", "Egress"], "ingress": ingress, "egress": egress}


def _out(egress: list[Any]) -> Spec:
    return {"policyTypes": ["Egress"], "egress": egress}
