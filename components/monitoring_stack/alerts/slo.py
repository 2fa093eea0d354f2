"""Service level objectives: recordings of how they are kept, alerts on how fast the error budget burns.

Windows, burn rates and severities are those of Google's SRE workbook, chapter 5 "Alerting on SLOs", approach 6
(multiwindow, multi-burn-rate): 2 % of a 30-day budget in an hour and 5 % in six hours wake somebody, 10 % in one day or
three wait. For another period the rates scale with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ...shared.watch import Alert, Objective, Recording, Severity, either

# how far back error ratios are recorded, whatever the objective's period
WINDOWS = ("30m", "1h", "2h", "6h", "1d", "3d", "30d")
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
        """Return how many times too fast the budget goes, where the objective is over so many days."""
        return self.budget_share * days * 24 / self.hours


BURNS = (
    Burn(FAST, "1h", "5m", 1, 0.02),
    Burn(FAST, "6h", "30m", 6, 0.05),
    Burn(SLOW, "1d", "2h", 24, 0.10),
    Burn(SLOW, "3d", "6h", 72, 0.10),
)


def recordings(promised: Sequence[Objective]) -> list[Recording]:
    """Return what is recorded: objectives, events, shares of failure per window, and what is left of the budgets."""
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
    """Return the alerts on burning and spent budgets, per objective."""
    steady = [each for each in promised if each.steady]
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
            description="More failed than the objective allows. {{ $value | humanizePercentage }} of the budget is left; "
            "below zero the objective is missed.",
        ),
        *([_unknown(steady)] if steady else []),
    ]


def _unknown(steady: Sequence[Objective]) -> Alert:
    return Alert(
        name="SloUnknown",
        expression=either(*(f'absent(slo:error_ratio:rate5m{{slo="{each.slo}"}})' for each in steady)),
        lasting="30m",
        severity="warning",
        summary="An SLO cannot be computed",
        description="Nothing that it is measured by has a figure: " + ", ".join(each.slo for each in steady) + ".",
    )


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
        summary=f"The error budget burns too fast: {each.slo}",
        description=f"{{{{ $value | humanizePercentage }}}} fail, where {each.budget:.2%} may over {each.days} days.",
    )
