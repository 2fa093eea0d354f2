"""A KMS key for one component's data."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .iam_documents import key_policy

# ScheduleKeyDeletion: PendingWindowInDays is 7 to 30; the longest leaves most time to notice a mistake.
KEY_DELETION_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class DataKeyArgs:
    """What the key locks, where it lies and which AWS services use it of their own accord."""

    purpose: str
    region: str
    tags: Mapping[str, str]
    encrypts_logs: bool = False
    services: tuple[str, ...] = ()


class DataKey(pulumi.ComponentResource):
    """A key that rotates every year. Roles get its use by their own IAM policies; it makes no alias and no grants."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: DataKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:shared:DataKey", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        lookup = pulumi.InvokeOutputOptions(parent=self)
        policy = key_policy(
            partition=aws.get_partition_output(opts=lookup).partition,
            account=aws.get_caller_identity_output(opts=lookup).account_id,
            region=args.region,
            encrypts_logs=args.encrypts_logs,
            services=args.services,
        )
        key = aws.kms.Key(
            f"{name}-key",
            description=args.purpose,
            enable_key_rotation=True,
            deletion_window_in_days=KEY_DELETION_DAYS,
            policy=pulumi.Output.json_dumps(policy),
            region=args.region,
            tags=dict(args.tags),
            opts=child,
        )
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
