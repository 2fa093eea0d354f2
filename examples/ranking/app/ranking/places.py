"""How places follow from points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

MONTH_SECONDS = 30 * 86_400


@dataclass(frozen=True)
class Score:
    """What somebody has, and since when."""

    name: str
    points: float
    at: datetime


@dataclass(frozen=True)
class Place:
    """A row of the ranking."""

    place: int
    name: str
    points: float


def ranked(scores: Sequence[Score], now: datetime, *, weighted: bool, ties_share: bool) -> list[Place]:
    """Return all places, the most points first, and names in their order among equals.

    `weighted`: points count half as much for each month that passed. `ties_share`: equals have the same place, and as
    many places after it are left out.
    """
    counted = [(round(_weight(score, now) if weighted else score.points, 3), score.name) for score in scores]
    counted.sort(key=lambda each: (-each[0], each[1]))
    places: list[Place] = []
    for number, (points, name) in enumerate(counted, start=1):
        tied = ties_share and places and places[-1].points == points
        places.append(Place(places[-1].place if tied else number, name, points))
    return places


def _weight(score: Score, now: datetime) -> float:
    return float(score.points * 0.5 ** (max(0.0, (now - score.at).total_seconds()) / MONTH_SECONDS))
