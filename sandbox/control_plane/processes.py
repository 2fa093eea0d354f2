"""Programs that surely end with this process: the near end of the pipe to `supervisor.py`."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_SUPERVISOR = Path(__file__).parent / "supervisor.py"
# How long a start waits for the programs of a run that has just ended, and a stop for its own.
LOCK_SECONDS = 20.0
STOP_SECONDS = 20.0


class ProcessesError(Exception):
    """The programs cannot be started or watched; the text says why."""


class Processes:
    """The programs that run in a folder, which is locked meanwhile."""

    def __init__(self, folder: Path, environment: Mapping[str, str], lock_seconds: float = LOCK_SECONDS) -> None:
        self._folder = folder
        self._turn = threading.Lock()
        with (folder / "supervisor.log").open("wb") as log:
            self._supervisor = subprocess.Popen(
                # isolated, without site: it needs the standard library alone, and is to start at once
                [sys.executable, "-I", "-S", str(_SUPERVISOR), str(folder / "lock"), str(lock_seconds)],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl-C is for the process that started this one; it decides what ends
            )
        if "ready" not in self._answer():
            self.stop()
            raise ProcessesError(f"another process uses {folder}: end that one first")

    @property
    def pid(self) -> int:
        """The supervisor's own."""
        return self._supervisor.pid

    def start(self, name: str, command: Sequence[str], *, grace_seconds: float = 0) -> int:
        """Start a program, its output in a file; its pid. It is killed at the end, after a grace if it needs one."""
        request = {
            "start": name,
            "command": list(command),
            "log": str(self.log(name)),
            "grace_seconds": grace_seconds,
        }
        answer = self._ask(request)
        if "pid" not in answer:
            raise ProcessesError(f"{name} cannot be started: {answer.get('error')}")
        pid: int = answer["pid"]
        return pid

    def exited(self) -> dict[str, int]:
        """Return the programs that have ended by themselves, and their exit statuses."""
        statuses: dict[str, int] = self._ask({"check": True})["exited"]
        return statuses

    def log(self, name: str) -> Path:
        """Where a program writes."""
        return self._folder / "logs" / f"{name}.log"

    def stop(self) -> None:
        """End all; returns when none is left."""
        with self._turn:
            assert self._supervisor.stdin is not None
            assert self._supervisor.stdout is not None
            with suppress(BrokenPipeError):  # it has ended already, and its programs with it
                self._supervisor.stdin.close()
            try:
                self._supervisor.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._supervisor.pid, signal.SIGKILL)
                self._supervisor.wait()
            self._supervisor.stdout.close()

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        with self._turn:
            stdin = self._supervisor.stdin
            assert stdin is not None
            try:
                stdin.write(json.dumps(request) + "\n")
                stdin.flush()
            except (BrokenPipeError, ValueError):
                raise ProcessesError(f"the programs in {self._folder} have been stopped") from None
            return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._supervisor.stdout is not None
        line = self._supervisor.stdout.readline()
        if not line:
            raise ProcessesError(f"the supervisor of {self._folder} has ended: see {self._folder / 'supervisor.log'}")
        answer: dict[str, Any] = json.loads(line)
        return answer
