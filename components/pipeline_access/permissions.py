"""What the pipeline's two roles may do.

Both read what AWS's own ReadOnlyAccess reads. Beside that, one is denied every secret's value, and the other writes the
types of resources that the program makes, where their names or ids lie in this account.
"""

from collections import defaultdict
from collections.abc import Mapping

from pulumi import Input

from ..shared.iam_documents import Statement, allow, deny, document
from .deploy_actions import ACTIONS
from .scope import Scope
from .statements import NO_RESOURCE, deny_but, sessions

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
MAIN = "refs/heads/main"
# CloudWatch's namespace of what .ci/deploy tells
DEPLOYMENTS = "Platform/Deployments"
# Several documents, for IAM takes 6144 characters in each.
DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    "network": ("ec2", "route53resolver"),
    "data": ("elasticache", "kms", "rds", "s3", "secretsmanager"),
    "cluster": ("ecr", "eks", "guardduty", "iam"),
    "edge": ("acm", "cloudfront", "elasticloadbalancing", "route53", "shield", "wafv2"),
    "operations": (
        "appconfig",
        "backup",
        "backup-storage",
        "budgets",
        "ce",
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
    "appconfig.amazonaws.com",
    "backup.amazonaws.com",
    "ec2.amazonaws.com",
    "eks.amazonaws.com",
    "lambda.amazonaws.com",
    "monitoring.rds.amazonaws.com",
    "pods.eks.amazonaws.com",
    "rds.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)


def github_trust(provider_arn: Input[str], repository: str, environment: str) -> Mapping[str, object]:
    """Let a repository's workflows assume a role in one environment, as main has them.

    Which branches an environment takes is a setting of GitHub's that may be forgotten, so the branch is asked for, too:
    AWS knows the claim since January 2026 (IAM user guide, condition keys for OIDC federation; commercial regions).
    """
    claims = {"aud": AUDIENCE, "sub": f"repo:{repository}:environment:{environment}", "ref": MAIN}
    return _trust(provider_arn, claims)


def workflow_trust(provider_arn: Input[str], repository: str) -> Mapping[str, object]:
    """Let a repository's workflows on main assume a role, outside any environment."""
    return _trust(provider_arn, {"aud": AUDIENCE, "sub": f"repo:{repository}:ref:{MAIN}"})


def _trust(provider_arn: Input[str], claims: Mapping[str, str]) -> Mapping[str, object]:
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
        deny_but("NoParameters", ["ssm:GetParameter*"], [scope.arn("arn:{partition}:ssm:*::parameter/aws/service/*")]),
        deny_but("NoObjects", ["s3:GetObject*"], [*scope.state(), scope.state_layout()] if scope.state_bucket else []),
        deny(
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
        deny_but("NoDecryption", ["kms:Decrypt"], [scope.state_key_arn] if scope.state_key_arn else []),
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
            *sessions(scope),
        ]
    if name == "operations":
        return [
            allow(
                "TellsHowItWent",
                ["cloudwatch:PutMetricData"],
                # it is about no resource (Service Authorization Reference)
                ["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": DEPLOYMENTS}},
            ),
            # what was parked for the night (tools/park.py) is called back before it is deployed
            allow("AlarmsTellAgain", ["cloudwatch:EnableAlarmActions"], scope.arns("cloudwatch")),
        ]
    if name == "network":
        # the zone of an endpoint's private names is AWS's (Amazon VPC user guide, create-interface-endpoint)
        zones = [scope.arn("arn:{partition}:route53:::hostedzone/*")]
        return [allow("NamesEndpointsPrivately", ["route53:AssociateVPCWithHostedZone"], zones)]
    if name != "data":
        return []
    # likewise, what was parked
    starts = allow("DatabaseStartsAgain", ["rds:StartDBInstance"], scope.arns("rds"))
    # the master's password, which RDS keeps, in a secret that it makes with the rights of who makes the instance (RDS
    # user guide, rds-secrets-manager: permissions)
    kept_by_rds = allow(
        "LetsRdsKeepAPassword",
        ["secretsmanager:CreateSecret", "secretsmanager:RotateSecret", "secretsmanager:TagResource"],
        [scope.arn("arn:{partition}:secretsmanager:*:{account}:secret:rds!*")],
    )
    if scope.state_bucket is None:
        return [starts, kept_by_rds]
    return [
        starts,
        kept_by_rds,
        allow("KeepsTheState", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], scope.state()),
        allow("ReadsTheLayout", ["s3:GetObject"], [scope.state_layout()]),
        *(
            [allow("LocksTheState", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], [scope.state_key_arn])]
            if scope.state_key_arn
            else []
        ),
    ]
