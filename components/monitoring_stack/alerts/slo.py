"""Service level objectives: recordings of how they are kept, alerts on how fast the error budget burns.

Windows, burn rates and severities are those of Google's SRE workbook, chapter 5 "Alerting on SLOs", approach 6
(multiwindow, multi-burn-rate): 2 % of a 30-day budget in an hour and 5 % in six hours wake somebody, 10 % in one day or
three wait. For another period the rates scale with it.

Availability is time: each five minutes count alike, and count as bad by the worse of two views, the servers' (share of
5xx) and the one from outside (share of probes that failed), for servers that are gone count no errors. Latency is
counted by requests.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..settings.objectives import Objectives
from .model import IN_FLOWISE, SITE_JOB, Alert, Recording, Severity, either, ratio
from .service import SECONDS

WINDOWS = ("30m", "1h", "2h", "6h", "1d", "3d", "30d")
HOURS_OF_MONTH = 30 * 24
FAST, SLOW = "SloBurnFast", "SloBurnSlow"


@dataclass(frozen=True)
class Burn:
    """Both windows must burn so fast; the short one ends the alert soon after the trouble."""

    alert: str
    long: str
    short: str
    hours: int
    budget_share: float

    def rate(self, days: int) -> float:
        """Give how many times too fast the budget goes, where the objective is over so many days."""
        return self.budget_share * days * 24 / self.hours


BURNS = (
    Burn(FAST, "1h", "5m", 1, 0.02),
    Burn(FAST, "6h", "30m", 6, 0.05),
    Burn(SLOW, "1d", "2h", 24, 0.10),
    Burn(SLOW, "3d", "6h", 72, 0.10),
)


@dataclass(frozen=True, kw_only=True)
class Objective:
    """One promise. `bad` and `events` are rates over five minutes, whose quotient is the share that breaks it."""

    slo: str
    share: float
    days: int
    bad: str
    events: str

    @property
    def budget(self) -> float:
        """Give the share that may fail."""
        return round(1 - self.share, 10)


def objectives(promised: Objectives) -> tuple[Objective, ...]:
    """Give the objectives of what is promised."""
    share, days = promised.latency_percent / 100, promised.latency_days
    return (
        Objective(
            slo="availability",
            share=promised.availability_percent / 100,
            days=promised.availability_days,
            bad="max(\n" + either(*_views()) + "\n)",
            events='slo:bad_events:rate5m{slo="availability"} >= bool 0',
        ),
        _in_time("latency-prediction", "prediction", promised.prediction_seconds, share=share, days=days),
        _in_time("latency-page", "page|assets", promised.page_seconds, share=share, days=days),
        _in_time("latency-api", "api|auth", promised.api_seconds, share=share, days=days),
    )


def _views() -> tuple[str, str]:
    failed = f'sum(rate({SECONDS}_count{{{IN_FLOWISE},code=~"5.."}}[5m]))'
    servers = ratio(failed, f"sum(rate({SECONDS}_count{{{IN_FLOWISE}}}[5m]))")
    outside = f'1 - min(avg_over_time(probe_success{{job="{SITE_JOB}"}}[5m]))'
    return (
        f'label_replace({servers}, "seen_by", "servers", "", "")',
        f'label_replace({outside}, "seen_by", "outside", "", "")',
    )


def _in_time(slo: str, paths: str, seconds: float, *, share: float, days: int) -> Objective:
    where = f'{IN_FLOWISE},path=~"{paths}"'
    # both spellings of a whole number: Prometheus 3 writes 1.0 where an exporter wrote 1
    bounds = f"{seconds:g}|{float(seconds)}".replace(".", "[.]")
    answers = f"sum(rate({SECONDS}_count{{{where}}}[5m]))"
    return Objective(
        slo=slo,
        share=share,
        days=days,
        bad=f'{answers} - sum(rate({SECONDS}_bucket{{{where},le=~"{bounds}"}}[5m]))',
        events=answers,
    )


def recordings(promised: Sequence[Objective]) -> list[Recording]:
    """Give what is recorded: objectives, events, shares of failure per window, and what is left of the budgets."""
    series = []
    for each in promised:
        labels = {"slo": each.slo}
        series += [
            Recording("slo:objective:ratio", f"vector({each.share:g})", labels),
            Recording("slo:bad_events:rate5m", each.bad, labels),
            Recording("slo:events:rate5m", each.events, labels),
        ]
    bad, events = "slo:bad_events:rate5m", "slo:events:rate5m"
    series.append(Recording("slo:error_ratio:rate5m", f"{bad} / ({events} > 0)"))
    periods = sorted({f"{each.days}d" for each in promised} - set(WINDOWS))
    series += [
        Recording(
            f"slo:error_ratio:rate{window}",
            f"sum_over_time({bad}[{window}]) / (sum_over_time({events}[{window}]) > 0)",
        )
        for window in (*WINDOWS, *periods)
    ]
    left = either(*(f'slo:error_ratio:rate{each.days}d{{slo="{each.slo}"}}' for each in promised))
    series.append(Recording("slo:error_budget_left:ratio", f"1 - (\n{left}\n) / (1 - slo:objective:ratio)"))
    return series


def alerts(promised: Sequence[Objective]) -> list[Alert]:
    """Give the alerts on burning and spent budgets, per objective."""
    burning = [
        *(_burning(each, FAST, "critical", "2m") for each in promised),
        *(_burning(each, SLOW, "warning", "15m") for each in promised),
    ]
    return [
        *(each for each in burning if each.expression),
        Alert(
            name="ErrorBudgetSpent",
            expression="slo:error_budget_left:ratio <= 0",
            lasting="5m",
            severity="warning",
            summary="The error budget is spent: {{ $labels.slo }}",
            description="More failed than was promised. {{ $value | humanizePercentage }} of the budget is left; below "
            "zero the promise is broken.",
        ),
        Alert(
            name="SloUnknown",
            expression='absent(slo:error_ratio:rate5m{slo="availability"})',
            lasting="30m",
            severity="warning",
            summary="Nobody knows whether the promise is kept",
            description="Neither the servers nor the probe from outside tell of availability.",
        ),
    ]


def _burning(each: Objective, name: str, severity: Severity, lasting: str) -> Alert:
    where = f'{{slo="{each.slo}"}}'
    pairs = []
    for burn in BURNS:
        rate = burn.rate(each.days)
        # at a rate of 1 and less the budget lasts: nothing burns
        if burn.alert == name and rate >= 1:
            limit = f"{rate * each.budget:.6g}"
            pairs.append(
                f"slo:error_ratio:rate{burn.long}{where} > {limit} and slo:error_ratio:rate{burn.short}{where} > {limit}"
            )
    return Alert(
        name=name,
        expression=either(*pairs),
        lasting=lasting,
        severity=severity,
        # told apart by it, for all have one name
        labels={"slo": each.slo},
        summary=f"The error budget burns: {each.slo}",
        description=f"{{{{ $value | humanizePercentage }}}} fail, where {each.budget:.2%} may over {each.days} days.",
    )
