"""A cache that was there before."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.existing_server import let_in, password, raise_faults
from ..shared.references import AlarmTarget, CacheRef
from ..shared.watch import Watch
from .component import RedisCache, RedisCacheArgs
from .existing_checks import FoundGroup, faults
from .existing_settings import ExistingCacheSettings
from .observation import node_alarms
from .settings import CacheSettings
from .watch import watch

KEY = "cache.existing"


@dataclass(frozen=True, kw_only=True)
class ExistingCacheArgs:
    """Which one (existing), what the section says that it is (settings), who comes to it, and who hears of trouble."""

    existing: ExistingCacheSettings
    settings: CacheSettings
    clients: Mapping[str, pulumi.Input[str]]
    alarms: AlarmTarget
    tags: Mapping[str, str]


class ExistingCache(pulumi.ComponentResource):
    """A cache of somebody else's: looked up and judged where ElastiCache has it in this account, and never changed.

    It makes the rules that let the cluster in, where the settings name a security group, and the alarms of a group.
    """

    address: pulumi.Output[str]
    secret_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: ExistingCacheArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:redis_cache:ExistingCache", name, {}, opts)
        self._args, existing = args, args.existing
        # nothing of it holds data
        child = pulumi.ResourceOptions(parent=self, protect=False)
        lookup = pulumi.InvokeOutputOptions(parent=self)
        self._password = password(KEY, existing, lookup)
        let_in(name, existing, args.clients, tags=args.tags, opts=child)
        if existing.replication_group_id is not None:
            node_alarms(
                name,
                args.settings,
                self._judged(existing.replication_group_id, lookup),
                topic_arn=args.alarms.arn,
                tags=args.tags,
                opts=child,
            )
        self.address = pulumi.Output.from_input(existing.host)
        self.secret_arn = pulumi.Output.from_input(self._password.arn)
        self.register_outputs({"address": self.address, "secret_arn": self.secret_arn})

    @property
    def ref(self) -> CacheRef:
        """What an application needs to log in."""
        existing = self._args.existing
        return CacheRef(address=existing.host, port=existing.port, username=existing.username, password=self._password)

    @property
    def watch(self) -> Watch:
        """What watches a replication group; of anything else CloudWatch knows nothing."""
        group_id = self._args.existing.replication_group_id
        return watch(self._args.settings, existing_group=group_id) if group_id else Watch()

    def _judged(self, group_id: str, lookup: pulumi.InvokeOutputOptions) -> pulumi.Output[str]:
        def judge(found: aws.elasticache.GetReplicationGroupResult) -> str:
            known = FoundGroup(
                cluster_mode=found.cluster_mode,
                node_type=found.node_type,
                nodes=found.num_cache_clusters,
                fails_over=found.automatic_failover_enabled,
                snapshot_retention_days=found.snapshot_retention_limit,
            )
            raise_faults(f"{KEY}.replication_group_id {group_id}", faults(known, self._args.settings))
            return group_id

        found = aws.elasticache.get_replication_group_output(replication_group_id=group_id, opts=lookup)
        return pulumi.Output.from_input(found).apply(judge)


def valkey(name: str, args: RedisCacheArgs, opts: pulumi.ResourceOptions | None = None) -> RedisCache | ExistingCache:
    """Make the cache, or find the one that the settings name."""
    existing = args.settings.existing
    if existing is None:
        return RedisCache(name, args, opts)
    found = ExistingCacheArgs(
        existing=existing,
        settings=args.settings,
        clients=args.clients,
        alarms=args.alarms,
        tags=args.tags,
    )
    return ExistingCache(name, found, opts)
