import re
from typing import Any

from components.planning.alerts import alerts


def by_name(**changes: Any) -> dict[str, dict[str, Any]]:
    asked = {"latency_threshold_seconds": 2.0, "latency_for_minutes": 5, **changes}
    return {each["alert"]: each for each in alerts(**asked)}


def test_high_latency_is_asked_for_under_that_name() -> None:
    high = by_name()["HighLatency"]
    assert high["for"] == "5m"
    assert high["labels"] == {"severity": "critical"}


def test_high_latency_is_an_average_for_the_buckets_end_at_half_a_second() -> None:
    assert by_name()["HighLatency"]["expr"] == (
        'sum(rate(http_request_duration_ms_sum{namespace="flowise"}[5m]))'
        ' / sum(rate(http_request_duration_ms_count{namespace="flowise"}[5m])) > 2000'
    )


def test_the_threshold_is_in_the_metrics_unit() -> None:
    assert by_name(latency_threshold_seconds=0.25)["HighLatency"]["expr"].endswith("> 250")


def test_the_time_it_must_last_follows_the_setting() -> None:
    assert by_name(latency_for_minutes=9)["HighLatency"]["for"] == "9m"


def test_only_metrics_that_exist_are_asked_for() -> None:
    # flowise 3.1.4, kube-state-metrics and the blackbox exporter
    known = {
        "http_request_duration_ms_sum",
        "http_request_duration_ms_count",
        "kube_pod_status_ready",
        "kube_pod_container_status_restarts_total",
        "probe_success",
    }
    for name, each in by_name(databricks=True).items():
        assert set(re.findall(r"([a-z_]+)\{", each["expr"])) <= known, name


def test_every_alert_says_how_bad_it_is_and_what_is_the_matter() -> None:
    for each in by_name(databricks=True).values():
        assert each["labels"]["severity"] in {"critical", "warning"}
        assert each["annotations"]["summary"]


def test_databricks_is_watched_only_where_it_is_used() -> None:
    assert "DatabricksUnreachable" not in by_name()
    assert by_name(databricks=True)["DatabricksUnreachable"]["expr"] == 'min(probe_success{job="databricks"}) == 0'
