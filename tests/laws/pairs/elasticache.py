"""Pairs of the laws in `sandbox/laws/elasticache.py`."""

from typing import Any

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import cache_with

KEY = "arn:aws:kms:eu-west-1:123456789012:key/12345678-1234-1234-1234-123456789012"


def _users(given: dict[str, Any]) -> None:
    engine = given.get("engine", "redis")
    allowed: dict[str, Any] = {"access_string": "on ~* +@all", "engine": given.get("user_engine", engine)}
    password: dict[str, Any] = {"no_password_required": True} if given.get("open") else {"passwords": ["x" * 16]}
    own = aws.elasticache.User("own", user_id="own", user_name="app", **allowed, **password)
    base = aws.elasticache.User("base", user_id="base", user_name="default", **allowed, passwords=["y" * 16])
    named = [own.user_id, *([base.user_id] if given.get("with_default") else [])]
    aws.elasticache.UserGroup("group", user_group_id="group", engine=engine, user_ids=named)


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
        "Invalid node type t4g.small in eu-west-1",
        cache_with,
        {"node_type": "t4g.small"},
        {"node_type": "cache.t4g.small"},
    ),
    Pair(
        "elasticache-node-type",
        "did you mean cache.t4g.micro?",
        cache_with,
        {"node_type": "cache.t4.micro"},
        {"node_type": "cache.t4g.micro"},
    ),
    Pair(
        "elasticache-node-type",
        "A KMS key can only be given with encryption at rest",
        cache_with,
        {"kms_key_id": KEY, "at_rest_encryption_enabled": False},
        {"kms_key_id": KEY},
    ),
    Pair(
        "elasticache-user-group",
        "User group needs to contain a user with the user name default",
        _users,
        {},
        {"with_default": True},
        GITHUB + "hashicorp/terraform-provider-aws/issues/25593",
    ),
    Pair(
        "elasticache-user-group",
        "takes only users that authenticate: own needs no password",
        _users,
        {"engine": "valkey", "open": True},
        {"engine": "valkey"},
    ),
    Pair(
        "elasticache-user-group",
        "takes only users of that engine",
        _users,
        {"with_default": True, "user_engine": "valkey"},
        {"with_default": True},
    ),
    Pair(
        "elasticache-user-group-tls",
        "requires encryption-in-transit to be enabled",
        cache_with,
        {"user_group_ids": ["group"]},
        {"user_group_ids": ["group"], "transit_encryption_enabled": True},
        GITHUB + "hashicorp/terraform-provider-aws/issues/42966",
    ),
]
