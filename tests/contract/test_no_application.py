"""The components of a system called orders bear no trace of another application."""

import json
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest

from components.backups import Backups, BackupsArgs, BackupSettings, Budget, BudgetArgs
from components.backups.restore_check import RestoreCheck, RestoreCheckArgs
from components.cluster_services import ClusterServices, ClusterServicesArgs
from components.eks_cluster import ClusterSettings, EksCluster, EksClusterArgs
from components.pipeline_access import PipelineAccess, PipelineAccessArgs, PipelineSettings
from components.rds_postgres import DatabaseSettings, RdsPostgres, RdsPostgresArgs
from components.rds_postgres.setup import DatabaseSetup, DatabaseSetupArgs
from components.redis_cache import CacheSettings, RedisCache, RedisCacheArgs
from components.search_engine import SearchEngine, SearchEngineArgs, SearchSettings
from components.shared.access_log_bucket import AccessLogBucket, AccessLogBucketArgs
from components.shared.alarm_topic import AlarmTopic, AlarmTopicArgs
from components.shared.karpenter_settings import KarpenterSettings
from components.shared.node_image import NodeImage
from components.shared.references import Placement
from components.vpc import NetworkSettings, Vpc, VpcArgs
from testing.cloud import Cloud
from tests.samples import SECRETS

TAGS = {"Project": "orders", "Environment": "dev", "ManagedBy": "pulumi"}
FOREIGN = "flowise"
ADMIN = "arn:aws:iam::111122223333:role/orders-deployer"


def settings(model: Any, **given: object) -> Any:
    return model.model_validate(given)


def build() -> None:
    """Make what a system has below its own application, with all that settings may ask for."""
    region, stack = "eu-west-1", "orders-dev"
    alarms = AlarmTopic("alarms", AlarmTopicArgs(emails=["orders@example.com"], region=region, tags=TAGS))
    AccessLogBucket("access", AccessLogBucketArgs(expire_days=90, region=region, tags=TAGS))
    network = settings(
        NetworkSettings, cidr="10.20.0.0/16", zones=("eu-west-1a", "eu-west-1b"), egress_allowed_domains=(),
        pod_cidr="100.64.0.0/16", interface_endpoints=("eks", "logs"),
    )  # fmt: skip
    vpc = Vpc("vpc", VpcArgs(settings=network, region=region, protect_addresses=True, tags=TAGS))
    cluster = EksCluster(
        "cluster",
        EksClusterArgs(
            settings=settings(
                ClusterSettings, admin_principal_arns=(ADMIN,), deployer_principal_arns=(ADMIN + "2",), guardduty=True
            ),
            cluster_name=stack,
            application_namespace="orders",
            network=vpc.ref,
            protect_data=True,
            tags=TAGS,
        ),
    )
    ClusterServices(
        "services",
        ClusterServicesArgs(
            karpenter=KarpenterSettings(),
            cluster=cluster.ref,
            network=vpc.ref,
            secret_readers=f"/{stack}/secret-readers/",
            tags=TAGS,
        ),
        pulumi.ResourceOptions(provider=k8s.Provider("kubernetes", kubeconfig=cluster.kubeconfig)),
    )
    clients = {"cluster": cluster.cluster_security_group_id}
    database = RdsPostgres(
        "db",
        RdsPostgresArgs(
            settings=settings(DatabaseSettings, engine_version="16", proxy=True, blue_green_updates=True),
            identifier=stack,
            database_name="orders",
            owner="clerk",
            network=vpc.ref,
            clients=clients,
            alarms=alarms.target,
            copy_region="eu-central-1",
            tags=TAGS,
        ),
    )
    DatabaseSetup(
        "setup",
        DatabaseSetupArgs(
            tools_image=NodeImage("platform-tools:1.0.0"),
            cluster=cluster.ref,
            network=vpc.ref,
            target=database.setup_target,
            tags=TAGS,
        ),
    )
    RedisCache(
        "cache",
        RedisCacheArgs(
            settings=settings(CacheSettings, eviction_policy="allkeys-lru", replicas=1),
            identifier=stack,
            username="orders",
            purpose="Baskets",
            network=vpc.ref,
            clients=clients,
            alarms=alarms.target,
            tags=TAGS,
        ),
    )
    backups = Backups(
        "backups",
        BackupsArgs(
            settings=settings(BackupSettings, restore_tests=True, copy_region="eu-central-1"),
            stack_name=stack,
            network=vpc.ref,
            resource_arns={"RDS": database.instance_arn, "EKS": cluster.cluster_arn},
            trial=database.instance,
            clients=clients,
            alarms=alarms.target,
            tags=TAGS,
        ),
    )
    assert backups.trial_plan_arn is not None
    RestoreCheck(
        "restore-check",
        RestoreCheckArgs(
            plan_arn=backups.trial_plan_arn,
            instance=database.instance,
            stack_name=stack,
            tools_image=NodeImage("registry.example.com/tools:1.0.0"),
            cluster=cluster.ref,
            network=vpc.ref,
            tags=TAGS,
        ),
    )
    SearchEngine(
        "search",
        SearchEngineArgs(
            settings=settings(SearchSettings, image="registry.example.com/meilisearch:1.5.1"),
            client="orders",
            indexes=["articles"],
            tools_image=NodeImage("registry.example.com/tools:1.0.0"),
            placement=Placement(
                network=vpc.ref,
                cluster=cluster.ref,
                controllers=cluster,
                secret_access=SECRETS,
                alarms=alarms.target,
                access_log_bucket="access-logs",
                protect_data=True,
                tags=TAGS,
            ),
        ),
    )
    Budget("budget", BudgetArgs(monthly_usd=100, cost_tags={"Project": "orders"}, alarms=alarms.target, tags=TAGS))
    PipelineAccess(
        "pipeline",
        PipelineAccessArgs(
            settings=settings(PipelineSettings, repository="acme/orders"),
            project="orders",
            stack="dev",
            hosted_zone_id=None,
            tags=TAGS,
        ),
    )


@pytest.fixture
def orders(cloud: Cloud) -> Cloud:
    cloud.build(build)
    return cloud


def test_no_type_name_or_input_bears_another_application_s_name(orders: Cloud) -> None:
    assert len(orders.created) > 200
    told = [
        f"{each.type} {each.name}: {key}"
        for each in orders.created
        for key, value in {"type": each.type, "name": each.name, **each.inputs}.items()
        if FOREIGN in json.dumps(value, default=str).lower()
    ]
    assert told == []
