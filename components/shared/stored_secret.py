"""A secret kept in Secrets Manager."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .data_key import DataKey, DataKeyArgs
from .external_secrets import SecretField

# DeleteSecret: RecoveryWindowInDays is 7 to 30.
RECOVERY_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class StoredSecretArgs:
    """What is kept and under which key. `fields` become one JSON object; it is secret however its parts came.

    `copy_region` is where a copy is kept current, under a key of that region. `replaceable` says that another version
    may take the place of the one that stands, also where the secret is protected: what is in it can be made anew.
    """

    purpose: str
    kms_key_arn: pulumi.Input[str]
    fields: Mapping[str, pulumi.Input[str] | pulumi.Input[int]]
    tags: Mapping[str, str]
    copy_region: str | None = None
    replaceable: bool = False


class StoredSecret(pulumi.ComponentResource):
    """A secret with its first version, so that whoever reads it never finds it empty. It rotates nothing."""

    arn: pulumi.Output[str]
    version_id: pulumi.Output[str]

    def __init__(self, name: str, args: StoredSecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:shared:StoredSecret", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        replicas = None
        if args.copy_region is not None:
            key = DataKey(
                f"{name}-copy-key", DataKeyArgs(purpose=args.purpose, region=args.copy_region, tags=args.tags), child
            )
            replicas = [aws.secretsmanager.SecretReplicaArgs(region=args.copy_region, kms_key_id=key.arn)]
        secret = aws.secretsmanager.Secret(
            f"{name}-secret",
            description=args.purpose,
            kms_key_id=args.kms_key_arn,
            recovery_window_in_days=RECOVERY_DAYS,
            replicas=replicas,
            tags=dict(args.tags),
            opts=child,
        )
        text = pulumi.Output.json_dumps(dict(args.fields), sort_keys=True)
        # protection of the parent's comes down to it else, and the engine replaces nothing that is protected
        loose = pulumi.ResourceOptions(protect=False) if args.replaceable else None
        version = aws.secretsmanager.SecretVersion(
            f"{name}-version",
            secret_id=secret.id,
            secret_string=_secret(text),
            opts=pulumi.ResourceOptions.merge(child, loose),
        )
        # asked of the version, so that whoever is handed it cannot run before there is something to read
        self.arn = version.secret_arn
        self.version_id = version.version_id
        self._key_arn = args.kms_key_arn
        self.register_outputs({"arn": self.arn, "version_id": self.version_id})

    def field(self, name: str) -> SecretField:
        """Return where pods find one of the fields."""
        return SecretField(arn=self.arn, version_id=self.version_id, field=name, key_arn=self._key_arn)


def _secret(text: pulumi.Output[str]) -> pulumi.Output[str]:
    return pulumi.Output.secret(text)
