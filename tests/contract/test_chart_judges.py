"""Every shape stands before all judges, and each kind of wrong value is named by one of them.

A wrong value is given as what the chart would make of it, or as the program would say it.
"""

from collections.abc import Callable

import pytest

from tests.chart_judges import Judged, Row, faults, judged
from tools.shapes import SHAPES, made

Change = Callable[[Judged], None]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_stands_before_every_judge(shape: str) -> None:
    assert faults(judged(made(shape))) == []


def row(stack: Judged, release: str) -> Row:
    (found,) = [each for each in stack.rows if each["release"] == release]
    return found


def named(rows: list[Row], name: str) -> Row:
    (found,) = [each for each in rows if each.get("name", each.get("metadata", {}).get("name")) == name]
    return found


PROMETHEUS, LOKI = "monitoring/monitoring-prometheus", "logging/monitoring-logs-release"
BALANCER, CLOUDWATCH = "kube-system/services-controller", "monitoring/monitoring-cloudwatch-release"


def _misspelt_key(stack: Judged) -> None:
    stack.values[LOKI]["singleBinary"]["replica"] = 3


def _renamed_service(stack: Judged) -> None:
    named(row(stack, LOKI)["services"], "loki")["name"] = "loki-gateway"


def _moved_port(stack: Judged) -> None:
    for port in named(row(stack, LOKI)["services"], "loki")["ports"]:
        port["number"] += 1 if port["number"] == 3100 else 0


def _renamed_container_port(stack: Judged) -> None:
    for port in named(row(stack, LOKI)["pods"], "loki")["ports"]:
        port["name"] = f"loki-{port['name']}"


def _other_secret_key(stack: Judged) -> None:
    named(row(stack, PROMETHEUS)["pods"], "grafana")["secrets"] = [
        {"name": "monitoring-secrets-grafana", "keys": ["admin-name"]}
    ]


def _other_secret(stack: Judged) -> None:
    named(row(stack, PROMETHEUS)["pods"], "grafana")["secrets"] = [{"name": "grafana", "keys": []}]


def _wide_role(stack: Judged) -> None:
    rules = [{"apiGroups": [""], "resources": ["configmaps", "secrets"], "verbs": ["get", "list", "watch"]}]
    row(stack, PROMETHEUS)["rights"].append(
        {"account": "monitoring/grafana", "namespace": None, "role": "grafana-clusterrole", "rules": rules}
    )


def _all_powerful(stack: Judged) -> None:
    rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
    row(stack, BALANCER)["rights"].append(
        {"account": "kube-system/aws-load-balancer-controller", "namespace": None, "role": "admin", "rules": rules}
    )


def _new_registry(stack: Judged) -> None:
    row(stack, LOKI)["images"].append("gcr.io/google/loki:1")


def _privileged_pod(stack: Judged) -> None:
    pod = named(row(stack, PROMETHEUS)["pods"], "grafana")
    pod["level"], pod["because"] = "privileged", ["hostPath volumes"]


def _loose_namespace(stack: Judged) -> None:
    (space,) = [each for each in stack.own("Namespace") if each["metadata"]["name"] == "monitoring"]
    space["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = "privileged"


def _renamed_account(stack: Judged) -> None:
    stack.identities[[each["name"] for each in stack.identities].index("cloudwatch-exporter")]["name"] = "yace"


def _monitor_elsewhere(stack: Judged) -> None:
    row(stack, CLOUDWATCH)["monitors"][0]["ports"] = ["metrics"]


def _monitor_of_nothing(stack: Judged) -> None:
    row(stack, CLOUDWATCH)["monitors"][0]["selector"] = {"matchLabels": {"app": "yace"}}


def _unmarked_twin(stack: Judged) -> None:
    named(row(stack, LOKI)["services"], "loki-headless")["labels"].pop("prometheus.io/service-monitor")


def _own_monitors_only(stack: Judged) -> None:
    row(stack, PROMETHEUS)["prometheuses"][0]["selects"]["serviceMonitor"][1] = {
        "matchLabels": {"release": "monitoring-prometheus"}
    }


def _no_requests(stack: Judged) -> None:
    row(stack, BALANCER)["pods"][0]["memory_request_mib"] = 0


def _small_quota(stack: Judged) -> None:
    hard = {"pods": "2", "requests.memory": "4096Mi"}
    stack.objects.append(
        {"kind": "ResourceQuota", "metadata": {"namespace": "logging", "name": "q"}, "spec": {"hard": hard}}
    )


def _webhook_elsewhere(stack: Judged) -> None:
    row(stack, PROMETHEUS)["called"][0]["port"] = 8443


def _retired_version(stack: Judged) -> None:
    (chart,) = [its for name, its in stack.charts.items() if name.startswith("external-secrets ")]
    chart["crds"]["externalsecrets.external-secrets.io"]["served"] = ["v2"]


def _by_release(stack: Judged) -> None:
    stack.own("NetworkPolicy")[0]["spec"]["podSelector"] = {
        "matchLabels": {"app.kubernetes.io/instance": "monitoring-prometheus"}
    }


WRONG: dict[str, tuple[Change, str]] = {
    "a misspelt key": (_misspelt_key, "knows no value singleBinary.replica"),
    "a Service renamed": (_renamed_service, "names loki.logging, and there is no such Service"),
    "a port moved": (_moved_port, "names port 3100 of loki.logging, which listens on"),
    "a container's port renamed": (
        _renamed_container_port,
        "Service logging/loki: port http-metrics is none of pod loki's",
    ),
    "a Secret's key": (_other_secret_key, "asks monitoring-secrets-grafana for admin-name, and it has"),
    "a Secret that nobody makes": (_other_secret, "names the Secret grafana, and nobody makes it in monitoring"),
    "a role that reads every Secret": (_wide_role, "monitoring/grafana reads every Secret by grafana-clusterrole"),
    "a role that may do everything": (_all_powerful, "aws-load-balancer-controller may do everything by admin"),
    "an image from a new registry": (_new_registry, "gcr.io/google/loki:1 comes from gcr.io, which no road leads to"),
    "a pod that its namespace refuses": (
        _privileged_pod,
        "namespace monitoring is restricted, and pod grafana needs privileged",
    ),
    "a namespace that lets more in than it needs": (
        _loose_namespace,
        "namespace monitoring is privileged, and no pod in it",
    ),
    "an account that is called otherwise": (
        _renamed_account,
        "Pod Identity is given to monitoring/yace, and there is no such",
    ),
    "a monitor's port": (_monitor_elsewhere, "ServiceMonitor monitoring/cloudwatch: cloudwatch has no port metrics"),
    "a monitor's label": (_monitor_of_nothing, "ServiceMonitor monitoring/cloudwatch selects nothing"),
    "a Service's mark": (_unmarked_twin, "logging/monitoring-logs-monitor scrapes pod loki by several Services"),
    "monitors of one release alone": (_own_monitors_only, "is not picked up by Prometheus prometheus-prometheus"),
    "a pod that asks for nothing": (_no_requests, "asks for no memory"),
    "a quota that is too small": (_small_quota, "the quota of logging lets pods be 2, and pods of charts ask for 4"),
    "a webhook's port": (_webhook_elsewhere, "calls prometheus-operator.monitoring on port 8443, and it listens on"),
    "a version of a kind that is gone": (_retired_version, "is external-secrets.io/v1, which no CRD of a chart serves"),
    "a selector by a release's name": (_by_release, "selects by the release's name monitoring-prometheus"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_value_is_named(wrong: str) -> None:
    change, said = WRONG[wrong]
    stack = judged(made("prod"))
    change(stack)
    told = faults(stack)
    assert any(said in each for each in told), told
