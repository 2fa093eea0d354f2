"""What Flowise brings for Prometheus to scrape, and what its address has to do with it."""

from components.flowise_service.settings import ServiceSettings
from components.flowise_service.watch import watch
from tests.components.monitoring_stack.rules import DATABRICKS, DATABRICKS_TOKEN, METRICS_KEY, SERVICE

QUEUE, MAIN = watch(SERVICE, metrics_key=METRICS_KEY), watch(ServiceSettings(), metrics_key=METRICS_KEY)


def test_its_own_metrics_are_read_with_the_key_that_its_setup_puts_in_place() -> None:
    servers = next(each for each in MAIN.scrapes if each.job == "flowise")
    assert (servers.namespace, servers.path, servers.port) == ("flowise", "/api/v1/metrics", 3000)
    assert MAIN.secrets[servers.bearer or ""] == METRICS_KEY


def test_every_process_is_scraped_where_it_answers_probes() -> None:
    pods = next(each for each in MAIN.scrapes if each.job == "flowise-pods")
    assert pods.labels == {"app.kubernetes.io/component": ["server", "worker"]}
    assert (pods.port_name, pods.path, pods.alerted) == ("probe", "/metrics", True)


def test_the_queue_exporter_is_scraped_where_it_stands() -> None:
    queue = next(each for each in QUEUE.scrapes if each.job == "flowise-queue")
    assert (queue.by, queue.namespace, queue.port_name, queue.port) == ("pods", "flowise", "metrics", 9464)
    assert queue.labels == {"app.kubernetes.io/component": ["queue-exporter"]}


def test_queues_are_read_and_shown_where_there_are_any() -> None:
    assert {each.job for each in QUEUE.scrapes} - {each.job for each in MAIN.scrapes} == {"flowise-queue"}
    assert set(QUEUE.dashboards) - set(MAIN.dashboards) == {"queue"}
    assert all(path.is_file() for path in QUEUE.dashboards.values())


def test_databricks_is_asked_whether_it_answers_where_there_is_a_workspace() -> None:
    (asked,) = QUEUE.probes
    assert asked.target == "https://dbc-12345678-90ab.cloud.databricks.com/api/2.0/serving-endpoints"
    # it wants a token, and an answer that says so is one
    assert (asked.job, asked.refuses) == ("databricks", True)
    assert MAIN.probes == []


def test_what_fails_with_the_cluster_is_silent_then() -> None:
    assert {alert.name for alert in QUEUE.alerts if alert.falls_with_cluster} == {
        *("AppInstanceDown", "FlowiseNotReady", "FlowiseRestarts", "QueueStuck", "WorkersMissing"),
    }


def test_serving_endpoints_are_read_with_the_token_where_they_are_named() -> None:
    (serving,) = watch(SERVICE, metrics_key=METRICS_KEY, databricks_token=DATABRICKS_TOKEN).web_scrapes
    assert serving.host == "dbc-12345678-90ab.cloud.databricks.com"
    assert serving.paths == {"chat": "/api/2.0/serving-endpoints/chat/metrics"}
    secrets = watch(SERVICE, metrics_key=METRICS_KEY, databricks_token=DATABRICKS_TOKEN).secrets
    assert secrets[serving.bearer] == DATABRICKS_TOKEN


def test_a_token_that_nothing_is_read_with_goes_nowhere() -> None:
    unnamed = SERVICE.model_copy(update={"databricks": DATABRICKS.model_copy(update={"serving_endpoints": ()})})
    made = watch(unnamed, metrics_key=METRICS_KEY, databricks_token=DATABRICKS_TOKEN)
    assert (made.web_scrapes, set(made.secrets)) == ([], {"key"})
    assert "DatabricksTokenRefused" not in {alert.name for alert in made.alerts}
