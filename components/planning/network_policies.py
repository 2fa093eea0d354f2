"""What may reach Flowise's pods and what they may reach, as NetworkPolicy specs; all else is denied."""

from collections.abc import Sequence
from typing import Any

Spec = dict[str, Any]

# the Pod Identity agent on each node; without it pods get no AWS credentials (EKS user guide, pod-identities)
POD_IDENTITY_AGENT = "169.254.170.23/32"
LINK_LOCAL = "169.254.0.0/16"


def policies(
    *, vpc_cidr: str, data_ports: list[int], http_port: int, server: dict[str, str], scraper: str
) -> dict[str, Spec]:
    """Give the policies by name."""
    monitoring = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": scraper}}}
    return {
        **_common([vpc_cidr], data_ports),
        "http": {
            "podSelector": {"matchLabels": server},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"ipBlock": {"cidr": vpc_cidr}}, monitoring], "ports": _ports(("TCP", http_port))}],
        },
    }


def setup_policies(*, vpc_cidrs: Sequence[str]) -> dict[str, Spec]:
    """Give the policies of the database's setup: it reaches the database and AWS, and nobody reaches it."""
    return _common(vpc_cidrs, [5432])


def _common(vpc_cidrs: Sequence[str], data_ports: list[int]) -> dict[str, Spec]:
    kube_system = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
    anywhere = {"ipBlock": {"cidr": "0.0.0.0/0", "except": [LINK_LOCAL]}}
    data: Spec = {
        "podSelector": {},
        "policyTypes": ["Egress"],
        "egress": [
            {
                "to": [{"ipBlock": {"cidr": cidr}} for cidr in vpc_cidrs],
                "ports": _ports(*(("TCP", port) for port in data_ports)),
            }
        ],
    }
    return {
        "deny-all": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        "dns": _out(kube_system, ("UDP", 53), ("TCP", 53)),
        "data": data,
        "https": _out(anywhere, ("TCP", 443)),
        "pod-identity": _out({"ipBlock": {"cidr": POD_IDENTITY_AGENT}}, ("TCP", 80)),
    }


def _out(to: Spec, *ports: tuple[str, int]) -> Spec:
    return {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [to], "ports": _ports(*ports)}]}


def _ports(*ports: tuple[str, int]) -> list[Spec]:
    return [{"protocol": protocol, "port": port} for protocol, port in ports]
