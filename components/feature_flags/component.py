"""Feature flags by AWS AppConfig (docs/decisions/0039-flags-are-read-from-appconfig-by-the-application-itself.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.iam_documents import allow, document, service_trust
from ..shared.metric_alarms import MetricAlarm, metric_alarms
from ..shared.references import AlarmTarget
from .flags import Flag, content, validator
from .settings import FeatureFlagSettings

PROFILE = "flags"
# namespace AWS/ApplicationELB, of a load balancer: what a flag breaks, the service answers with
ERRORS = MetricAlarm(
    "errors",
    "HTTPCode_Target_5XX_Count",
    "above",
    10,
    "The service answers with errors; flags that are being deployed go back by themselves",
    "Sum",
    60,
    1,
)


@dataclass(frozen=True, kw_only=True)
class FeatureFlagsArgs:
    """Which flags there are and what they are set to, who reads them, and whose errors bring the version before back.

    The application asks AppConfig's data plane for application `application`, environment `environment` and profile
    `flags`, by the role that is named.
    """

    settings: FeatureFlagSettings
    flags: Sequence[Flag]
    application: str
    environment: str
    reader_role_name: pulumi.Input[str]
    load_balancer_arn: pulumi.Input[str]
    alarms: AlarmTarget
    tags: Mapping[str, str]


class FeatureFlags(pulumi.ComponentResource):
    """An application of AppConfig with its versions, of which one is deployed, step by step.

    An alarm on the service's errors brings the version before back while one is deployed, and while it bakes. What is
    refused by the validator is never deployed, whoever writes it. Flags hold no secrets: they are under AppConfig's own
    key, and everybody who reads the stack's file sees them.
    """

    application_id: pulumi.Output[str]
    environment_id: pulumi.Output[str]
    profile_id: pulumi.Output[str]
    deployed_version: pulumi.Output[int]

    def __init__(self, name: str, args: FeatureFlagsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:feature_flags:FeatureFlags", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        application = aws.appconfig.Application(
            f"{name}-application",
            name=args.application,
            description="Feature flags",
            tags=dict(args.tags),
            opts=self._child,
        )
        profile = aws.appconfig.ConfigurationProfile(
            f"{name}-profile",
            application_id=application.id,
            name=PROFILE,
            description="What the application does differently without a rollout",
            location_uri="hosted",
            type="AWS.Freeform",
            validators=[{"type": "JSON_SCHEMA", "content": validator(args.flags)}],
            tags=dict(args.tags),
            opts=self._child,
        )
        environment = self._environment(application)
        versions = self._versions(application, profile)
        deployment = self._deployment(application, profile, environment, versions[args.settings.deployed])
        self._reader(environment, profile)
        self.application_id = application.id
        self.environment_id = environment.environment_id
        self.profile_id = profile.configuration_profile_id
        self.deployed_version = deployment.configuration_version.apply(int)
        self.register_outputs(
            {
                "application_id": self.application_id,
                "environment_id": self.environment_id,
                "profile_id": self.profile_id,
                "deployed_version": self.deployed_version,
            }
        )

    def _environment(self, application: aws.appconfig.Application) -> aws.appconfig.Environment:
        args = self._args
        # loadbalancer/app/name/id of .../loadbalancer/app/name/id, as CloudWatch knows it
        balancer = pulumi.Output.from_input(args.load_balancer_arn).apply(lambda arn: arn.partition("loadbalancer/")[2])
        alarms = metric_alarms(
            self._name,
            [ERRORS],
            namespace="AWS/ApplicationELB",
            dimensions={"LoadBalancer": balancer},
            topic_arn=args.alarms.arn,
            tags=args.tags,
            opts=self._child,
        )
        role = aws.iam.Role(
            f"{self._name}-watcher",
            assume_role_policy=pulumi.Output.json_dumps(service_trust("appconfig.amazonaws.com")),
            description="AppConfig asks whether an alarm went off while flags are deployed",
            tags=dict(args.tags),
            opts=self._child,
        )
        # by no alarm in particular, as AppConfig asks (user guide, getting-started-with-appconfig-cloudwatch-alarms)
        looks = allow("LooksAtAlarms", ["cloudwatch:DescribeAlarms"], ["*"])
        granted = aws.iam.RolePolicy(
            f"{self._name}-watcher-policy",
            role=role.name,
            policy=pulumi.Output.json_dumps(document([looks])),
            opts=self._child,
        )
        return aws.appconfig.Environment(
            f"{self._name}-environment",
            application_id=application.id,
            name=args.environment,
            description="One stack",
            monitors=[{"alarm_arn": arn, "alarm_role_arn": role.arn} for arn in alarms],
            tags=dict(args.tags),
            # it is watched from its first deployment on, and no property says what the role must be able to do by then
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[granted])),
        )

    def _versions(
        self, application: aws.appconfig.Application, profile: aws.appconfig.ConfigurationProfile
    ) -> dict[str, aws.appconfig.HostedConfigurationVersion]:
        made: dict[str, aws.appconfig.HostedConfigurationVersion] = {}
        for label, values in self._args.settings.versions.items():
            # each takes the next number: two at once get a ConflictException
            after = pulumi.ResourceOptions(depends_on=list(made.values())[-1:])
            made[label] = aws.appconfig.HostedConfigurationVersion(
                f"{self._name}-version-{label}",
                application_id=application.id,
                configuration_profile_id=profile.configuration_profile_id,
                content=content(self._args.flags, values),
                content_type="application/json",
                description=label,
                version_label=label,
                opts=pulumi.ResourceOptions.merge(self._child, after),
            )
        return made

    def _deployment(
        self,
        application: aws.appconfig.Application,
        profile: aws.appconfig.ConfigurationProfile,
        environment: aws.appconfig.Environment,
        version: aws.appconfig.HostedConfigurationVersion,
    ) -> aws.appconfig.Deployment:
        settings, tags = self._args.settings, dict(self._args.tags)
        strategy = aws.appconfig.DeploymentStrategy(
            f"{self._name}-strategy",
            description="Step by step, and then watched",
            deployment_duration_in_minutes=settings.deployment_minutes,
            growth_type="LINEAR",
            growth_factor=settings.growth_percent,
            final_bake_time_in_minutes=settings.bake_minutes,
            replicate_to="NONE",
            tags=tags,
            opts=self._child,
        )
        return aws.appconfig.Deployment(
            f"{self._name}-deployment",
            application_id=application.id,
            environment_id=environment.environment_id,
            configuration_profile_id=profile.configuration_profile_id,
            configuration_version=version.version_number.apply(str),
            deployment_strategy_id=strategy.id,
            description=settings.deployed,
            tags=tags,
            opts=self._child,
        )

    def _reader(
        self, environment: aws.appconfig.Environment, profile: aws.appconfig.ConfigurationProfile
    ) -> aws.iam.RolePolicy:
        """Let the application read this profile of this environment alone."""
        configuration = pulumi.Output.concat(environment.arn, "/configuration/", profile.configuration_profile_id)
        reads = allow(
            "ReadsFlags", ["appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"], [configuration]
        )
        return aws.iam.RolePolicy(
            f"{self._name}-reader",
            role=self._args.reader_role_name,
            policy=pulumi.Output.json_dumps(document([reads])),
            opts=self._child,
        )
