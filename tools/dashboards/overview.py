"""What whoever is called looks at first: does it serve, what fires, how much error budget is left, where to look."""

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units

from . import thresholds
from .panels import GREEN, RED, Panel, Query, alerts, bars, falling, graph, number, page, rising

SECONDS = "flowise_http_request_duration_seconds"
BURN = "slo:error_ratio:rate{window} / on (slo) group_left () (1 - slo:objective:ratio)"


def overview() -> model.Dashboard:
    """Return the page."""
    return page(
        "overview",
        "Overview",
        "Is it serving, and what is wrong. Each figure leads to the page that tells more.",
        ("Now", _now()),
        ("SLOs and error budget", _objectives()),
        ("Traffic, errors and latency", _traffic()),
        ("Saturation", _parts()),
    )


def _now() -> list[Panel]:
    return [
        number(
            "Site up",
            'max(probe_success{job="site"})',
            unit=units.NoUnit,
            description="Asked through the CDN, as people ask it, by the prober in the cluster.",
            steps=((None, RED), (1, GREEN)),
            words=(("0", "DOWN", RED), ("1", "answers", GREEN)),
            goes_to="edge",
        ),
        number(
            "Critical alerts",
            'count(ALERTS{alertstate="firing",severity="critical"}) or vector(0)',
            unit=units.NoUnit,
            description="Alerts that wake somebody. Those of CloudWatch's own alarms are in Alertmanager alone.",
            steps=((None, GREEN), (1, RED)),
        ),
        number(
            "Error budget left",
            "min(slo:error_budget_left:ratio)",
            unit=units.PercentUnit,
            description="Of the SLO that is worst off, over its days; below zero the objective is missed.",
            steps=falling(0.1, 0.5),
            decimals=1,
        ),
        number(
            "Availability, 30 days",
            '1 - slo:error_ratio:rate30d{slo="availability"}',
            unit=units.PercentUnit,
            description="Of the time, as the servers and the prober see it, as far back as Prometheus keeps.",
            steps=falling(0.995, 0.999),
            decimals=3,
        ),
        number(
            "Highest burn rate, 1 hour",
            f"max({BURN.format(window='1h')})",
            unit="none",
            description="1 spends just the error budget of 30 days in 30 days; 14.4 spends it in two days, and wakes "
            "somebody.",
            steps=rising(thresholds.SLOW_BURN, thresholds.FAST_BURN),
            decimals=1,
        ),
        number(
            "Error rate",
            f'sum(rate({SECONDS}_count{{namespace="flowise",code=~"5.."}}[5m])) '
            f'/ (sum(rate({SECONDS}_count{{namespace="flowise"}}[5m])) > 0) or vector(0)',
            unit=units.PercentUnit,
            description="5xx of all answers of Flowise, over five minutes. Runbook: HighErrorRate.",
            steps=rising(thresholds.ERROR_SHARE / 5, thresholds.ERROR_SHARE),
            decimals=2,
            goes_to="flowise",
        ),
    ]


def _objectives() -> list[Panel]:
    return [
        alerts("Alerts", description="What fires or is about to, the gravest first; each links to its runbook."),
        bars(
            "Error budget left",
            Query("slo:error_budget_left:ratio", "{{slo}}"),
            unit=units.PercentUnit,
            description="1 is untouched, below 0 is spent: then nothing goes out but what makes it better.",
            steps=falling(0.1, 0.5),
            highest=1,
        ),
        graph(
            "Burn rate, 1 hour",
            Query(BURN.format(window="1h"), "{{slo}}"),
            unit="none",
            description="How many times too fast the error budget is spent. Runbooks: SloBurnFast, SloBurnSlow.",
            limit=thresholds.FAST_BURN,
            width=8,
        ),
    ]


def _traffic() -> list[Panel]:
    return [
        graph(
            "Traffic",
            Query(f'sum by (path) (rate({SECONDS}_count{{namespace="flowise"}}[$__rate_interval]))', "{{path}}"),
            unit=units.RequestsPerSecond,
            description="By class of path, as Flowise's pods count them.",
            stacked=True,
            width=8,
        ),
        graph(
            "Errors by status code",
            Query(
                f'sum by (code) (rate({SECONDS}_count{{namespace="flowise",code=~"5.."}}[$__rate_interval]))',
                "{{code}}",
            ),
            unit=units.RequestsPerSecond,
            description="5xx by code. Runbook: HighErrorRate.",
            stacked=True,
            width=8,
        ),
        graph(
            "Latency p95",
            Query(
                f'histogram_quantile(0.95, sum by (le, path) (rate({SECONDS}_bucket{{namespace="flowise"}}'
                "[$__rate_interval])))",
                "{{path}}",
            ),
            unit=units.Seconds,
            description="By class of path. The line is the limit of HighLatency, which predictions have another for: a "
            "model takes its time.",
            limit=thresholds.LATENCY_SECONDS,
            width=8,
        ),
    ]


def _parts() -> list[Panel]:
    return [
        number(
            "Pods missing",
            'sum(kube_deployment_spec_replicas{namespace="flowise"}) '
            '- sum(kube_deployment_status_replicas_available{namespace="flowise"})',
            unit=units.Short,
            description="Pods of Flowise that should be available and are not. Runbook: ReplicasMissing.",
            steps=((None, GREEN), (1, RED)),
            goes_to="flowise",
        ),
        number(
            "Age of the oldest waiting job",
            "max(flowise_queue_oldest_waiting_job_age_seconds)",
            unit=units.Seconds,
            description="Of all queues; empty where the stack has none. Runbook: QueueStuck.",
            steps=rising(thresholds.LONGEST_ANSWER_SECONDS / 4, thresholds.LONGEST_ANSWER_SECONDS),
            goes_to="queue",
        ),
        number(
            "Workers",
            "min(max by (queue) (flowise_queue_workers))",
            unit=units.Short,
            description="Connected to the queue that has the fewest; empty without queues. Runbook: WorkersMissing.",
            steps=((None, RED), (1, GREEN)),
            goes_to="queue",
        ),
        number(
            "Database connections",
            "max(aws_rds_database_connections_average)",
            unit=units.Short,
            description="Of the database that has most. Runbook: DatabaseConnectionsHigh.",
            goes_to="database",
        ),
        number(
            "Cache memory",
            "max(aws_elasticache_database_memory_usage_percentage_maximum)",
            unit=units.Percent,
            description="Of the fullest node. A full cache refuses jobs and logins. Runbook: CacheMemoryHigh.",
            steps=rising(75 * thresholds.HIGH_SHARE, 100 * thresholds.HIGH_SHARE),
            goes_to="cache",
        ),
        number(
            "Nodes not ready",
            'count(max by (node) (kube_node_status_condition{condition="Ready",status="true"}) == 0) or vector(0)',
            unit=units.Short,
            description="Of the cluster. Runbook: NodeNotReady.",
            steps=((None, GREEN), (1, RED)),
            goes_to="cluster",
        ),
    ]
