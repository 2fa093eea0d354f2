"""What may reach Flowise's pods and what they may reach, as NetworkPolicy specs; all else is denied."""

from typing import Any

Spec = dict[str, Any]

# the Pod Identity agent on each node; without it pods get no AWS credentials (EKS user guide, pod-identities)
POD_IDENTITY_AGENT = "169.254.170.23/32"
LINK_LOCAL = "169.254.0.0/16"


def policies(
    *, vpc_cidr: str, data_ports: list[int], http_port: int, server: dict[str, str], scraper: str
) -> dict[str, Spec]:
    """Give the policies by name."""
    kube_system = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
    monitoring = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": scraper}}}
    anywhere = {"ipBlock": {"cidr": "0.0.0.0/0", "except": [LINK_LOCAL]}}
    return {
        "deny-all": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        "dns": _out(kube_system, ("UDP", 53), ("TCP", 53)),
        "data": _out({"ipBlock": {"cidr": vpc_cidr}}, *(("TCP", port) for port in data_ports)),
        "https": _out(anywhere, ("TCP", 443)),
        "pod-identity": _out({"ipBlock": {"cidr": POD_IDENTITY_AGENT}}, ("TCP", 80)),
        "http": {
            "podSelector": {"matchLabels": server},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"ipBlock": {"cidr": vpc_cidr}}, monitoring], "ports": _ports(("TCP", http_port))}],
        },
    }


def _out(to: Spec, *ports: tuple[str, int]) -> Spec:
    return {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [to], "ports": _ports(*ports)}]}


def _ports(*ports: tuple[str, int]) -> list[Spec]:
    return [{"protocol": protocol, "port": port} for protocol, port in ports]
