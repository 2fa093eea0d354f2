"""What tells that the load balancer, or what stands behind it, answers with errors."""

from ..shared.metric_alarms import MetricAlarm

# namespace AWS/ApplicationELB, of a load balancer
BALANCER = (
    MetricAlarm(
        "rejections", "HTTPCode_ELB_5XX_Count", "above", 25, "The load balancer itself answers with errors", "Sum"
    ),
)
# likewise, of a target group
TARGETS = (
    MetricAlarm("unhealthy", "UnHealthyHostCount", "above", 0, "Pods fail the load balancer's check", "Maximum", 60, 5),
)
