"""The tunnel, with a stand-in for the AWS CLI that forwards ports as Session Manager does."""

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from tools.tunnel import TunnelError, run

CLI = """#!{python}
import socket, sys, threading
arguments = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(" ".join(arguments) + chr(10))
if arguments[:2] == ["ec2", "describe-instances"]:
    print({instances!r})
    sys.exit()
given = dict(pair.split("=") for pair in arguments[-1].split(","))
server = socket.create_server(("127.0.0.1", int(given["localPortNumber"])))
while True:
    near, _ = server.accept()
    said = near.recv(100)
    near.sendall(b"cluster " + given["host"].encode() + b" heard " + said if said else b"")
    near.close()
"""
# Speaks to a proxy as every HTTPS client does: CONNECT, and then whatever it likes.
CLIENT = """
import os, socket, sys
host, port = os.environ["HTTPS_PROXY"].removeprefix("http://").split(":")
for target in sys.argv[1:]:
    with socket.create_connection((host, int(port))) as near:
        near.sendall(f"CONNECT {target} HTTP/1.1\\r\\nHost: {target}\\r\\n\\r\\n".encode())
        status = near.recv(1000).split(b"\\r\\n")[0].decode()
        print(status)
        if " 200 " in status:
            near.sendall(b"hello")
            print(near.recv(1000).decode())
"""
ENDPOINT = "0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com:443"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: flowise\n")
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {aws:region: eu-west-1}\n")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def cli(folder: Path, instances: str = "i-1") -> Path:
    log = folder / "log"
    (folder / "aws").write_text(CLI.format(python=sys.executable, log=str(log), instances=instances))
    (folder / "aws").chmod(0o755)
    return log


def through(project: Path, *targets: str) -> int:
    return asyncio.run(run("prod", [sys.executable, "-c", CLIENT, *targets], project))


def test_a_private_endpoint_is_reached_through_the_operators_host(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = cli(project)
    assert through(project, ENDPOINT, ENDPOINT) == 0
    assert capfd.readouterr().out.count(f"cluster {ENDPOINT[:-4]} heard hello") == 2

    looked, opened = log.read_text().splitlines()  # one session serves every connection
    assert "Name=tag:Name,Values=flowise-prod-operator" in looked
    assert "--target i-1" in opened
    assert f"host={ENDPOINT[:-4]},portNumber=443" in opened


def test_everything_else_goes_straight_on(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = cli(project)

    async def beside() -> int:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"straight " + await reader.read(100))
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await run("prod", [sys.executable, "-c", CLIENT, f"localhost:{port}"], project)

    assert asyncio.run(beside()) == 0
    assert "straight hello" in capfd.readouterr().out
    assert not log.exists()


def test_without_a_host_it_says_what_to_do(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    cli(project, instances="")
    through(project, ENDPOINT)
    said = capfd.readouterr()
    assert "502" in said.out
    assert "no running instance bears the tag Name=flowise-prod-operator" in said.err


def test_what_the_other_side_leaves_open_is_no_fault_of_the_commands(
    project: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    leaves = CLIENT.partition('            near.sendall(b"hello")')[0] + "            pass\n"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = f"127.0.0.1:{silent.getsockname()[1]}"
        assert asyncio.run(run("prod", [sys.executable, "-c", leaves, target], project)) == 0
    assert "200 Connection established" in capfd.readouterr().out
    assert caplog.records == []


def test_the_commands_own_status_is_handed_on(project: Path) -> None:
    assert asyncio.run(run("prod", [sys.executable, "-c", "raise SystemExit(7)"], project)) == 7


def test_a_stack_without_a_file_is_refused(project: Path) -> None:
    with pytest.raises(TunnelError, match=r"Pulumi\.staging\.yaml does not exist"):
        asyncio.run(run("staging", ["true"], project))
