"""The caches of an account, played by a server of this machine: each runs from the moment somebody asks for its name.

It lets in whom ElastiCache would: the users of its groups with their passwords and access strings, or whoever has its
AUTH token; over TLS where the cache encrypts. Replicas, failover, cluster mode and serverless caches are not played.
"""

import hashlib
import ipaddress
import os
import random
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .. import private_files
from ..control_plane.certificates import Authority
from ..control_plane.processes import Processes
from ..world import Record

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
USER_GROUP, USER = "aws:elasticache/userGroup:UserGroup", "aws:elasticache/user:User"
_NAMES = ("primaryEndpointAddress", "readerEndpointAddress", "configurationEndpointAddress")
# Debian's packages valkey-server and redis-server; each takes the other's configuration
SERVERS = ("valkey-server", "redis-server")
_PORT = 6379
_LOOPBACK, _ATTEMPTS = ipaddress.IPv4Network("127.0.0.0/8"), 20
_START_SECONDS, _POLL_SECONDS = 5.0, 0.05


class Caches:
    """The caches that stand in an account, by their names. Safe to use from several threads."""

    def __init__(self, folder: Path, standing: Callable[..., Sequence[Record]]) -> None:
        self._folder = folder
        self._standing = standing
        self._turn = threading.Lock()
        self._running: dict[str, tuple[Processes, str]] = {}
        self._told = False
        shutil.rmtree(folder, ignore_errors=True)
        self.trusted.mkdir(parents=True, mode=0o700)
        self._authority = Authority("sandbox cache CA")
        self._authority.write(self.trusted)

    @property
    def trusted(self) -> Path:
        """The folder with the CA's certificate, as clients of AWS have Amazon's."""
        return self._folder / "trusted"

    def address(self, name: str) -> str | None:
        """Return the address at which the cache of a name listens; None where there is none, or nobody to play it."""
        with self._turn:
            for record in self._standing(GROUP):
                if name in (record.outputs.get(each) for each in _NAMES):
                    return self._served(record)
        return None

    def stop(self) -> None:
        """End every server."""
        with self._turn:
            for processes, _ in self._running.values():
                processes.stop()
            self._running = {}

    def _served(self, record: Record) -> str | None:
        if record.id not in self._running:
            program = next(filter(None, map(shutil.which, SERVERS)), None)
            if program is None:
                if not self._told:
                    sys.stderr.write(f"no cache is played: neither {' nor '.join(SERVERS)} is on PATH\n")
                self._told = True
                return None
            self._running[record.id] = self._start(program, record)
        _, address = self._running[record.id]
        return address

    def _start(self, program: str, record: Record) -> tuple[Processes, str]:
        folder = self._folder / record.id
        (folder / "logs").mkdir(parents=True, exist_ok=True, mode=0o700)
        port = int(record.outputs.get("port") or _PORT)
        address = _free(port)
        names = [str(record.outputs[each]) for each in _NAMES if record.outputs.get(each)]
        encrypted = bool(record.inputs.get("transitEncryptionEnabled"))
        if encrypted:
            self._authority.write_server(folder, "cache", names)
        private_files.write(folder / "users.acl", "".join(f"{each}\n" for each in self._access(record)))
        processes = Processes(folder, {"PATH": os.environ.get("PATH", os.defpath)})
        processes.start("server", command(program, address, port, encrypted=encrypted))
        _wait_for(address, port)
        return processes, address

    def _access(self, record: Record) -> Iterator[str]:
        groups = [each for each in self._standing(USER_GROUP) if each.id in (record.inputs.get("userGroupIds") or ())]
        members = {str(user) for group in groups for user in group.inputs.get("userIds") or ()}
        users = [user.inputs for user in self._standing(USER) if user.id in members]
        return access(users, str(record.inputs.get("authToken") or ""))


def access(users: Sequence[Mapping[str, Any]], token: str) -> Iterator[str]:
    """Yield the lines of an ACL file: of ElastiCache's users (their inputs), or of whoever has the AUTH token.

    Where a cache has users, a client that names none is the user `default`, and without such a user is let in nowhere.
    """
    if not any(user["userName"] == "default" for user in users):
        password = _password(token) if token else "nopass"
        yield "user default off" if users else f"user default on {password} ~* &* +@all"
    for user in users:
        mode = user.get("authenticationMode") or {}
        passwords = [*(user.get("passwords") or ()), *(mode.get("passwords") or ())]
        open_to_all = user.get("noPasswordRequired") or mode.get("type") == "no-password-required"
        told = ["nopass"] if open_to_all else [_password(str(each)) for each in passwords]
        yield " ".join(["user", str(user["userName"]), str(user["accessString"]), *told])


def _password(password: str) -> str:
    return f"#{hashlib.sha256(password.encode()).hexdigest()}"


def command(program: str, address: str, port: int, *, encrypted: bool) -> list[str]:
    """Return how a server is started in its folder; it keeps nothing."""
    plain, tls = (0, port) if encrypted else (port, 0)
    shown = ("--tls-cert-file", "server.crt", "--tls-key-file", "server.key", "--tls-auth-clients", "no")
    return [
        *(program, "--bind", address, "--port", str(plain), "--tls-port", str(tls), *(shown if encrypted else ())),
        *("--aclfile", "users.acl", "--save", "", "--appendonly", "no", "--daemonize", "no"),
    ]


def _free(port: int) -> str:
    """Return an address of this machine's own on which nobody listens at a port; Linux has all of 127.0.0.0/8."""
    addresses = ["127.0.0.1"]
    if sys.platform == "linux":
        numbers = (random.randrange(1 << 16, (1 << 24) - 1) for _ in range(_ATTEMPTS))
        addresses += [str(_LOOPBACK[number]) for number in numbers]
    for address in addresses:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return address
    raise OSError(f"port {port} is taken on this machine")


def _wait_for(address: str, port: int) -> None:
    """Wait until a server listens; one that never does is for its client to find."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((address, port), timeout=1):
            return
        time.sleep(_POLL_SECONDS)
