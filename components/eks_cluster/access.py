"""Who may do what in the cluster: EKS's own access policies, by role."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from ..shared.names import principal_role
from .settings import ClusterSettings

Role = Literal["admin", "deployer", "viewer"]


@dataclass(frozen=True)
class Grant:
    """An access policy (EKS user guide, access-policy-permissions), for the whole cluster or for the application."""

    policy: str
    everywhere: bool


GRANTS: dict[Role, Grant] = {
    "admin": Grant("AmazonEKSClusterAdminPolicy", everywhere=True),
    "deployer": Grant("AmazonEKSEditPolicy", everywhere=False),
    # sees no Secrets
    "viewer": Grant("AmazonEKSViewPolicy", everywhere=True),
}


def grant_access(
    name: str,
    cluster_name: pulumi.Input[str],
    settings: ClusterSettings,
    *,
    namespace: str,
    partition: pulumi.Input[str],
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Make an access entry with its policy for each principal that the settings name."""
    principals: dict[Role, Sequence[str]] = {
        "admin": settings.admin_principal_arns,
        "deployer": settings.deployer_principal_arns,
        "viewer": settings.viewer_principal_arns,
    }
    for role, arns in principals.items():
        grant = GRANTS[role]
        for arn in arns:
            entry = aws.eks.AccessEntry(
                f"{name}-{role}-{principal_role(arn)}",
                cluster_name=cluster_name,
                principal_arn=arn,
                tags=dict(tags),
                opts=opts,
            )
            aws.eks.AccessPolicyAssociation(
                f"{name}-{role}-{principal_role(arn)}-policy",
                cluster_name=cluster_name,
                principal_arn=entry.principal_arn,
                policy_arn=pulumi.Output.concat("arn:", partition, ":eks::aws:cluster-access-policy/", grant.policy),
                access_scope={"type": "cluster"}
                if grant.everywhere
                else {"type": "namespace", "namespaces": [namespace]},
                opts=opts,
            )
