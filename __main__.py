"""The composition: settings, then providers, then components, then what the stack tells the world."""

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pulumi_random as random

import surroundings
from components.backups import backups_watch
from components.cluster_services import ClusterServices, ClusterServicesArgs
from components.config.loading import load
from components.eks_cluster import EksCluster, EksClusterArgs
from components.flowise_service import NAMESPACE, FlowiseService, FlowiseServiceArgs
from components.monitoring_stack import MonitoringStack, MonitoringStackArgs
from components.rds_postgres import RdsPostgres, RdsPostgresArgs
from components.rds_postgres.setup import DatabaseSetup, DatabaseSetupArgs
from components.redis_cache import RedisCache, RedisCacheArgs
from components.shared.access_log_bucket import AccessLogBucket, AccessLogBucketArgs
from components.shared.alarm_topic import AlarmTopic, AlarmTopicArgs
from components.vpc import Vpc, VpcArgs
from components.waf_cdn import WafCdn, WafCdnArgs
from stack import StackSettings

project = pulumi.get_project()
settings = load(StackSettings, project)
region, tags = settings.region, settings.all_tags(project)
# what must be named before it exists: log groups, logins, the cluster, the site's metrics
stack_name = f"{project}-{pulumi.get_stack()}"

aws_provider = aws.Provider("aws", region=region)
random_provider = random.Provider("random")
in_aws = pulumi.ResourceOptions(providers=[aws_provider, random_provider])
holds_data = pulumi.ResourceOptions.merge(in_aws, pulumi.ResourceOptions(protect=settings.protect_data))

# first, for its boundary binds every role that is made after it
pipeline = surroundings.pipeline_access(settings, project, pulumi.get_stack(), in_aws)
alarms = AlarmTopic("alarms", AlarmTopicArgs(emails=settings.monitoring.alarm_emails, region=region, tags=tags), in_aws)

access_logs = AccessLogBucket(
    "access",
    AccessLogBucketArgs(expire_days=settings.backup.access_log_retention_days, region=region, tags=tags),
    holds_data,
)

vpc = Vpc(
    "vpc",
    VpcArgs(
        settings=settings.network,
        region=region,
        protect_addresses=settings.protect_data,
        balancer_asks_out=settings.edge.sign_in is not None,
        egress_domains=settings.egress_domains(),
        tags=tags,
    ),
    in_aws,
)

cluster = EksCluster(
    "cluster",
    EksClusterArgs(
        settings=settings.cluster,
        cluster_name=stack_name,
        application_namespace=NAMESPACE,
        network=vpc.ref,
        protect_data=settings.protect_data,
        tags=tags,
    ),
    in_aws,
)
# every node carries the cluster's own group, so it stands for the pods
clients = {"cluster": cluster.cluster_security_group_id}

database = RdsPostgres(
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
    holds_data,
)

cache = RedisCache(
    "cache",
    RedisCacheArgs(
        settings=settings.cache,
        identifier=stack_name,
        username=NAMESPACE,
        purpose="Queue, sessions and rate limits of Flowise",
        network=vpc.ref,
        clients=clients,
        alarms=alarms.target,
        tags=tags,
    ),
    holds_data,
)

kubernetes_provider = k8s.Provider(
    "kubernetes",
    kubeconfig=cluster.kubeconfig,
    # the cluster's identity: a new token command or certificate alone must not replace everything in it
    cluster_identifier=cluster.cluster_arn,
    # pods need the nodes and the add-ons, and an administrator's access entry; the kubeconfig names none of them
    opts=pulumi.ResourceOptions(depends_on=[cluster]),
)
in_cluster = pulumi.ResourceOptions(providers=[aws_provider, random_provider, kubernetes_provider])

services = ClusterServices(
    "services",
    ClusterServicesArgs(
        karpenter=settings.cluster.karpenter,
        cluster=cluster.ref,
        network=vpc.ref,
        # where the roles lie that External Secrets may take on, and nothing else
        secret_readers=f"/{stack_name}/secret-readers/",
        tags=tags,
    ),
    in_cluster,
)

setup = DatabaseSetup(
    "setup",
    DatabaseSetupArgs(
        tools_image=settings.script_image(),
        cluster=cluster.ref,
        network=vpc.ref,
        target=database.setup_target,
        tags=tags,
    ),
    in_cluster,
)

service = FlowiseService(
    # short: AWS gives a load balancer 32 characters, and project and stack take half of them
    "app",
    FlowiseServiceArgs(
        settings=settings.service,
        site=settings.site(),
        network=vpc.ref,
        cluster=cluster.ref,
        database=setup.database,
        cache=cache.ref,
        tools_image=settings.script_image(),
        controllers=services,
        secret_access=services.secret_access,
        alarms=alarms.target,
        access_log_bucket=access_logs.bucket_name,
        data_protection=settings.data_protection(),
        telemetry=settings.telemetry(),
        tags=tags,
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
    in_aws,
)

monitoring = MonitoringStack(
    "monitoring",
    MonitoringStackArgs(
        settings=settings.monitoring,
        watch=[
            vpc.watch,
            cluster.watch,
            database.watch,
            cache.watch,
            service.watch,
            edge.watch,
            backups_watch(settings.backup),
            *([pipeline.watch] if pipeline else []),
        ],
        environment=settings.environment,
        network=vpc.ref,
        cluster=cluster.ref,
        secrets=services.secret_access,
        alarms=alarms.target,
        access_log_bucket=access_logs.bucket_name,
        protect_data=settings.protect_data,
        tags=tags,
    ),
    in_cluster,
)

surroundings.budget(settings, project, alarms, in_aws)
surroundings.backups(
    settings, project, stack_name,
    vpc=vpc, cluster=cluster, database=database, service=service, alarms=alarms, opts=holds_data,
)  # fmt: skip
surroundings.check_from_outside(
    settings, project, stack_name,
    edge=edge, alarms=alarms, access_log_bucket=access_logs.bucket_name, opts=in_aws,
)  # fmt: skip
surroundings.alarm_bridge(
    settings, project, vpc=vpc, cluster=cluster, edge=edge, monitoring=monitoring, alarms=alarms, opts=in_cluster
)

pulumi.export("url", edge.url)
pulumi.export("static_bucket", edge.static_bucket_name)
pulumi.export("api_key_store_arn", edge.api_key_store_arn)
pulumi.export("cluster_name", cluster.cluster_name)
pulumi.export("kubeconfig", cluster.kubeconfig)
pulumi.export("database_endpoint", database.address)
pulumi.export("database_secret_arn", database.secret_arn)
pulumi.export("cache_endpoint", cache.address)
pulumi.export("cache_secret_arn", cache.secret_arn)
pulumi.export("service_secret_arn", service.secret_arn)
pulumi.export("service_key_fingerprint", service.key_fingerprint)
pulumi.export("owner_secret_arn", service.owner_secret_arn)
pulumi.export("grafana_secret_arn", monitoring.grafana_secret_arn)
pulumi.export("nat_public_ips", vpc.nat_public_ips)
