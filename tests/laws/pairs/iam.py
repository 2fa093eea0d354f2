"""Pairs of the laws in `sandbox/laws/iam.py`."""

import json

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import KEY_ADMIN, database, document, function, role, trust


def _role_policy(policy: str) -> None:
    aws.iam.RolePolicy("policy", role=role().id, policy=policy)


def _trust_policy(policy: str) -> None:
    aws.iam.Role("role", assume_role_policy=policy)


def _key_policy(policy: str) -> None:
    aws.kms.Key("key", policy=policy)


def _attached(arn: str) -> None:
    aws.iam.RolePolicyAttachment("attachment", role=role().name, policy_arn=arn)


GOOD = document(Action="s3:GetObject", Resource="arn:aws:s3:::files/*")


def _service_role(service: str) -> None:
    definition = json.dumps({"StartAt": "one", "States": {"one": {"Type": "Pass", "End": True}}})
    aws.sfn.StateMachine("machine", role_arn=role("role", service).arn, definition=definition)


def _function_role(service: str) -> None:
    function(role("role", service))


def _monitored(service: str) -> None:
    database(monitoring_interval=60, monitoring_role_arn=role("role", service).arn)


def _who(principal: str) -> str:
    return document(Principal={"AWS": principal}, Action="sts:AssumeRole")


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
    Pair(
        "iam-policy-document",
        'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:rol/reader"',
        _trust_policy,
        _who("arn:aws:iam::111122223333:rol/reader"),
        _who("arn:aws:iam::111122223333:role/team/reader"),
    ),
    Pair(
        "iam-policy-document",
        'Invalid principal in policy: "AWS":"arn:aws::iam::',
        _trust_policy,
        _who("arn:aws::iam::111122223333:root"),
        _who("arn:aws:iam::111122223333:root"),
        GITHUB + "aws-cloudformation/cfn-lint/issues/4287",
    ),
    Pair(
        "iam-policy-document",
        "Invalid principal in policy",
        _trust_policy,
        _who("arn:aws:iam::111122223333:role/*"),
        _who("111122223333"),
    ),
    Pair(
        "iam-role-trust",
        "nor the regional one is authorized to assume the provided role",
        _service_role,
        "lambda.amazonaws.com",
        "states.eu-west-1.amazonaws.com",
        GITHUB + "lumigo-io/lumigo-CLI/issues/83",
    ),
    Pair(
        "iam-role-trust",
        "cannot be assumed by Lambda",
        _function_role,
        "ec2.amazonaws.com",
        "lambda.amazonaws.com",
        GITHUB + "pdomala/LambdaCDDemo/issues/1",
    ),
    Pair(
        "iam-role-trust",
        "ENHANCED_MONITORING",
        _monitored,
        "rds.amazonaws.com",
        "monitoring.rds.amazonaws.com",
        GITHUB + "hashicorp/terraform/issues/5455",
    ),
]
