"""What the database, its owner and whoever logs in are called."""

import re
from dataclasses import dataclass

# CreateDBInstance: a name has 1 to 63 letters, digits or underscores; `_master` and `_a` come behind the owner's.
LONGEST_NAME, MASTER_SUFFIX = 63, "_master"
LONGEST_OWNER = LONGEST_NAME - len(MASTER_SUFFIX)
# databases that every instance has (RDS user guide, PostgreSQL databases)
TAKEN_DATABASES = ("postgres", "rdsadmin", "template0", "template1")
# roles of PostgreSQL's and of RDS's own begin so, or are called so
TAKEN_ROLES = re.compile(r"pg_|rds|postgres$|public$|none$")


@dataclass(frozen=True)
class DatabaseIdentity:
    """The database, and the role that owns it and all in it: nobody logs in as that one."""

    database: str
    owner: str

    def __post_init__(self) -> None:
        """Refuse what PostgreSQL or RDS keeps for itself, and what would have to be quoted."""
        for what, name, longest in (
            ("database_name", self.database, LONGEST_NAME),
            ("owner", self.owner, LONGEST_OWNER),
        ):
            if not re.fullmatch(rf"[a-z][a-z0-9_]{{0,{longest - 1}}}", name):
                raise ValueError(
                    f"{what} must have 1 to {longest} lower-case letters, digits and underscores, a letter first, got "
                    f"{name!r}: write one such as orders"
                )
        if self.database in TAKEN_DATABASES:
            raise ValueError(f"database_name must not be {self.database!r}, which every instance has: choose another")
        if TAKEN_ROLES.match(self.owner):
            raise ValueError(f"owner must not be {self.owner!r}, a name of PostgreSQL's or RDS's own: choose another")

    @property
    def master(self) -> str:
        """Return the master's name: not postgres or admin, which is what an attacker tries first."""
        return f"{self.owner}{MASTER_SUFFIX}"
