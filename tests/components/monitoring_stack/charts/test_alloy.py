from collections.abc import Mapping
from typing import Any

import pytest

from components.monitoring_stack.charts.alloy import event_values, node_values, trace_values

ALL: dict[str, Mapping[str, Any]] = {
    "nodes": node_values("config"),
    "events": event_values("config"),
    "collector": trace_values("config", service_account="otel-collector"),
}


@pytest.mark.parametrize("name", ALL)
def test_nothing_runs_with_more_than_it_needs(name: str) -> None:
    container = ALL[name]["alloy"]["securityContext"]
    assert container == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    pod = ALL[name]["global"]["podSecurityContext"]
    # files of containers' logs are root's, and nothing else of ours is
    assert pod["runAsNonRoot"] is (name != "nodes")
    assert pod["runAsUser"] == (0 if name == "nodes" else 473)
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert ALL[name]["alloy"]["enableReporting"] is False


def test_only_what_reads_nodes_mounts_them_and_only_to_read() -> None:
    (logs, positions) = ALL["nodes"]["controller"]["volumes"]["extra"]
    assert logs["hostPath"] == {"path": "/var/log/pods", "type": "Directory"}
    assert positions["hostPath"]["path"] == "/var/lib/alloy-log-positions"
    mounts = {each["name"]: each for each in ALL["nodes"]["alloy"]["mounts"]["extra"]}
    assert mounts["pod-logs"]["readOnly"] is True
    for name in ("events", "collector"):
        assert [set(each) for each in ALL[name]["controller"]["volumes"]["extra"]] == [{"name", "emptyDir"}]


def granted(values: Mapping[str, Any]) -> set[tuple[str, str]]:
    rules = [*values["rbac"]["rules"], *values["rbac"]["clusterRules"]]
    assert values["rbac"]["rules"]
    assert values["rbac"]["clusterRules"]  # the chart spoils its role where one of the two is empty
    return {(kind, verb) for rule in rules for kind in rule["resources"] for verb in rule["verbs"]}


def test_each_reads_one_kind_of_object() -> None:
    assert granted(ALL["nodes"]) == {("pods", verb) for verb in ("get", "list", "watch")}
    assert granted(ALL["events"]) == {("events", verb) for verb in ("get", "list", "watch")}
    assert ALL["collector"]["rbac"] == {"create": False}
    assert ALL["collector"]["serviceAccount"]["automountServiceAccountToken"] is False


def test_one_runs_on_every_node_whatever_it_is_tainted_with() -> None:
    controller = ALL["nodes"]["controller"]
    assert controller["type"] == "daemonset"
    assert controller["tolerations"] == [{"operator": "Exists"}]
    assert controller["priorityClassName"] == "system-node-critical"


@pytest.mark.parametrize("name", ["events", "collector"])
def test_one_that_must_be_alone_is(name: str) -> None:
    assert (ALL[name]["controller"]["type"], ALL[name]["controller"]["replicas"]) == ("deployment", 1)


def test_traces_come_in_by_one_port() -> None:
    (port,) = ALL["collector"]["alloy"]["extraPorts"]
    assert (port["port"], port["targetPort"]) == (4318, 4318)


def test_each_is_known_by_its_own_name() -> None:
    names = {name: (values["nameOverride"], values["fullnameOverride"]) for name, values in ALL.items()}
    assert names == {
        "nodes": ("alloy", "alloy"),
        "events": ("alloy-events", "alloy-events"),
        "collector": ("otel-collector", "otel-collector"),
    }
