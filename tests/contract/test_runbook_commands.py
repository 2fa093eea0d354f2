"""What a runbook's `kubectl` names stands in a cluster: namespaces, the labels of pods, workloads, Services.

Pods and Services are those of whole stacks, the program's own and the charts' as they render them.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from testing.program import run
from tests.components.monitoring_stack.test_runbooks import commands_of
from tests.contract.test_network_roads import STACKS, own_pods, stack
from tools import runbooks

# the one with a search engine
TIKTREND = Path(__file__).parents[2] / "examples" / "tiktrend"
# EKS's add-on, by the labels of its manifest (kubernetes-sigs/metrics-server); NAMESPACE is what a command before tells
GIVEN: dict[str, list[tuple[str, dict[str, str]]]] = {
    "kube-system": [("metrics-server", {"app.kubernetes.io/name": "metrics-server"})],
    "NAMESPACE": [("any", {})],
}
COMMAND = re.compile(r"kubectl -n (\S+) .*")
LABELS = re.compile(r"(?:-l|--selector)[ =](\S+)")
NAMED = re.compile(r"\b(deploy|statefulset|svc)/([a-z-]+)")


@dataclass(frozen=True)
class Namespace:
    """What stands in a namespace of any of the stacks."""

    pods: list[tuple[str, dict[str, str]]]
    services: set[str]


@cache
def namespaces() -> dict[str, Namespace]:
    clusters = [stack(name).cluster for name in STACKS]
    pods = [(pod.namespace, pod.name, dict(pod.labels)) for each in clusters for pod in each.pods]
    for home, name, template in own_pods(run("prod", folder=TIKTREND)):
        pods.append((home, name, template["metadata"]["labels"]))
    pods += [(home, name, labels) for home, known in GIVEN.items() for name, labels in known]
    return {
        home: Namespace(
            [(name, labels) for there, name, labels in pods if there == home],
            {each.name for one in clusters for each in one.services if each.namespace == home},
        )
        for home in {there for there, *_ in pods}
    }


def lacking(command: str) -> str:
    """Return what a command names that stands nowhere; nothing where all of it stands."""
    found = COMMAND.match(command)
    if not found:
        return ""
    home = namespaces().get(found[1])
    if home is None:
        return f"no pod is in {found[1]}"
    for selector in LABELS.findall(command):
        wanted = dict(part.split("=") for part in selector.split(","))
        if not any(wanted.items() <= labels.items() for _, labels in home.pods):
            return f"no pod in {found[1]} has {selector}"
    names = {name for name, _ in home.pods}
    for kind, name in NAMED.findall(command):
        if name not in (home.services if kind == "svc" else names):
            return f"no {kind} {name} is in {found[1]}"
    return ""


@pytest.mark.parametrize("alert", list(runbooks.alerts()))
def test_what_a_command_names_stands_in_a_cluster(alert: str) -> None:
    assert [said for each in commands_of(runbooks.runbook(alert)) if (said := lacking(each))] == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("kubectl -n nowhere get pods", "no pod is in nowhere"),
        ("kubectl -n keda logs -l app=none --tail=9", "no pod in keda has app=none"),
        ("kubectl -n monitoring port-forward svc/prometheus 9090", "no svc prometheus is in monitoring"),
    ],
)
def test_what_stands_nowhere_is_told(command: str, said: str) -> None:
    assert lacking(command) == said
