"""Settings of traces."""

from typing import Literal

from pydantic import Field

from ...config.section import Section
from .logs import ChartVersion


class TraceSettings(Section):
    """What of requests is traced, and where traces are kept."""

    backend: Literal["tempo", "xray", "datadog"] = Field(
        default="tempo",
        description="Tempo in the cluster with its data in S3, AWS X-Ray, or the agents of monitoring.datadog",
    )
    sample_ratio: float = Field(
        default=0.1, ge=0, le=1, description="share of ordinary traces that is kept; errors and slow ones all are"
    )
    slow_seconds: float = Field(default=5.0, gt=0, le=3600, description="traces longer than this are all kept, seconds")
    retention_days: int = Field(
        default=7, ge=1, le=400, description="days that Tempo keeps traces; the others have their own"
    )
    tempo_chart_version: ChartVersion = Field(
        default="2.2.4", description="version of the chart tempo", examples=["2.2.4"]
    )
