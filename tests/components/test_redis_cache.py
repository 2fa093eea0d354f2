import json

import pulumi_aws as aws
import pulumi_random as random
import pytest

from components.redis_cache import RedisCache, RedisCacheArgs
from components.settings import CacheSettings
from tests.cloud import Cloud
from tests.samples import TAGS


def create(**settings: object) -> RedisCache:
    return RedisCache(
        "cache",
        RedisCacheArgs(
            settings=CacheSettings.model_validate(settings),
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


def test_the_token_is_secret_and_of_signs_that_elasticache_takes(cloud: Cloud) -> None:
    build(cloud)
    token = cloud.only(random.RandomPassword).inputs
    assert set(token["overrideSpecial"]) <= set("!&#$^<>-")
    assert 16 <= token["length"] <= 128
    group = cloud.only(aws.elasticache.ReplicationGroup)
    assert "authToken" in group.secrets


def test_the_login_is_kept_in_secrets_manager(cloud: Cloud) -> None:
    build(cloud)
    version = cloud.only(aws.secretsmanager.SecretVersion)
    assert "secretString" in version.secrets
    assert sorted(json.loads(version.inputs["secretString"])) == ["host", "password", "port"]


def test_the_token_it_hands_on_is_secret(cloud: Cloud) -> None:
    _, secret = cloud.value_of(lambda: create().auth_token)
    assert secret


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
    assert inputs["finalSnapshotIdentifier"].startswith("cache-final-")
