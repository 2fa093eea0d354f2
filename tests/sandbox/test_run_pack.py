"""A policy pack is run without the SDK where it does without, and as the SDK runs it where it does not."""

import json
import os
import subprocess
import sys
from pathlib import Path

from sandbox import run_pack

STACK = {
    "PULUMI_PROJECT": "shop",
    "PULUMI_STACK": "dev",
    "PULUMI_DRY_RUN": "true",
    "PULUMI_CONFIG": '{"shop:size": "3"}',
}


def said(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """What a pack prints; the engine sees its standard output."""
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-u", str(Path(run_pack.__file__)), "127.0.0.1:1", "."],
        cwd=folder,
        env={**os.environ, **STACK},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_pack_that_does_without_the_sdk_never_loads_it(tmp_path: Path) -> None:
    (tmp_path / "wire.py").write_text("mine = True", encoding="utf-8")  # the sandbox has one of that name
    asked = "import json, sys, wire; print(json.dumps([wire.mine, sys.argv[1:], 'pulumi' in sys.modules]))"
    assert json.loads(said(tmp_path, asked).stdout) == [True, ["127.0.0.1:1", "."], False]


def test_a_pack_that_loads_the_sdk_is_told_of_the_stack(tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text("import pulumi_policy, pulumi", encoding="utf-8")
    asked = (
        "import json, sys; from rules import pulumi;"
        "print(json.dumps([pulumi.get_stack(), pulumi.get_project(), pulumi.Config().get('size'), sys.argv[1:]]))"
    )
    assert json.loads(said(tmp_path, asked).stdout) == ["dev", "shop", "3", ["127.0.0.1:1", "."]]


def test_a_pack_that_fails_says_where(tmp_path: Path) -> None:
    done = said(tmp_path, "1 / 0")
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert done.stdout == ""
