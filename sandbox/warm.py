"""A process that has imported what others begin with, and forks to become them.

Importing the SDKs is half of what a program takes, and most of what a short command does. Where WARM names the socket
of such a process, what would be started with the interpreter is forked from it: as new as any process, but for its
imports. Without WARM everything is started as usual.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Protocol

WARM = "SANDBOX_WARM"
PIPE, DEVNULL = subprocess.PIPE, subprocess.DEVNULL
_LINE = 1 << 20


class Process(Protocol):
    """What is used of a process, which `subprocess` started or this module."""

    stdin: IO[Any] | None
    stdout: IO[Any] | None
    stderr: IO[Any] | None

    def wait(self) -> int:
        """Wait for its end; its exit status, below zero where a signal ended it."""

    def kill(self) -> None:
        """End it at once."""


def start(
    arguments: Sequence[str],
    *,
    cwd: Path | str,
    env: Mapping[str, str] | None = None,
    stdin: int | IO[Any] | None = None,
    stdout: int | IO[Any] | None = None,
    stderr: int | IO[Any] | None = None,
    text: bool = False,
    start_new_session: bool = False,
    python: str = sys.executable,
) -> Process:
    """Start the interpreter with `arguments`, which begin with `-m MODULE` or a file, as `subprocess.Popen` would.

    Another `python` than this process's own is always started: none that is warm has its packages.
    """
    address = os.environ.get(WARM)
    if not address or python != sys.executable:
        return subprocess.Popen(
            [python, "-u", *arguments],
            cwd=cwd,
            env=env,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            text=text,
            start_new_session=start_new_session,
        )
    environment = dict(os.environ if env is None else env)
    asked = {"arguments": [*arguments], "cwd": str(cwd), "environment": environment, "session": start_new_session}
    return _Forked(address, asked, (stdin, stdout, stderr), text=text)


def run(
    arguments: Sequence[str],
    *,
    cwd: Path | str,
    env: Mapping[str, str] | None = None,
    stderr: int = PIPE,
) -> subprocess.CompletedProcess[str]:
    """Run the interpreter likewise, for what it prints: `stderr` apart (PIPE), with the rest (STDOUT) or DEVNULL."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as apart:
        process = start(
            arguments, cwd=cwd, env=env, stdin=DEVNULL, stdout=said, stderr=apart if stderr == PIPE else stderr
        )
        status = process.wait()
        for file in (said, apart):
            file.seek(0)
        return subprocess.CompletedProcess([*arguments], status, said.read().decode(), apart.read().decode())


class _Forked:
    """A process that was forked on request; its status comes over the connection that asked for it."""

    def __init__(
        self, address: str, asked: dict[str, Any], streams: Sequence[int | IO[Any] | None], *, text: bool
    ) -> None:
        given: list[int] = []
        closing: list[int] = []
        kept: list[IO[Any] | None] = []
        for number, stream in enumerate(streams):
            ours = None
            if stream == PIPE:
                reading, writing = os.pipe()
                theirs = reading if number == 0 else writing
                kind = ("w" if number == 0 else "r") + ("" if text else "b")
                ours = open(writing if number == 0 else reading, kind, encoding="utf-8" if text else None)  # noqa: SIM115 # the caller's
            elif stream == DEVNULL:
                theirs = os.open(os.devnull, os.O_RDWR)
            elif stream == subprocess.STDOUT:
                theirs = given[1]
            else:
                theirs = number if stream is None else stream if isinstance(stream, int) else stream.fileno()
            if ours or stream == DEVNULL:
                closing.append(theirs)
            given.append(theirs)
            kept.append(ours)
        self.stdin, self.stdout, self.stderr = kept
        self._status: int | None = None
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(address)
        socket.send_fds(connection, [f"{len(said := json.dumps(asked).encode())}\n".encode()], given)
        connection.sendall(said)
        for descriptor in closing:
            os.close(descriptor)
        self._answers = connection.makefile("r")
        connection.close()
        self.pid = int(self._answers.readline())

    def wait(self) -> int:
        """Wait for its end."""
        if self._status is None:
            self._status = int(self._answers.readline())
            self._answers.close()
        return self._status

    def kill(self) -> None:
        """End it at once."""
        if self._status is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


@contextmanager
def running(program: Sequence[str] = (), libraries: Sequence[str] = ()) -> Iterator[None]:
    """Have what is started in the block forked from one process.

    It has imported `libraries`, and what the modules of `program` import, but nothing of the packages that these are
    of: each fork has its own.
    """
    with tempfile.TemporaryDirectory(prefix="flowise-warm-") as folder:
        address = str(Path(folder) / "socket")
        process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.warm", address, json.dumps([*program]), json.dumps([*libraries])],
            cwd=Path(__file__).parent.parent,
            stdin=PIPE,
            stdout=PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        before = os.environ.get(WARM)
        try:
            if not process.stdout.readline():
                raise RuntimeError(f"the warm process ended with {process.wait()}; its message stands above")
            os.environ[WARM] = address
            yield
        finally:
            if before is None:
                os.environ.pop(WARM, None)
            else:
                os.environ[WARM] = before
            process.stdin.close()
            process.wait()
            process.stdout.close()


def main(address: str, program: Sequence[str], libraries: Sequence[str]) -> None:
    """Import, then serve until standard input closes; in each process that was forked, run what was asked for."""
    for name in (f"{__package__}.__main__", f"{__package__}.server", "pulumi.policy", *libraries, *program):
        importlib.import_module(name)
    _forget(f"{__package__}.__main__", f"{__package__}.server", *{name.partition(".")[0] for name in program})
    # what was imported stays to the end: no fork need look through it for garbage, and copy each page that it looks at
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        print("ready", flush=True)
        asked = _serve(listener)
    if asked is not None:
        _become(**asked)


def _serve(listener: socket.socket) -> dict[str, Any] | None:
    """Fork for each connection; in the child, what it was asked for."""
    running: dict[int, socket.socket] = {}
    woken, waker = socket.socketpair()
    waker.setblocking(False)
    woken.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker.fileno())
    with selectors.DefaultSelector() as selector:
        for each in (listener, woken, sys.stdin):
            selector.register(each, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is sys.stdin:
                    return None
                if key.fileobj is woken:
                    woken.recv(_LINE)
                    _tell_ended(running)
                    continue
                connection, _ = listener.accept()
                with connection.makefile("rb") as said:
                    line, descriptors, _, _ = socket.recv_fds(connection, 1, 3)
                    asked = json.loads(said.read(int(line + said.readline())))
                pid = os.fork()
                if pid == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for each in (connection, woken, waker, *running.values()):
                        each.close()
                    return {**asked, "descriptors": descriptors}
                for descriptor in descriptors:
                    os.close(descriptor)
                running[pid] = connection
                connection.sendall(f"{pid}\n".encode())


def _tell_ended(running: dict[int, socket.socket]) -> None:
    for pid in [*running]:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            with running.pop(pid) as connection, suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become(
    arguments: list[str], cwd: str, environment: dict[str, str], descriptors: list[int], *, session: bool
) -> None:
    """Run a module or a file as the interpreter would."""
    if session:
        os.setsid()
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        if descriptor > 2:  # noqa: PLR2004 # the standard streams
            os.close(descriptor)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 # for as long as the process lasts
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115 # likewise
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False, buffering=1)  # noqa: SIM115 # likewise
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    is_module = arguments[0] == "-m"
    name, rest = (arguments[1], arguments[2:]) if is_module else (arguments[0], arguments[1:])
    sys.argv = [name, *rest]
    sys.path[0] = cwd if is_module else str(Path(name).parent)
    if name.partition(".")[0] != __package__:
        _forget(__package__)
    status: Any = 0
    try:
        if is_module:
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(name, run_name="__main__")
    except SystemExit as error:
        status = error.code
        if isinstance(status, str):
            print(status, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    # the interpreter's own end would look through all that was imported
    os._exit(status if isinstance(status, int) else int(status is not None))


def _forget(*modules: str) -> None:
    for name in [*sys.modules]:
        if any(name == each or name.startswith(f"{each}.") for each in modules):
            del sys.modules[name]


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3]))
