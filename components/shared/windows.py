"""Hours in which AWS works on something by itself, as minutes of a week."""

from dataclasses import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = 7 * MINUTES_A_DAY


@dataclass(frozen=True)
class Span:
    """Minutes of a week from Monday's first on; one may run on into the next week."""

    start: int
    minutes: int

    def meets(self, other: "Span") -> bool:
        """Return whether the two have a minute in common."""
        return (other.start - self.start) % MINUTES_A_WEEK < self.minutes or (
            self.start - other.start
        ) % MINUTES_A_WEEK < other.minutes

    def with_before(self, minutes: int) -> "Span":
        """Return the span that begins so much earlier and ends when this one does."""
        return Span((self.start - minutes) % MINUTES_A_WEEK, self.minutes + minutes)


def minute_of(time: str) -> int:
    """Return the minute of the day of a time such as 21:00."""
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def daily(window: str) -> list[Span]:
    """Return a window such as 02:00-03:00 as it comes each day."""
    start, end = map(minute_of, window.split("-"))
    return [Span(day * MINUTES_A_DAY + start, (end - start) % MINUTES_A_DAY) for day in range(7)]


def weekly(window: str) -> list[Span]:
    """Return a window such as sun:03:30-sun:04:30, in a list as `daily` does."""
    start, end = (DAYS.index(each[:3]) * MINUTES_A_DAY + minute_of(each[4:]) for each in window.split("-"))
    return [Span(start, (end - start) % MINUTES_A_WEEK)]
