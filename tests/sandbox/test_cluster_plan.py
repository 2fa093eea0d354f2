"""What the account says of a cluster, and what add-ons and charts bring to it."""

from typing import Any

import pytest
import yaml

from sandbox.clusters import addons, charts, placeholders, plan
from sandbox.clusters.objects import projected, without_ignored
from sandbox.clusters.volumes import volume
from sandbox.world import Record

ARN = "arn:aws:eks:eu-west-1:123456789012:cluster/platform"


def record(token: str, name: str, inputs: dict[str, Any], outputs: dict[str, Any] | None = None) -> Record:
    return Record(token, name, f"urn:pulumi:dev::p::{token}::{name}", 0, inputs, outputs or {})


CLUSTER = record(plan.CLUSTER, "platform", {"version": "1.35"}, {"arn": ARN, "endpoint": "https://127.0.0.1:1"})
SUBNETS = [record(plan.SUBNET, f"subnet-{zone}", {}, {"availabilityZone": f"eu-west-1{zone}"}) for zone in ("a", "b")]
GROUP = record(
    plan.NODE_GROUP,
    "platform:nodes",
    {
        "clusterName": "platform",
        "nodeGroupName": "nodes",
        "amiType": "AL2023_ARM_64_STANDARD",
        "instanceTypes": ["m7g.xlarge", "m6g.xlarge"],
        "scalingConfig": {"minSize": 1, "desiredSize": 3, "maxSize": 5},
        "subnetIds": ["subnet-a", "subnet-b", "subnet-elsewhere"],
        "capacityType": "SPOT",
        "taints": [{"key": "only", "effect": "NO_EXECUTE"}],
    },
)


@pytest.mark.parametrize(
    "provider",
    [
        {"clusterIdentifier": ARN},
        {"clusterIdentifier": "platform"},
        {"kubeconfig": yaml.safe_dump({"clusters": [{"cluster": {"server": "https://127.0.0.1:1"}}]})},
        {"kubeconfig": {"clusters": [{"cluster": {"server": "https://127.0.0.1:1"}}]}},
    ],
)
def test_a_provider_points_to_a_cluster_by_its_name_or_its_server(provider: dict[str, Any]) -> None:
    assert plan.cluster_of(provider, [CLUSTER]) == CLUSTER


@pytest.mark.parametrize("provider", [{}, {"clusterIdentifier": "other"}, {"kubeconfig": "{"}, {"kubeconfig": "a: b"}])
def test_a_provider_may_point_elsewhere(provider: dict[str, Any]) -> None:
    assert plan.cluster_of(provider, [CLUSTER]) is None


def test_a_node_group_is_read_from_the_account() -> None:
    other = record(plan.NODE_GROUP, "other", {**GROUP.inputs, "clusterName": "other"})
    (group,) = plan.node_groups(CLUSTER, [*SUBNETS, GROUP, other], "v1.35.0")
    assert (group.name, group.instance_type, group.size, group.spot, group.arm64) == (
        "nodes",
        "m7g.xlarge",
        3,
        True,
        True,
    )
    assert [subnet.zone for subnet in group.subnets] == ["eu-west-1a", "eu-west-1b"]
    assert group.taints[0].effect == "NoExecute"


@pytest.mark.parametrize(
    ("cluster", "other"),
    [
        ({"computeConfig": {"enabled": True}}, []),
        ({}, [record(plan.FARGATE, "f", {"clusterName": "platform"})]),
        ({}, [record(plan.SCALING_GROUP, "g", {"tags": [{"key": "kubernetes.io/cluster/platform"}]})]),
    ],
)
def test_machines_that_come_in_another_way_are_one_in_each_zone(cluster: dict[str, Any], other: list[Record]) -> None:
    inputs = {"vpcConfig": {"subnetIds": ["subnet-a", "subnet-b"]}, **cluster}
    (group,) = plan.node_groups(record(plan.CLUSTER, "platform", inputs), [*SUBNETS, *other], "v1.35.0")
    assert (group.size, group.arm64) == (2, False)
    assert plan.node_groups(record(plan.CLUSTER, "lonely", inputs | {"computeConfig": {}}), SUBNETS, "v1.35.0") == []


def test_add_ons_are_those_of_the_cluster() -> None:
    named = [
        record(plan.ADDON, name, {"clusterName": cluster, "addonName": name})
        for name, cluster in (("coredns", "platform"), ("vpc-cni", "other"))
    ]
    bare = record(plan.CLUSTER, "platform", {"bootstrapSelfManagedAddons": False})
    assert plan.addons(bare, named) == ["coredns"]


@pytest.mark.parametrize(
    ("inputs", "names"),
    [
        ({}, ["vpc-cni", "kube-proxy", "coredns", "metrics-server"]),
        ({"bootstrapSelfManagedAddons": False}, ["metrics-server"]),
        ({"computeConfig": {"enabled": True}}, ["metrics-server"]),
    ],
)
def test_eks_brings_three_add_ons_itself_unless_it_is_told_not_to(inputs: dict[str, Any], names: list[str]) -> None:
    named = [record(plan.ADDON, "m", {"clusterName": "platform", "addonName": "metrics-server"})]
    assert plan.addons(record(plan.CLUSTER, "platform", inputs), named) == names


def requests(manifest: dict[str, Any]) -> Any:
    return manifest["spec"]["template"]["spec"]["containers"][0]["resources"].get("requests")


def test_an_add_on_takes_its_share_of_each_node() -> None:
    (daemon,) = addons.objects("kube-proxy")
    assert daemon["kind"] == "DaemonSet"
    assert requests(daemon) == {"cpu": "100m"}
    assert [each["kind"] for each in addons.objects("coredns")] == ["Deployment", "PodDisruptionBudget"]
    assert len(addons.objects("some-other-add-on")) == 1


def test_a_chart_has_the_replicas_and_requests_that_its_values_set() -> None:
    values = {
        "fullnameOverride": "prometheus",
        "prometheus": {"prometheusSpec": {"replicas": 2, "resources": {"requests": {"memory": "1Gi"}}}},
        "grafana": {"persistence": {"enabled": True, "size": "3Gi"}},
    }
    made = {each["metadata"]["name"]: each for each in charts.objects("kube-prometheus-stack", "r", "m", values)}
    assert made["prometheus-prometheus"]["spec"]["replicas"] == 2
    assert requests(made["prometheus-prometheus"]) == {"memory": "1Gi"}
    assert {each["kind"] for each in charts.definitions("kube-prometheus-stack")} == {"CustomResourceDefinition"}

    (unknown,) = charts.objects("anything", "r", "m", {"replicaCount": 3, "resources": {"requests": {"cpu": "1"}}})
    assert unknown["spec"]["replicas"] == 3
    assert requests(unknown) == {"cpu": "1"}


def test_a_volume_of_ebs_is_bound_to_the_zone_of_its_node() -> None:
    claim = {
        "metadata": {"name": "data", "namespace": "n", "uid": "0123-4567"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}},
    }
    node = {"metadata": {"labels": {"topology.kubernetes.io/zone": "eu-west-1a"}}}
    storage_class = {"metadata": {"name": "gp3"}, "provisioner": "ebs.csi.aws.com"}
    made = volume(claim, storage_class, node)["spec"]
    assert made["claimRef"]["name"] == "data"
    (term,) = made["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert term["matchExpressions"][0]["values"] == ["eu-west-1a"]
    assert "nodeAffinity" not in volume(claim, {**storage_class, "provisioner": "efs.csi.aws.com"}, node)["spec"]


def test_inputs_are_seen_as_they_live() -> None:
    inputs = {"data": {"a": "1", "b": "2"}, "list": [1, 2], "gone": True}
    live = {"data": {"a": "changed", "b": "2", "c": "3"}, "list": [1, 3], "status": {}}
    assert projected(inputs, live) == {"data": {"a": "changed", "b": "2"}, "list": [1, 3], "gone": True}


@pytest.mark.parametrize("chart", ["external-secrets", "keda"])
def test_the_operators_stand_as_restricted_pods_with_the_replicas_of_their_values(chart: str) -> None:
    every: dict[str, dict[str, Any]] = {
        "external-secrets": {"replicaCount": 2, "webhook": {"replicaCount": 2}},
        "keda": {
            "operator": {"replicaCount": 2},
            "metricsServer": {"replicaCount": 2},
            "webhooks": {"replicaCount": 1},
        },
    }
    made = [each for each in charts.objects(chart, "r", "n", every[chart]) if each["kind"] == "Deployment"]
    assert [each["spec"]["replicas"] for each in made] == [2, 2, 1]
    if chart == "external-secrets":
        off = {"webhook": {"create": False}, "certController": {"create": False}}
        assert len([each for each in charts.objects(chart, "r", "n", off) if each["kind"] == "Deployment"]) == 1
    for each in made:
        pod = each["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_kedas_operator_has_the_rights_of_its_chart() -> None:
    made = charts.objects("keda", "r", "keda", {"watchNamespace": "flowise"})
    (role,) = [each for each in made if each["kind"] == "ClusterRole"]
    assert role["rules"] == [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["list", "watch"]}]
    bindings = [each for each in made if each["kind"] == "RoleBinding"]
    assert [each["metadata"]["namespace"] for each in bindings] == ["flowise", "keda"]
    restricted = charts.objects("keda", "r", "keda", {"permissions": {"operator": {"restrict": {"secret": True}}}})
    assert [each["rules"] for each in restricted if each["kind"] == "ClusterRole"] == [[]]
    assert [each["kind"] for each in restricted if each["kind"].endswith("Binding")] == ["ClusterRoleBinding"]


HELD: dict[str, Any] = {"f:spec": {"f:replicas": {}}}


@pytest.mark.parametrize(
    ("managers", "sent"),
    [
        # the autoscaler's by now: whoever sent it would take it back
        ({"autoscaler": HELD, "ours": {"f:spec": {"f:paused": {}}}}, {"paused": True}),
        ({"ours": HELD}, {"paused": True, "replicas": 7}),
        ({"autoscaler": HELD, "ours": HELD}, {"paused": True, "replicas": 7}),
    ],
)
def test_an_update_sends_nothing_ignored_that_somebody_else_has_set(
    managers: dict[str, Any], sent: dict[str, Any]
) -> None:
    live = {
        "metadata": {"managedFields": [{"manager": name, "fieldsV1": fields} for name, fields in managers.items()]},
        "spec": {"replicas": 7, "paused": False},
    }
    inputs = {"spec": {"replicas": 4, "paused": True}}
    assert without_ignored(inputs, live, ["spec.replicas", "spec.absent"], "ours") == {"spec": sent}
    assert inputs["spec"]["replicas"] == 4


def test_an_external_secret_brings_a_secret_that_goes_with_it() -> None:
    external = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "app", "namespace": "n", "uid": "1"},
        "spec": {"target": {"immutable": True}, "data": [{"secretKey": "A"}, {"secretKey": "B"}]},
    }
    secret = placeholders.secret_of(external)
    assert (secret["metadata"]["name"], secret["immutable"], set(secret["stringData"])) == ("app", True, {"A", "B"})
    assert secret["metadata"]["ownerReferences"][0]["uid"] == "1"
