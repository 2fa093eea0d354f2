import json

import pulumi
import pulumi_aws as aws
import pytest

from components.redis_cache.component import RedisCache, RedisCacheArgs
from components.redis_cache.settings import CacheSettings
from testing.cloud import Cloud
from tests.samples import TAGS


def create(**settings: object) -> RedisCache:
    return RedisCache(
        "cache",
        RedisCacheArgs(
            settings=CacheSettings.model_validate(settings),
            identifier="flowise-test",
            alarm_topic_arn="arn:aws:sns:eu-west-1:123456789012:alarms",
            region="eu-west-1",
            vpc_id="vpc-1",
            subnet_ids=["subnet-a", "subnet-b"],
            clients={"cluster": "sg-cluster"},
            tags=TAGS,
        ),
    )


def build(cloud: Cloud, **settings: object) -> RedisCache:
    return cloud.build(lambda: create(**settings))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert any_cloud.only(aws.elasticache.ReplicationGroup).inputs["engine"] == "valkey"


def test_it_is_encrypted_at_rest_and_on_the_way(cloud: Cloud) -> None:
    build(cloud)
    inputs = cloud.only(aws.elasticache.ReplicationGroup).inputs
    assert inputs["atRestEncryptionEnabled"] is True
    assert inputs["kmsKeyId"].startswith("arn:aws:kms:")
    assert inputs["transitEncryptionEnabled"] is True
    assert inputs["transitEncryptionMode"] == "required"


def test_nothing_is_evicted(cloud: Cloud) -> None:
    build(cloud)
    group = cloud.only(aws.elasticache.ParameterGroup).inputs
    assert group["parameters"] == [{"name": "maxmemory-policy", "value": "noeviction"}]


@pytest.mark.parametrize(("version", "family"), [("7.2", "valkey7"), ("8.2", "valkey8"), ("9.1", "valkey9")])
def test_the_parameter_family_follows_the_version(cloud: Cloud, version: str, family: str) -> None:
    build(cloud, engine_version=version)
    assert cloud.only(aws.elasticache.ParameterGroup).inputs["family"] == family


@pytest.mark.parametrize(("replicas", "nodes", "failover"), [(0, 1, False), (1, 2, True), (2, 3, True)])
def test_with_replicas_it_survives_a_zone(cloud: Cloud, replicas: int, nodes: int, failover: bool) -> None:
    build(cloud, replicas=replicas)
    inputs = cloud.only(aws.elasticache.ReplicationGroup).inputs
    assert inputs["numCacheClusters"] == nodes
    assert inputs["automaticFailoverEnabled"] is failover
    assert inputs["multiAzEnabled"] is failover


def test_cluster_mode_is_off(cloud: Cloud) -> None:
    build(cloud)
    inputs = cloud.only(aws.elasticache.ReplicationGroup).inputs
    assert inputs["clusterMode"] == "disabled"
    assert "numNodeGroups" not in inputs


def test_its_one_user_may_neither_administer_nor_empty_it(cloud: Cloud) -> None:
    build(cloud)
    user = cloud.only(aws.elasticache.User)
    assert {"-@admin", "-@dangerous"} <= set(user.inputs["accessString"].split())
    assert user.inputs["userName"] != "default"
    assert cloud.only(aws.elasticache.UserGroup).inputs["userIds"] == ["flowise-test-user"]
    group = cloud.only(aws.elasticache.ReplicationGroup).inputs
    assert group["userGroupIds"] == ["flowise-test-users"]
    assert "authToken" not in group


def test_its_two_passwords_are_secret_and_as_long_as_elasticache_wants(cloud: Cloud) -> None:
    build(cloud)
    user = cloud.only(aws.elasticache.User)
    assert "passwords" in user.secrets
    assert len(set(user.inputs["passwords"])) == 2
    assert all(16 <= len(password) <= 128 for password in user.inputs["passwords"])


@pytest.mark.parametrize("generation", [1, 2])
def test_the_login_in_use_is_kept_in_secrets_manager(cloud: Cloud, generation: int) -> None:
    build(cloud, password_generation=generation)
    version = cloud.only(aws.secretsmanager.SecretVersion)
    assert "secretString" in version.secrets
    login = json.loads(version.inputs["secretString"])
    assert sorted(login) == ["host", "password", "port", "username"]
    passwords = cloud.only(aws.elasticache.User).inputs["passwords"]
    assert login["password"] == passwords[generation - 1]


def test_it_hands_on_where_the_password_is_and_not_the_password(cloud: Cloud) -> None:
    arn, hidden = cloud.value_of(lambda: pulumi.Output.from_input(create().password.arn))
    assert (arn, hidden) == (cloud.only(aws.secretsmanager.SecretVersion).inputs["secretId"], False)


def test_a_new_group_begins_with_a_snapshot_where_one_is_named(cloud: Cloud) -> None:
    build(cloud, restore_snapshot="flowise-prod-final-1")
    assert cloud.only(aws.elasticache.ReplicationGroup).inputs["snapshotName"] == "flowise-prod-final-1"


def test_every_node_has_its_alarms(cloud: Cloud) -> None:
    build(cloud, replicas=1)
    alarms = cloud.of(aws.cloudwatch.MetricAlarm)
    nodes = {alarm.inputs["dimensions"]["CacheClusterId"][-4:] for alarm in alarms}
    assert nodes == {"-001", "-002"}
    assert {"Evictions", "ReplicationLag"} <= {alarm.inputs["metricName"] for alarm in alarms}


def test_only_named_clients_reach_its_port(cloud: Cloud) -> None:
    build(cloud)
    rule = cloud.only(aws.vpc.SecurityGroupIngressRule).inputs
    assert rule["referencedSecurityGroupId"] == "sg-cluster"
    assert (rule["fromPort"], rule["toPort"]) == (6379, 6379)


def test_engine_and_slow_logs_are_delivered(cloud: Cloud) -> None:
    build(cloud)
    logs = cloud.only(aws.elasticache.ReplicationGroup).inputs["logDeliveryConfigurations"]
    assert sorted(log["logType"] for log in logs) == ["engine-log", "slow-log"]
    assert all(group.inputs["kmsKeyId"].startswith("arn:aws:kms:") for group in cloud.of(aws.cloudwatch.LogGroup))


def test_snapshots_are_kept_for_the_days_set(cloud: Cloud) -> None:
    build(cloud, snapshot_retention_days=9)
    inputs = cloud.only(aws.elasticache.ReplicationGroup).inputs
    assert inputs["snapshotRetentionLimit"] == 9


def test_a_final_snapshot_is_named_by_the_stack_and_anew_for_each_group(cloud: Cloud) -> None:
    build(cloud)
    # by such a name the deploy role may make it, and no other stack's cache takes it
    assert (
        cloud.only(aws.elasticache.ReplicationGroup).inputs["finalSnapshotIdentifier"].startswith("flowise-test-final-")
    )
    replaced_by = cloud.named("cache-life").inputs["keepers"]
    assert replaced_by["key"].startswith("arn:aws:kms:")
    assert replaced_by["subnets"] == cloud.only(aws.elasticache.ReplicationGroup).inputs["subnetGroupName"]
