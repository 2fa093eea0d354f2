"""Every value that a chart is given is one that it knows: a misspelt key would be ignored without a word."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from components.monitoring_stack.charts.alloy import event_values, node_values, trace_values
from components.monitoring_stack.charts.datadog import datadog_values
from components.monitoring_stack.charts.loki import loki_values
from components.monitoring_stack.charts.tempo import tempo_values
from components.monitoring_stack.settings.datadog import DatadogSettings
from components.monitoring_stack.settings.logs import LogSettings
from components.monitoring_stack.settings.traces import TraceSettings

KEYS = Path(__file__).parent / "keys"
LOGS, TRACES = LogSettings(), TraceSettings()
DATADOG = DatadogSettings(site="datadoghq.eu", api_key_secret_name="flowise/datadog")
IN_S3 = {"region": "eu-west-1", "bucket": "data", "service_account": "account"}
VALUES: dict[str, tuple[str, Mapping[str, Any]]] = {
    "loki": (f"loki-{LOGS.loki_chart_version}", loki_values(LOGS, **IN_S3)),
    "three lokis": (f"loki-{LOGS.loki_chart_version}", loki_values(LogSettings(loki_replicas=3), **IN_S3)),
    "nodes": (f"alloy-{LOGS.alloy_chart_version}", node_values("config")),
    "events": (f"alloy-{LOGS.alloy_chart_version}", event_values("config")),
    "collector": (f"alloy-{LOGS.alloy_chart_version}", trace_values("config", service_account="otel-collector")),
    "tempo": (f"tempo-{TRACES.tempo_chart_version}", tempo_values(TRACES, **IN_S3)),
    "datadog": (
        f"datadog-{DATADOG.chart_version}",
        datadog_values(
            DATADOG,
            cluster_name="c",
            environment="dev",
            api_key_secret="a",
            scrape_secret="b",
            takes_traces=True,
        ),
    ),
}


def known(chart: str) -> dict[str, bool]:
    """Return the recorded keys of a chart, and whether each is open."""
    lines = [line for line in (KEYS / f"{chart}.txt").read_text().splitlines() if not line.startswith("#")]
    return {line.removesuffix(" *"): line.endswith(" *") for line in lines}


def unknown(values: Mapping[str, Any], keys: Mapping[str, bool], path: str = "") -> Iterator[str]:
    for key, value in values.items():
        here = f"{path}{key}"
        if here not in keys:
            yield here
        elif isinstance(value, Mapping) and not keys[here]:
            yield from unknown(value, keys, f"{here}.")


@pytest.mark.parametrize("name", VALUES)
def test_the_chart_knows_every_key(name: str) -> None:
    chart, values = VALUES[name]
    assert list(unknown(values, known(chart))) == []


def test_a_misspelt_key_is_noticed() -> None:
    values = {"singleBinary": {"replica": 1, "resources": {"requests": {"cpu": "1"}}}, "lok": {}}
    assert list(unknown(values, known("loki-18.4.2"))) == ["singleBinary.replica", "lok"]
