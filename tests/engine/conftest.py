"""Programs, and the real engine to run them on."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import warm
from sandbox.workspace import Workspace
from tools.soak.runs import LIBRARIES, PLATFORM, link_program

JUDGED = ("preview", "up", "refresh", "destroy", "serve")
REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Sandbox:
    """A program's folder, and the sandbox's command line on it."""

    program: Path
    kubernetes: str = "schema"

    def __call__(
        self, command: str, *arguments: str, stack: str = "dev", status: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """Run a command; fail where it does not end with `status`."""
        clusters = ("--kubernetes", self.kubernetes) if command in JUDGED else ()
        where = ("--stack", stack, "--cwd", str(self.program))
        done = warm.run(["-m", "sandbox", command, *where, *clusters, *arguments], cwd=REPOSITORY)
        assert done.returncode == status, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done

    def changes(self, *arguments: str, stack: str = "dev") -> dict[str, int]:
        """Return what a preview would do, by operation."""
        summary: dict[str, int] = json.loads(self("preview", "--json", *arguments, stack=stack).stdout)["changeSummary"]
        return summary

    def steps(self, stack: str = "dev") -> dict[str, set[str]]:
        """Return what a preview would do, as the operations on each URN."""
        done: dict[str, set[str]] = {}
        for step in json.loads(self("preview", "--json", stack=stack).stdout)["steps"]:
            done.setdefault(step["urn"], set()).add(step["op"])
        return done

    def altered(self, stack: str = "dev") -> dict[str, set[str]]:
        """Return the same of what would not stay as it is, by the resource's name."""
        return {urn.rpartition("::")[2]: ops for urn, ops in self.steps(stack).items() if ops != {"same"}}

    def world(self, stack: str = "dev") -> list[str]:
        """Return the URNs of what exists."""
        return [line.split("\t")[2] for line in self("world", stack=stack).stdout.splitlines()]

    def state(self, stack: str = "dev") -> dict[str, Any]:
        """Return the stack's state, as the engine keeps it: a command for it would cost a third of a second."""
        kept = json.loads(Workspace.of(self.program, stack).state_file.read_text(encoding="utf-8"))
        latest: dict[str, Any] = kept["checkpoint"].get("latest") or {}
        return latest


@pytest.fixture(scope="session", autouse=True)
def _warm() -> Iterator[None]:
    """Fork commands, programs and packs from one process that has the SDKs: importing them was half of these tests."""
    with warm.running(PLATFORM, LIBRARIES):
        yield


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Sandbox]:
    """Write a program and its stack `dev`."""

    def write(source: str, config: dict[str, Any] | None = None, name: str = "other") -> Sandbox:
        (tmp_path / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\n", encoding="utf-8")
        (tmp_path / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": config or {}}), encoding="utf-8")
        (tmp_path / "__main__.py").write_text(source, encoding="utf-8")
        # to Python's cache, two programs of one length and one second are the same
        shutil.rmtree(tmp_path / "__pycache__", ignore_errors=True)
        return Sandbox(tmp_path)

    return write


@pytest.fixture
def platform(tmp_path: Path) -> Sandbox:
    """This repository's own program, linked into a folder of its own, so that tests share no state."""
    return linked(tmp_path)


def linked(folder: Path) -> Sandbox:
    """Link this repository's own program into a folder, with files of its stacks that may be changed."""
    for path in (REPOSITORY / "Pulumi.yaml", *REPOSITORY.glob("Pulumi.*.yaml")):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    link_program(folder)
    return Sandbox(folder)


def change(sandbox: Sandbox, stack: str, key: str, value: Any) -> None:
    """Write a value into the stack's file: `database.multi_az` is a key of the section `flowise:database`."""
    file = sandbox.program / f"Pulumi.{stack}.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    section, *names = key.split(".")
    owner, last = content["config"], f"flowise:{section}"
    for name in names:
        owner, last = owner.setdefault(last, {}), name
    owner[last] = value
    file.write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.fixture(scope="session")
def _prod(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which prod was brought up, once for all workers of a run: in two zones, for the third is feared."""
    of_this_run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        of_this_run = of_this_run.parent
    folder, making = of_this_run / "prod", of_this_run / "prod-in-the-making"
    with (of_this_run / "prod.lock").open("w", encoding="utf-8") as lock:
        flock(lock, LOCK_EX)
        if not folder.exists():
            shutil.rmtree(making, ignore_errors=True)  # of a worker for which it did not come up
            making.mkdir()
            change(linked(making), "prod", "network.zones", ["eu-west-1a", "eu-west-1b"])
            Sandbox(making)("up", stack="prod")
            making.rename(folder)
    return folder


@pytest.fixture
def prod(_prod: Path, tmp_path: Path) -> Sandbox:
    """The same program, with prod as it stands in two zones: in a folder of its own, too."""
    shutil.copytree(_prod, tmp_path, symlinks=True, dirs_exist_ok=True)
    return Sandbox(tmp_path)
