"""Settings of metrics, logs and alerts."""

from typing import Annotated

from pydantic import Field, StringConstraints

from .notifications import Email, NotificationSettings
from .section import InProd, Section
from .service import LONGEST_ANSWER_SECONDS

ChartVersion = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]


class MonitoringSettings(Section):
    """Prometheus, Alertmanager, Grafana and Loki."""

    prometheus_chart_version: ChartVersion = Field(
        default="88.5.3", description="version of the chart kube-prometheus-stack", examples=["88.5.3"]
    )
    loki_chart_version: ChartVersion = Field(
        default="18.4.2", description="version of the chart loki", examples=["18.4.2"]
    )
    prometheus_replicas: Annotated[int, InProd(at_least=2)] = Field(
        default=1, ge=1, le=3, description="Prometheus servers"
    )
    prometheus_storage_gib: int = Field(default=20, ge=5, le=2000, description="disk of a Prometheus server, GiB")
    prometheus_retention_days: int = Field(default=7, ge=1, le=400, description="days that metrics are kept")
    loki_retention_days: int = Field(default=14, ge=1, le=400, description="days that logs are kept")
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
        description="CloudWatch's metrics in Prometheus; some 100 series cost 9 USD a month",
    )
    latency_threshold_seconds: float = Field(
        default=2.0, gt=0, le=LONGEST_ANSWER_SECONDS, description="answers slower than this raise HighLatency, seconds"
    )
    latency_for_minutes: int = Field(
        default=5, ge=1, le=60, description="minutes that answers must be slow before HighLatency is raised"
    )
