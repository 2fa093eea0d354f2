"""The dashboards that Grafana's sidecar finds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s

# What the sidecar of Grafana's chart looks for (sidecar.dashboards.label in its values).
LABEL = "grafana_dashboard"


@dataclass(frozen=True, kw_only=True)
class DashboardsArgs:
    """Where Grafana runs, and the files of its pages by name."""

    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    pages: Mapping[str, Path]


class Dashboards(pulumi.ComponentResource):
    """A ConfigMap for each page: all in one would come near the MiB that a ConfigMap holds."""

    def __init__(self, name: str, args: DashboardsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:monitoring_stack:Dashboards", name, {}, opts)
        for page, path in sorted(args.pages.items()):
            k8s.core.v1.ConfigMap(
                # an object's name is made of it, and has no underscore
                f"{name}-{page.replace('_', '-')}",
                metadata=k8s.meta.v1.ObjectMetaArgs(namespace=args.namespace, labels={**args.labels, LABEL: "1"}),
                # the indentation is for whoever reads what changed
                data={f"{page}.json": json.dumps(json.loads(path.read_text(encoding="utf-8")), separators=(",", ":"))},
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
