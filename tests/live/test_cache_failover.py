"""A failover of the cache with real servers, where open connections stay on the node that was the primary."""

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sandbox.nodejs import NODE
from tests.node import SCRIPTS, ask
from tests.ports import free_port
from tests.waiting import wait_until

from .servers import listens, program

pytestmark = pytest.mark.live

DRIVER = Path(__file__).with_name("cache_driver.cjs")
# a look every 5 s, a second between tries, and what a connection takes: on a machine that does nothing else
BACK_SECONDS = 10
# whose connection is not given up hears nothing for a quarter of an hour
BUSY_SECONDS = 60


class Name:
    """What a DNS name does: new connections go to the primary, those that stand stay where they are."""

    def __init__(self, leads_to: int) -> None:
        self.leads_to = leads_to
        self._open = socket.create_server(("127.0.0.1", 0))
        self.port = self._open.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._open.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._open.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.leads_to))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_carry, args=(one, other), daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    try:
        while some := one.recv(65536):
            other.sendall(some)
    except OSError:
        pass
    finally:
        for each in (one, other):
            each.close()


@contextmanager
def node(folder: Path) -> Iterator[int]:
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([program("redis-server", "valkey-server"), *options], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: listens(port), "Redis listens")
        yield port
    finally:
        server.terminate()
        server.wait()


def told(port: int, *command: str) -> str:
    """Return a node a command, as an operator would."""
    with socket.create_connection(("127.0.0.1", port)) as asking:
        asking.sendall((" ".join(command) + "\r\n").encode())
        return asking.recv(4096).decode()


class Service:
    def __init__(self, said: Path, probe: str, primary: int, name: Name) -> None:
        self._said, self._probe, self._primary, self._name = said, probe, primary, name

    def follow(self) -> None:
        """Let the name lead to the new primary."""
        self._name.leads_to = self._primary

    def since(self, moment: float) -> set[str]:
        """Return what has gone through after a moment."""
        try:
            through = json.loads(self._said.read_text())
        except FileNotFoundError:
            return set()
        return {name for name, at in through.items() if at / 1000 > moment}

    def heard(self, seconds: float) -> bool:
        """Return whether somebody who listens at the new primary hears of an event."""
        with socket.create_connection(("127.0.0.1", self._primary)) as listening:
            listening.sendall(b"SUBSCRIBE events\r\n")
            listening.settimeout(seconds)
            try:
                return any(b"message" in listening.recv(4096) for _ in range(2))
            except TimeoutError:
                return False

    def probed(self, path: str) -> tuple[int, str]:
        """Return what a probe is answered."""
        try:
            return ask(self._probe, path)
        except OSError as error:
            return 0, str(error)

    def ready(self) -> bool:
        return self.probed("/readyz")[0] == 200


@contextmanager
def failed_over(
    package: Path, folder: Path, *, heals: str = "yes", follows: bool = True
) -> Iterator[tuple[Service, float]]:
    """Give a service that used a cache, and the moment at which the primary became a replica of the other node.

    The cache's name leads to the new primary from then on, or as soon as it is let to.
    """
    with ExitStack() as stack:
        first, second = (stack.enter_context(node(folder)) for _ in range(2))
        told(second, "REPLICAOF", "127.0.0.1", str(first))
        wait_until(lambda: "master_link_status:up" in told(second, "INFO", "replication"), "replication")
        name = Name(first)
        stack.callback(name.close)
        said, probe = folder / "said.json", str(free_port())
        environment = {
            **os.environ, "SCRIPTS": str(SCRIPTS), "FLOWISE_PACKAGE": str(package), "SAID": str(said), "MODE": "queue",
            "REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(name.port), "PROBE_PORT": probe, "HEALS": heals,
        }  # fmt: skip
        process = subprocess.Popen([NODE, str(DRIVER)], env=environment)
        stack.callback(process.wait)
        stack.callback(process.kill)
        service, begun = Service(said, probe, second, name), time.time()
        wait_until(lambda: service.since(begun) == {"write", "job", "published"} and service.ready(), "service")
        told(second, "REPLICAOF", "NO", "ONE")
        if follows:
            service.follow()
        told(first, "REPLICAOF", "127.0.0.1", str(second))
        # what was under way has come back by then
        time.sleep(1)
        yield service, time.time()


def test_a_service_is_back_soon_after_a_failover_though_its_connections_stayed(package: Path, tmp_path: Path) -> None:
    with failed_over(package, tmp_path) as (service, moment):
        wanted = {"write", "job", "published"}
        wait_until(lambda: service.since(moment) == wanted and service.ready(), "back", BUSY_SECONDS)
        assert service.heard(BUSY_SECONDS)


def test_while_nothing_can_be_written_the_probes_say_so_and_nobody_is_restarted(package: Path, tmp_path: Path) -> None:
    with failed_over(package, tmp_path, follows=False) as (service, moment):
        wait_until(lambda: service.probed("/readyz")[0] == 503, "told that it is not ready", BUSY_SECONDS)
        assert service.probed("/readyz")[1].startswith("cache: ")
        # asked again and again it does not waver as long as nothing goes through
        asked = set()
        for _ in range(20):
            asked.add((service.probed("/livez")[0], service.probed("/readyz")[0]))
            time.sleep(0.1)
        assert asked == {(200, 503)}
        assert not {"write", "job"} & service.since(moment)
        service.follow()
        wanted, followed = {"write", "job", "published"}, time.time()
        wait_until(lambda: service.since(followed) == wanted and service.ready(), "back", BUSY_SECONDS)


def test_without_it_nothing_that_writes_comes_back(package: Path, tmp_path: Path) -> None:
    with failed_over(package, tmp_path, heals="") as (service, moment):
        assert not service.heard(BACK_SECONDS)
        assert not {"write", "job"} & service.since(moment)
