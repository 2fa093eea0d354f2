"""Keeps prod's state as this release's `up` leaves it, for the test of upgrades.

python -m tools.release_state 0.3.0
"""

import argparse
import json
import lzma
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sandbox.workspace import Workspace

from .soak.runs import link_program

ROOT = Path(__file__).parents[1]
RELEASES = ROOT / "tests" / "upgrades"
STACK = "prod"


def version(given: str) -> str:
    """Return a version as written, or refuse it."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", given):
        raise argparse.ArgumentTypeError(f"{given} is no version: write one such as 0.3.0")
    return given


def without_places(state: bytes) -> bytes:
    """Return a state without where in whose files each resource was made."""
    document: dict[str, Any] = json.loads(state)
    for resource in document["checkpoint"]["latest"]["resources"]:
        resource.pop("sourcePosition", None)
        resource.pop("stackTrace", None)
    return json.dumps(document).encode()


def main() -> int:
    """Bring prod up on the sandbox, in a folder of its own, and keep the state; exit as `up` does where that fails."""
    parser = argparse.ArgumentParser(prog="python -m tools.release_state", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("version", type=version, help="the release, such as 0.3.0")
    release = parser.parse_args().version
    with tempfile.TemporaryDirectory(prefix="platform-release-") as folder:
        program = Path(folder)
        link_program(program)
        for path in ROOT.glob("Pulumi*.yaml"):
            (program / path.name).symlink_to(path)
        command = (sys.executable, "-m", "sandbox", "up", "--stack", STACK, "--cwd", folder, "--kubernetes", "schema")
        done = subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=False)
        if done.returncode:
            return done.returncode
        state = Workspace.of(program, STACK).state_file.read_bytes()
    kept = RELEASES / f"{release}.json.xz"
    kept.write_bytes(lzma.compress(without_places(state), preset=9))
    sys.stdout.write(f"{kept.relative_to(ROOT)} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
