"""Which part of some addresses and ports a list of rules lets through, where the first rule that fits decides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, collapse_addresses

from .model import Blocks, Ports

EVERYWHERE = IPv4Network("0.0.0.0/0")
# RFC 1918, RFC 6598 and RFC 3927: what no packet on the internet bears
_NOT_PUBLIC = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16")
# A part of the ports for answers may be shut on purpose: AWS's own text on ephemeral ports proposes to deny those of
# known harm. Where more of them are shut than this, connections are lost that nobody means to lose.
MOST_SHUT = 0.1


@dataclass(frozen=True)
class Entry:
    """One rule of a list; no protocol means all of them, and of these every port."""

    allow: bool
    cidr: IPv4Network
    protocol: str | None
    ports: Ports = (0, 65535)


@dataclass(frozen=True)
class _Piece:
    cidr: IPv4Network
    ports: Ports

    @property
    def size(self) -> int:
        return self.cidr.num_addresses * (self.ports[1] - self.ports[0] + 1)


@cache
def internet() -> Blocks:
    """Return the addresses that packets from and to the internet bear."""
    left = [EVERYWHERE]
    for text in _NOT_PUBLIC:
        private = IPv4Network(text)
        left = [
            part for each in left for part in (each.address_exclude(private) if private.subnet_of(each) else [each])
        ]
    return tuple(collapse_addresses(left))


def shut(entries: Sequence[Entry], blocks: Blocks, protocol: str, ports: Ports) -> float:
    """Return which part of the addresses and ports no entry lets through, from 0 (open) to 1 (shut)."""
    pieces = [_Piece(block, ports) for block in blocks]
    whole = sum(piece.size for piece in pieces)
    allowed = 0
    for entry in entries:
        if entry.protocol not in (None, protocol):
            continue
        left: list[_Piece] = []
        for piece in pieces:
            hit = _overlap(piece, entry)
            if hit is None:
                left.append(piece)
                continue
            allowed += hit.size if entry.allow else 0
            left.extend(_without(piece, hit))
        pieces = left
    return 1 - allowed / whole if whole else 0.0


def covers(cidr: IPv4Network, blocks: Blocks) -> bool:
    """Return whether a range touches any of the addresses."""
    return any(cidr.overlaps(block) for block in blocks)


def _overlap(piece: _Piece, entry: Entry) -> _Piece | None:
    if not piece.cidr.overlaps(entry.cidr):
        return None
    low, high = (0, 65535) if entry.protocol is None else entry.ports
    first, last = max(piece.ports[0], low), min(piece.ports[1], high)
    if first > last:
        return None
    return _Piece(piece.cidr if piece.cidr.subnet_of(entry.cidr) else entry.cidr, (first, last))


def _without(piece: _Piece, hit: _Piece) -> Iterator[_Piece]:
    if piece.cidr != hit.cidr:
        yield from (_Piece(each, piece.ports) for each in piece.cidr.address_exclude(hit.cidr))
    (low, high), (first, last) = piece.ports, hit.ports
    if low < first:
        yield _Piece(hit.cidr, (low, first - 1))
    if last < high:
        yield _Piece(hit.cidr, (last + 1, high))


def network(text: object) -> IPv4Network | None:
    """Return a range of IPv4 addresses, or None where the text is none (IPv6 is not walked)."""
    try:
        return IPv4Network(str(text), strict=False)
    except ValueError:
        return None
