"""Says which roads are open: as text for people, and as plain data for programs."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from .model import Finding, Road, Spare


def text(finding: Finding) -> str:
    """Return all roads, those with a wall first, then what is open and nobody needs."""
    walls = finding.walls
    lines = [
        f"{len(finding.roads)} roads, {len(walls)} of them with a wall; {len(finding.spare)} open that nobody needs"
    ]
    for road in walls:
        lines += ["", *_wall(road)]
    lines.append("")
    lines += [f"open  {_ends(road)}" for road in finding.roads if road.open]
    for each in finding.spare:
        lines += ["", *_spare(each)]
    return "\n".join(lines).rstrip() + "\n"


def data(finding: Finding) -> dict[str, Any]:
    """Return the same for programs."""
    return {
        "roads": [{**asdict(each), "open": each.open} for each in finding.roads],
        "spare": [asdict(each) for each in finding.spare],
    }


def chosen(finding: Finding, source: str, target: str) -> Finding:
    """Return the roads whose ends bear these words, whatever their case; an empty one is anybody."""
    return Finding(
        tuple(
            road
            for road in finding.roads
            if source.lower() in road.source.lower() and target.lower() in road.target.lower()
        ),
        () if source or target else finding.spare,
    )


def _wall(road: Road) -> Iterator[str]:
    assert road.wall is not None
    yield f"WALL  {_ends(road)}"
    yield f"      wall:   {road.wall.resource}: {road.wall.found}"
    yield f"      rule:   {road.wall.rule.id}: {road.wall.rule.says} ({road.wall.rule.source})"
    yield f"      opens:  {road.wall.opens}"


def _spare(each: Spare) -> Iterator[str]:
    yield f"SPARE {each.resource} {each.found}"
    yield f"      rule:   {each.rule.id}: {each.rule.says} ({each.rule.source})"
    yield f"      closes: {each.closes}"


def _ends(road: Road) -> str:
    what = f" ({road.traffic})" if road.traffic else ""
    return f"{road.source} -> {road.target}{what}: {road.needed}"
