"""EKS: nodes and the API server, images, names, credentials, webhooks, and NetworkPolicies as the VPC CNI has them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sandbox.roads import rules
from sandbox.world import Record
from tests.roads.builder import Stack, policy, rule
from tests.roads.pair import pair

from .services import FIREWALL, dns_firewall

_ENDPOINT = "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html"
_GROUPS = "https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html"
_IDENTITY = "https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html"
_CONTROLLER = "https://github.com/aws/amazon-network-policy-controller-k8s/blob/main/pkg/resolvers/endpoints.go"
_PRIVATE = "https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html"
_ARCHEIO = "https://github.com/kubernetes/registry.k8s.io/blob/main/cmd/archeio/internal/app/buckets.go"
DNS = [{
    "to": [{
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    }],
    "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
}]  # fmt: skip
TRUST = {"app": "trusting"}


class Platform:
    """A VPC with a cluster in its inner subnet and nodes in a private one, which a NAT gateway serves."""

    def __init__(self, stack: Stack, *, nat: bool = True, listed: str | None = None, **access: Any) -> None:
        self.stack, self.vpc = stack, stack.vpc()
        public = stack.subnet(self.vpc, "public", "10.0.0.0/24")
        self.private = stack.subnet(self.vpc, "private", "10.0.1.0/24")
        self.inner = stack.subnet(self.vpc, "inner", "10.0.2.0/24")
        stack.table(self.vpc, "public-rt", public, gateway_id=stack.gateway(self.vpc).id)
        self.address = stack.make("aws:ec2/eip:Eip", "address")
        route = {"nat_gateway_id": stack.nat(public, allocation_id=self.address.id).id} if nat else {}
        self.table = stack.table(self.vpc, "private-rt", self.private, **route)
        given = {"endpoint_private_access": True, "endpoint_public_access": listed is not None, **access}
        if listed is not None:
            given["public_access_cidrs"] = [listed or f"{self.address.outputs['publicIp']}/32"]
        self.cluster = stack.make(
            "aws:eks/cluster:Cluster", "cluster", name="cluster", vpc_config={"subnet_ids": [self.inner.id], **given},
            kubernetes_network_config={"service_ipv4_cidr": "172.20.0.0/16"},
        )  # fmt: skip
        self.nodes()
        stack.make(
            "aws:eks/addon:Addon", "cni", cluster_name="cluster", addon_name="vpc-cni",
            configuration_values='{"enableNetworkPolicy": "true"}',
        )  # fmt: skip

    def nodes(self) -> None:
        self.stack.make(
            "aws:eks/nodeGroup:NodeGroup", "nodes", cluster_name="cluster", subnet_ids=[self.private.id],
            node_role_arn="arn:aws:iam::123456789012:role/nodes", **self.own(),
        )  # fmt: skip

    def own(self) -> dict[str, Any]:
        return {}

    def deployment(self, name: str = "app", account: str = "default", **spec: Any) -> Record:
        labels = {"app": name}
        container = {"name": "main", "image": "quay.io/acme/app:1", **spec.pop("container", {})}
        pod = {"containers": [container], "serviceAccountName": account, **spec}
        return self.stack.kubernetes(
            "apps/v1:Deployment", name,
            spec={"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}},
        )  # fmt: skip

    def allow(self, name: str, selector: Mapping[str, str] | None = None, **rules_: Sequence[Any]) -> Record:
        types = [each.capitalize() for each in rules_]
        spec = {"podSelector": {"matchLabels": dict(selector)} if selector else {}, "policyTypes": types, **rules_}
        return self.stack.kubernetes("networking.k8s.io/v1:NetworkPolicy", name, spec=spec)


class Grouped(Platform):
    """The same, with nodes in a group of their own in place of the cluster's."""

    def __init__(self, stack: Stack, *, known: bool) -> None:
        self.known = known
        super().__init__(stack)

    def own(self) -> dict[str, Any]:
        group = self.stack.group(self.vpc, "nodes-sg", ingress=[rule(10250, cidr="10.0.0.0/16")])
        config = self.cluster.outputs["vpcConfig"]
        if self.known:
            self.stack.make(
                "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "nodes-into-cluster",
                security_group_id=config["clusterSecurityGroupId"], referenced_security_group_id=group.id,
                ip_protocol="tcp", from_port=443, to_port=443,
            )  # fmt: skip
        template = self.stack.make(
            "aws:ec2/launchTemplate:LaunchTemplate", "template", vpc_security_group_ids=[group.id]
        )
        return {"launch_template": {"id": template.id, "version": "1"}}


def _https(cidr: str) -> dict[str, Any]:
    return {"to": [{"ipBlock": {"cidr": cidr}}], "ports": [{"protocol": "TCP", "port": 443}]}


@pair(rules.GROUP_IN, "nodes", "API server", _GROUPS)
def nodes_in_a_group_that_the_cluster_does_not_admit(stack: Stack, wall: bool) -> None:
    Grouped(stack, known=not wall)


@pair(rules.API_ENDPOINT, "nodes", "API server", _ENDPOINT)
def a_public_endpoint_that_lists_other_addresses(stack: Stack, wall: bool) -> None:
    Platform(stack, listed="198.51.100.0/24" if wall else "", endpoint_private_access=False)


@pair(rules.DNS_FIREWALL, "nodes", "API server", FIREWALL)
def a_control_plane_that_is_played_under_a_list_of_names(stack: Stack, wall: bool) -> None:
    platform = Platform(stack)
    # as a cluster of the sandbox has it; nodes in AWS would ask for a name of EKS's
    stack.records.remove(platform.cluster)
    stack.records.append(
        replace(platform.cluster, outputs={**platform.cluster.outputs, "endpoint": "https://127.0.0.1:36093"})
    )
    dns_firewall(stack, platform.vpc, "example.com" if wall else "*.amazonaws.com")


@pair(rules.NO_ROUTE, "nodes", "API server", _ENDPOINT)
def a_public_endpoint_for_nodes_without_a_way_out(stack: Stack, wall: bool) -> None:
    Platform(stack, nat=not wall, listed="", endpoint_private_access=False)


@pair(rules.NO_ROUTE, "nodes", "602401143452.dkr.ecr", _PRIVATE)
def nodes_that_pull_from_nowhere(stack: Stack, wall: bool) -> None:
    Platform(stack, nat=not wall)


@pair(rules.NO_ROUTE, "nodes", "quay.io", _PRIVATE)
def an_image_of_the_internet_without_a_way_out(stack: Stack, wall: bool) -> None:
    Platform(stack, nat=not wall).deployment()


@pair(rules.ENDPOINT_POLICY, "nodes", "registry.k8s.io", _ARCHEIO)
def layers_of_registry_k8s_io_behind_an_endpoint(stack: Stack, wall: bool) -> None:
    platform = Platform(stack)
    buckets = ["prod-eu-west-1-starport-layer-bucket", *([] if wall else ["prod-registry-k8s-io-eu-west-1"])]
    said = {
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": [f"arn:aws:s3:::{each}/*" for each in buckets],
    }  # fmt: skip
    stack.endpoint(
        platform.vpc, "s3", vpc_endpoint_type="Gateway", route_table_ids=[platform.table.id], policy=policy(said)
    )
    platform.deployment(container={"image": "registry.k8s.io/pause:3.10"})


@pair(rules.ENDPOINT_POLICY, "nodes", "registry.k8s.io", _ARCHEIO)
def a_charts_images_behind_an_endpoint(stack: Stack, wall: bool) -> None:
    platform = Platform(stack)
    said = {
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*" if wall else "*",
    }  # fmt: skip
    stack.endpoint(
        platform.vpc, "s3", vpc_endpoint_type="Gateway", route_table_ids=[platform.table.id], policy=policy(said)
    )
    release = stack.make("kubernetes:helm.sh/v3:Release", "metrics", chart="metrics-server", namespace="kube-system")
    assert release.id


@pair(
    rules.POLICY_OUT,
    "pods",
    "CoreDNS",
    "https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html",
)
def a_pod_that_may_ask_for_no_names(stack: Stack, wall: bool) -> None:
    platform = Platform(stack)
    platform.deployment()
    platform.allow("closed", egress=[_https("0.0.0.0/0")] if wall else DNS)


@pair(
    rules.POLICY_ROOM,
    "pods",
    "",
    "https://github.com/aws/aws-network-policy-agent/blob/main/pkg/ebpf/c/helper.h",
)
def more_ports_than_the_agent_keeps(stack: Stack, wall: bool) -> None:
    platform = Platform(stack)
    platform.deployment()
    ports = [{"protocol": "TCP", "port": 8000 + index} for index in range(25 if wall else 24)]
    out = [{"to": [{"ipBlock": {"cidr": "10.0.9.0/24"}}, {"ipBlock": {"cidr": "fd00::/8"}}], "ports": ports}]
    platform.allow("many", egress=[*DNS, *out])


@pair(rules.POLICY_OUT, "pods", "the API server", _CONTROLLER)
def a_policy_for_the_api_servers_interfaces_alone(stack: Stack, wall: bool) -> None:
    platform = Platform(stack)
    platform.deployment(account="controller")
    _bind(stack, "controller")
    named = [_https("10.0.2.0/24"), *([] if wall else [_https("172.20.0.1/32")])]
    platform.allow("closed", egress=[*DNS, *named])


@pair(rules.POLICY_OUT, "pods", "the API server", _CONTROLLER)
def a_policy_whose_peer_stands_for_no_service(stack: Stack, wall: bool) -> None:
    # default/kubernetes has no selector: a peer for its namespace brings its ClusterIP, one for pods elsewhere does not
    platform = Platform(stack)
    platform.deployment(account="controller")
    _bind(stack, "controller")
    space = "kube-system" if wall else "default"
    peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": space}}}
    platform.allow("closed", egress=[*DNS, {"to": [peer], "ports": [{"protocol": "TCP", "port": 443}]}])


def _bind(stack: Stack, account: str) -> None:
    stack.kubernetes(
        "rbac.authorization.k8s.io/v1:ClusterRoleBinding", account,
        subjects=[{"kind": "ServiceAccount", "name": account, "namespace": "apps"}],
        roleRef={"kind": "ClusterRole", "name": "view", "apiGroup": "rbac.authorization.k8s.io"},
    )  # fmt: skip


@pair(rules.POLICY_OUT, "pods of external-secrets", "the API server", _CONTROLLER)
def a_charts_controller_under_such_a_policy(stack: Stack, wall: bool) -> None:
    platform = Platform(stack)
    stack.make("kubernetes:helm.sh/v3:Release", "keda", chart="external-secrets", namespace="apps")
    platform.allow("closed", egress=[*DNS, _https("10.0.2.0/24"), *([] if wall else [_https("172.20.0.1/32")])])


@pair(rules.POD_IDENTITY, "pods", "Pod Identity", _IDENTITY)
def a_pod_that_may_not_ask_the_agent(stack: Stack, wall: bool) -> None:
    platform = _identified(stack, agent=True)
    agent = {"to": [{"ipBlock": {"cidr": "169.254.170.23/32"}}], "ports": [{"protocol": "TCP", "port": 80}]}
    platform.allow("closed", egress=[*DNS, *([_https("0.0.0.0/0")] if wall else [agent])])


@pair(rules.POD_IDENTITY, "pods", "Pod Identity", _IDENTITY)
def a_cluster_without_the_agent(stack: Stack, wall: bool) -> None:
    _identified(stack, agent=not wall)


def _identified(stack: Stack, *, agent: bool) -> Platform:
    platform = Platform(stack)
    platform.deployment(account="app")
    if agent:
        stack.make("aws:eks/addon:Addon", "agent", cluster_name="cluster", addon_name="eks-pod-identity-agent")
    stack.make(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation", "association", cluster_name="cluster",
        namespace="apps", service_account="app", role_arn=stack.role("s3:GetObject").outputs["arn"],
    )  # fmt: skip
    return platform


@pair(rules.POLICY_OUT, "pods", "Instance db", _CONTROLLER)
def a_pod_that_may_not_ask_its_database(stack: Stack, wall: bool) -> None:
    platform = Platform(stack)
    own = stack.group(platform.vpc, "database", ingress=[rule(5432, cidr="10.0.0.0/16")])
    database = stack.database(own, stack.subnet(platform.vpc, "data", "10.0.9.0/24"))
    platform.deployment(container={"env": [{"name": "DATABASE", "value": database.outputs["address"]}]})
    data = {"to": [{"ipBlock": {"cidr": "10.0.8.0/24" if wall else "10.0.9.0/24"}}], "ports": [{"port": 5432}]}
    platform.allow("closed", egress=[*DNS, data])


@pair(
    rules.GROUP_IN,
    "pods",
    "Instance db",
    "https://docs.aws.amazon.com/eks/latest/userguide/security-groups-for-pods.html",
)
def a_database_that_does_not_admit_nodes(stack: Stack, wall: bool) -> None:
    platform = Platform(stack)
    cluster = platform.cluster.outputs["vpcConfig"]["clusterSecurityGroupId"]
    admitted = {"protocol": "tcp", "from_port": 5432, "to_port": 5432, "security_groups": [cluster]}
    own = stack.group(platform.vpc, "database", ingress=[rule(5432, cidr="10.7.0.0/16") if wall else admitted])
    database = stack.database(own, stack.subnet(platform.vpc, "data", "10.0.9.0/24"))
    config = stack.kubernetes("core/v1:ConfigMap", "settings", data={"host": database.outputs["address"]})
    assert config.id
    platform.deployment(container={"envFrom": [{"configMapRef": {"name": "settings"}}]})


@pair(
    rules.POLICY_IN, "LoadBalancer", "pods", "https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html"
)
def pods_that_the_balancer_may_not_ask(stack: Stack, wall: bool) -> None:
    platform = Platform(stack)
    platform.deployment()
    stack.kubernetes(
        "core/v1:Service", "app", spec={"selector": {"app": "app"}, "ports": [{"port": 80, "targetPort": 8080}]}
    )
    own = stack.group(platform.vpc, "balancer", ingress=[rule(80, cidr="10.0.0.0/16")])
    targets = stack.target_group(platform.vpc, target_type="ip")
    stack.listener(stack.balancer(own, platform.inner), 80, {"type": "forward", "target_group_arn": targets.id})
    stack.make(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "into-pods", ip_protocol="tcp", from_port=8080,
        to_port=8080, referenced_security_group_id=own.id,
        security_group_id=platform.cluster.outputs["vpcConfig"]["clusterSecurityGroupId"],
    )  # fmt: skip
    stack.kubernetes(
        "elbv2.k8s.aws/v1beta1:TargetGroupBinding", "app",
        spec={"targetGroupARN": targets.id, "serviceRef": {"name": "app", "port": 80}},
    )  # fmt: skip
    block = "10.0.1.0/24" if wall else "10.0.2.0/24"
    platform.allow(
        "open", {"app": "app"}, ingress=[{"from": [{"ipBlock": {"cidr": block}}], "ports": [{"port": 8080}]}]
    )


@pair(rules.POLICY_IN, "API server", "pods", "https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html")
def a_webhook_that_the_api_server_may_not_call(stack: Stack, wall: bool) -> None:
    platform = Platform(stack)
    platform.deployment("hook")
    stack.kubernetes(
        "core/v1:Service", "hook", spec={"selector": {"app": "hook"}, "ports": [{"port": 443, "targetPort": 9443}]}
    )
    stack.kubernetes(
        "admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration", "hook",
        webhooks=[{"name": "h", "clientConfig": {"service": {"namespace": "apps", "name": "hook", "port": 443}}}],
    )  # fmt: skip
    caller = {"ipBlock": {"cidr": "10.0.1.0/24" if wall else "10.0.2.0/24"}}
    platform.allow("hook", {"app": "hook"}, ingress=[{"from": [caller], "ports": [{"port": 9443}]}])


@pair(
    rules.POLICY_IN,
    "Deployment app",
    "Deployment trusting",
    "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
)
def pods_that_do_not_let_in_whom_another_policy_lets_out(stack: Stack, wall: bool) -> None:
    platform = Platform(stack)
    platform.deployment()
    platform.deployment("trusting")
    platform.allow(
        "out", {"app": "app"}, egress=[*DNS, {"to": [{"podSelector": {"matchLabels": TRUST}}], "ports": [{"port": 80}]}]
    )
    friend = {"podSelector": {"matchLabels": {"app": "somebody" if wall else "app"}}}
    platform.allow("in", TRUST, ingress=[{"from": [friend], "ports": [{"port": 80}]}])
