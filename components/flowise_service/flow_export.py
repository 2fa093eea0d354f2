"""Writes flows as files into the bucket, every day."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s

from ..shared.iam_documents import Statement, allow
from ..shared.node_script import MEMORY_LIMIT_MIB, NodeImage
from ..shared.pod_role import PodRole, PodRoleArgs
from ..shared.references import ClusterRef
from ..shared.scheduled_script import ScheduledScript
from .environment import NAMESPACE, PORT
from .settings import FLOW_EXPORT_PREFIX, FlowExportSettings

SHARED = Path(__file__).parents[1] / "shared" / "assets"
ASSETS = Path(__file__).parent / "assets"
SCRIPT = ASSETS / "flow_export.cjs"
# it runs apart: a change of these restarts nothing of Flowise's
FILES = (SCRIPT, ASSETS / "flow_files.cjs", ASSETS / "flow_files.json")
COMPONENT, KEY = "flow-export", "flow_export_api_key"
TRIES, LONGEST_SECONDS, LATE_SECONDS = 2, 900, 3600
CPU_MILLICORES, MEMORY_MIB = 50, MEMORY_LIMIT_MIB


@dataclass(frozen=True, kw_only=True)
class FlowExportArgs:
    """When (settings), from which Service of which namespace, and into which bucket under which key.

    `image` is Flowise's own: it stands on the nodes already, and has the S3 client with which Flowise stores files.
    `secret_name` is a Secret with FLOWISE_API_KEY and nothing else.
    """

    settings: FlowExportSettings
    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    image: NodeImage
    service_name: pulumi.Input[str]
    secret_name: pulumi.Input[str]
    bucket: pulumi.Input[str]
    bucket_arn: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]
    region: str
    cluster: ClusterRef
    tags: Mapping[str, str]


class FlowExport(pulumi.ComponentResource):
    """A CronJob that reads by an API key of its own, and may put objects under one prefix, no more."""

    def __init__(self, name: str, args: FlowExportArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:flowise_service:FlowExport", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        labels = {**args.labels, "app.kubernetes.io/component": COMPONENT}
        role = PodRole(
            f"{name}-role",
            PodRoleArgs(
                cluster_name=args.cluster.name,
                cluster_arn=args.cluster.arn,
                namespace=NAMESPACE,
                service_account=COMPONENT,
                statements=_writes(args),
                tags=args.tags,
            ),
            child,
        )
        account = k8s.core.v1.ServiceAccount(
            f"{name}-account",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=COMPONENT, namespace=args.namespace, labels=labels),
            automount_service_account_token=False,
            opts=child,
        )
        meta = k8s.meta.v1.ObjectMetaArgs(namespace=args.namespace, labels=labels)
        files = k8s.core.v1.ConfigMap(
            f"{name}-files",
            metadata=meta,
            data={path.name: path.read_text() for path in (*FILES, SHARED / "json_logs.cjs")},
            immutable=True,
            opts=child,
        )
        # a pod started before its account's role is associated never gets credentials
        ready = pulumi.Output.all(account.metadata.name, role.association_id).apply(lambda known: str(known[0]))
        hour, minute = map(int, args.settings.daily_at.split(":"))
        script = ScheduledScript(
            schedule=f"{minute} {hour} * * *",
            script=SCRIPT.name,
            files=files.metadata.name,
            account=ready,
            image=args.image,
            labels=labels,
            environment=_environment(args),
            env_from=[args.secret_name],
            late_seconds=LATE_SECONDS,
            longest_seconds=LONGEST_SECONDS,
            retries=TRIES,
            cpu_millicores=CPU_MILLICORES,
            memory_mib=MEMORY_MIB,
        )
        k8s.batch.v1.CronJob(f"{name}-job", metadata=meta, spec=script.spec(), opts=child)
        self.register_outputs({})


def _writes(args: FlowExportArgs) -> list[Statement]:
    return [
        allow("WritesExports", ["s3:PutObject"], [pulumi.Output.concat(args.bucket_arn, f"/{FLOW_EXPORT_PREFIX}*")]),
        allow("EncryptsExports", ["kms:GenerateDataKey"], [args.kms_key_arn]),
    ]


def _environment(args: FlowExportArgs) -> dict[str, pulumi.Input[str]]:
    return {
        "AWS_REGION": args.region,
        "FLOWISE_URL": pulumi.Output.format("http://{0}:{1}", args.service_name, PORT),
        "BUCKET": args.bucket,
        "PREFIX": FLOW_EXPORT_PREFIX,
        "SECRET_VARIABLES": ",".join(args.settings.secret_variables),
    }
