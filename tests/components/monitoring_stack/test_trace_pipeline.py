from typing import Any

import pytest

from components.monitoring_stack.settings.traces import TraceSettings
from components.monitoring_stack.trace_pipeline import trace_config


def config(**settings: Any) -> str:
    return trace_config(TraceSettings(**settings), region="eu-west-1")


def test_errors_and_slow_ones_are_kept_and_of_the_rest_a_share() -> None:
    text = config(sample_ratio=0.05, slow_seconds=2.5)
    assert 'status_codes = ["ERROR"]' in text
    assert "threshold_ms = 2500" in text
    assert "sampling_percentage = 5\n" in text


@pytest.mark.parametrize(("ratio", "percent"), [(0.0, "0"), (0.125, "12.5"), (1.0, "100")])
def test_the_share_is_a_percentage_there(ratio: float, percent: str) -> None:
    assert f"sampling_percentage = {percent}\n" in config(sample_ratio=ratio)


@pytest.mark.parametrize(
    ("backend", "endpoint"),
    [
        ("tempo", "http://tempo.tracing.svc.cluster.local:4318"),
        ("datadog", "http://datadog.datadog.svc.cluster.local:4318"),
        ("xray", "https://xray.eu-west-1.amazonaws.com"),
    ],
)
def test_traces_go_where_they_are_kept(backend: str, endpoint: str) -> None:
    text = config(backend=backend)
    assert f'endpoint = "{endpoint}"' in text
    assert ("otelcol.auth.sigv4.xray.handler" in text) is (backend == "xray")
    assert ('service = "xray"' in text) is (backend == "xray")
