"""Settings of the database."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ..config.problems import Problem
from ..config.section import FAMILY, SIZE, InProd, LogDays, Section
from ..config.sizes import DATABASE_CLASSES
from ..shared.network_policies import Road
from ..shared.windows import daily, weekly
from .existing_settings import ExistingDatabaseSettings
from .names import InstanceName

# CreateDBInstance: BackupRetentionPeriod.
RDS_MAX_BACKUP_DAYS = 35


SnapshotName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9:_-]{0,254}$|^arn:aws[a-z-]*:rds:.+$")]
AutomatedBackupArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:rds:.+:auto-backup:.+$")]
Moment = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]


class RestoreSettings(Section):
    """What a new instance begins with. It says nothing to an instance that stands."""

    snapshot: SnapshotName | None = Field(
        default=None, description="name or ARN of a snapshot", examples=["orders-prod-final-1a2b3c4d"]
    )
    source_instance: InstanceName | None = Field(
        default=None,
        description="name of an instance that stands, or stood under another name, restored to a point in time",
        examples=["orders-prod-damaged"],
    )
    automated_backup_arn: AutomatedBackupArn | None = Field(
        default=None,
        description="ARN of automated backups that outlived their instance, or were copied from another region",
        examples=["arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-0123456789abcdef"],
    )
    time: Moment | None = Field(
        default=None,
        description="moment to go back to, UTC; the latest possible without one",
        examples=["2026-11-21T14:30:00Z"],
    )

    def problems(self) -> Iterator[Problem]:
        """Judge that there is one source, and a moment only where one can be chosen."""
        sources = {"snapshot": self.snapshot, "source_instance": self.source_instance}
        sources["automated_backup_arn"] = self.automated_backup_arn
        named = [key for key, value in sources.items() if value]
        if len(named) != 1:
            yield Problem(
                "snapshot", "or another source must be given, one alone", named, f"write one of {', '.join(sources)}"
            )
        if self.time and self.snapshot:
            yield Problem("time", "cannot be chosen with a snapshot", self.time, "remove it, or write source_instance")


# CreateDBInstance: PreferredBackupWindow, PreferredMaintenanceWindow.
_TIME = r"([01]\d|2[0-3]):[0-5]\d"
_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
DailyWindow = Annotated[str, StringConstraints(pattern=rf"^{_TIME}-{_TIME}$")]
WeeklyWindow = Annotated[str, StringConstraints(pattern=rf"^{_DAY}:{_TIME}-{_DAY}:{_TIME}$")]
LEAST_WINDOW_MINUTES = 30


# Minor versions that RDS has, cfn-lint 1.58.0: aws_rds_dbinstance/engine_version.json. Before 15 every login may create
# in the schema public, and TLS is not asked for unless a parameter says so.
EngineVersion = Annotated[
    str,
    StringConstraints(pattern=r"^(15(\.([2-9]|1\d))?|16(\.([1-9]|1[0-5]))?|17(\.([1-9]|1[01]))?|18(\.[12346])?)$"),
]


# gp3 of PostgreSQL: storage of less takes neither, and has 3,000 and 125; the ranges are those of the table there (RDS
# user guide, CHAP_Storage, "gp3 storage")
STRIPED_GIB = 400
LEAST_IOPS, MOST_IOPS = 12_000, 64_000
LEAST_MIBPS, MOST_MIBPS = 500, 4_000
# Throughput is a quarter of the operations at most: EBS's own rule for gp3 (EBS user guide, general-purpose: 0.25 MiB/s
# per IOPS). RDS's guide does not repeat it; its API has "0-0.25" for an example (ValidStorageOptions,
# StorageThroughputToIopsRatio), and an instance's own by DescribeValidDBInstanceModifications.
IOPS_PER_MIBPS = 4


class DatabaseSettings(Section):
    """The PostgreSQL instance."""

    engine_version: EngineVersion = Field(
        default="17",
        description="PostgreSQL version, 15 to 18 or a minor one such as 17.4; minor upgrades come by themselves, so "
        "that the major suffices; it cannot go back",
        examples=['"17"'],
    )
    allow_major_upgrade: bool = Field(
        default=False,
        description="lets engine_version go to a later major version, in the maintenance window; take a snapshot "
        "first, for nothing leads back, and write false again afterwards",
    )
    instance_class: Annotated[str, StringConstraints(pattern=rf"^db\.{FAMILY}\.{SIZE}$"), DATABASE_CLASSES] = Field(
        default="db.t4g.medium", description="instance class", examples=["db.t4g.medium"]
    )
    storage_gib: int = Field(default=20, ge=20, le=65536, description="storage at creation, GiB, gp3")
    storage_iops: int | None = Field(
        default=None,
        ge=LEAST_IOPS,
        le=MOST_IOPS,
        description="I/O operations a second that the storage does, from storage_gib 400 on; 3000 below that, 12000 "
        "from there, without",
    )
    storage_throughput_mibps: int | None = Field(
        default=None,
        ge=LEAST_MIBPS,
        le=MOST_MIBPS,
        description="MiB a second that the storage moves, from storage_gib 400 on, a quarter of storage_iops at most; "
        "125 below that, 500 from there, without",
    )
    max_storage_gib: int = Field(
        default=100, ge=22, le=65536, description="storage up to which RDS grows it by itself, GiB"
    )
    multi_az: Annotated[bool, InProd(equals=True)] = Field(
        default=False, description="a standby in another zone takes over when one fails"
    )
    backup_retention_days: Annotated[int, InProd(at_least=7)] = Field(
        default=7, ge=1, le=RDS_MAX_BACKUP_DAYS, description="days that automatic backups are kept, 1 to 35"
    )
    backup_window: DailyWindow = Field(
        default="02:00-03:00", description="when RDS takes its daily backup, UTC; half an hour or more"
    )
    maintenance_window: WeeklyWindow = Field(
        default="sun:03:30-sun:04:30", description="when RDS may change the instance, UTC; half an hour or more"
    )
    deletion_protection: Annotated[bool, InProd(equals=True)] = Field(
        default=True, description="RDS refuses to delete the instance"
    )
    final_snapshot: Annotated[bool, InProd(equals=True)] = Field(
        default=True, description="a last snapshot is taken when the instance is deleted"
    )
    performance_insights: Annotated[bool, InProd(equals=True)] = Field(
        default=True, description="Performance Insights, kept 7 days; some small instance classes lack it"
    )
    monitoring_interval_seconds: Annotated[Literal[0, 1, 5, 10, 15, 30, 60], InProd(at_least=1)] = Field(
        default=60, description="seconds between samples of enhanced monitoring; 0 turns it off"
    )
    log_retention_days: LogDays = Field(default=14, description="days that the database's logs are kept")
    slow_query_milliseconds: int = Field(
        default=1000, ge=0, description="statements that take longer are logged, milliseconds"
    )
    password_generation: int = Field(
        default=1,
        ge=1,
        description="raise by one to change the application's password: the next login takes over, the old one works "
        "until the next change",
    )
    proxy: bool = Field(
        default=False,
        description="RDS Proxy between the application and the instance: fewer connections, faster failover",
    )
    blue_green_updates: bool = Field(
        default=False,
        description="changes are made on a copy that then takes over; RDS then does not keep and change the master's "
        "password itself",
    )
    restore: RestoreSettings | None = Field(
        default=None, description="what a new instance begins with; ignored while one stands"
    )
    existing: ExistingDatabaseSettings | None = Field(
        default=None, description="a database that was there before, used instead of making one"
    )

    def problems(self) -> Iterator[Problem]:
        """Judge the ceiling of the storage, which RDS wants at least a tenth above the start, and its two windows."""
        yield from self._what_is_not_ours()
        yield from self._speed()
        if self.max_storage_gib * 10 < self.storage_gib * 11:
            least = -(-self.storage_gib * 11 // 10)
            yield Problem(
                "max_storage_gib",
                "must be at least 10 % above storage_gib",
                self.max_storage_gib,
                f"write {least} or more",
            )
        for key, spans in (
            ("backup_window", daily(self.backup_window)),
            ("maintenance_window", weekly(self.maintenance_window)),
        ):
            if spans[0].minutes < LEAST_WINDOW_MINUTES:
                yield Problem(key, "must be half an hour long or more", getattr(self, key), "let it end later")
        kept = weekly(self.maintenance_window)[0]
        if any(each.meets(kept) for each in daily(self.backup_window)):
            yield Problem(
                "maintenance_window",
                f"must not overlap backup_window ({self.backup_window})",
                self.maintenance_window,
                "let one begin after the other ends",
            )

    def _speed(self) -> Iterator[Problem]:
        for key in ("storage_iops", "storage_throughput_mibps"):
            asked = getattr(self, key)
            if asked is not None and self.storage_gib < STRIPED_GIB:
                yield Problem(key, f"cannot be chosen below storage_gib {STRIPED_GIB}", asked, "leave it out")
        iops, mibps = self.storage_iops or LEAST_IOPS, self.storage_throughput_mibps
        if mibps is not None and mibps * IOPS_PER_MIBPS > iops:
            yield Problem(
                "storage_throughput_mibps",
                f"must be a quarter of storage_iops ({iops}) at most",
                mibps,
                f"raise storage_iops to {mibps * IOPS_PER_MIBPS}, or lower it",
            )

    def _what_is_not_ours(self) -> Iterator[Problem]:
        if self.existing is None:
            return
        made = {"proxy": self.proxy, "blue_green_updates": self.blue_green_updates, "restore": self.restore is not None}
        made["password_generation"] = self.password_generation > 1
        for key, asked in made.items():
            if asked:
                yield Problem(
                    key, "is of a database that the stack makes, and existing names another", asked, f"leave {key} out"
                )

    def road(self) -> Road | None:
        """Return how pods reach one that was there before."""
        return self.existing.road() if self.existing else None

    def backed_up(self) -> bool:
        """Return whether AWS Backup can know it."""
        return self.existing is None or self.existing.instance_identifier is not None
