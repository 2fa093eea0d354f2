"""Where Grafana finds logs and traces, and how one leads to the other (Grafana, provisioning: Loki, Tempo)."""

from collections.abc import Sequence
from typing import Any

from ...shared.network_policies import TEMPO, TRACING
from ..settings.monitoring import MonitoringSettings

LOKI_UID, TEMPO_UID = "loki", "tempo"
# a trace's lines may be written a little before and after it
AROUND = "5m"


def telemetry_sources(
    settings: MonitoringSettings, *, loki_url: str, traced_namespaces: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the data sources of what the stack itself keeps; a dollar is doubled, or Grafana reads its environment.

    `traced_namespaces` are those whose pods send traces, and write the lines that a trace leads to.
    """
    traced = settings.traces is not None and settings.traces.backend == "tempo"
    sources: list[dict[str, Any]] = []
    if settings.keeps_logs:
        to_trace = {
            "name": "trace",
            # beside the line, not in it: what the collector keeps as structured metadata
            "matcherType": "label",
            "matcherRegex": "trace_id",
            "datasourceUid": TEMPO_UID,
            "url": "$${__value.raw}",
            "urlDisplayLabel": "its trace",
        }
        links = {"jsonData": {"derivedFields": [to_trace]}} if traced else {}
        sources.append({"name": "Loki", "uid": LOKI_UID, "type": "loki", "access": "proxy", "url": loki_url, **links})
    if traced:
        to_logs = {
            "datasourceUid": LOKI_UID,
            "spanStartTimeShift": f"-{AROUND}",
            "spanEndTimeShift": AROUND,
            "customQuery": True,
            "query": f'{{namespace=~"{"|".join(traced_namespaces) or ".+"}"}} | trace_id="$${{__trace.traceId}}"',
        }
        sources.append(
            {
                "name": "Tempo",
                "uid": TEMPO_UID,
                "type": "tempo",
                "access": "proxy",
                "url": f"http://tempo.{TRACING}.svc.cluster.local:{TEMPO}",
                "jsonData": {"tracesToLogsV2": to_logs} if settings.keeps_logs else {},
            }
        )
    return sources
