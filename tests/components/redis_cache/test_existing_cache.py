from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.redis_cache import ExistingCache, RedisCacheArgs, valkey
from components.redis_cache.existing_checks import FoundGroup, faults
from components.redis_cache.settings import CacheSettings
from components.shared.external_secrets import SecretField
from components.shared.watch import NamedMetrics, Watch
from testing.cloud import Cloud
from tests.samples import ALARMS, NETWORK, TAGS

EXISTING = {
    "host": "master.orders.abc.euw1.cache.amazonaws.com",
    "port": 6380,
    "username": "orders",
    "secret_arn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/cache-AbCdEf",
    "cidrs": ["10.40.8.0/22"],
}
GROUP = {**EXISTING, "replication_group_id": "theirs"}
RAW = {
    "clusterMode": "disabled",
    "nodeType": "cache.t4g.small",
    "numCacheClusters": 2,
    "automaticFailoverEnabled": True,
    "snapshotRetentionLimit": 1,
}
SETTINGS = CacheSettings(replicas=1)
FIT = FoundGroup(
    cluster_mode="disabled", node_type="cache.t4g.small", nodes=2, fails_over=True, snapshot_retention_days=1
)


def answer(cloud: Cloud, **group: Any) -> None:
    cloud.answers["aws:elasticache/getReplicationGroup:getReplicationGroup"] = lambda _: {**RAW, **group}
    cloud.answers["aws:secretsmanager/getSecret:getSecret"] = lambda asked: {**asked, "kmsKeyId": ""}


def create(existing: Mapping[str, Any]) -> ExistingCache:
    made = valkey(
        "cache",
        RedisCacheArgs(
            settings=CacheSettings.model_validate({"existing": existing, "replicas": 1}),
            identifier="orders-test",
            username="ours",
            purpose="Jobs of orders",
            alarms=ALARMS,
            network=NETWORK,
            clients={"cluster": "sg-cluster"},
            tags=TAGS,
        ),
        pulumi.ResourceOptions(protect=True),
    )
    assert isinstance(made, ExistingCache)
    return made


def test_nothing_is_made_of_a_server_that_aws_does_not_know(cloud: Cloud) -> None:
    answer(cloud)
    made = cloud.build(lambda: create(EXISTING))
    assert not [each for each in cloud.created if each.custom]
    assert made.watch == Watch()


def test_each_node_of_a_group_is_watched(cloud: Cloud) -> None:
    answer(cloud)
    made = cloud.build(lambda: create(GROUP))
    nodes = {"theirs-001", "theirs-002"}
    alarms = cloud.of(aws.cloudwatch.MetricAlarm)
    assert {each.inputs["dimensions"]["CacheClusterId"] for each in alarms} == nodes
    assert not any(each.protect for each in alarms)
    metrics = [each for each in made.watch.cloudwatch.metrics if isinstance(each, NamedMetrics)]
    assert {each.dimensions["CacheClusterId"] for each in metrics} == nodes
    assert {each.place for each in metrics} == {"stack"}


def test_an_application_is_told_how_to_log_in(cloud: Cloud) -> None:
    answer(cloud)

    def read() -> pulumi.Output[Any]:
        ref = create(EXISTING).ref
        assert isinstance(ref.password, SecretField)
        return pulumi.Output.all(ref.address, ref.port, ref.username, ref.password.arn, ref.password.key_arn)

    assert cloud.value_of(read)[0] == [EXISTING["host"], 6380, "orders", EXISTING["secret_arn"], None]


def test_an_unfit_one_is_refused_before_anything_is_made(cloud: Cloud) -> None:
    answer(cloud, clusterMode="enabled")
    with pytest.raises(pulumi.RunError, match="its cluster mode is enabled"):
        cloud.build(lambda: create(GROUP))
    assert not cloud.of(aws.cloudwatch.MetricAlarm)


def test_a_fit_group_has_no_faults() -> None:
    assert list(faults(FIT, SETTINGS)) == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (replace(FIT, cluster_mode="enabled"), "its cluster mode is enabled"),
        (replace(FIT, node_type="cache.m7g.large"), "write that as cache.node_type, which says cache.t4g.small"),
        (replace(FIT, nodes=3), "write 2 as cache.replicas, which says 1"),
        (replace(FIT, fails_over=False), "turn automatic failover on"),
        (replace(FIT, snapshot_retention_days=0), "kept 0 days: raise that to cache.snapshot_retention_days, 1"),
    ],
)
def test_a_group_is_refused_for(wrong: FoundGroup, says: str) -> None:
    (fault,) = faults(wrong, SETTINGS)
    assert says in fault


@pytest.mark.parametrize("made", [{"restore_snapshot": "s"}, {"password_generation": 2}])
def test_what_only_a_cache_of_the_stacks_own_has_is_refused(made: dict[str, Any]) -> None:
    (key,) = made
    with pytest.raises(ValueError, match=f"{key} is of a cache that the stack makes"):
        CacheSettings.model_validate({"existing": EXISTING, **made})
