"""Tells Prometheus what stands in Flowise's queues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from ..shared.node_image import NodeImage
from ..shared.node_script import NodeScript, NodeScriptArgs
from ..shared.references import CacheRef

SCRIPT = Path(__file__).parent / "assets" / "queue_exporter.cjs"
COMPONENT = "queue-exporter"
PORT_NAME, PORT = "metrics", 9464


@dataclass(frozen=True, kw_only=True)
class QueueExporterArgs:
    """Whose queues (Flowise's QUEUE_NAME of each release), and how to log in to the cache that holds them.

    `secret_name` is a Secret with REDIS_PASSWORD and nothing else.
    """

    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    tools_image: NodeImage
    queue_names: Sequence[str]
    cache: CacheRef
    secret_name: pulumi.Input[str]


class QueueExporter(pulumi.ComponentResource):
    """One pod that reads the queues of all releases, and writes nothing. Two would count each finished job twice."""

    def __init__(self, name: str, args: QueueExporterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:flowise_service:QueueExporter", name, {}, opts)
        cache = args.cache
        NodeScript(
            f"{name}-exporter",
            NodeScriptArgs(
                script=SCRIPT,
                namespace=args.namespace,
                labels={**args.labels, "app.kubernetes.io/component": COMPONENT},
                image=args.tools_image,
                environment={
                    "METRICS_PORT": str(PORT),
                    "QUEUE_NAMES": ",".join(args.queue_names),
                    "REDIS_HOST": cache.address,
                    "REDIS_PORT": pulumi.Output.format("{0}", cache.port),
                    "REDIS_USERNAME": cache.username,
                    "REDIS_TLS": "true",
                },
                env_from=[args.secret_name],
                port_name=PORT_NAME,
                port=PORT,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
