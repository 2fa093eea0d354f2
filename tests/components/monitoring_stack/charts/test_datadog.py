import json
from typing import Any

from components.monitoring_stack.charts.datadog import datadog_values
from components.monitoring_stack.settings.datadog import DatadogSettings


def datadog(takes_traces: bool = False) -> dict[str, Any]:
    return datadog_values(
        DatadogSettings(site="datadoghq.eu", api_key_secret_name="flowise/datadog"),
        cluster_name="flowise-dev",
        environment="dev",
        api_key_secret="api-secret",
        scrape_secret="metrics-secret",
        takes_traces=takes_traces,
    )


def test_no_key_stands_in_the_values() -> None:
    values = datadog()
    assert values["datadog"]["apiKeyExistingSecret"] == "api-secret"
    assert "apiKey" not in values["datadog"]
    (volume,) = values["agents"]["volumes"]
    assert volume["secret"] == {"secretName": "metrics-secret"}


def test_logs_of_all_containers_go_without_what_looks_like_a_secret() -> None:
    values = datadog()["datadog"]
    assert values["logs"] == {"enabled": True, "containerCollectAll": True}
    (rules,) = [json.loads(each["value"]) for each in values["env"]]
    assert {rule["type"] for rule in rules} == {"mask_sequences"}
    assert any("bearer" in rule["pattern"] for rule in rules)


def test_what_looks_further_than_asked_is_off() -> None:
    values = datadog()["datadog"]
    for part in ("remoteConfiguration", "orchestratorExplorer", "containerImageCollection", "discovery", "operator"):
        assert values[part] == {"enabled": False}, part
    assert values["processAgent"]["enabled"] is False
    assert values["useHostPID"] is False
    assert values["kubeStateMetricsCore"]["collectSecretMetrics"] is False
    assert datadog()["clusterAgent"]["admissionController"] == {"enabled": False}


def test_traces_are_taken_where_asked_and_without_a_port_of_the_node() -> None:
    for asked in (True, False):
        values = datadog(asked)["datadog"]
        assert values["apm"] == {"socketEnabled": asked, "portEnabled": False}
        http = values["otlp"]["receiver"]["protocols"]["http"]
        assert (http["enabled"], http["useHostPort"]) == (asked, False)
