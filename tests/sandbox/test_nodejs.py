"""Trees of npm packages: installed once from their lock, and anew where an installation was cut off."""

import json
from pathlib import Path

import pytest

from sandbox.nodejs import tree
from sandbox.toolchain import ToolchainError

PACKAGE = {"name": "nothing", "version": "1.0.0"}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / ".npmrc").write_text("fund=false\nupdate-notifier=false\n")
    (tmp_path / "package.json").write_text(json.dumps(PACKAGE))
    (tmp_path / "package-lock.json").write_text(
        json.dumps({**PACKAGE, "lockfileVersion": 3, "requires": True, "packages": {"": PACKAGE}})
    )
    return tmp_path


def test_a_tree_is_installed_once(package: Path, capfd: pytest.CaptureFixture[str]) -> None:
    first = tree(package, "nothing", "nothing", "no time")
    assert "installing nothing from its lock, once: no time" in capfd.readouterr().err

    assert tree(package, "nothing", "nothing", "no time") == first
    assert capfd.readouterr().err == ""


def test_a_lock_that_does_not_fit_is_told_and_leaves_nothing_that_counts(package: Path) -> None:
    (package / "package.json").write_text(json.dumps({**PACKAGE, "dependencies": {"missing": "1.0.0"}}))

    for _ in range(2):
        with pytest.raises(ToolchainError, match="nothing could not be installed: npm says why above"):
            tree(package, "nothing", "nothing", "no time")
