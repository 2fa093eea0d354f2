"""What may reach the pods of what watches the rest, and what they may reach."""

from collections.abc import Iterable, Mapping, Sequence

from ..shared.network_policies import (
    ALLOY,
    COLLECTOR,
    DATADOG,
    DENY_ALL,
    EVERYBODY,
    GRAFANA,
    HTTPS,
    KUBELET,
    LOGGING,
    LOKI,
    METRICS,
    OTLP,
    POD_IDENTITY_AGENT,
    PROMETHEUS,
    READS_EVENTS,
    TEMPO,
    TRACING,
    NetworkRanges,
    Spec,
    beyond,
    blocks,
    dns,
    egress,
    ingress,
    itself,
    outbound,
    pods_in,
    pods_with,
    ports_of,
)

MESH, RELOADER = 9094, 8080  # Alertmanagers among themselves; what reloads a changed configuration
# kubelet and node exporter
NODE_METRICS = (9100, 10250)
# Grafana; Loki, Tempo; CloudWatch exporter; objects, reloaders; OpenTelemetry collector; Prometheus, Alertmanager;
# sites; DNS; operator; Alloy
POD_METRICS = (3000, 3100, 3200, 5000, 8080, 8081, 8888, 9090, 9093, 9115, 9153, 10250, 12345)


def monitoring_policies(
    ranges: NetworkRanges, *, mail_port: int | None, scraped_ports: Iterable[int] = ()
) -> dict[str, Spec]:
    """Return the policies of the monitoring namespace, by the names and ports that the charts give their pods.

    The node exporter uses its node's network, to which no policy applies; `mail_port` is that of a mail server, if any,
    and `scraped_ports` are those of the pods' metrics besides the charts' own.
    """
    aws = [_to([beyond(ranges), *blocks(ranges.intra)], HTTPS), _to(blocks([POD_IDENTITY_AGENT]), 80)]
    api_server = _to(ranges.api_server(), HTTPS)
    prometheus, grafana, alertmanager = ([_named(name)] for name in ("prometheus", "grafana", "alertmanager"))
    mail = [_to([beyond(ranges)], mail_port)] if mail_port else []
    mesh = [("TCP", MESH), ("UDP", MESH)]
    return {
        "deny-all": DENY_ALL,
        "dns": dns(),
        "prometheus": _both(
            "prometheus",
            ingress=[_from([*grafana, *prometheus], 9090), _from(prometheus, RELOADER)],
            egress=[
                api_server,
                _to(blocks(ranges.vpc), *NODE_METRICS),
                _to([{"namespaceSelector": EVERYBODY}], *sorted({*POD_METRICS, *scraped_ports})),
            ],
        ),
        "alertmanager": _both(
            "alertmanager",
            # whoever is let into this namespace may raise an alert
            ingress=[
                _from([{"podSelector": EVERYBODY}], 9093),
                _from(prometheus, RELOADER),
                {"from": alertmanager, "ports": ports_of(*mesh)},
            ],
            egress=[*aws, *mail, {"to": alertmanager, "ports": ports_of(*mesh)}],
        ),
        "grafana": _both(
            "grafana",
            ingress=[_from(prometheus, 3000)],
            egress=[
                *aws,
                api_server,  # its sidecars ask for dashboards
                _to(prometheus, 9090),
                _to(alertmanager, 9093),
                _to([pods_in(LOGGING)], LOKI),
                _to([pods_in(TRACING)], TEMPO),
            ],
        ),
        "operator": _both(
            "kube-prometheus-stack-prometheus-operator",
            # the API server asks it whether rules are right; it has no address of its own in a policy
            ingress=[_from([*prometheus, *blocks(ranges.intra)], 10250)],
            egress=[api_server],
        ),
        "objects": _both("kube-state-metrics", ingress=[_from(prometheus, 8080, 8081)], egress=[api_server]),
        "sites": _both(
            "prometheus-blackbox-exporter",
            ingress=[_from(prometheus, 9115)],
            egress=[_to([beyond(ranges), *blocks(ranges.intra)], HTTPS)],
        ),
        "cloudwatch": _both(
            "prometheus-yet-another-cloudwatch-exporter", ingress=[_from(prometheus, 5000)], egress=aws
        ),
    }


def _both(name: str, *, ingress: Sequence[Spec], egress: Sequence[Spec]) -> Spec:
    return {
        **_named(name),
        "policyTypes": ["Ingress", "Egress"],
        "ingress": list(ingress),
        "egress": list(egress),
    }


def _named(name: str) -> Spec:
    return {"podSelector": {"matchLabels": {"app.kubernetes.io/name": name}}}


def _to(peers: Sequence[Spec], *ports: int) -> Spec:
    return {"to": list(peers), "ports": ports_of(*(("TCP", port) for port in ports))}


def _from(peers: Sequence[Spec], *ports: int) -> Spec:
    return {"from": list(peers), "ports": ports_of(*(("TCP", port) for port in ports))}


def logging_policies(ranges: NetworkRanges) -> dict[str, Spec]:
    """Return the policies of the namespace of Loki and of who reads events: S3, the API server, and each other."""
    return {
        **outbound(ranges),
        "api-server": egress(ranges.api_server(), ("TCP", HTTPS), whose={"matchLabels": READS_EVENTS}),
        "itself": itself(),
        "readers": ingress([pods_with(METRICS, GRAFANA), pods_in(COLLECTOR)], ("TCP", LOKI)),
        "scraper": ingress([pods_with(METRICS, PROMETHEUS)], ("TCP", LOKI), ("TCP", ALLOY)),
    }


def collector_policies(ranges: NetworkRanges) -> dict[str, Spec]:
    """Return the policies of who reads the nodes' logs: the API server and Loki, and not the internet."""
    return {
        "deny-all": DENY_ALL,
        "dns": dns(),
        "api-server": egress(ranges.api_server(), ("TCP", HTTPS)),
        "loki": egress([pods_in(LOGGING)], ("TCP", LOKI)),
        "scraper": ingress([pods_with(METRICS, PROMETHEUS)], ("TCP", ALLOY)),
    }


def tracing_policies(ranges: NetworkRanges, *, senders: Sequence[str], datadog: bool) -> dict[str, Spec]:
    """Return the policies of the namespace of the collector of traces and of Tempo; `senders` are namespaces."""
    return {
        **outbound(ranges),
        "itself": itself(),
        "senders": ingress([pods_in(name) for name in senders], ("TCP", OTLP)),
        "readers": ingress([pods_with(METRICS, GRAFANA)], ("TCP", TEMPO)),
        "scraper": ingress([pods_with(METRICS, PROMETHEUS)], ("TCP", TEMPO), ("TCP", ALLOY)),
        **({"datadog": egress([pods_in(DATADOG)], ("TCP", OTLP))} if datadog else {}),
    }


def datadog_policies(ranges: NetworkRanges, *, scraped: Mapping[str, Sequence[int]]) -> dict[str, Spec]:
    """Return the policies of Datadog's agents; `scraped` are ports by namespace. Their site is on the internet."""
    return {
        **outbound(ranges),
        "api-server": egress(ranges.api_server(), ("TCP", HTTPS)),
        "itself": itself(),
        # of each node its kubelet
        "kubelets": egress(blocks(ranges.vpc), ("TCP", KUBELET)),
        **{
            f"scrapes-{name}": egress([pods_in(name)], *(("TCP", port) for port in ports))
            for name, ports in scraped.items()
        },
        "senders": ingress([pods_in(TRACING)], ("TCP", OTLP)),
    }


def alarm_bridge_policies(
    ranges: NetworkRanges, *, whose: Mapping[str, str], alertmanager_port: int
) -> dict[str, Spec]:
    """Return the policies of the alarm bridge, whose pods have these labels: it reaches AWS and its namespace's
    Alertmanagers, and nobody reaches it.
    """
    selected = {"matchLabels": dict(whose)}
    alertmanager = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "alertmanager"}}}
    policies = {**outbound(ranges), "alertmanager": egress([alertmanager], ("TCP", alertmanager_port))}
    return {role: {**spec, "podSelector": selected} for role, spec in policies.items()}
