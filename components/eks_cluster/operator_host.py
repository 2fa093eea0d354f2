"""The operators' way to the private endpoint."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.iam_documents import service_trust

INSTANCE_TYPE = "t4g.nano"
# EC2's public parameter of the newest Amazon Linux 2023 for arm64 (AL2023 user guide, ec2-launch)
IMAGE_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
HTTPS = 443
# Sessions need the agent alone; security updates come by themselves, every night. Left as it is, Amazon Linux stays
# with the release that its image is of, and finds none (AL2023 user guide, deterministic-upgrades-usage).
USER_DATA = """#!/bin/bash
mkdir -p /etc/dnf/vars
echo latest > /etc/dnf/vars/releasever
dnf install -y dnf-automatic
sed -i 's/^apply_updates.*/apply_updates = yes/; s/^upgrade_type.*/upgrade_type = security/' /etc/dnf/automatic.conf
systemctl enable --now dnf-automatic.timer
"""


@dataclass(frozen=True, kw_only=True)
class OperatorHostArgs:
    """Where it stands and what it reaches. `host_name` is the tag by which `tools/tunnel.py` finds it."""

    host_name: str
    vpc_id: pulumi.Input[str]
    subnet_id: pulumi.Input[str]
    cluster_security_group_id: pulumi.Input[str]
    tags: Mapping[str, str]


class OperatorHost(pulumi.ComponentResource):
    """An instance that nobody can reach and that has no key: Session Manager forwards ports through it.

    Who may use it is decided by IAM (`ssm:StartSession`), and each session is in CloudTrail. It may reach HTTPS alone.
    """

    def __init__(self, name: str, args: OperatorHostArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:eks_cluster:OperatorHost", name, {}, opts)
        child, lookup = pulumi.ResourceOptions(parent=self), pulumi.InvokeOutputOptions(parent=self)
        profile, granted = _profile(name, args.tags, child, lookup)
        group = _group(name, args, child)
        own = {**args.tags, "Name": args.host_name}
        aws.ec2.Instance(
            f"{name}-instance",
            ami=aws.ssm.get_parameter_output(name=IMAGE_PARAMETER, opts=lookup).value,
            instance_type=INSTANCE_TYPE,
            subnet_id=args.subnet_id,
            vpc_security_group_ids=[group.id],
            iam_instance_profile=profile.name,
            user_data=USER_DATA,
            # it is read at the first start alone, and nothing is lost with the host
            user_data_replace_on_change=True,
            associate_public_ip_address=False,
            ebs_optimized=True,
            monitoring=True,
            metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
            root_block_device={"encrypted": True, "volume_type": "gp3"},
            tags=own,
            volume_tags=own,
            # a newer image is no reason for a new host: it updates itself. The agent registers once, with what the role
            # may do at that time
            opts=pulumi.ResourceOptions.merge(
                child, pulumi.ResourceOptions(depends_on=[granted], ignore_changes=["ami"])
            ),
        )
        self.register_outputs({})


def _profile(
    name: str, tags: Mapping[str, str], child: pulumi.ResourceOptions, lookup: pulumi.InvokeOutputOptions
) -> tuple[aws.iam.InstanceProfile, pulumi.Resource]:
    role = aws.iam.Role(
        f"{name}-role",
        assume_role_policy=json.dumps(service_trust("ec2.amazonaws.com")),
        description="The operators' host: Session Manager, nothing else",
        tags=dict(tags),
        opts=child,
    )
    granted = aws.iam.RolePolicyAttachment(
        f"{name}-sessions",
        role=role.name,
        policy_arn=pulumi.Output.concat(
            "arn:", aws.get_partition_output(opts=lookup).partition, ":iam::aws:policy/AmazonSSMManagedInstanceCore"
        ),
        opts=child,
    )
    return aws.iam.InstanceProfile(f"{name}-profile", role=role.name, tags=dict(tags), opts=child), granted


def _group(name: str, args: OperatorHostArgs, child: pulumi.ResourceOptions) -> aws.ec2.SecurityGroup:
    group = aws.ec2.SecurityGroup(
        f"{name}-sg",
        vpc_id=args.vpc_id,
        description="Operators' host: nobody in, HTTPS out",
        tags={**args.tags, "Name": args.host_name},
        opts=child,
    )
    aws.vpc.SecurityGroupEgressRule(
        f"{name}-out",
        security_group_id=group.id,
        cidr_ipv4="0.0.0.0/0",
        ip_protocol="tcp",
        from_port=HTTPS,
        to_port=HTTPS,
        description="Session Manager, the cluster's endpoint, updates",
        tags=dict(args.tags),
        opts=child,
    )
    aws.vpc.SecurityGroupIngressRule(
        f"{name}-to-cluster",
        security_group_id=args.cluster_security_group_id,
        referenced_security_group_id=group.id,
        ip_protocol="tcp",
        from_port=HTTPS,
        to_port=HTTPS,
        description="From the operators' host",
        tags=dict(args.tags),
        opts=child,
    )
    return group
