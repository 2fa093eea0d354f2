"""Judges a replication group that was there before against what the section `cache` says that it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from .settings import CacheSettings


@dataclass(frozen=True, kw_only=True)
class FoundGroup:
    """What was found of a replication group."""

    cluster_mode: str
    node_type: str
    nodes: int
    fails_over: bool
    snapshot_retention_days: int


def faults(found: FoundGroup, settings: CacheSettings) -> Iterator[str]:
    """Yield what makes a group unfit, as sentences."""
    if found.cluster_mode != "disabled":
        yield f"its cluster mode is {found.cluster_mode}: name a group without, for clients work as with one server"
    if found.node_type != settings.node_type:
        yield f"its nodes are {found.node_type}: write that as cache.node_type, which says {settings.node_type}"
    if found.nodes != settings.replicas + 1:
        yield f"it has {found.nodes} nodes: write {found.nodes - 1} as cache.replicas, which says {settings.replicas}"
    if settings.replicas and not found.fails_over:
        yield "no replica takes over when its primary fails: turn automatic failover on"
    if found.snapshot_retention_days < settings.snapshot_retention_days:
        yield (
            f"its snapshots are kept {found.snapshot_retention_days} days: raise that to "
            f"cache.snapshot_retention_days, {settings.snapshot_retention_days}"
        )
