"""The clusters of one account: which there are, and what the account says of each."""

import base64
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..control_plane import ControlPlane, ControlPlaneError, KubernetesError
from ..control_plane.binaries import how_to_pin, minors
from ..control_plane.lifecycle import SERVICE_CIDR
from ..toolchain import ToolchainError
from ..world import Record
from .cluster import Cluster
from .objects import ClusterError
from .plan import CLUSTER, ON_A_CLUSTER, SCALING_GROUP, SUBNET, addons, cluster_of, node_groups

_CONTROLLERS = "controllers"


class Clusters:
    """Every cluster of a world. Safe to use from several threads.

    `standing` gives the resources of some types; `charts_folder` may hold archives of charts. A cluster has a control
    plane for as long as it stands, or never one: `real` says what those get that are made from now on. Those that are
    used with `controllers` have the real ones beside them from then on: what they hold back goes by them alone.
    """

    def __init__(
        self,
        folder: Path,
        standing: Callable[..., list[Record]],
        charts_folder: Path | None = None,
        *,
        real: bool = True,
        controllers: bool = False,
    ) -> None:
        self._folder = folder
        self._real = real
        self._with_controllers = controllers
        self._controllers: Any = None
        self.charts_folder = charts_folder
        self._standing = standing
        self._turn = threading.RLock()
        self._open: dict[str, Cluster] = {}
        self._told: set[str] = set()

    def of(self, provider: Mapping[str, Any]) -> Cluster | None:
        """Return the cluster that a Kubernetes provider points to, with the nodes and add-ons that the account says.

        None where it points to none of this account, to one that was made without a control plane, or to a Kubernetes
        minor that nobody pinned: its objects are then judged by their schemas, and stored.
        """
        with self._turn:
            record = cluster_of(provider, self._standing(CLUSTER))
            if record is None or not self._is_real(record) or not self._is_pinned(minor_of(record)):
                return None
            cluster = self._cluster(record)
            if not cluster.running:
                try:
                    self._bring(cluster, record)
                except (ControlPlaneError, ToolchainError, KubernetesError) as error:
                    raise ClusterError(f"{error}\n`--kubernetes schema` does without a control plane") from error
            return cluster

    def _is_real(self, record: Record) -> bool:
        made_real = self.has_control_plane(record.id)
        if self._real and not made_real:
            self._tell(
                f"cluster {record.id} was made with --kubernetes schema, and stays so: its objects are only judged by "
                "their schemas. `up --fresh` makes it anew, with a control plane."
            )
        elif made_real and not self._real:
            self._tell(f"cluster {record.id} has a control plane, and keeps it.")
        return made_real

    def _is_pinned(self, minor: str) -> bool:
        if minor not in minors():
            self._tell(f"{how_to_pin(minor)}\nUntil then its objects are only judged by their schemas.")
        return minor in minors()

    def _tell(self, line: str) -> None:
        if line not in self._told:
            self._told.add(line)
            sys.stderr.write(f"{line}\n")

    def standing(self, provider: Mapping[str, Any]) -> Cluster | None:
        """Return the same, but for one that nobody has used yet, of which there is nothing to ask."""
        with self._turn:
            record = cluster_of(provider, self._standing(CLUSTER))
            used = record is not None and (self.folder_of(record.id) / "etcd").is_dir()
            return self.of(provider) if used else None

    def named(self, name: str) -> Cluster | None:
        """Return the cluster of a name, running; None where there is none."""
        return self.of({"clusterIdentifier": name})

    def has_control_plane(self, name: str) -> bool:
        """Return whether a cluster was made with a control plane: its folder is made before the cluster, and goes after
        it.
        """
        return self.folder_of(name).is_dir()

    def outputs(self, name: str, *, new: bool) -> dict[str, Any]:
        """Return what a cluster's own resource says of its server; nothing where it has none, or is to have none."""
        if not (self._real if new else self.has_control_plane(name)):
            return {}
        url, ca = ControlPlane.identity(self.folder_of(name))
        encoded = {"data": base64.b64encode(ca.encode()).decode()}
        return {"endpoint": url, "certificateAuthority": encoded, "certificateAuthorities": [encoded]}

    def changed(self, record: Record, *, gone: bool = False) -> None:
        """Follow a resource of the account that was created, changed or deleted."""
        with self._turn:
            if record.token == CLUSTER and gone:
                self._cluster(record).remove()
                self._open.pop(record.id, None)
            elif record.token == CLUSTER:
                known = self._open.get(record.id)
                if known is not None and known.minor != minor_of(record):
                    known.stop()  # its data stays, and the next minor goes on with it
                    self._open.pop(record.id)
            elif record.token in ON_A_CLUSTER:
                cluster = self._open.get(str(record.inputs.get("clusterName")))
                for owner in self._standing(CLUSTER):
                    if cluster is not None and cluster.running and owner.id == cluster.name:
                        self._bring(cluster, owner)

    def stop(self) -> None:
        """End every process."""
        with self._turn:
            for cluster in self._open.values():
                cluster.stop()
            if self._controllers is not None:
                self._controllers.stop()
                self._controllers = None

    def _bring(self, cluster: Cluster, record: Record) -> None:
        records = self._standing(*ON_A_CLUSTER, SCALING_GROUP, SUBNET)
        version = cluster.plane().version
        cluster.have(node_groups(record, records, version), addons(record, records))

    def _cluster(self, record: Record) -> Cluster:
        if record.id not in self._open:
            folder, minor = self.folder_of(record.id), minor_of(record)
            self._open[record.id] = Cluster(
                record.id, folder, minor, service_cidr_of(record), self.charts_folder, self._beside(folder)
            )
        return self._open[record.id]

    def _beside(self, folder: Path) -> Any:
        """Return the real controllers, where a cluster has them or is to have them. Raises ToolchainError."""
        mark = folder / _CONTROLLERS
        if not self._with_controllers and not mark.exists():
            return None
        if self._controllers is None:
            from ..controllers.beside import Beside  # noqa: PLC0415 # slow to load, and few need it

            self._controllers = Beside(self._folder.parent / _CONTROLLERS, self._standing)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark.touch()
        return self._controllers

    def folder_of(self, name: str) -> Path:
        """Where a cluster's data is kept."""
        return self._folder / name


def minor_of(cluster: Record) -> str:
    """Return the Kubernetes minor that a cluster's resource asks for, or got (`1.35`)."""
    asked = cluster.inputs.get("version") or cluster.outputs.get("version")
    return str(asked or minors()[-1])


def service_cidr_of(cluster: Record) -> str:
    """Return the range of its Services."""
    network = cluster.inputs.get("kubernetesNetworkConfig") or {}
    return str(network.get("serviceIpv4Cidr") or SERVICE_CIDR)
