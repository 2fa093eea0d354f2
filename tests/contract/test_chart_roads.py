"""What calls and scrapes charts' pods gets through to them, as the VPC CNI enforces a whole stack's policies."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any

import pytest

from sandbox.roads.network_policies import Pod, Service, matches, passes
from tests.contract.test_network_roads import STACKS, Stack, made, port_of, stack
from tools.charts.facts import MONITORS, labels, monitor
from tools.charts.store import facts_of

PROMETHEUS = "monitoring/prometheus-prometheus-prometheus"


def behind(here: Stack, service: Service) -> list[Pod]:
    return [
        pod
        for pod in here.cluster.pods
        if pod.namespace == service.namespace and service.selector and service.selector.items() <= pod.labels.items()
    ]


@pytest.mark.parametrize("name", STACKS)
def test_the_api_server_reaches_what_it_calls(name: str) -> None:
    here, run = stack(name), made(name)
    caller = str(IPv4Network(run.cloud.named("vpc-intra-a").inputs["cidrBlock"])[10])
    called = {(each["namespace"], each["service"], each["port"]) for row in facts_of(run) for each in row["called"]}
    assert len(called) > 1
    deaf = [
        f"{namespace}/{service}:{port}"
        for namespace, service, port in sorted(called)
        for dialled in here.service(f"{namespace}/{service}").ports
        if dialled.number == port
        for pod in behind(here, here.service(f"{namespace}/{service}"))
        if not passes(here.cluster.wall(pod, "Ingress"), caller, "TCP", port_of(pod, dialled.target))
    ]
    assert deaf == []


def scraped(name: str) -> Iterator[tuple[str, Pod, int]]:
    """Yield each monitor, and each pod and port that it finds behind Services of charts or of its own accord."""
    here, run = stack(name), made(name)
    found = [each for row in facts_of(run) for each in row["monitors"]]
    for kind in MONITORS:
        for each in run.cloud.of(f"kubernetes:monitoring.coreos.com/v1:{kind}"):
            metadata = each.inputs["metadata"]
            found.append({"namespace": metadata["namespace"], "name": each.name, **monitor(kind, each.inputs["spec"])})
    listed = [service for row in facts_of(run) for service in row["services"]]
    for each in found:
        homes = each["namespaces"] or [each["namespace"]]
        if each["kind"] == "PodMonitor":
            for pod in here.cluster.pods:
                if pod.namespace in homes and matches(each["selector"], pod.labels):
                    yield from ((each["name"], pod, port.number) for port in pod.ports if port.name in each["ports"])
            continue
        for service in listed:
            if service["namespace"] in homes and matches(each["selector"], labels(service)):
                for port in (one for one in service["ports"] if one["name"] in each["ports"]):
                    for pod in behind(here, here.service(f"{service['namespace']}/{service['name']}")):
                        yield each["name"], pod, port_of(pod, port["target"])


@pytest.mark.parametrize("name", STACKS)
def test_prometheus_reaches_what_it_scrapes(name: str) -> None:
    here = stack(name)
    prometheus = here.pod(PROMETHEUS)
    roads = list(scraped(name))
    assert len(roads) > 10
    blocked = [
        f"{monitor_}: {pod.namespace}/{pod.name}:{port}"
        for monitor_, pod, port in roads
        if not here.leaves(prometheus, pod.address, port)
        or not passes(here.cluster.wall(pod, "Ingress"), prometheus.address, "TCP", port)
    ]
    assert blocked == []


def test_a_scrape_of_another_namespace_s_pod_would_be_seen_to_be_blocked() -> None:
    here: Any = stack("prod")
    loki = here.pod("logging/loki")
    assert not passes(here.cluster.wall(loki, "Ingress"), here.pod("keda/keda-operator").address, "TCP", 3100)
