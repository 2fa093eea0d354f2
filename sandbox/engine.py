"""The Pulumi engine, driven against the sandbox: the real CLI, attached to our providers and language host."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .toolchain import pulumi_cli
from .workspace import SandboxError, Workspace

# What a `pulumi` started elsewhere left in the environment would lead this one astray.
_FOREIGN = ("PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_CONFIG", "PULUMI_STACK")


@dataclass(frozen=True)
class Engine:
    """A running sandbox for one stack, and the CLI to use on it."""

    cli: Path
    workspace: Workspace
    environment: dict[str, str]

    def run(self, *arguments: str) -> int:
        """Run `pulumi`, its display on this terminal; its exit status."""
        process = subprocess.Popen(self._command(arguments), cwd=self.workspace.work, env=self._environment)
        # The terminal sends Ctrl-C to the engine too, which then winds up: wait for it.
        previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return process.wait()
        finally:
            signal.signal(signal.SIGINT, previous)

    def read(self, *arguments: str) -> str:
        """Run `pulumi` for what it prints on standard output; raise SandboxError where it fails."""
        done = subprocess.run(
            self._command(arguments),
            cwd=self.workspace.work,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SandboxError(f"pulumi {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def deployment(self) -> dict[str, Any]:
        """The stack's state as `pulumi stack export` gives it."""
        exported: dict[str, Any] = json.loads(self.read("stack", "export", "--stack", self.workspace.stack))
        return exported

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [str(self.cli), *arguments]

    @property
    def _environment(self) -> dict[str, str]:
        return {**{key: value for key, value in os.environ.items() if key not in _FOREIGN}, **self.environment}


@contextmanager
def running(workspace: Workspace) -> Iterator[Engine]:
    """The clouds of a stack, for as long as the block lasts; the stack is made where it does not exist."""
    cli = pulumi_cli()
    workspace.write_project()
    with workspace.locked(), _serving(workspace) as ports:
        engine = Engine(cli, workspace, workspace.environment(ports))
        if not workspace.state_file.exists():
            engine.read("stack", "init", workspace.stack, "--no-select")
        yield engine


@contextmanager
def _serving(workspace: Workspace) -> Iterator[dict[str, int]]:
    server = subprocess.Popen(
        [sys.executable, "-m", "sandbox.server", str(workspace.world_file)],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that Ctrl-C reaches the engine alone, which still needs its providers to wind up
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        if not line:
            raise SandboxError(
                f"the sandbox's server did not start (exit status {server.wait()}); its message stands above"
            )
        ports: dict[str, int] = json.loads(line)
        yield ports
    finally:
        server.stdin.close()
        server.wait()
        server.stdout.close()
