"""Alerts on Flowise's servers, and on the model endpoint that flows call."""

from ..shared.watch import Alert, either, ratio
from .metrics import (
    DATABRICKS_JOB,
    IN_FLOWISE,
    PODS_JOB,
    SECONDS,
    SERVERS_JOB,
    SERVING_JOB,
    SERVING_LABEL,
    SERVING_PREFIX,
)
from .settings import ServiceSettings

# more than the slowest start that was measured (55 s on a quarter of a core), and a setup that waits for another's
START_SECONDS = 180
ERROR_SHARE = 0.05
# Node answers nobody while its event loop is busy
LOOP_LAG_SECONDS = 1
MEMORY_SHARE = 0.9
DATABRICKS_SECONDS = 2
MOST_SERVING_ERRORS = 0.05
# a daily run, and half a day to notice and mend
OLDEST_EXPORT_SECONDS = 129600


def service_alerts(settings: ServiceSettings) -> list[Alert]:
    """Return the alerts on what people wait for."""
    objectives, colour = settings.objectives, settings.active_colour()
    seconds, slow = f"{objectives.latency_threshold_seconds:g}", objectives.prediction_seconds
    servers = f'{IN_FLOWISE},deployment=~".*-{f"{colour}-" if colour else ""}server-pods-.*"'
    return [
        *_down(servers),
        Alert(
            name="HighLatency",
            expression=_late("5m", seconds, slow),
            lasting=f"{objectives.latency_for_minutes}m",
            severity="critical",
            summary="Latency p95 is high: {{ $labels.path }}",
            description=f"5 % of the answers of class {{{{ $labels.path }}}} take {{{{ $value | humanizeDuration "
            f"}}}}; the limit is {seconds} s, and {slow:g} s for predictions.",
        ),
        Alert(
            name="HighResponseTime",
            expression=_late("2m", "2", slow),
            lasting="2m",
            severity="warning",
            summary="Latency p95 rises: {{ $labels.path }}",
            description="The 95th percentile of class {{ $labels.path }} is {{ $value | humanizeDuration }}; the limit is "
            f"2 s, and {slow:g} s for predictions.",
        ),
        Alert(
            name="HighErrorRate",
            expression=ratio(
                f'sum(rate({SECONDS}_count{{{IN_FLOWISE},code=~"5.."}}[5m]))',
                f"sum(rate({SECONDS}_count{{{IN_FLOWISE}}}[5m]))",
            )
            + f" > {ERROR_SHARE}",
            lasting="5m",
            severity="critical",
            summary="The error rate is high",
            description="{{ $value | humanizePercentage }} of the answers are 5xx.",
        ),
        *_health(),
    ]


def _late(window: str, seconds: str, prediction_seconds: float) -> str:
    """Compare the 95th percentile of each class of paths; a model's answer is measured by its own limit."""
    percentile = 'histogram_quantile(0.95, sum by (le, path) (rate({0}_bucket{{{1},path{2}"prediction"}}[{3}]))) > {4}'
    return either(
        percentile.format(SECONDS, IN_FLOWISE, "!=", window, seconds),
        percentile.format(SECONDS, IN_FLOWISE, "=", window, f"{prediction_seconds:g}"),
    )


def _down(servers: str) -> list[Alert]:
    return [
        Alert(
            name="AppInstanceDown",
            # a pod that starts answers nobody yet; without kube-state-metrics none is taken for one that starts
            expression=either(
                f'(up{{job="{PODS_JOB}"}} == 0) unless on (namespace, pod) '
                f"(time() - kube_pod_created{{{IN_FLOWISE}}} < {START_SECONDS})",
                f'absent(up{{job="{PODS_JOB}"}})',
            ),
            lasting="1m",
            severity="critical",
            summary="A process of Flowise does not answer {{ $labels.pod }}",
            description="Pod {{ $labels.pod }} has not answered on its probe port for a minute, or no pod is known at all.",
            falls_with_cluster=True,
        ),
        Alert(
            name="FlowiseNotReady",
            expression=either(
                f"sum(kube_deployment_status_replicas_available{{{servers}}}) < 1",
                f"absent(kube_deployment_status_replicas_available{{{servers}}})",
            ),
            lasting="5m",
            severity="critical",
            summary="No server of Flowise is ready",
            description="None of the servers that the site asks can do its work: database, cache or start failed.",
            falls_with_cluster=True,
        ),
        Alert(
            name="ReplicasMissing",
            expression=f"kube_deployment_spec_replicas{{{IN_FLOWISE}}} - on (namespace, deployment) "
            f"kube_deployment_status_replicas_available{{{IN_FLOWISE}}} > 0",
            lasting="15m",
            severity="warning",
            summary="Pods are missing: {{ $labels.deployment }}",
            description="{{ $value }} pods of {{ $labels.deployment }} have not been available for a quarter of an hour.",
        ),
        Alert(
            name="FlowiseRestarts",
            # increase() extrapolates: two restarts are 2.07, three are 3.1
            expression="sum by (namespace, pod) "
            f"(increase(kube_pod_container_status_restarts_total{{{IN_FLOWISE}}}[30m])) > 2.5",
            lasting="1m",
            severity="warning",
            summary="A pod of Flowise keeps restarting: {{ $labels.pod }}",
            description="{{ $labels.pod }} restarted {{ $value | humanize }} times in half an hour.",
            falls_with_cluster=True,
        ),
    ]


def _health() -> list[Alert]:
    container = f'{IN_FLOWISE},container!=""'
    return [
        Alert(
            name="FlowiseMemoryHigh",
            expression=f"max by (namespace, pod, container) (container_memory_working_set_bytes{{{container}}}) "
            "/ on (namespace, pod, container) max by (namespace, pod, container) "
            f'(kube_pod_container_resource_limits{{{IN_FLOWISE},resource="memory"}}) > {MEMORY_SHARE}',
            lasting="15m",
            severity="warning",
            summary="Memory saturation of a pod of Flowise: {{ $labels.pod }}",
            description="{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its limit; past it the kernel kills it.",
        ),
        Alert(
            name="FlowiseOutOfMemory",
            expression=f'kube_pod_container_status_last_terminated_reason{{{IN_FLOWISE},reason="OOMKilled"}} == 1 '
            "and on (namespace, pod, container) "
            f"increase(kube_pod_container_status_restarts_total{{{IN_FLOWISE}}}[15m]) > 0",
            lasting="",
            severity="warning",
            summary="A pod of Flowise was OOM-killed: {{ $labels.pod }}",
            description="What {{ $labels.pod }} was busy with is lost.",
        ),
        Alert(
            name="EventLoopBlocked",
            expression=f'nodejs_eventloop_lag_p99_seconds{{job="{PODS_JOB}"}} > {LOOP_LAG_SECONDS}',
            lasting="10m",
            severity="warning",
            summary="Event loop lag is high: {{ $labels.pod }}",
            description="The event loop of {{ $labels.pod }} lags {{ $value | humanizeDuration }}: it answers nobody meanwhile.",
        ),
        Alert(
            name="FlowiseMetricsMissing",
            # Flowise's own counter, which is of no use for latencies, vouches for ours
            expression=f'sum(rate(http_request_duration_ms_count{{job="{SERVERS_JOB}",route!~".*(ping|metrics).*"}}[15m])) > 0 '
            f"unless on () sum(rate({SECONDS}_count{{{IN_FLOWISE}}}[15m])) > 0",
            lasting="15m",
            severity="warning",
            summary="Metrics of requests are missing",
            description="Flowise counts requests and our histogram of them stands still: latency and errors raise no alert.",
        ),
        Alert(
            name="AutoscalerAtMost",
            expression=f"kube_horizontalpodautoscaler_status_current_replicas{{{IN_FLOWISE}}} "
            ">= on (namespace, horizontalpodautoscaler) "
            f"kube_horizontalpodautoscaler_spec_max_replicas{{{IN_FLOWISE}}}",
            lasting="30m",
            severity="info",
            summary="The autoscaler is at its maximum: {{ $labels.horizontalpodautoscaler }}",
            description="{{ $labels.horizontalpodautoscaler }} has been at its most, {{ $value }} pods, for half an hour.",
        ),
    ]


def databricks_alerts() -> list[Alert]:
    """Return the alerts on the workspace."""
    return [
        Alert(
            name="DatabricksUnreachable",
            expression=either(
                f'min(probe_success{{job="{DATABRICKS_JOB}"}}) == 0', f'absent(probe_success{{job="{DATABRICKS_JOB}"}})'
            ),
            lasting="5m",
            severity="warning",
            summary="Databricks does not answer the cluster",
            description="Flows that call a model of the workspace fail.",
        ),
        Alert(
            name="DatabricksSlow",
            expression=f'avg(avg_over_time(probe_duration_seconds{{job="{DATABRICKS_JOB}"}}[10m])) > {DATABRICKS_SECONDS}',
            lasting="10m",
            severity="warning",
            summary="Latency of Databricks is high",
            description="The workspace takes {{ $value | humanizeDuration }} to list its endpoints.",
        ),
    ]


def serving_alerts() -> list[Alert]:
    """Return the alerts on serving endpoints that are read with the token; their counts are those of a minute."""
    refused = f'max(up{{job="{SERVING_JOB}"}}) == 0'
    answers = f'min(probe_success{{job="{DATABRICKS_JOB}"}}) == 1'
    counts = f'{SERVING_PREFIX}{{}}{{{{job="{SERVING_JOB}"}}}}'
    failed, all_ = (counts.format(name) for name in ("request_5xx_count_total", "request_count_total"))
    return [
        Alert(
            name="DatabricksTokenRefused",
            # one that reads none of them, of a workspace that answers
            expression=f"{refused} and on () {answers}",
            lasting="10m",
            severity="critical",
            summary="Databricks refuses the token",
            description="The workspace answers, and no serving endpoint does with Flowise's token: flows that call its "
            "models fail.",
        ),
        Alert(
            name="DatabricksEndpointFails",
            expression=f"sum by ({SERVING_LABEL}) (avg_over_time({failed}[10m])) / "
            f"(sum by ({SERVING_LABEL}) (avg_over_time({all_}[10m])) > 0) > {MOST_SERVING_ERRORS}",
            lasting="10m",
            severity="warning",
            summary=f"A serving endpoint fails: {{{{ $labels.{SERVING_LABEL} }}}}",
            description=f"{{{{ $labels.{SERVING_LABEL} }}}} answers {{{{ $value | humanizePercentage }}}} of its requests "
            "with an error of its own.",
        ),
    ]


def export_alerts() -> list[Alert]:
    """Return the alert on flows as files."""
    succeeded, made = (
        f"max(kube_cronjob_{each}{{{IN_FLOWISE}}})" for each in ("status_last_successful_time", "created")
    )
    return [
        Alert(
            name="FlowExportTooOld",
            # one that never ended well has no time of that, and is given as long from its making
            expression=either(
                f"time() - {succeeded} > {OLDEST_EXPORT_SECONDS}",
                f"(time() - {made} > {OLDEST_EXPORT_SECONDS}) unless on () {succeeded}",
                f"absent(kube_cronjob_created{{{IN_FLOWISE}}})",
            ),
            lasting="15m",
            severity="warning",
            summary="There is no fresh export of flows",
            description="No export of flows into the bucket has ended well for a day and a half; there should be one every day.",
        ),
    ]


def cluster_alerts() -> list[Alert]:
    """Return the alerts on what the cluster has for Flowise's pods."""
    return [
        Alert(
            name="PodsPending",
            expression=f'sum by (namespace, pod) (kube_pod_status_phase{{{IN_FLOWISE},phase="Pending"}}) > 0',
            lasting="15m",
            severity="warning",
            summary="A pod of Flowise is unschedulable: {{ $labels.pod }}",
            description="{{ $labels.pod }} has been pending for a quarter of an hour.",
        ),
    ]
