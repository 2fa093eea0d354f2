"""Settings of the database."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ..planning.config_faults import Truth
from .section import SIZE, InProd, LogDays, Section

# CreateDBInstance: BackupRetentionPeriod.
RDS_MAX_BACKUP_DAYS = 35


class DatabaseSettings(Section):
    """The PostgreSQL instance."""

    # 17.1 to 17.11: cfn-lint 1.58.0, aws_rds_dbinstance/engine_version.json
    engine_version: Annotated[str, StringConstraints(pattern=r"^17(\.([1-9]|1[01]))?$")] = Field(
        default="17",
        description="PostgreSQL version, 17 or 17.x; minor upgrades come by themselves, so that 17 suffices",
        examples=['"17"'],
    )
    instance_class: Annotated[str, StringConstraints(pattern=rf"^db\.[a-z0-9]+\.{SIZE}$")] = Field(
        default="db.t4g.medium", description="instance class", examples=["db.t4g.medium"]
    )
    storage_gib: int = Field(default=20, ge=20, le=65536, description="storage at creation, GiB, gp3")
    max_storage_gib: int = Field(
        default=100, ge=22, le=65536, description="storage up to which RDS grows it by itself, GiB"
    )
    multi_az: Annotated[bool, InProd(equals=True)] = Field(
        default=False, description="a standby in another zone takes over when one fails"
    )
    backup_retention_days: Annotated[int, InProd(at_least=7)] = Field(
        default=7, ge=1, le=RDS_MAX_BACKUP_DAYS, description="days that automatic backups are kept, 1 to 35"
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

    def truths(self) -> Iterator[Truth]:
        """Judge the ceiling of the storage; RDS wants it at least a tenth above the start."""
        if self.max_storage_gib * 10 < self.storage_gib * 11:
            least = -(-self.storage_gib * 11 // 10)
            yield Truth(
                "max_storage_gib",
                "must be at least 10 % above storage_gib",
                self.max_storage_gib,
                f"write {least} or more",
            )
