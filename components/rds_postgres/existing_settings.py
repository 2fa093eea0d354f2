"""Settings of a database that was there before."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ..shared.existing_server_settings import ExistingServerSettings, Port
from .names import InstanceName

_CERTIFICATE = r"-----BEGIN CERTIFICATE-----\s+[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*"
# a ConfigMap, in which it reaches pods, holds 1 MiB (Kubernetes, "ConfigMaps")
LONGEST_BUNDLE = 500_000


class ExistingDatabaseSettings(ExistingServerSettings):
    """A PostgreSQL database that was there before: judged where RDS has it in this account, never changed.

    The section `database` then says what the instance is: class, version, zones, days of backups. Of what is no
    instance here nothing is judged, backed up, restored as a trial or told by CloudWatch. Nothing looks at TLS, the
    parameters and the login's rights: it must be let create in the schema public.
    """

    port: Port = Field(default=5432, description="its port")
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")] = Field(
        description="the database's name", examples=["flowise"]
    )
    ca_certificates: Annotated[str, StringConstraints(pattern=rf"^({_CERTIFICATE})+$", max_length=LONGEST_BUNDLE)] | (
        None
    ) = Field(
        default=None,
        description="certificates of the authorities that its own is from, PEM; RDS's of the region without",
        examples=["-----BEGIN CERTIFICATE-----..."],
    )
    instance_identifier: InstanceName | None = Field(
        default=None,
        description="the RDS instance that it is, in the stack's account and region, for alarms, metrics and backups",
        examples=["orders-prod"],
    )
