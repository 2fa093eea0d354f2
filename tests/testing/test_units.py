"""Tests of one unit are run by one worker, whichever they are: otherwise each worker makes anew what they share."""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from tests import units

ROOT = Path(__file__).parents[2]
# who runs it, told beside it; a test of the engine waits until both workers have come for one
TOLD = """
import os, pathlib, time
import pytest

@pytest.mark.parametrize("number", range({tests}))
def test_it(number):
    told = pathlib.Path(__file__).with_suffix(".txt")
    with told.open("a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
    deadline = time.monotonic() + {patience}
    while len(set(told.read_text().split())) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
"""
PASSES = """
import pytest

@pytest.mark.parametrize("number", range(4))
def test_it(number): pass
"""
DIES = """
import os
import pytest

@pytest.mark.parametrize("number", range(4))
def test_it(number):
    if number == 1:
        os._exit(1)
"""
RENDERS = '"""\nfrom tools.shapes import made\n"""\n'
SHARES = '"""\n@pytest.fixture(scope="module")\n"""\n'
# file -> what it begins with
ALONE = "engine/test_life.py"
FILES = {
    "test_quick.py": "",
    "test_other.py": "",
    "test_shapes.py": RENDERS,
    "test_roads.py": RENDERS,
    "engine/test_cluster.py": SHARES,
    ALONE: "",
}


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-n", "2", "-p", "tests.units", "-p", "no:cacheprovider", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def test_a_unit_has_one_worker_and_the_engines_tests_have_all(tmp_path: Path) -> None:
    for name, begin in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(begin + TOLD.format(tests=6, patience=10 * (name == ALONE)), encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    workers: dict[str, set[str]] = defaultdict(set)
    for name, begin in FILES.items():
        ran = (tmp_path / name).with_suffix(".txt").read_text(encoding="utf-8").split()
        assert len(ran) == 6
        workers["shapes" if begin == RENDERS else name] |= set(ran)
    assert {name for name, ran in workers.items() if len(ran) == 2} == {ALONE}


def test_a_worker_that_dies_fails_one_test_and_leaves_the_rest_to_the_others(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"test_before_{number}.py").write_text("def test_it(): pass\n", encoding="utf-8")
    (tmp_path / "test_dies.py").write_text(DIES, encoding="utf-8")
    (tmp_path / "test_later.py").write_text(PASSES, encoding="utf-8")
    done = run(tmp_path)
    assert "crashed while running 'test_dies.py::test_it[1]'" in done.stdout
    assert "1 failed, 11 passed" in done.stdout


def test_whoever_runs_whole_programs_on_the_mocks_is_known() -> None:
    found = {
        path.relative_to(ROOT / "tests").as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if units.renders(path)
    }
    assert {
        "contract/test_roads.py",
        "contract/test_shapes.py",
        "examples/aps/test_stack.py",
        "tools/test_new.py",
    } <= found
    assert "sandbox/test_provider_facts.py" not in found
