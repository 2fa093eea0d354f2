import pytest

from components.shared.windows import daily, weekly


@pytest.mark.parametrize(
    ("day", "week", "meets"),
    [
        ("02:00-03:00", "sun:02:59-sun:03:30", True),
        ("02:00-03:00", "sun:03:00-sun:04:00", False),
        ("23:30-00:30", "mon:00:00-mon:01:00", True),
        ("23:30-00:30", "sun:23:45-mon:00:15", True),
        ("23:30-00:30", "mon:00:30-mon:01:30", False),
        ("12:00-13:00", "sat:22:00-sun:23:00", True),
    ],
)
def test_windows_meet_where_they_have_a_minute_in_common(day: str, week: str, meets: bool) -> None:
    (kept,) = weekly(week)
    assert any(each.meets(kept) for each in daily(day)) is meets
    assert any(kept.meets(each) for each in daily(day)) is meets


def test_the_time_before_a_window_counts_back_over_the_end_of_the_week() -> None:
    (kept,) = weekly("mon:00:30-mon:01:00")
    assert weekly("sun:23:40-sun:23:50")[0].meets(kept.with_before(60))
    assert not weekly("sun:23:20-sun:23:30")[0].meets(kept.with_before(60))
