"""Settings of a server that was there before, a database or a cache."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ..config.section import Cidr, Section
from .network_policies import Road

HostName = Annotated[str, StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$", max_length=253)]
SecretArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+$")]
KeyArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[0-9a-f-]+$")]
SecurityGroupId = Annotated[str, StringConstraints(pattern=r"^sg-[0-9a-f]{8,17}$")]
Port = Annotated[int, Field(ge=1, le=65535)]


class ExistingServerSettings(Section):
    """Where it is, how it is logged in to, and what keeps others out of it."""

    host: HostName = Field(
        description="its name, which its certificate bears", examples=["orders.abc.eu-west-1.rds.amazonaws.com"]
    )
    port: Port = Field(description="its port")
    username: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,62}$")] = Field(
        description="who logs in", examples=["flowise"]
    )
    secret_arn: SecretArn = Field(
        description="ARN of the Secrets Manager secret with the password, in the stack's own region",
        examples=["arn:aws:secretsmanager:eu-west-1:111122223333:secret:flowise/login-AbCdEf"],
    )
    secret_field: Annotated[str, StringConstraints(min_length=1)] = Field(
        default="password", description="field of that secret's JSON object that holds the password"
    )
    secret_key_arn: KeyArn | None = Field(
        default=None,
        description="ARN of the KMS key that the secret is encrypted with, where that is not AWS's own",
        examples=["arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"],
    )
    cidrs: tuple[Cidr, ...] = Field(
        min_length=1,
        description="ranges in which it lies: pods reach these, on its port, and nothing else of the network does",
        examples=["10.20.192.0/22"],
    )
    security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="its security group, to which a rule for the cluster is added; without it, let the cluster's in "
        "by hand",
        examples=["sg-0123456789abcdef0"],
    )

    def road(self) -> Road:
        """Return how pods reach it."""
        return Road(cidrs=self.cidrs, port=self.port)
