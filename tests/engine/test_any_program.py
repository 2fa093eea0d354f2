"""Anybody's program, in a folder and an environment of its own, on the sandbox as it is installed."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.engine

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "any-program.md").read_text(encoding="utf-8")
# what a stranger's folders may be called; their program imports its own
FOLDERS = ("components", "tools", "policies", "sandbox", "testing")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return a folder with the package as it is installed."""
    uv = Path(sys.executable).parent / "uv"
    options = "build --wheel --offline --no-cache --quiet --out-dir"
    subprocess.run([uv, *options.split(), tmp_path, "sandbox"], cwd=REPOSITORY, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    return tmp_path / "site"


def test_the_pages_wrong_bucket_policy_is_refused_in_a_strangers_project(installed: Path, tmp_path: Path) -> None:
    shop = tmp_path / "tickets"

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        program = "import sys; from stack_sandbox.__main__ import command; sys.exit(command())"
        return subprocess.run(
            [sys.executable, "-c", program, *arguments], cwd=shop, env={**os.environ, "PYTHONPATH": str(installed)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    shop.mkdir()
    assert command("init").returncode == 0
    for name in FOLDERS:
        (shop / name).mkdir()
        (shop / name / "__init__.py").write_text(f"OWN = {name!r}\n")
    # the environment is this one by another way in; its variable shows that it was taken
    (shop / ".venv" / "bin").mkdir(parents=True)
    (shop / ".venv" / "bin" / "python").write_text(f'#!/bin/sh\nTAKEN=yes exec "{sys.executable}" "$@"\n')
    (shop / ".venv" / "bin" / "python").chmod(0o755)
    source = (shop / "__main__.py").read_text()
    (wrong,) = re.findall(r"^sed -i.right 's(.)(.*?)\1(.*?)\1' __main__.py$", PAGE, re.MULTILINE)
    broken = re.sub(wrong[1], wrong[2], source)
    assert broken != source
    own = "".join(f"import {name}\nassert {name}.OWN == {name!r}\n" for name in FOLDERS)
    (shop / "__main__.py").write_text(f"import os\nassert os.environ['TAKEN']\n{own}{broken}")

    done = command("up", "--policies", "security")

    assert done.returncode == 1, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert "MalformedPolicy: Policy has invalid resource: arn:aws:s3:::ticket-uploads/*" in said
    assert "s3-policy-resource: a bucket's policy is its own" in said
    assert "security@v" in said  # its rules were found, and judged
    made = {path.name for path in shop.iterdir() if path.is_dir()} - {"__pycache__"}
    assert made == {".sandbox", ".venv", *FOLDERS}
