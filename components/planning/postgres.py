"""The parameters of the database."""

from dataclasses import dataclass
from typing import Literal

FAMILY = "postgres17"
TEN_MINUTES_IN_MILLISECONDS = 600_000


@dataclass(frozen=True)
class Parameter:
    """One row of a parameter group. A static parameter takes effect at a reboot alone."""

    name: str
    value: str
    apply_method: Literal["immediate", "pending-reboot"] = "immediate"


def parameters(*, slow_query_milliseconds: int) -> tuple[Parameter, ...]:
    """Give what differs from the family's defaults, or must not be left to them."""
    return (
        # the family's default as well, but written, so that a changed default does not open the database
        Parameter("rds.force_ssl", "1"),
        Parameter("log_min_duration_statement", str(slow_query_milliseconds)),
        Parameter("log_statement", "ddl"),
        Parameter("log_lock_waits", "1"),
        # a client that dies amid a transaction would hold its locks until somebody looks
        Parameter("idle_in_transaction_session_timeout", str(TEN_MINUTES_IN_MILLISECONDS)),
        Parameter("shared_preload_libraries", "pg_stat_statements", "pending-reboot"),
    )
