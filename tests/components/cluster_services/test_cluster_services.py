import json
from dataclasses import replace

import pulumi_kubernetes as k8s
import pytest

from components.cluster_services.component import ClusterServices, ClusterServicesArgs
from components.shared.karpenter_settings import KarpenterSettings
from testing.cloud import Cloud
from tests.samples import CLUSTER, NETWORK, SECRETS, TAGS


def build(cloud: Cloud, karpenter: KarpenterSettings | None = None) -> ClusterServices:
    args = ClusterServicesArgs(
        karpenter=karpenter,
        cluster=CLUSTER,
        network=NETWORK,
        secret_readers=SECRETS.role_path,
        tags=TAGS,
    )
    return cloud.build(lambda: ClusterServices("services", args))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert any_cloud.named("services-controller").inputs["version"] == "3.5.0"


def test_disks_are_encrypted_by_default(cloud: Cloud) -> None:
    build(cloud)
    storage = cloud.only(k8s.storage.v1.StorageClass).inputs
    assert storage["parameters"] == {"type": "gp3", "encrypted": "true"}
    assert storage["metadata"]["annotations"] == {"storageclass.kubernetes.io/is-default-class": "true"}


def test_the_controller_asks_nothing_of_the_instance_metadata(cloud: Cloud) -> None:
    build(cloud)
    values = cloud.named("services-controller").inputs["values"]
    assert (values["clusterName"], values["region"], values["vpcId"]) == ("orders-test", "eu-west-1", "vpc-1")


def test_the_controller_may_register_targets_but_not_make_load_balancers(cloud: Cloud) -> None:
    build(cloud)
    policy = json.loads(cloud.named("services-controller-role-policy").inputs["policy"])
    looks, registers = policy["Statement"]
    assert all(":Describe" in action for action in looks["Action"])
    assert registers["Action"] == [
        "elasticloadbalancing:DeregisterTargets",
        "elasticloadbalancing:RegisterTargets",
    ]
    assert registers["Resource"] == ["arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/*"]
    # and of target groups its own stack's alone
    own = {f"aws:ResourceTag/{key}": TAGS[key] for key in ("Project", "Environment")}
    assert registers["Condition"] == {"StringEquals": own}


def test_the_controller_waits_for_its_permissions(cloud: Cloud) -> None:
    build(cloud)
    association = cloud.named("services-controller-role-association").urn
    assert association in cloud.named("services-controller").depends_on


def test_the_secret_operator_may_take_on_readers_of_this_stack_alone(cloud: Cloud) -> None:
    build(cloud)
    (statement,) = json.loads(cloud.named("services-secrets-role-policy").inputs["policy"])["Statement"]
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Resource"] == ["arn:aws:iam::123456789012:role/orders-test/secret-readers/*"]


def test_the_secret_operator_keeps_to_kinds_of_a_namespace(cloud: Cloud) -> None:
    build(cloud)
    values = cloud.named("services-secrets-release").inputs["values"]
    assert {key: values[key] for key in values if key.startswith("process")} == {
        "processClusterStore": False,
        "processClusterExternalSecret": False,
        "processClusterPushSecret": False,
        "processClusterGenerator": False,
        "processPushSecret": False,
    }


@pytest.mark.parametrize(
    ("private", "parameters", "beyond"),
    [((), False, True), (("secretsmanager", "sts"), False, False), (("secretsmanager", "sts"), True, True),
     (("secretsmanager", "ssm", "sts"), True, False)],
)  # fmt: skip
def test_the_secret_operator_reaches_beyond_the_network_where_aws_is_not_within(
    cloud: Cloud, private: tuple[str, ...], parameters: bool, beyond: bool
) -> None:
    args = ClusterServicesArgs(
        karpenter=None,
        cluster=CLUSTER,
        network=replace(NETWORK, private_services=private),
        secret_readers=SECRETS.role_path,
        tags=TAGS,
        reads_parameters=parameters,
    )
    cloud.build(lambda: ClusterServices("services", args))
    assert bool([each for each in cloud.created if each.name == "services-secrets-https"]) is beyond


def test_the_secret_operator_is_called_by_nobody(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.named("services-secrets-deny-all").inputs["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert [each.name for each in cloud.created if each.name == "services-secrets-webhook"] == []
    values = cloud.named("services-secrets-release").inputs["values"]
    assert (values["webhook"], values["certController"]) == ({"create": False}, {"create": False})
