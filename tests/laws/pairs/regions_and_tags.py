"""Pairs of the laws in `sandbox/laws/regions_and_tags.py`."""

import pulumi_aws as aws

from .pair import Pair


def _tag(key: str) -> None:
    aws.sns.Topic("topic", tags={key: "x"})


def _region(region: str) -> None:
    aws.sns.Topic("topic", region=region)


PAIRS = [
    Pair("tags", "reserved for system use", _tag, "aws:team", "team"),
    Pair("region", "invalid AWS Region: eu-west-9", _region, "eu-west-9", "eu-west-3"),
]
