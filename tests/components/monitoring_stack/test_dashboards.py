import json
from pathlib import Path

import pulumi_kubernetes as k8s

from components.monitoring_stack.grafana_dashboards import Dashboards, DashboardsArgs
from testing.cloud import Cloud

MOST_BYTES = 2**20
PAGES = {path.stem: path for path in (Path(__file__).parents[3] / "components").glob("*/dashboards/*.json")}


def build(cloud: Cloud) -> None:
    args = DashboardsArgs(namespace="monitoring", labels={"app.kubernetes.io/name": "monitoring"}, pages=PAGES)
    cloud.build(lambda: Dashboards("pages", args))


def test_each_page_is_found_by_its_label_and_is_what_was_written(any_cloud: Cloud) -> None:
    build(any_cloud)
    made = {each.name.removeprefix("pages-"): each.inputs for each in any_cloud.of(k8s.core.v1.ConfigMap)}
    # an object's name takes no underscore
    assert set(made) == {name.replace("_", "-") for name in PAGES}
    assert len(made) >= 9
    for name, path in PAGES.items():
        config = made[name.replace("_", "-")]
        assert config["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert config["metadata"]["namespace"] == "monitoring"
        (file, text) = next(iter(config["data"].items()))
        assert file == f"{name}.json"
        assert json.loads(text) == json.loads(path.read_text())


def test_each_page_fits_a_configmap_many_times(cloud: Cloud) -> None:
    build(cloud)
    for each in cloud.of(k8s.core.v1.ConfigMap):
        assert 4 * len(json.dumps(each.inputs["data"])) < MOST_BYTES
