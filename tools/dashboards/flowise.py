"""Flowise's own processes: what is asked of them, how long they take, and how they are."""

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units

from . import thresholds
from .panels import GREEN, RED, Panel, Query, alerts, graph, number, page, rising, variable

SECONDS = "flowise_http_request_duration_seconds"
NAMESPACE = 'namespace="$namespace"'
PODS = f'{NAMESPACE},pod=~"$pod"'
RATE = "[$__rate_interval]"
ALERTS = ("HighLatency", "HighResponseTime", "HighErrorRate", "AppInstanceDown", "Flowise.*", "EventLoopBlocked")


def flowise() -> model.Dashboard:
    """Return the page."""
    return page(
        "flowise",
        "Flowise",
        "Requests, latency by class of path, predictions, and the Node processes. Flowise's own latency buckets end at "
        "half a second; these are of our own histogram.",
        ("Now", _now()),
        ("Traffic, errors and latency", _requests()),
        ("Predictions", _predictions()),
        ("Saturation", _processes()),
        variables=[
            variable(
                "namespace",
                "Namespace",
                'label_values(up{job=~"flowise|flowise-pods"}, namespace)',
                description="Where Flowise runs.",
                default="flowise",
            ),
            variable(
                "pod",
                "Pod",
                f"label_values(process_resident_memory_bytes{{{NAMESPACE}}}, pod)",
                description="One process, or all.",
            ),
        ],
    )


def _now() -> list[Panel]:
    return [
        number(
            "Pods up",
            f'sum(up{{job="flowise-pods",{NAMESPACE}}}) / count(up{{job="flowise-pods",{NAMESPACE}}})',
            unit=units.PercentUnit,
            description="Servers and workers whose probe port answers. Runbook: AppInstanceDown.",
            steps=((None, RED), (1, GREEN)),
        ),
        number(
            "Latency p95, predictions",
            f'histogram_quantile(0.95, sum by (le) (rate({SECONDS}_bucket{{{PODS},path="prediction"}}[5m])))',
            unit=units.Seconds,
            description="95 % of the predictions of five minutes took less. Runbook: HighLatency.",
            steps=rising(thresholds.PREDICTION_SECONDS / 2, thresholds.PREDICTION_SECONDS),
        ),
        number(
            "Latency p95, pages and API",
            f'histogram_quantile(0.95, sum by (le) (rate({SECONDS}_bucket{{{PODS},path!="prediction"}}[5m])))',
            unit=units.Seconds,
            description="Likewise of everything that asks no model. Runbook: HighLatency.",
            steps=rising(thresholds.LATENCY_SECONDS / 2, thresholds.LATENCY_SECONDS),
        ),
        number(
            "Error rate",
            f'sum(rate({SECONDS}_count{{{PODS},code=~"5.."}}[5m])) '
            f"/ (sum(rate({SECONDS}_count{{{PODS}}}[5m])) > 0) or vector(0)",
            unit=units.PercentUnit,
            description="5xx of all answers. Runbook: HighErrorRate.",
            steps=rising(thresholds.ERROR_SHARE / 5, thresholds.ERROR_SHARE),
            decimals=2,
        ),
        number(
            "Restarts, 24 hours",
            f"sum(increase(kube_pod_container_status_restarts_total{{{NAMESPACE}}}[24h]))",
            unit=units.Short,
            description="Of all containers. Runbook: FlowiseRestarts.",
            steps=rising(1, 3),
            decimals=0,
        ),
        number(
            "Version",
            f"count by (version) (flowise_version_info{{{NAMESPACE}}})",
            unit="none",
            description="That servers say they are; two while a release goes out.",
            legend="${__field.labels.version}",
        ),
    ]


def _requests() -> list[Panel]:
    def percentile(share: float, legend: str) -> Query:
        inner = f"sum by (le, path) (rate({SECONDS}_bucket{{{PODS}}}{RATE}))"
        return Query(f"histogram_quantile({share}, {inner})", legend)

    return [
        alerts("Alerts of Flowise", description="What fires or is about to, with runbooks.", names=ALERTS),
        graph(
            "Traffic by class of path",
            Query(f"sum by (path) (rate({SECONDS}_count{{{PODS}}}{RATE}))", "{{path}}"),
            unit=units.RequestsPerSecond,
            description="prediction runs a flow, auth signs in, api is the builder, assets and page are files.",
            stacked=True,
            width=8,
        ),
        graph(
            "Traffic by status code",
            Query(f"sum by (code) (rate({SECONDS}_count{{{PODS}}}{RATE}))", "{{code}}"),
            unit=units.RequestsPerSecond,
            description="499: the client left before the answer had ended.",
            stacked=True,
            width=8,
        ),
        graph(
            "Latency, p50 and p95",
            percentile(0.5, "{{path}} p50"),
            percentile(0.95, "{{path}} p95"),
            unit=units.Seconds,
            description="From a request to the end of its answer, streamed ones too. The line is HighLatency's limit "
            "for what asks no model.",
            limit=thresholds.LATENCY_SECONDS,
        ),
        graph(
            "Requests in flight",
            Query(f"sum by (path) (flowise_http_requests_in_flight{{{PODS}}})", "{{path}}"),
            unit=units.Short,
            description="Whose answer has not ended. Grows without end where a model or a worker hangs.",
        ),
    ]


def _predictions() -> list[Panel]:
    counters = "|".join(
        f"{kind}_prediction_{way}" for kind in ("chatflow", "agentflow") for way in ("internal", "external")
    )
    return [
        graph(
            "Predictions by kind",
            Query(
                f'sum by (__name__) (rate({{__name__=~"{counters}",{NAMESPACE}}}{RATE}))',
                "{{__name__}}",
            ),
            unit=units.RequestsPerSecond,
            description="Flowise's own counters: internal ones are asked from the builder, external ones by programs.",
            stacked=True,
            width=8,
        ),
        graph(
            "Failed predictions",
            Query(
                f'sum by (__name__) (rate({{__name__=~"{counters}",{NAMESPACE},status="failure"}}{RATE}))',
                "{{__name__}}",
            ),
            unit=units.RequestsPerSecond,
            description="A flow that fails answers 500 or an error event; here it is counted either way.",
            width=8,
        ),
        graph(
            "Databricks, as the cluster sees it",
            Query('max(probe_duration_seconds{job="databricks"})', "answer"),
            Query('1 - min(probe_success{job="databricks"})', "fails (1)"),
            unit=units.Seconds,
            description="How long the workspace takes to list its endpoints. Runbooks: DatabricksUnreachable, "
            "DatabricksSlow.",
            width=8,
        ),
    ]


def _processes() -> list[Panel]:
    container = f'{PODS},container!=""'
    return [
        graph(
            "Event loop lag p99",
            Query(f'nodejs_eventloop_lag_p99_seconds{{job="flowise-pods",{PODS}}}', "{{pod}}"),
            unit=units.Seconds,
            description="Node answers nobody while its event loop is busy. Runbook: EventLoopBlocked.",
            limit=thresholds.LOOP_LAG_SECONDS,
            width=8,
        ),
        graph(
            "Memory saturation, of the limit",
            Query(
                f"max by (pod, container) (container_memory_working_set_bytes{{{container}}}) / on (pod, container) "
                f'max by (pod, container) (kube_pod_container_resource_limits{{{PODS},resource="memory"}})',
                "{{pod}} {{container}}",
            ),
            unit=units.PercentUnit,
            description="Past the limit the kernel kills the pod, and what it was busy with is lost. Runbook: "
            "FlowiseMemoryHigh.",
            limit=thresholds.MEMORY_SHARE,
            width=8,
        ),
        graph(
            "Heap",
            Query(f'nodejs_heap_size_used_bytes{{job="flowise-pods",{PODS}}}', "{{pod}}"),
            unit=units.BytesIEC,
            description="What JavaScript holds. A heap that only grows is a leak, as upserts and old workers have.",
            width=8,
        ),
        graph(
            "CPU, cores",
            Query(f"sum by (pod) (rate(container_cpu_usage_seconds_total{{{container}}}{RATE}))", "{{pod}}"),
            unit="none",
            description="One event loop uses a core at most.",
            width=8,
        ),
        graph(
            "Garbage collection, share of the time",
            Query(f'sum by (pod) (rate(nodejs_gc_duration_seconds_sum{{job="flowise-pods",{PODS}}}{RATE}))', "{{pod}}"),
            unit=units.PercentUnit,
            description="A process that collects most of the time is about to run out of heap.",
            width=8,
        ),
        graph(
            "Replicas",
            *(
                Query(
                    f"sum by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_{kind}_replicas{{{NAMESPACE}}})",
                    f"{{{{horizontalpodautoscaler}}}}{legend}",
                )
                for kind, legend in (("status_current", ""), ("spec_max", ", at most"))
            ),
            unit=units.Short,
            description="What the autoscalers run, and may run. Runbook: AutoscalerAtMost.",
            width=8,
        ),
        graph(
            "Pods by version",
            Query("count by (version) (flowise_version_info)", "{{version}}"),
            unit=units.Short,
            description="Servers by the version that they say they are.",
            stacked=True,
            width=8,
        ),
    ]
