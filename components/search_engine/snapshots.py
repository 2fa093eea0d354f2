"""Puts a snapshot of the engine into a bucket, every day."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.daily_upload import DailyUploadArgs, UploadTarget, daily_upload
from ..shared.node_image import NodeImage
from ..shared.references import ClusterRef
from ..shared.scheduled_script import MountedClaim
from .engine_pod import DATA_AT, SNAPSHOT, SNAPSHOT_SCRIPT
from .network_policies import ENGINE
from .network_policies import SNAPSHOT as COMPONENT

PREFIX = "snapshots/"
SEARCH_KEY = "SEARCH_KEY"
LATE_SECONDS, LONGEST_SECONDS, RETRIES = 3600, 2400, 2


@dataclass(frozen=True, kw_only=True)
class SnapshotsArgs:
    """When, of which engine, and into which bucket.

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
    target: UploadTarget
    cluster: ClusterRef
    tags: Mapping[str, str]


class Snapshots(pulumi.ComponentResource):
    """A CronJob on the engine's node, which alone has its volume: it reads that, and may put objects and no more."""

    def __init__(self, name: str, args: SnapshotsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:search_engine:Snapshots", name, {}, opts)
        partition = aws.get_partition_output(opts=pulumi.InvokeOutputOptions(parent=self))
        daily_upload(
            name,
            DailyUploadArgs(
                what="Snapshots",
                component=COMPONENT,
                daily_at=args.daily_at,
                namespace=args.namespace,
                namespace_name=args.namespace_name,
                labels=args.labels,
                image=args.image,
                script=SNAPSHOT_SCRIPT.name,
                files=args.files,
                environment={
                    "DNS_SUFFIX": partition.dns_suffix,
                    "SEARCH_URL": args.url,
                    "SNAPSHOT": SNAPSHOT,
                },
                secret=args.secret,
                claim=MountedClaim(
                    name=args.claim, at=DATA_AT, beside={**args.labels, "app.kubernetes.io/component": ENGINE}
                ),
                target=args.target,
                cluster=args.cluster,
                late_seconds=LATE_SECONDS,
                longest_seconds=LONGEST_SECONDS,
                retries=RETRIES,
                tags=args.tags,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
