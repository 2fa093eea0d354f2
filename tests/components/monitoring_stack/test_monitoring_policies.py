"""Who may talk to whom in the monitoring namespace, computed from the policies, against a literal table."""

import pytest

from components.monitoring_stack.network_policies import monitoring_policies
from tests.components.shared.test_network_policies import RANGES
from tests.parties import Parties, Who

NAME = "app.kubernetes.io/name"
MAIL = 587


def pod(namespace: str, name: str) -> tuple[str, dict[str, str]]:
    return namespace, {NAME: name}


# the names are those that the pinned charts give, seen in what they render
WHO: dict[str, Who] = {
    "prometheus": pod("monitoring", "prometheus"),
    "alertmanager": pod("monitoring", "alertmanager"),
    "another alertmanager": pod("monitoring", "alertmanager"),
    "grafana": pod("monitoring", "grafana"),
    "operator": pod("monitoring", "kube-prometheus-stack-prometheus-operator"),
    "objects": pod("monitoring", "kube-state-metrics"),
    "sites": pod("monitoring", "prometheus-blackbox-exporter"),
    "cloudwatch": pod("monitoring", "prometheus-yet-another-cloudwatch-exporter"),
    "unknown": pod("monitoring", "unknown"),
    "flowise": pod("flowise", "flowise"),
    "loki": pod("logging", "loki"),
    "tempo": pod("tracing", "tempo"),
    "dns": ("kube-system", {"k8s-app": "kube-dns"}),
    "stranger": pod("default", "stranger"),
    "node": "10.20.0.30",
    "api server": "10.20.228.11",
    "api server's service": "172.20.0.1",
    "database": "10.20.192.20",
    "pod identity": "169.254.170.23",
    "instance metadata": "169.254.169.254",
    "internet": "203.0.113.50",
}
PARTIES = Parties(WHO, {"monitoring": monitoring_policies(RANGES, mail_port=MAIL, scraped_ports=[3001, 9464])})
AT_HOME = ("prometheus", "alertmanager", "another alertmanager", "grafana", "operator", "objects", "sites",
           "cloudwatch", "unknown")  # fmt: skip
ABROAD = ("flowise", "loki", "tempo", "dns", "stranger")
# what Prometheus may ask any pod elsewhere, and what each neighbour answers it
SCRAPED = (3000, 3001, 3100, 3200, 5000, 8080, 8081, 8888, 9090, 9093, 9115, 9153, 9464, 10250, 12345)
ANSWERS = {"alertmanager": (8080, 9093), "another alertmanager": (8080, 9093), "grafana": (3000,), "operator": (10250,),
           "objects": (8080, 8081), "sites": (9115,), "cloudwatch": (5000,)}  # fmt: skip

YES: set[tuple[str, str, str, int]] = {
    *((who, "dns", protocol, 53) for who in AT_HOME for protocol in ("TCP", "UDP")),
    # every range of the VPC is a node's, where kubelet and node exporter answer, and a pod's
    *(("prometheus", where, "TCP", port) for where in ("node", "api server", "database") for port in (9100, 10250)),
    *(("prometheus", where, "TCP", port) for where in ABROAD for port in (9100, *SCRAPED)),
    *(("prometheus", who, "TCP", port) for who, ports in ANSWERS.items() for port in ports),
    *((who, "api server's service", "TCP", 443) for who in ("prometheus", "grafana", "operator", "objects")),
    *((who, "api server", "TCP", 443)
      for who in ("prometheus", "alertmanager", "another alertmanager", "grafana", "operator", "objects", "sites",
                  "cloudwatch")),
    *((who, "internet", "TCP", 443)
      for who in ("alertmanager", "another alertmanager", "grafana", "sites", "cloudwatch")),
    *((who, "pod identity", "TCP", 80) for who in ("alertmanager", "another alertmanager", "grafana", "cloudwatch")),
    *((who, "internet", "TCP", MAIL) for who in ("alertmanager", "another alertmanager")),
    *((who, other, protocol, 9094)
      for who, other in (("alertmanager", "another alertmanager"), ("another alertmanager", "alertmanager"))
      for protocol in ("TCP", "UDP")),
    ("grafana", "prometheus", "TCP", 9090),
    *(("grafana", who, "TCP", 9093) for who in ("alertmanager", "another alertmanager")),
    ("grafana", "loki", "TCP", 3100),
    ("grafana", "tempo", "TCP", 3200),
    ("api server", "operator", "TCP", 10250),
}  # fmt: skip
TCP_PORTS = (22, 53, 80, 443, MAIL, 3306, 5432, 6379, 9094, 9100, *SCRAPED)
PORTS = (*(("TCP", port) for port in TCP_PORTS), ("UDP", 53), ("UDP", 9094))


@pytest.mark.parametrize("source", WHO)
def test_who_may_talk_to_whom(source: str) -> None:
    got = {
        (source, target, protocol, port)
        for target in WHO
        for protocol, port in PORTS
        if source != target and {source, target} & set(AT_HOME) and PARTIES.connects(source, target, protocol, port)
    }
    assert got == {row for row in YES if row[0] == source}


def test_nobody_reaches_the_instance_metadata() -> None:
    assert not [row for row in YES if row[1] == "instance metadata"]


def test_without_a_mail_server_its_port_is_closed() -> None:
    parties = Parties(WHO, {"monitoring": monitoring_policies(RANGES, mail_port=None)})
    assert not parties.admitted("alertmanager", "Egress", "internet", "TCP", MAIL)
    assert parties.admitted("alertmanager", "Egress", "internet", "TCP", 443)
