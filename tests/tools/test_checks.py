"""What the commands that look at a stack run."""

from pathlib import Path

import pytest

from tools import checks
from tools.checks import NoAnswer, run_program


def test_a_state_is_read_by_the_built_cli_where_none_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "built-pulumi"
    built.write_text('#!/bin/sh\necho "built: $*"\n')
    built.chmod(0o755)
    monkeypatch.setattr(checks, "built_cli", lambda: built)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert run_program("pulumi", "stack", "output") == "built: stack output\n"
    # whoever deploys needs one with a language host, and hears that there is none
    with pytest.raises(NoAnswer, match="pulumi cannot be run"):
        run_program("pulumi", "version")

    monkeypatch.setattr(checks, "built_cli", lambda: None)
    with pytest.raises(NoAnswer, match="pulumi cannot be run"):
        run_program("pulumi", "stack", "output")
