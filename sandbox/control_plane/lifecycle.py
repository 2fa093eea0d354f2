"""The life of one cluster's control plane: started on a folder that keeps its data, ready when it says so, stopped.

The five programs end with the process that started them, whatever becomes of it (`supervisor.py`). What is kept:
`etcd/` (the objects), `pki/` (CA, keys, tokens) and the ports, so that a kubeconfig outlives a restart; what each run
writes anew: `logs/`, `kubeconfigs/`, `kwok.yaml`, sockets.
"""

import http.client
import json
import os
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from .. import private_files
from .binaries import Binaries, binaries
from .client import Client, KubernetesError
from .credentials import Credentials
from .kubeconfig import kubeconfig
from .processes import Processes, ProcessesError
from .programs import AUTOSCALER_SECONDS, ETCD_SOCKET, HOST, PEER_SOCKET, Cluster, Ports
from .users import ADMIN, CONTROLLER_MANAGER, KUBELETS, SCHEDULER

# EKS gives Services this range where the VPC has addresses in 10.0.0.0/8, 10.100.0.0/16 where it has none (EKS API
# reference, KubernetesNetworkConfigRequest: serviceIpv4Cidr).
SERVICE_CIDR = "172.20.0.0/16"
# Started in 4 to 6 s on two idle cores; a busy machine gets many times that.
START_SECONDS = 120.0
# etcd writes what it holds when it is asked to stop.
_ETCD_GRACE_SECONDS = 5.0
# Another program may take a port between our choice and the server's start.
_ATTEMPTS = 3
_PORT_TAKEN = "address already in use"
_POLL_SECONDS = 0.02
# How much a program of Go lets its heap grow before it looks for garbage; its own 100 is for servers that stay. Of what
# a start and sixty objects take it is an eighth of the CPU, for a hundred MiB.
_GARBAGE_PERCENT = "400"
_LOG_LINES = 15
# As kubelets have it: KubeletConfiguration, nodeLeaseDurationSeconds.
_LEASE_SECONDS = 40
_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"


class ControlPlaneError(Exception):
    """The control plane cannot run; the text names the program and shows the end of its log."""


class ControlPlane:
    """A running control plane. Made by `start`; a context manager that stops it."""

    def __init__(self, folder: Path, cluster: Cluster, processes: Processes, pids: dict[str, int]) -> None:
        self.folder = folder
        self.pids = pids
        self.version = cluster.binaries.version
        self.url = f"https://{HOST}:{cluster.ports.apiserver}"
        self.ca_pem = cluster.credentials.ca.read_text(encoding="utf-8")
        self.token = cluster.credentials.token(ADMIN)
        self._processes = processes

    @classmethod
    def start(
        cls,
        folder: Path,
        minor: str,
        *,
        service_cidr: str = SERVICE_CIDR,
        stages: str = "",
        autoscaler_seconds: float = AUTOSCALER_SECONDS,
        programs: Callable[[str], Binaries] = binaries,
    ) -> Self:
        """Start a Kubernetes minor (`1.35`) on a folder's data, and wait until it is ready.

        `stages` are kwok Stage documents, YAML: those for pods, or for nodes, take the place of kwok's own, by which
        a pod is ready at once and a Job's pod completes. `autoscaler_seconds`: how often a
        HorizontalPodAutoscaler looks. Raises ControlPlaneError, or ToolchainError where the
        programs are not there and cannot be built.
        """
        found = programs(minor)
        folder = folder.resolve()
        for path in (folder, folder / "logs", folder / "kubeconfigs"):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "kwok.yaml").write_text(_kwok_configuration(stages), encoding="utf-8")
        for attempt in range(1, _ATTEMPTS + 1):
            ports = _ports(folder, keep=attempt == 1)
            cluster = Cluster(
                found, Credentials.of(folder), ports, service_cidr, folder / "kubeconfigs", autoscaler_seconds
            )
            try:
                return cls._run(folder, cluster)
            except ControlPlaneError as error:
                if attempt == _ATTEMPTS or _PORT_TAKEN not in str(error):
                    raise
        raise AssertionError("unreachable")

    @staticmethod
    def identity(folder: Path) -> tuple[str, str]:
        """Return the URL and the CA, PEM, that a control plane on a folder has or will have, as long as its port is
        free.
        """
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        ports = _ports(folder, keep=True)
        return f"https://{HOST}:{ports.apiserver}", Credentials.of(folder).ca.read_text(encoding="utf-8")

    @classmethod
    def _run(cls, folder: Path, cluster: Cluster) -> Self:
        with ExitStack() as undo:
            try:
                processes = Processes(folder, _environment(folder))
                undo.callback(processes.stop)
                pids = _Starting(folder, cluster, processes).all()
            except ProcessesError as error:
                raise ControlPlaneError(str(error)) from error
            plane = cls(folder, cluster, processes, {"supervisor": processes.pid, **pids})
            plane._wait_for_controllers()
            undo.pop_all()
        return plane

    def stop(self) -> None:
        """Stop it; its data stays. Returns when no process of it is left. Does nothing the second time."""
        self._processes.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def client(self, *, on_warning: Callable[[str], None] | None = None) -> Client:
        """Return a client that may do anything."""
        return Client(self.url, self.ca_pem, self.token, on_warning=on_warning)

    def kubeconfig(self) -> str:
        """Return a kubeconfig's text that may do anything."""
        return kubeconfig(self.url, self.ca_pem, self.token, user=ADMIN)

    def failed(self) -> dict[str, int]:
        """Which of the programs have ended by themselves, and their exit statuses."""
        try:
            return self._processes.exited()
        except ProcessesError as error:
            raise ControlPlaneError(str(error)) from error

    def _wait_for_controllers(self) -> None:
        """Wait for what the controllers make in each new cluster: without it the first pods would be refused."""
        client = self.client()
        try:
            client.until(bool, "v1", "ServiceAccount", "default", "default", timeout_seconds=START_SECONDS)
        except (KubernetesError, TimeoutError) as error:
            raise ControlPlaneError(f"the controllers do not work: {error}") from error
        finally:
            client.close()


class _Starting:
    """One start, program by program, each waited for by its own word."""

    def __init__(self, folder: Path, cluster: Cluster, processes: Processes) -> None:
        self._folder = folder
        self._cluster = cluster
        self._processes = processes
        self._deadline = time.monotonic() + START_SECONDS
        self._pids: dict[str, int] = {}
        self._tls = ssl.create_default_context(cafile=str(cluster.credentials.ca))

    def all(self) -> dict[str, int]:
        """Return the pids of the five, when all are ready."""
        cluster, ports = self._cluster, self._cluster.ports
        self._clean()
        self._write_kubeconfigs()
        self._start("etcd", cluster.etcd(), grace_seconds=_ETCD_GRACE_SECONDS)
        self._wait("etcd", self._etcd_listens)
        self._start("kube-apiserver", cluster.apiserver())
        token = cluster.credentials.token(ADMIN)
        self._wait("kube-apiserver", lambda: self._healthy(ports.apiserver, "/readyz", token))
        self._drop_leases(token)
        self._start("kube-controller-manager", cluster.controller_manager())
        self._start("kube-scheduler", cluster.scheduler())
        self._start("kwok", cluster.kwok())
        self._wait("kube-controller-manager", lambda: self._healthy(ports.controller_manager, "/healthz"))
        self._wait("kube-scheduler", lambda: self._healthy(ports.scheduler, "/readyz"))
        self._wait("kwok", lambda: self._healthy(ports.kwok, "/healthz", tls=False))
        return self._pids

    def _drop_leases(self, token: str) -> None:
        """Give the nodes free: kwok leaves them alone for as long as the lease of its predecessor lasts."""
        url, ca = f"https://{HOST}:{self._cluster.ports.apiserver}", self._cluster.credentials.ca
        client = Client(url, ca.read_text(encoding="utf-8"), token)
        try:
            client.transport.request("DELETE", _LEASES)
        except KubernetesError as error:
            raise ControlPlaneError(f"the nodes' leases cannot be deleted: {error}") from error
        finally:
            client.close()

    def _clean(self) -> None:
        """Remove what a run that was killed left behind: nobody else is here, for the folder is locked."""
        for name in (ETCD_SOCKET, PEER_SOCKET):
            (self._folder / name).unlink(missing_ok=True)
        for log in (self._folder / "logs").iterdir():
            log.unlink()

    def _write_kubeconfigs(self) -> None:
        credentials = self._cluster.credentials
        url = f"https://{HOST}:{self._cluster.ports.apiserver}"
        users = {
            "controller-manager": CONTROLLER_MANAGER,
            "scheduler": SCHEDULER,
            "kubelets": KUBELETS,
        }
        for name, user in users.items():
            text = kubeconfig(url, credentials.ca.read_text(encoding="utf-8"), credentials.token(user), user=user)
            private_files.write(self._cluster.kubeconfigs / f"{name}.yaml", text)

    def _start(self, name: str, command: Sequence[str], *, grace_seconds: float = 0) -> None:
        self._pids[name] = self._processes.start(name, command, grace_seconds=grace_seconds)

    def _wait(self, name: str, ready: Callable[[], bool]) -> None:
        while not ready():
            for ended, status in self._processes.exited().items():
                raise ControlPlaneError(f"{ended} ended with status {status} at its start:\n{self._tail(ended)}")
            if time.monotonic() > self._deadline:
                raise ControlPlaneError(f"{name} is not ready after {START_SECONDS:g} s:\n{self._tail(name)}")
            time.sleep(_POLL_SECONDS)

    def _etcd_listens(self) -> bool:
        # Its socket's whole path may be too long to connect to from here (unix(7)); the API server tries until it can.
        return (self._folder / ETCD_SOCKET).exists()

    def _healthy(self, port: int, path: str, token: str = "", *, tls: bool = True) -> bool:
        connection: http.client.HTTPConnection = (
            http.client.HTTPSConnection(HOST, port, timeout=5, context=self._tls)
            if tls
            else http.client.HTTPConnection(HOST, port, timeout=5)
        )
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _tail(self, name: str) -> str:
        lines = self._processes.log(name).read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:]
        return "\n".join([*(f"  {line}" for line in lines), f"(all of it: {self._processes.log(name)})"])


def _ports(folder: Path, *, keep: bool) -> Ports:
    """Free ports of 127.0.0.1; those of the last run where they still are."""
    file = folder / "ports.json"
    last: dict[str, Any] = {}
    if keep and file.is_file():
        last = json.loads(file.read_text(encoding="utf-8"))
    with ExitStack() as held:
        chosen = {name: _free_port(held, last.get(name, 0)) for name in Ports.__dataclass_fields__}
    ports = Ports(**chosen)
    private_files.write(file, json.dumps(asdict(ports)))
    return ports


def _free_port(held: ExitStack, wanted: int) -> int:
    """Return a port that nobody listens on, held until all are chosen so that no two are the same."""
    for port in (wanted, 0):
        probe = held.enter_context(socket.socket())
        # as the servers themselves do: what an ended connection leaves behind is no listener
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            continue
        number: int = probe.getsockname()[1]
        return number
    raise ControlPlaneError(f"no port of {HOST} is free")


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of ours but where to find programs: no proxy, no credentials, and a home of its own."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "GOGC": _GARBAGE_PERCENT}


def _kwok_configuration(stages: str) -> str:
    """Manage every node, each with the lease that a kubelet renews; without it nodes go NotReady on a busy machine."""
    own = {
        "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
        "kind": "KwokConfiguration",
        "options": {"manageAllNodes": True, "nodeLeaseDurationSeconds": _LEASE_SECONDS},
    }
    return "---\n".join([yaml.safe_dump(own), *([stages] if stages else [])])
