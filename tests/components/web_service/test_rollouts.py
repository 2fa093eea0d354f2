from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.web_service.rollouts import at_once, at_work, longest_seconds, surge


@dataclass(frozen=True)
class Rollout:
    seconds: int
    most: int
    held_up: bool


def rolled_out(replicas: int, more: int, *, quota: int, start: int, grace: int) -> Rollout:
    """Return a Deployment of ready pods that changes with maxUnavailable 0, second by second, under a quota of pods."""
    old, begun, ends, most, held_up, now = replicas, list[int](), list[int](), 0, False, 0
    while True:
        ready = sum(now - each >= start for each in begun)
        leave = min(old, old + ready - replicas)
        old, ends = old - leave, [*(end for end in ends if end > now), *[now + grace] * leave]
        if ready == replicas:
            return Rollout(now, most, held_up)
        wanted = min(replicas - len(begun), replicas + more - old - len(begun))
        given_room = max(0, min(wanted, quota - old - len(begun) - len(ends)))
        held_up = held_up or given_room < wanted
        begun += [now] * given_room
        most, now = max(most, old + len(begun) + len(ends)), now + 1


@given(replicas=st.integers(1, 40), start=st.integers(1, 90), grace=st.integers(1, 200))
def test_a_rollout_of_any_size_is_held_up_by_no_quota_and_done_in_time(replicas: int, start: int, grace: int) -> None:
    done = rolled_out(replicas, surge(replicas), quota=at_once(replicas), start=start, grace=grace)
    assert not done.held_up
    assert done.most <= at_once(replicas)
    assert done.seconds <= 4 * start
    assert done.seconds <= longest_seconds(replicas, start_seconds=180, grace_seconds=grace)


@given(replicas=st.integers(1, 40), grace=st.integers(1, 200))
def test_it_is_done_in_time_where_only_what_works_has_room_too(replicas: int, grace: int) -> None:
    done = rolled_out(replicas, surge(replicas), quota=at_work(replicas), start=90, grace=grace)
    assert done.seconds <= longest_seconds(replicas, start_seconds=180, grace_seconds=grace)


def test_every_old_pod_may_still_be_ending_when_the_last_new_one_comes() -> None:
    assert rolled_out(12, 3, quota=100, start=20, grace=155).most == at_once(12) - 3
    assert rolled_out(12, 3, quota=26, start=20, grace=155).held_up is False


def test_one_by_one_twelve_workers_took_longer_than_the_provider_waits() -> None:
    # as it was: one more pod at a time, and a quota that left no room for those that end
    assert rolled_out(12, 1, quota=100, start=55, grace=155).seconds == 660
    assert rolled_out(12, 1, quota=13, start=55, grace=155).seconds > 2000
    assert rolled_out(12, 3, quota=27, start=55, grace=155).seconds == 220


@pytest.mark.parametrize(
    ("replicas", "more", "works", "exist", "seconds"),
    [(1, 1, 2, 3, 600), (2, 1, 3, 5, 910), (4, 1, 5, 9, 1820), (6, 2, 8, 14, 1365), (12, 3, 15, 27, 1820)],
)
def test_figures(replicas: int, more: int, works: int, exist: int, seconds: int) -> None:
    assert (surge(replicas), at_work(replicas), at_once(replicas)) == (more, works, exist)
    assert longest_seconds(replicas, start_seconds=180, grace_seconds=155) == seconds
