"""Backups, trials, cost."""

from tests.components.monitoring_stack.cases.case import calm, story, unknown

JOBS = 'aws_backup_number_of_{}_sum{{dimension_ResourceType="RDS"}}'
DONE, FAILED = JOBS.format("backup_jobs_completed"), JOBS.format("backup_jobs_failed")
EKS, S3 = DONE.replace("RDS", "EKS"), DONE.replace("RDS", "S3")
OURS = DONE.replace('dimension_ResourceType="RDS"', 'dimension_BackupVaultName="backups-vault"')
ONE_A_DAY, TWO_DAYS_NONE = "0 1 0x22 1 0x22 1 0x22 1", "0 1 0x45 1 0x20"


def others(*but: str) -> dict[str, str]:
    """Return the figures that are as they should be."""
    return {each: ONE_A_DAY for each in (DONE, EKS, S3, OURS) if each not in but}


RESTORED, NOT_RESTORED = JOBS.format("restore_jobs_completed"), JOBS.format("restore_jobs_failed")
CHECKED = 'aws_platform_restores_{}_sum{{dimension_Stack="{}"}}'
GOOD, BAD = (CHECKED.format(each, "orders-test") for each in ("succeeded", "failed"))
# of a month that begins on the third day
BILL = 'aws_billing_estimated_charges_maximum{dimension_Currency="USD"}'

CASES = (
    story(
        "BackupTooOld",
        "critical",
        "two days without a backup of the database",
        {DONE: TWO_DAYS_NONE, **others(DONE)},
        "30h",
        "40h",
        "50h",
        {"dimension_ResourceType": "RDS"},
        interval="1h",
    ),
    story(
        "BackupTooOld",
        "critical",
        "two days without one of the files, while the others have theirs",
        {S3: TWO_DAYS_NONE, **others(S3)},
        "30h",
        "40h",
        "50h",
        {"dimension_ResourceType": "S3"},
        interval="1h",
    ),
    story(
        "BackupTooOld",
        "critical",
        "another stack of the region has its backups, and this one has none",
        {OURS: TWO_DAYS_NONE, **others(OURS)},
        "30h",
        "40h",
        "50h",
        interval="1h",
    ),
    story(
        "BackupTooOld",
        "critical",
        "the figure is NaN, or gone",
        {DONE: f"1 {unknown(20)} _x30 1 0x10", **others(DONE)},
        "30h",
        "45h",
        "53h",
        {"dimension_ResourceType": "RDS"},
        interval="1h",
    ),
    calm("BackupTooOld", "one a day", others(), "30h", "46h", "65h", interval="1h"),
    calm(
        "BackupTooOld",
        "a new stack has a day and a half",
        dict.fromkeys(others(), "0x35 1 0x10"),
        "20h",
        "35h",
        "40h",
        interval="1h",
    ),
    story(
        "BackupFailed",
        "warning",
        "a job fails, and is told of for hours",
        {FAILED: "0x10 1x5 0x600"},
        "5m",
        "200m",
        "8h",
    ),
    calm("BackupFailed", "none does", {FAILED: "0x60"}, "50m"),
    story(
        "RestoreTestFailed",
        "critical",
        "the trial fails",
        {NOT_RESTORED: "0x5 1 0x40"},
        "4h",
        "20h",
        "40h",
        interval="1h",
    ),
    calm("RestoreTestFailed", "it succeeds", {NOT_RESTORED: "0x40", RESTORED: "0x5 1 0x30"}, "20h", interval="1h"),
    story(
        "RestoreTestTooOld",
        "warning",
        "nine days without a trial",
        {RESTORED: "0 1 0x220 1 0x40"},
        "150h",
        "210h",
        "230h",
        interval="1h",
    ),
    calm("RestoreTestTooOld", "one a week", {RESTORED: "0 1 0x166 1 0x100"}, "160h", "190h", "260h", interval="1h"),
    # in steps of ten minutes: told once an hour, and read for five minutes
    story(
        "RestoreCheckFailed",
        "critical",
        "a trial cannot be opened, and the next one can",
        {BAD: "0x3 1 0x5 1 0x5 1 0x5 0x40"},
        "20m",
        "170m",
        "8h",
        interval="10m",
    ),
    story(
        "RestoreCheckFailed",
        "critical",
        "one figure of three gets lost",
        {BAD: "0x3 1 0x5 _x6 1 0x5 0x40"},
        "20m",
        "140m",
        "8h",
        interval="10m",
    ),
    calm(
        "RestoreCheckFailed",
        "another stack's is bad",
        {BAD: "0x60", CHECKED.format("failed", "orders-other"): "0x3 1 0x5 1 0x50"},
        "1h",
        "2h",
        interval="10m",
    ),
    story(
        "RestoreCheckTooOld",
        "warning",
        "nobody looks any more, while another stack's goes well",
        {GOOD: "0 1 _x220 1 0x40", CHECKED.format("succeeded", "orders-other"): "0 1 0x100 1 0x200"},
        "150h",
        "210h",
        "230h",
        interval="1h",
    ),
    calm("RestoreCheckTooOld", "one a week", {GOOD: "0 1 0x166 1 0x100"}, "160h", "190h", "260h", interval="1h"),
    # 3000 USD a month allow 100 a day; twice as much is too much
    story(
        "CostPerDayHigh",
        "warning",
        "300 USD a day",
        {BILL: "0+4x24 96+12.5x48 700+4x72"},
        "20h",
        "60h",
        "130h",
        interval="1h",
    ),
    calm("CostPerDayHigh", "a month begins anew", {BILL: "2900+4x24 0+4x60"}, "30h", "50h", "70h", interval="1h"),
    calm("CostPerDayHigh", "150 USD a day", {BILL: "0+6.25x80"}, "70h", interval="1h"),
)
