"""The load balancer."""

from tests.components.monitoring_stack.cases.case import calm, story

ELB = 'aws_applicationelb_httpcode_elb_5_xx_count_sum{dimension_LoadBalancer="app/flowise/1"}'
SICK = 'aws_applicationelb_un_healthy_host_count_maximum{dimension_LoadBalancer="app/flowise/1",dimension_TargetGroup="targetgroup/t/1"}'

CASES = (
    story(
        "BalancerErrors",
        "warning",
        "it answers by itself",
        {ELB: "0x5 40x20 0x10"},
        "10m",
        "20m",
        "34m",
        {"dimension_LoadBalancer": "app/flowise/1"},
    ),
    calm("BalancerErrors", "a few", {ELB: "20x40"}, "30m"),
    story(
        "TargetsUnhealthy",
        "warning",
        "a server fails its check",
        {SICK: "0x5 1x20 0x10"},
        "10m",
        "20m",
        "34m",
        {"dimension_LoadBalancer": "app/flowise/1", "dimension_TargetGroup": "targetgroup/t/1"},
    ),
    calm("TargetsUnhealthy", "a rollout", {SICK: "0x5 1x5 0x20"}, "10m", "20m"),
)
