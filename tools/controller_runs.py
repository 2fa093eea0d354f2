"""Lets KEDA's operator itself judge what a stack makes, on a control plane, under its chart's arguments and rights.

    python -m tools.controller_runs --charts FOLDER [STACK]

Brings the stack up without a control plane, and takes from it KEDA's release, what that scales, and the cache. With the
release's values as they are, each ScaledObject must become Ready and get the autoscaler that the sandbox's stand-in
would make; with the operator kept to the Secrets of its own namespace (the chart's
`permissions.operator.restrict.secret`), none may get any. Ends with status 1 where it is otherwise, and says where.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sandbox.clusters.cluster import Cluster
from sandbox.clusters.helm import Release
from sandbox.clusters.objects import release_of
from sandbox.clusters.placeholders import secret_of
from sandbox.clusters.registry import minor_of, service_cidr_of
from sandbox.clusters.scaled_objects import API_VERSION, autoscaler, ready
from sandbox.controllers.beside import Beside
from sandbox.helm_releases import RELEASE
from sandbox.workspace import Workspace
from sandbox.world import Record, World
from tools.charts.store import folder_of
from tools.shape_runs import ShapeError, shaped
from tools.shapes import SHAPES

CHART, NARROW = "keda", {"permissions": {"operator": {"restrict": {"secret": True}}}}
_KEDA = f"kubernetes:{API_VERSION}"
_SECRET, _DEPLOYMENT = "kubernetes:external-secrets.io/v1:ExternalSecret", "kubernetes:apps/v1:Deployment"
_CONFIG = "kubernetes:core/v1:ConfigMap"
_CLUSTER = "aws:eks/cluster:Cluster"
# a scaler that cannot ask its server says so within seconds
_SECONDS, _POLL_SECONDS = 60.0, 0.5


@dataclass(frozen=True)
class Judged:
    """What became of a ScaledObject: its condition Ready, the operator's words, and its autoscaler if there is one."""

    name: str
    ready: str
    message: str
    made: Mapping[str, Any] | None
    scaled: Mapping[str, Any]


class Account:
    """What a stack made, as a run of the sandbox left it."""

    def __init__(self, world: World) -> None:
        self._records = list(world)

    def standing(self, *tokens: str) -> list[Record]:
        """Return the resources of some types."""
        return [each for each in self._records if each.token in tokens]

    @property
    def release(self) -> Release:
        """KEDA's. Raises ShapeError."""
        releases = [release_of(each.inputs) for each in self.standing(RELEASE)]
        for each in releases:
            if each.chart == CHART:
                return each
        raise ShapeError("the stack has no release of KEDA")

    def objects(self) -> Iterator[Mapping[str, Any]]:
        """Yield what stands before an operator that scales: workloads with what their variables come from, logins, and
        then what is scaled.
        """
        for token in (_CONFIG, _DEPLOYMENT, f"{_KEDA}:TriggerAuthentication", f"{_KEDA}:ScaledObject"):
            yield from (each.outputs for each in self.standing(token))

    def secrets(self) -> Iterator[Mapping[str, Any]]:
        """Yield the ExternalSecrets, which no server has given an identity."""
        for each in self.standing(_SECRET):
            yield {**each.outputs, "metadata": {"uid": "", **each.outputs["metadata"]}}


@contextmanager
def brought_up(stack: str) -> Iterator[Account]:
    """Bring a stack up without a control plane. Raises ShapeError."""
    with TemporaryDirectory(prefix="controllers-") as folder:
        stand = shaped(SHAPES[stack], Path(folder), "schema")
        stand("up")
        with closing(World(Workspace.of(stand.folder, stack).world_file)) as world:
            yield Account(world)


def judged(account: Account, release: Release, charts: Path) -> list[Judged]:
    """Install a release beside what it scales, and let the operator look. Raises ChartError, ToolchainError."""
    (record,) = account.standing(_CLUSTER)
    with TemporaryDirectory(prefix="controllers-") as scratch:
        folder = Path(scratch)
        beside = Beside(folder / "beside", account.standing)
        cluster = Cluster("judge", folder / "judge", minor_of(record), service_cidr_of(record), charts, beside)
        try:
            scaled = [each for each in account.objects() if each["kind"] == "ScaledObject"]
            namespaces = {each["metadata"]["namespace"] for each in scaled}
            for name in {release.namespace, *namespaces}:
                cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, "judge")
            cluster.install(release, 0)
            secrets = (secret_of(each, beside.secret_value) for each in account.secrets())
            for each in (*secrets, *account.objects()):
                if each["metadata"]["namespace"] in namespaces:
                    cluster.apply(_alone(each), "judge")
            return [_waited(cluster, each["metadata"]) for each in scaled]
        finally:
            cluster.stop()
            beside.stop()


def _alone(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object without its owner and without what a server noted."""
    metadata = {key: item["metadata"][key] for key in ("name", "namespace", "labels") if key in item["metadata"]}
    return {**{key: value for key, value in item.items() if key != "status"}, "metadata": metadata}


def _waited(cluster: Cluster, metadata: Mapping[str, Any]) -> Judged:
    """Wait until the operator is content, and no longer than a while."""
    deadline = time.monotonic() + _SECONDS
    while True:
        item = cluster.client.get(API_VERSION, "ScaledObject", metadata["name"], metadata["namespace"])
        status, message = ready(item)
        if status == "True" or time.monotonic() > deadline:
            wanted = autoscaler(item)["metadata"]
            made = cluster.client.find("autoscaling/v2", "HorizontalPodAutoscaler", wanted["name"], wanted["namespace"])
            return Judged(metadata["name"], status, message, made, item)
        time.sleep(_POLL_SECONDS)


def faults(found: Sequence[Judged]) -> Iterator[str]:
    """Yield what is otherwise than the stand-in has it, where the operator may read what it needs."""
    for each in found:
        if each.ready != "True":
            yield f"{each.name} is not Ready: {each.message or 'the operator said nothing'}"
        elif each.made is None:
            yield f"{each.name} has no autoscaler"
        else:
            yield from (f"{each.name}: {line}" for line in apart(autoscaler(each.scaled)["spec"], each.made["spec"]))


def apart(ours: Any, theirs: Any, path: str = "spec") -> Iterator[str]:
    """Yield where what the stand-in makes is not what stands; what the server adds is no difference."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for key, value in ours.items():
            yield from apart(value, theirs.get(key), f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, pair in enumerate(zip(ours, theirs, strict=True)):
            yield from apart(*pair, f"{path}[{index}]")
    elif ours != theirs:
        yield f"{path}: {ours!r} by the stand-in, {theirs!r} by KEDA"


def narrowed(release: Release) -> Release:
    """Return a release whose operator may read the Secrets of its own namespace alone."""
    permissions = release.values.get("permissions") or {}
    return replace(release, values={**release.values, "permissions": {**permissions, **NARROW["permissions"]}})


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.controller_runs", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("stack", nargs="?", default="prod", choices=sorted(SHAPES), help="prod without one")
    parser.add_argument("--charts", type=Path, required=True, metavar="FOLDER", help="as `tools.charts pull` leaves it")
    options = parser.parse_args(arguments)
    charts = folder_of(options.charts).resolve()
    begun = time.monotonic()
    with brought_up(options.stack) as account:
        right = judged(account, account.release, charts)
        wrong = list(faults(right))
        for each in right:
            sys.stdout.write(f"{each.name}: Ready {each.ready}: {each.message}\n")
        for each in judged(account, narrowed(account.release), charts):
            sys.stdout.write(f"{each.name}, kept to its own Secrets: Ready {each.ready}: {each.message}\n")
            if each.made is not None or each.ready == "True":
                wrong.append(f"{each.name} got an autoscaler from an operator that may not read its Secret")
    sys.stdout.write("".join(f"FAILED: {line}\n" for line in wrong))
    sys.stdout.write(
        f"{len(right)} ScaledObjects judged by KEDA itself, {len(wrong)} faults ({time.monotonic() - begun:.0f} s)\n"
    )
    return 1 if wrong or not right else 0


if __name__ == "__main__":
    sys.exit(main())
