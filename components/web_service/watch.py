"""What watches a service's load balancer and its autoscalers: alerts, and CloudWatch's metrics of the former."""

from dataclasses import dataclass

from ..shared.watch import Alert, CloudWatch, Group, Scrape, TaggedMetrics, Watch, either
from .event_autoscaler import METRICS, NAMESPACE, OPERATOR

BALANCER = "dimension_LoadBalancer"
# of the load balancer itself, in five minutes
MOST_REJECTED = 25
BALANCERS = TaggedMetrics(
    namespace="AWS/ApplicationELB",
    dimensions=("LoadBalancer",),
    metrics={
        "ActiveConnectionCount": ("Sum",),
        "HTTPCode_ELB_5XX_Count": ("Sum",),
        "HTTPCode_Target_2XX_Count": ("Sum",),
        "HTTPCode_Target_4XX_Count": ("Sum",),
        "HTTPCode_Target_5XX_Count": ("Sum",),
        "RejectedConnectionCount": ("Sum",),
        "RequestCount": ("Sum",),
        "TargetConnectionErrorCount": ("Sum",),
        "TargetResponseTime": ("Average", "p95", "p99"),
    },
)
TARGETS = TaggedMetrics(
    namespace="AWS/ApplicationELB",
    dimensions=("LoadBalancer", "TargetGroup"),
    metrics={"HealthyHostCount": ("Minimum",), "UnHealthyHostCount": ("Maximum",)},
)


@dataclass(frozen=True, kw_only=True)
class Autoscalers:
    """How many a service's namespace has, and whether KEDA makes some of them."""

    namespace: str
    count: int
    by_queue: bool = False


def watch(autoscalers: Autoscalers) -> Watch:
    """Return what watches a load balancer and these autoscalers."""
    return Watch(
        groups=[Group(name="scaling", alerts=_scaling(autoscalers))] if autoscalers.count else [],
        scrapes=[_keda()] if autoscalers.by_queue else [],
        cloudwatch=CloudWatch(metrics=[BALANCERS, TARGETS], groups=[Group(name="edge", alerts=_alerts())]),
    )


def _keda() -> Scrape:
    return Scrape(
        job="keda",
        by="pods",
        namespace=NAMESPACE,
        labels={"app.kubernetes.io/name": [OPERATOR]},
        port_name="metrics",
        port=METRICS,
    )


def _scaling(autoscalers: Autoscalers) -> list[Alert]:
    where = f'namespace="{autoscalers.namespace}"'
    known = f"kube_horizontalpodautoscaler_spec_max_replicas{{{where}}}"
    return [
        Alert(
            name="AutoscalerBlind",
            expression="max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_condition"
            f'{{{where},condition="ScalingActive",status="false"}}) > 0',
            lasting="15m",
            severity="warning",
            summary="An autoscaler has no metric: {{ $labels.horizontalpodautoscaler }}",
            description="{{ $labels.horizontalpodautoscaler }} cannot read what it scales by: the number of pods stays.",
        ),
        Alert(
            name="AutoscalerMissing",
            # without kube-state-metrics none is known, which TargetMissing tells
            expression=f"(count({known}) or vector(0)) < {autoscalers.count} "
            'and on () max(up{job="kube-state-metrics"}) == 1',
            lasting="15m",
            severity="warning",
            summary="An autoscaler is missing",
            description=f"{{{{ $value }}}} stand in {autoscalers.namespace}; there should be {autoscalers.count}.",
        ),
        *([_queue_unread()] if autoscalers.by_queue else []),
    ]


def _queue_unread() -> Alert:
    # With a fallback the autoscaler goes on as if all were well (workload: fallback), so that KEDA itself is asked.
    # pkg/metricscollector/prommetrics.go: a metric that was not read, and a ScaledObject that could not be checked.
    failed = ("keda_scaler_detail_errors_total", "keda_scaled_object_errors_total")
    return Alert(
        name="ScalerFails",
        expression=either(*(f"sum by (scaledObject) (increase({each}[5m])) > 0" for each in failed)),
        lasting="10m",
        severity="warning",
        summary="KEDA cannot read a queue: {{ $labels.scaledObject }}",
        description="KEDA fails to read what {{ $labels.scaledObject }} scales by; meanwhile its fallback acts, and no "
        "worker more comes, however many jobs wait.",
    )


def _alerts() -> list[Alert]:
    return [
        Alert(
            name="BalancerErrors",
            expression=f"max by ({BALANCER}) (aws_applicationelb_httpcode_elb_5_xx_count_sum) > {MOST_REJECTED}",
            lasting="10m",
            severity="warning",
            summary=f"The load balancer's own 5xx errors: {{{{ $labels.{BALANCER} }}}}",
            description="{{ $value }} requests in five minutes reached no server, or one that hung up.",
        ),
        Alert(
            name="TargetsUnhealthy",
            expression=f"max by ({BALANCER}, dimension_TargetGroup) (aws_applicationelb_un_healthy_host_count_maximum) > 0",
            lasting="10m",
            severity="warning",
            summary="Unhealthy targets, they fail the load balancer's health check: {{ $labels.dimension_TargetGroup }}",
            description="{{ $value }} servers get no requests.",
        ),
    ]
