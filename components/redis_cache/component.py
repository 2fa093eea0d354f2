"""The cache."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from ..shared.alternating_logins import Login, logins
from ..shared.client_group import ClientGroup, ClientGroupArgs
from ..shared.data_key import DataKey, DataKeyArgs
from ..shared.external_secrets import SecretField
from ..shared.final_snapshot import final_snapshot
from ..shared.metric_alarms import metric_alarms
from ..shared.references import AlarmTarget, CacheRef, NetworkRef
from ..shared.stored_secret import StoredSecret, StoredSecretArgs
from ..shared.watch import Watch
from .alarms import cache_alarms
from .settings import CacheSettings
from .watch import watch

PORT = 6379
# CreateUser: UserName; without what an access list would have to quote
USERNAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
# CreateUser: a user has up to two passwords of 16 to 128 characters.
PASSWORD_LENGTH = 64
# All that queues, sessions and caches need; nothing that administers the server or empties it. Libraries of queues ask
# INFO for the version, and CLIENT LIST for the workers there are: addresses and names, no data.
ACCESS = "on ~* &* +@all -@admin -@dangerous +info +client|list"
LOGS = ("engine-log", "slow-log")


@dataclass(frozen=True, kw_only=True)
class RedisCacheArgs:
    """What the cache is (settings) and what it is wired to (the rest).

    `identifier` names its user in AWS, which makes no name of its own for one; `username` is who logs in; `purpose`
    says what is kept there; `alarms` hear of trouble.
    """

    settings: CacheSettings
    identifier: str
    username: str
    purpose: str
    network: NetworkRef
    clients: Mapping[str, pulumi.Input[str]]
    alarms: AlarmTarget
    tags: Mapping[str, str]


class RedisCache(pulumi.ComponentResource):
    """A Valkey replication group: TLS alone, one user who may not administer it, reached only by named security groups.

    By default it never evicts. Cluster mode is off: each client works as with a single server. Two passwords are valid
    at a time (`shared.alternating_logins`), so that one can change while pods still use the other.
    """

    address: pulumi.Output[str]
    port: pulumi.Output[int]
    username: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: RedisCacheArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        if args.username == "default" or not USERNAME.fullmatch(args.username):
            raise ValueError(
                f"username must have 1 to 64 lower-case letters, digits, - and _, a letter first, and not be default, "
                f"got {args.username!r}: write one such as orders"
            )
        super().__init__("platform:redis_cache:RedisCache", name, {}, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        # clients, users and alarms come and go, and no data goes with them, so protection must not hold them
        self._unprotected = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=False))

        key = self._key()
        access = self._access()
        used, other = logins(args.settings.password_generation)
        passwords = {login.slot: self._password(login) for login in (used, other)}
        users = self._users([passwords[slot] for slot in sorted(passwords)])
        group = self._group(key, access, users)
        secret = self._secret(key, group, passwords[used.slot])
        self._alarms(group)

        self.address = group.primary_endpoint_address
        self.port = pulumi.Output.from_input(PORT)
        self.username = pulumi.Output.from_input(args.username)
        self._secret_kept = secret
        self.secret_arn = secret.arn
        self.security_group_id = access.security_group_id
        self.register_outputs(
            {
                "address": self.address,
                "port": self.port,
                "username": self.username,
                "secret_arn": self.secret_arn,
                "security_group_id": self.security_group_id,
            }
        )

    @property
    def password(self) -> SecretField:
        """Where pods find the password."""
        return self._secret_kept.field("password")

    @property
    def ref(self) -> CacheRef:
        """What an application needs to log in."""
        return CacheRef(address=self.address, port=self.port, username=self.username, password=self.password)

    @property
    def watch(self) -> Watch:
        """What watches the cache."""
        return watch(self._args.settings)

    def _key(self) -> DataKey:
        return DataKey(
            f"{self._name}-key",
            DataKeyArgs(
                purpose="Data, logs and password of the cache",
                region=self._args.network.region,
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
                vpc_id=args.network.vpc_id,
                port=PORT,
                clients=args.clients,
                tags=args.tags,
            ),
            self._unprotected,
        )

    def _password(self, login: Login) -> pulumi.Output[str]:
        made = random.RandomPassword(
            f"{self._name}-password-{login.slot}",
            length=PASSWORD_LENGTH,
            special=False,
            keepers={"generation": str(login.generation)},
            opts=self._unprotected,
        )
        return made.result

    def _users(self, passwords: Sequence[pulumi.Output[str]]) -> aws.elasticache.UserGroup:
        user = aws.elasticache.User(
            f"{self._name}-user",
            user_id=f"{self._args.identifier}-user",
            user_name=self._args.username,
            engine="valkey",
            access_string=ACCESS,
            passwords=passwords,
            tags=dict(self._args.tags),
            opts=self._unprotected,
        )
        return aws.elasticache.UserGroup(
            f"{self._name}-users",
            user_group_id=f"{self._args.identifier}-users",
            engine="valkey",
            # Valkey needs no user "default", with which anybody could log in without a password
            user_ids=[user.user_id],
            tags=dict(self._args.tags),
            opts=self._unprotected,
        )

    def _group(
        self, key: DataKey, access: ClientGroup, users: aws.elasticache.UserGroup
    ) -> aws.elasticache.ReplicationGroup:
        args, settings, subnets = self._args, self._args.settings, self._subnet_group()
        return aws.elasticache.ReplicationGroup(
            f"{self._name}-group",
            description=args.purpose,
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
            user_group_ids=[users.user_group_id],
            parameter_group_name=self._parameter_group().name,
            subnet_group_name=subnets.name,
            security_group_ids=[access.security_group_id],
            snapshot_retention_limit=settings.snapshot_retention_days,
            snapshot_window="02:00-03:00",
            maintenance_window="sun:03:30-sun:04:30",
            final_snapshot_identifier=final_snapshot(
                self._name, args.identifier, replaced_by={"key": key.arn, "subnets": subnets.name}, opts=self._child
            )
            if settings.final_snapshot
            else None,
            snapshot_name=settings.restore_snapshot,
            log_delivery_configurations=[self._log(key, log) for log in LOGS],
            tags=dict(args.tags),
            # what a group began with is no reason to begin again
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(ignore_changes=["snapshotName"])),
        )

    def _parameter_group(self) -> aws.elasticache.ParameterGroup:
        major = self._args.settings.engine_version.split(".")[0]
        return aws.elasticache.ParameterGroup(
            f"{self._name}-parameters",
            family=f"valkey{major}",
            # in a constant text: another one would replace the group
            description="What happens when memory is full",
            parameters=[
                aws.elasticache.ParameterGroupParameterArgs(
                    name="maxmemory-policy", value=self._args.settings.eviction_policy
                )
            ],
            tags=dict(self._args.tags),
            opts=self._child,
        )

    def _subnet_group(self) -> aws.elasticache.SubnetGroup:
        return aws.elasticache.SubnetGroup(
            f"{self._name}-subnets",
            description="Data subnets",
            subnet_ids=self._args.network.data_subnet_ids,
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

    def _secret(
        self, key: DataKey, group: aws.elasticache.ReplicationGroup, password: pulumi.Output[str]
    ) -> StoredSecret:
        return StoredSecret(
            f"{self._name}-credentials",
            StoredSecretArgs(
                purpose="How to log in to the cache",
                kms_key_arn=key.arn,
                fields={
                    "host": group.primary_endpoint_address,
                    "port": PORT,
                    "username": self._args.username,
                    "password": password,
                },
                tags=self._args.tags,
            ),
            # a new password is a new version of the secret
            self._unprotected,
        )

    def _alarms(self, group: aws.elasticache.ReplicationGroup) -> None:
        settings = self._args.settings
        for node in range(1, settings.replicas + 2):
            metric_alarms(
                f"{self._name}-alarm-{node}",
                cache_alarms(settings),
                namespace="AWS/ElastiCache",
                # ElastiCache names the nodes of a group so (ElastiCache user guide, CacheMetrics: dimensions)
                dimensions={"CacheClusterId": pulumi.Output.concat(group.id, f"-{node:03d}")},
                topic_arn=self._args.alarms.arn,
                tags=self._args.tags,
                opts=self._unprotected,
            )
