"""Outages, played: operations that fail as they would on a bad day, and an engine that dies in the midst of one."""

import random
import re
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# The AWS provider's default `max_retries`: a throttled call is tried again before the user hears of it.
# https://www.pulumi.com/registry/packages/aws/installation-configuration/
_RETRIES = 25
_THROTTLED = re.compile(r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown")
_SYNTAX = re.compile(r"(?P<type>[^@]+)@(?P<operation>create|update|delete|read)=(?P<rest>.+)", re.DOTALL)


class FaultSyntaxError(ValueError):
    """A fault that cannot be read; the text says what to write."""


@dataclass(frozen=True)
class Fault:
    """One kind of failure: which operations it strikes, what they say, how often."""

    type: str
    name: str
    operation: str
    message: str
    times: int
    probability: float
    seed: int

    def strikes(self, token: str, name: str, operation: str) -> bool:
        """Return whether it may strike this operation."""
        return (
            operation == self.operation
            and self.type in ("*", token, token.rpartition(":")[2])
            and self.name in ("", name)
        )


def parse(text: str) -> Fault:
    """Read `TYPE[:name]@operation=MESSAGE[;times=N][;probability=P][;seed=S]`.

    TYPE is a whole token (`aws:rds/instance:Instance`), its last word (`Instance`) or `*`. Raises FaultSyntaxError.
    """
    found = _SYNTAX.fullmatch(text)
    if found is None:
        raise FaultSyntaxError(
            f"--fault {text}: write TYPE[:name]@create=MESSAGE (or update, delete, read), "
            "as in --fault 'Instance:db@create=InsufficientDBInstanceCapacity;times=1'"
        )
    message, *options = found["rest"].split(";")
    values = dict(option.partition("=")[::2] for option in options)
    unknown = values.keys() - {"times", "probability", "seed"}
    if unknown:
        raise FaultSyntaxError(
            f"--fault {text}: there is no option {', '.join(sorted(unknown))}: times, probability, seed"
        )
    parts = found["type"].split(":")
    whole = len(parts) > 2  # noqa: PLR2004 # package, module and class
    resource_type, name = (":".join(parts[:3]), ":".join(parts[3:])) if whole else (parts[0], ":".join(parts[1:]))
    try:
        times, probability = int(values.get("times", 1 << 30)), float(values.get("probability", 1))
        seed = int(values.get("seed", 0))
    except ValueError:
        times, probability, seed = -1, 0, 0
    if times < 0 or not 0 <= probability <= 1:
        raise FaultSyntaxError(f"--fault {text}: times and seed are whole numbers, probability is from 0 to 1")
    return Fault(resource_type, name, found["operation"], message, times, probability, seed)


class Outages:
    """The faults of one run. Safe to use from several threads.

    Chance goes by the operation and how often it was tried, not by the order in which operations arrive, which differs
    from run to run.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._lock = threading.Lock()
        self._left = [fault.times for fault in faults]
        self._tries = Counter[tuple[int, str, str, str]]()
        self._faults = faults

    def message(self, token: str, name: str, operation: str) -> str:
        """Return what the operation fails with; empty where it goes through, or only after being
        throttled for a while.
        """
        with self._lock:
            for index, fault in enumerate(self._faults):
                if not fault.strikes(token, name, operation):
                    continue
                attempts = _RETRIES if _THROTTLED.search(fault.message) else 1
                if all(self._struck(index, token, name, operation) for _ in range(attempts)):
                    return fault.message
        return ""

    def _struck(self, index: int, token: str, name: str, operation: str) -> bool:
        fault, tried = self._faults[index], (index, token, name, operation)
        self._tries[tried] += 1
        chance = random.Random(f"{fault.seed} {self._tries[tried]} {token} {name} {operation}").random()
        if self._left[index] <= 0 or chance >= fault.probability:
            return False
        self._left[index] -= 1
        return True
