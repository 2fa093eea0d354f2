"""Who reaches whom in a whole stack: policies as the program renders them, pods and Services as the charts do.

Judged as the VPC CNI enforces them (`sandbox/roads/network_policies.py`). A party dials a Service by its
ClusterIP, and policies see that address.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address
from typing import Any

import pytest

from components.flowise_service.egress_domains import EGRESS_DOMAINS
from components.shared.network_policies import api_server_address
from components.vpc.egress_domains import allowed_domains
from sandbox.roads.network_policies import Cluster, ContainerPort, Pod, Policy, Service, ServicePort, passes
from testing.program import Run, run
from tools import shapes
from tools.charts.store import facts_of

STACKS = ("prod", "dev-with-traces-and-datadog")
WORKLOADS = tuple(
    f"kubernetes:{each}" for each in ("apps/v1:Deployment", "apps/v1:StatefulSet", "batch/v1:Job", "batch/v1:CronJob")
)
# EKS's own: the add-on CoreDNS, whose Service has the tenth address of the range
DNS = Service("kube-system", "kube-dns", {"k8s-app": "kube-dns"}, "172.20.0.10", [ServicePort(53, 53, "UDP")])
# pods that the platform does not run without, by the API server that they ask
ASK_API = {
    "external-secrets/services-secrets-release-external-secrets",
    "kube-system/coredns",
    "kube-system/services-controller-aws-load-balancer-controller",
    "log-collector/alloy",
    "logging/alloy-events",
    "monitoring/grafana",
    "monitoring/monitoring-prometheus-kube-state-metrics",
    "monitoring/prometheus-admission-create",
    "monitoring/prometheus-admission-patch",
    "monitoring/prometheus-operator",
    "monitoring/prometheus-prometheus-prometheus",
}
OF_STACK = {
    "prod": {
        "keda/keda-admission-webhooks",
        "keda/keda-operator",
        "keda/keda-operator-metrics-apiserver",
        "kube-system/services-karpenter-release",
    },
    "dev-with-traces-and-datadog": {"datadog/datadog", "datadog/datadog-cluster-agent"},
}
# who opens a connection to which Service: pod, Service, its port
ROADS = (
    ("flowise/app-server-pods", "tracing/otel-collector", 4318),
    ("flowise/app-worker-pods", "tracing/otel-collector", 4318),
    ("keda/keda-operator-metrics-apiserver", "keda/keda-operator", 9666),
    ("log-collector/alloy", "logging/loki", 3100),
    ("logging/alloy-events", "logging/loki", 3100),
    ("monitoring/grafana", "logging/loki", 3100),
    ("monitoring/grafana", "monitoring/prometheus-alertmanager", 9093),
    ("monitoring/grafana", "monitoring/prometheus-prometheus", 9090),
    ("monitoring/grafana", "tracing/tempo", 3200),
    ("tracing/otel-collector", "tracing/tempo", 4318),
)
# where an image's registry sends who fetches its layers, as DNS firewall and all see it: the registry's own documents
LAYERS = {
    "docker.io": ("registry-1.docker.io", "auth.docker.io", "production.cloudflare.docker.com",
                  # Docker documentation, allow-list: who pulls without an account
                  "docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com"),
    # GitHub Docs, "Troubleshooting the Container registry"
    "ghcr.io": ("ghcr.io", "pkg-containers.githubusercontent.com"),
    "public.ecr.aws": ("public.ecr.aws", "d5l0dvt14r5h8.cloudfront.net"),
    # OpenShift documentation, configuring-firewall
    "quay.io": ("quay.io", "cdn01.quay.io", "quayio-production-s3.s3.amazonaws.com"),
    # kubernetes/registry.k8s.io: docs/request-handling.md
    "registry.k8s.io": ("registry.k8s.io", "europe-west1-docker.pkg.dev",
                        "prod-registry-k8s-io-eu-west-1.s3.dualstack.eu-west-1.amazonaws.com"),
}  # fmt: skip


@cache
def made(stack: str) -> Run:
    return run(stack) if stack == "prod" else shapes.made(stack)


@dataclass(frozen=True)
class Stack:
    """A stack's cluster, its pods and Services by namespace and name."""

    cluster: Cluster
    tokens: frozenset[str]
    services_range: str

    def pod(self, name: str) -> Pod:
        (found,) = [each for each in self.cluster.pods if f"{each.namespace}/{each.name}" == name]
        return found

    def service(self, name: str) -> Service:
        (found,) = [each for each in self.cluster.services if f"{each.namespace}/{each.name}" == name]
        return found

    def leaves(self, pod: Pod, address: str, port: int, protocol: str = "TCP") -> bool:
        return passes(self.cluster.wall(pod, "Egress"), address, protocol, port)

    def connects(self, source: Pod, service: Service, port: int) -> bool:
        """Return whether a pod gets through to a Service: out by the Service's address, in by the pod's port."""
        (dialled,) = [each for each in service.ports if each.number == port]
        behind = [
            pod
            for pod in self.cluster.pods
            if pod.namespace == service.namespace and service.selector.items() <= pod.labels.items()
        ]
        assert behind, f"no pod is behind {service.name}"
        assert service.address is not None
        return self.leaves(source, service.address, port) and all(
            passes(self.cluster.wall(pod, "Ingress"), source.address, "TCP", port_of(pod, dialled.target))
            for pod in behind
        )


def port_of(pod: Pod, target: int | str) -> int:
    return target if isinstance(target, int) else next(port.number for port in pod.ports if port.name == target)


def own_pods(run_: Run) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield namespace, name and pod template of the program's own workloads."""
    for kind in WORKLOADS:
        for each in run_.cloud.of(kind):
            spec = each.inputs["spec"]
            owner = spec["jobTemplate"]["spec"] if kind.endswith("CronJob") else spec
            yield each.inputs["metadata"]["namespace"], each.name, owner["template"]


@cache
def stack(name: str) -> Stack:
    run_ = made(name)
    rows = facts_of(run_)
    pods, services, tokens = [], [], set()
    # of the first private subnet, and of the range of Services behind what EKS gives its own
    network = run_.cloud.named("vpc-private-a").inputs["cidrBlock"].partition("/")[0]
    services_range = run_.cloud.only("aws:eks/cluster:Cluster").inputs["kubernetesNetworkConfig"]["serviceIpv4Cidr"]
    addresses = (str(IPv4Address(network) + offset) for offset in range(64, 4096))
    cluster_ips = (str(IPv4Address(services_range.partition("/")[0]) + offset) for offset in range(64, 4096))
    for row in rows:
        for each in row["pods"]:
            ports = [ContainerPort(port["number"], port["name"], port["protocol"]) for port in each["ports"]]
            home = each["namespace"]
            pods.append(Pod(home, each["name"], each["labels"], next(addresses), ports, each["host_network"]))
            if each["token"]:
                tokens.add(f"{home}/{each['name']}")
        for each in row["services"]:
            listens = [ServicePort(port["number"], port["target"], port["protocol"]) for port in each["ports"]]
            address = None if each["headless"] else next(cluster_ips)
            services.append(Service(each["namespace"], each["name"], each["selector"], address, listens))
    for home, own, template in own_pods(run_):
        spec = template["spec"]
        ports = [
            ContainerPort(port["containerPort"], port.get("name", ""))
            for container in spec["containers"]
            for port in container.get("ports", ())
        ]
        pods.append(Pod(home, own, template["metadata"]["labels"], next(addresses), ports))
        if spec.get("automountServiceAccountToken", True):
            tokens.add(f"{home}/{own}")
    pods.append(
        Pod("kube-system", "coredns", {"k8s-app": "kube-dns"}, next(addresses), [ContainerPort(53, "dns", "UDP")])
    )
    # it watches Services
    tokens.add("kube-system/coredns")
    # kube-controller-manager's own, which selects nothing
    api = Service("default", "kubernetes", {}, api_server_address(services_range), [ServicePort(443, 443)])
    policies = [
        Policy(each.inputs["metadata"]["namespace"], each.inputs["spec"])
        for each in run_.cloud.of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
    ]
    homes = {pod.namespace for pod in pods} | {"default"}
    namespaces = {home: {"kubernetes.io/metadata.name": home} for home in homes}
    return Stack(Cluster(namespaces, pods, [*services, DNS, api], policies), frozenset(tokens), services_range)


@pytest.mark.parametrize("name", STACKS)
def test_who_has_a_token_reaches_the_api_server_by_its_cluster_ip(name: str) -> None:
    here = stack(name)
    assert here.tokens == ASK_API | OF_STACK[name]
    address = api_server_address(here.services_range)
    assert [each for each in sorted(here.tokens) if not here.leaves(here.pod(each), address, 443)] == []


@pytest.mark.parametrize("name", STACKS)
def test_who_has_no_token_is_kept_from_it(name: str) -> None:
    here = stack(name)
    others = [pod for pod in here.cluster.pods if f"{pod.namespace}/{pod.name}" not in here.tokens]
    guarded = [pod for pod in others if here.cluster.selecting(pod, "Egress")]
    assert len(guarded) > 4
    address = api_server_address(here.services_range)
    assert [pod.name for pod in guarded if here.leaves(pod, address, 443)] == []


@pytest.mark.parametrize("name", STACKS)
def test_every_pod_asks_for_names(name: str) -> None:
    here = stack(name)
    assert DNS.address is not None
    deaf = [pod for pod in here.cluster.pods if not here.leaves(pod, DNS.address, 53, "UDP")]
    assert [f"{pod.namespace}/{pod.name}" for pod in deaf] == []


@pytest.mark.parametrize(("source", "target", "port"), ROADS)
def test_a_party_reaches_its_service(source: str, target: str, port: int) -> None:
    here = stack("prod")
    assert here.connects(here.pod(source), here.service(target), port)


def test_flowise_does_not_reach_a_service_that_listens_on_https() -> None:
    here = stack("prod")
    server = here.pod("flowise/app-server-pods")
    listening = [each for each in here.cluster.services if each.address and 443 in {port.number for port in each.ports}]
    assert len(listening) > 3
    assert [each.name for each in listening if here.leaves(server, each.address or "", 443)] == []


@pytest.mark.parametrize("name", STACKS)
def test_images_and_their_layers_are_fetched_where_only_listed_names_resolve(name: str) -> None:
    images = {image for row in facts_of(made(name)) for image in row["images"]}
    assert len(images) > 9
    hosts = {host for image in images for host in LAYERS[image.partition("/")[0]]}
    assert [host for host in sorted(hosts) if not resolves(host)] == []


def resolves(host: str) -> bool:
    """Judge a name as DNS Firewall does: itself, or below a name that begins with `*.`."""
    return any(
        host == name or (name[:2] == "*." and host.endswith(name[1:])) for name in allowed_domains(EGRESS_DOMAINS)
    )
