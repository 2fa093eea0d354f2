"""KEDA: scales workloads by what waits for them."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..shared.isolated_namespace import operator_namespace
from ..shared.network_policies import NetworkRanges, operator_policies
from .keda_chart import event_autoscaler_values

NAMESPACE = CHART = "keda"
# 2.19 is tested with Kubernetes 1.32 to 1.34 and later (KEDA's compatibility matrix); its CRDs serve keda.sh/v1alpha1
CHART_VERSION = "2.19.0"  # chart keda
CHARTS = "https://kedacore.github.io/charts"
# what the API server calls: admission and the external metrics (the chart's ports)
WEBHOOK_PORT, METRICS_PORT = 9443, 6443
# the operator's own metrics, and the name that its pods bear (the chart's)
METRICS, OPERATOR = 8080, "keda-operator"


@dataclass(frozen=True, kw_only=True)
class EventAutoscalerArgs:
    """The one namespace whose workloads it scales, and where the queue is that it looks at."""

    watched_namespace: pulumi.Input[str]  # of a namespace that stands: the chart binds a role in it
    ranges: NetworkRanges


class EventAutoscaler(pulumi.ComponentResource):
    """The operator in a namespace of its own. It reads Secrets of the watched namespace and of no other."""

    def __init__(self, name: str, args: EventAutoscalerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:web_service:EventAutoscaler", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        # it asks the API server and the cache, and nothing of AWS nor of the internet
        policies = operator_policies(
            args.ranges, called_on=[WEBHOOK_PORT, METRICS_PORT], scraped_on=[METRICS], asks_cache=True
        )
        k8s.helm.v3.Release(
            f"{name}-release",
            chart=CHART,
            version=CHART_VERSION,
            namespace=operator_namespace(name, NAMESPACE, policies, child),
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=CHARTS),
            atomic=True,
            values=event_autoscaler_values(watched_namespace=args.watched_namespace, metrics_port=METRICS),
            opts=child,
        )
        self.register_outputs({})
