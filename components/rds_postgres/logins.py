"""The application's two logins, of which one is in use."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_random as random

from ..shared.alternating_logins import Login, logins
from ..shared.external_secrets import SecretField
from ..shared.references import InstanceLogin
from ..shared.stored_secret import StoredSecret, StoredSecretArgs

# CreateDBInstance: a password has 8 to 128 characters and none of / " @ or space; URLs want none of their own signs
# either.
PASSWORD_LENGTH, PASSWORD_SPECIALS = 40, "-_.~"


@dataclass(frozen=True, kw_only=True)
class DatabaseLoginsArgs:
    """Where they log in, what they own, and how often their passwords were changed (`shared.alternating_logins`)."""

    generation: int
    owner: str
    host: pulumi.Input[str]
    port: pulumi.Input[int]
    database_name: str
    kms_key_arn: pulumi.Input[str]
    tags: Mapping[str, str]


class DatabaseLogins(pulumi.ComponentResource):
    """Names, passwords and secrets. Inside the database they are made by `setup`."""

    username: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    secret_arns: pulumi.Output[list[str]]

    def __init__(self, name: str, args: DatabaseLoginsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:rds_postgres:DatabaseLogins", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        both = logins(args.generation)
        passwords = {login: database_password(f"{name}-{login.slot}", child, login) for login in both}
        secrets = {
            login: credentials(f"{name}-{login.slot}", _username(args, login), passwords[login], args, child)
            for login in both
        }
        self.all = [
            InstanceLogin(username=_username(args, login), password=secrets[login].field("password")) for login in both
        ]
        used = both[0]
        self.username = pulumi.Output.from_input(_username(args, used))
        self._used = secrets[used]
        self.secret_arn = self._used.arn
        # in the order of their names, whichever is in use
        self.secret_arns = pulumi.Output.all(*(secrets[each].arn for each in sorted(both, key=lambda each: each.slot)))
        self.register_outputs(
            {
                "username": self.username,
                "secret_arn": self.secret_arn,
                "secret_arns": self.secret_arns,
            }
        )

    @property
    def password(self) -> SecretField:
        """Where pods find the password of the login that is in use."""
        return self._used.field("password")


def database_password(name: str, opts: pulumi.ResourceOptions, login: Login | None = None) -> pulumi.Output[str]:
    """Make a password; a new one comes with each change of the login, and at no other time."""
    made = random.RandomPassword(
        f"{name}-password",
        length=PASSWORD_LENGTH,
        special=True,
        override_special=PASSWORD_SPECIALS,
        keepers={"generation": str(login.generation)} if login else None,
        opts=opts,
    )
    return made.result


def credentials(
    name: str, username: str, password: pulumi.Input[str], args: DatabaseLoginsArgs, opts: pulumi.ResourceOptions
) -> StoredSecret:
    """Keep all that somebody needs to log in."""
    return StoredSecret(
        name,
        StoredSecretArgs(
            purpose=f"How to log in to the database as {username}",
            kms_key_arn=args.kms_key_arn,
            fields={
                "engine": "postgres",
                "host": args.host,
                "port": args.port,
                "dbname": args.database_name,
                "username": username,
                "password": password,
            },
            tags=args.tags,
        ),
        opts,
    )


def _username(args: DatabaseLoginsArgs, login: Login) -> str:
    return f"{args.owner}_{login.slot}"
