"""DynamoDB: keys and indexes speak of attributes that are defined, and capacity goes with the way of paying."""

from collections import Counter
from collections.abc import Iterator

from ..wire import has_unknown
from .law import Law, Refusal, ResourceOperation, get, items

_TABLE = "aws:dynamodb/table:Table"
_CREATE = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html"
_LIMITS = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"
_MOST_GLOBAL, _MOST_LOCAL = 20, 5


def _keys(op: ResourceOperation) -> Iterator[tuple[str, str]]:
    """Yield each attribute that a key or an index names, and where."""
    for key in ("hashKey", "rangeKey"):
        if op.text(key):
            yield op.text(key), key
    for kind in ("globalSecondaryIndexes", "localSecondaryIndexes"):
        for index in items(op.inputs, kind):
            for key in ("hashKey", "rangeKey"):
                value = get(index, key)
                if isinstance(value, str) and value:
                    yield value, f"{get(index, 'name')}.{key}"
            # provider 6.2x lists keys of several attributes
            for schema in items(index, "keySchemas"):
                value = get(schema, "attributeName")
                if isinstance(value, str) and value:
                    yield value, f"{get(index, 'name')}.keySchemas"


def _attributes(op: ResourceOperation) -> Iterator[Refusal]:
    named = {name for name, _ in _keys(op)}
    defined = [get(each, "name") for each in items(op.inputs, "attributes")]
    indexes = [op.inputs.get(key) for key in ("attributes", "globalSecondaryIndexes", "localSecondaryIndexes")]
    if has_unknown([op.inputs.get("hashKey"), op.inputs.get("rangeKey"), *indexes]) or any(
        key.startswith("restore") for key in op.inputs
    ):
        return
    # another resource of the table's may index it
    unused = sorted({str(name) for name in defined} - named) if not _indexed_elsewhere(op) else []
    if unused:
        yield Refusal(
            "ValidationException",
            f"all attributes must be indexed. Unused attributes: {unused}",
            "list only what a key or an index names: DynamoDB takes other attributes without a definition",
        )
    for name, where in _keys(op):
        if name not in defined:
            yield Refusal(
                "ValidationException",
                "One or more parameter values were invalid: Some index key attributes are not defined in "
                f"AttributeDefinitions: {name} ({where})",
                "define it in attributes, with its type S, N or B",
            )


def _indexed_elsewhere(op: ResourceOperation) -> bool:
    indexes = op.inventory.of("aws:dynamodb/globalSecondaryIndex:GlobalSecondaryIndex")
    return any(get(index.inputs, "tableName") == op.text("name") for index in indexes)


def _indexes(op: ResourceOperation) -> Iterator[Refusal]:
    own, other = items(op.inputs, "globalSecondaryIndexes"), items(op.inputs, "localSecondaryIndexes")
    for name, count in Counter(str(get(index, "name")) for index in (*own, *other)).items():
        if count > 1:
            yield Refusal(
                "ValidationException",
                f"One or more parameter values were invalid: Duplicate index name: {name}",
                "give each index a name of its own",
            )
    if other and not op.text("rangeKey") and not op.unknown("rangeKey"):
        yield Refusal(
            "ValidationException",
            "One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when "
            "specifying a LocalSecondaryIndex",
            "give the table a rangeKey, or make the index global",
        )
    for kind, listed, most in (("Global", own, _MOST_GLOBAL), ("Local", other, _MOST_LOCAL)):
        if len(listed) > most:
            yield Refusal(
                "ValidationException",
                f"One or more parameter values were invalid: {kind}SecondaryIndex count exceeds the per-table limit of {most}",
                "overload an index's keys instead",
            )
    for index in (*own, *other):
        projection, extra = get(index, "projectionType"), get(index, "nonKeyAttributes")
        if projection in ("ALL", "KEYS_ONLY") and extra:
            yield Refusal(
                "ValidationException",
                f"One or more parameter values were invalid: ProjectionType is {projection}, but NonKeyAttributes is specified",
                "set projectionType to INCLUDE, or leave nonKeyAttributes out",
            )
        if projection == "INCLUDE" and "nonKeyAttributes" not in index:
            yield Refusal(
                "ValidationException",
                "One or more parameter values were invalid: ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
                "list what the index carries in nonKeyAttributes",
            )


def _capacity(op: ResourceOperation) -> Iterator[Refusal]:
    if op.unknown("billingMode") or any(key.startswith("restore") for key in op.inputs):
        return
    provisioned = (op.text("billingMode") or "PROVISIONED") == "PROVISIONED"
    indexes = {f"index {get(index, 'name')}": index for index in items(op.inputs, "globalSecondaryIndexes")}
    for what, held in {"table": op.inputs, **indexes}.items():
        missing = [key for key in ("readCapacity", "writeCapacity") if held.get(key) in (None, 0)]
        if provisioned and missing:
            yield Refusal(
                "ValidationException",
                f"No provisioned throughput specified for the {what}: {' and '.join(missing)} must be set when billing mode "
                "is PROVISIONED",
                "set billingMode to PAY_PER_REQUEST, or give both capacities",
            )


def _stream(op: ResourceOperation) -> Iterator[Refusal]:
    enabled, view = op.get("streamEnabled"), op.text("streamViewType")
    if enabled is True and not view and not op.unknown("streamViewType"):
        yield Refusal(
            "ValidationException",
            "One or more parameter values were invalid: Missing StreamViewType while streaming is enabled",
            "set streamViewType, as in NEW_AND_OLD_IMAGES",
        )
    if items(op.inputs, "replicas") and enabled is True and view and view != "NEW_AND_OLD_IMAGES":
        yield Refusal(
            "ValidationException",
            "Table must have stream enabled with NEW_AND_OLD_IMAGES view type to be replicated",
            "set streamViewType to NEW_AND_OLD_IMAGES",
        )


LAWS = (
    Law("dynamodb-attributes", "attributes are those of keys", _CREATE, _TABLE, _attributes),
    Law("dynamodb-index", "a table's indexes", f"{_CREATE}, {_LIMITS}", _TABLE, _indexes),
    Law(
        "dynamodb-capacity",
        "capacity where it is paid for",
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ProvisionedThroughput.html",
        _TABLE,
        _capacity,
    ),
    Law(
        "dynamodb-stream",
        "what a table's stream tells",
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html",
        _TABLE,
        _stream,
    ),
)
