"""What is rehearsed on: a repository and an account of one's own for each case."""

import os
from pathlib import Path

import pytest

from .account import STACKS, Account


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where what each job printed is kept."""
    return Path(os.environ.get("REHEARSAL") or tmp_path_factory.mktemp("rehearsal")).resolve()


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
    ended = account.merge()
    assert [ended[stack].conclusion for stack in STACKS] == ["success"] * 3
    return account


@pytest.fixture
def account(with_all: Account, tmp_path: Path, log: Path, request: pytest.FixtureRequest) -> Account:
    """Give a copy of one where every stack stands."""
    return with_all.copied(tmp_path / "account", log / request.node.name)


@pytest.fixture
def small(with_dev: Account, tmp_path: Path, log: Path, request: pytest.FixtureRequest) -> Account:
    """Give a copy of one where dev stands, for what comes no further."""
    return with_dev.copied(tmp_path / "account", log / request.node.name)
