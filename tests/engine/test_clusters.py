"""A cluster on the sandbox is a real Kubernetes: what stands on it, what it refuses, and what ends with it."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest
import yaml

from sandbox.clusters.readiness import missing
from sandbox.commands.parser import DRILLS, GUARDS
from sandbox.control_plane import Client, ControlPlane
from sandbox.control_plane.nodes import NodeGroup, Subnet, nodes
from sandbox.drills import run as drills
from sandbox.workspace import FOLDER
from tests.waiting import wait_until

from . import wrong_manifests
from .conftest import REPOSITORY, Sandbox

pytestmark = pytest.mark.engine

MINOR = "1.35"
WORKLOADS = (("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"), ("batch/v1", "Job"))


def processes_in(folder: Path) -> list[str]:
    """Return the programs whose working directory lies in a folder."""
    found = []
    for process in psutil.process_iter(["name", "cwd"]):
        if str(process.info["cwd"]).startswith(str(folder)):
            found.append(process.info["name"])
    return found


def test_a_control_plane_keeps_its_data_and_leaves_nothing_running(tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    group = NodeGroup("g", "m7g.large", 2, [Subnet("a", "eu-west-1a"), Subnet("b", "eu-west-1b")], "v1.35.0")
    with ControlPlane.start(folder, MINOR) as plane:
        url = plane.url
        client = plane.client()
        for node in nodes(group):
            client.create(node)
        client.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept"}, "data": {"a": "1"}})
        wait_until(lambda: all(ready(node) for node in client.list("v1", "Node")))
        assert len(processes_in(folder)) >= 5
    assert processes_in(folder) == []

    with ControlPlane.start(folder, MINOR) as plane:
        assert plane.url == url
        assert plane.client().get("v1", "ConfigMap", "kept", "default")["data"] == {"a": "1"}


def ready(node: dict[str, object]) -> bool:
    conditions = node["status"].get("conditions") or []  # type: ignore[attr-defined]
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)


def noticed(plane: ControlPlane, victim: str) -> bool:
    return victim in plane.failed()


def test_a_program_that_is_killed_is_noticed_and_the_next_start_goes_on(tmp_path: Path) -> None:
    kept: set[str] = set()
    # what the others need is killed after them, and what keeps the data alone
    for victims in (("kwok", "kube-scheduler", "kube-controller-manager", "kube-apiserver"), ("etcd",), ()):
        with ControlPlane.start(tmp_path, MINOR) as plane:
            phases = {
                item["metadata"]["name"]: item["status"]["phase"] for item in plane.client().list("v1", "Namespace")
            }
            assert {name: phases.get(name) for name in kept} == dict.fromkeys(kept, "Active")
            for victim in victims:
                plane.client().apply(
                    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"before-{victim}"}}
                )
                kept.add(f"before-{victim}")
                os.kill(plane.pids[victim], signal.SIGKILL)
                wait_until(partial(noticed, plane, victim), f"the end of {victim} is noticed")
        assert processes_in(tmp_path) == [], victims
    assert len(kept) == 5


def test_nothing_outlives_a_killed_command(tmp_path: Path) -> None:
    source = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from sandbox.control_plane import ControlPlane\n"
        f"plane = ControlPlane.start(Path({str(tmp_path)!r}), {MINOR!r})\n"
        "print('up', flush=True)\n"
        "time.sleep(600)\n"
    )
    command = subprocess.Popen([sys.executable, "-c", source], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert command.stdout is not None
    assert command.stdout.readline() == "up\n"
    assert len(processes_in(tmp_path)) >= 5

    command.kill()
    command.communicate()

    wait_until(lambda: processes_in(tmp_path) == [])


def test_the_server_refuses_what_people_write_by_mistake_in_its_own_words(program: Callable[..., Sandbox]) -> None:
    assert len(wrong_manifests.WRONG) >= 30
    sandbox = program(wrong_manifests.PROGRAM)
    sandbox = Sandbox(sandbox.program, kubernetes="real")
    given = {name: wrong[:3] for name, wrong in wrong_manifests.WRONG.items()}
    (sandbox.program / "wrong.json").write_text(json.dumps(given), encoding="utf-8")

    refused = sandbox("up", "--continue-on-error", "--laws", "off", status=1).stdout

    unexpected = {}
    for name, (api_version, kind, _, words) in wrong_manifests.WRONG.items():
        said = [
            part for part in re.split(r"error: |\* ", refused) if f"kubernetes:{api_version}:{kind}::{name}\n" in part
        ]
        if not any(words in part for part in said):
            unexpected[name] = said
    assert unexpected == {}
    # what was right stands; what is only not ready is known, and goes with the rest
    standing = {urn.rpartition("$")[2].split("::", 2)[-1] for urn in sandbox.world()}
    assert {"kubernetes:core/v1:ConfigMap::right", "kubernetes:core/v1:Namespace::restricted"} <= standing
    wrong = {f"kubernetes:{wrong[0]}:{wrong[1]}::{name}" for name, wrong in wrong_manifests.WRONG.items()}
    assert standing & wrong == {"kubernetes:apps/v1:Deployment::room"}
    sandbox("destroy", "--laws", "off")
    assert sandbox.world() == []
    assert processes_in(sandbox.program) == []
    assert list((sandbox.program / FOLDER / "stacks" / "dev" / "clusters").iterdir()) == []


def test_the_platform_stands_on_a_real_kubernetes(platform: Sandbox) -> None:
    platform = Sandbox(platform.program, kubernetes="real")
    platform("up", stack="prod")
    assert set(platform.changes(stack="prod")) == {"same"}

    with kube(platform, "prod") as client:
        wait_until(lambda: not lacking(client), lambda: lacking(client))
        pods = client.list("v1", "Pod", "flowise")
        assert len(pods) >= 2
        jobs = {pod["metadata"]["name"] for pod in pods if pod["metadata"]["ownerReferences"][0]["kind"] == "Job"}
        phases = {(pod["metadata"]["name"] in jobs, pod["status"]["phase"]) for pod in pods}
        assert phases == {(True, "Succeeded"), (False, "Running")}
        assert client.list("monitoring.coreos.com/v1", "PrometheusRule", "monitoring")
        assert {claim["status"]["phase"] for claim in client.list("v1", "PersistentVolumeClaim")} == {"Bound"}

    for drill, guard in (("rollout", "surge"),):
        held = platform("drill", drill, stack="prod")
        assert f"{drill}: HOLDS" in held.stdout
        fell = platform("drill", drill, "--without", guard, stack="prod", status=1)
        assert f"{drill} without {guard}: DOES NOT HOLD" in fell.stdout
        assert "FAULT" in fell.stdout

    platform("destroy", "--unprotect", stack="prod")
    assert platform.world("prod") == []
    assert processes_in(platform.program) == []
    assert list((platform.program / FOLDER / "stacks" / "prod" / "clusters").iterdir()) == []


def lacking(client: Client) -> list[str]:
    """Return what the control plane itself calls not ready."""
    return [
        f"{kind} {item['metadata']['name']}: {missing(item)}"
        for group, kind in (
            ("apps/v1", "Deployment"),
            ("apps/v1", "StatefulSet"),
            ("apps/v1", "DaemonSet"),
            ("batch/v1", "Job"),
        )
        for item in client.list(group, kind)
        if missing(item)
    ]


class kube:  # reads as a function
    """A cluster kept running by the command, and a client made from the kubeconfig that it prints."""

    def __init__(self, sandbox: Sandbox, stack: str) -> None:
        command = [sys.executable, "-m", "sandbox", "kube", "--stack", stack, "--cwd", str(sandbox.program)]
        self._process = subprocess.Popen(
            command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Client:
        assert self._process.stderr is not None
        assert self._process.stdout is not None
        self._process.stderr.readline()  # it says so when the cluster stands, and the kubeconfig is written
        lines: list[str] = []
        while not lines or not lines[-1].startswith("current-context"):
            lines.append(self._process.stdout.readline())
        config = yaml.safe_load("".join(lines))
        cluster = config["clusters"][0]["cluster"]
        ca = base64.b64decode(cluster["certificate-authority-data"]).decode()
        return Client(cluster["server"], ca, config["users"][0]["user"]["token"])

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.communicate()
        assert self._process.returncode == 0


def test_a_minor_without_a_pin_is_told_how_to_get_one(program: Callable[..., Sandbox]) -> None:
    sandbox = program(wrong_manifests.PROGRAM.replace('version="1.35"', 'version="1.34"'))
    (sandbox.program / "wrong.json").write_text("{}", encoding="utf-8")

    said = Sandbox(sandbox.program, kubernetes="real")("up", "--laws", "off").stderr

    assert said.count("no control plane is pinned for Kubernetes 1.34; there is one for 1.35, 1.36") == 1
    assert "copy tools/kubernetes/1.36 to tools/kubernetes/1.34" in said
    assert "only judged by their schemas" in said
    assert "pinned for Kubernetes 1.34" in sandbox("kube", status=1).stderr


@pytest.mark.parametrize("command", [["kube"], ["drill", "rollout"]], ids=["kube", "drill"])
def test_a_cluster_that_was_only_judged_by_schemas_is_told(program: Callable[..., Sandbox], command: list[str]) -> None:
    sandbox = program(wrong_manifests.PROGRAM)
    (sandbox.program / "wrong.json").write_text("{}", encoding="utf-8")
    sandbox("up", "--laws", "off")

    said = sandbox(*command, status=1).stderr

    assert "has no control plane: stack dev was brought up with --kubernetes schema" in said
    assert "Traceback" not in said


SMALL = """
import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

cluster = aws.eks.Cluster("main", name="main", role_arn="arn:aws:iam::123456789012:role/cluster", version="1.35",
    vpc_config={"subnet_ids": ["subnet-a"]})
k8s.core.v1.ConfigMap("settings", metadata={"name": "settings"}, data={"owner": pulumi.Config().get("owner") or "us"},
    opts=pulumi.ResourceOptions(provider=k8s.Provider("main", cluster_identifier=cluster.name, kubeconfig="{}")))
"""


@pytest.mark.parametrize(
    ("made", "afterwards", "line"),
    [
        ("schema", "real", "cluster main was made with --kubernetes schema, and stays so"),
        ("real", "schema", "cluster main has a control plane, and keeps it"),
    ],
)
def test_a_cluster_stays_as_it_was_made(made: str, afterwards: str, line: str, program: Callable[..., Sandbox]) -> None:
    first = Sandbox(program(SMALL).program, kubernetes=made)
    later = Sandbox(first.program, kubernetes=afterwards)
    folders = first.program / FOLDER / "stacks" / "dev" / "clusters"
    first("up", "--laws", "off")

    assert later("refresh", "--laws", "off").stderr.count(line) == 1
    assert "+-1 replaced" in later("up", "--laws", "off", "-c", "owner=them").stdout
    assert folders.is_dir() == (made == "real")

    later("destroy", "--laws", "off")
    assert later.world() == []
    assert not folders.is_dir() or list(folders.iterdir()) == []


def test_the_command_line_knows_every_drill_and_guard() -> None:
    assert set(DRILLS) == set(drills.DRILLS)
    assert set(GUARDS) == set(drills.GUARDS)
