"""The composition: settings, what all stand on, the seven components, what stands around them, outputs."""

import pulumi

from components.backups import backups_watch
from components.config.loading import load
from components.eks_cluster import EksCluster, EksClusterArgs
from components.flowise_service import NAMESPACE, FlowiseService, FlowiseServiceArgs
from components.monitoring_stack import MonitoringStack, MonitoringStackArgs
from components.rds_postgres import RdsPostgresArgs, postgres
from components.redis_cache import RedisCacheArgs, valkey
from components.vpc import Vpc, VpcArgs
from components.waf_cdn import WafCdn, WafCdnArgs
from composition.surroundings import Surroundings
from stack import StackSettings

settings = load(StackSettings, pulumi.get_project())
for notice in settings.notices():
    pulumi.log.info(notice)
around = Surroundings(settings)
stack_name, tags, alarms, access_logs = around.stack_name, around.tags, around.alarms, around.access_logs

vpc = Vpc(
    "vpc",
    VpcArgs(
        settings=settings.network,
        region=settings.region,
        protect_addresses=settings.protect_data,
        balancer_asks_out=settings.edge.sign_in is not None,
        egress_domains=settings.egress_domains(),
        pulls_from_internet=settings.pulls_from_internet(),
        database_road=settings.database.road(),
        cache_road=settings.cache.road(),
        tags=tags,
    ),
    around.in_aws,
)

cluster = EksCluster(
    "cluster",
    EksClusterArgs(
        settings=settings.cluster,
        cluster_name=stack_name,
        application_namespace=NAMESPACE,
        network=vpc.ref,
        protect_data=settings.protect_data,
        node_statements=around.node_statements,
        tags=tags,
    ),
    around.in_aws,
)
# every node carries the cluster's own group, so it stands for the pods
clients = {"cluster": cluster.cluster_security_group_id}

database = postgres(
    "db",
    RdsPostgresArgs(
        settings=settings.database,
        copy_region=settings.backup.copy_region,
        identifier=stack_name,
        database_name=NAMESPACE,
        owner=NAMESPACE,
        network=vpc.ref,
        clients=clients,
        alarms=alarms.target,
        tags=tags,
    ),
    around.holds_data,
)

cache = valkey(
    "cache",
    RedisCacheArgs(
        settings=settings.cache,
        identifier=stack_name,
        username=NAMESPACE,
        purpose="Queue, sessions and rate limits of Flowise",
        observed=settings.observed_keys(),
        network=vpc.ref,
        clients=clients,
        alarms=alarms.target,
        tags=tags,
    ),
    around.holds_data,
)

in_cluster = around.in_cluster(cluster)
services = around.cluster_services(vpc, cluster, in_cluster)
placement = around.placement(vpc, cluster, services)
login = around.database_login(vpc, cluster, database, in_cluster)

service = FlowiseService(
    # short: AWS gives a load balancer 32 characters, and project and stack take half of them
    "app",
    FlowiseServiceArgs(
        settings=settings.service,
        site=settings.site(),
        placement=placement,
        database=login,
        cache=cache.ref,
        tools_image=settings.script_image(),
        keys_copy_region=settings.backup.copy_region,
        telemetry=settings.telemetry(),
    ),
    in_cluster,
)

edge = WafCdn(
    "edge",
    WafCdnArgs(
        settings=settings.edge,
        profile=service.profile,
        stack_name=stack_name,
        origin=service.origin,
        access_logs=access_logs.ref,
        alarm_emails=settings.monitoring.alarm_emails,
        tags=tags,
    ),
    around.in_aws,
)

monitoring = MonitoringStack(
    "monitoring",
    MonitoringStackArgs(
        settings=settings.monitoring,
        watch=[
            vpc.watch,
            cluster.watch,
            services.watch,
            database.watch,
            cache.watch,
            service.watch,
            edge.watch,
            backups_watch(settings.backup, settings.backed_up(), stack_name),
            *([around.pipeline.watch] if around.pipeline else []),
        ],
        environment=settings.environment,
        placement=placement,
    ),
    in_cluster,
)

around.cost()
around.backups(vpc, cluster, database, service.bucket_arn, in_cluster)
check = settings.synthetic_check
if check is not None:
    around.check_from_outside(edge, check, path=check.path(), body=check.body(), answer_field="text")
around.alarm_bridge(vpc, cluster, edge, monitoring, in_cluster)

pulumi.export("url", edge.url)
# what everybody is sent to, of two releases side by side; the pipeline asks (.ci/deploy)
pulumi.export("served", settings.service.active_colour())
pulumi.export("static_bucket", edge.static_bucket_name)
pulumi.export("api_key_store_arn", edge.api_key_store_arn)
pulumi.export("cluster_name", cluster.cluster_name)
pulumi.export("kubeconfig", cluster.kubeconfig)
pulumi.export("database_endpoint", database.address)
pulumi.export("database_secret_arn", database.secret_arn)
pulumi.export("cache_endpoint", cache.address)
pulumi.export("cache_secret_arn", cache.secret_arn)
pulumi.export("files_bucket", service.bucket_name)
pulumi.export("service_secret_arn", service.secret_arn)
pulumi.export("service_key_fingerprint", service.key_fingerprint)
pulumi.export("owner_secret_arn", service.owner_secret_arn)
pulumi.export("grafana_secret_arn", monitoring.grafana_secret_arn)
pulumi.export("nat_public_ips", vpc.nat_public_ips)
