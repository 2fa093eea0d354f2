"""The parameters, logins and limits of the database."""

from dataclasses import dataclass
from typing import Literal

TEN_MINUTES_IN_MILLISECONDS = 600_000


@dataclass(frozen=True)
class Parameter:
    """One row of a parameter group. A static parameter takes effect at a reboot alone.

    RDS reads a value that is the family's own default back as pending-reboot, whatever was asked: with `immediate` each
    preview would show a difference, and no update end it (terraform-provider-aws#39252).
    """

    name: str
    value: str
    apply_method: Literal["immediate", "pending-reboot"] = "immediate"


def family(engine_version: str) -> str:
    """Return the family of parameter groups that goes with a version."""
    return f"postgres{engine_version.split('.', maxsplit=1)[0]}"


def parameters(*, slow_query_milliseconds: int) -> tuple[Parameter, ...]:
    """Return what differs from the family's defaults, or must not be left to them."""
    return (
        # the family's default as well, but written, so that a changed default does not open the database
        Parameter("rds.force_ssl", "1", "pending-reboot"),
        Parameter("log_min_duration_statement", str(slow_query_milliseconds)),
        Parameter("log_statement", "ddl"),
        Parameter("log_lock_waits", "1"),
        # a client that dies amid a transaction would hold its locks until somebody looks
        Parameter("idle_in_transaction_session_timeout", str(TEN_MINUTES_IN_MILLISECONDS)),
        Parameter("shared_preload_libraries", "pg_stat_statements", "pending-reboot"),
    )


# RDS's default for PostgreSQL, max_connections = LEAST({DBInstanceClassMemory/9531392}, 5000) (RDS user guide,
# CHAP_Limits: maximum number of database connections)
BYTES_PER_CONNECTION, MOST_CONNECTIONS = 9_531_392, 5000
# GiB of the size large, by the family's first letter (RDS user guide, DB instance class hardware specifications)
_LARGE_GIB = {"t": 8, "m": 8, "r": 16, "x": 32, "z": 16, "c": 4}
_SMALLER = {"micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1}


def memory_gib(instance_class: str) -> float:
    """Return the memory of an instance class such as db.m7g.large; a family that is not known
    counts as a general one.
    """
    _, family, size = instance_class.split(".")
    times = _SMALLER.get(size) or 2 * int(size.removesuffix("xlarge") or 1)
    return _LARGE_GIB.get(family[0], _LARGE_GIB["m"]) * times


def max_connections(instance_class: str) -> int:
    """Return how many connections an instance of a class admits, by RDS's default."""
    return min(int(memory_gib(instance_class) * 2**30 / BYTES_PER_CONNECTION), MOST_CONNECTIONS)
