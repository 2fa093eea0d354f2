"""ElastiCache replication groups."""

from typing import Any

from .reading import get
from .rule import Rule

_GROUP = r"aws:elasticache/replicationGroup:ReplicationGroup"


def _in_transit(props: dict[str, Any]) -> bool:
    return get(props, "transitEncryptionEnabled") is True and get(props, "transitEncryptionMode") in ("required", None)


RULES = (
    Rule(
        "ec-encrypted-rest",
        "critical",
        _GROUP,
        lambda p: get(p, "atRestEncryptionEnabled") in (True, "true"),
        "set atRestEncryptionEnabled",
        "FSBP ElastiCache.4",
    ),
    Rule(
        "ec-encrypted-transit",
        "critical",
        _GROUP,
        _in_transit,
        "set transitEncryptionEnabled, with transitEncryptionMode required",
        "FSBP ElastiCache.5",
    ),
    Rule(
        "ec-auth",
        "high",
        _GROUP,
        lambda p: any(get(p, key) is not None for key in ("authToken", "authTokenWo", "userGroupIds")),
        "give an authToken or user groups: whoever reaches the port must say who they are",
        "FSBP ElastiCache.6",
    ),
)
