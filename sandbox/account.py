"""One account of the clouds: the world that stands in it, the laws that hold, and the outages that strike."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from . import laws
from .faults import Outages, parse
from .laws.known import Known, Layered, gone_values
from .laws.law import Act
from .laws.references import vpc_of
from .rules import Rules
from .world import Record, World

# What is missing may be on its way: the Kubernetes provider tries again for a while, too.
# https://github.com/pulumi/pulumi-kubernetes: await.Creation retries where a kind or a namespace is not found.
_PATIENCE_SECONDS = 3.0


class RefusedError(Exception):
    """The cloud does not do it; the text says why, and what to do instead."""


class Account:
    """The world behind its laws. Every change is judged and made under one lock, as AWS serializes what conflicts."""

    def __init__(self, world: World, rules: Rules) -> None:
        self.world = world
        self._rules = rules
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._known = Known(world, world.gone())
        self._planned = Known()
        self._outages = Outages([parse(text) for text in rules.faults])
        self._begun = 0
        self._operations = 0
        self._crashed = False
        self.secrets = rules.secrets()

    @contextmanager
    def judged(self, act: Act) -> Iterator[None]:
        """Hold the account for one operation that no law refuses. Raises RefusedError."""
        if not act.preview:
            self.strike(act.token, act.name, act.operation)
        patience = time.monotonic() + _PATIENCE_SECONDS
        with self._changed:
            while refused := self._refusals(act):
                if time.monotonic() > patience or not all(refusal.may_appear for _, refusal in refused):
                    raise RefusedError("\n".join(laws.sentence(act, law, refusal) for law, refusal in refused))
                self._changed.wait(timeout=patience - time.monotonic())
            if not act.preview:
                self._begun += 1
                self._crash_at(self._begun, self._rules.crash_before)
            yield

    def _refusals(self, act: Act) -> list[tuple[laws.Law, laws.Refusal]]:
        if not self._rules.laws:
            return []
        return laws.refusals(replace(act, world=self._view(act.preview), quotas=self._rules.quotas))

    def strike(self, token: str, name: str, operation: str) -> None:
        """Fail where an outage strikes. Raises RefusedError."""
        message = self._outages.message(token, name, operation)
        if message:
            raise RefusedError(f"{operation} {token} {name}: {message}")

    def standing(self, *tokens: str) -> list[Record]:
        """The resources of some types that exist."""
        with self._lock:
            return self._known.of(*tokens)

    def vpc_of(self, subnet: str) -> str:
        """The VPC in which a subnet lies; empty where it does not stand here."""
        with self._lock:
            return vpc_of(self._known, subnet)

    def plan(self, record: Record) -> None:
        """Remember what a preview would make, so that what comes after it can be judged."""
        with self._changed:
            self._planned.add(record)
            self._changed.notify_all()

    def create(self, record: Record, *, unique: bool) -> None:
        """Add a resource. Raises AlreadyExistsError."""
        self.world.create(record, unique=unique)
        with self._changed:
            self._known.add(record)
            self._changed.notify_all()
        self._done()

    def update(self, record: Record) -> None:
        """Change a resource."""
        self.world.update(record)
        with self._changed:
            self._known.add(record)
            self._changed.notify_all()
        self._done()

    def delete(self, record: Record) -> None:
        """Remove a resource."""
        self.world.delete(record, gone_values(record))
        with self._lock:
            self._known.remove(record)
        self._done()

    def _view(self, preview: bool) -> Known:
        return Layered(self._known, self._planned) if preview else self._known

    def _done(self) -> None:
        """Count a finished operation; the last before a crash never reports back, as when a machine dies."""
        with self._changed:
            self._operations += 1
            self._crash_at(self._operations, self._rules.crash_after)

    def _crash_at(self, count: int, end: int) -> None:
        """From a crash on let nothing be done, and the lock free: whoever ends the clusters reads what stands."""
        if count == end:
            self._crashed = True
            sys.stdout.write("crash\n")
            sys.stdout.flush()
        while self._crashed:
            self._changed.wait()
