"""The engine's keys: a master key that never leaves its namespace, and keys derived from it that may do little.

MeiliSearch derives the value of an API key from the master key and the key's uid, HMAC-SHA256 in hexadecimal
(meilisearch-auth, `generate_key_as_hexa`), so that a program knows it before the engine has been asked to make it.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_random as random

# a production server refuses one of less than 16 bytes
MASTER_KEY_LENGTH = 48
APPLICATION, METRICS, SNAPSHOTS = "application", "metrics", "snapshots"
# what an application does with its own indexes: it searches, fills and configures them, and asks how its writes went
APPLICATION_ACTIONS = (
    "search",
    "documents.add",
    "documents.get",
    "documents.delete",
    "indexes.create",
    "indexes.get",
    "settings.get",
    "settings.update",
    "tasks.get",
)


@dataclass(frozen=True)
class Grant:
    """What a key may do, and with which indexes."""

    actions: Sequence[str]
    indexes: Sequence[str] = ("*",)


def grants(indexes: Sequence[str]) -> Mapping[str, Grant]:
    """Return the keys by role; the application's is for its own indexes alone."""
    return {
        APPLICATION: Grant(APPLICATION_ACTIONS, indexes),
        METRICS: Grant(("metrics.get",)),
        SNAPSHOTS: Grant(("snapshots.create", "tasks.get")),
    }


def derived(master_key: str, uid: str) -> str:
    """Return the value of the key of a uid."""
    return hmac.new(master_key.encode(), uid.lower().encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Keys:
    """The master key, and by role the uid and the value of each key."""

    master: pulumi.Output[str]
    uids: Mapping[str, pulumi.Output[str]]
    values: Mapping[str, pulumi.Output[str]]
    granted: Mapping[str, Grant]

    def wanted(self) -> pulumi.Output[str]:
        """Return what the engine is asked to have, as JSON; it has no secret."""
        roles = sorted(self.granted)
        return pulumi.Output.all(*(self.uids[role] for role in roles)).apply(
            lambda uids: json.dumps(
                [
                    {
                        "uid": uid,
                        "name": role,
                        "actions": list(self.granted[role].actions),
                        "indexes": list(self.granted[role].indexes),
                    }
                    for role, uid in zip(roles, uids, strict=True)
                ]
            )
        )


def make_keys(name: str, indexes: Sequence[str], opts: pulumi.ResourceOptions) -> Keys:
    """Make the master key and what is derived from it."""
    granted = grants(indexes)
    master = random.RandomPassword(f"{name}-master-key", length=MASTER_KEY_LENGTH, special=False, opts=opts).result
    uids = {role: random.RandomUuid(f"{name}-{role}-uid", opts=opts).result for role in granted}
    # of a secret: so are the values
    values = {role: pulumi.Output.all(master, uid).apply(lambda both: derived(*both)) for role, uid in uids.items()}
    return Keys(master, uids, values, granted)
