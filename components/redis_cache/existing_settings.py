"""Settings of a cache that was there before."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ..shared.existing_server_settings import ExistingServerSettings, Port

# CreateReplicationGroup: ReplicationGroupId.
GroupId = Annotated[str, StringConstraints(pattern=r"^[a-z](-?[a-z0-9]){0,39}$")]


class ExistingCacheSettings(ExistingServerSettings):
    """A Valkey or Redis server that was there before: judged where ElastiCache has it in this account, never changed.

    The section `cache` then says what the group is: node type, replicas, days of snapshots. Of what is no group here
    nothing is judged or told by CloudWatch. Nothing looks at the rest: TLS with a certificate of a public authority, as
    ElastiCache's are; that nothing is evicted; a login that may do all but administer.
    """

    port: Port = Field(default=6379, description="its port")
    replication_group_id: GroupId | None = Field(
        default=None,
        description="the replication group that it is, in the stack's account and region, for alarms and metrics",
        examples=["orders-prod"],
    )
