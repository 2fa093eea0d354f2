"""Runs a command that reaches a private cluster: `python -m tools.tunnel --stack prod -- pulumi up --stack prod`.

It stands between the command and the network as an HTTPS proxy on 127.0.0.1. What is meant for a private EKS endpoint
goes through the operators' host by Session Manager; all else goes straight on. TLS stays between the command and the
cluster, so that neither kubeconfig nor state knows of it. The session opens at the first call, so that the very `up`
that makes the cluster can go on to what lies in it.

It needs the AWS CLI with its Session Manager plugin, and `ssm:StartSession` on the host.
"""

import argparse
import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import yaml

from .stack_file import there_are

# a private endpoint: https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
EKS_ENDPOINT = re.compile(r"^[0-9A-Za-z.-]+\.eks\.amazonaws\.com(\.cn)?$")
DOCUMENT = "AWS-StartPortForwardingSessionToRemoteHost"
OPENING_SECONDS = 30
_CHUNK = 65536


class TunnelError(Exception):
    """The way through the operators' host cannot be opened; the text says what to do."""


class Tunnel:
    """The proxy, and the sessions it opened by the host each leads to."""

    def __init__(self, operator: str, region: str) -> None:
        self._operator, self._region = operator, region
        self._sessions: dict[str, tuple[asyncio.subprocess.Process, int]] = {}
        self._opening = asyncio.Lock()

    async def serve(self) -> asyncio.Server:
        """Listen on a free port of 127.0.0.1."""
        return await asyncio.start_server(self._client, "127.0.0.1", 0)

    async def close(self) -> None:
        """End the sessions."""
        for process, _ in self._sessions.values():
            if process.returncode is None:
                process.terminate()
            await process.wait()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = request.split(" ", 2)
            host, _, port = target.rpartition(":")
            if method != "CONNECT" or not port.isdigit():
                writer.write(b"HTTP/1.1 405 only CONNECT is served here\r\n\r\n")
                return
            to, via = await self._way(host, int(port))
            far_reader, far_writer = await asyncio.open_connection(to, via)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        except TunnelError as error:
            sys.stderr.write(f"{error}\n")
            writer.write(b"HTTP/1.1 502 no way through the operators' host\r\n\r\n")
        except (OSError, ValueError, asyncio.IncompleteReadError):
            writer.write(b"HTTP/1.1 502 the other side does not answer\r\n\r\n")
        except asyncio.CancelledError:
            # the command has ended, and the other side has not: Python 3.11 would show that as a fault
            writer.transport.abort()
        finally:
            with suppress(OSError):
                await writer.drain()
            writer.close()

    async def _way(self, host: str, port: int) -> tuple[str, int]:
        if not EKS_ENDPOINT.match(host):
            return host, port
        async with self._opening:
            known = self._sessions.get(host)
            if known is None or known[0].returncode is not None:
                known = self._sessions[host] = await self._session(host, port)
        return "127.0.0.1", known[1]

    async def _session(self, host: str, port: int) -> tuple[asyncio.subprocess.Process, int]:
        instance = await self._instance()
        local = _free_port()
        sys.stderr.write(f"opening a session through {instance} to {host}\n")
        process = await asyncio.create_subprocess_exec(
            *("aws", "ssm", "start-session", "--region", self._region, "--target", instance),
            *("--document-name", DOCUMENT),
            *("--parameters", f"host={host},portNumber={port},localPortNumber={local}"),
            stdout=sys.stderr,
            stderr=sys.stderr,
            start_new_session=True,  # what winds up after Ctrl-C still needs the way
        )
        for _ in range(OPENING_SECONDS * 10):
            if process.returncode is not None:
                raise TunnelError(f"the session to {instance} ended with {process.returncode}: see above")
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", local)
                writer.close()
                return process, local
            await asyncio.sleep(0.1)
        process.terminate()
        raise TunnelError(f"the session to {instance} did not open within {OPENING_SECONDS} s: is its agent online?")

    async def _instance(self) -> str:
        process = await asyncio.create_subprocess_exec(
            *("aws", "ec2", "describe-instances", "--region", self._region, "--output", "text"),
            *("--query", "Reservations[].Instances[].InstanceId"),
            *("--filters", f"Name=tag:Name,Values={self._operator}", "Name=instance-state-name,Values=running"),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        found = said.decode().split()
        if process.returncode or not found:
            raise TunnelError(
                f"no running instance bears the tag Name={self._operator}: set flowise:cluster.operator_host, or log "
                "in to the account of the stack"
            )
        return found[0]


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    with suppress(OSError):
        writer.write_eof()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def run(stack: str, command: Sequence[str], folder: Path) -> int:
    """Run a command behind the tunnel of a stack; give its exit status."""
    project = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))["name"]
    file = folder / f"Pulumi.{stack}.yaml"
    if not file.exists():
        raise TunnelError(f"{file.name} does not exist: {there_are(folder, stack)}")
    region = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]["aws:region"]
    tunnel = Tunnel(f"{project}-{stack}-operator", region)
    server = await tunnel.serve()
    proxy = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        # Go and Python read either spelling
        environment = {**os.environ, "HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": "127.0.0.1,localhost"}
        process = await asyncio.create_subprocess_exec(*command, env=environment)
        loop = asyncio.get_running_loop()
        # Ctrl-C reaches the command by itself, which then winds up: wait for it
        loop.add_signal_handler(signal.SIGINT, lambda: None)
        loop.add_signal_handler(signal.SIGTERM, process.terminate)
        return await process.wait()
    finally:
        server.close()
        await tunnel.close()


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.tunnel", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", required=True, help="the stack whose cluster is reached")
    parser.add_argument("--cwd", type=Path, help="the program's folder (default: here); the command runs here")
    parser.add_argument("command", nargs="+", help="what to run, after --")
    given = parser.parse_args()
    try:
        return asyncio.run(run(given.stack, given.command, given.cwd or Path.cwd()))
    except (TunnelError, FileNotFoundError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
