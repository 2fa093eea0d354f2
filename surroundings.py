"""What stands around the seven components: who deploys, what it may cost, backups, and what is told of alarms."""

import pulumi
import pulumi_aws as aws

from components.backups import Backups, BackupsArgs, Budget, BudgetArgs
from components.config.regions import EDGE_REGION
from components.eks_cluster import EksCluster
from components.flowise_service import FlowiseService
from components.monitoring_stack import METRICS_NAMESPACE, MonitoringStack
from components.monitoring_stack.alarm_bridge import AlarmBridge, AlarmBridgeArgs, Topic
from components.pipeline_access import PipelineAccess, PipelineAccessArgs, bind_roles
from components.rds_postgres import RdsPostgres
from components.shared.alarm_topic import AlarmTopic
from components.shared.backup_schedule import Kind
from components.synthetic_check import SyntheticCheck, SyntheticCheckArgs
from components.vpc import Vpc
from components.waf_cdn import WafCdn
from stack import StackSettings


def pipeline_access(
    settings: StackSettings, project: str, stack: str, opts: pulumi.ResourceOptions
) -> PipelineAccess | None:
    """Make the pipeline's roles, where the settings ask for them, and bind all later roles by its boundary."""
    if settings.pipeline is None:
        return None
    pipeline = PipelineAccess(
        "pipeline",
        PipelineAccessArgs(
            settings=settings.pipeline,
            project=project,
            stack=stack,
            hosted_zone_id=settings.edge.domain.hosted_zone_id if settings.edge.domain else None,
            tags=settings.all_tags(project),
        ),
        opts,
    )
    bind_roles(pipeline.boundary_arn)
    pulumi.export("plan_role_arn", pipeline.plan_role_arn)
    pulumi.export("deploy_role_arn", pipeline.deploy_role_arn)
    return pipeline


def budget(settings: StackSettings, project: str, alarms: AlarmTopic, opts: pulumi.ResourceOptions) -> None:
    """Have the topic told when the stack costs more than the settings allow."""
    if settings.backup.monthly_budget_usd is None:
        return
    Budget(
        "budget",
        BudgetArgs(
            monthly_usd=settings.backup.monthly_budget_usd,
            cost_tags=settings.cost_tags(project),
            alarms=alarms.target,
            tags=settings.all_tags(project),
        ),
        opts,
    )


def backups(
    settings: StackSettings,
    project: str,
    stack_name: str,
    *,
    vpc: Vpc,
    cluster: EksCluster,
    database: RdsPostgres,
    service: FlowiseService,
    alarms: AlarmTopic,
    opts: pulumi.ResourceOptions,
) -> None:
    """Back up what holds data, where the settings ask for it."""
    if not settings.backup.enabled:
        return
    holding_data: dict[Kind, pulumi.Output[str]] = {
        "EKS": cluster.cluster_arn,
        "RDS": database.instance_arn,
        "S3": service.bucket_arn,
    }
    Backups(
        "backups",
        BackupsArgs(
            settings=settings.backup,
            stack_name=stack_name,
            network=vpc.ref,
            resource_arns=holding_data,
            trial=database.instance,
            alarms=alarms.target,
            tags=settings.all_tags(project),
        ),
        opts,
    )
    # what tools.status asks the newest backup of
    pulumi.export("backed_up", holding_data)


def check_from_outside(
    settings: StackSettings,
    project: str,
    stack_name: str,
    *,
    edge: WafCdn,
    alarms: AlarmTopic,
    access_log_bucket: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Have a flow asked from outside, where the settings ask for it."""
    check = settings.synthetic_check
    if check is None:
        return
    place = check.region or settings.region
    here = place == settings.region
    SyntheticCheck(
        "check",
        SyntheticCheckArgs(
            settings=check,
            stack_name=stack_name,
            url=edge.url,
            path=check.path(),
            body=check.body(),
            answer_field="text",
            region=place,
            emails=settings.monitoring.alarm_emails,
            alarm_topic_arn=alarms.arn if here else None,
            access_log_bucket=access_log_bucket if here else None,
            tags=settings.all_tags(project),
        ),
        opts if here else pulumi.ResourceOptions(providers=[aws.Provider("aws-check", region=place)]),
    )


def alarm_bridge(
    settings: StackSettings,
    project: str,
    *,
    vpc: Vpc,
    cluster: EksCluster,
    edge: WafCdn,
    monitoring: MonitoringStack,
    alarms: AlarmTopic,
    opts: pulumi.ResourceOptions,
) -> None:
    """Bring CloudWatch's alarms, the CDN's among them, to Alertmanager."""
    AlarmBridge(
        "bridge",
        AlarmBridgeArgs(
            topics=[Topic("alarms", settings.region, alarms.arn), Topic("edge", EDGE_REGION, edge.alarm_topic_arn)],
            alarm_topic_arn=alarms.arn,
            tools_image=settings.script_image(),
            namespace=monitoring.namespace,
            namespace_name=METRICS_NAMESPACE,
            ranges=vpc.ref.ranges,
            team=settings.monitoring.team,
            cluster_name=cluster.cluster_name,
            cluster_arn=cluster.cluster_arn,
            region=settings.region,
            tags=settings.all_tags(project),
        ),
        opts,
    )
