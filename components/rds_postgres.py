"""The database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from .parts.client_group import ClientGroup, ClientGroupArgs
from .parts.data_key import DataKey, DataKeyArgs
from .parts.stored_secret import StoredSecret, StoredSecretArgs
from .planning.iam_documents import service_trust
from .planning.postgres import FAMILY, parameters
from .settings import DatabaseSettings

PORT = 5432
DATABASE_NAME = "flowise"
# not postgres or admin, which is what an attacker tries first
USERNAME = "flowise"
# CreateDBInstance: MasterUserPassword has 8 to 128 characters and none of / " @ or space; URLs want none of their own
# signs either.
PASSWORD_LENGTH, PASSWORD_SPECIALS = 40, "-_.~"
LOGS = ("postgresql", "upgrade")
INSIGHTS_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class RdsPostgresArgs:
    """What the database is (settings) and what it is wired to (the rest).

    `identifier` is fixed, not auto-named: RDS writes its logs to groups whose names contain it, and they must stand
    beforehand.
    """

    settings: DatabaseSettings
    identifier: str
    region: str
    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    clients: Mapping[str, pulumi.Input[str]]
    tags: Mapping[str, str]


class RdsPostgres(pulumi.ComponentResource):
    """A PostgreSQL instance: encrypted, TLS alone, reached by named security groups, its password in Secrets Manager.

    It makes no databases or users beyond the first, and does not rotate the password: Flowise reads it once, when it
    starts.
    """

    address: pulumi.Output[str]
    port: pulumi.Output[int]
    database_name: pulumi.Output[str]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: RdsPostgresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flowise:index:RdsPostgres", name, {}, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)

        key = self._key()
        access = self._access()
        password = self._password()
        instance = self._instance(key, access, password.result)
        secret = self._secret(key, instance, password.result)

        self.address = instance.address
        self.port = instance.port
        self.database_name = pulumi.Output.from_input(DATABASE_NAME)
        self.username = instance.username
        self.password = pulumi.Output.secret(password.result)
        self.secret_arn = secret.arn
        self.security_group_id = access.security_group_id
        self.register_outputs(
            {
                "address": self.address,
                "port": self.port,
                "database_name": self.database_name,
                "username": self.username,
                "password": self.password,
                "secret_arn": self.secret_arn,
                "security_group_id": self.security_group_id,
            }
        )

    def _key(self) -> DataKey:
        return DataKey(
            f"{self._name}-key",
            DataKeyArgs(
                purpose=f"Data, logs and password of {self._args.identifier}",
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
                purpose="PostgreSQL, from named clients alone",
                vpc_id=args.vpc_id,
                port=PORT,
                clients=args.clients,
                tags=args.tags,
            ),
            # clients come and go, and no data goes with them, so protection of the data must not hold a rule
            pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=False)),
        )

    def _password(self) -> random.RandomPassword:
        return random.RandomPassword(
            f"{self._name}-password",
            length=PASSWORD_LENGTH,
            special=True,
            override_special=PASSWORD_SPECIALS,
            opts=self._child,
        )

    def _instance(self, key: DataKey, access: ClientGroup, password: pulumi.Output[str]) -> aws.rds.Instance:
        args, settings, name = self._args, self._args.settings, self._name
        logs = self._logs(key)
        monitoring = self._monitoring()
        return aws.rds.Instance(
            f"{name}-instance",
            identifier=args.identifier,
            engine="postgres",
            engine_version=settings.engine_version,
            auto_minor_version_upgrade=True,
            # paid support begins by itself when the version's community support ends
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            instance_class=settings.instance_class,
            storage_type="gp3",
            allocated_storage=settings.storage_gib,
            max_allocated_storage=settings.max_storage_gib,
            storage_encrypted=True,
            kms_key_id=key.arn,
            multi_az=settings.multi_az,
            db_name=DATABASE_NAME,
            username=USERNAME,
            password=password,
            iam_database_authentication_enabled=True,
            port=PORT,
            publicly_accessible=False,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            db_subnet_group_name=self._subnet_group().name,
            vpc_security_group_ids=[access.security_group_id],
            parameter_group_name=self._parameter_group().name,
            backup_retention_period=settings.backup_retention_days,
            backup_window="02:00-03:00",
            maintenance_window="sun:03:30-sun:04:30",
            copy_tags_to_snapshot=True,
            deletion_protection=settings.deletion_protection,
            skip_final_snapshot=not settings.final_snapshot,
            final_snapshot_identifier=self._final_snapshot(),
            enabled_cloudwatch_logs_exports=list(LOGS),
            monitoring_interval=settings.monitoring_interval_seconds,
            monitoring_role_arn=monitoring.arn if monitoring else None,
            database_insights_mode="standard",
            performance_insights_enabled=settings.performance_insights,
            performance_insights_kms_key_id=key.arn if settings.performance_insights else None,
            performance_insights_retention_period=INSIGHTS_DAYS if settings.performance_insights else None,
            tags=dict(args.tags),
            # RDS would make the log groups itself, without key or retention; no property names them
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=logs)),
        )

    def _logs(self, key: DataKey) -> list[pulumi.Resource]:
        return [
            aws.cloudwatch.LogGroup(
                f"{self._name}-{log}-logs",
                # RDS writes to the group of this name and no other
                name=f"/aws/rds/instance/{self._args.identifier}/{log}",
                retention_in_days=self._args.settings.log_retention_days,
                kms_key_id=key.arn,
                tags=dict(self._args.tags),
                opts=self._child,
            )
            for log in LOGS
        ]

    def _monitoring(self) -> aws.iam.Role | None:
        if not self._args.settings.monitoring_interval_seconds:
            return None
        lookup = pulumi.InvokeOutputOptions(parent=self)
        role = aws.iam.Role(
            f"{self._name}-monitoring",
            assume_role_policy=pulumi.Output.json_dumps(
                service_trust(
                    "monitoring.rds.amazonaws.com", account=aws.get_caller_identity_output(opts=lookup).account_id
                )
            ),
            description="Sends the instance's enhanced monitoring to CloudWatch",
            tags=dict(self._args.tags),
            opts=self._child,
        )
        aws.iam.RolePolicyAttachment(
            f"{self._name}-monitoring-policy",
            role=role.name,
            policy_arn=pulumi.Output.concat(
                "arn:",
                aws.get_partition_output(opts=lookup).partition,
                ":iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
            ),
            opts=self._child,
        )
        return role

    def _subnet_group(self) -> aws.rds.SubnetGroup:
        return aws.rds.SubnetGroup(
            f"{self._name}-subnets",
            description="Data subnets",
            subnet_ids=self._args.subnet_ids,
            tags=dict(self._args.tags),
            opts=self._child,
        )

    def _parameter_group(self) -> aws.rds.ParameterGroup:
        return aws.rds.ParameterGroup(
            f"{self._name}-parameters",
            family=FAMILY,
            description="TLS alone; slow statements, DDL and lock waits logged",
            parameters=[
                aws.rds.ParameterGroupParameterArgs(name=each.name, value=each.value, apply_method=each.apply_method)
                for each in parameters(slow_query_milliseconds=self._args.settings.slow_query_milliseconds)
            ],
            tags=dict(self._args.tags),
            opts=self._child,
        )

    def _final_snapshot(self) -> pulumi.Output[str] | None:
        if not self._args.settings.final_snapshot:
            return None
        # a snapshot outlives the stack: one named alike in the stack's next life would be refused
        life = random.RandomId(f"{self._name}-life", byte_length=4, opts=self._child)
        return pulumi.Output.concat(self._args.identifier, "-final-", life.hex)

    def _secret(self, key: DataKey, instance: aws.rds.Instance, password: pulumi.Output[str]) -> StoredSecret:
        return StoredSecret(
            f"{self._name}-credentials",
            StoredSecretArgs(
                purpose=f"How to log in to {self._args.identifier}",
                kms_key_arn=key.arn,
                fields={
                    "engine": "postgres",
                    "host": instance.address,
                    "port": instance.port,
                    "dbname": DATABASE_NAME,
                    "username": USERNAME,
                    "password": password,
                },
                tags=self._args.tags,
            ),
            self._child,
        )
