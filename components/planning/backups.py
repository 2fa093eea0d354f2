"""When backups are taken and tried, and of what."""

from collections.abc import Mapping

# whatever bears it is backed up
BACKUP_TAG: Mapping[str, str] = {"Backup": "daily"}
# at 02:00 UTC every day, and a trial on Sundays after it
SCHEDULE = "cron(0 2 * * ? *)"
RESTORE_TEST_SCHEDULE = "cron(0 6 ? * SUN *)"
FAILURES = ("BACKUP_JOB_FAILED", "COPY_JOB_FAILED", "RESTORE_JOB_FAILED")
# AWS Backup developer guide, "Managed policies for AWS Backup"
ROLE_POLICIES: Mapping[str, str] = {
    "backup": "service-role/AWSBackupServiceRolePolicyForBackup",
    "restore": "service-role/AWSBackupServiceRolePolicyForRestores",
    "backup-s3": "AWSBackupServiceRolePolicyForS3Backup",
    "restore-s3": "AWSBackupServiceRolePolicyForS3Restore",
}
# a backup is kept at least so long, whoever asks for less
LEAST_KEPT_DAYS = 7


def least_retention_days(retention_days: int) -> int:
    """Give the least that the vault's lock lets a backup be kept."""
    return min(LEAST_KEPT_DAYS, retention_days)


def restore_testing_name(stack_name: str) -> str:
    """Give a plan's name, of letters, digits and underscores (CreateRestoreTestingPlan: RestoreTestingPlanName)."""
    return stack_name.replace("-", "_")
