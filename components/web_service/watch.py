"""What watches a load balancer: CloudWatch's metrics of it and of its target groups, and alerts on them."""

from ..shared.watch import Alert, CloudWatch, Group, TaggedMetrics, Watch

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


def watch() -> Watch:
    """Return what watches a load balancer."""
    return Watch(cloudwatch=CloudWatch(metrics=[BALANCERS, TARGETS], groups=[Group(name="edge", alerts=_alerts())]))


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
