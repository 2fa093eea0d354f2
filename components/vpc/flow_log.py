"""What went through a VPC, and when."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.data_key import DataKey, DataKeyArgs
from ..shared.iam_documents import allow, document, service_trust

AGGREGATION_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class FlowLogArgs:
    """The VPC, and how long its log is kept."""

    vpc_id: pulumi.Input[str]
    region: str
    retention_days: int
    tags: Mapping[str, str]


class FlowLog(pulumi.ComponentResource):
    """A record of all traffic, accepted and refused, in a log group under its own key."""

    def __init__(self, name: str, args: FlowLogArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:vpc:FlowLog", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        key = DataKey(
            f"{name}-key",
            DataKeyArgs(purpose="VPC flow logs", region=args.region, tags=args.tags, encrypts_logs=True),
            child,
        )
        group = aws.cloudwatch.LogGroup(
            f"{name}-group",
            retention_in_days=args.retention_days,
            kms_key_id=key.arn,
            tags=dict(args.tags),
            opts=child,
        )
        role, policy = _writer(name, group, args.tags, child, pulumi.InvokeOutputOptions(parent=self))
        aws.ec2.FlowLog(
            f"{name}-log",
            vpc_id=args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=AGGREGATION_SECONDS,
            tags={**args.tags, "Name": name},
            # delivery fails for good if the role cannot write when the flow log is made, and no property names the
            # policy
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[policy])),
        )
        self.register_outputs({})


def _writer(
    name: str,
    group: aws.cloudwatch.LogGroup,
    tags: Mapping[str, str],
    child: pulumi.ResourceOptions,
    lookup: pulumi.InvokeOutputOptions,
) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    account = aws.get_caller_identity_output(opts=lookup).account_id
    role = aws.iam.Role(
        f"{name}-role",
        assume_role_policy=pulumi.Output.json_dumps(service_trust("vpc-flow-logs.amazonaws.com", account=account)),
        description="Writes the VPC's flow logs",
        tags=dict(tags),
        opts=child,
    )
    write = allow(
        "WritesItsOwnGroup",
        ["logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        [group.arn, pulumi.Output.concat(group.arn, ":*")],
    )
    policy = aws.iam.RolePolicy(
        f"{name}-policy", role=role.name, policy=pulumi.Output.json_dumps(document([write])), opts=child
    )
    return role, policy
