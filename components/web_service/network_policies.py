"""What may reach a service's pods and what they may reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..shared.network_policies import (
    COLLECTS_TRACES,
    COMPONENT,
    DATADOG,
    EVERYBODY,
    METRICS,
    OTLP,
    PROMETHEUS,
    TRACING,
    NetworkRanges,
    PodServer,
    Spec,
    blocks,
    egress,
    ingress,
    outbound,
    pods_in,
    pods_with,
    ports_of,
)


@dataclass(frozen=True, kw_only=True)
class NetworkAccess:
    """Whom a service's pods reach beside DNS and AWS, and who reaches them beside the load balancer.

    `scraped` are ports of metrics by component, of pods that are no process of the service's; `confined` are components
    that reach the cache and nothing else, `askers` those that reach the web component and AWS; `agent_ports` are those
    that Datadog's agents ask, where there are any; `servers` are further pods that are asked, by their role.
    """

    https: bool = True  # beyond the network
    database: bool = False
    cache: bool = False
    traces: bool = False  # the collector of traces
    scraper_namespace: str = METRICS
    scraped: Mapping[str, int] = field(default_factory=dict)
    agent_ports: Sequence[int] = ()
    confined: Sequence[str] = ()
    askers: Sequence[str] = ()
    servers: Mapping[str, PodServer] = field(default_factory=dict)


def service_policies(
    ranges: NetworkRanges,
    access: NetworkAccess,
    *,
    web: str,
    port: int,
    metrics: Mapping[str, int],
) -> dict[str, Spec]:
    """Return the policies of a service's namespace.

    `web` is the component that the load balancer asks on its `port`, whatever the release; `metrics` are the ports of
    metrics by component. Probes need no policy: what comes from a pod's own node is always let in (Kubernetes, Network
    Policies).
    """
    prometheus = pods_with(access.scraper_namespace, PROMETHEUS)
    policies = outbound(ranges, _all_but(access.confined))
    others = _all_but([*access.confined, *access.askers])
    if not access.https:
        del policies["https"]
    if access.database:
        policies["database"] = ranges.to_database(others)
    if access.cache:
        policies["cache"] = ranges.to_cache(_all_but(access.askers))
    if access.traces:
        policies["traces"] = egress([pods_with(TRACING, COLLECTS_TRACES)], ("TCP", OTLP), whose=others)
    for role, server in access.servers.items():
        peer = pods_with(server.namespace, server.labels)
        policies[role] = egress([peer], ("TCP", server.port), whose=others)
    if access.agent_ports:
        asked = [("TCP", each) for each in access.agent_ports]
        policies["datadog"] = ingress([pods_in(DATADOG)], *asked, whose=others)
    served: Spec = {"podSelector": {"matchLabels": {COMPONENT: web}}}
    policies["http"] = {
        **served,
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [*blocks(ranges.balancer), prometheus], "ports": ports_of(("TCP", port))}],
    }
    for component in access.askers:
        asker: Spec = {"podSelector": {"matchLabels": {COMPONENT: component}}}
        policies["http"]["ingress"][0]["from"].append(asker)
        policies[f"{component}-http"] = egress([served], ("TCP", port), whose=asker["podSelector"])
    for component, scraped in {**metrics, **access.scraped}.items():
        policies[f"{component}-metrics"] = {
            "podSelector": {"matchLabels": {COMPONENT: component}},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [prometheus], "ports": ports_of(("TCP", scraped))}],
        }
    return policies


def _all_but(components: Sequence[str]) -> Spec:
    """Return the selector of all pods but those of some components."""
    if not components:
        return EVERYBODY
    return {"matchExpressions": [{"key": COMPONENT, "operator": "NotIn", "values": list(components)}]}
