"""Rules as they are rendered, and promtool on them."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml

from components.backups.settings import BackupSettings
from components.backups.watch import watch as backups
from components.cluster_services.watch import watch as secrets
from components.eks_cluster.watch import watch as cluster
from components.flowise_service.flow_costs import FlowCostsSettings
from components.flowise_service.settings import DatabricksSettings, FlowExportSettings, ServiceSettings
from components.flowise_service.watch import watch as service
from components.monitoring_stack.alerts.rules import completed, rule_groups
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from components.pipeline_access.watch import watch as pipeline
from components.rds_postgres.settings import DatabaseSettings
from components.rds_postgres.watch import watch as database
from components.redis_cache.settings import CacheSettings
from components.redis_cache.watch import watch as cache
from components.search_engine.watch import watch as search
from components.shared.backup_schedule import Kind
from components.shared.external_secrets import SecretField
from components.shared.watch import Watch
from components.vpc.watch import watch as network
from components.waf_cdn.watch import watch as site
from components.web_service.watch import Autoscalers
from components.web_service.watch import watch as balancer
from sandbox.prometheus import promtool
from tests.components.monitoring_stack.cases.case import Case, Labels

DATABRICKS = DatabricksSettings(
    url="https://dbc-12345678-90ab.cloud.databricks.com",
    token_secret_name="flowise/databricks-token",
    serving_endpoints=("chat",),
)
FLOW_COSTS = FlowCostsSettings.model_validate(
    {
        "prices": {"gpt": {"input_usd_per_million": 2.5, "output_usd_per_million": 10, "cached_usd_per_million": 1.25}},
        "budget": {"usd_per_30_days": 100, "tokens_per_day": 50_000_000},
        "flow_budgets": {"0b7c5a44-5a0c-4e3e-9d0a-6d7f0f6a1c01": {"tokens_per_day": 1000}},
    }
)
SERVICE = ServiceSettings(
    mode="queue",
    worker_replicas_min=4,
    worker_replicas_max=4,
    databricks=DATABRICKS,
    flow_costs=FLOW_COSTS,
    flow_export=FlowExportSettings(),
)
METRICS_KEY = SecretField(arn="arn:owner", version_id="v1", field="metrics_api_key", key_arn="arn:key")
DATABRICKS_TOKEN = SecretField(arn="arn:databricks", version_id="v1")
# a stack that has everything that alerts know of, by its folders
OWNERS: Mapping[str, Watch] = {
    "flowise_service": service(SERVICE, metrics_key=METRICS_KEY, databricks_token=DATABRICKS_TOKEN),
    # 8 GiB, and so 901 connections
    "rds_postgres": database(DatabaseSettings(instance_class="db.m7g.large"), identifier="flowise-test"),
    "redis_cache": cache(CacheSettings(replicas=1)),
    "search_engine": search(
        namespace="search",
        cron_job="search-snapshot",
        port=7700,
        metrics_key=SecretField(arn="arn:search", version_id="v1", field="key"),
    ),
    "waf_cdn": site(stack_name="flowise-test", address="https://flowise.example.com/api/v1/ping", domain=True),
    "web_service": balancer(Autoscalers(namespace="flowise", count=2, by_queue=True)),
    "cluster_services": secrets(),
    "eks_cluster": cluster(cluster_name="flowise-test"),
    "vpc": network(),
    "backups": backups(BackupSettings(restore_tests=True, monthly_budget_usd=3000), get_args(Kind), "orders-test"),
    "pipeline_access": pipeline(),
}
MONITORING = MonitoringSettings.model_validate(
    {"traces": {}, "cloudwatch_metrics": True, "notifications": {"heartbeat_secret_name": "flowise/heartbeat-url"}}
)
FULL = completed(OWNERS.values(), MONITORING)


def full(monitoring: MonitoringSettings = MONITORING, **others: Watch | None) -> Watch:
    """Return the stack that has everything, but for what is given of a folder: None takes its part out."""
    return completed([each for each in {**OWNERS, **others}.values() if each is not None], monitoring)


def least() -> Watch:
    """Return a stack of Flowise as it is without any setting."""
    kept = {
        "flowise_service": service(ServiceSettings(), metrics_key=METRICS_KEY),
        "redis_cache": cache(CacheSettings()),
        "waf_cdn": site(stack_name="flowise-test", address="https://d1.cloudfront.net/api/v1/ping", domain=False),
        "backups": backups(BackupSettings(enabled=False), get_args(Kind), "orders-test"),
        "web_service": balancer(Autoscalers(namespace="flowise", count=0)),
        "pipeline_access": None,
    }
    return full(MonitoringSettings(), **kept)


def write_rules(folder: Path, watch: Watch = FULL) -> dict[str, Path]:
    """Write a file for each group of rules; give them by the group's name."""
    files = {}
    for group in rule_groups(watch, MONITORING):
        files[group["name"]] = path = folder / f"{group['name']}.yaml"
        path.write_text(yaml.safe_dump({"groups": [group]}, sort_keys=False), encoding="utf-8")
    return files


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run promtool."""
    return subprocess.run([promtool(), *arguments], capture_output=True, text=True, check=False)


def unit_tests(rules: Sequence[Path], cases: Sequence[Case], interval: str) -> dict[str, Any]:
    """Return the cases of one interval as promtool reads them; the series ALERTS tells what fires,
    and with which labels.
    """
    return {
        "rule_files": [str(path) for path in rules],
        "evaluation_interval": interval,
        "tests": [
            {
                "name": f"{case.alert}: {case.title}",
                "interval": interval,
                "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
                "promql_expr_test": [
                    *(
                        _firing(case, at, [_alerts(case, each) for each in labels])
                        for at, labels in case.firing.items()
                    ),
                    *(_firing(case, at, []) for at in case.quiet),
                ],
            }
            for case in cases
        ],
    }


def _firing(case: Case, at: str, expected: Sequence[str]) -> Mapping[str, Any]:
    return {
        "expr": f'ALERTS{{alertname="{case.alert}",alertstate="firing"}}',
        "eval_time": at,
        "exp_samples": [{"labels": labels, "value": 1} for labels in expected],
    }


def _alerts(case: Case, own: Labels) -> str:
    labels = {"alertname": case.alert, "alertstate": "firing", "severity": case.severity, "team": "platform", **own}
    return "ALERTS{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"
