"""Runs the program's scripts in a real Node."""

import atexit
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.nodejs import NODE

from .waiting import PATIENCE_SECONDS

ASSETS = sorted((Path(__file__).parents[1] / "components").glob("*/assets/*.cjs"))


def _together() -> Path:
    # as in a pod, where those of a component and those that it shares lie in one folder
    folder = Path(tempfile.mkdtemp(prefix="scripts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for path in (*ASSETS, *ASSETS[0].parents[2].glob("*/assets/*.json")):
        shutil.copy(path, folder)
    return folder


SCRIPTS = _together()


def run(script: str, **environment: str) -> str:
    """Run a script to its end; give what it printed."""
    settings = {**os.environ, **environment}
    return subprocess.run(
        [NODE, "-e", script],
        cwd=SCRIPTS,
        env=settings,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_SECONDS,
    ).stdout


@contextmanager
def running(script: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run a script until it says `ready`, and leave nothing of it behind.

    Its input stays open: where whoever runs the tests has none, a script that waits for input would end by itself.
    """
    process = subprocess.Popen(
        [NODE, "-e", script],
        cwd=SCRIPTS,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def ask(port: str, path: str, method: str = "GET") -> tuple[int, str]:
    """Ask a server on this machine; give the status and the text of its answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
