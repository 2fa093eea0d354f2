"""What Flowise cannot lose: the keys that its pods share, and the login of its first owner."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from ..shared.stored_secret import StoredSecret, StoredSecretArgs
from .environment import ENCRYPTION_KEY, GENERATED, key_fingerprint
from .flow_export import KEY as FLOW_EXPORT_KEY

KEY_LENGTH, OWNER_PASSWORD_LENGTH = 48, 40
METRICS_KEY = "metrics_api_key"


def shared_keys(name: str, kept: str | None, opts: pulumi.ResourceOptions) -> dict[str, pulumi.Output[str]]:
    """Return the keys by variable: new ones, or those of the secret `kept` that another stack made."""
    if kept is not None:
        lookup = pulumi.InvokeOutputOptions(parent=opts.parent)
        found = aws.secretsmanager.get_secret_version_output(secret_id=kept, opts=lookup)
        text: pulumi.Output[str] = pulumi.Output.secret(found.secret_string)
        return {variable: text.apply(field_of(variable)) for variable in GENERATED}
    return {
        variable: random.RandomPassword(
            f"{name}-{variable.lower().replace('_', '-')}", length=KEY_LENGTH, special=False, opts=opts
        ).result
        for variable in GENERATED
    }


def stored_keys(
    name: str,
    keys: Mapping[str, pulumi.Output[str]],
    *,
    kms_key_arn: pulumi.Input[str],
    copy_region: str | None,
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> StoredSecret:
    """Store the keys, with a copy in a second region if there is one."""
    args = StoredSecretArgs(
        purpose="Keys of Flowise: whoever loses them loses the credentials stored in flows",
        kms_key_arn=kms_key_arn,
        fields=keys,
        copy_region=copy_region,
        tags=tags,
    )
    return StoredSecret(f"{name}-keys", args, opts)


def stored_owner(
    name: str,
    email: str,
    metrics_key: pulumi.Output[str],
    *,
    kms_key_arn: pulumi.Input[str],
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> StoredSecret:
    """Make and store the first owner's password."""
    # Flowise wants one of each kind (enterprise/utils/validation.util)
    kinds = {"min_lower": 1, "min_upper": 1, "min_numeric": 1, "min_special": 1, "override_special": "-_.~"}
    args = StoredSecretArgs(
        purpose="Flowise's first owner",
        kms_key_arn=kms_key_arn,
        fields={
            "email": email,
            "password": _made_anew(f"{name}-owner-password", opts, special=True, **kinds),
            # read by nobody here any more: without it the version would be replaced in every stack that stands
            METRICS_KEY: metrics_key,
        },
        tags=tags,
        replaceable=True,
    )
    return StoredSecret(f"{name}-owner", args, opts)


def metrics_key(name: str, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """Make the API key of the metrics."""
    return _made_anew(f"{name}-metrics-key", opts, special=False)


def stored_metrics_key(
    name: str,
    key: pulumi.Output[str],
    *,
    kms_key_arn: pulumi.Input[str],
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> StoredSecret:
    """Store the API key of the metrics apart: who reads it may read no owner's password."""
    args = StoredSecretArgs(
        purpose="The API key of Flowise's metrics",
        kms_key_arn=kms_key_arn,
        fields={METRICS_KEY: key},
        tags=tags,
        replaceable=True,
    )
    return StoredSecret(f"{name}-metrics", args, opts)


def stored_export_key(
    name: str, *, kms_key_arn: pulumi.Input[str], tags: Mapping[str, str], opts: pulumi.ResourceOptions
) -> StoredSecret:
    """Make and store the API key with which flows are exported, apart likewise; it goes where no export is wanted."""
    args = StoredSecretArgs(
        purpose="The API key that exports flows",
        kms_key_arn=kms_key_arn,
        fields={FLOW_EXPORT_KEY: _made_anew(f"{name}-flow-export-key", opts, special=False)},
        tags=tags,
    )
    return StoredSecret(f"{name}-flow-export", args, opts)


def _made_anew(name: str, opts: pulumi.ResourceOptions, **signs: Any) -> pulumi.Output[str]:
    # whatever becomes of it, another one can be made: the setup puts it in its place
    loose = pulumi.ResourceOptions(parent=opts.parent)
    return random.RandomPassword(name, length=OWNER_PASSWORD_LENGTH, opts=loose, **signs).result


def fingerprint(keys: Mapping[str, pulumi.Output[str]]) -> pulumi.Output[str]:
    """Return the encryption key's fingerprint, which is no secret."""
    return pulumi.Output.unsecret(keys[ENCRYPTION_KEY].apply(key_fingerprint))


def field_of(name: str) -> Callable[[str], str]:
    """Return what reads a key out of a secret's text."""

    def read(text: str) -> str:
        try:
            return str(json.loads(text)[name])
        except (ValueError, KeyError, TypeError):
            # neither the text nor the error may show what the secret holds
            raise pulumi.RunError(
                f"the secret that flowise:service.keys_secret_name names is no JSON object with {name}: name a secret "
                "that a stack of this program made"
            ) from None

    return read
