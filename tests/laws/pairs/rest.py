"""Pairs of the law in `sandbox/laws/rest.py`: what a first run wrote is written again by the next."""

import json
from typing import Any

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import vpc


def _parameter(family_and_method: tuple[str, str | None]) -> None:
    family, method = family_and_method
    parameters: Any = [{"name": "rds.force_ssl", "value": "1", **({"apply_method": method} if method else {})}]
    aws.rds.ParameterGroup("parameters", family=family, parameters=parameters)


def _cluster_parameter(family: str) -> None:
    parameters: Any = [{"name": "rds.force_ssl", "value": "1"}]
    aws.rds.ClusterParameterGroup("parameters", family=family, parameters=parameters)


def _method(method: str) -> None:
    parameters: Any = [{"name": "log_lock_waits", "value": "1", "apply_method": method}]
    aws.rds.ParameterGroup("parameters", family="postgres17", parameters=parameters)


def _range(block: str) -> None:
    acl = aws.ec2.NetworkAcl("acl", vpc_id=vpc().id)
    aws.ec2.NetworkAclRule(
        "rule",
        network_acl_id=acl.id,
        rule_number=100,
        protocol="tcp",
        rule_action="allow",
        cidr_block=block,
        from_port=443,
        to_port=443,
    )


def _ipv6_range(block: str) -> None:
    acl = aws.ec2.NetworkAcl("acl", vpc_id=vpc().id)
    aws.ec2.NetworkAclRule(
        "rule", network_acl_id=acl.id, rule_number=100, protocol="-1", rule_action="allow", ipv6_cidr_block=block
    )


def _name_servers(end: str) -> None:
    zone = aws.route53.Zone("zone", name="example.com")
    aws.route53.Record(
        "apart", zone_id=zone.zone_id, name="apart.example.com", type="NS", ttl=300, records=[f"ns1.example.net{end}"]
    )


def _redrive(count: object) -> None:
    dead = aws.sqs.Queue("dead", name="dead")
    aws.sqs.Queue(
        "queue",
        redrive_policy=dead.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": count})),
    )


PAIRS = [
    Pair(
        "never-at-rest",
        "RDS keeps a family's own value as pending-reboot",
        _parameter,
        ("postgres17", "immediate"),
        ("postgres17", "pending-reboot"),
        GITHUB + "hashicorp/terraform-provider-aws/issues/39252",
        first=("postgres17", "immediate"),
    ),
    Pair(
        "never-at-rest",
        "parameters[0].applyMethod was written so by the last run",
        _parameter,
        ("postgres15", None),
        ("postgres14", None),
        first=("postgres15", None),
    ),
    Pair(
        "never-at-rest",
        "RDS keeps a family's own value as pending-reboot",
        _cluster_parameter,
        "aurora-postgresql17",
        "aurora-postgresql16",
        first="aurora-postgresql17",
    ),
    Pair(
        "never-at-rest",
        "EC2 keeps a range by its first address",
        _range,
        "10.0.5.9/16",
        "10.0.0.0/16",
        first="10.0.5.9/16",
    ),
    Pair(
        "never-at-rest",
        "in its short form",
        _ipv6_range,
        "2001:0db8:0000::/48",
        "2001:db8::/48",
        first="2001:0db8:0000::/48",
    ),
    Pair(
        "never-at-rest",
        "Route 53 keeps the names of name servers with a dot at the end",
        _name_servers,
        "",
        ".",
        GITHUB + "cloud-gov/terraform-provision/pull/2066",
        first="",
    ),
    Pair(
        "never-at-rest",
        "SQS keeps maxReceiveCount as a number",
        _redrive,
        "5",
        5,
        first="5",
    ),
]
