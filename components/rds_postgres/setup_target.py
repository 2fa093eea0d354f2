"""What the database's setup is handed by the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Input

from ..shared.external_secrets import Source


@dataclass(frozen=True, kw_only=True)
class SetupTarget:
    """The instance, the role that is to own the database, and its logins; applications connect to `address`.

    `generation` is the logins' last change.
    """

    instance_address: Input[str]
    address: Input[str]
    port: Input[int]
    database_name: str
    owner: str
    username: Input[str]
    password: Source
    master_secret_arn: Input[str]
    login_secret_arns: Input[Sequence[str]]
    key_arn: Input[str]
    generation: int
