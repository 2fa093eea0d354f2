"""A script of Node that puts objects into a bucket, every day, and may do nothing else there."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from .iam_documents import allow
from .node_image import NodeImage
from .node_script import CPU_MILLICORES, MEMORY_LIMIT_MIB
from .pod_role import PodRole, PodRoleArgs
from .references import ClusterRef
from .scheduled_script import MountedClaim, ScheduledScript


@dataclass(frozen=True, kw_only=True)
class UploadTarget:
    """A bucket under its key, and the prefix beneath which objects are put."""

    bucket: pulumi.Input[str]
    bucket_arn: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]
    prefix: str
    region: str


@dataclass(frozen=True, kw_only=True)
class DailyUploadArgs:
    """When (`03:00`, UTC), as whom (`component` is account and label), and what of `ScheduledScript` it is.

    `what` is put there, in a policy's words: `Exports`. `secret` is a Secret of which it gets every key.
    """

    what: str
    component: str
    daily_at: str
    namespace: pulumi.Input[str]
    namespace_name: str
    labels: Mapping[str, str]
    image: NodeImage
    script: str
    files: pulumi.Input[str]
    environment: Mapping[str, pulumi.Input[str]]
    secret: pulumi.Input[str]
    target: UploadTarget
    cluster: ClusterRef
    late_seconds: int
    longest_seconds: int
    retries: int
    tags: Mapping[str, str]
    cpu_millicores: int = CPU_MILLICORES
    memory_mib: int = MEMORY_LIMIT_MIB
    claim: MountedClaim | None = None


def daily_upload(name: str, args: DailyUploadArgs, opts: pulumi.ResourceOptions) -> None:
    """Make role, account and CronJob."""
    labels, target = {**args.labels, "app.kubernetes.io/component": args.component}, args.target
    beneath = pulumi.Output.concat(target.bucket_arn, f"/{target.prefix}*")
    role = PodRole(
        f"{name}-role",
        PodRoleArgs(
            cluster_name=args.cluster.name,
            cluster_arn=args.cluster.arn,
            namespace=args.namespace_name,
            service_account=args.component,
            statements=[
                allow(f"Writes{args.what}", ["s3:PutObject"], [beneath]),
                allow(f"Encrypts{args.what}", ["kms:GenerateDataKey"], [target.kms_key_arn]),
            ],
            tags=args.tags,
        ),
        opts,
    )
    account = k8s.core.v1.ServiceAccount(
        f"{name}-account",
        metadata=k8s.meta.v1.ObjectMetaArgs(name=args.component, namespace=args.namespace, labels=labels),
        automount_service_account_token=False,
        opts=opts,
    )
    hour, minute = map(int, args.daily_at.split(":"))
    script = ScheduledScript(
        schedule=f"{minute} {hour} * * *",
        script=args.script,
        files=args.files,
        account=role.granted_to(account.metadata.name),
        image=args.image,
        labels=labels,
        environment={"AWS_REGION": target.region, "BUCKET": target.bucket, **args.environment},
        env_from=[args.secret],
        claim=args.claim,
        late_seconds=args.late_seconds,
        longest_seconds=args.longest_seconds,
        retries=args.retries,
        cpu_millicores=args.cpu_millicores,
        memory_mib=args.memory_mib,
    )
    meta = k8s.meta.v1.ObjectMetaArgs(namespace=args.namespace, labels=labels)
    k8s.batch.v1.CronJob(f"{name}-job", metadata=meta, spec=script.spec(), opts=opts)
