import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.redis_cache.component import RedisCache, RedisCacheArgs
from components.redis_cache.settings import CacheSettings
from testing.cloud import Cloud
from tests.samples import ALARMS, NETWORK, TAGS


def create(*, username: str = "orders", observed: Sequence[str] = (), **settings: Any) -> RedisCache:
    return RedisCache(
        "cache",
        RedisCacheArgs(
            settings=CacheSettings.model_validate(settings),
            identifier="orders-test",
            username=username,
            observed=observed,
            purpose="Jobs of orders",
            alarms=ALARMS,
            network=NETWORK,
            clients={"cluster": "sg-cluster"},
            tags=TAGS,
        ),
    )


def build(cloud: Cloud, **settings: Any) -> RedisCache:
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


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
def test_what_may_be_lost_is_evicted_where_the_settings_say_so_and_nobody_is_waked(cloud: Cloud, policy: str) -> None:
    build(cloud, eviction_policy=policy)
    group = cloud.only(aws.elasticache.ParameterGroup).inputs
    assert group["parameters"] == [{"name": "maxmemory-policy", "value": policy}]
    metrics = {each.inputs["metricName"] for each in cloud.of(aws.cloudwatch.MetricAlarm)}
    assert metrics == {"EngineCPUUtilization", "AuthenticationFailures"}


@pytest.mark.parametrize("username", ["default", "", "Orders", "or ders", "1", "o" * 65])
def test_a_user_s_name_that_would_not_do_is_refused(cloud: Cloud, username: str) -> None:
    with pytest.raises(ValueError, match="username"):
        build(cloud, username=username)
    assert cloud.created == []


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
    assert cloud.only(aws.elasticache.UserGroup).inputs["userIds"] == ["orders-test-user"]
    group = cloud.only(aws.elasticache.ReplicationGroup).inputs
    assert group["userGroupIds"] == ["orders-test-users"]
    assert "authToken" not in group


def test_who_looks_at_some_keys_may_read_these_and_do_nothing_else(cloud: Cloud) -> None:
    cache = build(cloud, observed=["jobs:*", "orders*"], password_generation=2)
    user = cloud.named("cache-observer")
    assert cloud.only(aws.elasticache.UserGroup).inputs["userIds"] == ["orders-test-user", "orders-test-observer"]
    assert user.inputs["userName"] == "orders-observer"
    on, *rules = user.inputs["accessString"].split()
    assert (on, rules[:4]) == ("on", ["~jobs:*", "~orders*", "resetchannels", "-@all"])
    # no category, and of commands none that writes or looks at keys beyond those
    assert all(rule.startswith("+") and "@" not in rule for rule in rules[4:])
    assert not {"+set", "+del", "+keys", "+scan", "+client", "+config", "+get", "+dump", "+hgetall"} & set(rules)
    version = cloud.named("cache-observer-credentials-version")
    login = json.loads(version.inputs["secretString"])
    assert "secretString" in version.secrets
    assert login["username"] == "orders-observer"
    assert login["password"] == user.inputs["passwords"][1]
    assert login["password"] not in cloud.named("cache-user").inputs["passwords"]
    seen = cache.ref.for_observers
    assert (seen.username, seen.observer) != (cache.ref.username, cache.ref.observer)
    assert seen.password == cache.ref.observer.password if cache.ref.observer else False


def test_without_a_second_user_the_first_one_looks(cloud: Cloud) -> None:
    ref = build(cloud).ref
    assert ref.for_observers is ref


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
    build(cloud, restore_snapshot="orders-prod-final-1")
    assert cloud.only(aws.elasticache.ReplicationGroup).inputs["snapshotName"] == "orders-prod-final-1"


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
        cloud.only(aws.elasticache.ReplicationGroup).inputs["finalSnapshotIdentifier"].startswith("orders-test-final-")
    )
    replaced_by = cloud.named("cache-life").inputs["keepers"]
    assert replaced_by["key"].startswith("arn:aws:kms:")
    assert replaced_by["subnets"] == cloud.only(aws.elasticache.ReplicationGroup).inputs["subnetGroupName"]
