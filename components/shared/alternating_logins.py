"""Two logins that take turns, so that a password changes while the application runs.

The application uses one; a change gives the other a new password and hands the application over to it. What still runs
with the first one goes on working, for its password changes only the time after.
"""

from dataclasses import dataclass
from typing import Literal

Slot = Literal["a", "b"]


@dataclass(frozen=True)
class Login:
    """One of the two; `generation` is the change that last gave it a password."""

    slot: Slot
    generation: int


def logins(generation: int) -> tuple[Login, Login]:
    """Return both after so many changes, the one in use first."""
    slots: tuple[Slot, Slot] = ("a", "b") if generation % 2 else ("b", "a")
    return Login(slots[0], generation), Login(slots[1], generation - 1)
