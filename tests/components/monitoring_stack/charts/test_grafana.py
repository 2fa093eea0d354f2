from typing import Any

from components.monitoring_stack.charts.grafana import SIDECAR_RULE, grafana_values
from components.monitoring_stack.settings.monitoring import MonitoringSettings


def grafana() -> dict[str, Any]:
    return grafana_values(
        MonitoringSettings(),
        namespace="monitoring",
        login="login-secret",
        region="eu-west-1",
        loki_url="http://loki:3100",
    )


def test_no_password_is_in_its_values() -> None:
    assert grafana()["admin"]["existingSecret"] == "login-secret"
    assert "adminPassword" not in grafana()


def test_it_can_be_rolled_with_a_disk_of_one_node() -> None:
    assert grafana()["persistence"]["enabled"] is True
    assert grafana()["deploymentStrategy"] == {"type": "Recreate"}


def test_it_says_what_it_needs() -> None:
    for part in (grafana(), grafana()["sidecar"]):
        assert set(part["resources"]["requests"]) == {"cpu", "memory"}
        assert set(part["resources"]["limits"]) == {"memory"}


def test_dashboards_may_rely_on_what_data_sources_are_called() -> None:
    named = {each["type"]: each for each in grafana()["additionalDataSources"]}
    assert {kind: each["uid"] for kind, each in named.items()} == {"loki": "loki", "cloudwatch": "cloudwatch"}
    assert named["loki"]["url"] == "http://loki:3100"
    sidecar = grafana()["sidecar"]["datasources"]
    assert (sidecar["uid"], sidecar["alertmanager"]["uid"]) == ("prometheus", "alertmanager")


def test_cloudwatch_is_read_as_the_pods_role() -> None:
    (source,) = [each for each in grafana()["additionalDataSources"] if each["type"] == "cloudwatch"]
    assert source["jsonData"] == {"authType": "default", "defaultRegion": "eu-west-1"}


def test_dashboards_are_found_by_their_label() -> None:
    dashboards = grafana()["sidecar"]["dashboards"]
    assert (dashboards["label"], dashboards["labelValue"]) == ("grafana_dashboard", "1")


def test_it_reads_config_maps_of_its_own_namespace_and_no_secret() -> None:
    # the chart's roles would read Secrets, of every namespace
    assert grafana()["rbac"] == {"create": False}
    for part in ("dashboards", "datasources"):
        read = grafana()["sidecar"][part]
        assert (read["resource"], read["searchNamespace"]) == ("configmap", "monitoring")
    assert SIDECAR_RULE == {"api_groups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}
