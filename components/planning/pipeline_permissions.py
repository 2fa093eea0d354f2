"""What the pipeline's two roles may do, and the bounds that neither they nor any role they make can leave.

Both read what AWS's own ReadOnlyAccess reads. Beside that, one is denied every secret's value, and the other writes the
types of resources that the program makes, where their names or ids lie in this account.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import Input, Output

from .deploy_actions import ACTIONS
from .iam_documents import Statement, allow, document

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
# CloudWatch's namespace of what .ci/deploy tells
DEPLOYMENTS = "Flowise/Deployments"
# Actions that are about no resource yet, or about none (Service Authorization Reference).
NO_RESOURCE = frozenset(
    {
        "acm:RequestCertificate",
        "backup-storage:MountCapsule",
        "cloudfront:CreateVpcOrigin",
        "kms:CreateKey",
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
        "route53:CreateHealthCheck",
        "shield:CreateProtection",
        "shield:DeleteProtection",
    }
)
# Service -> where its resources lie: {here} is partition, account and region by name, {named} begins the stack's names.
_EVERYWHERE = "arn:{partition}:{service}:*:{account}:*"
_NAMED = "arn:{partition}:{service}:*:{account}:*{named}*"
RESOURCES: Mapping[str, tuple[str, ...]] = {
    # an image belongs to another account
    "ec2": (_EVERYWHERE, "arn:{partition}:ec2:*::image/*"),
    "eks": tuple(
        f"arn:{{partition}}:eks:*:{{account}}:{kind}/{{named}}*"
        for kind in ("cluster", "nodegroup", "addon", "access-entry", "podidentityassociation")
    ),
    "elasticache": (_NAMED, "arn:{partition}:elasticache:*:{account}:parametergroup:default.*"),
    "events": (_NAMED,),
    "iam": (
        *(f"arn:{{partition}}:iam::{{account}}:{kind}/{{named}}-*" for kind in ("role", "instance-profile")),
        "arn:{partition}:iam::{account}:role/{named}/*",
    ),
    # of canaries
    "lambda": tuple(
        f"arn:{{partition}}:lambda:*:{{account}}:{kind}:cwsyn-{{named}}-*" for kind in ("function", "layer")
    ),
    "rds": (_NAMED, "arn:{partition}:rds:*:{account}:auto-backup:*", "arn:{partition}:rds:*:{account}:og:default:*"),
    "route53": ("arn:{partition}:route53:::hostedzone/*", "arn:{partition}:route53:::healthcheck/*"),
    "s3": ("arn:{partition}:s3:::{named}-*",),
    "secretsmanager": ("arn:{partition}:secretsmanager:*:{account}:secret:{named}-*",),
    "sns": (_NAMED,),
    "sqs": (_NAMED,),
    "synthetics": (_NAMED,),
}
# Several documents, for IAM takes 6144 characters in each.
DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    "network": ("ec2", "route53resolver"),
    "data": ("elasticache", "kms", "rds", "s3", "secretsmanager"),
    "cluster": ("eks", "guardduty", "iam"),
    "edge": ("acm", "cloudfront", "elasticloadbalancing", "route53", "shield", "wafv2"),
    "operations": (
        "backup",
        "backup-storage",
        "budgets",
        "cloudwatch",
        "events",
        "lambda",
        "logs",
        "sns",
        "sqs",
        "synthetics",
    ),
}
# Who is handed a role that the stack made: each service as iam:PassRole names it.
PASSED_TO = (
    "backup.amazonaws.com",
    "ec2.amazonaws.com",
    "eks.amazonaws.com",
    "lambda.amazonaws.com",
    "monitoring.rds.amazonaws.com",
    "pods.eks.amazonaws.com",
    "rds.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where the stack lies, and how the names of what it makes begin (`flowise-prod`)."""

    partition: Input[str]
    account: Input[str]
    stack_name: str
    state_bucket: str | None
    state_key_arn: str | None

    def arn(self, pattern: str, service: str = "") -> Output[str]:
        """Fill in a pattern."""
        return Output.format(
            pattern.replace("{service}", service).replace("{named}", self.stack_name),
            partition=self.partition,
            account=self.account,
        )

    def own_roles(self) -> list[Output[str]]:
        """Give the patterns of the roles that the stack makes, the pipeline's among them."""
        return [self.arn(each) for each in RESOURCES["iam"] if ":role/" in each]

    def access(self) -> list[Output[str]]:
        """Give what a pipeline must not touch: its own roles, their policies, and who says who it is."""
        return [
            self.arn("arn:{partition}:iam::{account}:role/{named}-pipeline-*"),
            self.arn("arn:{partition}:iam::{account}:policy/{named}-pipeline-*"),
            self.arn(f"arn:{{partition}}:iam::{{account}}:oidc-provider/{ISSUER}"),
        ]


def github_trust(provider_arn: Input[str], repository: str, contexts: Sequence[str]) -> Mapping[str, object]:
    """Let a repository's workflows assume a role in exactly these contexts (`pull_request`, `environment:prod`)."""
    subjects = [f"repo:{repository}:{context}" for context in contexts]
    return document(
        [
            {
                "Sid": "WorkflowAssumes",
                "Effect": "Allow",
                "Principal": {"Federated": provider_arn},
                "Action": ["sts:AssumeRoleWithWebIdentity"],
                "Condition": {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subjects}},
            }
        ]
    )


def keeps_secrets(scope: Scope) -> Mapping[str, object]:
    """Deny whoever plans every value that is secret or data; the state's own objects and key are left to it."""
    values = {
        "Sid": "NoValues",
        "Effect": "Deny",
        "Action": ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"],
        "Resource": ["*"],
    }
    statements: list[Statement] = [
        values,
        # AWS publishes the ids of machine images there
        _deny_but("NoParameters", ["ssm:GetParameter*"], [scope.arn("arn:{partition}:ssm:*::parameter/aws/service/*")]),
        _deny_but("NoObjects", ["s3:GetObject*"], _state_objects(scope)),
        _deny_but("NoDecryption", ["kms:Decrypt"], [scope.state_key_arn] if scope.state_key_arn else []),
    ]
    if scope.state_key_arn:
        # only for the state: S3 and the engine itself
        statements.append(allow("ReadsTheStatesSecrets", ["kms:Decrypt"], [scope.state_key_arn]))
    return document(statements)


def deploys(scope: Scope) -> Mapping[str, Mapping[str, object]]:
    """Write what deploying takes, as documents by topic."""
    by_service: dict[str, set[str]] = defaultdict(set)
    for actions in ACTIONS.values():
        for action in actions:
            by_service[action.partition(":")[0]].add(action)
    written: dict[str, Mapping[str, object]] = {}
    for name, services in DOCUMENTS.items():
        statements: list[Statement] = []
        for service in services:
            scoped = sorted(by_service[service] - NO_RESOURCE)
            where = [scope.arn(each, service) for each in RESOURCES.get(service, (_EVERYWHERE,))]
            if scoped:
                statements.append(allow(f"Writes{service.title().replace('-', '')}", scoped, where))
        unscoped = sorted(action for service in services for action in by_service[service] & NO_RESOURCE)
        if unscoped:
            statements.append(allow("HasNoResourceYet", unscoped, ["*"]))
        written[name] = document([*statements, *_further(name, scope)])
    return written


def bounds(scope: Scope, boundary_arn: Input[str]) -> Mapping[str, object]:
    """Write the boundary of the pipeline's roles and of all that it makes: a boundary grants nothing, it only ends."""
    own = scope.own_roles()
    linked = scope.arn("arn:{partition}:iam::{account}:role/aws-service-role/*")
    return document(
        [
            allow("WhatPoliciesGrant", ["*"], ["*"]),
            _deny(
                "NoIdentitiesThatStay",
                [
                    *("iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey"),
                    *("iam:CreateGroup", "iam:CreateLoginProfile", "iam:CreateSAMLProvider", "iam:CreateUser"),
                    *("iam:CreateOpenIDConnectProvider", "iam:PutGroupPolicy", "iam:PutUserPolicy"),
                    *("iam:CreateServiceSpecificCredential", "iam:UpdateAccessKey", "iam:UpdateLoginProfile"),
                ],
                ["*"],
            ),
            _deny("NoAccountsNoOrganization", ["account:*", "organizations:*"], ["*"]),
            _deny("NotItsOwnAccess", _IAM_WRITES, scope.access()),
            {
                **_deny(
                    "NoRoleBeyondTheBoundary",
                    [
                        *("iam:AttachRolePolicy", "iam:CreateRole", "iam:DetachRolePolicy", "iam:PutRolePolicy"),
                        *("iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary"),
                    ],
                    ["*"],
                ),
                "Condition": {"StringNotEquals": {"iam:PermissionsBoundary": boundary_arn}},
            },
            _deny("NoBoundaryIsLifted", ["iam:DeleteRolePermissionsBoundary"], ["*"]),
            _deny_but(
                "NobodyElsesRole", ["iam:PassRole", "iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], [*own, linked]
            ),
        ]
    )


# whatever changes a role, a policy or a provider
_IAM_WRITES = ("iam:Add*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:Put*", "iam:Remove*",
               "iam:Set*", "iam:Tag*", "iam:Untag*", "iam:Update*", "iam:PassRole")  # fmt: skip


def _further(name: str, scope: Scope) -> list[Statement]:
    if name == "cluster":
        return [
            allow(
                "HandsRolesToServices",
                ["iam:PassRole"],
                scope.own_roles(),
                conditions={"StringEquals": {"iam:PassedToService": list(PASSED_TO)}},
            ),
            allow(
                "ServicesMakeTheirOwnRoles",
                ["iam:CreateServiceLinkedRole"],
                [scope.arn("arn:{partition}:iam::{account}:role/aws-service-role/*")],
            ),
            # the way to a private endpoint (tools/tunnel.py)
            allow(
                "EntersTheOperatorsHost",
                ["ssm:StartSession"],
                [scope.arn("arn:{partition}:ec2:*:{account}:instance/*")],
                conditions={"StringEquals": {"ssm:resourceTag/Name": f"{scope.stack_name}-operator"}},
            ),
            allow(
                "ForwardsAPort",
                ["ssm:StartSession"],
                [scope.arn("arn:{partition}:ssm:*::document/AWS-StartPortForwardingSessionToRemoteHost")],
            ),
        ]
    if name == "operations":
        return [
            allow(
                "TellsHowItWent",
                ["cloudwatch:PutMetricData"],
                # it is about no resource (Service Authorization Reference)
                ["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": DEPLOYMENTS}},
            )
        ]
    if name != "data" or scope.state_bucket is None:
        return []
    bucket = f"arn:{{partition}}:s3:::{scope.state_bucket}"
    return [
        allow("KeepsTheState", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [scope.arn(f"{bucket}/*")]),
        *(
            [allow("LocksTheState", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], [scope.state_key_arn])]
            if scope.state_key_arn
            else []
        ),
    ]


def _state_objects(scope: Scope) -> list[Input[str]]:
    return [scope.arn(f"arn:{{partition}}:s3:::{scope.state_bucket}/*")] if scope.state_bucket else []


def _deny(sid: str, actions: Sequence[str], resources: Sequence[Input[str]]) -> Statement:
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions), "Resource": list(resources)}


def _deny_but(sid: str, actions: Sequence[str], spared: Sequence[Input[str]]) -> Statement:
    """Deny everywhere but there."""
    where = {"NotResource": list(spared)} if spared else {"Resource": ["*"]}
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions), **where}
