"""The Pulumi engine, driven against the sandbox: the real CLI, attached to our providers and language host."""

import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from . import packs, plans, warm
from .credentials import without_credentials
from .run_options import RunOptions
from .toolchain import pulumi_cli
from .workspace import SandboxError, Workspace

DEFAULTS = RunOptions()
# What changes a stack's state at each resource.
_JOURNALED = (("up",), ("refresh",), ("destroy",))
# What reads the state as it stands.
_WITHOUT_A_KEY = (("stack", "export"), ("stack", "output"))
# What a `pulumi` started elsewhere left in the environment would lead this one astray.
_FOREIGN = ("PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_CONFIG", "PULUMI_STACK")


def inherited(kept: Collection[str] = ()) -> dict[str, str]:
    """Return what the engine, the program and policy packs are given of this process's environment."""
    return {key: value for key, value in without_credentials(os.environ, kept).items() if key not in _FOREIGN}


@dataclass(frozen=True)
class Engine:
    """A running sandbox for one stack, and the CLI to use on it. `environment` is what it needs beside `inherited`.

    What changes the state is kept in a journal, where the engine would write all of it at each change. One that is not
    ours works on a real stack, with its user's own login and keys.
    """

    cli: Path
    workspace: Workspace
    environment: dict[str, str]
    inherited: dict[str, str] = field(default_factory=inherited)
    at_work: list[subprocess.Popen[bytes]] = field(default_factory=list)
    keeps_journal: bool = True
    is_ours: bool = True

    def run(self, *arguments: str) -> int:
        """Run `pulumi`, its display on this terminal; its exit status."""
        with self.served(*arguments) as environment:
            process = subprocess.Popen(self._command(arguments), cwd=self.workspace.work, env=environment)
            return self._wait(process)

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        # The terminal sends Ctrl-C to the engine too, which then winds up: wait for it.
        previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.at_work.append(process)
        try:
            status = process.wait()
            return status if status >= 0 else 128 - status  # as a shell reports an end by a signal
        finally:
            self.at_work.remove(process)
            signal.signal(signal.SIGINT, previous)

    def read(self, *arguments: str) -> str:
        """Run `pulumi` for what it prints on standard output; raise SandboxError where it fails."""
        with self.served(*arguments) as environment:
            done = subprocess.run(
                self._command(arguments),
                cwd=self.workspace.work,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            said = f"{done.stdout}{done.stderr}"
            with suppress(plans.PlanError):  # of a plan nobody wants to read more than why it is none
                said = "\n".join(plans.read(done.stdout).errors)
            raise SandboxError(f"pulumi {' '.join(arguments)} failed:\n{said}")
        return done.stdout

    def log(self, *arguments: str) -> str:
        """Run `pulumi`, showing nothing, for the log of its events; raise SandboxError where there is none."""
        with tempfile.TemporaryDirectory(prefix="flowise-sandbox-") as folder:
            log = Path(folder) / "events.json"
            with self.served(*arguments) as environment:
                done = subprocess.run(
                    self._command((arguments[0], f"--event-log={log}", *arguments[1:])),
                    cwd=self.workspace.work,
                    env={**environment, **plans.LOGS_EVENTS},
                    capture_output=True,
                    text=True,
                    check=False,
                )
            if log.exists():
                return log.read_text(encoding="utf-8")
        raise SandboxError(f"pulumi {' '.join(arguments)} failed before it had a plan:\n{done.stdout}{done.stderr}")

    def deployment(self) -> dict[str, Any]:
        """Return the stack's state as `pulumi stack export` gives it."""
        exported: dict[str, Any] = json.loads(self.read("stack", "export", "--stack", self.workspace.stack))
        exported["deployment"] = exported["deployment"] or {}  # null where nothing was ever done
        return exported

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [str(self.cli), *arguments]

    @contextmanager
    def served(self, *arguments: str) -> Iterator[dict[str, str]]:
        """The environment of a command; what holds its key and its state is there for as long as the block lasts."""
        environment = {**self.inherited, **self.environment}
        if not self.is_ours or (arguments[:2] in _WITHOUT_A_KEY and "--show-secrets" not in arguments):
            yield environment
            return
        from .state_service import serving  # noqa: PLC0415 # slow: only when needed

        journal = self.keeps_journal and arguments[:1] in _JOURNALED
        with serving(self.workspace.state_file, self.workspace.folder, journal=journal) as served:
            yield {**{key: value for key, value in environment.items() if not key.startswith("VAULT_")}, **served}


@contextmanager
def running(workspace: Workspace, options: RunOptions = DEFAULTS) -> Iterator[Engine]:
    """The clouds of a stack, for as long as the block lasts; the stack is made where it does not exist."""
    cli = pulumi_cli()
    with workspace.locked():
        workspace.write_project()
        if options.given_file:
            from .given import read  # noqa: PLC0415 # slow: only when needed

            workspace.write_others(read(options.given_file).stacks)
        given = inherited(options.kept_environment)
        with _serving(workspace, options, given) as (ports, said):
            environment = {**packs.environment(given), **workspace.environment(ports)}
            engine = Engine(cli, workspace, environment, given)
            threading.Thread(target=_crash_when_told, args=(engine, said), daemon=True).start()
            yield engine


@contextmanager
def apart(program: Path, stack: str) -> Iterator[Engine]:
    """The clouds of a stack in a world of its own, where nothing stands: what does on this machine is left alone."""
    with ExitStack() as held:
        root = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="flowise-sandbox-")))
        yield held.enter_context(running(Workspace.of(program, stack, root), RunOptions(real_clusters=False)))


@contextmanager
def without_clouds(workspace: Workspace) -> Iterator[Engine]:
    """The engine alone, for commands that only look at the stack's state; the stack is made where it does not exist."""
    cli = pulumi_cli()
    with workspace.locked():
        workspace.write_project()
        yield Engine(cli, workspace, workspace.environment({}))


def _crash_when_told(engine: Engine, said: IO[str]) -> None:
    """End the engine as a power cut would, when the server says that the operation to crash after is done."""
    for _ in said:
        for process in engine.at_work:
            process.kill()


@contextmanager
def _serving(
    workspace: Workspace, options: RunOptions, environment: Mapping[str, str]
) -> Iterator[tuple[dict[str, int], IO[str]]]:
    server = warm.start(
        ["-m", f"{__package__}.server", str(workspace.world_file), options.to_json()],
        cwd=Path(__file__).parent.parent,
        env=environment,
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
        yield ports, server.stdout
    finally:
        server.stdin.close()
        server.wait()
