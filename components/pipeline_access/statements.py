"""What several of the pipeline's documents say alike."""

from collections.abc import Sequence

from pulumi import Input

from ..shared.iam_documents import Statement, allow
from .scope import Scope

# Actions that know no resource (Service Authorization Reference): a statement that names one does not allow them.
NO_RESOURCE = frozenset(
    {
        "acm:RequestCertificate",
        "appconfig:CreateApplication",
        "appconfig:CreateDeploymentStrategy",
        "backup-storage:MountCapsule",
        "ce:CreateAnomalyMonitor",
        "ce:CreateAnomalySubscription",
        "cloudfront:CreateCachePolicy",
        "cloudfront:CreateDistribution",
        "cloudfront:CreateFunction",
        "cloudfront:CreateKeyValueStore",
        "cloudfront:CreateOriginAccessControl",
        "cloudfront:CreateResponseHeadersPolicy",
        "cloudfront:CreateVpcOrigin",
        *(
            f"ecr:{verb}{thing}"
            for verb in ("Create", "Update", "Delete")
            for thing in ("PullThroughCacheRule", "RepositoryCreationTemplate")
        ),
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
# the tags that say whose a thing is: BaseStack.cost_tags
OWNERS_TAGS = ("Environment", "Project")


def sessions(scope: Scope) -> list[Statement]:
    """Let a port be forwarded through the operators' host, and no shell be had (tools/tunnel.py)."""
    # in each statement that allows a session, or a session without a document is a shell (Systems Manager user guide,
    # getting-started-specify-session-document)
    checked = {"BoolIfExists": {"ssm:SessionDocumentAccessCheck": "true"}}
    tags = {**{tag: scope.tags[tag] for tag in OWNERS_TAGS}, "Name": f"{scope.stack_name}-operator"}
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


def deny_but(sid: str, actions: Sequence[str], spared: Sequence[Input[str]]) -> Statement:
    """Deny everywhere but there."""
    where = {"NotResource": list(spared)} if spared else {"Resource": ["*"]}
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions), **where}
