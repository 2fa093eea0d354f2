"""What a road is: who must reach whom, what it is judged by, and the first wall on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from ..world import Record

Blocks = tuple[IPv4Network, ...]
Ports = tuple[int, int]

# Where a client listens for answers (VPC user guide, custom network ACLs: ephemeral ports).
LINUX: Ports = (32768, 60999)
ANY_CLIENT: Ports = (1024, 65535)


@dataclass(frozen=True)
class Rule:
    """What a cloud does, and where that is written."""

    id: str
    says: str
    source: str


@dataclass(frozen=True)
class Traffic:
    """What is sent: a protocol, the port that it goes to, and the ports that answers go to."""

    port: int
    protocol: str = "tcp"
    answers: Ports = LINUX

    def __str__(self) -> str:
        return f"{self.protocol} {self.port}"


@dataclass(frozen=True)
class Place:
    """One end of a road: where it lies in a network, and which security groups stand before it.

    Without subnets it lies outside, at `blocks`. `groups` is None where nobody here knows them, and then they are
    believed to let it through; an empty one means that no group stands before it.
    """

    name: str
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] | None = None
    blocks: Blocks = ()
    public: bool = False
    """Whether it has a public address of its own."""


@dataclass(frozen=True)
class Wall:
    """Why traffic does not pass: the resource, the rule of the cloud, what was found and what would open it."""

    rule: Rule
    resource: str
    found: str
    opens: str


Walls = Iterator[Wall]


@dataclass(frozen=True)
class Road:
    """A way that traffic must take, and the first wall on it, if any."""

    source: str
    target: str
    traffic: str
    needed: str
    """Why: what would not work without."""
    by: str
    """The resource that implies it."""
    wall: Wall | None = None

    @property
    def open(self) -> bool:
        """Return whether nothing stands on it."""
        return self.wall is None


@dataclass(frozen=True)
class Spare:
    """What is open and nobody needs."""

    rule: Rule
    resource: str
    found: str
    closes: str


@dataclass(frozen=True)
class Finding:
    """All roads of a stack, and what is open beside them."""

    roads: tuple[Road, ...] = ()
    spare: tuple[Spare, ...] = field(default=())

    @property
    def walls(self) -> list[Road]:
        """The roads that are not open."""
        return [road for road in self.roads if road.wall]


def road(source: str, target: str, traffic: object, needed: str, by: Record, walls: Walls) -> Road:
    """Return a road and the first wall that a walk meets."""
    return Road(source, target, str(traffic), needed, named(by), next(walls, None))


def named(record: Record) -> str:
    """Return a resource as people call it: its kind and its name in the program."""
    return f"{record.token.rpartition(':')[2]} {record.urn.rpartition('::')[2]}"
