"""A program runs in its own environment, and in the sandbox's where it has none."""

import sys
from pathlib import Path

import pytest

from sandbox.interpreter import environment_of, interpreter, versions_in


def made(place: Path, *packages: str) -> Path:
    """Make what looks like a virtual environment that has these packages."""
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").touch()
    for package in packages:
        (place / "lib" / "python3.12" / "site-packages" / f"{package}.dist-info").mkdir(parents=True)
    return place.resolve()


def test_what_the_project_names_comes_first(tmp_path: Path) -> None:
    made(tmp_path / ".venv")
    named = made(tmp_path / "env")
    assert environment_of(tmp_path, {"name": "python", "options": {"virtualenv": "env"}}, {}) == named
    assert environment_of(tmp_path, {"options": {"virtualenv": "away"}}, {}) == tmp_path / ".venv"
    assert environment_of(tmp_path, "python", {}) == tmp_path / ".venv"


def test_one_above_counts_within_the_repository_and_with_the_sdk(tmp_path: Path) -> None:
    program = tmp_path / "repository" / "infrastructure" / "shop"
    program.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    made(tmp_path / "repository" / "infrastructure" / ".venv", "httpx-1.0")
    made(tmp_path / ".venv", "pulumi-3.1.0")
    assert environment_of(program, "python", {}) is None

    above = made(tmp_path / "repository" / "venv", "pulumi-3.1.0")
    assert environment_of(program, "python", {}) == above


def test_the_active_one_counts_where_it_has_what_is_needed(tmp_path: Path) -> None:
    active = made(tmp_path / "active", "pulumi-3.1.0")
    program = tmp_path / "shop"
    program.mkdir()
    assert environment_of(program, None, {"VIRTUAL_ENV": str(active)}) == active
    assert environment_of(program, None, {"VIRTUAL_ENV": str(active)}, needs="pulumi_policy") is None


def test_the_sandboxs_own_serves_where_there_is_none_or_it_is_the_same(tmp_path: Path) -> None:
    assert interpreter(None) == sys.executable
    assert interpreter("") == sys.executable
    assert interpreter(tmp_path / "away") == sys.executable
    assert interpreter(sys.prefix) == sys.executable
    other = made(tmp_path / ".venv")
    assert interpreter(str(other)) == str(other / "bin" / "python")


@pytest.mark.parametrize(("package", "version"), [("pulumi", "3.1.0"), ("pulumi_aws", "6.83.0")])
def test_versions_are_read_from_files(package: str, version: str, tmp_path: Path) -> None:
    place = made(tmp_path / ".venv", "pulumi-3.1.0", "pulumi_aws-6.83.0", "pulumi_aws_native-1.0.0")
    assert versions_in(place, package) == {package: version}
