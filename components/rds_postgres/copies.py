"""Automatic backups, copied to a second region."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from ..shared.data_key import DataKey, DataKeyArgs


def copied_backups(
    name: str,
    identifier: str,
    instance_arn: pulumi.Input[str],
    *,
    region: str,
    retention_days: int,
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Have RDS copy an instance's automatic backups to a region, under a key there."""
    key = DataKey(
        f"{name}-copies-key",
        DataKeyArgs(purpose=f"Backups of {identifier}", region=region, tags=tags),
        opts,
    )
    aws.rds.InstanceAutomatedBackupsReplication(
        f"{name}-copies",
        source_db_instance_arn=instance_arn,
        kms_key_id=key.arn,
        retention_period=retention_days,
        region=region,
        opts=opts,
    )
