"""Pairs of the laws in `sandbox/laws/roads.py`."""

from typing import Any

import pulumi_aws as aws

from .pair import Pair
from .programs import two_zones, vpc

ANYWHERE = "0.0.0.0/0"


def _rule(number: int, first: int, last: int, **more: Any) -> dict[str, Any]:
    said = {"rule_no": number, "action": "allow", "protocol": "tcp", "from_port": first, "to_port": last}
    return {**said, "cidr_block": ANYWHERE, **more}


def _acl(rules: Any) -> None:
    aws.ec2.NetworkAcl("acl", vpc_id=vpc().id, **rules)


def _origin(internal: bool) -> None:
    network = vpc()
    balancer = aws.lb.LoadBalancer(
        "balancer",
        internal=internal,
        load_balancer_type="application",
        subnets=[each.id for each in two_zones(network)],
    )
    aws.cloudfront.Distribution(
        "site",
        enabled=True,
        origins=[
            {
                "domain_name": balancer.dns_name,
                "origin_id": "app",
                "custom_origin_config": {
                    "http_port": 80,
                    "https_port": 443,
                    "origin_protocol_policy": "http-only",
                    "origin_ssl_protocols": ["TLSv1.2"],
                },
            }
        ],
        default_cache_behavior={
            "allowed_methods": ["GET", "HEAD"],
            "cached_methods": ["GET", "HEAD"],
            "target_origin_id": "app",
            "viewer_protocol_policy": "redirect-to-https",
            "forwarded_values": {"query_string": False, "cookies": {"forward": "none"}},
        },
        restrictions={"geo_restriction": {"restriction_type": "none"}},
        viewer_certificate={"cloudfront_default_certificate": True},
    )


PAIRS = [
    Pair(
        "network-acl-answers",
        "rule 100 lets tcp 443-443 in from 0.0.0.0/0, and no egress rule lets an answer back",
        _acl,
        {"ingress": [_rule(100, 443, 443)], "egress": [_rule(100, 443, 443)]},
        {"ingress": [_rule(100, 443, 443)], "egress": [_rule(100, 1024, 65535)]},
    ),
    Pair(
        "network-acl-answers",
        "no ingress rule lets an answer back",
        _acl,
        {"ingress": [_rule(100, 80, 80)], "egress": [_rule(100, 443, 443), _rule(110, 1024, 65535)]},
        {"ingress": [_rule(100, 1024, 65535)], "egress": [_rule(100, 443, 443)]},
    ),
    Pair(
        "network-acl-answers",
        "no egress rule lets an answer back",
        _acl,
        {
            "ingress": [_rule(100, 443, 443)],
            "egress": [_rule(90, 1024, 65535, action="deny"), _rule(100, 0, 65535)],
        },
        {
            "ingress": [_rule(100, 443, 443)],
            "egress": [_rule(90, 1024, 65535), _rule(100, 0, 65535, action="deny")],
        },
    ),
    Pair("cloudfront-internal-origin", "is internal: its name leads to private addresses", _origin, True, False),
]
