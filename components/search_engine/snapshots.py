"""Puts a snapshot of the engine into a bucket, every day."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from ..shared.iam_documents import Statement, allow
from ..shared.node_script import NodeImage
from ..shared.pod_role import PodRole, PodRoleArgs
from ..shared.references import ClusterRef
from ..shared.scheduled_script import MountedClaim, ScheduledScript
from .engine_pod import DATA_AT, SNAPSHOT, SNAPSHOT_SCRIPT
from .network_policies import ENGINE
from .network_policies import SNAPSHOT as COMPONENT

PREFIX = "snapshots/"
SEARCH_KEY = "SEARCH_KEY"
LATE_SECONDS, LONGEST_SECONDS, RETRIES = 3600, 2400, 2


@dataclass(frozen=True, kw_only=True)
class SnapshotsArgs:
    """When, of which engine, and into which bucket under which key.

    `secret` has SEARCH_KEY and nothing else; `claim` is of the volume that the engine writes its snapshot on.
    """

    daily_at: str
    namespace: pulumi.Input[str]
    namespace_name: str
    labels: Mapping[str, str]
    image: NodeImage
    files: pulumi.Input[str]
    claim: pulumi.Input[str]
    url: pulumi.Input[str]
    secret: pulumi.Input[str]
    bucket: pulumi.Input[str]
    bucket_arn: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]
    region: str
    cluster: ClusterRef
    tags: Mapping[str, str]


class Snapshots(pulumi.ComponentResource):
    """A CronJob on the engine's node, which alone has its volume: it reads that, and may put objects and no more."""

    def __init__(self, name: str, args: SnapshotsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:search_engine:Snapshots", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        labels = {**args.labels, "app.kubernetes.io/component": COMPONENT}
        role = PodRole(
            f"{name}-role",
            PodRoleArgs(
                cluster_name=args.cluster.name,
                cluster_arn=args.cluster.arn,
                namespace=args.namespace_name,
                service_account=COMPONENT,
                statements=_puts(args),
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
        # a pod started before its account's role is associated never gets credentials
        ready = pulumi.Output.all(account.metadata.name, role.association_id).apply(lambda known: str(known[0]))
        partition = aws.get_partition_output(opts=pulumi.InvokeOutputOptions(parent=self))
        hour, minute = map(int, args.daily_at.split(":"))
        script = ScheduledScript(
            schedule=f"{minute} {hour} * * *",
            script=SNAPSHOT_SCRIPT.name,
            files=args.files,
            account=ready,
            image=args.image,
            labels=labels,
            environment={
                "AWS_REGION": args.region,
                "BUCKET": args.bucket,
                "DNS_SUFFIX": partition.dns_suffix,
                "SEARCH_URL": args.url,
                "SNAPSHOT": SNAPSHOT,
            },
            env_from=[args.secret],
            claim=MountedClaim(
                name=args.claim, at=DATA_AT, beside={**args.labels, "app.kubernetes.io/component": ENGINE}
            ),
            late_seconds=LATE_SECONDS,
            longest_seconds=LONGEST_SECONDS,
            retries=RETRIES,
        )
        meta = k8s.meta.v1.ObjectMetaArgs(namespace=args.namespace, labels=labels)
        k8s.batch.v1.CronJob(f"{name}-job", metadata=meta, spec=script.spec(), opts=child)
        self.register_outputs({})


def _puts(args: SnapshotsArgs) -> list[Statement]:
    return [
        allow("PutsSnapshots", ["s3:PutObject"], [pulumi.Output.concat(args.bucket_arn, f"/{PREFIX}*")]),
        allow("EncryptsSnapshots", ["kms:GenerateDataKey"], [args.kms_key_arn]),
    ]
