"""A copy of a cluster's data, and a control plane of its own on it: what drills do leaves the stack as it was."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..clusters.node_pools import NodePools
from ..clusters.scaled_objects import ScaledObjects
from ..clusters.volumes import Provisioner
from ..control_plane import Client, ControlPlane
from .stages import STAGES

# What autoscalers wait for is divided by so much: ten minutes of waiting for less load are ten seconds.
FASTER = 60
_AUTOSCALER_SECONDS = 1.0


class ClusterCopy:
    """A running copy. Made by `copied`."""

    def __init__(self, folder: Path, minor: str, service_cidr: str) -> None:
        self.folder = folder
        self.minor = minor
        self._service_cidr = service_cidr
        self.plane = self._start()
        self.client = self.plane.client()

    def upgrade(self, minor: str) -> None:
        """Stop the control plane, and start a newer one on the same data, at the same address."""
        self.plane.stop()
        self.minor = minor
        self.plane = self._start()
        self.client.forget()

    def _start(self) -> ControlPlane:
        return ControlPlane.start(
            self.folder,
            self.minor,
            service_cidr=self._service_cidr,
            stages=STAGES,
            autoscaler_seconds=_AUTOSCALER_SECONDS,
        )


@contextmanager
def copied(folder: Path, minor: str, service_cidr: str) -> Iterator[ClusterCopy]:
    """Run a copy of the cluster whose data is in a folder, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="flowise-drill-") as scratch:
        data = Path(scratch) / "cluster"
        shutil.copytree(folder, data, ignore=shutil.ignore_patterns("*.sock", "lock", "ports.json"))
        copy = ClusterCopy(data, minor, service_cidr)
        loops = _loops(copy.client)
        for loop in loops:
            loop.start()
        try:
            yield copy
        finally:
            for loop in loops:
                loop.stop()
            copy.client.close()
            copy.plane.stop()


def _loops(client: Client) -> tuple[Provisioner, ScaledObjects, NodePools]:
    return Provisioner(client), ScaledObjects(client), NodePools(client, faster=FASTER)
