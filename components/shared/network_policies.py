"""What may reach pods and what they may reach, as NetworkPolicy specs by role; all else is denied."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

Spec = dict[str, Any]

# the Pod Identity agent on each node; without it pods get no AWS credentials (EKS user guide, pod-identities)
POD_IDENTITY_AGENT = "169.254.170.23/32"
LINK_LOCAL = "169.254.0.0/16"
POSTGRES, VALKEY, HTTPS, DNS, KUBELET = 5432, 6379, 443, 53, 10250
# the charts' own: Loki, Tempo, Alloy's own metrics, and OTLP over HTTP (OTLP specification: default port)
LOKI, TEMPO, ALLOY, OTLP = 3100, 3200, 12345, 4318
EVERYBODY: Spec = {}
COMPONENT = "app.kubernetes.io/component"
# namespaces of what watches the rest
METRICS, LOGGING, COLLECTOR, TRACING, DATADOG = "monitoring", "logging", "log-collector", "tracing", "datadog"
PROMETHEUS, GRAFANA, COLLECTS_TRACES, READS_EVENTS = (
    {"app.kubernetes.io/name": name} for name in ("prometheus", "grafana", "otel-collector", "alloy-events")
)
DENY_ALL: Spec = {"podSelector": EVERYBODY, "policyTypes": ["Ingress", "Egress"]}
MESH, RELOADER = 9094, 8080  # Alertmanagers among themselves; what reloads a changed configuration
# kubelet and node exporter
NODE_METRICS = (9100, 10250)
# Grafana; Loki, Tempo; CloudWatch exporter; objects, reloaders; OpenTelemetry collector; Prometheus, Alertmanager;
# sites; DNS; operator; Alloy
POD_METRICS = (3000, 3100, 3200, 5000, 8080, 8081, 8888, 9090, 9093, 9115, 9153, 10250, 12345)


@dataclass(frozen=True, kw_only=True)
class NetworkRanges:
    """Ranges of the network, each as wide as what stands there."""

    vpc: Sequence[str]
    data: Sequence[str]  # database and cache
    balancer: Sequence[str]
    intra: Sequence[str]  # interfaces of the API server and of AWS services
    services: str  # ClusterIPs

    def api_server(self) -> list[Spec]:
        """Give the API server as peers: its interfaces, and Service default/kubernetes, which is what pods dial.

        The VPC CNI's agent judges a packet before kube-proxy rewrites its address, and of ClusterIPs its controller
        knows those of Services whose selector a peer matches; this Service has none
        (amazon-network-policy-controller-k8s, getMatchingServiceClusterIPs).
        """
        return _ranges([*self.intra, f"{api_server_address(self.services)}/32"])


def api_server_address(services: str) -> str:
    """Give the ClusterIP of Service `kubernetes`: a range's first one (Kubernetes, "Service ClusterIP allocation")."""
    return str(IPv4Network(services)[1])


def flowise_policies(
    ranges: NetworkRanges,
    *,
    queue: bool,
    http_port: int,
    server: Mapping[str, str],
    scraper: str,
    scraped: Mapping[str, int],
    confined: str,
    traced: bool = False,
    datadog_ports: Sequence[int] = (),
) -> dict[str, Spec]:
    """Give the policies of Flowise's namespace.

    `scraper` is the namespace of Prometheus, which scrapes; `scraped` are the ports of metrics by component;
    `confined` is the component that reaches the cache and nothing else; `datadog_ports` are those that Datadog's
    agents may ask too, where there are any. Probes need no policy: what comes from a pod's own node is always let in
    (Kubernetes, Network Policies).
    """
    prometheus = _pods(scraper, PROMETHEUS)
    others: Spec = {"matchExpressions": [{"key": COMPONENT, "operator": "NotIn", "values": [confined]}]}
    return {
        **_outbound(ranges, others),
        "database": _out(_ranges(ranges.data), ("TCP", POSTGRES), whose=others),
        **({"cache": _out(_ranges(ranges.data), ("TCP", VALKEY))} if queue else {}),
        **({"traces": _out([_pods(TRACING, COLLECTS_TRACES)], ("TCP", OTLP), whose=others)} if traced else {}),
        **(
            {"datadog": _in([_namespace(DATADOG)], *(("TCP", port) for port in datadog_ports), whose=others)}
            if datadog_ports
            else {}
        ),
        "http": {
            "podSelector": {"matchLabels": dict(server)},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [*_ranges(ranges.balancer), prometheus], "ports": _ports(("TCP", http_port))}],
        },
        **{
            f"{component}-metrics": {
                "podSelector": {"matchLabels": {COMPONENT: component}},
                "policyTypes": ["Ingress"],
                "ingress": [{"from": [prometheus], "ports": _ports(("TCP", port))}],
            }
            for component, port in scraped.items()
        },
    }


def setup_policies(ranges: NetworkRanges) -> dict[str, Spec]:
    """Give the policies of the database's setup: it reaches the database and AWS, and nobody reaches it."""
    return {**_outbound(ranges), "database": _out(_ranges(ranges.data), ("TCP", POSTGRES))}


def operator_policies(ranges: NetworkRanges, *, called_on: Sequence[int], asks_cache: bool = False) -> dict[str, Spec]:
    """Give the policies of an operator: it speaks to the API server and AWS, and the API server calls its ports."""
    return {
        **_outbound(ranges),
        **({"data": _out(_ranges(ranges.data), ("TCP", VALKEY))} if asks_cache else {}),
        "api-server": _out(ranges.api_server(), ("TCP", HTTPS)),
        "itself": _itself(),
        # the API server has no address of its own in a policy: it calls from interfaces in the VPC
        "webhook": _in(_ranges(ranges.intra), *(("TCP", port) for port in called_on)),
    }


def monitoring_policies(
    ranges: NetworkRanges, *, mail_port: int | None, scraped_ports: Iterable[int] = ()
) -> dict[str, Spec]:
    """Give the policies of the monitoring namespace, by the names and ports that the charts give their pods.

    The node exporter uses its node's network, to which no policy applies; `mail_port` is that of a mail server, if any,
    and `scraped_ports` are those of the pods' metrics besides the charts' own.
    """
    aws = [_to([_beyond(ranges), *_ranges(ranges.intra)], HTTPS), _to(_ranges([POD_IDENTITY_AGENT]), 80)]
    api_server = _to(ranges.api_server(), HTTPS)
    prometheus, grafana, alertmanager = ([_named(name)] for name in ("prometheus", "grafana", "alertmanager"))
    mail = [_to([_beyond(ranges)], mail_port)] if mail_port else []
    mesh = [("TCP", MESH), ("UDP", MESH)]
    return {
        "deny-all": DENY_ALL,
        "dns": _dns(),
        "prometheus": _both(
            "prometheus",
            ingress=[_from([*grafana, *prometheus], 9090), _from(prometheus, RELOADER)],
            egress=[
                api_server,
                _to(_ranges(ranges.vpc), *NODE_METRICS),
                _to([{"namespaceSelector": EVERYBODY}], *sorted({*POD_METRICS, *scraped_ports})),
            ],
        ),
        "alertmanager": _both(
            "alertmanager",
            # whoever is let into this namespace may raise an alert
            ingress=[
                _from([{"podSelector": EVERYBODY}], 9093),
                _from(prometheus, RELOADER),
                {"from": alertmanager, "ports": _ports(*mesh)},
            ],
            egress=[*aws, *mail, {"to": alertmanager, "ports": _ports(*mesh)}],
        ),
        "grafana": _both(
            "grafana",
            ingress=[_from(prometheus, 3000)],
            egress=[
                *aws,
                api_server,  # its sidecars ask for dashboards
                _to(prometheus, 9090),
                _to(alertmanager, 9093),
                _to([_namespace(LOGGING)], LOKI),
                _to([_namespace(TRACING)], TEMPO),
            ],
        ),
        "operator": _both(
            "kube-prometheus-stack-prometheus-operator",
            # the API server asks it whether rules are right; it has no address of its own in a policy
            ingress=[_from([*prometheus, *_ranges(ranges.intra)], 10250)],
            egress=[api_server],
        ),
        "objects": _both("kube-state-metrics", ingress=[_from(prometheus, 8080, 8081)], egress=[api_server]),
        "sites": _both(
            "prometheus-blackbox-exporter",
            ingress=[_from(prometheus, 9115)],
            egress=[_to([_beyond(ranges), *_ranges(ranges.intra)], HTTPS)],
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
    return {"to": list(peers), "ports": _ports(*(("TCP", port) for port in ports))}


def _from(peers: Sequence[Spec], *ports: int) -> Spec:
    return {"from": list(peers), "ports": _ports(*(("TCP", port) for port in ports))}


def _beyond(ranges: NetworkRanges) -> Spec:
    # beyond the VPC: model endpoints, Databricks, S3. Names are the DNS firewall's business
    # (network.egress_allowed_domains): a policy knows addresses alone. Without ClusterIPs: behind one that listens on
    # the same port any pod might stand, whatever policies say of it.
    return {"ipBlock": {"cidr": "0.0.0.0/0", "except": [LINK_LOCAL, *ranges.vpc, ranges.services]}}


def logging_policies(ranges: NetworkRanges) -> dict[str, Spec]:
    """Give the policies of the namespace of Loki and of who reads events: S3, the API server, and each other."""
    return {
        **_outbound(ranges),
        "api-server": _out(ranges.api_server(), ("TCP", HTTPS), whose={"matchLabels": READS_EVENTS}),
        "itself": _itself(),
        "readers": _in([_pods(METRICS, GRAFANA), _namespace(COLLECTOR)], ("TCP", LOKI)),
        "scraper": _in([_pods(METRICS, PROMETHEUS)], ("TCP", LOKI), ("TCP", ALLOY)),
    }


def collector_policies(ranges: NetworkRanges) -> dict[str, Spec]:
    """Give the policies of who reads the nodes' logs: the API server and Loki are all it reaches, not the internet."""
    return {
        "deny-all": DENY_ALL,
        "dns": _dns(),
        "api-server": _out(ranges.api_server(), ("TCP", HTTPS)),
        "loki": _out([_namespace(LOGGING)], ("TCP", LOKI)),
        "scraper": _in([_pods(METRICS, PROMETHEUS)], ("TCP", ALLOY)),
    }


def tracing_policies(ranges: NetworkRanges, *, senders: Sequence[str], datadog: bool) -> dict[str, Spec]:
    """Give the policies of the namespace of the collector of traces and of Tempo; `senders` are namespaces."""
    return {
        **_outbound(ranges),
        "itself": _itself(),
        "senders": _in([_namespace(name) for name in senders], ("TCP", OTLP)),
        "readers": _in([_pods(METRICS, GRAFANA)], ("TCP", TEMPO)),
        "scraper": _in([_pods(METRICS, PROMETHEUS)], ("TCP", TEMPO), ("TCP", ALLOY)),
        **({"datadog": _out([_namespace(DATADOG)], ("TCP", OTLP))} if datadog else {}),
    }


def datadog_policies(ranges: NetworkRanges, *, scraped: Mapping[str, Sequence[int]]) -> dict[str, Spec]:
    """Give the policies of Datadog's agents; `scraped` are ports by namespace. Their site is on the internet."""
    return {
        **_outbound(ranges),
        "api-server": _out(ranges.api_server(), ("TCP", HTTPS)),
        "itself": _itself(),
        # of each node its kubelet
        "kubelets": _out(_ranges(ranges.vpc), ("TCP", KUBELET)),
        **{
            f"scrapes-{name}": _out([_namespace(name)], *(("TCP", port) for port in ports))
            for name, ports in scraped.items()
        },
        "senders": _in([_namespace(TRACING)], ("TCP", OTLP)),
    }


def alarm_bridge_policies(
    ranges: NetworkRanges, *, whose: Mapping[str, str], alertmanager_port: int
) -> dict[str, Spec]:
    """Give the policies of the alarm bridge, whose pods have these labels: it reaches AWS and its namespace's
    Alertmanagers, and nobody reaches it.
    """
    selected = {"matchLabels": dict(whose)}
    alertmanager = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "alertmanager"}}}
    policies = {**_outbound(ranges), "alertmanager": _out([alertmanager], ("TCP", alertmanager_port))}
    return {role: {**spec, "podSelector": selected} for role, spec in policies.items()}


def _outbound(ranges: NetworkRanges, whose: Spec = EVERYBODY) -> dict[str, Spec]:
    return {
        "deny-all": DENY_ALL,
        "dns": _dns(),
        "https": _out([_beyond(ranges)], ("TCP", HTTPS), whose=whose),
        "aws-endpoints": _out(_ranges(ranges.intra), ("TCP", HTTPS), whose=whose),
        "pod-identity": _out(_ranges([POD_IDENTITY_AGENT]), ("TCP", 80), whose=whose),
    }


def _dns() -> Spec:
    return _out([_pods("kube-system", {"k8s-app": "kube-dns"})], ("UDP", DNS), ("TCP", DNS))


def _itself() -> Spec:
    return {
        "podSelector": EVERYBODY,
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [{"podSelector": EVERYBODY}]}],
        "egress": [{"to": [{"podSelector": EVERYBODY}]}],
    }


def _namespace(name: str) -> Spec:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def _pods(namespace: str, labels: Mapping[str, str]) -> Spec:
    return {**_namespace(namespace), "podSelector": {"matchLabels": dict(labels)}}


def _ranges(cidrs: Sequence[str]) -> list[Spec]:
    return [{"ipBlock": {"cidr": cidr}} for cidr in cidrs]


def _out(to: Sequence[Spec], *ports: tuple[str, int], whose: Spec = EVERYBODY) -> Spec:
    return {"podSelector": whose, "policyTypes": ["Egress"], "egress": [{"to": list(to), "ports": _ports(*ports)}]}


def _in(from_: Sequence[Spec], *ports: tuple[str, int], whose: Spec = EVERYBODY) -> Spec:
    ingress = [{"from": list(from_), "ports": _ports(*ports)}]
    return {"podSelector": whose, "policyTypes": ["Ingress"], "ingress": ingress}


def _ports(*ports: tuple[str, int]) -> list[Spec]:
    return [{"protocol": protocol, "port": port} for protocol, port in ports]
