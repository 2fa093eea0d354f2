"""TikTrend: FastAPI, Celery workers and MeiliSearch on the platform's components."""

import pulumi

from components.backups import backups_watch
from components.config.loading import load
from components.eks_cluster import EksCluster, EksClusterArgs
from components.monitoring_stack import MonitoringStack, MonitoringStackArgs
from components.rds_postgres import RdsPostgresArgs, postgres
from components.redis_cache import RedisCacheArgs, valkey
from components.search_engine import SearchEngine, SearchEngineArgs
from components.vpc import Vpc, VpcArgs
from components.waf_cdn import WafCdn, WafCdnArgs
from components.web_service import NetworkAccess, QueueServer, WebService, WebServiceArgs
from examples.tiktrend import application as app
from examples.tiktrend.stack import StackSettings
from examples.tiktrend.watched import watch
from surroundings import Surroundings

settings = load(StackSettings, pulumi.get_project())
around = Surroundings(settings)
name, tags, region, alarms = around.stack_name, around.tags, settings.region, around.alarms.target
logs = around.access_logs

network = VpcArgs(
    settings=settings.network,
    region=region,
    protect_addresses=settings.protect_data,
    balancer_asks_out=settings.edge.sign_in is not None,
    egress_domains=settings.monitoring.notifications.hosts(),
    pulls_from_internet=settings.pulls_from_internet(),
    database_road=settings.database.road(),
    cache_road=settings.cache.road(),
    tags=tags,
)
vpc = Vpc("vpc", network, around.in_aws)
cluster_args = EksClusterArgs(
    settings=settings.cluster,
    cluster_name=name,
    application_namespace=app.NAME,
    network=vpc.ref,
    protect_data=settings.protect_data,
    node_statements=around.node_statements,
    tags=tags,
)
cluster = EksCluster("cluster", cluster_args, around.in_aws)
clients = {"cluster": cluster.cluster_security_group_id}
database_args = RdsPostgresArgs(
    settings=settings.database,
    copy_region=settings.backup.copy_region,
    identifier=name,
    database_name=app.DATABASE,
    owner=app.NAME,
    network=vpc.ref,
    clients=clients,
    alarms=alarms,
    tags=tags,
)
database = postgres("db", database_args, around.holds_data)
cache_args = RedisCacheArgs(
    settings=settings.cache,
    identifier=name,
    username=app.NAME,
    purpose="Jobs, sessions, and answers that are kept for seconds",
    observed=app.OBSERVED,
    network=vpc.ref,
    clients=clients,
    alarms=alarms,
    tags=tags,
)
cache = valkey("cache", cache_args, around.holds_data)

in_cluster = around.in_cluster(cluster)
services = around.cluster_services(vpc, cluster, in_cluster)
login = around.database_login(vpc, cluster, database, in_cluster)
search_args = SearchEngineArgs(
    settings=settings.search,
    client=app.NAME,
    indexes=[app.INDEX],
    tools_image=settings.script_image(),
    network=vpc.ref,
    cluster=cluster.ref,
    controllers=services,
    secret_access=services.secret_access,
    access_log_bucket=logs.bucket_name,
    protect_data=settings.protect_data,
    tags=tags,
)
search = SearchEngine("search", search_args, in_cluster)

looks, traced = cache.ref.for_observers, settings.monitoring.traces is not None
service_args = WebServiceArgs(
    application=app.NAME,
    releases={"": app.release(settings.service)},
    migration=app.migration(settings.service),
    environment=app.environment(
        settings.service, database=login, cache=cache.ref, search=search.ref, network=vpc.ref, traced=traced
    ),
    secrets={"queues": {"REDIS_PASSWORD": looks.password}},
    queue_server=QueueServer(
        address=looks.address,
        port=looks.port,
        username=looks.username,
        password_variable="REDIS_PASSWORD",
        secret="queues",
    ),
    files=app.files(login),
    files_at=app.CONFIG_DIR,
    access=NetworkAccess(database=True, cache=True, traces=traced, servers={"search": search.ref.server}),
    profile=app.PROFILE,
    site=settings.site(),
    timeouts=app.waits(),
    network=vpc.ref,
    cluster=cluster.ref,
    controllers=services,
    secret_access=services.secret_access,
    alarms=alarms,
    access_log_bucket=logs.bucket_name,
    protect_data=settings.protect_data,
    tags=tags,
)
service = WebService("app", service_args, in_cluster)
edge_args = WafCdnArgs(
    settings=settings.edge,
    profile=app.PROFILE,
    stack_name=name,
    origin=service.origin,
    access_logs=logs.ref,
    alarm_emails=settings.monitoring.alarm_emails,
    tags=tags,
)
edge = WafCdn("edge", edge_args, around.in_aws)

watched = [
    vpc,
    cluster,
    services,
    database,
    cache,
    search,
    service,
    edge,
    *([around.pipeline] if around.pipeline else []),
]
monitoring_args = MonitoringStackArgs(
    settings=settings.monitoring,
    watch=[
        *(each.watch for each in watched),
        watch(settings.objectives),
        backups_watch(settings.backup, settings.backed_up(), name),
    ],
    environment=settings.environment,
    network=vpc.ref,
    cluster=cluster.ref,
    secrets=services.secret_access,
    alarms=alarms,
    access_log_bucket=logs.bucket_name,
    protect_data=settings.protect_data,
    tags=tags,
)
monitoring = MonitoringStack("monitoring", monitoring_args, in_cluster)
around.cost()
around.backups(vpc, cluster, database, search.bucket_arn, in_cluster)
around.alarm_bridge(vpc, cluster, edge, monitoring, in_cluster)

pulumi.export("url", edge.url)
pulumi.export("static_bucket", edge.static_bucket_name)
pulumi.export("distribution_id", edge.distribution_id)
pulumi.export("cluster_name", cluster.cluster_name)
pulumi.export("kubeconfig", cluster.kubeconfig)
pulumi.export("database_endpoint", database.address)
pulumi.export("cache_endpoint", cache.address)
