"""Writes flows as files into the bucket, every day."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s

from ..shared.daily_upload import DailyUploadArgs, UploadTarget, daily_upload
from ..shared.node_image import NodeImage
from ..shared.node_script import MEMORY_LIMIT_MIB
from ..shared.references import ClusterRef
from .environment import NAMESPACE, PORT
from .settings import FlowExportSettings

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
    """When (settings), from which Service of which namespace, and into which bucket.

    `image` is Flowise's own: it stands on the nodes already, and has the S3 client with which Flowise stores files.
    `secret_name` is a Secret with FLOWISE_API_KEY and nothing else.
    """

    settings: FlowExportSettings
    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    image: NodeImage
    service_name: pulumi.Input[str]
    secret_name: pulumi.Input[str]
    target: UploadTarget
    cluster: ClusterRef
    tags: Mapping[str, str]


class FlowExport(pulumi.ComponentResource):
    """A CronJob that reads by an API key of its own, and may put objects under one prefix, no more."""

    def __init__(self, name: str, args: FlowExportArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:flowise_service:FlowExport", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        labels = {**args.labels, "app.kubernetes.io/component": COMPONENT}
        files = k8s.core.v1.ConfigMap(
            f"{name}-files",
            metadata=k8s.meta.v1.ObjectMetaArgs(namespace=args.namespace, labels=labels),
            data={path.name: path.read_text() for path in (*FILES, SHARED / "json_logs.cjs")},
            immutable=True,
            opts=child,
        )
        daily_upload(
            name,
            DailyUploadArgs(
                what="Exports",
                component=COMPONENT,
                daily_at=args.settings.daily_at,
                namespace=args.namespace,
                namespace_name=NAMESPACE,
                labels=args.labels,
                image=args.image,
                script=SCRIPT.name,
                files=files.metadata.name,
                environment={
                    "FLOWISE_URL": pulumi.Output.format("http://{0}:{1}", args.service_name, PORT),
                    "PREFIX": args.target.prefix,
                    "SECRET_VARIABLES": ",".join(args.settings.secret_variables),
                },
                secret=args.secret_name,
                target=args.target,
                cluster=args.cluster,
                late_seconds=LATE_SECONDS,
                longest_seconds=LONGEST_SECONDS,
                retries=TRIES,
                cpu_millicores=CPU_MILLICORES,
                memory_mib=MEMORY_MIB,
                tags=args.tags,
            ),
            child,
        )
        self.register_outputs({})
