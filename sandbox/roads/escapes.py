"""Ways out of a permissions boundary: what somebody under one may do to become somebody who is not.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html, and the actions by which an identity
gains what another has: those of IAM itself, and of services that run code under a role of their own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..clouds.aws_regions import ACCOUNT_ID
from ..policy_documents import admits, allowed, evaluable, statements_of
from . import rules
from .model import Spare


@dataclass(frozen=True)
class Asker:
    """Who operates: policies, the boundary, and whether AWS's own policies let it read, or believedly all."""

    name: str
    policies: Sequence[Mapping[str, Any]]
    boundary: Mapping[str, Any] | None = None
    boundary_name: str = "the boundary"
    reads: bool = False
    believed: bool = False

    def lets(self, action: str, resource: str, keys: Mapping[str, str | Sequence[str]]) -> bool:
        """Return whether its policies may let an action; a denial in one ends what another allows."""
        return admits(_joined(self.policies), "*", action, resource, keys)

    def within(self, action: str, resource: str, keys: Mapping[str, str | Sequence[str]]) -> bool:
        """Return whether its boundary may let an action."""
        return self.boundary is None or admits(self.boundary, "*", action, resource, keys)


_OTHERS = "somebody-else"
_IAM = f"arn:aws:iam::{ACCOUNT_ID}"
_HERE = f"eu-west-1:{ACCOUNT_ID}"
_MACHINE = f"arn:aws:ec2:{_HERE}:instance/i-0123456789abcdef0"
_ROLE = f"{_IAM}:role/{_OTHERS}"
# action -> what of somebody else's, and what it leads to
_WAYS: Mapping[str, tuple[str, str]] = {
    "iam:CreatePolicyVersion": (f"{_IAM}:policy/{_OTHERS}", "writes what another's policy or boundary says"),
    "iam:SetDefaultPolicyVersion": (f"{_IAM}:policy/{_OTHERS}", "chooses what another's policy or boundary says"),
    "iam:DeleteRolePermissionsBoundary": (_ROLE, "lifts a boundary"),
    "iam:DeleteUserPermissionsBoundary": (f"{_IAM}:user/{_OTHERS}", "lifts a boundary"),
    "iam:CreateRole": (_ROLE, "makes a role without a boundary"),
    "iam:PutRolePolicy": (_ROLE, "gives a role without a boundary what it wants"),
    "iam:AttachRolePolicy": (_ROLE, "gives a role without a boundary what it wants"),
    "iam:UpdateAssumeRolePolicy": (_ROLE, "becomes a role without a boundary"),
    "sts:AssumeRole": (_ROLE, "becomes a role without a boundary"),
    "iam:PassRole": (_ROLE, "hands a role without a boundary to a service"),
    "iam:CreateUser": (f"{_IAM}:user/{_OTHERS}", "makes a user without a boundary"),
    "iam:CreateAccessKey": (f"{_IAM}:user/{_OTHERS}", "becomes a user"),
    "iam:CreateLoginProfile": (f"{_IAM}:user/{_OTHERS}", "becomes a user"),
    "iam:UpdateLoginProfile": (f"{_IAM}:user/{_OTHERS}", "becomes a user"),
    "iam:DeactivateMFADevice": (f"{_IAM}:mfa/{_OTHERS}", "takes a user's second factor"),
    "iam:AddUserToGroup": (f"{_IAM}:group/{_OTHERS}", "joins a group"),
    "iam:CreateSAMLProvider": (f"{_IAM}:saml-provider/{_OTHERS}", "says who somebody is"),
    "iam:UpdateSAMLProvider": (f"{_IAM}:saml-provider/{_OTHERS}", "says who somebody is"),
    "iam:CreateOpenIDConnectProvider": (f"{_IAM}:oidc-provider/{_OTHERS}", "says who somebody is"),
    "rolesanywhere:CreateTrustAnchor": ("*", "says who somebody is"),
    "sso:CreateAccountAssignment": ("*", "gives a user of IAM Identity Center a role"),
    "identitystore:CreateGroupMembership": ("*", "joins a group of IAM Identity Center"),
    "lambda:UpdateFunctionCode": (f"arn:aws:lambda:{_HERE}:function:{_OTHERS}", "runs code under another's role"),
    "ssm:SendCommand": (_MACHINE, "runs code under another's role"),
    "ssm:StartSession": (_MACHINE, "runs code under another's role"),
    "ec2:ModifyInstanceAttribute": (
        _MACHINE,
        "runs code under another's role",
    ),
    "ecs:ExecuteCommand": (f"arn:aws:ecs:{_HERE}:cluster/{_OTHERS}", "runs code under another's role"),
    "codebuild:StartBuild": (f"arn:aws:codebuild:{_HERE}:project/{_OTHERS}", "runs code under another's role"),
    "cloudformation:UpdateStack": (f"arn:aws:cloudformation:{_HERE}:stack/{_OTHERS}/x", "acts as another's role"),
    "glue:UpdateJob": (f"arn:aws:glue:{_HERE}:job/{_OTHERS}", "runs code under another's role"),
    "organizations:DetachPolicy": ("*", "lifts what the organization holds"),
}
# What a request on somebody else's things bears: tags of theirs, no boundary, and whom a role is handed to.
_KEYS: Mapping[str, str | Sequence[str]] = {
    "aws:ResourceTag/Project": _OTHERS,
    "aws:ResourceTag/Environment": _OTHERS,
    "iam:PassedToService": "ec2.amazonaws.com",
}


def escapes(asker: Asker) -> Iterator[Spare]:
    """Yield what leads out of a boundary; nothing where a condition stands in the way that nobody here can judge."""
    if asker.boundary is None:
        return
    policies = [] if asker.believed else [_joined(asker.policies)]
    if not all(evaluable(each) for each in [*policies, asker.boundary]):
        return
    for action, (resource, leads) in _WAYS.items():
        # a boundary allows nothing by itself, but whatever else is attached is believed to
        granted = policies or [asker.boundary]
        if allowed(action, resource, _KEYS, policies=granted, boundary=asker.boundary):
            yield Spare(
                rules.BOUNDARY_ESCAPE,
                asker.boundary_name,
                f"lets {asker.name} {action} on {resource}: it {leads}",
                f"a boundary that does not allow {action}, or only on what is its own",
            )


def _joined(policies: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {"Statement": [statement for each in policies for statement in statements_of(each)]}
