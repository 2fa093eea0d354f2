"""Backups by AWS Backup with their trials, and the budget."""

from .budget import Budget, BudgetArgs
from .component import Backups, BackupsArgs
from .cost_anomalies import CostAnomalies, CostAnomaliesArgs
from .restore_check import RestoreCheck, RestoreCheckArgs
from .settings import BackupSettings
from .watch import watch as backups_watch

__all__ = [
    "BackupSettings",
    "Backups",
    "BackupsArgs",
    "Budget",
    "BudgetArgs",
    "CostAnomalies",
    "CostAnomaliesArgs",
    "RestoreCheck",
    "RestoreCheckArgs",
    "backups_watch",
]
