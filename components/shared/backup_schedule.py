"""When backups are taken and tried, of what, and which events tell that one went wrong."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pulumi import Input


# what is backed up, as AWS Backup calls its kinds
Kind = Literal["EKS", "RDS", "S3"]
# a trial on Sundays
RESTORE_TEST_SCHEDULE = "cron(0 6 ? * SUN *)"
# AWS Backup gives up on a job that has not begun, or not ended, after so many minutes.
START_MINUTES, COMPLETE_MINUTES = 60, 480
# "AWS database services cannot start backups 1 hour before or during their maintenance window or automatic backup
# window" (AWS Backup developer guide, troubleshooting)
CLOSED_BEFORE_MINUTES = 60
# AWS Backup tells of jobs by these, in `state` or, of restores, in `status` (AWS Backup developer guide, eventbridge).
# A vault's own notifications know neither what expired nor what was aborted.
JOB_EVENTS = ("Backup Job State Change", "Copy Job State Change", "Restore Job State Change")
FAILED_STATES = ("ABORTED", "EXPIRED", "FAILED", "PARTIAL")
# AWS Backup developer guide, "Managed policies for AWS Backup"
ROLE_POLICIES: Mapping[str, str] = {
    "backup": "service-role/AWSBackupServiceRolePolicyForBackup",
    "restore": "service-role/AWSBackupServiceRolePolicyForRestores",
    "backup-s3": "AWSBackupServiceRolePolicyForS3Backup",
    "restore-s3": "AWSBackupServiceRolePolicyForS3Restore",
}
# a backup is kept at least so long, whoever asks for less
LEAST_KEPT_DAYS = 7


def schedule(daily_at: str) -> str:
    """Return the expression of a time of each day, such as 21:00 in UTC."""
    hours, minutes = daily_at.split(":")
    return f"cron({int(minutes)} {int(hours)} * * ? *)"


def failed_jobs(role_arn: "Input[str]") -> Mapping[str, Any]:
    """Write the pattern of events of jobs that did not end well, under one role: another stack's are not ours.

    Not each event names the role; one that does not is told rather than missed.
    """
    states = list(FAILED_STATES)
    return {
        "source": ["aws.backup"],
        "detail-type": list(JOB_EVENTS),
        "detail": {
            "$or": [{"state": states}, {"status": states}],
            "iamRoleArn": [role_arn, {"exists": False}],
        },
    }


def least_retention_days(retention_days: int) -> int:
    """Return the least that the vault's lock lets a backup be kept."""
    return min(LEAST_KEPT_DAYS, retention_days)


def restore_testing_name(stack_name: str) -> str:
    """Return a plan's name, of letters, digits and underscores (CreateRestoreTestingPlan: RestoreTestingPlanName)."""
    return stack_name.replace("-", "_")
