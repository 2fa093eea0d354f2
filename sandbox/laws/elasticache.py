"""ElastiCache: failover needs replicas, tokens need TLS, families fit engines."""

import re
from collections.abc import Iterator
from functools import cache

from .. import aws_data
from ..closest import did_you_mean
from ..wire import UNKNOWN
from .law import Law, Refusal, ResourceOperation, get, items
from .references import parameter_family

_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
_CREATE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html"
_AUTH = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html"


def _failover(op: ResourceOperation) -> Iterator[Refusal]:
    count, failover, zones = op.get("numCacheClusters"), op.get("automaticFailoverEnabled"), op.get("multiAzEnabled")
    if failover is True and count == 1:
        yield Refusal(
            "InvalidParameterValue",
            "Automatic failover is not supported for a replication group without replicas",
            "set numCacheClusters to 2 at least, or automaticFailoverEnabled to false",
        )
    if zones is True and failover is not True and not op.unknown("automaticFailoverEnabled"):
        yield Refusal(
            "InvalidParameterCombination",
            "Must have automatic failover enabled for Multi-AZ",
            "set automaticFailoverEnabled to true, with a replica",
        )


def _token(op: ResourceOperation) -> Iterator[Refusal]:
    token = op.get("authToken")
    if "authToken" not in op.inputs:
        return
    if op.get("transitEncryptionEnabled") is not True:
        yield Refusal(
            "InvalidParameterCombination",
            "The AUTH token can only be set with TLS: TransitEncryptionEnabled must be true",
            "set transitEncryptionEnabled to true",
        )
    if isinstance(token, str) and not re.fullmatch(r"[A-Za-z0-9!&#$^<>-]{16,128}", token):
        yield Refusal(
            "InvalidParameterValue",
            "Invalid AuthToken provided: it must be 16 to 128 printable characters, and of the special ones only !&#$^<>-",
            "make it with RandomPassword(length=32, override_special='!&#$^<>-')",
        )


def _engine(op: ResourceOperation) -> Iterator[Refusal]:
    engine, version = op.text("engine") or "redis", str(op.get("engineVersion") or "")
    family = parameter_family(op, "aws:elasticache/parameterGroup:ParameterGroup")
    if engine not in ("redis", "valkey"):
        yield Refusal("InvalidParameterValue", f"Invalid engine {engine}", "write valkey or redis")
    major = version.partition(".")[0]
    if engine == "valkey" and major and major not in ("7", "8", "9"):
        yield Refusal("InvalidParameterValue", f"Cannot find version {version} for valkey", "use 7.2 or 8.x")
    wanted = {"valkey": f"valkey{major}", "redis": "redis7" if major == "7" else f"redis{major}"}.get(engine, "")
    # `redis6.x` is the one family with an x.
    if family and major and family.removesuffix(".cluster.on").removesuffix(".x") != wanted:
        yield Refusal(
            "InvalidParameterCombination",
            f"Expected a parameter group of family {wanted} but found one of family {family}",
            f"use a parameter group of family {wanted}",
        )


@cache
def _node_types(region: str) -> tuple[str, ...]:
    """Return the types of nodes in a region."""
    listed = aws_data.read("schemas/extensions/aws_elasticache_cachecluster/cachenodetype_enum.json")
    return tuple(listed.get(region, {}).get("enum", ()))


def _node(op: ResourceOperation) -> Iterator[Refusal]:
    node, known = op.text("nodeType"), _node_types(op.region)
    if node and known and node not in known:
        yield Refusal(
            "InvalidParameterValue",
            f"Invalid node type {node} in {op.region}",
            did_you_mean(node, known, "write cache.t4g.small or its like, with cache."),
        )
    shards, nodes = op.get("numNodeGroups"), op.get("numCacheClusters")
    if isinstance(shards, int) and isinstance(nodes, int):
        yield Refusal(
            "InvalidParameterCombination",
            "numNodeGroups and numCacheClusters cannot both be given",
            "numCacheClusters for one shard; numNodeGroups and replicasPerNodeGroup for cluster mode",
        )
    days = op.get("snapshotRetentionLimit")
    if isinstance(days, int) and not 0 <= days <= 35:  # noqa: PLR2004 # the API's
        yield Refusal("InvalidParameterValue", f"snapshotRetentionLimit {days} is not from 0 to 35", "use 0 to 35 days")
    # Valkey encrypts where nothing is said, Redis does not
    encrypted = op.inputs.get("atRestEncryptionEnabled", op.text("engine") == "valkey")
    if op.text("kmsKeyId") and encrypted in (False, "false"):
        yield Refusal(
            "InvalidParameterCombination",
            "A KMS key can only be given with encryption at rest",
            "set atRestEncryptionEnabled to true",
        )


_USER, _USERS = "aws:elasticache/user:User", "aws:elasticache/userGroup:UserGroup"
_RBAC = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html"
# every account has it, and it may be in a group
_GIVEN_USER = "default"


def _user_group(op: ResourceOperation) -> Iterator[Refusal]:
    engine, ids = op.text("engine").lower(), op.get("userIds")
    listed = ids if isinstance(ids, list) else []
    if op.unknown("userIds") or UNKNOWN in listed:
        return
    users = {
        each.outputs.get("userId") or each.id: each.inputs
        for each in op.inventory.of(_USER)
        if (each.outputs.get("userId") or each.id) in listed
    }
    strangers = [each for each in listed if each not in users and each != _GIVEN_USER]
    named = {get(inputs, "userName") for inputs in users.values()} | ({"default"} if _GIVEN_USER in listed else set())
    if engine == "redis" and "default" not in named and not strangers:
        yield Refusal(
            "DefaultUserRequired",
            "User group needs to contain a user with the user name default.",
            "add a user whose userName is default, with an access string that allows nothing",
        )
    for user, inputs in users.items():
        if engine == "valkey" and get(inputs, "noPasswordRequired") is True:
            yield Refusal(
                "InvalidParameterCombination",
                f"A user group of the engine valkey takes only users that authenticate: {user} needs no password",
                "give the user a password, or IAM authentication",
            )
        if engine == "redis" and str(get(inputs, "engine")).lower() == "valkey":
            yield Refusal(
                "InvalidParameterCombination",
                f"A user group of the engine redis takes only users of that engine: {user} is of valkey",
                "let both be of one engine",
            )


def _group_needs_tls(op: ResourceOperation) -> Iterator[Refusal]:
    open_to_all = op.inputs.get("transitEncryptionEnabled") in (None, False)
    if items(op.inputs, "userGroupIds") and open_to_all:
        yield Refusal(
            "InvalidParameterCombination",
            "User group based access control requires encryption-in-transit to be enabled on the replication group.",
            "set transitEncryptionEnabled to true",
        )


LAWS = (
    Law("elasticache-failover", "failover needs a replica", _CREATE, _GROUP, _failover),
    Law("elasticache-auth-token", "tokens need TLS", _AUTH, _GROUP, _token),
    Law("elasticache-engine-version", "engines and families of a cache", _CREATE, _GROUP, _engine),
    Law("elasticache-node-type", "nodes of a cache", _CREATE, _GROUP, _node),
    Law("elasticache-user-group", "who is in a group of users", _RBAC, _USERS, _user_group),
    Law(
        "elasticache-user-group-tls",
        "groups of users need TLS",
        "https://github.com/hashicorp/terraform-provider-aws/issues/42966",
        _GROUP,
        _group_needs_tls,
    ),
)
