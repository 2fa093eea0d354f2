"""What a pair of programs is: one that breaks a law in the way people do, and its neighbour that keeps it.

Each program takes the one value in which the two differ. `thread` is where people met the refusal on the real cloud.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Pair:
    """A law's id, what it must say, a program, and the values with which it breaks and keeps the law."""

    law: str
    says: str
    program: Callable[[Any], None]
    bad: Any
    good: Any
    thread: str = ""
    first: Any = None
    """Where the law is about changes: the value with which the stack came up before."""
    destroyed: Sequence[str] = ()
    """Where it is about a second life: what is deleted, in this order, after the stack came up with `first`."""
    silent: bool = False
    """Whether the cloud takes it and does nothing of it, so that the law tells and does not refuse."""
    deletes: str = ""
    """Where the law is about deletion: the name of what is deleted after the program came up."""


GITHUB = "https://github.com/"
