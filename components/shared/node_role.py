"""The role of nodes, whoever starts them."""

import json
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from .iam_documents import Statement, document, service_trust

# The CNI's own policy is the CNI's role's, not the nodes' (EKS user guide, create-node-role).
POLICIES = {"join": "AmazonEKSWorkerNodePolicy", "pull": "AmazonEC2ContainerRegistryPullOnly"}


def node_role(
    name: str,
    *,
    partition: pulumi.Input[str],
    statements: Sequence[Statement],
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
    """Make a role with which nodes join and pull images, and nothing an application needs; give it with its grants.

    `statements` are what they may do besides.
    """
    role = aws.iam.Role(
        name,
        assume_role_policy=json.dumps(service_trust("ec2.amazonaws.com")),
        description="EKS nodes: join the cluster and pull images, nothing an application needs",
        tags=dict(tags),
        opts=opts,
    )
    granted: list[pulumi.Resource] = [
        aws.iam.RolePolicyAttachment(
            f"{name}-{purpose}",
            role=role.name,
            policy_arn=pulumi.Output.concat("arn:", partition, ":iam::aws:policy/", policy),
            opts=opts,
        )
        for purpose, policy in POLICIES.items()
    ]
    if statements:
        further = pulumi.Output.json_dumps(document(statements))
        granted.append(aws.iam.RolePolicy(f"{name}-further", role=role.name, policy=further, opts=opts))
    return role, granted
