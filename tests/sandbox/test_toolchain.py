"""Which Pulumi CLI is used, and how one is built."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import toolchain
from sandbox.toolchain import Pin, ToolchainError, pulumi_cli

REPOSITORY = Path(__file__).parents[2]
Script = Callable[..., Path]
# A go that knows its version, and whose build writes down that it ran.
GO = """
case "$1" in
  env) echo go1.26.0 ;;
  build) echo built >> "$BUILDS"; while [ "$1" != -o ]; do shift; done; echo cli > "$2" ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """A machine with nothing on PATH but what a test puts there, and an empty cache."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "echo", "cat", "sleep"):
        (programs / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("BUILDS", str(tmp_path / "builds"))
    monkeypatch.delenv(toolchain.CHOICE, raising=False)
    monkeypatch.setattr(sys, "executable", str(programs / "python"))

    def script(name: str, text: str) -> Path:
        path = programs / name
        path.write_text(f"#!/bin/sh\n{text}", encoding="utf-8")
        path.chmod(0o755)
        return path

    return script


def built(tmp_path: Path) -> int:
    file = tmp_path / "builds"
    return len(file.read_text(encoding="utf-8").splitlines()) if file.exists() else 0


def test_a_cli_on_path_that_is_new_enough_is_used(machine: Script) -> None:
    path = machine("pulumi", "echo v3.999.0")

    assert pulumi_cli() == path


def test_a_cli_on_path_that_is_too_old_is_not(
    machine: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine("pulumi", "echo v3.100.0")
    machine("go", GO)

    assert pulumi_cli().is_relative_to(tmp_path / "cache")
    assert "is v3.100.0, older than v3." in capsys.readouterr().err


def test_the_one_that_is_named_wins(machine: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    path = machine("mine", "")
    machine("pulumi", "echo v3.999.0")
    monkeypatch.setenv(toolchain.CHOICE, str(path))

    assert pulumi_cli() == path


def test_a_named_one_that_does_not_exist_is_an_error(machine: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(toolchain.CHOICE, "/no/such/pulumi")

    with pytest.raises(ToolchainError, match="names /no/such/pulumi, which is no file"):
        pulumi_cli()


def test_it_is_built_once(machine: Script, tmp_path: Path) -> None:
    machine("go", GO)

    assert pulumi_cli() == pulumi_cli()
    assert pulumi_cli().read_text(encoding="utf-8") == "cli\n"
    assert built(tmp_path) == 1


def test_the_cache_knows_what_was_built(tmp_path: Path) -> None:
    for name in ("go.mod", "go.sum"):
        (tmp_path / name).write_bytes((toolchain.PINNED / name).read_bytes())
    before = Pin.read(tmp_path).key
    with (tmp_path / "go.sum").open("a", encoding="utf-8") as file:
        file.write("one more line\n")

    assert Pin.read(tmp_path).key != before


def test_two_runs_at_once_build_once(machine: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The first build goes on until the second run has said that it waits.
    waiting = tmp_path / "waiting"
    machine("go", GO.replace("echo built", f'until [ -e "{waiting}" ]; do sleep 0.01; done; echo built'))
    monkeypatch.undo()
    environment = {
        "PATH": str(tmp_path / "bin"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "BUILDS": str(tmp_path / "builds"),
        "PYTHONPATH": str(REPOSITORY),
    }
    command = [sys.executable, "-c", "from sandbox.toolchain import pulumi_cli; print(pulumi_cli())"]
    runs = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in "ab"
    ]

    for run in runs:  # one of the two waits, and says so first
        assert run.stderr is not None
    first = [run.stderr.readline() for run in runs if run.stderr is not None]
    assert sorted("waiting" in line for line in first) == [False, True]
    waiting.touch()

    assert len({run.communicate()[0] for run in runs}) == 1
    assert built(tmp_path) == 1


def test_a_failed_build_shows_why_and_leaves_nothing(machine: Script, tmp_path: Path) -> None:
    machine("go", 'case "$1" in env) echo go1.26.0 ;; build) echo "no such module" >&2; exit 1 ;; esac')

    with pytest.raises(ToolchainError, match=r"could not be built:\n  no such module\n.*FLOWISE_SANDBOX_PULUMI"):
        pulumi_cli()
    assert [path.name for path in (tmp_path / "cache" / "flowise-sandbox" / "pulumi").iterdir()] == ["lock"]


def test_a_killed_build_leaves_nothing_that_counts(machine: Script, tmp_path: Path) -> None:
    leftover = tmp_path / "cache" / "flowise-sandbox" / "pulumi" / "building-abc"
    leftover.mkdir(parents=True)
    (leftover / "pulumi").write_text("half", encoding="utf-8")
    machine("go", GO)

    assert pulumi_cli().read_text(encoding="utf-8") == "cli\n"
    assert not leftover.exists()


@pytest.mark.parametrize("go", ["", "echo go1.20.1"])
def test_without_go_the_toolchain_comes_from_pypi(machine: Script, tmp_path: Path, go: str) -> None:
    if go:
        machine("go", go)
    machine("uv", f'echo "$@" > "{tmp_path}/uv"; while [ "$1" != go ]; do shift; done; shift\n{GO}')

    pulumi_cli()

    assert (
        (tmp_path / "uv")
        .read_text(encoding="utf-8")
        .startswith(f"tool run --quiet --from {toolchain.GO_FROM_PYPI} go build")
    )


def test_with_neither_it_says_what_to_install(machine: Script) -> None:
    with pytest.raises(ToolchainError, match=r"install uv \(pip install uv\) or Go, or install the Pulumi CLI"):
        pulumi_cli()


def test_go_may_not_leave_what_is_pinned(machine: Script, tmp_path: Path) -> None:
    machine("go", GO.replace("build) ", f'build) echo "$GOFLAGS $GOTOOLCHAIN" > "{tmp_path}/flags"; '))

    pulumi_cli()

    assert (tmp_path / "flags").read_text(encoding="utf-8") == "-mod=readonly -buildvcs=false local\n"


def test_a_build_says_how_far_it_is() -> None:
    assert (
        toolchain.far(75, 12, 300, 1200)
        == "    75 s [#######.......................] 300 of at most 1200 packages built"
    )
    assert toolchain.far(75, 12, 1300, 1200).count("#") == 30
    assert toolchain.far(5, 12, 0, 0) == "     5 s: 12 modules fetched, 0 packages built"
