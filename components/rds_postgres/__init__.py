"""PostgreSQL on RDS, its logins and its proxy.

What makes database and logins lies in `components.rds_postgres.setup`, public as well: it asks for a cluster, and for
Kubernetes, of which the database knows nothing.
"""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .component import RdsPostgres, RdsPostgresArgs
    from .existing import ExistingDatabase, ExistingDatabaseArgs, postgres
    from .settings import DatabaseSettings
    from .setup_target import SetupTarget
else:
    __getattr__ = on_demand(__name__)

__all__ = [
    "DatabaseSettings",
    "ExistingDatabase",
    "ExistingDatabaseArgs",
    "RdsPostgres",
    "RdsPostgresArgs",
    "SetupTarget",
    "postgres",
]
