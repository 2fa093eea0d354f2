"""Pairs of the laws in `sandbox/laws/teardown.py`."""

from typing import Any

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import cluster, database, node_group, role, subnet, two_zones, vpc


def _in_vpc(_: Any) -> None:
    subnet("one", vpc(), 1)


def _group_in_use(_: Any) -> None:
    network = vpc()
    group = aws.ec2.SecurityGroup("group", vpc_id=network.id)
    aws.lb.LoadBalancer("lb", subnets=[each.id for each in two_zones(network)], security_groups=[group.id])


def _nat_and_gateway(_: Any) -> None:
    network = vpc()
    aws.ec2.InternetGateway("gateway", vpc_id=network.id)
    aws.ec2.NatGateway("nat", subnet_id=subnet("one", network, 1).id, allocation_id=aws.ec2.Eip("address").id)


def _cluster_with_nodes(_: Any) -> None:
    node_group(cluster())


def _role_with_policy(_: Any) -> None:
    own = role()
    aws.iam.RolePolicyAttachment("attachment", role=own.name, policy_arn="arn:aws:iam::aws:policy/ReadOnlyAccess")


def _bucket_with_objects(force: bool) -> None:
    bucket = aws.s3.Bucket("bucket", bucket="files-of-flowise", force_destroy=force)
    aws.s3.BucketObjectv2("object", bucket=bucket.id, key="a", content="b")


def _guarded_database(guarded: bool) -> None:
    database(deletion_protection=guarded)


def _guarded_balancer(guarded: bool) -> None:
    aws.lb.LoadBalancer("lb", subnets=[each.id for each in two_zones(vpc())], enable_deletion_protection=guarded)


def _guarded_cluster(guarded: bool) -> None:
    cluster(deletion_protection=guarded)


def _last_snapshot(name: str | None) -> None:
    database(skip_final_snapshot=False, final_snapshot_identifier=name)


def _hosted_version(_: Any) -> None:
    application = aws.appconfig.Application("application")
    profile = aws.appconfig.ConfigurationProfile("profile", application_id=application.id, location_uri="hosted")
    aws.appconfig.HostedConfigurationVersion(
        "hosted",
        application_id=application.id,
        configuration_profile_id=profile.configuration_profile_id,
        content="{}",
        content_type="application/json",
    )


PAIRS = [
    Pair(
        "resource-in-use",
        "ConflictException",
        _hosted_version,
        0,
        0,
        GITHUB + "aws/aws-cdk/pull/26829",
        deletes="profile",
    ),
    Pair(
        "resource-in-use",
        "DependencyViolation",
        _in_vpc,
        0,
        0,
        GITHUB + "pulumi-zephyr/zephyr-app/issues/9",
        deletes="vpc",
    ),
    Pair(
        "resource-in-use",
        "has a dependent object: aws:lb/loadBalancer:LoadBalancer lb",
        _group_in_use,
        0,
        0,
        GITHUB + "hashicorp/terraform/issues/31658",
        deletes="group",
    ),
    Pair("resource-in-use", "has a dependent object: aws:ec2/natGateway", _nat_and_gateway, 0, 0, deletes="one"),
    Pair(
        "internet-gateway-in-use",
        "has some mapped public address(es)",
        _nat_and_gateway,
        0,
        0,
        GITHUB + "hashicorp/terraform/issues/1303",
        deletes="gateway",
    ),
    Pair("resource-in-use", "ResourceInUseException", _cluster_with_nodes, 0, 0, deletes="cluster"),
    Pair("resource-in-use", "DeleteConflict", _role_with_policy, 0, 0, deletes="role"),
    Pair("bucket-not-empty", "BucketNotEmpty", _bucket_with_objects, False, True, deletes="bucket"),
    Pair("deletion-protection", "Cannot delete protected DB Instance", _guarded_database, True, False, deletes="db"),
    Pair("deletion-protection", "deletion protection is enabled", _guarded_balancer, True, False, deletes="lb"),
    Pair("deletion-protection", "Deletion protection is enabled", _guarded_cluster, True, False, deletes="cluster"),
    Pair(
        "final-snapshot-name",
        "final_snapshot_identifier is required",
        _last_snapshot,
        None,
        "last",
        GITHUB + "mitodl/ol-infrastructure/pull/1576",
        deletes="db",
    ),
]
