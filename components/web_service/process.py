"""What runs of a service, as plain data: its processes, the Job before them, and the image that both are of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..shared.pod_security import USER

if TYPE_CHECKING:
    from pulumi import Input


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What a pod is given: a share of the CPU, with or without an end, and of the memory, which always has one."""

    cpu_request_millicores: int
    memory_request_mib: int
    memory_limit_mib: int
    cpu_limit_millicores: int | None = None


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What the kubelet asks a container, a path over HTTP or a command in it, and how often before it acts."""

    path: str | None = None
    command: Sequence[str] = ()
    period_seconds: int = 10
    failure_threshold: int = 3
    timeout_seconds: int = 5
    initial_delay_seconds: int = 0

    def __post_init__(self) -> None:
        """Refuse one that asks nothing, or two things."""
        if bool(self.path) == bool(self.command):
            raise ValueError("a probe needs a path or a command, and one of them alone")

    @property
    def patience_seconds(self) -> int:
        """Return how long it lets a container fail."""
        return self.initial_delay_seconds + self.period_seconds * self.failure_threshold


@dataclass(frozen=True, kw_only=True)
class Probes:
    """What tells that a container lives, is ready, and has started; `port`, where that is not the process's own."""

    liveness: Probe
    readiness: Probe
    startup: Probe | None = None
    port: int | None = None

    @property
    def start_seconds(self) -> int:
        """Return how long a start may take before the kubelet ends it."""
        return (self.startup or self.liveness).patience_seconds


@dataclass(frozen=True)
class CpuTarget:
    """As many pods as keep their CPU at this share of what each has asked for."""

    percent: int = 70


@dataclass(frozen=True, kw_only=True)
class QueueList:
    """A pod for so many entries of a list in the cache."""

    list_name: str
    waiting_per_pod: int


@dataclass(frozen=True, kw_only=True)
class QueueStream:
    """A pod for so many entries of a stream in the cache that its consumer group has not been handed yet."""

    stream: str
    consumer_group: str
    waiting_per_pod: int


@dataclass(frozen=True, kw_only=True)
class Process:
    """A command of the service's image, how many pods run it, and how they start, grow and end.

    The one with a `port` is asked by the load balancer. A `single` one, such as a scheduler, is never run twice: the
    old pod has ended before the new one starts, and of two releases only the served one runs it.
    """

    name: str
    resources: Resources
    probes: Probes
    command: Sequence[str] = ()  # the image's own without
    args: Sequence[str] = ()
    port: int | None = None
    metrics_port: int | None = None  # where Prometheus asks
    replicas_min: int = 1
    replicas_max: int = 1
    single: bool = False
    scaled_by: CpuTarget | QueueList | QueueStream = field(default_factory=CpuTarget)
    pre_stop_seconds: int = 0  # before it is told to end, while the load balancer lets go of it
    termination_grace_seconds: int = 30
    environment: Mapping[str, str] = field(default_factory=dict)  # besides the service's
    secrets: Sequence[str] = ()  # of the service's further Secrets those of which it gets every key
    annotations: Mapping[str, str] = field(default_factory=dict)  # of its pods
    writable: Mapping[str, str] = field(default_factory=dict)  # paths by name; all else is read-only
    container: str = "app"
    user: int = USER

    def __post_init__(self) -> None:
        """Refuse what could not run."""
        if not 1 <= self.replicas_min <= self.replicas_max:
            raise ValueError(f"{self.name}: replicas must be 1 or more, and replicas_max not below replicas_min")
        if self.single and self.replicas_max > 1:
            raise ValueError(f"{self.name}: a single process has one replica")
        asked = (self.probes.liveness, self.probes.readiness, self.probes.startup)
        if self.probe_port is None and any(each is not None and each.path for each in asked):
            raise ValueError(f"{self.name}: a probe over HTTP needs a port")

    @property
    def grows(self) -> bool:
        """Tell whether an autoscaler chooses how many there are."""
        return self.replicas_max > self.replicas_min

    @property
    def by_queue(self) -> bool:
        """Tell whether what waits in a queue chooses it."""
        return self.grows and not isinstance(self.scaled_by, CpuTarget)

    @property
    def probe_port(self) -> int | None:
        """Return the port that probes ask."""
        return self.probes.port or self.port


@dataclass(frozen=True, kw_only=True)
class Migration:
    """A Job that brings ready what a release starts on, and is done before any pod of it starts.

    It runs whenever image, environment or files change, so it must do no harm when there is nothing to do. `secrets`
    are those of the service's further Secrets of which it alone gets every key. `image` is another than the release's
    where a database goes back: the older one does not know what to take back.
    """

    command: Sequence[str]
    resources: Resources
    image: str | None = None
    name: str = "migration"
    args: Sequence[str] = ()
    environment: "Mapping[str, Input[str]]" = field(default_factory=dict)  # besides the release's
    secrets: Sequence[str] = ()
    writable: Mapping[str, str] = field(default_factory=dict)
    tries: int = 3
    longest_seconds: int = 600
    user: int = USER


@dataclass(frozen=True, kw_only=True)
class Release:
    """An image and what runs of it. Of two releases side by side one is served, and the other one waits."""

    image: str
    processes: Sequence[Process]
    environment: Mapping[str, str] = field(default_factory=dict)  # besides the service's
    served: bool = True

    def __post_init__(self) -> None:
        """Refuse one that the load balancer would not know whom to ask of."""
        names = [each.name for each in self.processes]
        if len(set(names)) < len(names):
            raise ValueError(f"processes must differ in their names, got {names}")
        if len([each for each in self.processes if each.port is not None]) != 1:
            raise ValueError("one process has a port, which the load balancer asks, and no other one has")

    @property
    def web(self) -> Process:
        """Return the process that the load balancer asks."""
        return next(each for each in self.processes if each.port is not None)

    @property
    def port(self) -> int:
        """Return the port on which it is asked."""
        return next(each.port for each in self.processes if each.port is not None)
