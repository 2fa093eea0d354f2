"""A provider's program that runs: one process for each provider instance, since each keeps one configuration."""

import os
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc

# sdk/go/common/util/rpcutil: MaxRPCMessageSize, 400 MiB.
_OPTIONS = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]
# What Helm keeps for itself: under a folder of ours, so that a user's own repositories and logins are left alone.
_HELM_HOMES = ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")


def helm_apart(home: Path) -> dict[str, str]:
    """Return this process's environment, in which Helm keeps to a folder."""
    return {**os.environ, **{name: str(home / name.lower()) for name in _HELM_HOMES}}


class ProviderProcess:
    """One process of the provider, and how it is called. Safe to use from several threads."""

    def __init__(self, program: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [str(program)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()  # its port, as every provider says it
        if not line.strip().isdigit():
            raise RuntimeError(f"{program} did not start (exit status {self._process.wait()})")
        threading.Thread(target=self._process.stdout.read, daemon=True).start()  # so that it never waits for a reader
        self._channel = grpc.insecure_channel(f"127.0.0.1:{line.strip()}", options=_OPTIONS)
        self.calls: Any = provider_pb2_grpc.ResourceProviderStub(self._channel)

    def attach(self, engine: str) -> None:
        """Tell it where the engine listens, for its warnings and progress."""
        self.calls.Attach(plugin_pb2.PluginAttach(address=engine))

    def stop(self) -> None:
        """End it."""
        self._channel.close()
        self._process.kill()
        self._process.wait()
