"""What is rehearsed on: a repository and an account of one's own for each case."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .account import Account
from .actions import SHOWN


def page(folder: Path) -> str:
    """Return the end of what each step printed, case by case and job by job: all of it lies in the folder."""
    lines = ["# What was rehearsed, and what it printed"]
    for case in sorted(each for each in folder.iterdir() if each.is_dir()):
        lines += ["", f"## {case.name.removeprefix('test_').replace('_', ' ')}"]
        for job in sorted(case.glob("*.txt"), key=lambda each: each.stat().st_mtime):
            lines += ["", f"{job.stem}:", "", "```text"]
            for step in re.split(r"^(?=--- )", job.read_text(encoding="utf-8"), flags=re.M)[1:]:
                first, *printed = step.splitlines()
                lines += [first, *(["…"] if len(printed) > SHOWN else []), *printed[-SHOWN:]]
            lines.append("```")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give where what each job printed is kept, with a page on all of it."""
    folder = Path(os.environ.get("REHEARSAL") or tmp_path_factory.mktemp("rehearsal")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    (folder / "rehearsed.md").write_text(page(folder), encoding="utf-8")


@pytest.fixture
def bare(tmp_path: Path, log: Path, request: pytest.FixtureRequest) -> Account:
    """Give a repository to which nothing was deployed."""
    return Account.made(tmp_path / "account", log / request.node.name)


@pytest.fixture(scope="session")
def with_dev(tmp_path_factory: pytest.TempPathFactory, log: Path) -> Account:
    """Give an account to which the pipeline has deployed dev."""
    account = Account.made(tmp_path_factory.mktemp("standing") / "account", log / "first-deployment")
    assert account.merge(jobs=["dev"])["dev"].conclusion == "success"
    return account


@pytest.fixture(scope="session")
def with_all(with_dev: Account, tmp_path_factory: pytest.TempPathFactory, log: Path) -> Account:
    """Give an account to which the pipeline has deployed every stack."""
    account = with_dev.copied(tmp_path_factory.mktemp("standing") / "account", log / "first-deployment-of-all")
    ended = account.merge(jobs=["staging", "plan", "prod"])
    assert {each.conclusion for each in ended.values()} == {"success"}
    return account


@pytest.fixture
def account(with_all: Account, tmp_path: Path, log: Path, request: pytest.FixtureRequest) -> Account:
    """Give a copy of one where every stack stands."""
    return with_all.copied(tmp_path / "account", log / request.node.name)


@pytest.fixture
def small(with_dev: Account, tmp_path: Path, log: Path, request: pytest.FixtureRequest) -> Account:
    """Give a copy of one where dev stands, for what comes no further."""
    return with_dev.copied(tmp_path / "account", log / request.node.name)
