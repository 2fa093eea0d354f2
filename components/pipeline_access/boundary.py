"""The boundary that neither the pipeline's roles nor any role they make can leave."""

from collections.abc import Mapping

from pulumi import Input, Output

from ..shared.backup_schedule import LEAST_KEPT_DAYS
from ..shared.iam_documents import Statement, allow, deny, document
from .scope import Scope
from .statements import NO_RESOURCE, OWNERS_TAGS, deny_but, sessions

# What the stack's roles work in: the pipeline's, the nodes', the pods', the backups', and services on behalf of them.
_SERVICES = (
    *(
        "acm",
        "appconfig",
        "backup",
        "backup-storage",
        "budgets",
        "ce",
        "cloudfront",
        "cloudwatch",
        "ebs",
        "ec2",
        "ec2messages",
        "eks-auth",
    ),
    *("elasticache", "elasticloadbalancing", "events", "guardduty", "kms", "logs", "pricing", "rds", "route53"),
    *("route53resolver", "secretsmanager", "shield", "sns", "sqs", "ssmmessages", "wafv2"),
)
# What they do elsewhere: read, and what an agent of Systems Manager tells.
_BESIDES = (
    *("autoscaling:Describe*", "ecr:BatchCheck*", "ecr:BatchGet*", "ecr:BatchImport*", "ecr:CreateR*", "ecr:Describe*"),
    *("ecr:*PullThroughCacheRule", "ecr:*RepositoryCreationTemplate", "ecr:Get*"),
    *("ecr:List*", "eks:Describe*", "eks:List*", "iam:Get*", "iam:List*", "lambda:Get*", "lambda:List*"),
    *("ssm:Describe*", "ssm:Get*", "ssm:List*", "ssm:PutCo*", "ssm:PutInventory", "ssm:UpdateAssociationStatus"),
    *("ssm:UpdateInstance*", "synthetics:Describe*", "synthetics:Get*", "synthetics:List*", "tag:Get*"),
)
# what the boundary ends at the stack's own names
_BY_NAME = ("eks", "lambda", "synthetics")
# whatever changes a role, or hands it on
_ROLE_WRITES = tuple(
    f"iam:{verb}"
    for verb in ("Attach*", "Create*", "Delete*", "Detach*", "PassRole", "Put*", "Tag*", "Untag*", "Update*")
)
# A machine, or a template of one, runs what these write under the role that it has.
_MACHINES = ("instance", "launch-template")
_MACHINE_WRITES = (
    *("ec2:AttachVolume", "ec2:CreateLaunchTemplateVersion", "ec2:CreateReplaceRootVolumeTask", "ec2:DetachVolume"),
    *("ec2:ModifyInstance*", "ec2:ModifyLaunchTemplate"),
)


def bounds(scope: Scope, boundary_arn: Input[str]) -> Mapping[str, object]:
    """Write the boundary of the pipeline's roles and of all that it makes: a boundary grants nothing, it only ends.

    A service that is not named is none of the stack's; of those that are, what would lend the rights of somebody else's
    role ends at the stack's own names and tags. Data of others in the same account is not kept apart, unless it bears
    the tags of another stack.
    """
    own, linked = scope.own_roles(), scope.arn("arn:{partition}:iam::{account}:role/aws-service-role/*")
    machines = [scope.arn(f"arn:{{partition}}:ec2:*:{{account}}:{kind}/*") for kind in _MACHINES]
    project, environment = scope.tags["Project"], scope.tags["Environment"]
    everything = [*(f"{service}:*" for service in _SERVICES), *_BESIDES]
    statements = [
        allow("WhatPoliciesGrant", everything, ["*"]),
        *(allow(f"Own{service.title()}", [f"{service}:*"], scope.arns(service)) for service in _BY_NAME),
        allow("HasNoResourceYet", sorted(a for a in NO_RESOURCE if a.partition(":")[0] in _BY_NAME), ["*"]),
        # neither policies nor users, providers and what else proves who somebody is
        allow("OwnRoles", ["iam:*", "sts:AssumeRole", "sts:TagSession"], [*scope.arns("iam"), linked]),
        *sessions(scope),
        *_own_state(scope),
        *(_locked_vaults() if environment == "prod" else []),
        deny("NotItsOwnAccess", _ROLE_WRITES, [scope.arn("arn:{partition}:iam::{account}:role/{named}-pipeline-*")]),
        {
            **deny(
                "NoRoleBeyondTheBoundary",
                [
                    *("iam:AttachRolePolicy", "iam:CreateRole", "iam:DetachRolePolicy", "iam:PutRolePolicy"),
                    *("iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary"),
                ],
                ["*"],
            ),
            "Condition": {"StringNotEquals": {"iam:PermissionsBoundary": boundary_arn}},
        },
        deny("NoBoundaryIsLifted", ["iam:DeleteRolePermissionsBoundary"], ["*"]),
        # also where a role's trust names a session, which what is not allowed does not end
        deny_but("NobodyElsesRole", ["sts:AssumeRole"], own),
        {
            **deny("NobodyElsesMachine", _MACHINE_WRITES, machines),
            "Condition": {"StringNotEquals": {"aws:ResourceTag/Project": project}},
        },
        {
            **deny("NoMachineBecomesItsOwn", ["ec2:CreateTags", "ec2:DeleteTags"], machines),
            "Condition": {
                # a condition finds a tag whatever the case of its key
                "ForAnyValue:StringEqualsIgnoreCase": {"aws:TagKeys": list(OWNERS_TAGS)},
                "StringNotEquals": {"ec2:CreateAction": ["CreateFleet", "CreateLaunchTemplate", "RunInstances"]},
            },
        },
        {
            # images and the state may be for several stacks
            **deny_but(
                "NoOtherStack",
                ["*"],
                [
                    scope.arn("arn:{partition}:ecr:*:*:repository/*"),
                    *([scope.state_key_arn] if scope.state_key_arn else []),
                ],
            ),
            "Condition": {
                "StringEquals": {"aws:ResourceTag/Project": project},
                "StringNotEquals": {"aws:ResourceTag/Environment": environment},
            },
        },
    ]
    return document(statements)


def _locked_vaults() -> list[Statement]:
    """Keep vaults locked: who deploys could otherwise undo a lock in governance mode, and then delete backups."""
    weaker = {"NumericLessThanIfExists": {"backup:MinRetentionDays": str(LEAST_KEPT_DAYS)}}
    return [
        deny("VaultsStayLocked", ["backup:DeleteBackupVaultLockConfiguration"], ["*"]),
        {**deny("LocksStayStrict", ["backup:PutBackupVaultLockConfiguration"], ["*"]), "Condition": weaker},
    ]


def _own_state(scope: Scope) -> list[Statement]:
    """Allow buckets, but of the state's the stack's own part: whoever writes a state decides what is deployed."""
    if scope.state_bucket is None:
        return [allow("Buckets", ["s3:*"], ["*"])]
    bucket = scope.arn(f"arn:{{partition}}:s3:::{scope.state_bucket}")
    others = {"NotResource": [bucket, Output.concat(bucket, "/*")]}
    return [
        {"Sid": "Buckets", "Effect": "Allow", "Action": ["s3:*"], **others},
        allow("ReadsTheLayout", ["s3:GetBucket*", "s3:GetObject", "s3:ListBucket*"], [bucket, scope.state_layout()]),
        allow("OwnState", ["s3:*"], scope.state()),
    ]
