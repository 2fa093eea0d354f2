"""The cache: Flowise's queue, sessions and rate limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from .parts.client_group import ClientGroup, ClientGroupArgs
from .parts.data_key import DataKey, DataKeyArgs
from .parts.stored_secret import StoredSecret, StoredSecretArgs
from .settings import CacheSettings

PORT = 6379
# CreateReplicationGroup: AuthToken has 16 to 128 characters, and of the specials only these.
TOKEN_LENGTH, TOKEN_SPECIALS = 64, "!&#$^<>-"
LOGS = ("engine-log", "slow-log")


@dataclass(frozen=True, kw_only=True)
class RedisCacheArgs:
    """What the cache is (settings) and what it is wired to (the rest)."""

    settings: CacheSettings
    region: str
    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    clients: Mapping[str, pulumi.Input[str]]
    tags: Mapping[str, str]


class RedisCache(pulumi.ComponentResource):
    """A Valkey replication group: TLS alone, a token to log in, reached only by named security groups, never evicting.

    Cluster mode is off, for Flowise has no client for it. It does not rotate the token: Flowise reads it once, when it
    starts.
    """

    address: pulumi.Output[str]
    port: pulumi.Output[int]
    auth_token: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: RedisCacheArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flowise:index:RedisCache", name, {}, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)

        key = self._key()
        access = self._access()
        token = self._token()
        group = self._group(key, access, token.result)
        secret = self._secret(key, group, token.result)

        self.address = group.primary_endpoint_address
        self.port = pulumi.Output.from_input(PORT)
        self.auth_token = pulumi.Output.secret(token.result)
        self.secret_arn = secret.arn
        self.security_group_id = access.security_group_id
        self.register_outputs(
            {
                "address": self.address,
                "port": self.port,
                "auth_token": self.auth_token,
                "secret_arn": self.secret_arn,
                "security_group_id": self.security_group_id,
            }
        )

    def _key(self) -> DataKey:
        return DataKey(
            f"{self._name}-key",
            DataKeyArgs(
                purpose="Data, logs and token of the cache",
                region=self._args.region,
                tags=self._args.tags,
                encrypts_logs=True,
            ),
            self._child,
        )

    def _access(self) -> ClientGroup:
        args = self._args
        return ClientGroup(
            f"{self._name}-access",
            ClientGroupArgs(
                purpose="Valkey, from named clients alone",
                vpc_id=args.vpc_id,
                port=PORT,
                clients=args.clients,
                tags=args.tags,
            ),
            # clients come and go, and no data goes with them, so protection of the data must not hold a rule
            pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=False)),
        )

    def _token(self) -> random.RandomPassword:
        return random.RandomPassword(
            f"{self._name}-token",
            length=TOKEN_LENGTH,
            special=True,
            override_special=TOKEN_SPECIALS,
            opts=self._child,
        )

    def _group(self, key: DataKey, access: ClientGroup, token: pulumi.Output[str]) -> aws.elasticache.ReplicationGroup:
        args, settings = self._args, self._args.settings
        return aws.elasticache.ReplicationGroup(
            f"{self._name}-group",
            description="Queue, sessions and rate limits of Flowise",
            engine="valkey",
            engine_version=settings.engine_version,
            auto_minor_version_upgrade=True,
            node_type=settings.node_type,
            cluster_mode="disabled",
            num_cache_clusters=settings.replicas + 1,
            automatic_failover_enabled=settings.replicas > 0,
            multi_az_enabled=settings.replicas > 0,
            port=PORT,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            at_rest_encryption_enabled=True,
            kms_key_id=key.arn,
            auth_token=token,
            # the old token holds until the next change, so that pods may be rolled in between
            auth_token_update_strategy="ROTATE",
            parameter_group_name=self._parameter_group().name,
            subnet_group_name=self._subnet_group().name,
            security_group_ids=[access.security_group_id],
            snapshot_retention_limit=settings.snapshot_retention_days,
            snapshot_window="02:00-03:00",
            maintenance_window="sun:03:30-sun:04:30",
            final_snapshot_identifier=self._final_snapshot(),
            log_delivery_configurations=[self._log(key, log) for log in LOGS],
            tags=dict(args.tags),
            opts=self._child,
        )

    def _parameter_group(self) -> aws.elasticache.ParameterGroup:
        major = self._args.settings.engine_version.split(".")[0]
        return aws.elasticache.ParameterGroup(
            f"{self._name}-parameters",
            family=f"valkey{major}",
            description="Nothing is evicted",
            # an evicted key is a lost job: the queue would rather be told that memory is full
            parameters=[aws.elasticache.ParameterGroupParameterArgs(name="maxmemory-policy", value="noeviction")],
            tags=dict(self._args.tags),
            opts=self._child,
        )

    def _subnet_group(self) -> aws.elasticache.SubnetGroup:
        return aws.elasticache.SubnetGroup(
            f"{self._name}-subnets",
            description="Data subnets",
            subnet_ids=self._args.subnet_ids,
            tags=dict(self._args.tags),
            opts=self._child,
        )

    def _log(self, key: DataKey, log: str) -> aws.elasticache.ReplicationGroupLogDeliveryConfigurationArgs:
        group = aws.cloudwatch.LogGroup(
            f"{self._name}-{log}",
            retention_in_days=self._args.settings.log_retention_days,
            kms_key_id=key.arn,
            tags=dict(self._args.tags),
            opts=self._child,
        )
        return aws.elasticache.ReplicationGroupLogDeliveryConfigurationArgs(
            destination=group.name, destination_type="cloudwatch-logs", log_format="json", log_type=log
        )

    def _final_snapshot(self) -> pulumi.Output[str] | None:
        if not self._args.settings.final_snapshot:
            return None
        # a snapshot outlives the stack: one named alike in the stack's next life would be refused
        life = random.RandomId(f"{self._name}-life", byte_length=4, opts=self._child)
        return pulumi.Output.concat(self._name, "-final-", life.hex)

    def _secret(self, key: DataKey, group: aws.elasticache.ReplicationGroup, token: pulumi.Output[str]) -> StoredSecret:
        return StoredSecret(
            f"{self._name}-credentials",
            StoredSecretArgs(
                purpose="How to log in to the cache",
                kms_key_arn=key.arn,
                fields={"host": group.primary_endpoint_address, "port": PORT, "password": token},
                tags=self._args.tags,
            ),
            self._child,
        )
