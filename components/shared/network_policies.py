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
        """Return the API server as peers: its interfaces, and Service default/kubernetes, which is what pods dial.

        The VPC CNI's agent judges a packet before kube-proxy rewrites its address, and of ClusterIPs its controller
        knows those of Services whose selector a peer matches; this Service has none
        (amazon-network-policy-controller-k8s, getMatchingServiceClusterIPs).
        """
        return blocks([*self.intra, f"{api_server_address(self.services)}/32"])


def api_server_address(services: str) -> str:
    """Return the ClusterIP of Service `kubernetes`: a range's first (Kubernetes, "Service ClusterIP allocation")."""
    return str(IPv4Network(services)[1])


def setup_policies(ranges: NetworkRanges) -> dict[str, Spec]:
    """Return the policies of the database's setup: it reaches the database and AWS, and nobody reaches it."""
    return {**outbound(ranges), "database": egress(blocks(ranges.data), ("TCP", POSTGRES))}


def operator_policies(ranges: NetworkRanges, *, called_on: Sequence[int], asks_cache: bool = False) -> dict[str, Spec]:
    """Return the policies of an operator: it speaks to the API server and AWS, and the API server calls its ports."""
    return {
        **outbound(ranges),
        **({"data": egress(blocks(ranges.data), ("TCP", VALKEY))} if asks_cache else {}),
        "api-server": egress(ranges.api_server(), ("TCP", HTTPS)),
        "itself": itself(),
        # the API server has no address of its own in a policy: it calls from interfaces in the VPC
        "webhook": ingress(blocks(ranges.intra), *(("TCP", port) for port in called_on)),
    }


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


def beyond(ranges: NetworkRanges) -> Spec:
    """Return all that lies beyond the network, as a peer."""
    # beyond the VPC: model endpoints, Databricks, S3. Names are the DNS firewall's business
    # (network.egress_allowed_domains): a policy knows addresses alone. Without ClusterIPs: behind one that listens on
    # the same port any pod might stand, whatever policies say of it.
    return {"ipBlock": {"cidr": "0.0.0.0/0", "except": [LINK_LOCAL, *ranges.vpc, ranges.services]}}


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


def outbound(ranges: NetworkRanges, whose: Spec = EVERYBODY) -> dict[str, Spec]:
    """Return the policies that deny all but DNS, HTTPS beyond the network, AWS's endpoints and Pod Identity's agent."""
    return {
        "deny-all": DENY_ALL,
        "dns": dns(),
        "https": egress([beyond(ranges)], ("TCP", HTTPS), whose=whose),
        "aws-endpoints": egress(blocks(ranges.intra), ("TCP", HTTPS), whose=whose),
        "pod-identity": egress(blocks([POD_IDENTITY_AGENT]), ("TCP", 80), whose=whose),
    }


def dns() -> Spec:
    """Return the policy by which all pods of a namespace ask for names."""
    return egress([pods_with("kube-system", {"k8s-app": "kube-dns"})], ("UDP", DNS), ("TCP", DNS))


def itself() -> Spec:
    """Return the policy by which a namespace's pods reach each other."""
    return {
        "podSelector": EVERYBODY,
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [{"podSelector": EVERYBODY}]}],
        "egress": [{"to": [{"podSelector": EVERYBODY}]}],
    }


def pods_in(name: str) -> Spec:
    """Return a namespace's pods as a peer."""
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def pods_with(namespace: str, labels: Mapping[str, str]) -> Spec:
    """Return those of a namespace's pods that have some labels as a peer."""
    return {**pods_in(namespace), "podSelector": {"matchLabels": dict(labels)}}


def blocks(cidrs: Sequence[str]) -> list[Spec]:
    """Return ranges of addresses as peers."""
    return [{"ipBlock": {"cidr": cidr}} for cidr in cidrs]


def egress(to: Sequence[Spec], *ports: tuple[str, int], whose: Spec = EVERYBODY) -> Spec:
    """Return the policy by which pods reach some peers on some ports."""
    return {"podSelector": whose, "policyTypes": ["Egress"], "egress": [{"to": list(to), "ports": ports_of(*ports)}]}


def ingress(from_: Sequence[Spec], *ports: tuple[str, int], whose: Spec = EVERYBODY) -> Spec:
    """Return the policy by which some peers reach pods on some ports."""
    let_in = [{"from": list(from_), "ports": ports_of(*ports)}]
    return {"podSelector": whose, "policyTypes": ["Ingress"], "ingress": let_in}


def ports_of(*ports: tuple[str, int]) -> list[Spec]:
    """Return ports, each with its protocol, as a policy has them."""
    return [{"protocol": protocol, "port": port} for protocol, port in ports]
