"""Who may talk to whom, computed from the policies as they are rendered, against a literal table."""

from dataclasses import replace
from typing import Any

import pytest

from components.monitoring_stack.network_policies import (
    collector_policies,
    datadog_policies,
    logging_policies,
    tracing_policies,
)
from components.rds_postgres.setup import setup_policies
from components.shared.network_policies import NetworkRanges, Road, Spec, api_server_address, operator_policies
from components.web_service.network_policies import NetworkAccess, service_policies
from tests.parties import Parties, Who

RANGES = NetworkRanges(
    vpc=["10.20.0.0/16"],
    balancer=["10.20.160.0/22", "10.20.164.0/22"],
    data=["10.20.192.0/22", "10.20.196.0/22"],
    intra=["10.20.224.0/22", "10.20.228.0/22"],
    services="172.20.0.0/16",
)
NAME, PART = "app.kubernetes.io/name", "app.kubernetes.io/component"
SERVER = {NAME: "flowise", PART: "server"}

# pods: their namespace and labels; the rest are addresses
WHO: dict[str, Who] = {
    "server": ("flowise", SERVER),
    "worker": ("flowise", {NAME: "flowise", PART: "worker"}),
    "setup": ("flowise", {NAME: "flowise", PART: "setup"}),
    "queue exporter": ("flowise", {NAME: "flowise", PART: "queue-exporter"}),
    "database-setup": ("database-setup", {NAME: "database-setup"}),
    "prometheus": ("monitoring", {NAME: "prometheus"}),
    "grafana": ("monitoring", {NAME: "grafana"}),
    "stranger": ("default", {NAME: "stranger"}),
    "dns": ("kube-system", {"k8s-app": "kube-dns"}),
    "controller": ("kube-system", {NAME: "aws-load-balancer-controller"}),
    "external-secrets": ("external-secrets", {NAME: "external-secrets"}),
    "secrets within": ("secrets-within", {NAME: "external-secrets"}),
    "keda": ("keda", {NAME: "keda-operator"}),
    "load balancer": "10.20.160.10",
    "api server": "10.20.228.11",
    "api server's service": "172.20.0.1",
    "aws endpoint": "10.20.224.12",
    "database": "10.20.192.20",
    "cache": "10.20.196.21",
    "node": "10.20.0.30",
    "other pod in the vpc": "10.20.40.40",
    "pod identity": "169.254.170.23",
    "instance metadata": "169.254.169.254",
    "internet": "203.0.113.50",
}
PROCESSES = {"server": 3001, "worker": 3001}
NAMESPACES: dict[str, dict[str, Spec]] = {
    "flowise": service_policies(
        RANGES,
        NetworkAccess(
            database=True,
            cache=True,
            scraped={"queue-exporter": 9464},
            confined=["queue-exporter"],
        ),
        web="server",
        port=3000,
        metrics=PROCESSES,
    ),
    "database-setup": setup_policies(RANGES),
    "external-secrets": operator_policies(RANGES, aws="anywhere"),
    "secrets-within": operator_policies(RANGES, scraped_on=[8080], aws="within"),
    "keda": operator_policies(RANGES, called_on=[9443, 6443], scraped_on=[8080], asks_cache=True),
}
# what asks AWS where it answers within the network, and what asks the API server alone
WITHIN_ALONE = ("secrets within", "keda")

YES: set[tuple[str, str, str, int]] = {
    *((who, "dns", protocol, 53)
      for who in ("server", "worker", "setup", "queue exporter", "database-setup", "external-secrets", *WITHIN_ALONE)
      for protocol in ("TCP", "UDP")),
    *((who, where, "TCP", 443)
      for who in ("server", "worker", "setup", "database-setup", "external-secrets")
      for where in ("internet", "api server", "aws endpoint")),
    # the API server's interfaces lie where those of AWS do
    *((who, where, "TCP", 443) for who in WITHIN_ALONE for where in ("api server", "aws endpoint")),
    *((who, "api server's service", "TCP", 443) for who in ("external-secrets", *WITHIN_ALONE)),
    *((who, "pod identity", "TCP", 80)
      for who in ("server", "worker", "setup", "database-setup", "external-secrets", "secrets within")),
    *((who, where, "TCP", 5432) for who in ("server", "worker", "setup", "database-setup")
      for where in ("database", "cache")),
    *((who, where, "TCP", 6379)
      for who in ("server", "worker", "setup", "queue exporter", "keda") for where in ("database", "cache")),
    ("prometheus", "server", "TCP", 3000),
    *(("prometheus", who, "TCP", 3001) for who in ("server", "worker")),
    ("prometheus", "queue exporter", "TCP", 9464),
    ("load balancer", "server", "TCP", 3000),
    *(("prometheus", who, "TCP", 8080) for who in WITHIN_ALONE),
    *((where, "keda", "TCP", port) for where in ("api server", "aws endpoint") for port in (9443, 6443)),
}  # fmt: skip
PORTS = (("TCP", 22), ("TCP", 53), ("UDP", 53), ("TCP", 80), ("TCP", 443), ("TCP", 3000), ("TCP", 3001), ("TCP", 5432),
         ("TCP", 6379), ("TCP", 6443), ("TCP", 8080), ("TCP", 9443), ("TCP", 9464), ("TCP", 10250))  # fmt: skip


PARTIES = Parties(WHO, NAMESPACES)


@pytest.mark.parametrize("source", WHO)
def test_who_may_talk_to_whom(source: str) -> None:
    got = {
        (source, target, protocol, port)
        for target in WHO
        for protocol, port in PORTS
        if source != target
        and {source, target} & PARTIES.guarded()
        and PARTIES.connects(source, target, protocol, port)
    }
    # a pod without policies may try anything; what counts is who lets it in
    assert got == {row for row in YES if row[0] == source}


# the namespaces of what watches the rest, and of Flowise where it is watched so
WATCHING: dict[str, dict[str, Spec]] = {
    "flowise": service_policies(
        RANGES,
        NetworkAccess(
            database=True,
            cache=True,
            scraped={"queue-exporter": 9464},
            confined=["queue-exporter"],
            traces=True,
            agent_ports=[3000, 3001],
        ),
        web="server",
        port=3000,
        metrics=PROCESSES,
    ),
    "logging": logging_policies(RANGES),
    "log-collector": collector_policies(RANGES),
    "tracing": tracing_policies(RANGES, senders=["flowise"], datadog=True),
    "datadog": datadog_policies(RANGES, scraped={"flowise": [3000, 3001]}),
}
WATCHERS: dict[str, Who] = {
    **WHO,
    "loki": ("logging", {NAME: "loki"}),
    "events": ("logging", {NAME: "alloy-events"}),
    "alloy": ("log-collector", {NAME: "alloy"}),
    "collector": ("tracing", {NAME: "otel-collector"}),
    "tempo": ("tracing", {NAME: "tempo"}),
    "agent": ("datadog", {"app": "datadog"}),
}
WATCHED = Parties(WATCHERS, WATCHING)
# who may open which port of whom, beside DNS and what stands above
OPEN: set[tuple[str, str, int]] = {
    *(("prometheus", who, 3001) for who in ("server", "worker")),
    *((who, "loki", 3100) for who in ("events", "alloy", "grafana", "prometheus")),
    # by the selector of their namespace: nothing of theirs listens there
    *((who, "events", 3100) for who in ("loki", "alloy", "grafana", "prometheus")),
    *((who, target, 12345) for who in ("prometheus",) for target in ("loki", "events", "alloy", "collector", "tempo")),
    *(("prometheus", target, 3200) for target in ("collector", "tempo")),
    *(("grafana", target, 3200) for target in ("collector", "tempo")),
    *((who, "collector", 4318) for who in ("server", "worker", "setup", "tempo")),
    ("collector", "tempo", 4318),
    *((who, "agent", 4318) for who in ("collector", "tempo")),
    *(("agent", target, port) for target in ("server", "worker", "setup") for port in (3000, 3001)),
    ("prometheus", "server", 3000),
    *(("prometheus", target, 3001) for target in ("server", "worker")),
}


def test_who_may_reach_what_watches() -> None:
    pods = [name for name, who in WATCHERS.items() if not isinstance(who, str)]
    got = {
        (source, target, port)
        for source in pods
        for target in pods
        for port in (3000, 3001, 3100, 3200, 4318, 12345)
        if source != target
        # within a namespace everybody may
        and WATCHERS[source][0] != WATCHERS[target][0]
        and WATCHERS[target][0] in WATCHING
        and WATCHED.connects(source, target, "TCP", port)
    }
    within = {row for row in OPEN if WATCHERS[row[0]][0] == WATCHERS[row[1]][0]}
    assert got == OPEN - within


WITHIN = {"api server", "aws endpoint"}


@pytest.mark.parametrize(
    ("who", "reaches"),
    [
        ("loki", {"internet", *WITHIN}),
        ("events", {"internet", "api server's service", *WITHIN}),
        ("tempo", {"internet", *WITHIN}),
        ("agent", {"internet", "api server's service", *WITHIN}),
        # who reads all logs tells nobody but Loki
        ("alloy", {"api server's service", *WITHIN}),
    ],
)
def test_who_may_leave(who: str, reaches: set[str]) -> None:
    ranges = [name for name, each in WATCHERS.items() if isinstance(each, str)]
    assert {place for place in ranges if WATCHED.admitted(who, "Egress", place, "TCP", 443)} == reaches
    assert {place for place in ranges if WATCHED.admitted(who, "Egress", place, "TCP", 80)} == (
        set() if who == "alloy" else {"pod identity"}
    )


def test_without_traces_and_datadog_nobody_hears_of_flowise() -> None:
    assert {"traces", "datadog"} & set(NAMESPACES["flowise"]) == set()
    assert "datadog" not in tracing_policies(RANGES, senders=["flowise"], datadog=False)


def test_nobody_reaches_the_instance_metadata() -> None:
    assert not [row for row in YES if row[1] == "instance metadata"]


def test_an_operators_pods_reach_each_other() -> None:
    parties = Parties({**WHO, "another keda": WHO["keda"]}, NAMESPACES)
    assert parties.connects("another keda", "keda", "TCP", 9666)
    assert not parties.connects("external-secrets", "keda", "TCP", 9666)


@pytest.mark.parametrize("way", ["https", "database", "cache", "traces"])
def test_what_a_service_does_not_need_is_out_of_reach(way: str) -> None:
    def policies(needed: bool) -> set[str]:
        ways: dict[str, Any] = {**dict.fromkeys(("https", "database", "cache", "traces"), True), way: needed}
        access = NetworkAccess(**ways)
        return set(service_policies(RANGES, access, web="web", port=8000, metrics={}))

    assert policies(True) - policies(False) == {way}
    assert {"deny-all", "dns", "aws-endpoints", "pod-identity", "http"} <= policies(False)


def test_servers_that_were_there_before_are_reached_where_they_are_and_the_data_subnets_are_not() -> None:
    roads = {
        "database": Road(cidrs=["10.40.8.0/22"], port=5433),
        "cache": Road(cidrs=["10.40.12.0/22", "10.50.0.0/24"], port=6380),
    }
    ranges = replace(RANGES, database=roads["database"], cache=roads["cache"])
    service = service_policies(ranges, NetworkAccess(database=True, cache=True), web="web", port=8000, metrics={})
    keda = operator_policies(ranges, called_on=[9443], asks_cache=True)
    for policy, road in ((service["database"], "database"), (service["cache"], "cache"), (keda["data"], "cache")):
        (rule,) = policy["egress"]
        assert [peer["ipBlock"]["cidr"] for peer in rule["to"]] == roads[road].cidrs
        assert rule["ports"] == [{"protocol": "TCP", "port": roads[road].port}]


def test_the_api_server_s_service_has_the_first_address() -> None:
    assert api_server_address("172.20.0.0/16") == "172.20.0.1"
