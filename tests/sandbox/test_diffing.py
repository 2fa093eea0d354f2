"""What a change of inputs does: an update, or a replacement."""

from typing import Any

import pytest

from sandbox.diffing import diff, diff_provider

INSTANCE: dict[str, Any] = {
    "identifier": "db",
    "instanceClass": "db.t4g.small",
    "engine": "postgres",
    "engineVersion": "17.5",
    "storageEncrypted": True,
}


def changed(token: str, old: dict[str, Any], **new: Any) -> tuple[list[str], tuple[str, ...]]:
    found = diff(token, old, {**old, **new})
    return [f"{change.kind} {change.path}" for change in found.changes], found.replaces


@pytest.mark.parametrize(
    ("token", "old", "new", "changes"),
    [
        ("aws:rds/instance:Instance", INSTANCE, {"instanceClass": "db.m7g.large"}, ["UPDATE instanceClass"]),
        ("aws:rds/instance:Instance", INSTANCE, {"engineVersion": "17.6"}, ["UPDATE engineVersion"]),
        ("aws:rds/instance:Instance", INSTANCE, {"tags": {"a.b/c": "x"}}, ["ADD tags"]),
        (
            "aws:ec2/vpc:Vpc",
            {"cidrBlock": "10.0.0.0/16", "tags": {"a.b": "x"}},
            {"tags": {"a.b": "y"}},
            ['UPDATE tags["a.b"]'],
        ),
        ("aws:eks/cluster:Cluster", {"name": "c", "version": "1.34"}, {"version": "1.35"}, ["UPDATE version"]),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"nodeType": "a"},
            {"nodeType": "b"},
            ["UPDATE nodeType"],
        ),
        ("aws:lb/loadBalancer:LoadBalancer", {"subnets": ["a", "b"]}, {"subnets": ["a", "b", "c"]}, ["ADD subnets[2]"]),
    ],
)
def test_is_an_update(token: str, old: dict[str, Any], new: dict[str, Any], changes: list[str]) -> None:
    assert changed(token, old, **new) == (changes, ())


@pytest.mark.parametrize(
    ("token", "old", "new", "replaces"),
    [
        (
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            {"securityGroupId": "sg-1"},
            {"securityGroupId": "sg-2"},
            ("securityGroupId",),
        ),
        ("aws:dynamodb/tableItem:TableItem", {"hashKey": "a"}, {"hashKey": "b"}, ("hashKey",)),
        ("aws:rds/instance:Instance", INSTANCE, {"storageEncrypted": False}, ("storageEncrypted",)),
        ("aws:rds/instance:Instance", INSTANCE, {"username": "other"}, ("username",)),
        ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": "10.1.0.0/16"}, ("cidrBlock",)),
        ("aws:ec2/subnet:Subnet", {"availabilityZone": "a"}, {"availabilityZone": "b"}, ("availabilityZone",)),
        ("aws:eks/cluster:Cluster", {"name": "a"}, {"name": "b"}, ("name",)),
        ("aws:s3/bucket:Bucket", {"bucket": "a"}, {"bucket": "b"}, ("bucket",)),
        ("aws:iam/role:Role", {"name": "a"}, {"name": "b"}, ("name",)),
        ("aws:sns/topic:Topic", {"name": "a"}, {"name": "b"}, ("name",)),
        *(
            ("aws:sns/topicSubscription:TopicSubscription", {key: "a"}, {key: "b"}, (key,))
            for key in ("endpoint", "protocol", "topic")
        ),
        ("aws:backup/selection:Selection", {"resources": ["a"]}, {"resources": ["a", "b"]}, ("resources",)),
        ("aws:lb/targetGroup:TargetGroup", {"port": 1}, {"port": 2}, ("port",)),
        ("aws:ec2/securityGroup:SecurityGroup", {"description": "a"}, {"description": "b"}, ("description",)),
        ("random:index/randomPassword:RandomPassword", {"length": 8}, {"length": 9}, ("length",)),
    ],
)
def test_is_a_replacement(token: str, old: dict[str, Any], new: dict[str, Any], replaces: tuple[str, ...]) -> None:
    assert changed(token, old, **new)[1] == replaces


def test_nothing_changed() -> None:
    assert changed("aws:rds/instance:Instance", INSTANCE, __defaults=["identifier"]) == ([], ())


@pytest.mark.parametrize(("content", "changes"), [("5e1f", []), ("9c0d", ["UPDATE code"])])
def test_an_archive_changes_with_its_content_and_not_with_its_path(content: str, changes: list[str]) -> None:
    # sdk/go/common/resource/sig: the key of a special value, and an archive's
    signed = {"4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7"}
    old = {"code": {**signed, "hash": "5e1f", "path": "/tmp/build-1"}}
    new = {**signed, "hash": content, "path": "/tmp/build-2"}
    assert changed("aws:lambda/function:Function", old, code=new) == (changes, ())


def test_a_fixed_name_makes_the_old_resource_go_first() -> None:
    fixed = diff("aws:sns/topic:Topic", {"name": "a", "fifoTopic": False}, {"name": "a", "fifoTopic": True})
    made_up = diff(
        "aws:sns/topic:Topic",
        {"name": "a", "fifoTopic": False},
        {"name": "a", "fifoTopic": True, "__defaults": ["name"]},
    )

    assert fixed.delete_before_replace
    assert not made_up.delete_before_replace


def test_a_kubernetes_provider_of_another_cluster_replaces_its_objects() -> None:
    assert diff_provider("kubernetes", {"kubeconfig": "a"}, {"kubeconfig": "b"}).replaces == ("kubeconfig",)


def test_a_cluster_identifier_shields_a_kubernetes_provider_from_its_kubeconfig() -> None:
    old, new = {"kubeconfig": "a", "clusterIdentifier": "c"}, {"kubeconfig": "b", "clusterIdentifier": "c"}

    assert diff_provider("kubernetes", old, new).replaces == ()
