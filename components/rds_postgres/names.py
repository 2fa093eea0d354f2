"""What RDS's names look like."""

from typing import Annotated

from pydantic import StringConstraints

# CreateDBInstance: DBInstanceIdentifier.
InstanceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
