"""What make itself says of the Makefile, and what `make help` shows of it."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()


def test_make_has_nothing_to_warn_of() -> None:
    # a target that is there twice is a warning alone, and does the half of what is written
    run = subprocess.run(["make", "--dry-run", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stderr == ""


def test_every_target_is_phony_and_shown_by_help() -> None:
    targets = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", MAKEFILE, re.MULTILINE)
    assert phony
    assert sorted(phony[1].replace("\\\n", " ").split()) == sorted(targets)
    assert targets == re.findall(r"^([a-z]+):.* ## ", MAKEFILE, re.MULTILINE)
