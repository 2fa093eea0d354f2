"""What pods of kube-system reach, as the VPC CNI enforces it."""

import pytest

from components.cluster_services.system_policies import system_policies
from components.shared.network_policies import NetworkRanges
from tests.parties import Parties, Who

RANGES = NetworkRanges(
    vpc=["10.20.0.0/16"],
    balancer=["10.20.160.0/22"],
    data=["10.20.192.0/22"],
    intra=["10.20.224.0/22"],
    services="172.20.0.0/16",
)
NAME = "app.kubernetes.io/name"
WHO: dict[str, Who] = {
    "controller": ("kube-system", {NAME: "aws-load-balancer-controller"}),
    "karpenter": ("kube-system", {NAME: "karpenter"}),
    "coredns": ("kube-system", {"k8s-app": "kube-dns"}),
    "metrics-server": ("kube-system", {NAME: "metrics-server"}),
    "application": ("orders", {NAME: "orders"}),
    "api server's service": "172.20.0.1",
    "api server": "10.20.224.11",
    "resolver": "10.20.0.2",
    "node": "10.20.0.30",
    "database": "10.20.192.20",
    "another service": "172.20.9.9",
    "pod identity": "169.254.170.23",
    "instance metadata": "169.254.169.254",
    "internet": "203.0.113.50",
}
PARTIES = Parties(WHO, {"kube-system": system_policies(RANGES, karpenter=True)})
PORTS = (53, 80, 443, 5432, 6379, 10250)
AWS = {("api server's service", 443), ("api server", 443), ("internet", 443), ("pod identity", 80), ("coredns", 53)}
REACHED = {
    "controller": AWS,
    "karpenter": AWS,
    "metrics-server": {
        ("api server's service", 443),
        ("api server", 443),
        ("coredns", 53),
        # kubelets, and what else of the network listens on their port
        *((where, 10250) for where in ("api server", "resolver", "node", "database", "application")),
        *((where, 10250) for where in ("controller", "karpenter", "coredns")),
    },
}


@pytest.mark.parametrize("who", REACHED)
def test_who_reaches_what_it_needs_and_nothing_else(who: str) -> None:
    got = {
        (target, port)
        for target in WHO
        for port in PORTS
        if target != who and PARTIES.admitted(who, "Egress", target, "TCP", port)
    }
    assert got == REACHED[who]


def test_coredns_asks_for_names_wherever_they_are_known_and_speaks_to_the_api_server_alone() -> None:
    names = {target for target in WHO if PARTIES.admitted("coredns", "Egress", target, "UDP", 53)}
    assert names == set(WHO)
    others = {
        (target, port)
        for target in WHO
        for port in PORTS
        if port != 53 and PARTIES.admitted("coredns", "Egress", target, "TCP", port)
    }
    assert others == {("api server's service", 443), ("api server", 443)}


def test_everybody_asks_coredns_and_the_api_server_alone_calls_the_controller() -> None:
    assert PARTIES.connects("application", "coredns", "UDP", 53)
    called = {who for who in WHO if PARTIES.admitted("controller", "Ingress", who, "TCP", 9443)}
    assert called == {"api server"}
    assert not [who for who in WHO if PARTIES.admitted("karpenter", "Ingress", who, "TCP", 8080)]


def test_karpenter_has_a_policy_where_it_runs() -> None:
    assert "karpenter" not in system_policies(RANGES, karpenter=False)
