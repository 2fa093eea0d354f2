"""The cache."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from ..shared.alternating_logins import Slot, logins
from ..shared.client_group import ClientGroup, ClientGroupArgs
from ..shared.data_key import DataKey, DataKeyArgs
from ..shared.external_secrets import SecretField
from ..shared.final_snapshot import final_snapshot
from ..shared.references import AlarmTarget, CacheRef, NetworkRef
from ..shared.stored_secret import StoredSecret, StoredSecretArgs
from ..shared.watch import Watch
from .observation import node_alarms
from .settings import CacheSettings
from .watch import watch

PORT = 6379
# CreateUser: UserName; without what an access list would have to quote
USERNAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
# CreateUser: a user has up to two passwords of 16 to 128 characters.
PASSWORD_LENGTH = 64
OBSERVER = "observer"
# All that queues, sessions and caches need; nothing that administers the server or empties it. Libraries of queues ask
# INFO for the version, and CLIENT LIST for the workers there are: addresses and names, no data.
ACCESS = "on ~* &* +@all -@admin -@dangerous +info +client|list"
# What who looks at queues asks: lengths, a job's time, events, workers. KEDA 2.19 asks for a type and a length in a
# script (redis_scaler.go, redis_streams_scaler.go), BullMQ 5 for counts likewise; a script may no more than its caller.
OBSERVES = (
    "-@all +ping +info +client|list +client|setname +eval +evalsha +type +llen +scard +zcard +hlen +lindex +hget "
    "+xlen +xread +xrevrange +xinfo|groups +xpending"
)
LOGS = ("engine-log", "slow-log")


@dataclass(frozen=True, kw_only=True)
class RedisCacheArgs:
    """What the cache is (settings) and what it is wired to (the rest).

    `identifier` names its users in AWS, which makes no name of its own for one; `username` is who logs in; `purpose`
    says what is kept there; `alarms` hear of trouble. `observed` are patterns of keys, such as `jobs:*`, at which a
    second user may look, and who may do nothing else.
    """

    settings: CacheSettings
    identifier: str
    username: str
    purpose: str
    network: NetworkRef
    clients: Mapping[str, pulumi.Input[str]]
    alarms: AlarmTarget
    tags: Mapping[str, str]
    observed: Sequence[str] = ()


class RedisCache(pulumi.ComponentResource):
    """A Valkey replication group: TLS alone, users who may not administer it, reached only by named security groups.

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
        used, _ = logins(args.settings.password_generation)
        passwords = self._passwords()
        observes = self._passwords(OBSERVER) if args.observed else None
        users = self._users(passwords, observes)
        group = self._group(key, access, users)
        secret = self._secret(key, group, args.username, passwords[used.slot])
        self._observer_kept = (
            self._secret(key, group, self._observer, observes[used.slot], OBSERVER) if observes else None
        )
        node_alarms(name, args.settings, group.id, topic_arn=args.alarms.arn, tags=args.tags, opts=self._unprotected)

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
        where: dict[str, Any] = {"address": self.address, "port": self.port}
        kept = self._observer_kept
        observer = CacheRef(**where, username=self._observer, password=kept.field("password")) if kept else None
        return CacheRef(**where, username=self.username, password=self.password, observer=observer)

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

    @property
    def _observer(self) -> str:
        return f"{self._args.username}-{OBSERVER}"

    def _passwords(self, role: str = "") -> dict[Slot, pulumi.Output[str]]:
        whose = f"{role}-" if role else ""
        return {
            login.slot: random.RandomPassword(
                f"{self._name}-{whose}password-{login.slot}",
                length=PASSWORD_LENGTH,
                special=False,
                keepers={"generation": str(login.generation)},
                opts=self._unprotected,
            ).result
            for login in logins(self._args.settings.password_generation)
        }

    def _users(
        self, passwords: Mapping[Slot, pulumi.Output[str]], observes: Mapping[Slot, pulumi.Output[str]] | None
    ) -> aws.elasticache.UserGroup:
        args = self._args
        users = [self._user("user", args.username, ACCESS, passwords)]
        if observes:
            keys = " ".join(f"~{pattern}" for pattern in args.observed)
            users.append(self._user(OBSERVER, self._observer, f"on {keys} resetchannels {OBSERVES}", observes))
        return aws.elasticache.UserGroup(
            f"{self._name}-users",
            user_group_id=f"{args.identifier}-users",
            engine="valkey",
            # Valkey needs no user "default", with which anybody could log in without a password
            user_ids=[user.user_id for user in users],
            tags=dict(args.tags),
            opts=self._unprotected,
        )

    def _user(
        self, role: str, username: str, access: str, passwords: Mapping[Slot, pulumi.Output[str]]
    ) -> aws.elasticache.User:
        return aws.elasticache.User(
            f"{self._name}-{role}",
            user_id=f"{self._args.identifier}-{role}",
            user_name=username,
            engine="valkey",
            access_string=access,
            passwords=[passwords[slot] for slot in sorted(passwords)],
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
        self,
        key: DataKey,
        group: aws.elasticache.ReplicationGroup,
        username: str,
        password: pulumi.Output[str],
        role: str = "",
    ) -> StoredSecret:
        whose = f"{role}-" if role else ""
        return StoredSecret(
            f"{self._name}-{whose}credentials",
            StoredSecretArgs(
                purpose="How to look at the cache's queues" if role else "How to log in to the cache",
                kms_key_arn=key.arn,
                fields={
                    "host": group.primary_endpoint_address,
                    "port": PORT,
                    "username": username,
                    "password": password,
                },
                tags=self._args.tags,
            ),
            # a new password is a new version of the secret
            self._unprotected,
        )
