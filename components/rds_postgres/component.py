"""The database."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.client_group import ClientGroup, ClientGroupArgs
from ..shared.data_key import DataKey, DataKeyArgs
from ..shared.database_certificates import database_certificates
from ..shared.external_secrets import SecretField
from ..shared.final_snapshot import final_snapshot
from ..shared.references import AlarmTarget, InstanceRef, NetworkRef
from ..shared.watch import Watch
from .copies import copied_backups
from .groups import parameter_group, subnet_group
from .identity import DatabaseIdentity
from .logins import DatabaseLogins, DatabaseLoginsArgs, credentials, database_password
from .observation import LOGS, enhanced_monitoring, log_groups, tells_of_trouble
from .proxy import DatabaseProxy, DatabaseProxyArgs
from .settings import DatabaseSettings
from .setup_target import SetupTarget
from .watch import watch

PORT = 5432
INSIGHTS_DAYS = 7
# A change of class or storage, and a copy that takes over, last longer than the provider's own patience of 80 minutes.
PATIENCE = pulumi.CustomTimeouts(create="2h", update="6h", delete="2h")


@dataclass(frozen=True, kw_only=True)
class RdsPostgresArgs:
    """What the database is (settings) and what it is wired to (the rest).

    `identifier` is fixed, not auto-named: RDS writes its logs to groups whose names contain it, and they must stand
    beforehand. `owner` owns the database and all in it, and gives master and logins their names. `copy_region` is where
    backups are copied, if anywhere; `alarms` hear of trouble.
    """

    settings: DatabaseSettings
    identifier: str
    database_name: str
    owner: str
    network: NetworkRef
    clients: Mapping[str, pulumi.Input[str]]
    alarms: AlarmTarget
    copy_region: str | None
    tags: Mapping[str, str]


class RdsPostgres(pulumi.ComponentResource):
    """A PostgreSQL instance: encrypted, TLS alone, reached by named security groups, backed up, with its alarms.

    RDS keeps the master's password and changes it. The application has two logins of its own that take turns
    (`shared.alternating_logins`); they are made inside the database by `setup`, which this knows nothing of.
    """

    address: pulumi.Output[str]
    instance_address: pulumi.Output[str]
    port: pulumi.Output[int]
    database_name: pulumi.Output[str]
    username: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    login_secret_arns: pulumi.Output[list[str]]
    master_secret_arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]
    instance_arn: pulumi.Output[str]
    subnet_group_name: pulumi.Output[str]
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: RdsPostgresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        identity = DatabaseIdentity(args.database_name, args.owner)
        super().__init__("platform:rds_postgres:RdsPostgres", name, {}, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self._master = identity.master

        key = self._key()
        # clients come and go, and no data goes with them, so protection of the data must not hold a rule
        self._unprotected = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=False))
        access = self._access()
        # a password of ours for an instance that changes by a copy: RDS does not keep that one itself (RDS user guide,
        # rds-secrets-manager: limitations)
        master = database_password(f"{name}-master", self._child) if args.settings.blue_green_updates else None
        instance = self._instance(key, access, master)
        wanted = DatabaseLoginsArgs(
            generation=args.settings.password_generation,
            owner=args.owner,
            host=instance.address,
            port=instance.port,
            database_name=args.database_name,
            kms_key_arn=key.arn,
            tags=args.tags,
        )
        # a new password is a new version of a secret, which protection of the data must not hold
        logins = DatabaseLogins(f"{name}-login", wanted, self._unprotected)
        proxy = self._proxy(key, access, instance, logins)
        if args.copy_region is not None:
            copied_backups(
                name,
                args.identifier,
                instance.arn,
                region=args.copy_region,
                retention_days=args.settings.backup_retention_days,
                tags=args.tags,
                opts=self._child,
            )
        tells_of_trouble(
            name,
            args.settings,
            instance.identifier,
            topic_arn=args.alarms.arn,
            tags=args.tags,
            opts=self._unprotected,
        )

        self.address = proxy.address if proxy else instance.address
        self.instance_address = instance.address
        self.port = instance.port
        self.database_name = pulumi.Output.from_input(args.database_name)
        self.username = logins.username
        self._logins = logins
        self.secret_arn = logins.secret_arn
        self.login_secret_arns = logins.secret_arns
        if master is None:
            self.master_secret_arn = instance.master_user_secrets[0].secret_arn
        else:
            self.master_secret_arn = credentials(f"{name}-master", self._master, master, wanted, self._child).arn
        self.key_arn = key.arn
        self.instance_arn = instance.arn
        self.subnet_group_name = instance.db_subnet_group_name
        self.security_group_id = access.security_group_id
        self.register_outputs(
            {
                "address": self.address,
                "instance_address": self.instance_address,
                "port": self.port,
                "database_name": self.database_name,
                "username": self.username,
                "secret_arn": self.secret_arn,
                "login_secret_arns": self.login_secret_arns,
                "master_secret_arn": self.master_secret_arn,
                "key_arn": self.key_arn,
                "instance_arn": self.instance_arn,
                "subnet_group_name": self.subnet_group_name,
                "security_group_id": self.security_group_id,
            }
        )

    @property
    def password(self) -> SecretField:
        """Where pods find the password."""
        return self._logins.password

    @property
    def instance(self) -> InstanceRef:
        """What restoring a copy, and looking into it, needs."""
        return InstanceRef(
            arn=self.instance_arn,
            port=PORT,
            subnet_group_name=self.subnet_group_name,
            database_name=self._args.database_name,
            logins=self._logins.all,
            certificates=database_certificates(self._args.network.region),
        )

    @property
    def setup_target(self) -> SetupTarget:
        """What the setup needs to make the database and its logins."""
        return SetupTarget(
            instance_address=self.instance_address,
            address=self.address,
            port=self.port,
            database_name=self._args.database_name,
            owner=self._args.owner,
            username=self.username,
            password=self.password,
            master_secret_arn=self.master_secret_arn,
            login_secret_arns=self.login_secret_arns,
            key_arn=self.key_arn,
            generation=self._args.settings.password_generation,
        )

    @property
    def watch(self) -> Watch:
        """What watches the database."""
        return watch(self._args.settings, identifier=self._args.identifier)

    def _key(self) -> DataKey:
        return DataKey(
            f"{self._name}-key",
            DataKeyArgs(
                purpose=f"Data, logs and password of {self._args.identifier}",
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
                purpose="PostgreSQL, from named clients alone",
                vpc_id=args.network.vpc_id,
                port=PORT,
                clients=args.clients,
                tags=args.tags,
            ),
            self._unprotected,
        )

    def _instance(self, key: DataKey, access: ClientGroup, master: pulumi.Output[str] | None) -> aws.rds.Instance:
        args, settings, name = self._args, self._args.settings, self._name
        logs = log_groups(name, args.identifier, settings, key_arn=key.arn, tags=args.tags, opts=self._child)
        monitoring = enhanced_monitoring(name, settings, tags=args.tags, parent=self)
        return aws.rds.Instance(
            f"{name}-instance",
            identifier=args.identifier,
            engine="postgres",
            engine_version=settings.engine_version,
            allow_major_version_upgrade=True if settings.allow_major_upgrade else None,
            auto_minor_version_upgrade=True,
            # paid support begins by itself when the version's community support ends
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            instance_class=settings.instance_class,
            storage_type="gp3",
            allocated_storage=settings.storage_gib,
            max_allocated_storage=settings.max_storage_gib,
            iops=settings.storage_iops,
            storage_throughput=settings.storage_throughput_mibps,
            storage_encrypted=True,
            kms_key_id=key.arn,
            multi_az=settings.multi_az,
            username=self._master,
            manage_master_user_password=None if master else True,
            master_user_secret_kms_key_id=None if master else key.arn,
            password=master,
            iam_database_authentication_enabled=True,
            port=PORT,
            publicly_accessible=False,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            db_subnet_group_name=subnet_group(name, args.network, tags=args.tags, opts=self._child).name,
            vpc_security_group_ids=[access.security_group_id],
            parameter_group_name=parameter_group(name, settings, tags=args.tags, opts=self._child).name,
            backup_retention_period=settings.backup_retention_days,
            backup_window=settings.backup_window,
            maintenance_window=settings.maintenance_window,
            copy_tags_to_snapshot=True,
            # backups must outlive an instance that was deleted by mistake
            delete_automated_backups=False,
            blue_green_update=aws.rds.InstanceBlueGreenUpdateArgs(enabled=True)
            if settings.blue_green_updates
            else None,
            snapshot_identifier=settings.restore.snapshot if settings.restore else None,
            restore_to_point_in_time=self._moment(),
            deletion_protection=settings.deletion_protection,
            skip_final_snapshot=not settings.final_snapshot,
            final_snapshot_identifier=final_snapshot(
                name, args.identifier, replaced_by={"key": key.arn}, opts=self._child
            )
            if settings.final_snapshot
            else None,
            enabled_cloudwatch_logs_exports=list(LOGS),
            monitoring_interval=settings.monitoring_interval_seconds,
            monitoring_role_arn=monitoring.arn if monitoring else None,
            database_insights_mode="standard",
            performance_insights_enabled=settings.performance_insights,
            performance_insights_kms_key_id=key.arn if settings.performance_insights else None,
            performance_insights_retention_period=INSIGHTS_DAYS if settings.performance_insights else None,
            tags=dict(args.tags),
            opts=pulumi.ResourceOptions.merge(
                self._child,
                pulumi.ResourceOptions(
                    # RDS would make the log groups itself, without key or retention; no property names them
                    depends_on=logs,
                    # what an instance began with is no reason to begin again
                    ignore_changes=["snapshotIdentifier", "restoreToPointInTime"],
                    custom_timeouts=PATIENCE,
                ),
            ),
        )

    def _moment(self) -> aws.rds.InstanceRestoreToPointInTimeArgs | None:
        restore = self._args.settings.restore
        if restore is None or restore.snapshot is not None:
            return None
        return aws.rds.InstanceRestoreToPointInTimeArgs(
            source_db_instance_identifier=restore.source_instance,
            source_db_instance_automated_backups_arn=restore.automated_backup_arn,
            restore_time=restore.time,
            use_latest_restorable_time=None if restore.time else True,
        )

    def _proxy(
        self, key: DataKey, access: ClientGroup, instance: aws.rds.Instance, logins: DatabaseLogins
    ) -> DatabaseProxy | None:
        args = self._args
        if not args.settings.proxy:
            return None
        return DatabaseProxy(
            f"{self._name}-proxy",
            DatabaseProxyArgs(
                instance_identifier=instance.identifier,
                instance_security_group_id=access.security_group_id,
                port=PORT,
                secret_arns=logins.secret_arns,
                kms_key_arn=key.arn,
                network=args.network,
                clients=args.clients,
                tags=args.tags,
            ),
            self._unprotected,
        )
