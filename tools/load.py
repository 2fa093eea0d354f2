"""Asks a site as so many people at once do, and tells how it answers.

    python -m tools.load http://localhost:8080 --path / --path "/api/indicators?month=2026-11" --people 12

Each asks for the paths in turn over a connection of its own, without a pause. It ends with 0, and with 1 where 95 % of
answers take longer than `--seconds`, or more than `--errors` of a hundred are errors of the site's. Never ask prod so.
"""

import argparse
import http.client
import statistics
import sys
import time
import urllib.parse
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus

TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Answered:
    """One answer: of which path, how long it took, and its status; None where none came."""

    path: str
    seconds: float
    status: int | None

    @property
    def is_error(self) -> bool:
        """Whether it is the site's fault."""
        return self.status is None or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


@dataclass(frozen=True)
class Result:
    """What all got, in so many seconds."""

    answers: Sequence[Answered]
    seconds: float

    def of(self, path: str) -> "Result":
        """Return what came of one path."""
        return Result([each for each in self.answers if each.path == path], self.seconds)

    @property
    def errors_percent(self) -> float:
        """How many of a hundred are errors."""
        return 100 * sum(each.is_error for each in self.answers) / len(self.answers)

    def slowest(self, percent: int) -> float:
        """Return how long so many of a hundred take at most."""
        times = [each.seconds for each in self.answers]
        return statistics.quantiles(times, n=100, method="inclusive")[percent - 1] if len(times) > 1 else times[0]

    def __str__(self) -> str:
        """Render a line."""
        return (
            f"{len(self.answers)} answers, {len(self.answers) / self.seconds:.0f} a second, half within "
            f"{1000 * self.slowest(50):.0f} ms, 95 % within {1000 * self.slowest(95):.0f} ms, 99 % within "
            f"{1000 * self.slowest(99):.0f} ms, {self.errors_percent:.2f} % errors"
        )


def asked(site: str, paths: Sequence[str], people: int, seconds: float) -> Result:
    """Ask for so long. Raises OSError where nobody answers at first."""
    parts = urllib.parse.urlsplit(site)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    probe = kind(parts.netloc, timeout=TIMEOUT_SECONDS)
    probe.connect()
    probe.close()
    begun = time.monotonic()

    def person(number: int) -> list[Answered]:
        connection, answers = kind(parts.netloc, timeout=TIMEOUT_SECONDS), list[Answered]()
        turn = number
        while time.monotonic() - begun < seconds:
            path = paths[turn % len(paths)]
            answers.append(_one(connection, path))
            turn += 1
        connection.close()
        return answers

    with ThreadPoolExecutor(people) as crowd:
        answers = [each for person_s in crowd.map(person, range(people)) for each in person_s]
    return Result(answers, time.monotonic() - begun)


def _one(connection: http.client.HTTPConnection, path: str) -> Answered:
    begun = time.perf_counter()
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        status: int | None = answer.status
    except (OSError, http.client.HTTPException):
        # the next request opens another
        connection.close()
        status = None
    return Answered(path, time.perf_counter() - begun, status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.load", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("site", help="its address, as http://localhost:8080")
    parser.add_argument("--path", action="append", dest="paths", help="what is asked for (/); may be repeated")
    parser.add_argument("--people", type=int, default=12, help="how many at once (12)")
    parser.add_argument("--for", type=float, default=30, dest="lasting", help="how many seconds (30)")
    parser.add_argument("--seconds", type=float, default=1, help="95 %% of answers may take so long (1)")
    parser.add_argument("--errors", type=float, default=0.1, help="so many of a hundred may be errors (0.1)")
    given = parser.parse_args(arguments)
    if urllib.parse.urlsplit(given.site).scheme not in ("http", "https"):
        parser.error(f"site must be an address such as http://localhost:8080, got {given.site!r}")
    if given.people < 1 or given.lasting <= 0:
        parser.error(f"--people and --for must be more than 0, got {given.people} and {given.lasting:g}")
    paths = given.paths or ["/"]
    try:
        result = asked(given.site, paths, given.people, given.lasting)
    except OSError as reason:
        sys.stderr.write(f"{given.site} does not answer: {reason}\n")
        return 1
    if unasked := set(paths) - {each.path for each in result.answers}:
        sys.stdout.write(f"NOT asked: {', '.join(sorted(unasked))}; let it last longer than {given.lasting:g} s\n")
        return 1
    for path in dict.fromkeys(paths) if len(paths) > 1 else ():
        sys.stdout.write(f"{path}: {result.of(path)}\n")
    sys.stdout.write(f"all: {result}\n")
    well = result.slowest(95) <= given.seconds and result.errors_percent <= given.errors
    sys.stdout.write("as promised\n" if well else f"NOT as promised: {given.seconds:g} s, {given.errors:g} %\n")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
