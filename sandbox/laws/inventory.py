"""What stands in the account, as laws ask for it: by type, by id or ARN, and by who refers to what."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from ..world import Left, Record

# The ids that EC2 and its kin make up: vpc-0123456789abcdef0.
_GENERATED = re.compile(r"[a-z]+-0[0-9a-f]{16}")
_LONGEST_REFERENCE = 2048  # an ARN is no longer; a document is no reference


class Inventory:
    """An index over resources that stand. Not safe to use from several threads at once."""

    def __init__(self, records: Iterable[Record] = (), gone: Iterable[str] = (), left: Iterable[Left] = ()) -> None:
        self._records: dict[tuple[str, str], Record] = {}
        self._by_token: dict[str, dict[tuple[str, str], Record]] = defaultdict(dict)
        self._owners: dict[str, Record] = {}
        self._users: dict[str, dict[tuple[str, str], Record]] = defaultdict(dict)
        self._gone = set(gone)
        self._left = {(each.token, each.name): each for each in left}
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """Take in a resource, in place of what the same URN and id were before."""
        key = (record.urn, record.id)
        if key in self._records:
            self._forget(self._records[key])
        self._records[key] = record
        self._by_token[record.token][key] = record
        for value in _given_by(record):
            self._owners[value] = _nearer(value, record, self._owners.get(value))
            self._gone.discard(value)
        for value in _texts(record.inputs):
            self._users[value][key] = record

    def remove(self, record: Record, left: Iterable[Left] = ()) -> None:
        """Forget a resource; its id and ARN are remembered as gone, and what outlives it as `left`."""
        self._left.update({(each.token, each.name): each for each in left})
        stood = self._records.get((record.urn, record.id))
        if stood is not None:
            self._forget(stood)
            self._gone |= gone_values(stood)

    def _forget(self, record: Record) -> None:
        key = (record.urn, record.id)
        self._records.pop(key, None)
        self._by_token[record.token].pop(key, None)
        for value in _given_by(record):
            if self._owners.get(value) is record:
                del self._owners[value]
        for value in _texts(record.inputs):
            self._users[value].pop(key, None)

    def of(self, *tokens: str) -> list[Record]:
        """Return all resources of these types."""
        return [record for token in tokens for record in self._by_token.get(token, {}).values()]

    def owner(self, value: str) -> Record | None:
        """Return the resource whose id, ARN or other computed identifier this is."""
        return self._owners.get(value)

    def users(self, value: str) -> list[Record]:
        """Return the resources whose inputs hold this text."""
        return list(self._users.get(value, {}).values())

    def gone(self, value: str) -> bool:
        """Return whether this was the id or ARN of a resource that no longer stands."""
        return value in self._gone and value not in self._owners

    def left(self, token: str, name: str, region: str) -> Left | None:
        """Return what of this type and name outlived its resource in a region."""
        found = self._left.get((token, name))
        return found if found is not None and found.region in ("", region) else None

    def forget(self, token: str, name: str) -> None:
        """Take away what outlived its resource."""
        self._left.pop((token, name), None)

    def urns(self) -> set[str]:
        """Return the URNs of all that stands."""
        return {urn for urn, _ in self._records}

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())


class LayeredInventory(Inventory):
    """What stands, and over it what the preview has planned so far."""

    def __init__(self, base: Inventory, planned: Inventory) -> None:
        super().__init__()
        self._base, self._planned = base, planned

    def of(self, *tokens: str) -> list[Record]:
        """As Inventory.of; a planned resource hides the one that it will update."""
        planned = self._planned.of(*tokens)
        urns = {record.urn for record in planned}
        return [record for record in self._base.of(*tokens) if record.urn not in urns] + planned

    def owner(self, value: str) -> Record | None:
        """As Inventory.owner."""
        planned, standing = self._planned.owner(value), self._base.owner(value)
        return _nearer(value, planned, standing) if planned else standing

    def users(self, value: str) -> list[Record]:
        """As Inventory.users."""
        planned = self._planned.urns()
        return [r for r in self._base.users(value) if r.urn not in planned] + self._planned.users(value)

    def gone(self, value: str) -> bool:
        """As Inventory.gone."""
        return self._base.gone(value)

    def left(self, token: str, name: str, region: str) -> Left | None:
        """As Inventory.left."""
        return self._base.left(token, name, region)

    def __iter__(self) -> Iterator[Record]:
        planned = self._planned.urns()
        yield from (record for record in self._base if record.urn not in planned)
        yield from self._planned


def _nearer(value: str, record: Record, other: Record | None) -> Record:
    """Whose a value is: of what bears it as its id, rather than of what only tells it (the `vpcId` of a subnet group)."""
    return other if other is not None and other.id == value != record.id else record


def gone_values(record: Record) -> set[str]:
    """Return what of a deleted AWS resource may not be used any more: generated ids and ARNs. A name may be used again."""
    if not record.token.startswith("aws:"):
        return set()
    arn = record.outputs.get("arn")
    given = set(_texts(record.inputs))
    values = {record.id if _GENERATED.fullmatch(record.id) else "", arn if isinstance(arn, str) else ""}
    return {value for value in values if value and value not in given}


def _given_by(record: Record) -> Iterator[str]:
    """Identifiers that this resource alone gives: its id, and ids and ARNs among its outputs that no input set."""
    if record.id:
        yield record.id
    given = set(_texts(record.inputs))
    for value in _texts(record.outputs):
        if value not in given and (value.startswith("arn:") or _GENERATED.fullmatch(value)):
            yield value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if 0 < len(value) <= _LONGEST_REFERENCE:
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
