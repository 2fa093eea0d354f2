"""Pairs of the laws in `sandbox/laws/elasticache.py`."""

from .pair import GITHUB, Pair
from .programs import cache_with

PAIRS = [
    Pair(
        "elasticache-failover",
        "Automatic failover is not supported",
        cache_with,
        {"automatic_failover_enabled": True, "num_cache_clusters": 1},
        {"automatic_failover_enabled": True},
        GITHUB + "hashicorp/terraform/issues/25077",
    ),
    Pair(
        "elasticache-failover",
        "Must have automatic failover enabled",
        cache_with,
        {"multi_az_enabled": True},
        {"multi_az_enabled": True, "automatic_failover_enabled": True},
    ),
    Pair(
        "elasticache-auth-token",
        "TransitEncryptionEnabled must be true",
        cache_with,
        {"auth_token": "a" * 32},
        {"auth_token": "a" * 32, "transit_encryption_enabled": True},
    ),
    Pair(
        "elasticache-auth-token",
        "16 to 128 printable characters",
        cache_with,
        {"auth_token": "short", "transit_encryption_enabled": True},
        {"auth_token": "a" * 16, "transit_encryption_enabled": True},
    ),
    Pair(
        "elasticache-engine-version",
        "Expected a parameter group of family valkey8",
        cache_with,
        {"parameter_group_name": "default.redis7"},
        {"parameter_group_name": "default.valkey8"},
    ),
    Pair(
        "elasticache-node-type",
        "Invalid node type",
        cache_with,
        {"node_type": "t4g.small"},
        {"node_type": "cache.t4g.small"},
    ),
]
