"""Settings of the cache."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ..config.problems import Problem
from ..config.section import FAMILY, SIZE, InProd, LogDays, Section
from ..config.sizes import CACHE_NODE_TYPES
from ..shared.network_policies import Road
from .existing_settings import ExistingCacheSettings

# CreateReplicationGroup: SnapshotRetentionLimit.
ELASTICACHE_MAX_SNAPSHOT_DAYS = 35
# CreateReplicationGroup: NumCacheClusters is at most 6, one of them the primary.
ELASTICACHE_MAX_REPLICAS = 5


# ElastiCache user guide, parameters of Valkey: maxmemory-policy; without those that choose at random.
EvictionPolicy = Literal["noeviction", "allkeys-lru", "allkeys-lfu", "volatile-lru", "volatile-lfu", "volatile-ttl"]


class CacheSettings(Section):
    """The Valkey replication group."""

    engine_version: Literal["7.2", "8.0", "8.1", "8.2", "9.0", "9.1"] = Field(
        default="8.2", description="Valkey version, major.minor; cannot go back"
    )
    node_type: Annotated[str, StringConstraints(pattern=rf"^cache\.{FAMILY}\.{SIZE}$"), CACHE_NODE_TYPES] = Field(
        default="cache.t4g.small", description="node type", examples=["cache.t4g.small"]
    )
    eviction_policy: EvictionPolicy = Field(
        default="noeviction",
        description="what goes when memory is full: nothing, so that writes are refused (a queue loses no job), or "
        "keys (allkeys), or only keys that expire (volatile): those used longest ago (lru), least often (lfu), or with "
        "the least time left (ttl)",
    )
    replicas: Annotated[int, InProd(at_least=1)] = Field(
        default=0,
        ge=0,
        le=ELASTICACHE_MAX_REPLICAS,
        description="replicas beside the primary; with one or more, failover is automatic and across zones",
    )
    snapshot_retention_days: Annotated[int, InProd(at_least=7)] = Field(
        default=1,
        ge=0,
        le=ELASTICACHE_MAX_SNAPSHOT_DAYS,
        description="days that daily snapshots are kept; 0 takes none",
    )
    final_snapshot: Annotated[bool, InProd(equals=True)] = Field(
        default=True, description="a last snapshot is taken when the group is deleted"
    )
    password_generation: int = Field(
        default=1,
        ge=1,
        description="raise by one to change the password; the one before works until the next change",
    )
    restore_snapshot: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,254}$")] | None = Field(
        default=None,
        description="name of a snapshot that a new group begins with; ignored while one stands",
        examples=["orders-prod-final-1a2b3c4d"],
    )
    log_retention_days: LogDays = Field(default=14, description="days that engine and slow logs are kept")

    existing: ExistingCacheSettings | None = Field(
        default=None, description="a cache that was there before, used instead of making one"
    )

    def problems(self) -> Iterator[Problem]:
        """Judge that nothing is asked of a cache that was there before."""
        if self.existing is None:
            return
        made = {
            "restore_snapshot": self.restore_snapshot is not None,
            "password_generation": self.password_generation > 1,
        }
        for key, asked in made.items():
            if asked:
                yield Problem(
                    key, "is of a cache that the stack makes, and existing names another", asked, f"leave {key} out"
                )

    def road(self) -> Road | None:
        """Return how pods reach one that was there before."""
        return self.existing.road() if self.existing else None

    def evicts(self) -> bool:
        """Return whether keys go when memory is full."""
        return self.eviction_policy != "noeviction"
