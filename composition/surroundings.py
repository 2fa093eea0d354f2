"""What the seven components stand on, and what stands around them.

Providers, alarms and access logs, what runs in every cluster, who deploys, what it may cost, backups, and whom alarms
reach: of any system on these components, whose settings have what `SurroundedStack` names.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pulumi_random as random

from components.backups import (
    Backups,
    BackupsArgs,
    BackupSettings,
    Budget,
    BudgetArgs,
    CostAnomalies,
    CostAnomaliesArgs,
    RestoreCheck,
    RestoreCheckArgs,
)
from components.cluster_services import ClusterServices, ClusterServicesArgs
from components.config.regions import EDGE_REGION
from components.eks_cluster import ClusterSettings, EksCluster
from components.image_cache import ImageCache, ImageCacheArgs, ImageCacheSettings
from components.monitoring_stack import METRICS_NAMESPACE, MonitoringSettings, MonitoringStack
from components.monitoring_stack.alarm_bridge import AlarmBridge, AlarmBridgeArgs, Topic
from components.pipeline_access import PipelineAccess, PipelineAccessArgs, PipelineSettings, bind_roles
from components.rds_postgres import ExistingDatabase, RdsPostgres
from components.rds_postgres.setup import DatabaseSetup, DatabaseSetupArgs
from components.shared.access_log_bucket import AccessLogBucket, AccessLogBucketArgs
from components.shared.alarm_topic import AlarmTopic, AlarmTopicArgs
from components.shared.backup_schedule import Kind
from components.shared.iam_documents import Statement
from components.shared.node_image import NodeImage
from components.shared.references import DatabaseRef, Placement
from components.synthetic_check import SyntheticCheck, SyntheticCheckArgs, SyntheticCheckSettings
from components.vpc import Vpc
from components.waf_cdn import EdgeSettings, WafCdn


class SurroundedStack(Protocol):
    """What is read here of a system's settings."""

    @property
    def region(self) -> str: ...  # noqa: D102 - each is the section or the field of this name
    @property
    def protect_data(self) -> bool: ...  # noqa: D102
    @property
    def cluster(self) -> ClusterSettings: ...  # noqa: D102
    @property
    def monitoring(self) -> MonitoringSettings: ...  # noqa: D102
    @property
    def backup(self) -> BackupSettings: ...  # noqa: D102
    @property
    def edge(self) -> EdgeSettings: ...  # noqa: D102
    @property
    def image_cache(self) -> ImageCacheSettings | None: ...  # noqa: D102
    @property
    def pipeline(self) -> PipelineSettings | None: ...  # noqa: D102

    def all_tags(self, project: str) -> dict[str, str]:
        """Return the tags that every resource bears."""

    def cost_tags(self, project: str) -> dict[str, str]:
        """Return the tags that tell the stack's cost from others'."""

    def script_image(self) -> NodeImage:
        """Return what runs the platform's own scripts."""

    def reads_parameters(self) -> bool:
        """Tell whether a value comes from Parameter Store."""


class Surroundings:
    """Names, tags and providers of a stack, and whatever is made for it that is none of the seven components.

    `in_aws` are the options of what lies in AWS, `holds_data` those of what nobody may delete unasked.
    """

    def __init__(self, settings: SurroundedStack) -> None:
        self.project, self.stack = pulumi.get_project(), pulumi.get_stack()
        # what must be named before it exists: log groups, logins, the cluster, the site's metrics
        self.stack_name = f"{self.project}-{self.stack}"
        self.tags = settings.all_tags(self.project)
        self._settings = settings
        self._providers: list[pulumi.ProviderResource] = [
            aws.Provider("aws", region=settings.region),
            random.Provider("random"),
        ]
        self.in_aws = pulumi.ResourceOptions(providers=self._providers)
        self.holds_data = pulumi.ResourceOptions.merge(
            self.in_aws, pulumi.ResourceOptions(protect=settings.protect_data)
        )
        # first, for its boundary binds every role that is made after it
        self.pipeline = self._pipeline_access()
        # before all that is made in the cluster, or that pulls
        self.node_statements = self._image_cache()
        self.alarms = AlarmTopic(
            "alarms",
            AlarmTopicArgs(emails=settings.monitoring.alarm_emails, region=settings.region, tags=self.tags),
            self.in_aws,
        )
        self.access_logs = AccessLogBucket(
            "access",
            AccessLogBucketArgs(
                expire_days=settings.backup.access_log_retention_days, region=settings.region, tags=self.tags
            ),
            self.holds_data,
        )

    def in_cluster(self, cluster: EksCluster) -> pulumi.ResourceOptions:
        """Return the options of what lies in the cluster, or in AWS for it."""
        kubernetes = k8s.Provider(
            "kubernetes",
            kubeconfig=cluster.kubeconfig,
            # the cluster's identity: a new token command or certificate alone must not replace everything in it
            cluster_identifier=cluster.cluster_arn,
            # pods need the nodes and the add-ons, and an administrator's access entry; the kubeconfig names none
            opts=pulumi.ResourceOptions(depends_on=[cluster]),
        )
        return pulumi.ResourceOptions(providers=[*self._providers, kubernetes])

    def cluster_services(self, vpc: Vpc, cluster: EksCluster, opts: pulumi.ResourceOptions) -> ClusterServices:
        """Make what runs in every cluster."""
        return ClusterServices(
            "services",
            ClusterServicesArgs(
                karpenter=self._settings.cluster.karpenter,
                cluster=cluster.ref,
                network=vpc.ref,
                # where the roles lie that External Secrets may take on, and nothing else
                secret_readers=f"/{self.stack_name}/secret-readers/",
                reads_parameters=self._settings.reads_parameters(),
                tags=self.tags,
            ),
            opts,
        )

    def placement(self, vpc: Vpc, cluster: EksCluster, services: ClusterServices) -> Placement:
        """Return what whatever runs in the cluster finds there."""
        return Placement(
            network=vpc.ref,
            cluster=cluster.ref,
            controllers=services,
            secret_access=services.secret_access,
            alarms=self.alarms.target,
            access_log_bucket=self.access_logs.bucket_name,
            protect_data=self._settings.protect_data,
            tags=self.tags,
        )

    def database_login(
        self, vpc: Vpc, cluster: EksCluster, database: RdsPostgres | ExistingDatabase, opts: pulumi.ResourceOptions
    ) -> DatabaseRef:
        """Make the database's logins, from within the cluster; one that was there before has its own."""
        if isinstance(database, ExistingDatabase):
            return database.ref
        setup = DatabaseSetup(
            "setup",
            DatabaseSetupArgs(
                tools_image=self._settings.script_image(),
                cluster=cluster.ref,
                network=vpc.ref,
                target=database.setup_target,
                tags=self.tags,
            ),
            opts,
        )
        return setup.database

    def cost(self) -> None:
        """Have the topic told when the stack costs more than the settings allow, and of cost that is unusual."""
        self._budget()
        if self._settings.backup.cost_anomaly_usd is None:
            return
        CostAnomalies(
            "anomalies",
            CostAnomaliesArgs(
                least_usd=self._settings.backup.cost_anomaly_usd,
                monitor_arn=self._settings.backup.cost_anomaly_monitor_arn,
                project=self.project,
                alarms=self.alarms.target,
                tags=self.tags,
            ),
            self.in_aws,
        )

    def _budget(self) -> None:
        if self._settings.backup.monthly_budget_usd is None:
            return
        Budget(
            "budget",
            BudgetArgs(
                monthly_usd=self._settings.backup.monthly_budget_usd,
                cost_tags=self._settings.cost_tags(self.project),
                alarms=self.alarms.target,
                tags=self.tags,
            ),
            self.in_aws,
        )

    def backups(
        self,
        vpc: Vpc,
        cluster: EksCluster,
        database: RdsPostgres | ExistingDatabase,
        bucket_arn: pulumi.Input[str] | None,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Back up what holds data and look into what is restored of it, where the settings ask for it."""
        if not self._settings.backup.enabled:
            return
        instance = database.instance
        holding_data: dict[Kind, pulumi.Input[str]] = {"EKS": cluster.cluster_arn}
        if bucket_arn is not None:
            holding_data["S3"] = bucket_arn
        if instance is not None:
            holding_data["RDS"] = instance.arn
        backups = Backups(
            "backups",
            BackupsArgs(
                settings=self._settings.backup,
                stack_name=self.stack_name,
                network=vpc.ref,
                resource_arns=holding_data,
                trial=instance,
                clients={"cluster": cluster.cluster_security_group_id},
                alarms=self.alarms.target,
                tags=self.tags,
            ),
            self.holds_data,
        )
        if instance is not None and backups.trial_plan_arn is not None:
            RestoreCheck(
                "restore-check",
                RestoreCheckArgs(
                    plan_arn=backups.trial_plan_arn,
                    instance=instance,
                    stack_name=self.stack_name,
                    tools_image=self._settings.script_image(),
                    cluster=cluster.ref,
                    network=vpc.ref,
                    tags=self.tags,
                ),
                opts,
            )
        # what tools.status asks the newest backup of
        pulumi.export("backed_up", holding_data)

    def check_from_outside(
        self,
        edge: WafCdn,
        check: SyntheticCheckSettings,
        *,
        path: str,
        body: Mapping[str, object] | None = None,
        answer_field: str | None = None,
    ) -> None:
        """Have a path asked from outside, by POST where there is a body."""
        place = check.region or self._settings.region
        here = place == self._settings.region
        SyntheticCheck(
            "check",
            SyntheticCheckArgs(
                settings=check,
                stack_name=self.stack_name,
                url=edge.url,
                path=path,
                body=body,
                answer_field=answer_field,
                region=place,
                emails=self._settings.monitoring.alarm_emails,
                alarm_topic_arn=self.alarms.arn if here else None,
                access_log_bucket=self.access_logs.bucket_name if here else None,
                tags=self.tags,
            ),
            self.in_aws if here else pulumi.ResourceOptions(providers=[aws.Provider("aws-check", region=place)]),
        )

    def alarm_bridge(
        self, vpc: Vpc, cluster: EksCluster, edge: WafCdn, monitoring: MonitoringStack, opts: pulumi.ResourceOptions
    ) -> None:
        """Bring CloudWatch's alarms, the CDN's among them, to Alertmanager."""
        region = self._settings.region
        AlarmBridge(
            "bridge",
            AlarmBridgeArgs(
                topics=[Topic("alarms", region, self.alarms.arn), Topic("edge", EDGE_REGION, edge.alarm_topic_arn)],
                alarm_topic_arn=self.alarms.arn,
                tools_image=self._settings.script_image(),
                namespace=monitoring.namespace,
                namespace_name=METRICS_NAMESPACE,
                ranges=vpc.ref.ranges,
                team=self._settings.monitoring.team,
                cluster_name=cluster.cluster_name,
                cluster_arn=cluster.cluster_arn,
                region=region,
                tags=self.tags,
            ),
            opts,
        )

    def _image_cache(self) -> Sequence[Statement]:
        """Have images come from the account, where the settings ask for it; return what nodes need for that."""
        settings = self._settings
        if settings.image_cache is None:
            return ()
        cache = ImageCache(
            "images",
            ImageCacheArgs(settings=settings.image_cache, prefix=self.stack_name, region=settings.region),
            self.in_aws,
        )
        cache.route_images()
        return cache.node_statements

    def _pipeline_access(self) -> PipelineAccess | None:
        settings = self._settings
        if settings.pipeline is None:
            return None
        pipeline = PipelineAccess(
            "pipeline",
            PipelineAccessArgs(
                settings=settings.pipeline,
                project=self.project,
                stack=self.stack,
                hosted_zone_id=settings.edge.domain.hosted_zone_id if settings.edge.domain else None,
                tags=self.tags,
            ),
            self.in_aws,
        )
        bind_roles(pipeline.boundary_arn)
        pulumi.export("plan_role_arn", pipeline.plan_role_arn)
        pulumi.export("deploy_role_arn", pipeline.deploy_role_arn)
        return pipeline
