"""What a case is, and how series are written. Times are `1h30m`; values are promtool's: `1x3` is 1 1 1 1, `_` a gap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """What an alert does over these series: when it fires, with which labels of its own, and when it does not."""

    alert: str
    title: str
    series: Mapping[str, str]
    firing: Mapping[str, Sequence[Labels]]
    quiet: Sequence[str]
    severity: str = ""
    interval: str = "1m"


def story(  # a row of a table
    alert: str,
    severity: str,
    title: str,
    series: Mapping[str, str],
    before: str,
    firing: str,
    after: str,
    *labels: Labels,
    interval: str = "1m",
) -> Case:
    """Return an alert that is quiet, fires, and resolves."""
    return Case(alert, title, series, {firing: labels or ({},)}, (before, after), severity, interval)


def calm(alert: str, title: str, series: Mapping[str, str], *at: str, interval: str = "1m") -> Case:
    """Return what is near to raising an alert, and must not."""
    return Case(alert, title, series, {}, at, interval=interval)


def counter(*phases: tuple[int, float]) -> str:
    """Values that grow: (samples, growth from one to the next)."""
    total, values = 0.0, [0.0]
    for samples, growth in phases:
        for _ in range(samples):
            total += growth
            values.append(total)
    return " ".join(f"{value:g}" for value in values)


def unknown(times: int) -> str:
    """Return what CloudWatch does not know."""
    return " ".join(["NaN"] * times)


BOUNDS = ("0.1", "0.2", "0.5", "1", "2", "5", "10", "30", "60", "120", "300", "900", "+Inf")


def answers(
    path: str, seconds: float, *phases: tuple[int, float], code: str = "200", pod: str = "server-a"
) -> dict[str, str]:
    """Answers of a class of paths that all take as long, in Flowise's histogram."""
    name, labels = (
        "flowise_http_request_duration_seconds",
        f'namespace="flowise",pod="{pod}",path="{path}",code="{code}"',
    )
    values, none = counter(*phases), counter((sum(samples for samples, _ in phases), 0))
    buckets = {
        f'{name}_bucket{{{labels},le="{bound}"}}': values if float(bound.replace("+", "")) >= seconds else none
        for bound in BOUNDS
    }
    return {**buckets, f"{name}_count{{{labels}}}": values}
