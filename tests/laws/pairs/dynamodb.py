"""Pairs of the laws in `sandbox/laws/dynamodb.py`."""

from typing import Any

import pulumi_aws as aws

from .pair import GITHUB, Pair


def _table(given: dict[str, Any]) -> None:
    names = given.pop("named", ["id"])
    attributes: Any = [{"name": name, "type": "S"} for name in names]
    given = {"billing_mode": "PAY_PER_REQUEST", "hash_key": "id", "attributes": attributes, **given}
    aws.dynamodb.Table("table", **given)


def _with(given: dict[str, Any]) -> None:
    _table(dict(given))


def _index(values: dict[str, Any]) -> None:
    index = {"name": "by-title", "hash_key": "title", "projection_type": "ALL", **values}
    _table({"named": ["id", "title"], "global_secondary_indexes": [index]})


def _indexes(names: list[str]) -> None:
    indexes = [{"name": name, "hash_key": "title", "projection_type": "ALL"} for name in names]
    _table({"named": ["id", "title"], "global_secondary_indexes": indexes})


def _local(range_key: str | None) -> None:
    index = {"name": "by-title", "range_key": "title", "projection_type": "ALL"}
    named = ["id", "title", *([range_key] if range_key else [])]
    _table({"named": named, "range_key": range_key, "local_secondary_indexes": [index]})


def _stream(view: str | None) -> None:
    _table({"stream_enabled": True, "stream_view_type": view})


def _replicated(view: str) -> None:
    _table({"stream_enabled": True, "stream_view_type": view, "replicas": [{"region_name": "us-east-1"}]})


PAIRS = [
    Pair(
        "dynamodb-attributes",
        "all attributes must be indexed. Unused attributes: ['title']",
        _with,
        {"named": ["id", "title"]},
        {"named": ["id"]},
        GITHUB + "pulumi/pulumi-aws-native/issues/729",
    ),
    Pair(
        "dynamodb-attributes",
        "Some index key attributes are not defined in AttributeDefinitions: day",
        _with,
        {"range_key": "day"},
        {"range_key": "day", "named": ["id", "day"]},
    ),
    Pair("dynamodb-index", "Duplicate index name: a", _indexes, ["a", "a"], ["a", "b"]),
    Pair("dynamodb-index", "Table KeySchema does not have a range key", _local, None, "day"),
    Pair(
        "dynamodb-index",
        "but NonKeyAttributes is specified",
        _index,
        {"projection_type": "KEYS_ONLY", "non_key_attributes": ["text"]},
        {"projection_type": "INCLUDE", "non_key_attributes": ["text"]},
    ),
    Pair("dynamodb-index", "but NonKeyAttributes is not specified", _index, {"projection_type": "INCLUDE"}, {}),
    Pair("dynamodb-index", "the per-table limit of 20", _indexes, list(map(str, range(21))), list(map(str, range(20)))),
    Pair(
        "dynamodb-capacity",
        "No provisioned throughput specified for the table",
        _with,
        {"billing_mode": "PROVISIONED", "read_capacity": 1},
        {"billing_mode": "PROVISIONED", "read_capacity": 1, "write_capacity": 1},
    ),
    Pair("dynamodb-stream", "Missing StreamViewType", _stream, None, "KEYS_ONLY"),
    Pair("dynamodb-stream", "must have stream enabled with", _replicated, "KEYS_ONLY", "NEW_AND_OLD_IMAGES"),
]
