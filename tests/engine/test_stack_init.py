"""What `pulumi stack init` does to a committed stack's file: it adds its key, and leaves all else as it stands."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox.toolchain import pulumi_cli

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
PROGRAMS = [ROOT, ROOT / "bootstrap", *(path.parent for path in sorted((ROOT / "examples").glob("*/Pulumi.yaml")))]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_a_stack_that_is_made_adds_its_key_and_changes_nothing_else(program: Path, tmp_path: Path) -> None:
    """Pulumi writes the file anew: what it would spell otherwise would be a change that nobody made."""
    (tmp_path / "state").mkdir()
    environment = {
        **{"PULUMI_HOME": str(tmp_path / "home"), "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}"},
        **{"PULUMI_CONFIG_PASSPHRASE": "a", "PULUMI_SKIP_UPDATE_CHECK": "true"},
    }
    shutil.copy(program / "Pulumi.yaml", tmp_path)
    stacks = sorted(program.glob("Pulumi.*.yaml"))
    assert stacks
    for committed in stacks:
        file = Path(shutil.copy(committed, tmp_path))
        command = [str(pulumi_cli()), "stack", "init", committed.name.split(".")[1]]
        subprocess.run(command, cwd=tmp_path, env=os.environ | environment, check=True, capture_output=True)
        before, after = (path.read_text(encoding="utf-8").splitlines() for path in (committed, file))
        assert [line for line in after if not line.startswith("encryptionsalt: ")] == before
