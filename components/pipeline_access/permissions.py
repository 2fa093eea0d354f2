"""What the pipeline's two roles may do, and the bounds that neither they nor any role they make can leave.

Both read what AWS's own ReadOnlyAccess reads. Beside that, one is denied every secret's value, and the other writes the
types of resources that the program makes, where their names or ids lie in this account.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import Input, Output

from ..shared.iam_documents import Statement, allow, document
from .deploy_actions import ACTIONS

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
# CloudWatch's namespace of what .ci/deploy tells
DEPLOYMENTS = "Flowise/Deployments"
# Actions that know no resource (Service Authorization Reference): a statement that names one does not allow them.
NO_RESOURCE = frozenset(
    {
        "acm:RequestCertificate",
        "backup-storage:MountCapsule",
        "cloudfront:CreateCachePolicy",
        "cloudfront:CreateDistribution",
        "cloudfront:CreateFunction",
        "cloudfront:CreateKeyValueStore",
        "cloudfront:CreateOriginAccessControl",
        "cloudfront:CreateResponseHeadersPolicy",
        "cloudfront:CreateVpcOrigin",
        "eks:CreateCluster",
        "guardduty:CreateDetector",
        "kms:CreateKey",
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
        "rds:CreateDBProxy",
        "route53:CreateHealthCheck",
        "shield:CreateProtection",
        "synthetics:CreateCanary",
    }
)
# Service -> where its resources lie. {named} is a thing's name, or begins it with a dash: what is called
# `orders-production` is not `orders-prod`'s.
_EVERYWHERE = "arn:{partition}:{service}:*:{account}:*"
_NAMED = ("arn:{partition}:{service}:*:{account}:*:{named}", "arn:{partition}:{service}:*:{account}:*:{named}-*")
RESOURCES: Mapping[str, tuple[str, ...]] = {
    # an image belongs to another account
    "ec2": (_EVERYWHERE, "arn:{partition}:ec2:*::image/*"),
    "eks": ("arn:{partition}:eks:*:{account}:*/{named}", "arn:{partition}:eks:*:{account}:*/{named}/*"),
    "elasticache": (*_NAMED, "arn:{partition}:elasticache:*:{account}:parametergroup:default.*"),
    "events": ("arn:{partition}:events:*:{account}:rule/{named}-*",),
    "iam": (
        *(f"arn:{{partition}}:iam::{{account}}:{kind}/{{named}}-*" for kind in ("role", "instance-profile")),
        "arn:{partition}:iam::{account}:role/{named}/*",
    ),
    # of canaries
    "lambda": tuple(
        f"arn:{{partition}}:lambda:*:{{account}}:{kind}:cwsyn-{{named}}-*" for kind in ("function", "layer")
    ),
    # what RDS names by an id of its own comes last
    "rds": (
        *_NAMED,
        "arn:{partition}:rds:*:{account}:og:default:*",
        *(
            f"arn:{{partition}}:rds:*:{{account}}:{kind}:*"
            for kind in ("auto-backup", "db-proxy", "deployment", "target-group")
        ),
    ),
    "route53": ("arn:{partition}:route53:::hostedzone/{zone}", "arn:{partition}:route53:::healthcheck/*"),
    "s3": ("arn:{partition}:s3:::{named}-*",),
    "secretsmanager": ("arn:{partition}:secretsmanager:*:{account}:secret:{named}-*",),
    "sns": ("arn:{partition}:sns:*:{account}:{named}-*",),
    "sqs": ("arn:{partition}:sqs:*:{account}:{named}-*",),
    "synthetics": ("arn:{partition}:synthetics:*:{account}:canary:{named}-*",),
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


# What the stack's roles work in: the pipeline's, the nodes', the pods', the backups', and services on behalf of them.
_SERVICES = (
    *(
        "acm",
        "backup",
        "backup-storage",
        "budgets",
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
    *("autoscaling:Describe*", "ecr:BatchCheck*", "ecr:BatchGet*", "ecr:BatchImport*", "ecr:Describe*", "ecr:Get*"),
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
# the tags that say whose a thing is: BaseStack.cost_tags
_OWNERS_TAGS = ("Environment", "Project")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where the stack lies, and by what its things are known: how their names begin, and the tags that say whose.

    `hosted_zone_id` is the zone of its records, if it has any.
    """

    partition: Input[str]
    account: Input[str]
    project: str
    stack: str
    tags: Mapping[str, str]
    hosted_zone_id: str | None
    state_bucket: str | None
    state_key_arn: str | None

    @property
    def stack_name(self) -> str:
        """How the names of what it makes begin (`orders-prod`)."""
        return f"{self.project}-{self.stack}"

    def arn(self, pattern: str, service: str = "") -> Output[str]:
        """Fill in a pattern."""
        return Output.format(
            pattern.replace("{service}", service)
            .replace("{named}", self.stack_name)
            .replace("{zone}", self.hosted_zone_id or ""),
            partition=self.partition,
            account=self.account,
        )

    def arns(self, service: str) -> list[Output[str]]:
        """Give the patterns of what a service holds of the stack's."""
        patterns = RESOURCES.get(service, (_EVERYWHERE,))
        return [self.arn(each, service) for each in patterns if self.hosted_zone_id or "{zone}" not in each]

    def own_roles(self) -> list[Output[str]]:
        """Give the patterns of the roles that the stack makes, the pipeline's among them."""
        return [self.arn(each) for each in RESOURCES["iam"] if ":role/" in each]

    def state(self) -> list[Output[str]]:
        """Give the objects of the stack's own state, wherever in the bucket Pulumi's folder lies.

        Where they are: pulumi 3.259, pkg/backend/diy: store.go, lock.go, backend.go.
        """
        own = f"{self.project}/{self.stack}"
        objects = (f"stacks/{own}.*", f"history/{own}/*", f"backups/{own}/*", f"locks/*/{own}/*")
        return [self.arn(f"arn:{{partition}}:s3:::{self.state_bucket}/*.pulumi/{each}") for each in objects]

    def state_layout(self) -> Output[str]:
        """Give the object that says how the state's bucket is laid out."""
        return self.arn(f"arn:{{partition}}:s3:::{self.state_bucket}/*.pulumi/meta.yaml")


def github_trust(provider_arn: Input[str], repository: str, environment: str) -> Mapping[str, object]:
    """Let a repository's workflows assume a role in one environment, as main has them.

    Which branches an environment takes is a setting of GitHub's that may be forgotten, so the branch is asked for, too:
    AWS knows the claim since January 2026 (IAM user guide, condition keys for OIDC federation; commercial regions).
    """
    claims = {"aud": AUDIENCE, "sub": f"repo:{repository}:environment:{environment}", "ref": "refs/heads/main"}
    return document(
        [
            {
                "Sid": "WorkflowAssumes",
                "Effect": "Allow",
                "Principal": {"Federated": provider_arn},
                "Action": ["sts:AssumeRoleWithWebIdentity"],
                "Condition": {"StringEquals": {f"{ISSUER}:{claim}": value for claim, value in claims.items()}},
            }
        ]
    )


def keeps_secrets(scope: Scope) -> Mapping[str, object]:
    """Deny whoever plans every value that is secret or data; the state's own objects and key are left to it.

    What of this AWS's ReadOnlyAccess reads: parameters, objects, messages, logs, images, code, and what is on a screen.
    """
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
        _deny_but("NoObjects", ["s3:GetObject*"], [*scope.state(), scope.state_layout()] if scope.state_bucket else []),
        _deny(
            "NoContents",
            [
                *("ec2:GetConsole*", "ec2:GetPasswordData", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
                *("lambda:GetFunction", "lambda:GetLayerVersion", "logs:FilterLogEvents", "logs:GetLog*"),
                *(
                    "logs:GetQueryResults",
                    "logs:StartLiveTail",
                    "logs:StartQuery",
                    "rds:Download*",
                    "sqs:ReceiveMessage",
                ),
                *("ssm:GetAutomationExecution", "ssm:GetCommandInvocation", "ssm:ListCommand*"),
            ],
            ["*"],
        ),
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
            if scoped:
                statements.append(allow(f"Writes{service.title().replace('-', '')}", scoped, scope.arns(service)))
        unscoped = sorted(action for service in services for action in by_service[service] & NO_RESOURCE)
        if unscoped:
            statements.append(allow("HasNoResourceYet", unscoped, ["*"]))
        written[name] = document([*statements, *_further(name, scope)])
    return written


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
        *_sessions(scope),
        *_own_state(scope),
        _deny("NotItsOwnAccess", _ROLE_WRITES, [scope.arn("arn:{partition}:iam::{account}:role/{named}-pipeline-*")]),
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
        # also where a role's trust names a session, which what is not allowed does not end
        _deny_but("NobodyElsesRole", ["sts:AssumeRole"], own),
        {
            **_deny("NobodyElsesMachine", _MACHINE_WRITES, machines),
            "Condition": {"StringNotEquals": {"aws:ResourceTag/Project": project}},
        },
        {
            **_deny("NoMachineBecomesItsOwn", ["ec2:CreateTags", "ec2:DeleteTags"], machines),
            "Condition": {
                # a condition finds a tag whatever the case of its key
                "ForAnyValue:StringEqualsIgnoreCase": {"aws:TagKeys": list(_OWNERS_TAGS)},
                "StringNotEquals": {"ec2:CreateAction": ["CreateFleet", "CreateLaunchTemplate", "RunInstances"]},
            },
        },
        {
            # images and the state may be for several stacks
            **_deny_but(
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


def _sessions(scope: Scope) -> list[Statement]:
    """Let a port be forwarded through the operators' host, and no shell be had (tools/tunnel.py)."""
    # in each statement that allows a session, or a session without a document is a shell (Systems Manager user guide,
    # getting-started-specify-session-document)
    checked = {"BoolIfExists": {"ssm:SessionDocumentAccessCheck": "true"}}
    tags = {**{tag: scope.tags[tag] for tag in _OWNERS_TAGS}, "Name": f"{scope.stack_name}-operator"}
    return [
        allow(
            "EntersTheOperatorsHost",
            ["ssm:StartSession"],
            [scope.arn("arn:{partition}:ec2:*:{account}:instance/*")],
            conditions={"StringEquals": {f"ssm:resourceTag/{tag}": value for tag, value in tags.items()}, **checked},
        ),
        allow(
            "ForwardsAPort",
            ["ssm:StartSession"],
            [scope.arn("arn:{partition}:ssm:*::document/AWS-StartPortForwardingSessionToRemoteHost")],
            conditions=checked,
        ),
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
            *_sessions(scope),
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
    if name == "network":
        # the zone of an endpoint's private names is AWS's (Amazon VPC user guide, create-interface-endpoint)
        zones = [scope.arn("arn:{partition}:route53:::hostedzone/*")]
        return [allow("NamesEndpointsPrivately", ["route53:AssociateVPCWithHostedZone"], zones)]
    if name != "data":
        return []
    # the master's password, which RDS keeps, in a secret that it makes with the rights of who makes the instance (RDS
    # user guide, rds-secrets-manager: permissions)
    kept_by_rds = allow(
        "LetsRdsKeepAPassword",
        ["secretsmanager:CreateSecret", "secretsmanager:RotateSecret", "secretsmanager:TagResource"],
        [scope.arn("arn:{partition}:secretsmanager:*:{account}:secret:rds!*")],
    )
    if scope.state_bucket is None:
        return [kept_by_rds]
    return [
        kept_by_rds,
        allow("KeepsTheState", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], scope.state()),
        allow("ReadsTheLayout", ["s3:GetObject"], [scope.state_layout()]),
        *(
            [allow("LocksTheState", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], [scope.state_key_arn])]
            if scope.state_key_arn
            else []
        ),
    ]


def _deny(sid: str, actions: Sequence[str], resources: Sequence[Input[str]]) -> Statement:
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions), "Resource": list(resources)}


def _deny_but(sid: str, actions: Sequence[str], spared: Sequence[Input[str]]) -> Statement:
    """Deny everywhere but there."""
    where = {"NotResource": list(spared)} if spared else {"Resource": ["*"]}
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions), **where}
