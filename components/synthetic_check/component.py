"""A check from outside: a canary that asks the site through the CDN, and an alarm on what it finds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_aws as aws

from ..shared.alarm_topic import AlarmTopic, AlarmTopicArgs
from ..shared.existing_secrets import lookup_secret
from ..shared.iam_documents import allow, document, service_trust
from ..shared.metric_alarms import MetricAlarm, metric_alarms
from ..shared.secure_bucket import SecureBucket, SecureBucketArgs
from .settings import SyntheticCheckSettings

SCRIPT = Path(__file__).parent / "assets" / "synthetic_check.cjs"
# Node.js 22 without a browser, the newest of its kind in 2026-11 (CloudWatch user guide,
# CloudWatch_Synthetics_Library_Nodejs)
RUNTIME = "syn-nodejs-5.4"
METRICS = "CloudWatchSynthetics"
RUNS, RUN_DAYS = "runs", 31
# what a run takes beside the answer: start, the key, and putting away its log
OVERHEAD_SECONDS = 45


@dataclass(frozen=True, kw_only=True)
class SyntheticCheckArgs:
    """How the site is asked (settings), from which region, and who is told.

    `path` is asked, by POST where there is a `body`. What is expected stands in `answer_field` of the answer's JSON, or
    anywhere in the answer. `alarm_topic_arn` and `access_log_bucket` lie in that region; without a topic the check
    makes one of its own.
    """

    settings: SyntheticCheckSettings
    stack_name: str
    url: pulumi.Input[str]
    path: str
    region: str
    emails: Sequence[str]
    tags: Mapping[str, str]
    body: Mapping[str, object] | None = None
    answer_field: str | None = None
    alarm_topic_arn: pulumi.Input[str] | None = None
    access_log_bucket: pulumi.Input[str] | None = None


class SyntheticCheck(pulumi.ComponentResource):
    """A canary of CloudWatch Synthetics, its bucket and role, and an alarm when it fails twice in a row.

    It runs outside of the VPC, so that it comes the way that people come. All lies in the provider's region.
    """

    canary_name: pulumi.Output[str]

    def __init__(self, name: str, args: SyntheticCheckArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:synthetic_check:SyntheticCheck", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._lookup = pulumi.InvokeOutputOptions(parent=self)
        self._keys = self._secrets()
        bucket = SecureBucket(
            f"{name}-runs",
            SecureBucketArgs(
                # the script's own text, and logs without keys, questions or answers
                kms_key_arn=None,
                access_log_bucket=args.access_log_bucket,
                expire_days={f"{RUNS}/": RUN_DAYS},
                tags=args.tags,
            ),
            self._child,
        )
        canary = self._canary(bucket)
        self._alarm(canary)
        self.canary_name = canary.name
        self.register_outputs({"canary_name": self.canary_name})

    def _secrets(self) -> dict[str, pulumi.Input[str]]:
        settings = self._args.settings
        named = {"API_KEY_ARN": settings.api_key_secret_name, "EDGE_KEY_ARN": settings.edge_key_secret_name}
        return {
            variable: lookup_secret(secret, None, self._lookup).arn
            for variable, secret in named.items()
            if secret is not None
        }

    def _canary(self, bucket: SecureBucket) -> aws.synthetics.Canary:
        args, settings = self._args, self._args.settings
        # its role and its log's name say it before it is there
        canary_name = f"{args.stack_name}-answers".lower()
        script = aws.s3.BucketObjectv2(
            f"{self._name}-script",
            bucket=bucket.writable_name,
            key="synthetic_check.zip",
            # where the runtime looks for a canary's files (Synthetics API, CanaryCodeInput)
            source=pulumi.AssetArchive({"nodejs/node_modules/synthetic_check.js": pulumi.FileAsset(str(SCRIPT))}),
            tags=dict(args.tags),
            opts=self._child,
        )
        role, granted = self._role(bucket, canary_name)
        body = None if args.body is None else json.dumps(args.body, ensure_ascii=False)
        asked = {name: value for name, value in (("BODY", body), ("ANSWER_FIELD", args.answer_field)) if value}
        return aws.synthetics.Canary(
            f"{self._name}-canary",
            name=canary_name,
            runtime_version=RUNTIME,
            handler="synthetic_check.handler",
            s3_bucket=script.bucket,
            s3_key=script.key,
            s3_version=script.version_id,
            artifact_s3_location=pulumi.Output.concat("s3://", bucket.bucket_name, f"/{RUNS}"),
            execution_role_arn=role.arn,
            schedule=aws.synthetics.CanaryScheduleArgs(expression=f"rate({settings.every_minutes} minutes)"),
            run_config=aws.synthetics.CanaryRunConfigArgs(
                timeout_in_seconds=settings.max_answer_seconds + OVERHEAD_SECONDS,
                environment_variables={
                    "SITE_URL": args.url,
                    "ASKED_PATH": args.path,
                    **asked,
                    "EXPECTED": settings.expected,
                    "MAX_SECONDS": str(settings.max_answer_seconds),
                    **self._keys,
                },
            ),
            success_retention_period=RUN_DAYS,
            failure_retention_period=RUN_DAYS,
            start_canary=True,
            # else its function and layer stay behind, and nothing here knows them
            delete_lambda=True,
            tags=dict(args.tags),
            # it runs at once, and no property says what its role must be able to do by then
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[granted])),
        )

    def _role(self, bucket: SecureBucket, canary_name: str) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        """Make what a run needs (CloudWatch user guide, CloudWatch_Synthetics_Canaries_CanaryPermissions)."""
        args = self._args
        account = aws.get_caller_identity_output(opts=self._lookup).account_id
        partition = aws.get_partition_output(opts=self._lookup).partition
        role = aws.iam.Role(
            f"{self._name}-role",
            assume_role_policy=pulumi.Output.json_dumps(service_trust("lambda.amazonaws.com")),
            description=f"The canary {canary_name}",
            tags=dict(args.tags),
            opts=self._child,
        )
        log = pulumi.Output.concat(
            "arn:", partition, f":logs:{args.region}:", account, f":log-group:/aws/lambda/cwsyn-{canary_name}-*"
        )
        secrets = [allow("ReadsItsKeys", ["secretsmanager:GetSecretValue"], list(self._keys.values()))]
        statements = [
            allow(
                "PutsAwayItsRuns",
                ["s3:GetObject", "s3:PutObject"],
                [pulumi.Output.concat(bucket.bucket_arn, f"/{RUNS}/*")],
            ),
            allow("FindsItsBucket", ["s3:GetBucketLocation"], [bucket.bucket_arn]),
            # about no resource (Service Authorization Reference)
            allow("ListsBuckets", ["s3:ListAllMyBuckets"], ["*"]),
            allow("WritesItsLog", ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [log]),
            allow(
                "TellsHowItWent",
                ["cloudwatch:PutMetricData"],
                ["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": METRICS}},
            ),
            *(secrets if self._keys else []),
        ]
        granted = aws.iam.RolePolicy(
            f"{self._name}-policy",
            role=role.name,
            policy=pulumi.Output.json_dumps(document(statements)),
            opts=self._child,
        )
        return role, granted

    def _alarm(self, canary: aws.synthetics.Canary) -> None:
        args = self._args
        topic = args.alarm_topic_arn
        if topic is None:
            told = AlarmTopicArgs(emails=args.emails, region=args.region, tags=args.tags)
            topic = AlarmTopic(f"{self._name}-alarms", told, self._child).arn
        failed = MetricAlarm(
            "answers",
            "SuccessPercent",
            "below",
            # a run is a success or not
            50,
            "The site, asked through the CDN, does not answer, or late, or not as it should",
            period_seconds=args.settings.every_minutes * 60,
            periods=2,
        )
        metric_alarms(
            self._name,
            [failed],
            namespace=METRICS,
            dimensions={"CanaryName": canary.name},
            topic_arn=topic,
            tags=args.tags,
            opts=self._child,
        )
