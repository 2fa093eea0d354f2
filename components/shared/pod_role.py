"""An IAM role for one Kubernetes service account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from .iam_documents import Statement, document, pod_trust


@dataclass(frozen=True, kw_only=True)
class PodRoleArgs:
    """Which service account of which cluster, and what it may do; managed policies are keyed by what each is for."""

    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]
    namespace: str
    service_account: str
    tags: Mapping[str, str]
    statements: Sequence[Statement] = ()
    managed_policy_arns: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)


class PodRole(pulumi.ComponentResource):
    """A role handed to pods by EKS Pod Identity. It makes neither the service account nor its namespace."""

    role_arn: pulumi.Output[str]
    association_id: pulumi.Output[str]

    def __init__(self, name: str, args: PodRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:shared:PodRole", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        trust = pod_trust(cluster_arn=args.cluster_arn, namespace=args.namespace, service_account=args.service_account)
        role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy=pulumi.Output.json_dumps(trust),
            description=f"Pods of {args.namespace}/{args.service_account}",
            tags=dict(args.tags),
            opts=child,
        )
        granted: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(f"{name}-{purpose}", role=role.name, policy_arn=arn, opts=child)
            for purpose, arn in args.managed_policy_arns.items()
        ]
        if args.statements:
            policy = pulumi.Output.json_dumps(document(args.statements))
            granted.append(aws.iam.RolePolicy(f"{name}-policy", role=role.name, policy=policy, opts=child))
        association = aws.eks.PodIdentityAssociation(
            f"{name}-association",
            cluster_name=args.cluster_name,
            namespace=args.namespace,
            service_account=args.service_account,
            role_arn=role.arn,
            tags=dict(args.tags),
            # a pod that starts with the association must find its permissions there, and no property says so
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=granted)),
        )
        self.role_name = role.name  # for what is granted later, by who comes after the pods
        self.role_arn = role.arn
        self.association_id = association.association_id
        self.register_outputs({"role_arn": self.role_arn, "association_id": self.association_id})

    def granted_to(self, account: pulumi.Input[str]) -> pulumi.Output[str]:
        """Return a service account's name, known once the role is its own.

        A pod that is started before never gets credentials.
        """
        return pulumi.Output.all(account, self.association_id).apply(lambda known: str(known[0]))
