"""One account of the clouds: the world that stands in it, the laws that hold, and the outages that strike."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from . import laws
from .faults import Outages, parse
from .given import Standing, read
from .laws.inventory import Inventory, LayeredInventory, gone_values
from .laws.law import ResourceOperation
from .laws.references import vpc_of
from .laws.second_life import left_by, taken_by
from .run_options import RunOptions
from .world import Record, World

# What is missing may be on its way: the Kubernetes provider tries again for a while, too.
# https://github.com/pulumi/pulumi-kubernetes: await.Creation retries where a kind or a namespace is not found.
_PATIENCE_SECONDS = 3.0


class RefusedError(Exception):
    """The cloud does not do it; the text says why, and what to do instead."""


class Account:
    """The world behind its laws. Every change is judged and made under one lock, as AWS serializes what conflicts."""

    def __init__(self, world: World, options: RunOptions) -> None:
        self.world = world
        self._options = options
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        given = read(options.given_file)
        self._inventory = Inventory([*given.records, *world], world.gone(), world.left())
        self.known = Standing(world, given)
        self._planned = Inventory()
        self._deleted: list[Record] = []
        self._outages = Outages([parse(text) for text in options.faults])
        self._begun = 0
        self._operations = 0
        self._crashed = False
        self.secrets = options.secrets()
        self.seen: dict[str, str] = {}
        """The type of each resource that the program has, by URN."""

    @contextmanager
    def authorized(self, op: ResourceOperation) -> Iterator[list[str]]:
        """Hold the account for one operation that no law refuses, and give what is to be told of it.

        Raises RefusedError.
        """
        if not op.preview:
            self.raise_if_outage(op.token, op.name, op.operation)
        patience = time.monotonic() + _PATIENCE_SECONDS
        with self._changed:
            while found := self._refusals(op):
                refused = [(law, refusal) for law, refusal in found if not refusal.silent]
                if time.monotonic() > patience or not all(refusal.may_appear for _, refusal in refused or found):
                    if refused:
                        raise RefusedError("\n".join(laws.sentence(op, law, refusal) for law, refusal in refused))
                    break
                self._changed.wait(timeout=patience - time.monotonic())
            if not op.preview:
                self._begun += 1
                self._crash_at(self._begun, self._options.crash_before)
            yield [laws.sentence(op, law, refusal) for law, refusal in found]

    @property
    def judges(self) -> bool:
        """Whether more is refused than wrong shapes."""
        return self._options.laws

    def _refusals(self, op: ResourceOperation) -> list[tuple[laws.Law, laws.Refusal]]:
        if not self.judges:
            return []
        judged = replace(op, inventory=self._view(op.preview), quotas=self._options.quotas)
        return laws.refusals(judged, self._options.laws_off)

    def raise_if_outage(self, token: str, name: str, operation: str) -> None:
        """Fail where an outage strikes. Raises RefusedError."""
        message = self._outages.message(token, name, operation)
        if message:
            raise RefusedError(f"{operation} {token} {name}: {message}")

    def standing(self, *tokens: str) -> list[Record]:
        """Return the resources of some types that exist."""
        with self._lock:
            return self._inventory.of(*tokens)

    def vpc_of(self, subnet: str) -> str:
        """Return the VPC in which a subnet lies; empty where it does not stand here."""
        with self._lock:
            return vpc_of(self._inventory, subnet)

    def plan(self, record: Record) -> None:
        """Remember what a preview would make, so that what comes after it can be judged."""
        with self._changed:
            self._planned.add(record)
            self._changed.notify_all()

    def create(self, record: Record, *, unique: bool) -> None:
        """Add a resource. Raises AlreadyExistsError."""
        self.world.create(record, unique=unique)
        with self._changed:
            self._inventory.add(record)
            self._changed.notify_all()
        self._done()

    def adopt(self, record: Record) -> None:
        """Take in a resource that others made, and that the stack now has."""
        self.world.create(record, unique=False)
        self.world.forget(record.token, record.id)
        with self._changed:
            self._inventory.add(record)
            self._inventory.forget(record.token, record.id)

    def update(self, record: Record) -> None:
        """Change a resource."""
        self.world.update(record)
        with self._changed:
            self._inventory.add(record)
            self._changed.notify_all()
        self._done()

    def delete(self, record: Record) -> None:
        """Remove a resource, but for what outlives it."""
        with self._lock:
            left = left_by(record, self._inventory, self._deleted)
            self.world.delete(record, gone_values(record), left)
            self._deleted.append(record)
            self._inventory.remove(record, left)
            for token, name in taken_by(record):
                self.world.forget(token, name)
        self._done()

    def _view(self, preview: bool) -> Inventory:
        return LayeredInventory(self._inventory, self._planned) if preview else self._inventory

    def _done(self) -> None:
        """Count a finished operation; the last before a crash never reports back, as when a machine dies."""
        with self._changed:
            self._operations += 1
            self._crash_at(self._operations, self._options.crash_after)

    def _crash_at(self, count: int, end: int) -> None:
        """From a crash on let nothing be done, and the lock free: whoever ends the clusters reads what stands."""
        if count == end:
            self._crashed = True
            sys.stdout.write("crash\n")
            sys.stdout.flush()
        while self._crashed:
            self._changed.wait()
