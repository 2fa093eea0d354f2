"""Pairs of the laws in `sandbox/laws/names.py`."""

import pulumi
import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import trust, two_zones, vpc


def _balancer_name(name: str) -> None:
    aws.lb.LoadBalancer("lb", name=name, subnets=[each.id for each in two_zones(vpc())])


def _target_name(name: str) -> None:
    aws.lb.TargetGroup("targets", name=name, port=80, protocol="HTTP", vpc_id=vpc().id)


def _role_name(name: str) -> None:
    aws.iam.Role("role", name=name, assume_role_policy=trust("ec2.amazonaws.com"))


def _bucket_name(name: str) -> None:
    aws.s3.Bucket("bucket", bucket=name)


def _two_roles(name: str) -> None:
    first = aws.iam.Role("one", name="app", assume_role_policy=trust("ec2.amazonaws.com"))
    options = pulumi.ResourceOptions(depends_on=[first])
    aws.iam.Role("two", name=name, assume_role_policy=trust("ec2.amazonaws.com"), opts=options)


def _two_groups(name: str) -> None:
    network = vpc()
    first = aws.ec2.SecurityGroup("one", name="app", vpc_id=network.id)
    aws.ec2.SecurityGroup("two", name=name, vpc_id=network.id, opts=pulumi.ResourceOptions(depends_on=[first]))


def _group_name(name: str) -> None:
    aws.ec2.SecurityGroup("group", name=name, vpc_id=vpc().id)


def _alias(name: str) -> None:
    aws.kms.Alias("alias", name=name, target_key_id=aws.kms.Key("key").id)


PAIRS = [
    Pair(
        "name-format",
        "at most 32 letters",
        _balancer_name,
        "flowise-production-internal-load-balancer",
        "flowise-production",
        GITHUB + "cloudposse/terraform-aws-alb/issues/27",
    ),
    Pair("name-format", "not internal- at the start", _balancer_name, "internal-flowise", "flowise-internal"),
    Pair(
        "name-format",
        "no hyphen at either end",
        _target_name,
        "flowise-targets-",
        "flowise-targets",
        GITHUB + "hashicorp/terraform-provider-aws/issues/29643",
    ),
    Pair("name-format", "(65 characters)", _role_name, "r" * 65, "r" * 64),
    Pair("name-format", "InvalidBucketName", _bucket_name, "Flowise_Files", "flowise-files"),
    Pair("name-format", "not sg- at the start", _group_name, "sg-app", "app"),
    Pair("name-format", "alias/ and then letters", _alias, "flowise", "alias/flowise"),
    Pair("name-taken", "EntityAlreadyExists", _two_roles, "app", "app-two"),
    Pair("name-taken", "InvalidGroup.Duplicate", _two_groups, "app", "app-two"),
]
