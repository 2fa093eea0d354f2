import pytest

from components.shared.alternating_logins import logins


@pytest.mark.parametrize("generation", range(1, 12))
def test_a_change_touches_only_the_login_that_was_not_in_use(generation: int) -> None:
    used, other = logins(generation)
    next_used, next_other = logins(generation + 1)
    assert next_other == used  # what runs with it goes on
    assert next_used.slot == other.slot
    assert next_used.generation > other.generation


def test_the_first_is_a() -> None:
    assert [(login.slot, login.generation) for login in logins(1)] == [("a", 1), ("b", 0)]
