"""The monitoring itself."""

from tests.components.monitoring_stack.cases.case import calm, counter, story, unknown

ALL_UP = {
    f'up{{job="{job}",namespace="n"}}': "1x60"
    for job in ("flowise", "site", "cloudwatch", "kube-state-metrics", "node-exporter", "kubelet", "apiserver",
                "flowise-queue", "databricks", "databricks-serving", "loki", "alloy", "alloy-events", "otel-collector", "tempo", "keda",
                "external-secrets", "coredns", "grafana", "kube-controller-manager", "kube-scheduler",
                "prometheus-alertmanager", "prometheus-operator", "prometheus-prometheus")
}  # fmt: skip
QUEUE, SERVER = 'up{job="flowise-queue",namespace="n"}', 'up{job="flowise",namespace="n"}'
RULES = 'prometheus_rule_evaluation_failures_total{rule_group="slo"}'
BEATS = 'alertmanager_notifications_total{integration="webhook"}'
SENT = 'alertmanager_notifications_failed_total{integration="slack"}'
FOUND = 'prometheus_notifications_alertmanagers_discovered{pod="prometheus-0"}'
CPU, ENGINE = "aws_rds_cpuutilization_average", "aws_elasticache_engine_cpuutilization_average"
READ = 'loki_source_file_read_lines_total{path="/var/log/pods/flowise_server/1.log"}'
LINES, DROPPED = (
    'loki_distributor_lines_received_total{pod="loki-0"}',
    'loki_write_dropped_entries_total{reason="ingester_error"}',
)
SPANS = 'otelcol_exporter_send_failed_spans_total{exporter="otlp"}'

CASES = (
    story(
        "TargetMissing",
        "warning",
        "a job has no target left",
        {**ALL_UP, QUEUE: "1x5 stale _x20 1x20"},
        "8m",
        "20m",
        "40m",
        {"job": "flowise-queue"},
    ),
    story(
        "TargetMissing",
        "warning",
        "who reads events is gone, while the collectors on the nodes are there",
        {**ALL_UP, 'up{job="alloy-events",namespace="n"}': "1x5 stale _x20 1x20"},
        "8m",
        "20m",
        "40m",
        {"job": "alloy-events"},
    ),
    calm("TargetMissing", "all are there, one of them down", {**ALL_UP, QUEUE: "0x60"}, "30m"),
    story(
        "TargetDown",
        "warning",
        "the key is refused",
        {**ALL_UP, SERVER: "1x5 0x20 1x20"},
        "10m",
        "20m",
        "35m",
        {"job": "flowise", "namespace": "n"},
    ),
    calm(
        "TargetDown",
        "a process of Flowise is another alert's business",
        {**ALL_UP, 'up{job="flowise-pods",namespace="flowise"}': "0x40"},
        "30m",
    ),
    story(
        "RulesFail",
        "critical",
        "a rule meets series it cannot match",
        {RULES: counter((5, 0), (20, 2), (40, 0))},
        "5m",
        "20m",
        "50m",
        {"rule_group": "slo"},
    ),
    calm("RulesFail", "none fails", {RULES: "7x40"}, "30m"),
    story(
        "AlertsNotDelivered",
        "critical",
        "Slack refuses",
        {FOUND: "2x80", SENT: counter((5, 0), (25, 1), (40, 0))},
        "12m",
        "25m",
        "55m",
        {"integration": "slack"},
    ),
    story("AlertsNotDelivered", "critical", "there is no Alertmanager", {FOUND: "2x5 0x20 2x20"}, "10m", "20m", "35m"),
    story(
        "AlertsNotDelivered",
        "critical",
        "Prometheus does not tell of itself",
        {FOUND: "2x5 stale _x20 2x20"},
        "10m",
        "20m",
        "35m",
    ),
    calm("AlertsNotDelivered", "all is well", {FOUND: "1x40", SENT: "3x40"}, "30m"),
    story(
        "HeartbeatMissing",
        "critical",
        "Alertmanager sends none",
        {BEATS: counter((20, 0.2), (40, 0), (40, 0.2))},
        "25m",
        "55m",
        "75m",
    ),
    story(
        "HeartbeatMissing", "critical", "nothing tells of any", {BEATS: "0+1x20 stale _x30 0+1x40"}, "20m", "40m", "65m"
    ),
    calm("HeartbeatMissing", "one every five minutes", {BEATS: counter(*((4, 0), (1, 1)) * 12)}, "30m", "55m"),
    calm(
        "HeartbeatMissing", "it has just begun", {BEATS: f"_x8 {counter((4, 0), (1, 1), (4, 0), (1, 1))}"}, "9m", "17m"
    ),
    story(
        "CloudWatchUnreadable",
        "warning",
        "figures become NaN",
        {CPU: f"20x5 {unknown(50)} 20x30", ENGINE: "5x90"},
        "20m",
        "50m",
        "70m",
    ),
    story(
        "CloudWatchUnreadable",
        "warning",
        "figures are gone",
        {CPU: "20x90", ENGINE: "5x5 stale _x50 5x30"},
        "20m",
        "50m",
        "75m",
    ),
    calm("CloudWatchUnreadable", "an idle database", {CPU: "0x60", ENGINE: "0x60"}, "50m"),
    story(
        "LogsMissing", "warning", "no line comes", {LINES: counter((20, 100), (50, 0), (40, 100))}, "25m", "60m", "90m"
    ),
    story("LogsMissing", "warning", "Loki is gone", {LINES: "0+100x20 stale _x30 0+100x40"}, "25m", "45m", "75m"),
    calm("LogsMissing", "few lines come", {LINES: counter((60, 1))}, "50m"),
    story(
        "PodLogsMissing",
        "warning",
        "the collector finds no pod, while events keep coming",
        {LINES: counter((100, 100)), READ: counter((20, 100)) + " stale _x40 0+100x40"},
        "25m",
        "50m",
        "80m",
    ),
    story(
        "PodLogsMissing",
        "warning",
        "files are known and none is read",
        {LINES: counter((120, 100)), READ: counter((20, 100), (50, 0), (40, 100))},
        "25m",
        "60m",
        "90m",
    ),
    story(
        "PodLogsMissing",
        "warning",
        "it found none from the beginning",
        {LINES: counter((70, 100)), READ: "_x30 0+100x40"},
        "14m",
        "20m",
        "60m",
    ),
    calm("PodLogsMissing", "few lines come", {READ: counter((60, 1))}, "50m"),
    story(
        "LogsDropped",
        "warning",
        "Loki refuses lines",
        {DROPPED: counter((5, 0), (25, 50), (40, 0))},
        "10m",
        "28m",
        "60m",
    ),
    calm("LogsDropped", "none is refused", {DROPPED: "3x40"}, "30m"),
    story(
        "TracesDropped",
        "info",
        "spans cannot be sent",
        {SPANS: counter((5, 0), (35, 50), (40, 0))},
        "15m",
        "38m",
        "70m",
    ),
    story(
        "TracesDropped",
        "info",
        "the metric's older name",
        {SPANS.replace("_total", ""): counter((5, 0), (35, 50), (40, 0))},
        "15m",
        "38m",
        "70m",
    ),
    calm("TracesDropped", "all are", {SPANS: "3x60"}, "50m"),
)
