"""What watches backups, trials of restoring them, and cost: what goes wrong without anybody noticing.

Each figure of AWS Backup is told by vault, by type of resource and by both, so that sums count double. It stands for
minutes and is gone then. `lasting` counts from the last one that was seen, which also gives a new stack its time, and
survives a restart of Prometheus (ALERTS_FOR_STATE).
"""

from collections.abc import Iterable

from ..shared.backup_schedule import Kind
from ..shared.watch import Alert, CloudWatch, Group, NamedMetrics, OwnMetrics, Recording, TaggedMetrics, Watch
from .settings import BackupSettings

DONE, FAILED = "aws_backup_number_of_backup_jobs_completed_sum", "aws_backup_number_of_backup_jobs_failed_sum"
KIND, VAULT = "dimension_ResourceType", "dimension_BackupVaultName"
RESTORED = "aws_backup_number_of_restore_jobs_completed_sum"
NOT_RESTORED = "aws_backup_number_of_restore_jobs_failed_sum"
# a daily plan, with the hours that a job may take; a weekly trial, with a day
OLDEST_BACKUP, OLDEST_TRIAL = "36h", "8d"
# a day that costs so many days of the budget
MOST_DAYS_A_DAY = 2
DAYS_OF_MONTH = 30


# restores are told by the type of what is restored alone, whatever account's stack it is
JOBS = TaggedMetrics(
    namespace="AWS/Backup",
    metrics={
        "NumberOfBackupJobsCompleted": ("Sum",),
        "NumberOfBackupJobsFailed": ("Sum",),
        "NumberOfCopyJobsCompleted": ("Sum",),
        "NumberOfCopyJobsFailed": ("Sum",),
        "NumberOfRestoreJobsCompleted": ("Sum",),
        "NumberOfRestoreJobsFailed": ("Sum",),
    },
)
# the bill of the whole account, a few times a day, where receiving alerts of charges is switched on (Billing user
# guide, monitor-charges)
BILL = NamedMetrics(
    name="bill",
    namespace="AWS/Billing",
    metrics={"EstimatedCharges": ("Maximum",)},
    dimensions={"Currency": "USD"},
    daily=True,
)
# what `restore_check` finds in what was restored
RESTORES = OwnMetrics(
    name="restores",
    namespace="Platform/Restores",
    metrics={"Failed": ("Sum",), "Succeeded": ("Sum",)},
    dimensions=("Stack",),
)
# it counts up through the month and begins anew: what a counter does
COST = Recording("account:cost_usd:increase1d", "increase(max(aws_billing_estimated_charges_maximum)[1d:15m])")


def watch(settings: BackupSettings, kinds: Iterable[Kind], stack_name: str) -> Watch:
    """Return what watches a stack's backups of these kinds, as far as there are any, and what the account costs."""
    budget = settings.monthly_budget_usd
    tried = settings.enabled and settings.restore_tests
    alerts = [
        *(_backups(kinds) if settings.enabled else []),
        *([*_trials(), *_checks(stack_name)] if tried else []),
        *([_cost(budget)] if budget else []),
    ]
    group = Group(name="backups", recordings=[COST], alerts=alerts)
    return Watch(cloudwatch=CloudWatch(metrics=[JOBS, BILL, *([RESTORES] if tried else [])], groups=[group]))


def _backups(kinds: Iterable[Kind]) -> list[Alert]:
    return [
        Alert(
            name="BackupTooOld",
            # figures by kind are of the whole region; those by vault, of this stack's own vaults and any kind
            expression=" or ".join([*map(_no_backup, sorted(kinds)), f'absent({DONE}{{{VAULT}!=""}} > 0)']),
            lasting=OLDEST_BACKUP,
            severity="critical",
            summary="There is no fresh backup {{ $labels.dimension_ResourceType }}",
            description=f"No backup job of it has ended well for {OLDEST_BACKUP}; there should be one every day.",
        ),
        Alert(
            name="BackupFailed",
            expression=f"max(max_over_time({FAILED}[1h])) > 0",
            lasting="",
            severity="warning",
            summary="A backup failed",
            description="AWS Backup could not back up {{ $value }} of what it should.",
            keep_firing_for="6h",
        ),
    ]


def _no_backup(kind: Kind) -> str:
    # of a comparison, absent() tells no label
    return f'label_replace(absent({DONE}{{{KIND}="{kind}"}} > 0), "{KIND}", "{kind}", "", "")'


def _trials() -> list[Alert]:
    return [
        Alert(
            name="RestoreTestFailed",
            expression=f"max(max_over_time({NOT_RESTORED}[1h])) > 0",
            lasting="",
            severity="critical",
            summary="A backup could not be restored",
            description="The weekly trial failed: a backup that cannot be restored is none.",
            keep_firing_for="1d",
        ),
        Alert(
            name="RestoreTestTooOld",
            expression=f"absent({RESTORED} > 0)",
            lasting=OLDEST_TRIAL,
            severity="warning",
            summary="No backup has been restored as a trial",
            description=f"No trial has ended well for {OLDEST_TRIAL}; there should be one every week.",
        ),
    ]


def _checks(stack_name: str) -> list[Alert]:
    good, bad = (
        f'aws_platform_restores_{each}_sum{{dimension_Stack="{stack_name}"}}' for each in ("succeeded", "failed")
    )
    return [
        Alert(
            name="RestoreCheckFailed",
            # told every hour until a trial goes well
            expression=f"max(max_over_time({bad}[150m])) > 0",
            lasting="",
            severity="critical",
            summary="A restored backup did not hold what it should",
            description="The weekly trial was restored, and could not be opened in its time, or had no rows: a backup "
            "like that brings nothing back.",
        ),
        Alert(
            name="RestoreCheckTooOld",
            expression=f"absent({good} > 0)",
            lasting=OLDEST_TRIAL,
            severity="warning",
            summary="No restored backup has been opened and counted",
            description=f"No trial has been found good for {OLDEST_TRIAL}; there should be one every week.",
        ),
    ]


def _cost(budget_usd: int) -> Alert:
    most = MOST_DAYS_A_DAY * budget_usd / DAYS_OF_MONTH
    return Alert(
        name="CostPerDayHigh",
        expression=f"{COST.name} > {most:.2f}",
        lasting="6h",
        severity="warning",
        summary="The account costs more than it should",
        description=f"{{{{ $value | humanize }}}} USD in a day, where the budget of {budget_usd} USD a month allows "
        f"{budget_usd / DAYS_OF_MONTH:.2f}.",
    )
