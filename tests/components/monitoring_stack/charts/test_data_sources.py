from typing import Any

from components.monitoring_stack.charts.data_sources import telemetry_sources
from components.monitoring_stack.settings.monitoring import MonitoringSettings

DATADOG = {"site": "datadoghq.eu", "api_key_secret_name": "flowise/datadog", "replaces_logs": True}


def sources(**settings: Any) -> dict[str, dict[str, Any]]:
    found = telemetry_sources(
        MonitoringSettings.model_validate(settings), loki_url="http://loki:3100", traced_namespaces=["a", "b"]
    )
    return {each["uid"]: each for each in found}


def test_a_line_leads_to_its_trace_and_back() -> None:
    found = sources(traces={})
    (field,) = found["loki"]["jsonData"]["derivedFields"]
    assert (field["matcherType"], field["matcherRegex"], field["datasourceUid"]) == ("label", "trace_id", "tempo")
    assert field["url"] == "$${__value.raw}"
    back = found["tempo"]["jsonData"]["tracesToLogsV2"]
    assert back["datasourceUid"] == "loki"
    assert back["query"] == '{namespace=~"a|b"} | trace_id="$${__trace.traceId}"'
    assert found["tempo"]["url"] == "http://tempo.tracing.svc.cluster.local:3200"


def test_nothing_leads_to_what_is_not_there() -> None:
    assert sources() == {
        "loki": {"name": "Loki", "uid": "loki", "type": "loki", "access": "proxy", "url": "http://loki:3100"}
    }
    assert set(sources(traces={"backend": "xray"})) == {"loki"}
    assert "jsonData" not in sources(traces={"backend": "xray"})["loki"]
    assert sources(datadog=DATADOG) == {}
    assert sources(traces={}, datadog=DATADOG)["tempo"]["jsonData"] == {}
