"""What the application of a web service's stack stands on, what stands before it, and what watches both.

`__main__.py` of this repository writes the same out, for it is what one comes to read; systems that differ in their
application alone compose this.
"""

from collections.abc import Sequence

import pulumi

from components.backups import backups_watch
from components.eks_cluster import EksCluster, EksClusterArgs
from components.monitoring_stack import MonitoringStack, MonitoringStackArgs
from components.rds_postgres import RdsPostgresArgs, postgres
from components.redis_cache import CacheSettings, ExistingCache, RedisCache, RedisCacheArgs, valkey
from components.shared.references import OriginRef
from components.shared.watch import Watch
from components.vpc import Vpc, VpcArgs
from components.waf_cdn import WafCdn, WafCdnArgs
from composition.surroundings import Surroundings
from composition.system_stack import SystemStack


class Foundation:
    """Network, cluster, database and its logins, and what runs in every cluster; then, as it is asked, the rest.

    `application` is the namespace, and whom the database belongs to; `database` is that one's name. The order is the
    application's to keep: `cache`, its own components `in_cluster`, `edge`, `completed`.
    """

    def __init__(self, settings: SystemStack, *, application: str, database: str) -> None:
        self._settings, self._application = settings, application
        self.around = around = Surroundings(settings)
        self.vpc = Vpc(
            "vpc",
            VpcArgs(
                settings=settings.network,
                region=settings.region,
                protect_addresses=settings.protect_data,
                balancer_asks_out=settings.edge.sign_in is not None,
                egress_domains=settings.egress_domains(),
                pulls_from_internet=settings.pulls_from_internet(),
                database_road=settings.database.road(),
                cache_road=settings.cache_road(),
                tags=around.tags,
            ),
            around.in_aws,
        )
        self.cluster = EksCluster(
            "cluster",
            EksClusterArgs(
                settings=settings.cluster,
                cluster_name=around.stack_name,
                application_namespace=application,
                network=self.vpc.ref,
                protect_data=settings.protect_data,
                node_statements=around.node_statements,
                tags=around.tags,
            ),
            around.in_aws,
        )
        # every node carries the cluster's own group, so it stands for the pods
        self._clients = {"cluster": self.cluster.cluster_security_group_id}
        self.database = postgres(
            "db",
            RdsPostgresArgs(
                settings=settings.database,
                copy_region=settings.backup.copy_region,
                identifier=around.stack_name,
                database_name=database,
                owner=application,
                network=self.vpc.ref,
                clients=self._clients,
                alarms=around.alarms.target,
                tags=around.tags,
            ),
            around.holds_data,
        )
        self.in_cluster = around.in_cluster(self.cluster)
        self.services = around.cluster_services(self.vpc, self.cluster, self.in_cluster)
        self.placement = around.placement(self.vpc, self.cluster, self.services)
        self.login = around.database_login(self.vpc, self.cluster, self.database, self.in_cluster)

    def cache(
        self, settings: CacheSettings, *, purpose: str, observed: Sequence[str] = ()
    ) -> RedisCache | ExistingCache:
        """Make the cache; `purpose` and `observed` as it takes them."""
        return valkey(
            "cache",
            RedisCacheArgs(
                settings=settings,
                identifier=self.around.stack_name,
                username=self._application,
                purpose=purpose,
                observed=observed,
                network=self.vpc.ref,
                clients=self._clients,
                alarms=self.around.alarms.target,
                tags=self.around.tags,
            ),
            self.around.holds_data,
        )

    def edge(self, origin: OriginRef) -> WafCdn:
        """Put the CDN and its firewall before the application's balancer."""
        return WafCdn(
            "edge",
            WafCdnArgs(
                settings=self._settings.edge,
                profile=self._settings.profile(),
                stack_name=self.around.stack_name,
                origin=origin,
                access_logs=self.around.access_logs.ref,
                alarm_emails=self._settings.monitoring.alarm_emails,
                tags=self.around.tags,
            ),
            self.around.in_aws,
        )

    def completed(self, edge: WafCdn, watch: Sequence[Watch], *, bucket_arn: pulumi.Input[str] | None = None) -> None:
        """Watch it all, back up what holds data (a bucket, too), and have cost and CloudWatch's alarms told.

        `watch` is that of the cache, of the application's components and of the application itself.
        """
        settings, around = self._settings, self.around
        monitoring = MonitoringStack(
            "monitoring",
            MonitoringStackArgs(
                settings=settings.monitoring,
                watch=[
                    self.vpc.watch,
                    self.cluster.watch,
                    self.services.watch,
                    self.database.watch,
                    *watch,
                    edge.watch,
                    backups_watch(settings.backup, settings.backed_up(), around.stack_name),
                    *([around.pipeline.watch] if around.pipeline else []),
                ],
                environment=settings.environment,
                placement=self.placement,
            ),
            self.in_cluster,
        )
        around.cost()
        around.backups(self.vpc, self.cluster, self.database, bucket_arn, self.in_cluster)
        around.alarm_bridge(self.vpc, self.cluster, edge, monitoring, self.in_cluster)
