"""What a drill's timeline means."""

from sandbox.drills.observer import Sample, Timeline
from sandbox.drills.verdict import Expectation, judge, render

SERVICE = ("flowise", "server")
PLANNED, LOSS = Expectation(keeps_floor=True, keeps_zones=False), Expectation(keeps_floor=False, keeps_zones=False)


def faults(expectation: Expectation, *ready: int) -> list[str]:
    samples = [Sample(float(second), {SERVICE: {"a": number}}) for second, number in enumerate(ready)]
    verdict = judge(Timeline(samples), expectation, {}, [])
    found = [line for line in verdict.lines if line.startswith("FAULT")]
    assert verdict.holds is not bool(found)
    return found


def test_two_of_three_will_do() -> None:
    assert faults(PLANNED, 3, 2, 3) == []


def test_one_of_three_will_do_only_where_machines_are_lost() -> None:
    assert faults(PLANNED, 3, 1, 3) == ["FAULT flowise/server: 1 ready endpoints at the lowest, 2 are promised"]
    assert faults(LOSS, 3, 1, 3) == []


def test_none_will_never_do() -> None:
    assert faults(LOSS, 3, 0, 3) == ["FAULT flowise/server: no ready endpoint at the lowest"]
    assert faults(PLANNED, 3, 0, 3) == ["FAULT flowise/server: no ready endpoint at the lowest"]


def test_who_does_not_come_back_is_missed() -> None:
    assert faults(LOSS, 3, 2, 2) == ["FAULT flowise/server: 2 of 3 endpoints are back"]


def test_what_waits_for_a_lost_zone_is_named_and_no_fault() -> None:
    samples = [Sample(0.0, {SERVICE: {"a": 3}}), Sample(1.0, {SERVICE: {"b": 3}})]
    unplaced = {"shop/search-0": "volume node affinity conflict", "shop/server-1": "Insufficient cpu"}
    verdict = judge(Timeline(samples), LOSS, unplaced, [], stranded={"shop/search-0": "a"})
    assert verdict.holds
    assert verdict.lines[1:] == [
        "no place for shop/server-1: Insufficient cpu",
        "away until a is back, where its volume lies: shop/search-0",
    ]
    assert render("zone-loss", Timeline(samples), verdict).endswith("\nzone-loss: HOLDS, but for shop/search-0")


def test_of_one_replica_nothing_is_promised() -> None:
    assert faults(PLANNED, 1, 0, 0) == []
