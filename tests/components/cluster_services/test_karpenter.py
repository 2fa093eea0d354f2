import json
from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pytest

from components.shared.karpenter_settings import KarpenterSettings
from testing.cloud import Cloud
from tests.components.cluster_services.test_cluster_services import build as build_services
from tests.samples import TAGS

SETTINGS = KarpenterSettings.model_validate({"cpu_limit_cores": 40, "capacity_types": ("spot", "on-demand")})


def build(cloud: Cloud) -> None:
    build_services(cloud, SETTINGS)


def statements(cloud: Cloud) -> Mapping[str, Any]:
    policy = cloud.named("services-karpenter-role-policy").inputs["policy"]
    return {each["Sid"]: each for each in json.loads(policy)["Statement"]}


def custom(cloud: Cloud, kind: str) -> Mapping[str, Any]:
    (found,) = [each.inputs for each in cloud.created if each.type.endswith(f":{kind}")]
    return dict(found)


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert any_cloud.named("services-karpenter-release").inputs["version"] == "1.14.0"


def test_without_settings_there_is_none(cloud: Cloud) -> None:
    build_services(cloud)
    assert cloud.of(aws.sqs.Queue) == []


def test_its_nodes_may_join_and_pull_images(cloud: Cloud) -> None:
    build(cloud)
    entry = cloud.only(aws.eks.AccessEntry)
    assert entry.inputs["type"] == "EC2_LINUX"
    assert entry.urn in cloud.named("services-karpenter-release").depends_on
    attached = {each.inputs["policyArn"].split("/")[-1] for each in cloud.of(aws.iam.RolePolicyAttachment)}
    assert attached == {"AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy"}


def test_it_stops_and_names_only_nodes_that_are_marked_as_the_clusters(cloud: Cloud) -> None:
    build(cloud)
    found = statements(cloud)
    for sid in ("StopsItsNodes", "NamesItsNodes", "UsesItsTemplates"):
        assert found[sid]["Condition"]["StringEquals"]["aws:ResourceTag/kubernetes.io/cluster/orders-test"] == "owned"
    for sid in ("StartsMarkedNodes", "MarksWhatItStarts"):
        assert found[sid]["Condition"]["StringEquals"]["aws:RequestTag/kubernetes.io/cluster/orders-test"] == "owned"


def test_only_what_knows_no_narrower_resource_is_allowed_on_all(cloud: Cloud) -> None:
    build(cloud)
    everywhere = {sid for sid, each in statements(cloud).items() if each["Resource"] == ["*"]}
    assert everywhere == {"LooksAround", "ReadsPrices"}
    assert not [a for each in statements(cloud).values() for a in each["Action"] if a.endswith("*")]


def test_the_role_of_nodes_goes_to_instances_alone(cloud: Cloud) -> None:
    build(cloud)
    passed = statements(cloud)["HandsTheNodeRoleToNodes"]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    (resource,) = passed["Resource"]
    assert ":role/" in resource


def test_interruptions_reach_the_queue_and_nobody_else_writes_to_it(cloud: Cloud) -> None:
    build(cloud)
    queue = cloud.only(aws.sqs.Queue)
    assert queue.inputs["sqsManagedSseEnabled"] is True
    rules = cloud.of(aws.cloudwatch.EventRule)
    assert len(rules) == len(cloud.of(aws.cloudwatch.EventTarget)) == 4
    policy = cloud.only(aws.sqs.QueuePolicy)
    send, deny = json.loads(policy.inputs["policy"])["Statement"]
    assert send["Principal"] == {"Service": "events.amazonaws.com"}
    assert len(set(send["Condition"]["ArnEquals"]["aws:SourceArn"])) == 4
    assert {rule.urn for rule in rules} <= policy.depends_on
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_nodes_are_as_hardened_as_those_of_the_groups(cloud: Cloud) -> None:
    build(cloud)
    spec = custom(cloud, "EC2NodeClass")["spec"]
    assert spec["metadataOptions"]["httpTokens"] == "required"
    assert spec["metadataOptions"]["httpPutResponseHopLimit"] == 1
    assert spec["blockDeviceMappings"][0]["ebs"]["encrypted"] is True
    assert spec["subnetSelectorTerms"] == [{"id": "subnet-a"}, {"id": "subnet-b"}]
    assert spec["securityGroupSelectorTerms"] == [{"id": "sg-1"}]


def test_volumes_can_be_attached_to_its_nodes_under_the_policy_of_the_ebs_driver(cloud: Cloud) -> None:
    build(cloud)
    tags = custom(cloud, "EC2NodeClass")["spec"]["tags"]
    # AWS managed policy reference, AmazonEBSCSIDriverEKSClusterScopedPolicy: AttachVolume where this is the cluster's
    assert tags["ebs.csi.aws.com/cluster-name"] == "orders-test"
    assert tags.items() >= TAGS.items()


def test_the_pool_keeps_to_the_settings(cloud: Cloud) -> None:
    build(cloud)
    pool = custom(cloud, "NodePool")["spec"]
    assert pool["limits"] == {"cpu": "40"}
    wanted = {each["key"]: each["values"] for each in pool["template"]["spec"]["requirements"]}
    assert wanted["karpenter.sh/capacity-type"] == ["spot", "on-demand"]
    assert wanted["kubernetes.io/arch"] == ["arm64"]
    assert pool["template"]["spec"]["nodeClassRef"]["name"] == custom(cloud, "EC2NodeClass")["metadata"]["name"]


def test_the_controller_never_runs_on_nodes_that_it_makes(cloud: Cloud) -> None:
    build(cloud)
    release = cloud.named("services-karpenter-release").inputs
    assert release["values"]["nodeSelector"]["platform/nodes"] == "system"
    assert release["chart"] == "oci://public.ecr.aws/karpenter/karpenter"
    assert {each.inputs["version"] for each in cloud.of(k8s.helm.v3.Release)} == {"3.5.0", "2.1.0", "1.14.0"}


@pytest.mark.parametrize(
    ("given", "alias"), [({}, "al2023@latest"), ({"image_version": "v20261120"}, "al2023@v20261120")]
)
def test_its_nodes_run_the_newest_image_or_the_one_that_is_named(
    cloud: Cloud, given: dict[str, str], alias: str
) -> None:
    build_services(cloud, KarpenterSettings.model_validate(given))
    assert custom(cloud, "EC2NodeClass")["spec"]["amiSelectorTerms"] == [{"alias": alias}]
