"""What watches Flowise: what is scraped and probed of it, alerts, objectives, its logs and its pages."""

from pathlib import Path

from ..shared.external_secrets import Source
from ..shared.watch import Group, LogStage, Objective, Probe, Scrape, Watch, WebScrape, either, in_time, ratio
from .environment import NAMESPACE, PORT, PROBE_PORT
from .flow_cost_rules import flow_cost_rules
from .metrics import (
    DATABRICKS_JOB,
    DATABRICKS_TOKEN,
    IN_FLOWISE,
    METRICS_KEY,
    METRICS_PATH,
    PODS_JOB,
    QUEUE_JOB,
    SECONDS,
    SERVERS_JOB,
    SERVING_JOB,
    SERVING_LABEL,
    SERVING_PREFIX,
)
from .queue_alerts import queue_alerts
from .queue_exporter import COMPONENT as QUEUE_EXPORTER
from .queue_exporter import PORT as QUEUE_PORT
from .queue_exporter import PORT_NAME as QUEUE_PORT_NAME
from .service_alerts import cluster_alerts, databricks_alerts, export_alerts, service_alerts, serving_alerts
from .settings import DatabricksSettings, ServiceSettings

COMPONENT = "app.kubernetes.io/component"
SITE_JOB = "site"
PAGES = Path(__file__).parent / "dashboards"


def watch(settings: ServiceSettings, *, metrics_key: Source, databricks_token: Source | None = None) -> Watch:
    """Return what watches Flowise; `metrics_key` is the API key with which its own metrics are read."""
    queue, databricks, costs = settings.mode == "queue", settings.databricks, settings.flow_costs
    pages = ("overview", "flowise", *(("queue",) if queue else ()), *(("flow_costs",) if costs.counted else ()))
    serving = _serving(settings.databricks) if databricks_token else []
    return Watch(
        groups=[
            Group(
                name="service",
                alerts=[
                    *service_alerts(settings),
                    *(databricks_alerts() if databricks else []),
                    *(serving_alerts() if serving else []),
                    *(export_alerts() if settings.flow_export else []),
                ],
            ),
            *([Group(name="queue", alerts=queue_alerts(settings))] if queue else []),
            *([flow_cost_rules(costs)] if costs.counted else []),
            Group(name="cluster", alerts=cluster_alerts()),
        ],
        objectives=_objectives(settings),
        scrapes=[_servers(), _pods(), *([_queue()] if queue else [])],
        probes=[Probe(job=DATABRICKS_JOB, target=f"{databricks.url}/api/2.0/serving-endpoints", refuses=True)]
        if databricks
        else [],
        web_scrapes=serving,
        secrets={
            METRICS_KEY: metrics_key,
            **({DATABRICKS_TOKEN: databricks_token} if serving and databricks_token else {}),
        },
        log_stages=[
            # assets/json_logs.cjs writes these
            LogStage(
                namespace=NAMESPACE,
                app="flowise",
                fields=("request_id", "span_id", "trace_id"),
                probe_paths=("/api/v1/ping",),
            )
        ],
        dashboards={page: PAGES / f"{page}.json" for page in pages},
        namespaces=[NAMESPACE],
        agent_ports={NAMESPACE: [PORT, PROBE_PORT]},
    )


def _serving(databricks: DatabricksSettings | None) -> list[WebScrape]:
    """Return the scrape of serving endpoints' own figures (Databricks, metrics-export-serving-endpoint)."""
    if databricks is None or not databricks.serving_endpoints:
        return []
    return [
        WebScrape(
            job=SERVING_JOB,
            host=databricks.host,
            label=SERVING_LABEL,
            paths={name: f"/api/2.0/serving-endpoints/{name}/metrics" for name in databricks.serving_endpoints},
            bearer=DATABRICKS_TOKEN,
            prefix=SERVING_PREFIX,
        )
    ]


def _servers() -> Scrape:
    return Scrape(
        job=SERVERS_JOB,
        by="service",
        namespace=NAMESPACE,
        labels={COMPONENT: ["server"]},
        port_name="http",
        port=PORT,
        path=METRICS_PATH,
        bearer=METRICS_KEY,
    )


def _pods() -> Scrape:
    """Return the scrape of what every process tells on the port of its probes."""
    return Scrape(
        job=PODS_JOB,
        by="pods",
        namespace=NAMESPACE,
        labels={COMPONENT: ["server", "worker"]},
        port_name="probe",
        port=PROBE_PORT,
        path="/metrics",
        # AppInstanceDown
        alerted=True,
    )


def _queue() -> Scrape:
    return Scrape(
        job=QUEUE_JOB,
        by="pods",
        namespace=NAMESPACE,
        labels={COMPONENT: [QUEUE_EXPORTER]},
        port_name=QUEUE_PORT_NAME,
        port=QUEUE_PORT,
    )


def _objectives(settings: ServiceSettings) -> list[Objective]:
    """Return the objectives.

    Availability is time: each five minutes count alike, and count as bad by the worse of two views, the servers' (share
    of 5xx) and the one from outside (share of probes that failed), for servers that are gone count no errors. Latency
    is counted by requests.
    """
    promised = settings.objectives
    return [
        Objective(
            slo="availability",
            share=promised.availability_percent / 100,
            days=30,
            bad="max(\n" + either(*_views()) + "\n)",
            events='slo:bad_events:rate5m{slo="availability"} >= bool 0',
            steady=True,
        ),
        *(
            in_time(
                slo,
                histogram=SECONDS,
                where=f'{IN_FLOWISE},path=~"{paths}"',
                seconds=seconds,
                share=promised.latency_percent / 100,
                days=promised.latency_days,
            )
            for slo, paths, seconds in (
                ("latency-prediction", "prediction", promised.prediction_seconds),
                ("latency-page", "page|assets", promised.page_seconds),
                ("latency-api", "api|auth", promised.api_seconds),
            )
        ),
    ]


def _views() -> tuple[str, str]:
    failed = f'sum(rate({SECONDS}_count{{{IN_FLOWISE},code=~"5.."}}[5m]))'
    servers = ratio(failed, f"sum(rate({SECONDS}_count{{{IN_FLOWISE}}}[5m]))")
    outside = f'1 - min(avg_over_time(probe_success{{job="{SITE_JOB}"}}[5m]))'
    return (
        f'label_replace({servers}, "seen_by", "servers", "", "")',
        f'label_replace({outside}, "seen_by", "outside", "", "")',
    )
