"""A shop's orders: a web service with a worker, its database, cache, network, cluster, CDN and monitoring."""

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pulumi_random as random

from components import web_service as web
from components.cluster_services import ClusterServices, ClusterServicesArgs
from components.config.base_stack import BaseStack
from components.config.loading import load
from components.eks_cluster import ClusterSettings, EksCluster, EksClusterArgs
from components.monitoring_stack import MonitoringSettings, MonitoringStack, MonitoringStackArgs
from components.rds_postgres import DatabaseSettings, RdsPostgres, RdsPostgresArgs
from components.rds_postgres.setup import DatabaseSetup, DatabaseSetupArgs
from components.redis_cache import CacheSettings, RedisCache, RedisCacheArgs
from components.shared.access_log_bucket import AccessLogBucket, AccessLogBucketArgs
from components.shared.alarm_topic import AlarmTopic, AlarmTopicArgs
from components.shared.edge_profile import EdgeProfile
from components.shared.node_image import NodeImage
from components.shared.references import Placement
from components.vpc import NetworkSettings, Vpc, VpcArgs
from components.waf_cdn import EdgeSettings, WafCdn, WafCdnArgs

IMAGE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:1.4.0@sha256:" + "0123456789abcdef" * 4
TOOLS = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/platform-tools:1.0.0@sha256:" + "0123456789abcdef" * 4


class Settings(BaseStack):
    """What the stacks of orders differ in."""

    network: NetworkSettings
    cluster: ClusterSettings
    edge: EdgeSettings
    database: DatabaseSettings = DatabaseSettings()
    cache: CacheSettings = CacheSettings()
    monitoring: MonitoringSettings = MonitoringSettings()


settings = load(Settings, pulumi.get_project())
region, tags, name = settings.region, settings.all_tags("orders"), f"orders-{pulumi.get_stack()}"
in_aws = pulumi.ResourceOptions(providers=[aws.Provider("aws", region=region), random.Provider("random")])
alarms = AlarmTopic("alarms", AlarmTopicArgs(emails=["shop@example.com"], region=region, tags=tags), in_aws)
logs = AccessLogBucket("access", AccessLogBucketArgs(expire_days=30, region=region, tags=tags), in_aws)
vpc = Vpc("vpc", VpcArgs(settings=settings.network, region=region, protect_addresses=False, tags=tags), in_aws)
cluster = EksCluster("cluster", EksClusterArgs(settings=settings.cluster, cluster_name=name, protect_data=False,
    application_namespace="orders", network=vpc.ref, tags=tags), in_aws)  # fmt: skip
clients = {"cluster": cluster.cluster_security_group_id}
database = RdsPostgres("db", RdsPostgresArgs(settings=settings.database, copy_region=None, identifier=name,
    database_name="orders", owner="orders", network=vpc.ref, clients=clients, alarms=alarms.target, tags=tags),
    in_aws)  # fmt: skip
cache = RedisCache("cache", RedisCacheArgs(settings=settings.cache, identifier=name, username="orders",
    purpose="Carts and jobs", network=vpc.ref, clients=clients, alarms=alarms.target, tags=tags), in_aws)  # fmt: skip
provider = k8s.Provider("kubernetes", kubeconfig=cluster.kubeconfig, cluster_identifier=cluster.cluster_arn,
    opts=pulumi.ResourceOptions(depends_on=[cluster]))  # fmt: skip
in_cluster = pulumi.ResourceOptions.merge(in_aws, pulumi.ResourceOptions(providers=[provider]))
services = ClusterServices("services", ClusterServicesArgs(karpenter=None, cluster=cluster.ref, network=vpc.ref,
    secret_readers=f"/{name}/secret-readers/", tags=tags), in_cluster)  # fmt: skip
setup = DatabaseSetup("setup", DatabaseSetupArgs(tools_image=NodeImage(TOOLS), cluster=cluster.ref, network=vpc.ref,
    target=database.setup_target, tags=tags), in_cluster)  # fmt: skip
placement = Placement(network=vpc.ref, cluster=cluster.ref, controllers=services, tags=tags, protect_data=False,
    secret_access=services.secret_access, alarms=alarms.target, access_log_bucket=logs.bucket_name)  # fmt: skip

small = web.Resources(cpu_request_millicores=250, memory_request_mib=512, memory_limit_mib=512)
health, alive = web.Probe(path="/health"), web.Probe(command=["alive"])
answers = web.Probes(liveness=web.Probe(path="/health", period_seconds=30), readiness=health)
works = web.Probes(liveness=web.Probe(command=["alive"], failure_threshold=6), readiness=alive)
site = web.Process(name="web", resources=small, probes=answers, port=3030, replicas_min=2, replicas_max=6)
worker = web.Process(name="worker", args=["work"], resources=small, probes=works, replicas_min=2, replicas_max=8,
    scaled_by=web.QueueStream(stream="orders", consumer_group="workers", waiting_per_pod=5))  # fmt: skip
db, timeouts, profile = setup.database, web.timeouts_of(60), EdgeProfile(health_path="/health", health_answer="ok")
environment = [web.EnvVar("DATABASE_HOST", db.address), web.EnvVar("DATABASE_USER", db.username),
    web.EnvVar("DATABASE_PASSWORD", db.password), web.EnvVar("CACHE_PASSWORD", cache.ref.password)]  # fmt: skip
queue = web.QueueServer(address=cache.address, port=cache.port, username=cache.username,
    password_variable="CACHE_PASSWORD")  # fmt: skip
service = web.WebService("app", web.WebServiceArgs(application="orders", environment=environment, timeouts=timeouts,
    releases={"": web.Release(image=IMAGE, processes=[site, worker])}, placement=placement, profile=profile,
    site=web.Site(domain=settings.edge.domain), access=web.NetworkAccess(database=True, cache=True),
    queue_server=queue), in_cluster)  # fmt: skip
edge = WafCdn("edge", WafCdnArgs(settings=settings.edge, profile=profile, stack_name=name, origin=service.origin,
    access_logs=logs.ref, alarm_emails=["shop@example.com"], tags=tags), in_aws)  # fmt: skip
MonitoringStack("monitoring", MonitoringStackArgs(settings=settings.monitoring, watch=[vpc.watch, cluster.watch,
    database.watch, cache.watch, service.watch, edge.watch], environment=settings.environment,
    placement=placement), in_cluster)  # fmt: skip
pulumi.export("url", edge.url)
