"""Finds what people keep in AWS by hand, so that pods get the version that was planned."""

from collections.abc import Callable, Mapping, Sequence

import pulumi
import pulumi_aws as aws

from ..config.types import ExtraVariable
from .external_secrets import Parameter, SecretField, Source

CURRENT = "AWSCURRENT"


def lookup_secret(name: str, field: str | None, opts: pulumi.InvokeOutputOptions) -> SecretField:
    """Find a secret by its name, and its current version; nothing reads its value. It is under AWS's own key."""
    found = aws.secretsmanager.get_secret_versions_output(secret_id=name, opts=opts)
    return SecretField(arn=found.secret_arn, version_id=found.versions.apply(_current(name)), field=field)


def lookup_values(variables: Mapping[str, ExtraVariable], opts: pulumi.InvokeOutputOptions) -> dict[str, Source]:
    """Find what the further variables are kept in; those with a value of their own are left out."""
    found: dict[str, Source] = {}
    for name, variable in variables.items():
        if variable.secret_name is not None:
            found[name] = lookup_secret(variable.secret_name, variable.secret_field, opts)
        elif variable.parameter_name is not None:
            kept = variable.parameter_name
            version = aws.ssm.get_parameter_output(name=kept, with_decryption=False, opts=opts).version
            found[name] = Parameter(name=kept, version=version)
    return found


def _current(name: str) -> Callable[[Sequence[aws.secretsmanager.outputs.GetSecretVersionsVersionResult]], str]:
    def read(versions: Sequence[aws.secretsmanager.outputs.GetSecretVersionsVersionResult]) -> str:
        for version in versions:
            if CURRENT in version.version_stages:
                return version.version_id
        raise pulumi.RunError(
            f"the secret {name} has no value: put one there with `aws secretsmanager put-secret-value`"
        )

    return read
