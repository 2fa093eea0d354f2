"""The commands that reach a cluster: `kube`, `drill`, and `drift` there; apart, for they load what others need not."""

import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..account import Account
from ..clusters import objects
from ..clusters.cluster import Cluster
from ..clusters.load import SCALABLE, Load, LoadError, check
from ..clusters.metrics import served
from ..clusters.objects import ClusterError
from ..clusters.plan import CLUSTER
from ..clusters.registry import Clusters, minor_of, service_cidr_of
from ..control_plane import ControlPlaneError, KubernetesError
from ..control_plane.binaries import how_to_pin, minors
from ..drills.drill_cluster import DrillError
from ..drills.run import drill as run_drill
from ..interrupts import until_interrupted
from ..run_options import RunOptions
from ..workspace import SandboxError, Workspace
from ..world import Record, World


def kube(workspace: Workspace, options: Namespace) -> int:
    """Keep a cluster running until interrupted, its kubeconfig on standard output."""
    with _cluster(workspace, options.cluster) as (clusters, record):
        cluster = clusters.named(record.id)
        assert cluster is not None
        with _load(cluster, clusters.folder_of(record.id), options.load):
            sys.stdout.write(cluster.plane().kubeconfig())
            sys.stdout.flush()
            print(
                f"# cluster {record.id} runs until Ctrl-C; write this kubeconfig to a file, and in another shell:\n"
                "# kubectl --kubeconfig FILE get pods -A",
                file=sys.stderr,
            )
            until_interrupted()
    return 0


@contextmanager
def _load(cluster: Cluster, folder: Path, texts: Sequence[str]) -> Iterator[None]:
    """Play what is asked for; nothing serves metrics where nothing is."""
    if not texts:
        yield
        return
    loads, client = [Load.read(text) for text in texts], cluster.client
    check(loads, [each["metadata"]["name"] for kind in SCALABLE for each in client.list("apps/v1", kind)])
    with served(client, folder, loads):
        yield


def drill(workspace: Workspace, options: Namespace) -> int:
    """Run a drill on a copy of a cluster; 0 where the stack holds."""
    with _cluster(workspace, options.cluster) as (clusters, record):
        text, verdict = run_drill(
            options.drill,
            clusters.folder_of(record.id),
            minor_of(record),
            service_cidr_of(record),
            options.without,
            [Load.read(text) for text in options.load],
        )
    print(text)
    return 0 if verdict.holds else 1


def drift(
    workspace: Workspace, world: World, record: Record, change: Callable[[dict[str, Any]], dict[str, Any]] | None
) -> bool:
    """Change an object (or delete it) on the cluster of the stack on which it stands; False where it is on none.

    The stack must be locked. What is stored in the world stays, so that `refresh` finds the difference.
    """
    account = Account(world, RunOptions())
    clusters = Clusters(workspace.clusters, account.standing)
    try:
        for standing in account.standing(CLUSTER):
            cluster = clusters.standing({"clusterIdentifier": standing.id})
            if cluster is not None and objects.drift(cluster, record, change):
                return True
    except (ClusterError, ControlPlaneError) as error:
        raise SandboxError(str(error)) from error
    finally:
        clusters.stop()
    return False


@contextmanager
def _cluster(workspace: Workspace, name: str) -> Iterator[tuple[Clusters, Record]]:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    with workspace.locked():
        world = World(workspace.world_file)
        account = Account(world, RunOptions())
        clusters = Clusters(workspace.clusters, account.standing)
        try:
            records = [record for record in account.standing(CLUSTER) if name in ("", record.id)]
            if len(records) != 1:
                known = ", ".join(record.id for record in account.standing(CLUSTER)) or "none"
                raise SandboxError(
                    f"stack {workspace.stack} has these clusters: {known}. "
                    + ("Bring it up first." if known == "none" else "Name one of them with --cluster.")
                )
            (record,) = records
            if not clusters.has_control_plane(record.id):
                raise SandboxError(
                    f"cluster {record.id} has no control plane: stack {workspace.stack} was brought up with "
                    f"--kubernetes schema. Bring it up anew: up --stack {workspace.stack} --fresh"
                )
            if minor_of(record) not in minors():
                raise SandboxError(how_to_pin(minor_of(record)))
            yield clusters, record
        except (ClusterError, ControlPlaneError, KubernetesError, LoadError, DrillError) as error:
            raise SandboxError(str(error)) from error
        finally:
            clusters.stop()
            world.close()
