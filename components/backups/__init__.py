"""Backups by AWS Backup with their trials, and the budget."""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .budget import Budget, BudgetArgs
    from .component import Backups, BackupsArgs
    from .cost_anomalies import CostAnomalies, CostAnomaliesArgs
    from .restore_check import RestoreCheck, RestoreCheckArgs
    from .settings import BackupSettings
    from .watch import watch as backups_watch
else:
    __getattr__ = on_demand(__name__)

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
