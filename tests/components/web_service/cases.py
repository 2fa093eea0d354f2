"""The load balancer and the autoscalers."""

from tests.components.monitoring_stack.cases.case import calm, counter, story

ELB = 'aws_applicationelb_httpcode_elb_5_xx_count_sum{dimension_LoadBalancer="app/flowise/1"}'
SICK = 'aws_applicationelb_un_healthy_host_count_maximum{dimension_LoadBalancer="app/flowise/1",dimension_TargetGroup="targetgroup/t/1"}'
HPA = 'kube_horizontalpodautoscaler_{}{{namespace="flowise",horizontalpodautoscaler="{}"{}}}'
SERVERS, WORKERS = (HPA.format("spec_max_replicas", name, "") for name in ("servers", "keda-hpa-workers"))
BLIND = HPA.format("status_condition", "servers", ',condition="ScalingActive",status="false"')
OBJECTS = 'up{job="kube-state-metrics"}'
UNREAD = 'keda_scaler_detail_errors_total{scaledObject="workers",triggerIndex="0"}'
UNCHECKED = 'keda_scaled_object_errors_total{scaledObject="workers"}'

CASES = (
    story(
        "AutoscalerBlind",
        "warning",
        "there are no figures of the pods",
        {BLIND: "0x5 1x30 0x10"},
        "15m",
        "25m",
        "40m",
        {"namespace": "flowise", "horizontalpodautoscaler": "servers"},
    ),
    calm("AutoscalerBlind", "its pods start", {BLIND: "1x8 0x30"}, "5m", "20m"),
    calm("AutoscalerBlind", "another namespace's", {BLIND.replace("flowise", "shop"): "1x60"}, "50m"),
    story(
        "AutoscalerMissing",
        "warning",
        "KEDA has made none",
        {OBJECTS: "1x80", SERVERS: "6x80", WORKERS: "_x40 12x40"},
        "10m",
        "30m",
        "50m",
    ),
    story(
        "AutoscalerMissing",
        "warning",
        "there is none at all",
        {
            OBJECTS: "1x80",
            SERVERS: "_x80",
            WORKERS: "_x40 12x1 12x40",
            HPA.format("spec_max_replicas", "late", ""): "_x40 6x40",
        },
        "10m",
        "30m",
        "60m",
    ),
    calm("AutoscalerMissing", "nobody tells of objects", {OBJECTS: "0x60"}, "50m"),
    calm(
        "AutoscalerMissing", "a new stack", {OBJECTS: "1x60", SERVERS: "_x3 6x60", WORKERS: "_x10 12x60"}, "12m", "40m"
    ),
    story(
        "ScalerFails",
        "warning",
        "the cache refuses the login",
        {UNREAD: counter((10, 0), (30, 4), (40, 0))},
        "12m",
        "30m",
        "60m",
        {"scaledObject": "workers"},
    ),
    story(
        "ScalerFails",
        "warning",
        "its password is not found",
        {UNCHECKED: counter((10, 0), (30, 4), (40, 0))},
        "12m",
        "30m",
        "60m",
        {"scaledObject": "workers"},
    ),
    calm("ScalerFails", "the cache fails over", {UNREAD: counter((10, 0), (2, 4), (40, 0))}, "14m", "30m"),
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
