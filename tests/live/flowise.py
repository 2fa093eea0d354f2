"""The real Flowise, started as a pod of the program starts it."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sandbox import nodejs
from sandbox.nodejs import NODE
from tests.waiting import wait_until

from .rendered import Pod

IMAGE = Path(__file__).parents[2] / "image"


def tree() -> Path:
    """Return the folder in which Flowise is installed as the image's lock says."""
    return nodejs.tree(IMAGE, "flowise", "Flowise", "5 minutes and 3 GB")


def package() -> Path:
    """Return the folder of the package flowise, which the image has under /usr/local/lib/node_modules."""
    return tree() / "node_modules" / "flowise"


class Process:
    """One process of Flowise, and what it has said so far."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, ports: Mapping[int, int]) -> None:
        self._process, self._log = process, log
        self.ports = ports  # of this machine, by the pod's

    @property
    def said(self) -> str:
        """Give all its output."""
        return self._log.read_text(errors="replace")

    @property
    def ended(self) -> int | None:
        """Give its exit status, once it has ended."""
        return self._process.poll()

    def stop(self, seconds: float) -> int:
        """Tell it to stop, as the kubelet does, and give its exit status; fail where it takes longer."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=seconds)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()


@contextmanager
def running(
    pod: Pod, folder: Path, changed: Mapping[str, str], ports: Mapping[int, int] | None = None
) -> Iterator[Process]:
    """Run what a pod runs, with these variables changed for localhost; nothing of it is left behind."""
    folder.mkdir(parents=True)
    (folder / "home" / ".flowise").mkdir(parents=True)
    (folder / "tmp").mkdir()
    files = folder / "etc"
    files.mkdir()
    for name, text in pod.files.items():
        (files / name).write_text(text)
    # what is mounted at fixed ranges in a pod lies in this run's own folder
    local = {
        name: value.replace(pod.files_at, str(files)).replace("/home/node", str(folder / "home"))
        for name, value in {**pod.environment, **changed}.items()
    }
    local |= {"PATH": f"{NODE.parent}{os.pathsep}/usr/bin{os.pathsep}/bin", "TMPDIR": str(folder / "tmp")}
    programs = {"flowise": [str(NODE), str(package() / "bin" / "run")], "node": [str(NODE)]}
    command = [*programs[pod.command[0]], *(part.replace(pod.files_at, str(files)) for part in pod.command[1:])]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=local, stdout=output, stderr=output, cwd=folder)
    running_process = Process(process, log, ports or {})
    try:
        yield running_process
    finally:
        if process.poll() is None:
            running_process.kill()


def run(pod: Pod, folder: Path, changed: Mapping[str, str], seconds: float = 600) -> str:
    """Run what a Job runs to its end; give what it said, and fail where it failed."""
    with running(pod, folder, changed) as process:
        wait_until(lambda: process.ended is not None, "the job's end", seconds)
        assert process.ended == 0, process.said
        return process.said
