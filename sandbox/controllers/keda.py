"""Runs KEDA's operator beside a control plane, as its chart's Deployment says, in place of `clusters.scaled_objects`.

It has the arguments, the variables and the account of the Deployment that stands, and so that account's rights alone.
What differs from a pod: folders and addresses of its own, the sandbox's resolver, one process whatever the replicas,
and no NetworkPolicy. A Deployment that only stands in for the chart runs nothing.
"""

import base64
import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from .. import private_files
from ..clusters.placeholders import stands_in
from ..clusters.reconcile_loop import ReconcileLoop
from ..clusters.scaled_objects import OPERATOR
from ..control_plane import Client, ControlPlane, KubernetesError
from ..control_plane.kubeconfig import kubeconfig
from ..control_plane.processes import Processes, ProcessesError
from .pods import NotPlayedError, Told

# what it listens on beside its probe; in a pod these are the pod's own
_LISTENS = ("metrics-bind-address", "health-probe-bind-address", "metrics-service-bind-address")
# cmd/operator/main.go: LeaderElectionID
_LEASE = ("coordination.k8s.io/v1", "Lease", "operator.keda.sh")
_TOKEN_SECONDS = 30 * 24 * 3600
# A kubelet starts what ended again at once, then after ten seconds, and twice as long each time
# (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle, "Container restarts").
_FIRST_BACKOFF, _LONGEST_BACKOFF = 10.0, 300.0


@dataclass(frozen=True)
class Reached:
    """What the operator reaches beside the API server: who answers for names, and which CAs it trusts."""

    resolver: str
    trusted: Path


class KedaOperator(ReconcileLoop):
    """Keeps the operator running as its Deployment says, and mounted Secrets as they are."""

    def __init__(self, client: Client, plane: ControlPlane, folder: Path, program: Path, reached: Reached) -> None:
        super().__init__(client)
        self._plane = plane
        self._folder = folder
        self._program = program
        self._reached = reached
        self._told: Told | None = None
        self._processes: Processes | None = None
        self._deaths = 0
        self._again = 0.0
        self._refused = ""

    def reconcile(self) -> None:
        """Start it, start it again, or end it."""
        try:
            told = self._wanted()
        except NotPlayedError as error:
            told = None
            if str(error) != self._refused:
                sys.stderr.write(f"KEDA's operator is not run: {error}\n")
                self._refused = str(error)
        if told is None or told != self._told:
            self._end()
            self._deaths, self._again, self._told = 0, 0.0, told
        if told is None:
            return
        self._mount(told)
        if self._processes is not None and self._has_ended(self._processes):
            self._end()
            self._again = time.monotonic() + backoff(self._deaths)
            self._deaths += 1
        if self._processes is None and time.monotonic() >= self._again:
            self._processes = self._begun(told)

    def stop(self) -> None:
        """End it, and look no more."""
        super().stop()
        if self.is_alive():
            self.join()
        self._end()

    def _wanted(self) -> Told | None:
        for each in self.client.list("apps/v1", "Deployment"):
            if each["metadata"]["name"] == OPERATOR and not stands_in(each):
                labels = ",".join(f"{key}={value}" for key, value in each["spec"]["selector"]["matchLabels"].items())
                pods = self.client.list("v1", "Pod", each["metadata"]["namespace"], labels=labels)
                pod = self._told.environment.get("POD_NAME") if self._told and self._processes else None
                return Told.of(each, pod or (pods[0]["metadata"]["name"] if pods else OPERATOR))
        return None

    @staticmethod
    def _has_ended(processes: Processes) -> bool:
        try:
            return bool(processes.exited())
        except ProcessesError:  # whoever watched it has ended, and it too
            return True

    def _end(self) -> None:
        if self._processes is not None:
            self._processes.stop()
            self._processes = None

    def _mounts(self, told: Told) -> dict[str, Path]:
        return {mount: self._folder / "mounts" / secret for mount, secret in told.secrets.items()}

    def _mount(self, told: Told) -> None:
        """Write what the mounted Secrets hold, as a kubelet does, again and again; one that is missing is empty."""
        for mount, folder in self._mounts(told).items():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            secret = self.client.find("v1", "Secret", told.secrets[mount], told.namespace) or {}
            for key, value in (secret.get("data") or {}).items():
                content = base64.b64decode(value)
                if not (folder / key).is_file() or (folder / key).read_bytes() != content:
                    private_files.write(folder / key, content)

    def _begun(self, told: Told) -> Processes:
        (self._folder / "logs").mkdir(parents=True, exist_ok=True, mode=0o700)
        try:  # nobody else is here: it is the lease of one that has ended
            self.client.delete(*_LEASE, told.namespace)
        except KubernetesError as error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise
        path = self._folder / "kubeconfig.yaml"
        user = f"system:serviceaccount:{told.namespace}:{told.account}"
        text = kubeconfig(self._plane.url, self._plane.ca_pem, self._token(told), user=user)
        private_files.write(path, text)
        processes = Processes(self._folder, environment(told, path, self._reached))
        processes.start(OPERATOR, command(self._program, told, self._mounts(told), self._reached, _addresses()))
        return processes

    def _token(self, told: Told) -> str:
        if not told.token:
            return ""
        path = self.client.resource("v1", "ServiceAccount").path(told.account, told.namespace, "token")
        asked = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": _TOKEN_SECONDS},
        }
        return str(self.client.transport.request("POST", path, asked)["status"]["token"])


def command(
    program: Path, told: Told, mounts: Mapping[str, Path], reached: Reached, addresses: Sequence[str]
) -> list[str]:
    """Return how the operator is started: as the chart says, but for addresses, and with one more CA."""
    own = [f"--{name}={address}" for name, address in zip(_LISTENS, addresses, strict=True)]
    return [str(program), *told.placed(mounts), *own, f"--ca-dir={reached.trusted}"]


def environment(told: Told, kubeconfig: Path, reached: Reached) -> dict[str, str]:
    """Return its variables: the chart's, and what a pod finds in files of its account."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(kubeconfig.parent),
        **told.environment,
        "KUBECONFIG": str(kubeconfig),
        "KEDA_CLUSTER_OBJECT_NAMESPACE": told.environment.get("KEDA_CLUSTER_OBJECT_NAMESPACE", told.namespace),
        "SANDBOX_RESOLVER": reached.resolver,
    }


def backoff(ended: int) -> float:
    """Return for how long one that has ended so many times before is left alone."""
    return min(_FIRST_BACKOFF * 2 ** (ended - 1), _LONGEST_BACKOFF) if ended else 0.0


def _addresses() -> list[str]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in _LISTENS]
    try:
        return [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    finally:
        for each in sockets:
            each.close()
