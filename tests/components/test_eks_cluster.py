import json

import pulumi_aws as aws
import pytest

from components.eks_cluster import EksCluster, EksClusterArgs
from components.settings import ClusterSettings
from tests.cloud import Cloud
from tests.samples import TAGS

ADMIN = "arn:aws:iam::111122223333:role/deployer"


def create(**settings: object) -> EksCluster:
    return EksCluster(
        "cluster",
        EksClusterArgs(
            settings=ClusterSettings.model_validate({"admin_principal_arns": [ADMIN], **settings}),
            cluster_name="flowise-test",
            region="eu-west-1",
            control_plane_subnet_ids=["subnet-i", "subnet-j"],
            node_subnet_ids=["subnet-a", "subnet-b"],
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
    assert group.inputs["name"] == "/aws/eks/flowise-test/cluster"
    assert group.urn in cluster.depends_on


def test_no_paid_extended_support_and_no_unmanaged_addons(cloud: Cloud) -> None:
    build(cloud)
    inputs = cloud.only(aws.eks.Cluster).inputs
    assert inputs["upgradePolicy"] == {"supportType": "STANDARD"}
    assert inputs["bootstrapSelfManagedAddons"] is False


def test_the_network_plugin_and_the_identity_agent_come_before_the_nodes(cloud: Cloud) -> None:
    build(cloud)
    nodes = cloud.only(aws.eks.NodeGroup)
    assert cloud.named("cluster-vpc-cni").urn in nodes.depends_on
    assert cloud.named("cluster-eks-pod-identity-agent").urn in nodes.depends_on


@pytest.mark.parametrize("addon", ["kube-proxy", "coredns", "aws-ebs-csi-driver"])
def test_the_other_addons_wait_for_nodes(cloud: Cloud, addon: str) -> None:
    build(cloud)
    assert cloud.only(aws.eks.NodeGroup).urn in cloud.named(f"cluster-{addon}").depends_on


def test_every_addon_is_pinned(cloud: Cloud) -> None:
    build(cloud)
    assert {each.inputs["addonName"]: each.inputs["addonVersion"] for each in cloud.of(aws.eks.Addon)} == {
        "vpc-cni": "v1.22.3-eksbuild.1",
        "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
        "kube-proxy": "v1.35.3-eksbuild.17",
        "coredns": "v1.13.2-eksbuild.11",
        "aws-ebs-csi-driver": "v1.63.1-eksbuild.1",
    }


def test_network_policies_are_enforced(cloud: Cloud) -> None:
    build(cloud)
    configuration = json.loads(cloud.named("cluster-vpc-cni").inputs["configurationValues"])
    assert configuration["enableNetworkPolicy"] == "true"
    assert configuration["env"]["ENABLE_PREFIX_DELEGATION"] == "true"


def test_pods_cannot_reach_the_nodes_role_and_disks_are_encrypted(cloud: Cloud) -> None:
    build(cloud)
    template = cloud.only(aws.ec2.LaunchTemplate).inputs
    assert template["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }
    assert template["blockDeviceMappings"][0]["ebs"]["encrypted"] == "true"


def test_nodes_may_join_and_pull_images_and_nothing_else(cloud: Cloud) -> None:
    build(cloud)
    attached = [each for each in cloud.of(aws.iam.RolePolicyAttachment) if each.name.startswith("cluster-node-")]
    assert sorted(each.inputs["policyArn"].split("/")[-1] for each in attached) == [
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKSWorkerNodePolicy",
    ]


def test_nodes_are_arm64_of_the_clusters_version(cloud: Cloud) -> None:
    build(cloud, kubernetes_version="1.36")
    nodes = cloud.only(aws.eks.NodeGroup).inputs
    assert nodes["amiType"] == "AL2023_ARM_64_STANDARD"
    assert nodes["version"] == "1.36"
    assert "remoteAccess" not in nodes


@pytest.mark.parametrize(("role", "service_account"), [("cni", "aws-node"), ("ebs", "ebs-csi-controller-sa")])
def test_addons_get_aws_permissions_by_pod_identity(cloud: Cloud, role: str, service_account: str) -> None:
    build(cloud)
    association = cloud.named(f"cluster-{role}-association").inputs
    assert (association["namespace"], association["serviceAccount"]) == ("kube-system", service_account)


def test_the_kubeconfig_is_secret_and_names_the_cluster(cloud: Cloud) -> None:
    kubeconfig, secret = cloud.value_of(lambda: create().kubeconfig)
    assert secret
    assert "flowise-test" in json.loads(kubeconfig)["users"][0]["user"]["exec"]["args"]


def test_the_clusters_own_security_group_is_handed_on(cloud: Cloud) -> None:
    group, _ = cloud.value_of(lambda: create().cluster_security_group_id)
    assert group.startswith("sg-")
