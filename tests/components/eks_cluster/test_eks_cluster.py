import json

import pulumi_aws as aws
import pytest

from components.eks_cluster.component import EksCluster, EksClusterArgs
from components.eks_cluster.settings import ClusterSettings
from testing.cloud import Cloud
from tests.samples import NETWORK, TAGS

IMDSV2 = {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1}
ADMIN = "arn:aws:iam::111122223333:role/deployer"


def create(**settings: object) -> EksCluster:
    return EksCluster(
        "cluster",
        EksClusterArgs(
            settings=ClusterSettings.model_validate({"admin_principal_arns": [ADMIN], **settings}),
            cluster_name="orders-test",
            application_namespace="orders",
            network=NETWORK,
            protect_data=True,
            tags=TAGS,
        ),
    )


def build(cloud: Cloud, **settings: object) -> EksCluster:
    return cloud.build(lambda: create(**settings))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert any_cloud.only(aws.eks.Cluster).inputs["version"] == "1.35"


def test_access_is_by_entries_alone(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.only(aws.eks.Cluster).inputs["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }
    assert cloud.only(aws.eks.AccessEntry).inputs["principalArn"] == ADMIN
    assert cloud.only(aws.eks.AccessPolicyAssociation).inputs["policyArn"] == (
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    )


def test_services_have_the_range_that_policies_count_on(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.only(aws.eks.Cluster).inputs["kubernetesNetworkConfig"] == {"serviceIpv4Cidr": "172.20.0.0/16"}


@pytest.mark.parametrize(("cidrs", "public"), [([], False), (["198.51.100.7/32"], True)])
def test_the_api_is_private_unless_ranges_are_named(cloud: Cloud, cidrs: list[str], public: bool) -> None:
    build(cloud, public_access_cidrs=cidrs)
    network = cloud.only(aws.eks.Cluster).inputs["vpcConfig"]
    assert network["endpointPrivateAccess"] is True
    assert network["endpointPublicAccess"] is public
    assert network.get("publicAccessCidrs", []) == cidrs


def test_secrets_are_enveloped_by_a_key_of_the_clusters_own(cloud: Cloud) -> None:
    build(cloud)
    encryption = cloud.only(aws.eks.Cluster).inputs["encryptionConfig"]
    assert encryption["resources"] == ["secrets"]
    assert encryption["provider"]["keyArn"].startswith("arn:aws:kms:")


def test_all_five_logs_go_to_a_group_made_beforehand(cloud: Cloud) -> None:
    build(cloud)
    cluster, group = cloud.only(aws.eks.Cluster), cloud.only(aws.cloudwatch.LogGroup)
    assert sorted(cluster.inputs["enabledClusterLogTypes"]) == [
        "api", "audit", "authenticator", "controllerManager", "scheduler",
    ]  # fmt: skip
    assert group.inputs["name"] == "/aws/eks/orders-test/cluster"
    assert group.urn in cluster.depends_on


def test_no_paid_extended_support_and_no_unmanaged_addons(cloud: Cloud) -> None:
    build(cloud)
    inputs = cloud.only(aws.eks.Cluster).inputs
    assert inputs["upgradePolicy"] == {"supportType": "STANDARD"}
    assert inputs["bootstrapSelfManagedAddons"] is False


ROLES = [
    ("deployer_principal_arns", "AmazonEKSEditPolicy", {"type": "namespace", "namespaces": ["orders"]}),
    ("viewer_principal_arns", "AmazonEKSViewPolicy", {"type": "cluster"}),
]


@pytest.mark.parametrize(("key", "policy", "scope"), ROLES, ids=[policy for _, policy, _ in ROLES])
def test_other_roles_may_do_less(cloud: Cloud, key: str, policy: str, scope: dict[str, object]) -> None:
    build(cloud, **{key: ["arn:aws:iam::111122223333:role/other"]})
    (association,) = [each for each in cloud.of(aws.eks.AccessPolicyAssociation) if "other" in each.name]
    assert association.inputs["policyArn"] == f"arn:aws:eks::aws:cluster-access-policy/{policy}"
    assert association.inputs["accessScope"] == scope


def test_the_network_plugin_and_the_identity_agent_come_before_the_nodes(cloud: Cloud) -> None:
    build(cloud)
    # what a component waits for, its children wait for as well
    for nodes in cloud.of("platform:eks_cluster:NodeGroup"):
        assert cloud.named("cluster-vpc-cni").urn in nodes.depends_on
        assert cloud.named("cluster-eks-pod-identity-agent").urn in nodes.depends_on
        assert cloud.named("cluster-node-join").urn in nodes.depends_on


@pytest.mark.parametrize(
    "addon", ["kube-proxy", "coredns", "aws-ebs-csi-driver", "metrics-server", "eks-node-monitoring-agent"]
)
def test_the_other_addons_wait_for_nodes(cloud: Cloud, addon: str) -> None:
    build(cloud)
    assert {each.urn for each in cloud.of(aws.eks.NodeGroup)} <= cloud.named(f"cluster-{addon}").depends_on


def test_every_addon_is_pinned(cloud: Cloud) -> None:
    build(cloud)
    assert {each.inputs["addonName"]: each.inputs["addonVersion"] for each in cloud.of(aws.eks.Addon)} == {
        "vpc-cni": "v1.22.3-eksbuild.1",
        "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
        "kube-proxy": "v1.35.3-eksbuild.17",
        "coredns": "v1.13.2-eksbuild.11",
        "aws-ebs-csi-driver": "v1.63.1-eksbuild.1",
        "metrics-server": "v0.8.1-eksbuild.10",
        "eks-node-monitoring-agent": "v1.6.4-eksbuild.1",
    }


def test_network_policies_are_enforced(cloud: Cloud) -> None:
    build(cloud)
    configuration = json.loads(cloud.named("cluster-vpc-cni").inputs["configurationValues"])
    assert configuration["enableNetworkPolicy"] == "true"
    assert configuration["env"]["ENABLE_PREFIX_DELEGATION"] == "true"


def test_pods_cannot_reach_the_nodes_role_and_disks_are_encrypted(cloud: Cloud) -> None:
    build(cloud)
    templates = [each.inputs for each in cloud.of(aws.ec2.LaunchTemplate)]
    assert len(templates) == 2
    for template in templates:
        assert template["metadataOptions"] == IMDSV2
        assert template["blockDeviceMappings"][0]["ebs"]["encrypted"] == "true"


def test_nodes_may_join_and_pull_images_and_nothing_else(cloud: Cloud) -> None:
    build(cloud)
    attached = [each for each in cloud.of(aws.iam.RolePolicyAttachment) if each.name.startswith("cluster-node-")]
    assert sorted(each.inputs["policyArn"].split("/")[-1] for each in attached) == [
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKSWorkerNodePolicy",
    ]


@pytest.mark.parametrize("image", ["AL2023_ARM_64_STANDARD", "BOTTLEROCKET_ARM_64"])
def test_nodes_are_arm64_of_the_clusters_version(cloud: Cloud, image: str) -> None:
    build(cloud, kubernetes_version="1.36", node_image=image)
    for group in cloud.of(aws.eks.NodeGroup):
        assert group.inputs["amiType"] == image
        assert group.inputs["version"] == "1.36"
        assert "remoteAccess" not in group.inputs
    disk = cloud.named("cluster-app-template").inputs["blockDeviceMappings"][0]["deviceName"]
    assert disk == ("/dev/xvdb" if "BOTTLEROCKET" in image else "/dev/xvda")


def test_applications_avoid_the_systems_nodes_while_there_is_room_elsewhere(cloud: Cloud) -> None:
    build(cloud)
    system, app = cloud.named("cluster-system-group").inputs, cloud.named("cluster-app-group").inputs
    assert system["taints"] == [{"key": "CriticalAddonsOnly", "value": "true", "effect": "PREFER_NO_SCHEDULE"}]
    assert "taints" not in app
    assert system["labels"] == {"platform/nodes": "system"}
    assert app["labels"] == {"platform/nodes": "app"}


@pytest.mark.parametrize("addon", ["coredns", "metrics-server"])
def test_controllers_run_on_the_systems_nodes(cloud: Cloud, addon: str) -> None:
    build(cloud)
    configuration = json.loads(cloud.named(f"cluster-{addon}").inputs["configurationValues"])
    assert configuration["nodeSelector"] == {"platform/nodes": "system"}


def test_the_operators_host_opens_no_port_and_reaches_https_alone(cloud: Cloud) -> None:
    build(cloud)
    host = cloud.only(aws.ec2.Instance).inputs
    assert host["tags"]["Name"] == "orders-test-operator"
    assert host["metadataOptions"] == IMDSV2
    assert host["associatePublicIpAddress"] is False
    assert "keyName" not in host
    (out,) = cloud.of(aws.vpc.SecurityGroupEgressRule)
    assert (out.inputs["fromPort"], out.inputs["toPort"]) == (443, 443)
    (into_cluster,) = cloud.of(aws.vpc.SecurityGroupIngressRule)
    assert into_cluster.inputs["securityGroupId"] != host["vpcSecurityGroupIds"][0]
    assert into_cluster.inputs["referencedSecurityGroupId"] == host["vpcSecurityGroupIds"][0]


def test_there_is_no_operators_host_where_none_is_wanted(cloud: Cloud) -> None:
    build(cloud, operator_host=False)
    assert cloud.of(aws.ec2.Instance) == []


@pytest.mark.parametrize("wanted", [True, False])
def test_guardduty_watches_by_setting(cloud: Cloud, wanted: bool) -> None:
    build(cloud, guardduty=wanted)
    assert {each.inputs["name"] for each in cloud.of(aws.guardduty.DetectorFeature)} == (
        {"EKS_AUDIT_LOGS", "RUNTIME_MONITORING"} if wanted else set()
    )


@pytest.mark.parametrize(("role", "service_account"), [("cni", "aws-node"), ("ebs", "ebs-csi-controller-sa")])
def test_addons_get_aws_permissions_by_pod_identity(cloud: Cloud, role: str, service_account: str) -> None:
    build(cloud)
    association = cloud.named(f"cluster-{role}-association").inputs
    assert (association["namespace"], association["serviceAccount"]) == ("kube-system", service_account)


def test_the_kubeconfig_is_secret_and_names_the_cluster(cloud: Cloud) -> None:
    kubeconfig, secret = cloud.value_of(lambda: create().kubeconfig)
    assert secret
    assert "orders-test" in json.loads(kubeconfig)["users"][0]["user"]["exec"]["args"]


def test_the_clusters_own_security_group_is_handed_on(cloud: Cloud) -> None:
    group, _ = cloud.value_of(lambda: create().cluster_security_group_id)
    assert group.startswith("sg-")


def test_managed_nodes_run_the_release_that_the_settings_name(cloud: Cloud) -> None:
    build(cloud, node_release="1.35.2-20261120")
    assert {each.inputs["releaseVersion"] for each in cloud.of(aws.eks.NodeGroup)} == {"1.35.2-20261120"}


def test_the_operators_host_finds_the_updates_of_later_releases(cloud: Cloud) -> None:
    build(cloud)
    host = cloud.only(aws.ec2.Instance).inputs
    lines = host["userData"].splitlines()
    assert lines.index("echo latest > /etc/dnf/vars/releasever") < lines.index("dnf install -y dnf-automatic")
    assert host["userDataReplaceOnChange"] is True
