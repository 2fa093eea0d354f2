"""Keeps programs running for exactly as long as the process that started it lives.

A script of its own (it imports nothing of ours). Standard input is a pipe whose other end the starting process holds:
when that process ends in whatever way, a kill included, the pipe closes, and the programs are stopped. Were this
script itself killed, Linux would kill each program at once (PR_SET_PDEATHSIG). All run in one process group.

One request per line of standard input, one answer per line of standard output, both JSON:
  {"start": name, "command": [...], "log": path, "grace_seconds": 5} -> {"pid": 123}
  {"check": true} -> {"exited": {name: exit status}}
"""

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
from types import FrameType
from typing import Any

# linux/prctl.h
PR_SET_PDEATHSIG = 1


class Programs:
    """The programs that run here, in the order of their start."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[subprocess.Popen[bytes], float]] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what a request asks."""
        if "start" not in request:
            statuses = {name: process.poll() for name, (process, _) in self._running.items()}
            return {"exited": {name: status for name, status in statuses.items() if status is not None}}
        try:
            with open(request["log"], "ab") as log:
                process = subprocess.Popen(
                    request["command"],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    preexec_fn=_die_with_parent(os.getpid()),  # noqa: PLW1509 # there is one thread here
                )
        except (OSError, subprocess.SubprocessError) as error:
            return {"error": str(error)}
        self._running[request["start"]] = (process, request["grace_seconds"])
        return {"pid": process.pid}

    def stop(self) -> None:
        """End all, the last started first: at once, but one with a grace is asked and waited for."""
        for process, grace_seconds in reversed(self._running.values()):
            if grace_seconds:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(grace_seconds)
            process.kill()
            process.wait()


def _die_with_parent(parent: int) -> Any:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def before_exec() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the request was in force
            os._exit(1)

    return before_exec


def _lock(path: str, seconds: float) -> bool:
    """Hold a lock until this process ends; wait for one who is still winding up, so many seconds at most."""

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except TimeoutError:
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return True


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main(lock: str, lock_seconds: float) -> None:
    """Serve until standard input closes or SIGTERM comes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if not _lock(lock, lock_seconds):
        _say({"error": "locked"})
        return
    _say({"ready": True})
    programs = Programs()
    try:
        for line in sys.stdin:
            _say(programs.answer(json.loads(line)))
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        programs.stop()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
