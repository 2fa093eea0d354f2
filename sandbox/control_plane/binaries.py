"""The five programs of a control plane, built once from the Go modules that `tools/` pins.

`tools/kubernetes/<minor>/` holds one pin for each Kubernetes minor, so that a cluster gets the version it asks for;
etcd and kwok serve every minor.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..toolchain import PINS, Pin, Tool, ToolchainError

KUBERNETES = "k8s.io/kubernetes"
ETCD = "go.etcd.io/etcd/server/v3"
KWOK = "sigs.k8s.io/kwok"
_PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
# hack/lib/version.sh of Kubernetes: both packages are stamped, the one for servers and the one for their clients.
_STAMPED = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")


@dataclass(frozen=True)
class Binaries:
    """Where the programs lie, and which Kubernetes they are (`v1.35.0`)."""

    version: str
    etcd: Path
    apiserver: Path
    controller_manager: Path
    scheduler: Path
    kwok: Path


def binaries(minor: str) -> Binaries:
    """Return the programs for a Kubernetes minor (`1.35`), built where they do not exist. Raises ToolchainError."""
    kubernetes = _kubernetes(minor)
    servers = kubernetes.built()
    return Binaries(
        version=kubernetes.pin.version,
        etcd=_etcd().built() / "etcd",
        apiserver=servers / "kube-apiserver",
        controller_manager=servers / "kube-controller-manager",
        scheduler=servers / "kube-scheduler",
        kwok=_kwok().built() / "kwok",
    )


@cache
def minors() -> tuple[str, ...]:
    """Return the Kubernetes minors that have a pin, oldest first."""
    pins = (path.parent.name for path in (PINS / "kubernetes").glob("*/go.mod"))
    return tuple(sorted(pins, key=lambda minor: tuple(int(part) for part in minor.split("."))))


def built_minors() -> tuple[str, ...]:
    """Return those of them that an earlier run built."""
    return tuple(minor for minor in minors() if _kubernetes(minor).standing(_PROGRAMS[0]))


def _kubernetes(minor: str) -> Tool:
    pinned = minors()
    if minor not in pinned:
        raise ToolchainError(how_to_pin(minor))
    pin = Pin.read(PINS / "kubernetes" / minor, KUBERNETES)
    major, _, number = minor.partition(".")
    version = {"gitVersion": pin.version, "gitMajor": major, "gitMinor": number}
    return Tool(
        pin=pin,
        title="the Kubernetes control plane",
        cache="kubernetes",
        programs={name: f"{KUBERNETES}/cmd/{name}" for name in _PROGRAMS},
        stamps={f"{package}.{key}": value for package in _STAMPED for key, value in version.items()},
        expectation="4 to 10 minutes on two cores, 270 MB of programs and 2 GB of module and build cache",
    )


def _etcd() -> Tool:
    return Tool(
        pin=Pin.read(PINS / "etcd", ETCD),
        title="etcd",
        cache="etcd",
        programs={"etcd": ETCD},
        stamps={},
        expectation="half a minute on two cores",
    )


def _kwok() -> Tool:
    pin = Pin.read(PINS / "kwok", KWOK)
    return Tool(
        pin=pin,
        title="kwok, which plays the kubelets,",
        cache="kwok",
        programs={"kwok": f"{KWOK}/cmd/kwok"},
        stamps={f"{KWOK}/pkg/consts.Version": pin.version.removeprefix("v")},
        expectation="1 to 2 minutes on two cores",
    )


def how_to_pin(minor: str) -> str:
    """Return what to do about a Kubernetes minor that has no pin."""
    pinned = minors()
    newest = pinned[-1]
    return (
        f"no control plane is pinned for Kubernetes {minor}; there is one for {', '.join(pinned)}. Ask for one of "
        f"these, or add it: copy tools/kubernetes/{newest} to tools/kubernetes/{minor}; in its go.mod write {minor} "
        f"for {newest} in every version and drop the require blocks; then run there `go get -tool "
        + " ".join(f"{KUBERNETES}/cmd/{program}@v{minor}.0" for program in _PROGRAMS)
        + "`"
    )
