"""What Alloy is told of traces (https://grafana.com/docs/alloy/latest/reference/components/otelcol/)."""

from ..shared.network_policies import DATADOG, OTLP, TRACING
from .settings.traces import TraceSettings

TEMPO_URL = f"http://tempo.{TRACING}.svc.cluster.local:{OTLP}"
DATADOG_URL = f"http://datadog.{DATADOG}.svc.cluster.local:{OTLP}"
# spans of a trace come as they end: who waits longer than this for its end is judged by what has come
WAIT_SECONDS = 60
# what of a trace comes later shares its fate, as long as that is remembered
REMEMBERED_TRACES, HELD_TRACES = 200_000, 20_000


def trace_config(settings: TraceSettings, *, region: str) -> str:
    """Return the configuration of who takes traces, chooses among them, and hands them on."""
    return f"""logging {{
  level  = "warn"
  format = "json"
}}

otelcol.receiver.otlp "pods" {{
  http {{
    endpoint = "0.0.0.0:{OTLP}"
  }}
  output {{
    traces = [otelcol.processor.memory_limiter.all.input]
  }}
}}

otelcol.processor.memory_limiter "all" {{
  check_interval         = "1s"
  limit_percentage       = 80
  spike_limit_percentage = 20

  output {{
    traces = [otelcol.processor.tail_sampling.all.input]
  }}
}}

otelcol.processor.tail_sampling "all" {{
  decision_wait  = "{WAIT_SECONDS}s"
  num_traces     = {HELD_TRACES}
  decision_cache = {{ sampled_cache_size = {REMEMBERED_TRACES}, non_sampled_cache_size = {REMEMBERED_TRACES} }}

  policy {{
    name = "errors"
    type = "status_code"

    status_code {{
      status_codes = ["ERROR"]
    }}
  }}
  policy {{
    name = "slow"
    type = "latency"

    latency {{
      threshold_ms = {round(settings.slow_seconds * 1000)}
    }}
  }}
  policy {{
    name = "ordinary"
    type = "probabilistic"

    probabilistic {{
      sampling_percentage = {round(settings.sample_ratio * 100, 4):g}
    }}
  }}
  output {{
    traces = [otelcol.processor.batch.all.input]
  }}
}}

otelcol.processor.batch "all" {{
  output {{
    traces = [otelcol.exporter.otlphttp.store.input]
  }}
}}

{_exporter(settings, region)}"""


def _exporter(settings: TraceSettings, region: str) -> str:
    url = {"tempo": TEMPO_URL, "datadog": DATADOG_URL, "xray": f"https://xray.{region}.amazonaws.com"}
    signed = settings.backend == "xray"
    signature = f"""otelcol.auth.sigv4 "xray" {{
  region  = "{region}"
  service = "xray"
}}

"""
    return f"""{signature if signed else ""}otelcol.exporter.otlphttp "store" {{
  client {{
    endpoint = "{url[settings.backend]}"
{"    auth     = otelcol.auth.sigv4.xray.handler" + chr(10) if signed else ""}  }}
}}
"""
