"""What may reach pods and what they may reach, as NetworkPolicy specs by role; all else is denied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Literal

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
NODES = "node-exporter"
PROMETHEUS, GRAFANA, COLLECTS_TRACES, READS_EVENTS = (
    {"app.kubernetes.io/name": name} for name in ("prometheus", "grafana", "otel-collector", "alloy-events")
)
DENY_ALL: Spec = {"podSelector": EVERYBODY, "policyTypes": ["Ingress", "Egress"]}


# whether AWS is asked, and there by interfaces in the VPC alone
AwsAccess = Literal["none", "within", "anywhere"]


@dataclass(frozen=True, kw_only=True)
class Road:
    """How pods reach a server that was there before."""

    cidrs: Sequence[str]
    port: int


@dataclass(frozen=True, kw_only=True)
class PodServer:
    """Pods in the cluster that answer on a port."""

    namespace: str
    labels: Mapping[str, str]
    port: int


@dataclass(frozen=True, kw_only=True)
class NetworkRanges:
    """Ranges of the network, each as wide as what stands there.

    `database` and `cache` are the ways to those that were there before; others lie in `data`.
    """

    vpc: Sequence[str]
    data: Sequence[str]  # database and cache
    balancer: Sequence[str]
    intra: Sequence[str]  # interfaces of the API server and of AWS services
    services: str  # ClusterIPs
    database: Road | None = None
    cache: Road | None = None

    def to_database(self, whose: Spec = EVERYBODY) -> Spec:
        """Return the policy by which pods reach the database."""
        return self._to(self.database, POSTGRES, whose)

    def to_cache(self, whose: Spec = EVERYBODY) -> Spec:
        """Return the policy by which pods reach the cache."""
        return self._to(self.cache, VALKEY, whose)

    def _to(self, road: Road | None, port: int, whose: Spec) -> Spec:
        known = road or Road(cidrs=self.data, port=port)
        return egress(blocks(known.cidrs), ("TCP", known.port), whose=whose)

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


def operator_policies(
    ranges: NetworkRanges,
    *,
    called_on: Sequence[int] = (),
    scraped_on: Sequence[int] = (),
    asks_cache: bool = False,
    aws: AwsAccess = "none",
) -> dict[str, Spec]:
    """Return the policies of an operator: it speaks to the API server, which calls its ports, if any, and to others."""
    outward = outbound(ranges)
    left_out = {"none": {"https", "aws-endpoints", "pod-identity"}, "within": {"https"}, "anywhere": set()}[aws]
    prometheus = [pods_with(METRICS, PROMETHEUS)]
    return {
        **{role: spec for role, spec in outward.items() if role not in left_out},
        **({"data": ranges.to_cache()} if asks_cache else {}),
        **({"metrics": ingress(prometheus, *(("TCP", port) for port in scraped_on))} if scraped_on else {}),
        "api-server": egress(ranges.api_server(), ("TCP", HTTPS)),
        "itself": itself(),
        # the API server has no address of its own in a policy: it calls from interfaces in the VPC
        **({"webhook": ingress(blocks(ranges.intra), *(("TCP", port) for port in called_on))} if called_on else {}),
    }


def beyond(ranges: NetworkRanges) -> Spec:
    """Return all that lies beyond the network, as a peer."""
    # beyond the VPC: model endpoints, Databricks, S3. Names are the DNS firewall's business
    # (network.egress_allowed_domains): a policy knows addresses alone. Without ClusterIPs: behind one that listens on
    # the same port any pod might stand, whatever policies say of it.
    return {"ipBlock": {"cidr": "0.0.0.0/0", "except": [LINK_LOCAL, *ranges.vpc, ranges.services]}}


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
