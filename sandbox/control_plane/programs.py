"""How each of the five programs is started: pure functions from ports and files to a command line.

All run with the cluster's folder as working directory. etcd is reached by sockets in that folder, named relatively
because a socket's whole path may have 107 bytes at most (unix(7)); the others listen on 127.0.0.1.
"""

from dataclasses import dataclass
from pathlib import Path

from .binaries import Binaries
from .credentials import Credentials

HOST = "127.0.0.1"
ETCD_SOCKET = "etcd.sock"
PEER_SOCKET = "etcd-peer.sock"
# etcd wants to be known by a host and a port, which a lone member never dials.
ETCD_NAMED = "http://localhost:0"
# Nothing can be reached at the address that the `kubernetes` Service leads to; RFC 5737 keeps it free for such use.
ADVERTISED = "192.0.2.1"
# What EKS adds to the server's own choice (EKS user guide, "platform versions").
ADMISSION = ("NodeRestriction", "ExtendedResourceToleration")
# Twice what a client library allows itself: hundreds of objects come at once here, and there is one client.
CLIENT_QPS, CLIENT_BURST = 100, 200
# kube-controller-manager's own: --horizontal-pod-autoscaler-sync-period
AUTOSCALER_SECONDS = 15.0


@dataclass(frozen=True)
class Ports:
    """Where the programs listen on 127.0.0.1."""

    apiserver: int
    controller_manager: int
    scheduler: int
    kwok: int


@dataclass(frozen=True)
class Cluster:
    """What the command lines depend on."""

    binaries: Binaries
    credentials: Credentials
    ports: Ports
    service_cidr: str
    kubeconfigs: Path
    autoscaler_seconds: float = AUTOSCALER_SECONDS

    def etcd(self) -> list[str]:
        """One member, without fsync: a power cut may cost the cluster, which a kill of any process cannot."""
        return [
            str(self.binaries.etcd),
            "--name=sandbox",
            "--data-dir=etcd",
            f"--listen-client-urls=unix://{ETCD_SOCKET}",
            f"--advertise-client-urls={ETCD_NAMED}",
            f"--listen-peer-urls=unix://{PEER_SOCKET}",
            f"--initial-advertise-peer-urls={ETCD_NAMED}",
            f"--initial-cluster=sandbox={ETCD_NAMED}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        ]

    def apiserver(self) -> list[str]:
        """RBAC, tokens from a file, service accounts; admission as EKS has it."""
        credentials = self.credentials
        return [
            str(self.binaries.apiserver),
            f"--bind-address={HOST}",
            f"--secure-port={self.ports.apiserver}",
            f"--advertise-address={ADVERTISED}",
            f"--etcd-servers=unix://{ETCD_SOCKET}",
            f"--tls-cert-file={credentials.server_certificate}",
            f"--tls-private-key-file={credentials.server_key}",
            f"--token-auth-file={credentials.tokens}",
            f"--service-account-key-file={credentials.service_account_public_key}",
            f"--service-account-signing-key-file={credentials.service_account_key}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-cluster-ip-range={self.service_cidr}",
            "--authorization-mode=RBAC",
            f"--enable-admission-plugins={','.join(ADMISSION)}",
            "--allow-privileged=true",  # as on EKS, whose network plugin needs it
            "--profiling=false",
        ]

    def controller_manager(self) -> list[str]:
        """Return every controller, each under its own service account; no leader election, for there is one."""
        return [
            str(self.binaries.controller_manager),
            f"--kubeconfig={self.kubeconfigs / 'controller-manager.yaml'}",
            *self._served(self.ports.controller_manager, "controller-manager"),
            f"--root-ca-file={self.credentials.ca}",
            f"--service-account-private-key-file={self.credentials.service_account_key}",
            "--use-service-account-credentials=true",
            "--leader-elect=false",
            f"--horizontal-pod-autoscaler-sync-period={self.autoscaler_seconds:g}s",
            f"--kube-api-qps={CLIENT_QPS}",
            f"--kube-api-burst={CLIENT_BURST}",
            "--profiling=false",
        ]

    def scheduler(self) -> list[str]:
        """Return the default profile."""
        return [
            str(self.binaries.scheduler),
            f"--kubeconfig={self.kubeconfigs / 'scheduler.yaml'}",
            *self._served(self.ports.scheduler, "scheduler"),
            "--leader-elect=false",
            f"--kube-api-qps={CLIENT_QPS}",
            f"--kube-api-burst={CLIENT_BURST}",
            "--profiling=false",
        ]

    def kwok(self) -> list[str]:
        """Return the kubelet of every node, by the stages in `kwok.yaml`, or by kwok's own where it holds none."""
        return [
            str(self.binaries.kwok),
            f"--kubeconfig={self.kubeconfigs / 'kubelets.yaml'}",
            f"--server-address={HOST}:{self.ports.kwok}",
            "--config=kwok.yaml",
        ]

    def _served(self, port: int, name: str) -> list[str]:
        """Where its health can be asked for, under the cluster's certificate."""
        config = self.kubeconfigs / f"{name}.yaml"
        return [
            f"--bind-address={HOST}",
            f"--secure-port={port}",
            f"--tls-cert-file={self.credentials.server_certificate}",
            f"--tls-private-key-file={self.credentials.server_key}",
            f"--authentication-kubeconfig={config}",
            f"--authorization-kubeconfig={config}",
        ]
