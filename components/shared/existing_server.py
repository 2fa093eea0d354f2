"""A database or cache that was there before: how it is reached and logged in to. It is never changed."""

from collections.abc import Iterator, Mapping

import pulumi
import pulumi_aws as aws

from .existing_secrets import lookup_secret
from .existing_server_settings import ExistingServerSettings
from .external_secrets import SecretField


def password(key: str, settings: ExistingServerSettings, opts: pulumi.InvokeOutputOptions) -> SecretField:
    """Find the password's version; it fails, in a preview too, where pods could not decrypt the secret.

    `key` is the settings' own, such as `database.existing`. Nothing reads the value.
    """
    found = lookup_secret(settings.secret_arn, settings.secret_field, opts)
    kept_under = aws.secretsmanager.get_secret_output(arn=settings.secret_arn, opts=opts).kms_key_id

    def judge(key_id: str | None) -> str:
        raise_faults(key, key_faults(key_id or "", settings.secret_key_arn))
        return settings.secret_arn

    return SecretField(
        arn=kept_under.apply(judge),
        version_id=found.version_id,
        field=settings.secret_field,
        key_arn=settings.secret_key_arn,
    )


def key_faults(found: str, named: str | None) -> Iterator[str]:
    """Yield what is wrong about the key; `found` is empty where it is AWS's own, and may be an alias."""
    if found and named is None:
        yield f"its secret is encrypted with {found}: write the key's ARN as secret_key_arn"
    if not found and named is not None:
        yield f"its secret is encrypted with AWS's own key, not with {named}: leave secret_key_arn out"
    if ":key/" in found and named is not None and found != named:
        yield f"its secret is encrypted with {found}: write that as secret_key_arn, which says {named}"


def raise_faults(key: str, faults: Iterator[str]) -> None:
    """Fail with all that makes it unfit."""
    wrong = list(faults)
    if wrong:
        raise pulumi.RunError("\n  ".join([f"{key} is not fit for the platform:", *wrong]))


def let_in(
    name: str,
    settings: ExistingServerSettings,
    clients: Mapping[str, pulumi.Input[str]],
    *,
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Add a rule for each client, by role, to its security group, where the settings name that."""
    if settings.security_group_id is None:
        return
    for role, client in clients.items():
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-from-{role}",
            security_group_id=settings.security_group_id,
            referenced_security_group_id=client,
            ip_protocol="tcp",
            from_port=settings.port,
            to_port=settings.port,
            description=f"From {role}",
            tags=dict(tags),
            opts=opts,
        )
