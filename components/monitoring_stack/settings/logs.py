"""Settings of logs."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ...config.section import Section

ChartVersion = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]


class LogSettings(Section):
    """Loki, which keeps logs, and Alloy, which brings them."""

    loki_chart_version: ChartVersion = Field(
        default="18.4.2", description="version of the chart loki", examples=["18.4.2"]
    )
    alloy_chart_version: ChartVersion = Field(
        default="1.11.1", description="version of the chart alloy", examples=["1.11.1"]
    )
    loki_replicas: Literal[1, 3] = Field(
        default=1, description="Lokis; three write each line three times, and one of them may be away"
    )
    retention_days: int = Field(default=14, ge=1, le=400, description="days that logs are kept")
    ingest_mib_per_second: int = Field(
        default=8, ge=1, le=200, description="MiB of logs that are taken in a second; what is beyond waits on the nodes"
    )
