"""Settings of backups and of what they cost."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from ..config.problems import Problem
from ..config.regions import Region
from ..config.section import InProd, Section

# CreateBackupVault: PutBackupVaultLockConfiguration, ChangeableForDays is at least 3.
LEAST_GRACE_DAYS = 3
MonitorArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:ce::\d{12}:anomalymonitor/[0-9a-f-]+$")]


class BackupSettings(Section):
    """AWS Backup: database, files and cluster every day, copies in a second region, restores tried every week."""

    enabled: Annotated[bool, InProd(equals=True)] = Field(default=True, description="daily backups by AWS Backup")
    daily_at: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = Field(
        default="21:00",
        description="when daily backups begin, UTC: away from database.backup_window and database.maintenance_window",
    )
    retention_days: Annotated[int, InProd(at_least=30)] = Field(
        default=7, ge=1, le=3650, description="days that daily backups are kept"
    )
    copy_region: Annotated[Region | None, InProd(given=True)] = Field(
        default=None,
        description="second region, to which backups of database, files and cluster are copied",
        examples=["eu-central-1"],
    )
    lock_grace_days: int | None = Field(
        default=None,
        ge=LEAST_GRACE_DAYS,
        le=36_500,
        description="days after which nobody, AWS included, can delete backups before their time or undo this; none "
        "leaves the lock open to those whom IAM lets remove it",
    )
    restore_tests: Annotated[bool, InProd(equals=True)] = Field(
        default=False, description="a backup of the database is restored every week, checked and deleted"
    )
    access_log_retention_days: int = Field(
        default=90, ge=1, le=3650, description="days that access logs of buckets, load balancer and CDN are kept"
    )
    monthly_budget_usd: int | None = Field(
        default=None,
        ge=1,
        description="what the stack may cost in a month; the alarms' topic hears at 80 %, at 100 % and of a forecast",
    )
    cost_anomaly_usd: int | None = Field(
        default=None,
        ge=1,
        description="the alarms' topic hears at once of an unusual cost that comes to so much; AWS learns for ten days "
        "what is usual, of all that bears the tag Project, of the other stacks too",
    )
    cost_anomaly_monitor_arn: MonitorArn | None = Field(
        default=None,
        description="a monitor of Cost Anomaly Detection that the account has, heard instead of making one",
        examples=["arn:aws:ce::111122223333:anomalymonitor/01234567-89ab-cdef-0123-456789abcdef"],
    )

    def problems(self) -> Iterator[Problem]:
        """Judge that a monitor is named only where it is heard."""
        if self.cost_anomaly_monitor_arn is not None and self.cost_anomaly_usd is None:
            yield Problem(
                "cost_anomaly_monitor_arn",
                "is heard only with cost_anomaly_usd",
                self.cost_anomaly_monitor_arn,
                "write how many USD make an anomaly worth telling, such as cost_anomaly_usd: 50",
            )
