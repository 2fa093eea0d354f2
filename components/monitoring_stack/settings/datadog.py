"""Settings of Datadog."""

from typing import Literal

from pydantic import Field

from ...config.section import Section
from ...config.types import SecretName
from .logs import ChartVersion

# https://docs.datadoghq.com/getting_started/site/
DatadogSite = Literal[
    "datadoghq.com",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "datadoghq.eu",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "ddog-gov.com",
]


class DatadogSettings(Section):
    """Metrics and logs for Datadog, beside the stack's own or, of logs, instead of them."""

    site: DatadogSite = Field(description="the site that the organization lives on", examples=["datadoghq.eu"])
    api_key_secret_name: SecretName = Field(
        description="secret in Secrets Manager whose whole text is the API key", examples=["platform/datadog-api-key"]
    )
    replaces_logs: bool = Field(
        default=False, description="logs go to Datadog alone: neither Loki nor its collector is installed"
    )
    chart_version: ChartVersion = Field(
        default="3.240.0", description="version of the chart datadog", examples=["3.240.0"]
    )

    def domains(self) -> tuple[str, ...]:
        """Return the names that agents resolve."""
        return (self.site, f"*.{self.site}")
