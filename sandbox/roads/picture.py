"""The roads of a stack as an SVG picture, the same for the same roads."""

import html
from collections.abc import Iterator, Mapping, Sequence

from .model import Finding, Road

_WIDTH, _ROW, _BOX, _TOP, _SIDE = 1280, 26, 20, 64, 16
_COLUMNS = (
    ("from outside", ("Distribution", "viewers", "LoadBalancer", "a listener")),
    ("pods and machines", ("pods of", "Function", "Service ", "Instance", "Proxy")),
    ("nodes and cluster", ("nodes of", "the API server", "CoreDNS", "the Pod Identity")),
    ("data, services, registries", ()),
)
_SENDERS = ("MetricAlarm", "EventRule", "EventSubscription", "Topic", "VaultNotifications", "Bucket", "the engine")
_OPEN, _SHUT, _TEXT, _FAINT, _FILL, _LINE = "#3d8b40", "#d1242f", "#1f2328", "#656d76", "#f6f8fa", "#d0d7de"


def svg(finding: Finding, title: str) -> str:
    """Return a picture: who needs whom, green where it is open and red where a wall stands."""
    roads = _joined(finding.roads)
    columns = _columns(roads)
    places = {name: box for index, names in enumerate(columns) for name, box in _placed(index, names)}
    height = _TOP + _ROW * max(map(len, columns), default=0) + _SIDE
    walls = len(finding.walls)
    said = f"{len(finding.roads)} roads, {walls} with a wall"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(_SIDE, 24, title, _TEXT, size=15),
        _text(_WIDTH - _SIDE, 24, said, _SHUT if walls else _OPEN, size=12, anchor="end"),
        *(_text(_left(index), 48, name, _FAINT, size=12) for index, (name, _) in enumerate(_COLUMNS)),
        *(_line(places, each, roads[each]) for each in roads),
        *(_box(name, box) for name, box in places.items()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _joined(roads: Sequence[Road]) -> Mapping[tuple[str, str], list[Road]]:
    found: dict[tuple[str, str], list[Road]] = {}
    for road in roads:
        if not road.source.startswith(_SENDERS):
            found.setdefault((road.source, road.target), []).append(road)
    return found


def _columns(roads: Mapping[tuple[str, str], list[Road]]) -> list[list[str]]:
    names = list(dict.fromkeys(name for ends in roads for name in ends))
    sources = {source for source, _ in roads}
    columns: list[list[str]] = [[] for _ in _COLUMNS]
    for name in names:
        fits = (index for index, (_, words) in enumerate(_COLUMNS[:-1]) if name.startswith(words))
        column = next(fits, len(_COLUMNS) - 1)
        # what is asked and asks nobody is data, whatever its type is called
        if column == 1 and name not in sources:
            column = len(_COLUMNS) - 1
        columns[column].append(name)
    return columns


def _left(index: int) -> int:
    return _SIDE + index * ((_WIDTH - 2 * _SIDE) // len(_COLUMNS))


def _placed(index: int, names: Sequence[str]) -> Iterator[tuple[str, tuple[int, int, int]]]:
    width = (_WIDTH - 2 * _SIDE) // len(_COLUMNS) - 84
    return ((name, (_left(index), _TOP + _ROW * row, width)) for row, name in enumerate(names))


def _line(places: Mapping[str, tuple[int, int, int]], ends: tuple[str, str], roads: Sequence[Road]) -> str:
    (x, y, width), (to_x, to_y, to_width) = places[ends[0]], places[ends[1]]
    walls = [road for road in roads if road.wall]
    colour = _SHUT if walls else _OPEN
    middle, to_middle = y + _BOX // 2, to_y + _BOX // 2
    if x < to_x:
        start, end, bend = x + width, to_x, (to_x - x - width) // 2
        path = f"M{start} {middle} C{start + bend} {middle} {end - bend} {to_middle} {end} {to_middle}"
    elif x > to_x:
        start, end, bend = x, to_x + to_width, (x - to_x - to_width) // 2
        path = f"M{start} {middle} C{start - bend} {middle} {end + bend} {to_middle} {end} {to_middle}"
    else:
        start = x + width
        path = f"M{start} {middle} C{start + 40} {middle} {start + 40} {to_middle} {start} {to_middle}"
    said = "; ".join(f"{road.traffic}: {road.wall.found if road.wall else 'open'}" for road in roads)
    title = html.escape(f"{ends[0]} to {ends[1]}: {said}")
    weight = "2" if walls else "1"
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{weight}" stroke-opacity="0.6">'
        f"<title>{title}</title></path>"
    )


def _box(name: str, box: tuple[int, int, int]) -> str:
    x, y, width = box
    shown = name if len(name) * 6 < width else f"{name[: width // 6 - 1]}\u2026"
    return (
        f'<g><title>{html.escape(name)}</title><rect x="{x}" y="{y}" width="{width}" height="{_BOX}" rx="4" '
        f'fill="{_FILL}" stroke="{_LINE}"/>{_text(x + 6, y + 14, shown, _TEXT)}</g>'
    )


def _text(x: int, y: int, said: str, colour: str, *, size: int = 11, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}" font-size="{size}" text-anchor="{anchor}">{html.escape(said)}</text>'
