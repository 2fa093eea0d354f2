"""The services that Flowise runs on, real ones on 127.0.0.1: PostgreSQL and Redis over TLS, and moto for AWS."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.waiting import PATIENCE_SECONDS, wait_until

HOST = "localhost"
DEBIAN = Path("/usr/lib/postgresql")
PACKAGES = ("postgresql", "redis-server", "chromium", "prometheus", "prometheus-alertmanager")
NOBODY = 65534
READY_SECONDS = 900


@dataclass(frozen=True)
class Authority:
    """A certificate authority of this run, and a certificate of it for localhost; paths of PEM files."""

    bundle: Path
    certificate: Path
    key: Path


@dataclass(frozen=True)
class CacheLogin:
    """A user of the cache: the name, the rules of its access list, the password."""

    username: str
    access: str
    password: str


def program(*names: str) -> str:
    """Find one of these programs; skip nothing: what is missing is said with how to get it."""
    folders = [os.environ.get("PATH", ""), *(str(path / "bin") for path in sorted(DEBIAN.glob("*"), reverse=True))]
    for name in names:
        found = shutil.which(name, path=os.pathsep.join(folders))
        if found:
            return found
    pytest.exit(f"{' or '.join(names)} is missing: apt-get install {' '.join(PACKAGES)}", returncode=2)


def listens(port: int) -> bool:
    """Return whether somebody listens there."""
    with socket.socket() as asking:
        asking.settimeout(1)
        return asking.connect_ex(("127.0.0.1", port)) == 0


def make_authority(folder: Path, key: Sequence[str] = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")) -> Authority:
    """Make an authority and a certificate for localhost, with keys of a kind."""
    bundle, ca_key = folder / "ca.pem", folder / "ca.key"
    certificate, own_key, request = folder / "server.pem", folder / "server.key", folder / "server.csr"
    names = folder / "names"
    names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl = program("openssl")
    new = ["req", "-nodes", "-newkey", *key]
    for arguments in (
        [*new, "-x509", "-days", "2", "-subj", "/CN=live test authority", "-keyout", str(ca_key), "-out", str(bundle)],
        [*new, "-subj", "/CN=localhost", "-keyout", str(own_key), "-out", str(request)],
        [
            *("x509", "-req", "-days", "2", "-in", str(request), "-CA", str(bundle), "-CAkey", str(ca_key)),
            *("-CAcreateserial", "-extfile", str(names), "-out", str(certificate)),
        ],
    ):
        subprocess.run([openssl, *arguments], check=True, capture_output=True)
    return Authority(bundle, certificate, own_key)


@contextmanager
def postgres(authority: Authority, password: str) -> Iterator[tuple[int, Callable[[], None]]]:
    """Run PostgreSQL that admits nobody without TLS; give its port, and what stops it before its time.

    `master` may make roles and databases, as on RDS.
    """
    user = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="live-postgres-"))
    try:
        for name, source in (("server.pem", authority.certificate), ("server.key", authority.key)):
            shutil.copy(source, folder / name)
            (folder / name).chmod(0o600)
        if user:
            for path in (folder, *folder.iterdir()):
                os.chown(path, NOBODY, NOBODY)
        data, port = folder / "data", free_port()
        initdb = [program("initdb"), "--no-sync", "-A", "trust", "-U", "root", "-D", str(data)]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **user)  # type: ignore[call-overload] # user, group
        hba = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256\n"
        (data / "pg_hba.conf").write_text(hba)
        settings = {
            "listen_addresses": "localhost",
            "port": str(port),
            "unix_socket_directories": str(folder),
            "ssl": "on",
            "ssl_cert_file": str(folder / "server.pem"),
            "ssl_key_file": str(folder / "server.key"),
            "fsync": "off",
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        log = (folder / "log").open("w")
        server = subprocess.Popen(  # type: ignore[call-overload] # likewise
            [program("postgres"), "-D", str(data), *options], stdout=log, stderr=log, cwd=folder, **user
        )
        try:
            made = f"CREATE ROLE master LOGIN CREATEROLE CREATEDB PASSWORD '{password}'; GRANT pg_monitor TO master"
            psql = [program("psql"), "-h", str(folder), "-p", str(port), "-U", "root", "-d", "postgres", "-c"]
            # it listens before it takes anybody in
            wait_until(
                lambda: subprocess.run([*psql, "SELECT 1"], check=False, capture_output=True).returncode == 0,
                "PostgreSQL answers",
            )
            subprocess.run([*psql, made], check=True, capture_output=True)
            extension = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"
            subprocess.run([*psql[:-3], "-d", "template1", "-c", extension], check=True, capture_output=True)
            yield port, lambda: _stop(server)
        finally:
            _stop(server)
            log.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stop(server: "subprocess.Popen[bytes]") -> None:
    # PostgreSQL's fast shutdown, which waits for nobody
    server.send_signal(signal.SIGINT)
    server.wait(timeout=PATIENCE_SECONDS)


@contextmanager
def redis(authority: Authority, folder: Path, logins: Sequence[CacheLogin]) -> Iterator[int]:
    """Run Redis with TLS alone and these users; give its port."""
    port, users = free_port(), folder / "users.acl"
    known = "".join(f"user {each.username} {each.access} >{each.password}\n" for each in logins)
    users.write_text(f"user default off\n{known}")
    options: Mapping[str, str] = {
        "port": "0",
        "tls-port": str(port),
        "bind": "127.0.0.1 ::1",
        "tls-cert-file": str(authority.certificate),
        "tls-key-file": str(authority.key),
        "tls-ca-cert-file": str(authority.bundle),
        "tls-auth-clients": "no",
        "aclfile": str(users),
        "maxmemory-policy": "noeviction",
        "save": "",
        "dir": str(folder),
    }
    file = folder / "redis.conf"
    file.write_text("".join(f"{key} {value or chr(34) * 2}\n" for key, value in options.items()))
    server = subprocess.Popen([program("redis-server", "valkey-server"), str(file)], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: listens(port), "Redis listens")
        yield port
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE_SECONDS)
