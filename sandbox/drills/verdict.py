"""What a drill's timeline means: pure functions of what was seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .observer import Service, Timeline

# What a Service with several replicas is asked to keep through a planned change.
FLOOR = 2


@dataclass(frozen=True)
class Expectation:
    """What a drill promises: a floor throughout (not where hardware is lost), and being whole again at the end."""

    keeps_floor: bool
    keeps_zones: bool


@dataclass(frozen=True)
class Verdict:
    """Whether the stack held, and why not; `but` names what no stack could hold, as the loss of a zone's volumes."""

    holds: bool
    lines: Sequence[str]
    but: Sequence[str] = ()


def judge(
    timeline: Timeline,
    expectation: Expectation,
    unplaced: Mapping[str, str],
    lacking: Sequence[str],
    found: Sequence[str] = (),
    stranded: Mapping[str, str] | None = None,
) -> Verdict:
    """Return the verdict over every Service that was ready when the drill began, and what the drill found besides.

    `stranded` are pods whose volume lies in a zone that is lost: named, whoever's they are, and no fault.
    """
    away = stranded or {}
    lines: list[str] = []
    faults = list(found)
    first, last = timeline.samples[0].ready, timeline.samples[-1].ready
    for service, zones in sorted(first.items()):
        before, after, floor = sum(zones.values()), sum(last.get(service, {}).values()), min(FLOOR, sum(zones.values()))
        if not before:
            continue
        lowest, below = timeline.lowest(service), timeline.seconds_below(service, floor)
        fewest = timeline.fewest_zones(service)
        name = "/".join(service)
        lines.append(
            f"{name}: {before} ready at first, {lowest} at the lowest ({100 * lowest // before} %) in {fewest} "
            f"zone(s), {after} at the end; {below:.1f} s below {floor}"
        )
        if before < FLOOR:
            lines.append(f"{name}: one replica, of which nothing is promised")
            continue
        if not lowest:
            faults.append(f"{name}: no ready endpoint at the lowest")
        elif expectation.keeps_floor and lowest < floor:
            faults.append(f"{name}: {lowest} ready endpoints at the lowest, {floor} are promised")
        if expectation.keeps_zones and fewest < min(FLOOR, len(zones)):
            faults.append(f"{name}: ready in {fewest} zone(s) at the lowest, {min(FLOOR, len(zones))} are promised")
        if after < before:
            faults.append(f"{name}: {after} of {before} endpoints are back")
    faults += [f"{what} is not whole again" for what in lacking]
    lines += [f"no place for {pod}: {why}" for pod, why in sorted(unplaced.items()) if pod not in away]
    lines += [f"away until {zone} is back, where its volume lies: {pod}" for pod, zone in sorted(away.items())]
    return Verdict(not faults, [*lines, *(f"FAULT {fault}" for fault in faults)], sorted(away))


def render(name: str, timeline: Timeline, verdict: Verdict) -> str:
    """Return the drill as it is printed: what was done, the changes that were seen, the verdict."""
    rows = [(seconds, what) for seconds, what in timeline.events]
    before: Mapping[Service, Mapping[str, int]] = {}
    for sample in timeline.samples:
        for service, zones in sample.ready.items():
            if zones != before.get(service):
                shown = ", ".join(f"{zone} {n}" for zone, n in sorted(zones.items()) if n) or "none"
                rows.append((sample.seconds, f"  {'/'.join(service)} ready: {shown}"))
        before = sample.ready
    timed = [f"{seconds:7.1f} s  {what}" for seconds, what in sorted(rows, key=lambda row: row[0])]
    held = "HOLDS" if verdict.holds else "DOES NOT HOLD"
    but = f", but for {', '.join(verdict.but)}" if verdict.but else ""
    return "\n".join([*timed, *verdict.lines, f"{name}: {held}{but}"])
