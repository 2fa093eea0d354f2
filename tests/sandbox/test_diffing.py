"""What a change of inputs does: an update, or a replacement."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from sandbox.diffing import diff, diff_provider
from sandbox.wire import UNKNOWN

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


def kubeconfig(server: str = "https://a", token: str = "t", current: str = "one", form: Any = json.dumps) -> Any:
    return form(
        {
            "clusters": [
                {"name": "c", "cluster": {"server": server}},
                {"name": "d", "cluster": {"server": "https://d"}},
            ],
            "contexts": [
                {"name": "one", "context": {"cluster": "c", "user": "u"}},
                {"name": "other", "context": {"cluster": "d", "user": "u"}},
            ],
            "current-context": current,
            "users": [{"name": "u", "user": {"token": token}}],
        }
    )


HERE, NAMED = {"kubeconfig": kubeconfig()}, {"clusterIdentifier": "c"}
SETTINGS: Mapping[str, tuple[Any, Any, tuple[str, ...]]] = {
    "another cluster": (HERE, {"kubeconfig": kubeconfig("https://b")}, ("kubeconfig",)),
    "another user of the same": (HERE, {"kubeconfig": kubeconfig(token="s")}, ()),
    "the same in another form": (HERE, {"kubeconfig": kubeconfig(form=yaml.safe_dump)}, ()),
    "another current context": (HERE, {"kubeconfig": kubeconfig(current="other")}, ("kubeconfig",)),
    "another context": (HERE, {**HERE, "context": "other"}, ("context",)),
    "another cluster by name": (HERE, {**HERE, "cluster": "d"}, ("cluster",)),
    "a context that leads to the same": (HERE, {**HERE, "context": "one"}, ()),
    "what leads nowhere": (HERE, {**HERE, "context": "absent"}, ()),
    "what is no kubeconfig": ({"kubeconfig": "a"}, {"kubeconfig": "b"}, ()),
    "a kubeconfig that is not known yet": (HERE, {"kubeconfig": UNKNOWN}, ("kubeconfig",)),
    "the same name of another cluster": ({**HERE, **NAMED}, {**NAMED, "kubeconfig": kubeconfig("https://b")}, ()),
    "the same name, and not known yet": ({**HERE, **NAMED}, {**NAMED, "kubeconfig": UNKNOWN}, ()),
    "another name": ({**HERE, **NAMED}, {**HERE, "clusterIdentifier": "d"}, ("clusterIdentifier",)),
    "a name for the first time": (HERE, {**HERE, **NAMED}, ()),
    "a name no longer": ({**HERE, **NAMED}, HERE, ()),
    "another folder of YAML": (
        {**HERE, "renderYamlToDirectory": "a"},
        {**HERE, "renderYamlToDirectory": "b"},
        ("renderYamlToDirectory",),
    ),
    "a default namespace": (HERE, {**HERE, "namespace": "n"}, ()),
}


@pytest.mark.parametrize("what", SETTINGS)
def test_a_kubernetes_provider_that_leads_to_another_cluster_replaces_its_objects(what: str) -> None:
    old, new, replaces = SETTINGS[what]
    assert diff_provider("kubernetes", old, new).replaces == replaces
