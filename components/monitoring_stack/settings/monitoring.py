"""Settings of metrics, logs and alerts."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from ...config.problems import Problem
from ...config.section import InProd, Section
from .datadog import DatadogSettings
from .logs import ChartVersion, LogSettings
from .notifications import Email, NotificationSettings
from .traces import TraceSettings


class MonitoringSettings(Section):
    """Prometheus, Alertmanager, Grafana, and what keeps logs and traces."""

    prometheus_chart_version: ChartVersion = Field(
        default="88.5.3", description="version of the chart kube-prometheus-stack", examples=["88.5.3"]
    )
    prometheus_replicas: Annotated[int, InProd(at_least=2)] = Field(
        default=1, ge=1, le=3, description="Prometheus servers"
    )
    prometheus_storage_gib: int = Field(default=20, ge=5, le=2000, description="disk of a Prometheus server, GiB")
    prometheus_retention_days: int = Field(default=7, ge=1, le=400, description="days that metrics are kept")
    scrape_interval_seconds: int = Field(default=15, ge=5, le=300, description="seconds between scrapes")
    alertmanager_replicas: Annotated[int, InProd(at_least=2)] = Field(
        default=1, ge=1, le=5, description="Alertmanagers"
    )
    alarm_emails: Annotated[tuple[Email, ...], InProd(given=True)] = Field(
        default=(),
        description="who is told of CloudWatch's alarms, budgets, failed backups and of alerts that no route of "
        "notifications takes; each must confirm once",
        examples=["platform@example.com"],
    )
    notifications: NotificationSettings = Field(
        default_factory=NotificationSettings, description="who is told of alerts, and how"
    )
    cloudwatch_metrics: bool = Field(
        default=False,
        description="CloudWatch's metrics in Prometheus, with the alerts and pages that go by them; some 100 series "
        "cost 9 USD a month",
    )
    team: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")] = Field(
        default="platform", description="label `team` of the alerts, by which they are routed"
    )
    runbook_base_url: Annotated[str, StringConstraints(pattern=r"^https://[^\s\"'<>]+$")] | None = Field(
        default=None,
        description="where docs/operations/runbooks is published, for links in alerts; without it they name the file",
        examples=["https://github.com/example/platform/blob/main/docs/operations/runbooks"],
    )
    logs: LogSettings = Field(default_factory=LogSettings, description="logs of pods and Kubernetes events")
    traces: TraceSettings | None = Field(default=None, description="traces of requests; none by default")
    datadog: DatadogSettings | None = Field(default=None, description="Datadog's agents; none by default")

    @property
    def keeps_logs(self) -> bool:
        """Tell whether the stack keeps logs itself."""
        return self.datadog is None or not self.datadog.replaces_logs

    def problems(self) -> Iterator[Problem]:
        """Judge that whoever is sent traces is there."""
        if self.traces is not None and self.traces.backend == "datadog" and self.datadog is None:
            yield Problem("traces.backend", "needs monitoring.datadog", "datadog", "set it, or choose tempo or xray")
