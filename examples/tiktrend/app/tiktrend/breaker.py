"""A circuit breaker around what is asked of others: in this process, for no gateway or mesh is between it and them."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from .observed import BREAKER_OPEN

T = TypeVar("T")


class Refused(Exception):
    """Nobody asked: it failed too often, a short while ago."""


class Breaker:
    """Opens after some failures in a row, and lets one call try again after some seconds."""

    def __init__(
        self, name: str, *, failures: int = 5, rest_seconds: float = 30, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name, self._most, self._rest, self._clock = name, failures, rest_seconds, clock
        self._failed, self._opened, self._trying = 0, 0.0, False
        self._lock = threading.Lock()
        BREAKER_OPEN.labels(name).set(0)

    def call(self, ask: Callable[[], T]) -> T:
        """Ask, or raise Refused at once."""
        self._enter()
        try:
            answer = ask()
        except Exception:
            self._failure()
            raise
        self._success()
        return answer

    def _enter(self) -> None:
        with self._lock:
            if self._failed < self._most:
                return
            if self._trying or self._clock() - self._opened < self._rest:
                raise Refused(self.name)
            # one alone tries, and the others wait for what it finds
            self._trying = True

    def _failure(self) -> None:
        with self._lock:
            self._failed, self._trying = self._failed + 1, False
            if self._failed >= self._most:
                self._opened = self._clock()
                BREAKER_OPEN.labels(self.name).set(1)

    def _success(self) -> None:
        with self._lock:
            self._failed, self._trying = 0, False
            BREAKER_OPEN.labels(self.name).set(0)
