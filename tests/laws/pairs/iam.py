"""Pairs of the laws in `sandbox/laws/iam.py`."""

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import KEY_ADMIN, document, role, trust


def _role_policy(policy: str) -> None:
    aws.iam.RolePolicy("policy", role=role().id, policy=policy)


def _trust_policy(policy: str) -> None:
    aws.iam.Role("role", assume_role_policy=policy)


def _key_policy(policy: str) -> None:
    aws.kms.Key("key", policy=policy)


def _attached(arn: str) -> None:
    aws.iam.RolePolicyAttachment("attachment", role=role().name, policy_arn=arn)


GOOD = document(Action="s3:GetObject", Resource="arn:aws:s3:::files/*")


PAIRS = [
    Pair("iam-policy-document", "contains invalid Json", _role_policy, "{'Version': '2012-10-17'}", GOOD),
    Pair(
        "iam-policy-document",
        "must contain resources",
        _role_policy,
        document(Action="s3:GetObject"),
        GOOD,
        GITHUB + "terraform-aws-modules/terraform-aws-iam/issues/364",
    ),
    Pair(
        "iam-policy-document",
        "must be in ARN format",
        _role_policy,
        document(Action="s3:GetObject", Resource="files/*"),
        GOOD,
    ),
    Pair(
        "iam-policy-document",
        "should not specify a principal",
        _role_policy,
        document(Action="s3:GetObject", Resource="*", Principal="*"),
        GOOD,
    ),
    Pair("iam-policy-document", "is not valid", _role_policy, GOOD.replace("2012-10-17", "2026-11-21"), GOOD),
    Pair("iam-policy-document", "unknown element Actions", _role_policy, GOOD.replace('"Action"', '"Actions"'), GOOD),
    Pair(
        "iam-policy-document",
        "must be prefaced by a vendor",
        _role_policy,
        document(Action="GetObject", Resource="*"),
        GOOD,
    ),
    Pair(
        "iam-policy-document",
        "s3 has no action GetObjects",
        _role_policy,
        document(Action="s3:GetObjects", Resource="*"),
        GOOD,
    ),
    Pair(
        "iam-policy-document",
        "Maximum policy size",
        _role_policy,
        document(Action="s3:GetObject", Resource=[f"arn:aws:s3:::files/{n:050}" for n in range(200)]),
        GOOD,
    ),
    Pair(
        "iam-policy-document",
        "Has prohibited field Resource",
        _trust_policy,
        document(Action="sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"}, Resource="*"),
        trust("ec2.amazonaws.com"),
        GITHUB + "kubernetes-sigs/external-dns/issues/3085",
    ),
    Pair(
        "iam-policy-document",
        "Missing required field Principal",
        _trust_policy,
        document(Action="sts:AssumeRole"),
        trust("ec2.amazonaws.com"),
    ),
    Pair(
        "iam-policy-document",
        'Invalid principal in policy: "SERVICE":"ec2"',
        _trust_policy,
        trust("ec2"),
        trust("ec2.amazonaws.com"),
    ),
    Pair(
        "kms-key-policy-lockout",
        "will not allow you to update the key policy",
        _key_policy,
        document(Principal={"AWS": "arn:aws:iam::123456789012:role/app"}, Action="kms:Decrypt", Resource="*"),
        KEY_ADMIN,
    ),
    Pair(
        "iam-policy-arn",
        "is not valid",
        _attached,
        "AmazonEKSWorkerNodePolicy",
        "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
    ),
]
