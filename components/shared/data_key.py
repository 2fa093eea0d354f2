"""A KMS key for one component's data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .iam_documents import key_policy

# ScheduleKeyDeletion: PendingWindowInDays is 7 to 30; the longest leaves most time to notice a mistake.
KEY_DELETION_DAYS = 30
NOT_IN_ALIASES = re.compile(r"[^\w/-]", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class DataKeyArgs:
    """What the key locks, where it lies and which AWS services use it of their own accord."""

    purpose: str
    region: str
    tags: Mapping[str, str]
    encrypts_logs: bool = False
    services: tuple[str, ...] = ()


def alias_name(name: str, tags: Mapping[str, str], key_id: str) -> str:
    """Return what people see in a console: whose key it is and what for, and the beginning of its id.

    CreateAlias: letters, digits and /_- alone.
    """
    known = [*(tags[tag] for tag in ("Project", "Environment") if tag in tags), name, key_id[:8]]
    return f"alias/{NOT_IN_ALIASES.sub('-', '-'.join(known))}"


class DataKey(pulumi.ComponentResource):
    """A key that rotates every year, with an alias for people to know it by.

    Nothing asks for it by that. Roles get its use by their own IAM policies; it makes no grants.
    """

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
        # in place of an autonamed one, which has no alias/ before it
        aws.kms.Alias(
            f"{name}-alias",
            name=key.id.apply(lambda key_id: alias_name(name, args.tags, key_id)),
            target_key_id=key.id,
            region=args.region,
            opts=child,
        )
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
