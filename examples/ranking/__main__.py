"""Ranking: a FastAPI service and a React front end on the platform's components."""

import pulumi

from components.backups import backups_watch
from components.config.loading import load
from components.eks_cluster import EksCluster, EksClusterArgs
from components.feature_flags import FeatureFlags, FeatureFlagsArgs
from components.monitoring_stack import MonitoringStack, MonitoringStackArgs
from components.rds_postgres import RdsPostgresArgs, postgres
from components.vpc import Vpc, VpcArgs
from components.waf_cdn import WafCdn, WafCdnArgs
from components.web_service import NetworkAccess, WebService, WebServiceArgs
from examples.ranking import application as app
from examples.ranking.stack import StackSettings
from examples.ranking.watched import watch
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

in_cluster = around.in_cluster(cluster)
services = around.cluster_services(vpc, cluster, in_cluster)
login = around.database_login(vpc, cluster, database, in_cluster)

service_args = WebServiceArgs(
    application=app.NAME,
    releases=app.releases(settings.service, vpc.ref.ranges.vpc),
    migration=app.MIGRATION,
    environment=app.environment(
        database=login,
        stack_name=name,
        stack=around.stack,
        region=region,
        signs_in=settings.edge.sign_in is not None,
        origins=settings.edge.embed_origins,
    ),
    files=app.files(login),
    files_at=app.CONFIG_DIR,
    access=NetworkAccess(https=settings.asks_beyond(), database=True),
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
flag_args = FeatureFlagsArgs(
    settings=settings.flags,
    flags=app.FLAGS,
    application=name,
    environment=around.stack,
    reader_role_name=service.role_name,
    load_balancer_arn=service.load_balancer_arn,
    alarms=alarms,
    tags=tags,
)
FeatureFlags("flags", flag_args, around.in_aws)
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

watched = [vpc, cluster, services, database, service, edge, *([around.pipeline] if around.pipeline else [])]
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
around.backups(vpc, cluster, database, None, in_cluster)
around.alarm_bridge(vpc, cluster, edge, monitoring, in_cluster)

pulumi.export("url", edge.url)
pulumi.export("cluster_name", cluster.cluster_name)
pulumi.export("kubeconfig", cluster.kubeconfig)
pulumi.export("database_endpoint", database.address)
pulumi.export("static_bucket", edge.static_bucket_name)
pulumi.export("distribution_id", edge.distribution_id)
