"""Alerts on the monitoring itself: what is not seen raises no alert, so that not seeing must raise one."""

from collections.abc import Sequence

from ...shared.watch import Alert, Watch, either
from ..settings.monitoring import MonitoringSettings

CLOUDWATCH_JOB = "cloudwatch"
# What kube-prometheus-stack has scraped, by the names of its Services where they have no label for it, and what EKS
# tells of its control plane (charts.kube_prometheus_stack).
CHART_JOBS = (
    *("apiserver", "coredns", "grafana", "kube-controller-manager", "kube-scheduler", "kube-state-metrics", "kubelet"),
    *("node-exporter", "prometheus-alertmanager", "prometheus-operator", "prometheus-prometheus"),
)


def jobs(watch: Watch, settings: MonitoringSettings) -> tuple[str, ...]:
    """Return the scrape jobs without which alerts cannot fire, but for those that an alert of their owner's watches."""
    traces = settings.traces
    own = {
        CLOUDWATCH_JOB: bool(watch.cloudwatch.metrics),
        "loki": settings.keeps_logs,
        "alloy": settings.keeps_logs,
        "alloy-events": settings.keeps_logs,
        # the collector is ours whoever keeps what it chooses
        "otel-collector": traces is not None,
        "tempo": traces is not None and traces.backend == "tempo",
    }
    alerted = _alerted(watch)
    given = (job for job in watch.jobs if job not in alerted)
    return (*given, *CHART_JOBS, *(job for job, there in own.items() if there))


def _alerted(watch: Watch) -> list[str]:
    return [each.job for each in watch.scrapes if each.alerted]


def monitoring_alerts(watch: Watch, settings: MonitoringSettings, steady_series: Sequence[str]) -> list[Alert]:
    """Return the alerts on what sees all that is watched; `steady_series` of CloudWatch always have a figure."""
    others = "|".join(_alerted(watch))
    up = f'up{{job{"!~" if "|" in others else "!="}"{others}"}}' if others else "up"
    return [
        Alert(
            name="Watchdog",
            expression="vector(1)",
            lasting="",
            severity="info",
            summary="Alerts arrive",
            description="Always fires. Whoever stops hearing it learns that Prometheus or Alertmanager is down.",
        ),
        Alert(
            name="TargetMissing",
            expression=either(*(f'absent(up{{job="{job}"}})' for job in jobs(watch, settings))),
            lasting="10m",
            severity="warning",
            summary="A scrape target is missing: {{ $labels.job }}",
            description="Prometheus knows no target of {{ $labels.job }}: alerts on its metrics cannot fire.",
        ),
        Alert(
            name="TargetDown",
            expression=f"sum by (job, namespace) ({up} == bool 0) > 0",
            lasting="10m",
            severity="warning",
            summary="Scrape targets are down: {{ $labels.job }}",
            description="{{ $value }} targets of {{ $labels.job }} have not answered Prometheus for ten minutes.",
            falls_with_cluster=True,
        ),
        Alert(
            name="RulesFail",
            expression="sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total[10m])) > 0",
            lasting="5m",
            severity="critical",
            summary="Rule evaluation fails: {{ $labels.rule_group }}",
            description="{{ $labels.rule_group }} failed {{ $value | humanize }} times: its alerts cannot fire.",
        ),
        Alert(
            name="AlertsNotDelivered",
            expression=either(
                "sum by (integration) (rate(alertmanager_notifications_failed_total[5m])) > 0",
                "max(prometheus_notifications_alertmanagers_discovered) < 1",
                "absent(prometheus_notifications_alertmanagers_discovered)",
            ),
            lasting="10m",
            severity="critical",
            summary="Notifications do not arrive: {{ $labels.integration }}",
            description="Alertmanager fails to notify by {{ $labels.integration }}, or Prometheus finds no Alertmanager.",
        ),
        *([_heartbeat()] if settings.notifications.heartbeat_secret_name else []),
        *([_unreadable(steady_series)] if steady_series else []),
        *(_logs() if settings.keeps_logs else []),
        *(_traces() if settings.traces is not None else []),
    ]


def _heartbeat() -> Alert:
    # by a webhook goes the heartbeat and nothing else (alert_routes)
    sent = 'alertmanager_notifications_total{integration="webhook"}'
    return Alert(
        name="HeartbeatMissing",
        expression=either(f"sum(increase({sent}[15m])) == 0", f"absent(sum({sent}))"),
        lasting="10m",
        severity="critical",
        summary="The heartbeat stands still",
        description="Alertmanager has told the watcher outside of nothing for a quarter of an hour: it will take the "
        "monitoring for dead, or has been told wrongly that it lives.",
    )


def _unreadable(steady_series: Sequence[str]) -> Alert:
    return Alert(
        name="CloudWatchUnreadable",
        # NaN is not at least 0, so that a series of NaN counts as absent
        expression=either(*(f"absent({metric} >= 0)" for metric in steady_series)),
        lasting="30m",
        severity="warning",
        summary="CloudWatch's metrics do not arrive",
        description="There is no figure of what always has one: alerts on what CloudWatch measures cannot fire.",
    )


def _logs() -> list[Alert]:
    lines, read = "loki_distributor_lines_received_total", "loki_source_file_read_lines_total"
    return [
        Alert(
            name="LogsMissing",
            expression=either(f"sum(rate({lines}[15m])) == 0", f"absent({lines})"),
            lasting="15m",
            severity="warning",
            summary="No logs arrive",
            description="Loki has received no line for a quarter of an hour.",
        ),
        Alert(
            name="PodLogsMissing",
            # of the collector on the nodes alone: Kubernetes' events reach Loki by another one
            expression=either(f"sum(rate({read}[15m])) == 0", f"absent({read})"),
            lasting="15m",
            severity="warning",
            summary="No pod's log is read",
            description="The collector on the nodes has read no line of a pod's log for a quarter of an hour.",
        ),
        Alert(
            name="LogsDropped",
            expression="sum(rate(loki_write_dropped_entries_total[10m])) > 0",
            lasting="10m",
            severity="warning",
            summary="Logs are lost",
            description="Alloy drops {{ $value | humanize }} lines a second: Loki refuses them, or cannot be reached.",
        ),
    ]


def _traces() -> list[Alert]:
    failed = "otelcol_exporter_send_failed_spans"
    return [
        Alert(
            name="TracesDropped",
            # the collector's setting without_type_suffix leaves out the end of the name
            expression=f"sum(rate({failed}_total[10m]) or rate({failed}[10m])) > 0",
            lasting="15m",
            severity="info",
            summary="Traces are lost",
            description="The collector fails to send {{ $value | humanize }} spans a second.",
        )
    ]
