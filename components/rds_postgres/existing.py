"""A database that was there before."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.database_certificates import database_certificates
from ..shared.existing_server import let_in, password, raise_faults
from ..shared.references import AlarmTarget, DatabaseRef, InstanceLogin, InstanceRef
from ..shared.watch import Watch
from .component import RdsPostgres, RdsPostgresArgs
from .existing_checks import FoundInstance, faults
from .existing_settings import ExistingDatabaseSettings
from .observation import tells_of_trouble
from .settings import DatabaseSettings
from .watch import watch

KEY = "database.existing"


@dataclass(frozen=True, kw_only=True)
class ExistingDatabaseArgs:
    """Which one (existing), what the section says that it is (settings), who comes to it, and who hears of trouble."""

    existing: ExistingDatabaseSettings
    settings: DatabaseSettings
    region: str
    clients: Mapping[str, pulumi.Input[str]]
    alarms: AlarmTarget
    tags: Mapping[str, str]


class ExistingDatabase(pulumi.ComponentResource):
    """A database of somebody else's: looked up and judged where RDS has it in this account, and never changed.

    It makes the rules that let the cluster in, where the settings name a security group, and an instance's alarms. Its
    login must own the database's schema `public`, or be let create in it.
    """

    address: pulumi.Output[str]
    secret_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: ExistingDatabaseArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:rds_postgres:ExistingDatabase", name, {}, opts)
        self._args, existing = args, args.existing
        # nothing of it holds data
        child = pulumi.ResourceOptions(parent=self, protect=False)
        lookup = pulumi.InvokeOutputOptions(parent=self)
        self._password = password(KEY, existing, lookup)
        self._instance = self._judged(existing.instance_identifier, lookup) if existing.instance_identifier else None
        let_in(name, existing, args.clients, tags=args.tags, opts=child)
        if existing.instance_identifier:
            tells_of_trouble(
                name,
                args.settings,
                existing.instance_identifier,
                topic_arn=args.alarms.arn,
                tags=args.tags,
                opts=child,
            )
        self.address = pulumi.Output.from_input(existing.host)
        self.secret_arn = pulumi.Output.from_input(self._password.arn)
        self.register_outputs({"address": self.address, "secret_arn": self.secret_arn})

    @property
    def ref(self) -> DatabaseRef:
        """What an application needs to log in."""
        existing = self._args.existing
        return DatabaseRef(
            address=existing.host,
            port=existing.port,
            name=existing.name,
            username=existing.username,
            password=self._password,
            certificates=self._certificates,
        )

    @property
    def _certificates(self) -> str:
        return self._args.existing.ca_certificates or database_certificates(self._args.region)

    @property
    def instance(self) -> InstanceRef | None:
        """What restoring a copy, and looking into it, needs, where RDS has it in this account."""
        return self._instance

    @property
    def watch(self) -> Watch:
        """What watches an instance; of anything else CloudWatch knows nothing."""
        identifier = self._args.existing.instance_identifier
        return watch(self._args.settings, identifier=identifier, tagged=False) if identifier else Watch()

    def _judged(self, identifier: str, lookup: pulumi.InvokeOutputOptions) -> InstanceRef:
        found = aws.rds.get_instance_output(db_instance_identifier=identifier, opts=lookup)

        def judge(found: aws.rds.GetInstanceResult) -> str:
            known = FoundInstance(
                engine=found.engine,
                engine_version=found.engine_version,
                instance_class=found.db_instance_class,
                multi_az=found.multi_az,
                backup_retention_days=found.backup_retention_period,
                encrypted=found.storage_encrypted,
                public=found.publicly_accessible,
            )
            raise_faults(f"{KEY}.instance_identifier {identifier}", faults(known, self._args.settings))
            return found.db_instance_arn

        arn = pulumi.Output.from_input(found).apply(judge)
        existing = self._args.existing
        return InstanceRef(
            arn=arn,
            port=existing.port,
            subnet_group_name=found.db_subnet_group,
            database_name=existing.name,
            logins=[InstanceLogin(username=existing.username, password=self._password)],
            certificates=self._certificates,
        )


def postgres(
    name: str, args: RdsPostgresArgs, opts: pulumi.ResourceOptions | None = None
) -> RdsPostgres | ExistingDatabase:
    """Make the database, or find the one that the settings name."""
    existing = args.settings.existing
    if existing is None:
        return RdsPostgres(name, args, opts)
    found = ExistingDatabaseArgs(
        existing=existing,
        settings=args.settings,
        region=args.network.region,
        clients=args.clients,
        alarms=args.alarms,
        tags=args.tags,
    )
    return ExistingDatabase(name, found, opts)
