"""Pairs of the laws in `sandbox/laws/route53.py`."""

import pulumi_aws as aws

from .pair import Pair


def _record(name: str) -> None:
    zone = aws.route53.Zone("zone", name="example.com")
    aws.route53.Record("record", zone_id=zone.zone_id, name=name, type="A", ttl=60, records=["192.0.2.1"])


PAIRS = [
    Pair(
        "route53-record", "is not permitted in zone example.com", _record, "flowise.example.org", "flowise.example.com"
    ),
]
