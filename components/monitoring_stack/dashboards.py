"""The dashboards that Grafana's sidecar finds."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s

PAGES = Path(__file__).parent / "assets" / "dashboards"
# What the sidecar of Grafana's chart looks for (sidecar.dashboards.label in its values).
LABEL = "grafana_dashboard"


@dataclass(frozen=True, kw_only=True)
class DashboardsArgs:
    """Where Grafana runs, and the pages that show what this stack lacks (`queue`, `logs`)."""

    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    left_out: Collection[str] = ()


class Dashboards(pulumi.ComponentResource):
    """A ConfigMap for each page of assets/dashboards: all in one would come near the MiB that a ConfigMap holds."""

    def __init__(self, name: str, args: DashboardsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:monitoring_stack:Dashboards", name, {}, opts)
        for path in sorted(PAGES.glob("*.json")):
            if path.stem in args.left_out:
                continue
            k8s.core.v1.ConfigMap(
                f"{name}-{path.stem}",
                metadata=k8s.meta.v1.ObjectMetaArgs(namespace=args.namespace, labels={**args.labels, LABEL: "1"}),
                # the indentation is for whoever reads what changed
                data={path.name: json.dumps(json.loads(path.read_text(encoding="utf-8")), separators=(",", ":"))},
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
