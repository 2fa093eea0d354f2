"""What is forked from the warm process is like what the interpreter starts."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import warm

SAYS = """
import json, os, sys
print(json.dumps({
    "argv": sys.argv[1:], "name": __name__, "cwd": os.getcwd(), "environment": dict(os.environ), "first": sys.path[0],
    "sandbox": [name for name in sys.modules if name.split(".")[0] in ("sandbox", "composition")],
    "session": os.getsid(0) == os.getpid(), "given": sys.stdin.read(),
}))
print("apart", file=sys.stderr)
"""


@pytest.fixture(scope="module", params=["started", "forked"])
def _ways(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param == "started":
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv(warm.WARM, raising=False)
            yield
    else:
        with warm.running(["composition.coherence"], ["wsgiref.headers"]):
            yield


def script(folder: Path, source: str) -> list[str]:
    file = folder / "script.py"
    file.write_text(source, encoding="utf-8")
    return [str(file)]


@pytest.mark.usefixtures("_ways")
def test_it_has_what_it_was_given_and_nothing_else(tmp_path: Path) -> None:
    process = warm.start(
        [*script(tmp_path, SAYS), "one", "two"],
        cwd=tmp_path,
        env={"ONLY": "this", "LC_CTYPE": "C.UTF-8"},
        stdin=warm.PIPE,
        stdout=warm.PIPE,
        stderr=warm.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write("a word")
    process.stdin.close()
    said = json.loads(process.stdout.read())
    assert said == {
        "argv": ["one", "two"],
        "name": "__main__",
        "cwd": str(tmp_path),
        "environment": {"ONLY": "this", "LC_CTYPE": "C.UTF-8"},
        "first": str(tmp_path),
        "sandbox": [],
        "session": True,
        "given": "a word",
    }
    assert process.stderr.read() == "apart\n"
    assert process.wait() == 0
    for stream in (process.stdout, process.stderr):
        stream.close()


@pytest.mark.usefixtures("_ways")
@pytest.mark.parametrize(
    ("source", "status", "printed", "told"),
    [
        ("print('done')", 0, "done\n", ""),
        ("import sys; sys.exit(3)", 3, "", ""),
        ("import sys; sys.exit('what was wrong')", 1, "", "what was wrong\n"),
        ("import sys; sys.exit()", 0, "", ""),
        ("import os; print('lost', flush=True); os._exit(4)", 4, "lost\n", ""),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, "", ""),
        ("import atexit; atexit.register(print, 'at the end')", 0, "at the end\n", ""),
    ],
)
def test_it_ends_as_it_says(tmp_path: Path, source: str, status: int, printed: str, told: str) -> None:
    done = warm.run(script(tmp_path, source), cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (status, printed, told)


@pytest.mark.usefixtures("_ways")
def test_an_error_is_told_and_both_streams_may_be_one(tmp_path: Path) -> None:
    done = warm.run(script(tmp_path, "print('before')\n1 / 0"), cwd=tmp_path, stderr=subprocess.STDOUT)
    assert done.returncode == 1
    assert done.stdout.startswith("before\nTraceback (most recent call last):\n")
    assert done.stdout.endswith("ZeroDivisionError: division by zero\n")


@pytest.mark.usefixtures("_ways")
def test_a_module_is_run_from_where_it_is_asked_to(tmp_path: Path) -> None:
    (tmp_path / "here.py").write_text("import sys; print(__name__, sys.argv[1:], sys.path[0])", encoding="utf-8")
    done = warm.run(["-m", "here", "--word"], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"__main__ ['--word'] {tmp_path}\n")


@pytest.mark.usefixtures("_ways")
def test_it_can_be_killed(tmp_path: Path) -> None:
    process = warm.start(
        script(tmp_path, "print('up', flush=True)\nimport signal; signal.pause()"),
        cwd=tmp_path,
        stdin=warm.DEVNULL,
        stdout=warm.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.kill()
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()


def test_nobody_is_left_warm_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(warm.WARM, raising=False)
    with warm.running():
        address = Path(os.environ[warm.WARM])
        assert address.is_socket()
        assert address.parent.stat().st_mode & 0o077 == 0
    assert warm.WARM not in os.environ
    assert not address.exists()
    parent = warm.run(script(tmp_path, "import os; print(os.getppid())"), cwd=tmp_path).stdout
    assert int(parent) == os.getpid()
