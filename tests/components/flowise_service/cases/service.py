"""Flowise's servers, and Databricks."""

from tests.components.monitoring_stack.cases.case import answers, calm, counter, story

UP = 'up{job="flowise-pods",namespace="flowise",pod="server-a"}'
BORN = 'kube_pod_created{namespace="flowise",pod="server-a"}'
SERVERS = (
    'kube_deployment_status_replicas_available{namespace="flowise",deployment="flowise-prod-app-server-pods-1a2b"}'
)
WORKERS = (
    'kube_deployment_status_replicas_available{namespace="flowise",deployment="flowise-prod-app-worker-pods-3c4d"}'
)
WANTED = 'kube_deployment_spec_replicas{namespace="flowise",deployment="flowise-prod-app-server-pods-1a2b"}'
RESTARTS = 'kube_pod_container_status_restarts_total{namespace="flowise",pod="server-a",container="flowise"}'
KILLED = (
    'kube_pod_container_status_last_terminated_reason{namespace="flowise",pod="server-a",container="flowise",'
    'reason="OOMKilled"}'
)
USED = 'container_memory_working_set_bytes{namespace="flowise",pod="server-a",container="flowise"}'
LIMIT = 'kube_pod_container_resource_limits{namespace="flowise",pod="server-a",container="flowise",resource="memory"}'
LAG = 'nodejs_eventloop_lag_p99_seconds{job="flowise-pods",namespace="flowise",pod="server-a"}'
OWN_COUNT = 'http_request_duration_ms_count{job="flowise",namespace="flowise",pod="server-a",route="/api/v1/chatflows"}'
SCALE, MOST = (
    f'kube_horizontalpodautoscaler_{part}{{namespace="flowise",horizontalpodautoscaler="servers"}}'
    for part in ("status_current_replicas", "spec_max_replicas")
)
DATABRICKS = 'probe_{}{{job="databricks",instance="https://dbc-1.cloud.databricks.com/api/2.0/serving-endpoints"}}'
SERVING = tuple(
    f'up{{job="databricks-serving",instance="dbc-1.cloud.databricks.com:443",serving_endpoint="{name}"}}'
    for name in ("chat", "embed")
)
FAILED, ANSWERED = (
    f'databricks_request_{part}count_total{{job="databricks-serving",serving_endpoint="chat"}}' for part in ("5xx_", "")
)
A_POD = {"namespace": "flowise", "pod": "server-a"}
A_CONTAINER = {**A_POD, "container": "flowise"}
PENDING = 'kube_pod_status_phase{namespace="flowise",pod="server-a",phase="Pending"}'

EXPORTED, EXPORTS = (
    f'kube_cronjob_{each}{{namespace="flowise",cronjob="app-flows-job"}}'
    for each in ("status_last_successful_time", "created")
)

CASES = (
    story(
        "FlowExportTooOld",
        "warning",
        "two runs fail after one that went well",
        # in hours: seconds since 1970 stand still at zero
        {EXPORTED: "0x36 0x12 169200x12", EXPORTS: "0x60"},
        "36h",
        "40h",
        "50h",
        interval="1h",
    ),
    story(
        "FlowExportTooOld",
        "warning",
        "none ever went well",
        {EXPORTED: "_x48 172800x12", EXPORTS: "0x60"},
        "36h",
        "40h",
        "50h",
        interval="1h",
    ),
    story(
        "FlowExportTooOld",
        "warning",
        "nothing exports any more",
        {EXPORTED: "0x2 _x12 0x12", EXPORTS: "0x2 stale _x12 0x12"},
        "2h",
        "6h",
        "18h",
        {"namespace": "flowise"},
        interval="1h",
    ),
    calm(
        "FlowExportTooOld",
        "each day's goes well",
        {EXPORTED: "0x24 86400x24 172800x12", EXPORTS: "0x60"},
        "23h",
        "47h",
        "59h",
        interval="1h",
    ),
    story(
        "AppInstanceDown",
        "critical",
        "a process stops answering and comes back",
        {UP: "1x5 0x10 1x10", UP.replace("server-a", "server-b"): "1x25", BORN: "-3600+0x25"},
        "5m",
        "8m",
        "20m",
        {"job": "flowise-pods", **A_POD},
    ),
    story(
        "AppInstanceDown",
        "critical",
        "kube-state-metrics is gone as well",
        {UP: "1x5 0x10 1x10"},
        "5m",
        "8m",
        "20m",
        {"job": "flowise-pods", **A_POD},
    ),
    story(
        "AppInstanceDown",
        "critical",
        "no pod is known at all",
        {UP: "1x5 stale _x5 1x10"},
        "5m",
        "8m",
        "15m",
        {"job": "flowise-pods"},
    ),
    calm("AppInstanceDown", "a pod starts", {UP: "0x4 1x10", BORN: "60x15"}, "2m", "4m", "6m"),
    story(
        "AppInstanceDown",
        "critical",
        "a pod never starts, until it does",
        {UP: "0x10 1x10", BORN: "0x25"},
        "3m",
        "5m",
        "15m",
        {"job": "flowise-pods", **A_POD},
    ),
    calm("AppInstanceDown", "one scrape fails", {UP: "1x5 0 1x10"}, "6m", "7m", "10m"),
    story(
        "FlowiseNotReady",
        "critical",
        "no server is ready, and workers do not count",
        {SERVERS: "2x5 0x15 2x10", WORKERS: "4x40"},
        "5m",
        "15m",
        "25m",
    ),
    story(
        "FlowiseNotReady",
        "critical",
        "there is no Deployment of servers",
        {WORKERS: "4x40", SERVERS: "_x10 2x20"},
        "3m",
        "8m",
        "20m",
        {"namespace": "flowise"},
    ),
    calm("FlowiseNotReady", "one of two is ready", {SERVERS: "1x30"}, "10m", "25m"),
    calm("FlowiseNotReady", "a short gap", {SERVERS: "1x5 0x3 1x20"}, "8m", "12m"),
    story(
        "ReplicasMissing",
        "warning",
        "one of three does not come",
        {WANTED: "3x50", SERVERS: "3x5 2x25 3x20"},
        "10m",
        "25m",
        "40m",
        {"namespace": "flowise", "deployment": "flowise-prod-app-server-pods-1a2b"},
    ),
    calm("ReplicasMissing", "a rollout", {WANTED: "3x30", SERVERS: "3x5 2x6 3x20"}, "10m", "20m"),
    story(
        "FlowiseRestarts",
        "warning",
        "three restarts in ten minutes",
        {RESTARTS: "0x5 1 1 2 2 3x80"},
        "6m",
        "14m",
        "60m",
        A_POD,
    ),
    calm("FlowiseRestarts", "two restarts", {RESTARTS: "0x5 1x5 2x60"}, "12m", "20m", "40m"),
    calm("FlowiseRestarts", "one restart", {RESTARTS: "0x5 1x40"}, "10m", "20m"),
    story(
        "HighLatency",
        "critical",
        "a tenth of the API's answers takes three seconds",
        {
            **answers("api", 0.4, (10, 60), (15, 54), (20, 60)),
            **answers("api", 3.0, (10, 0), (15, 6), (20, 0), code="201"),
        },
        "10m",
        "20m",
        "40m",
        {"path": "api"},
    ),
    story(
        "HighLatency",
        "critical",
        "a tenth of the predictions takes three quarters of a minute",
        {
            **answers("prediction", 8, (10, 60), (15, 54), (20, 60)),
            **answers("prediction", 55, (10, 0), (15, 6), (20, 0), code="201"),
        },
        "10m",
        "20m",
        "40m",
        {"path": "prediction"},
    ),
    calm("HighLatency", "a model thinks", answers("prediction", 25, (40, 6)), "20m", "35m"),
    calm("HighLatency", "just fast enough", answers("api", 2.0, (40, 60)), "20m", "35m"),
    calm(
        "HighLatency",
        "one slow request in a quiet night",
        answers("api", 50.0, (10, 0), (1, 1), (20, 0)),
        "12m",
        "16m",
        "20m",
    ),
    calm("HighLatency", "nobody asks", answers("page", 1.0, (30, 0)), "20m"),
    story(
        "HighResponseTime",
        "warning",
        "a tenth of the pages takes three seconds",
        {
            **answers("page", 0.2, (20, 60), (12, 54), (20, 60)),
            **answers("page", 3.0, (20, 0), (12, 6), (20, 0), code="304"),
        },
        "10m",
        "14m",
        "24m",
        {"path": "page"},
        interval="30s",
    ),
    story(
        "HighResponseTime",
        "warning",
        "a tenth of the predictions takes three quarters of a minute",
        {
            **answers("prediction", 8, (20, 60), (12, 54), (20, 60)),
            **answers("prediction", 45, (20, 0), (12, 6), (20, 0), code="201"),
        },
        "10m",
        "14m",
        "24m",
        {"path": "prediction"},
        interval="30s",
    ),
    calm("HighResponseTime", "a model thinks", answers("prediction", 25, (40, 6)), "20m", "35m"),
    calm("HighResponseTime", "just fast enough", answers("api", 2.0, (40, 60)), "20m", "35m"),
    calm(
        "HighResponseTime",
        "one of a hundred is slow",
        {**answers("api", 0.2, (40, 99)), **answers("api", 9.0, (40, 1), code="201")},
        "10m",
        "20m",
    ),
    story(
        "HighErrorRate",
        "critical",
        "one answer of ten is a 500",
        {**answers("api", 0.2, (60, 90)), **answers("api", 0.2, (10, 0), (20, 10), (30, 0), code="500")},
        "9m",
        "25m",
        "45m",
    ),
    calm(
        "HighErrorRate",
        "clients ask wrongly",
        {**answers("api", 0.2, (40, 50)), **answers("api", 0.2, (40, 50), code="404")},
        "30m",
    ),
    calm("HighErrorRate", "never a 5xx", answers("api", 0.2, (40, 50)), "30m"),
    calm(
        "HighErrorRate",
        "one of 25 fails",
        {**answers("api", 0.2, (40, 96)), **answers("api", 0.2, (40, 4), code="503")},
        "30m",
    ),
    story(
        "FlowiseMemoryHigh",
        "warning",
        "a pod fills its limit",
        {USED: "1e9x5 1.95e9x25 1e9x20", LIMIT: "2e9x50"},
        "10m",
        "25m",
        "40m",
        A_CONTAINER,
    ),
    calm("FlowiseMemoryHigh", "much is used", {USED: "1.7e9x50", LIMIT: "2e9x50"}, "40m"),
    story(
        "FlowiseOutOfMemory",
        "warning",
        "the kernel kills a pod",
        {KILLED: "0x9 1x60", RESTARTS: "0x9 1x60"},
        "5m",
        "12m",
        "40m",
        {**A_CONTAINER, "reason": "OOMKilled"},
    ),
    calm("FlowiseOutOfMemory", "it was long ago", {KILLED: "1x60", RESTARTS: "1x60"}, "20m"),
    story(
        "EventLoopBlocked",
        "warning",
        "a flow computes",
        {LAG: "0.02x5 1.5x20 0.02x20"},
        "10m",
        "20m",
        "35m",
        {"job": "flowise-pods", **A_POD},
    ),
    calm("EventLoopBlocked", "busy", {LAG: "0.6x40"}, "30m"),
    story(
        "FlowiseMetricsMissing",
        "warning",
        "the histogram stands still while Flowise counts",
        {OWN_COUNT: counter((120, 60)), **answers("api", 0.2, (20, 60), (50, 0), (50, 60))},
        "20m",
        "60m",
        "100m",
    ),
    calm("FlowiseMetricsMissing", "nobody asks", {OWN_COUNT: "5x60", **answers("api", 0.2, (60, 0))}, "50m"),
    calm(
        "FlowiseMetricsMissing",
        "the load balancer alone asks",
        {OWN_COUNT.replace("/api/v1/chatflows", "/api/v1/ping"): counter((60, 12)), **answers("api", 0.2, (60, 0))},
        "50m",
    ),
    story(
        "AutoscalerAtMost",
        "info",
        "at its most for an hour",
        {SCALE: "3x5 6x50 4x10", MOST: "6x70"},
        "20m",
        "45m",
        "60m",
        {"namespace": "flowise", "horizontalpodautoscaler": "servers"},
    ),
    calm("AutoscalerAtMost", "one below", {SCALE: "5x60", MOST: "6x60"}, "50m"),
    story(
        "DatabricksUnreachable",
        "warning",
        "the workspace is away",
        {DATABRICKS.format("success"): "1x5 0x10 1x10"},
        "8m",
        "13m",
        "20m",
    ),
    story(
        "DatabricksUnreachable",
        "warning",
        "nobody asks the workspace any more",
        {DATABRICKS.format("success"): "1x5 stale _x10 1x10"},
        "8m",
        "13m",
        "22m",
        {"job": "databricks"},
    ),
    calm("DatabricksUnreachable", "one probe fails", {DATABRICKS.format("success"): "1x5 0x2 1x20"}, "7m", "12m"),
    story(
        "DatabricksSlow",
        "warning",
        "three seconds",
        {DATABRICKS.format("duration_seconds"): "0.2x5 3x25 0.2x30"},
        "5m",
        "25m",
        "55m",
    ),
    calm("DatabricksSlow", "a second and a half", {DATABRICKS.format("duration_seconds"): "1.5x40"}, "30m"),
    story(
        "DatabricksTokenRefused",
        "critical",
        "no endpoint answers to the token, and the workspace does",
        {**dict.fromkeys(SERVING, "1x5 0x20 1x10"), DATABRICKS.format("success"): "1x35"},
        "8m",
        "18m",
        "30m",
    ),
    calm(
        "DatabricksTokenRefused",
        "the workspace is away",
        {SERVING[0]: "1x5 0x30", DATABRICKS.format("success"): "1x5 0x30"},
        "8m",
        "20m",
    ),
    calm(
        "DatabricksTokenRefused",
        "one endpoint of two is gone",
        {SERVING[0]: "1x35", SERVING[1]: "1x5 0x30", DATABRICKS.format("success"): "1x35"},
        "20m",
    ),
    story(
        "DatabricksEndpointFails",
        "warning",
        "a tenth of the requests fails, and no more",
        {FAILED: "0x10 10x40 0x40", ANSWERED: "100x90"},
        "12m",
        "35m",
        "75m",
        {"serving_endpoint": "chat"},
    ),
    calm("DatabricksEndpointFails", "one in a hundred", {FAILED: "1x60", ANSWERED: "100x60"}, "40m"),
    calm("DatabricksEndpointFails", "nobody asks", {FAILED: "0x60", ANSWERED: "0x60"}, "40m"),
    story(
        "PodsPending",
        "warning",
        "no node has room",
        {PENDING: "0x5 1x30 0x10"},
        "15m",
        "30m",
        "42m",
        {"namespace": "flowise", "pod": "server-a"},
    ),
    calm("PodsPending", "a node comes", {PENDING: "0x5 1x8 0x20"}, "12m", "20m"),
)
