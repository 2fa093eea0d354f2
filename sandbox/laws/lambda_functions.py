"""Lambda: variables, packages and runtimes of functions, what their roles must allow, and what they are fed from."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from .. import aws_data
from ..wire import UNKNOWN
from ..world import Record
from .law import Law, Refusal, ResourceOperation, get
from .permissions import may, role_of

_FUNCTION = "aws:lambda/function:Function"
_SOURCE = "aws:lambda/eventSourceMapping:EventSourceMapping"
_QUEUE = "aws:sqs/queue:Queue"
_VARIABLES = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"
_QUEUES = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"
_MOST_VARIABLE_BYTES = 4096
# CreateFunction: Timeout, in seconds; CreateQueue: VisibilityTimeout
_DEFAULT_TIMEOUT_SECONDS, _DEFAULT_VISIBILITY_SECONDS = 3, 30
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html: BatchSize
_LARGEST_BATCH_AT_ONCE = 10


@cache
def _reserved() -> frozenset[str]:
    """Return the variables that Lambda sets by itself, as cfn-lint ships them."""
    listed = aws_data.read("schemas/extensions/aws_lambda_function/environment_variable_keys.json")
    return frozenset(listed["propertyNames"]["not"]["enum"])


@cache
def _runtimes() -> Mapping[str, Mapping[str, str | None]]:
    """Return for each runtime the days from which Lambda neither creates nor updates functions of it."""
    listed: Mapping[str, Mapping[str, str | None]] = aws_data.read("AdditionalSpecs/LmbdRuntimeLifecycle.json")
    return listed


def _reserved_variables(op: ResourceOperation) -> Iterator[Refusal]:
    given = op.get("environment", "variables")
    taken = sorted(_reserved() & set(given)) if isinstance(given, Mapping) else []
    if taken:
        yield Refusal(
            "InvalidParameterValueException",
            "Lambda was unable to configure your environment variables because the environment variables you have provided "
            f"contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {', '.join(taken)}",
            "leave them out: Lambda sets them; or give yours another name",
        )


def _variables_size(op: ResourceOperation) -> Iterator[Refusal]:
    given = op.get("environment", "variables")
    if not isinstance(given, Mapping) or UNKNOWN in given.values():
        return
    size = sum(len(f"{key}{value}".encode()) for key, value in given.items())
    if size > _MOST_VARIABLE_BYTES:
        yield Refusal(
            "InvalidParameterValueException",
            f"Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit: {size} bytes",
            "keep what is long in Parameter Store or Secrets Manager, and hand over its name",
        )


def _runtime(op: ResourceOperation) -> Iterator[Refusal]:
    name = op.text("runtime")
    known = _runtimes().get(name)
    if not name or known is None:
        return
    end = known["create-block" if op.operation == "create" else "update-block"]
    if end and date.fromisoformat(end) <= date.today():
        yield Refusal(
            "InvalidParameterValueException",
            f"The runtime parameter of {name} is no longer supported for creating or updating AWS Lambda functions: since {end}",
            f"use {known['successor']}",
        )


def _package(op: ResourceOperation) -> Iterator[Refusal]:
    image = op.text("packageType") == "Image"
    named = [key for key in ("handler", "runtime", "layers") if key in op.inputs]
    if image and named:
        yield Refusal(
            "InvalidParameterValueException",
            f"Please don't provide {' or '.join(named)} when the intended function PackageType is Image.",
            "say it in the image, or in imageConfig",
        )
    missing = [key for key in ("handler", "runtime") if key not in op.inputs]
    if not image and missing and not op.unknown("packageType"):
        yield Refusal(
            "InvalidParameterValueException",
            f"{' and '.join(missing)} must be set when PackageType is Zip",
            "name the runtime and the handler, or set packageType to Image with an imageUri",
        )


def _vpc_permissions(op: ResourceOperation) -> Iterator[Refusal]:
    role = role_of(op.inventory, op.text("role"))
    placed = op.get("vpcConfig", "subnetIds")
    if role is not None and placed and may(op.inventory, role, "ec2:CreateNetworkInterface") is False:
        yield Refusal(
            "InvalidParameterValueException",
            "The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
            "attach arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole to the role, and depend on the attachment",
            may_appear=True,
        )


# What Lambda calls at once when a source is mapped, by the source's service.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
_READS = {
    "sqs": ("SQS", "sqs:ReceiveMessage", "AWSLambdaSQSQueueExecutionRole"),
    "kinesis": ("Kinesis", "kinesis:GetRecords", "AWSLambdaKinesisExecutionRole"),
    "dynamodb": ("DynamoDB", "dynamodb:GetRecords", "AWSLambdaDynamoDBExecutionRole"),
}


def _function_of(op: ResourceOperation, name: str) -> Record | None:
    """Return the function that a name, an ARN or a qualified ARN means."""
    named = [name, name.rpartition(":")[0]] if name.count(":") > 6 else [name]  # noqa: PLR2004 # with a qualifier
    found = (op.inventory.owner(each) for each in named if each)
    return next((each for each in found if each is not None and each.token == _FUNCTION), None)


def _source_permissions(op: ResourceOperation) -> Iterator[Refusal]:
    arn, function = op.text("eventSourceArn"), _function_of(op, op.text("functionName"))
    reads = _READS.get(arn.split(":")[2]) if arn.startswith("arn:") else None
    role = role_of(op.inventory, str(get(function.inputs, "role") or "")) if function else None
    if reads and role is not None and may(op.inventory, role, reads[1]) is False:
        yield Refusal(
            "InvalidParameterValueException",
            f"The function execution role does not have permissions to call {reads[1].partition(':')[2]} on {reads[0]}",
            f"attach arn:aws:iam::aws:policy/service-role/{reads[2]} to the role, and depend on the attachment",
            may_appear=True,
        )


def _queue_visibility(op: ResourceOperation) -> Iterator[Refusal]:
    queue, function = op.inventory.owner(op.text("eventSourceArn")), _function_of(op, op.text("functionName"))
    if queue is None or queue.token != _QUEUE or function is None:
        return
    hidden = get(queue.inputs, "visibilityTimeoutSeconds")
    runs = get(function.inputs, "timeout")
    hidden = _DEFAULT_VISIBILITY_SECONDS if "visibilityTimeoutSeconds" not in queue.inputs else hidden
    runs = _DEFAULT_TIMEOUT_SECONDS if "timeout" not in function.inputs else runs
    if isinstance(hidden, int) and isinstance(runs, int) and hidden < runs:
        yield Refusal(
            "InvalidParameterValueException",
            f"Queue visibility timeout: {hidden} seconds is less than Function timeout: {runs} seconds",
            f"set visibilityTimeoutSeconds to {runs} at least; AWS advises six times the function's: {6 * runs}",
        )


def _source_batch(op: ResourceOperation) -> Iterator[Refusal]:
    arn, size, window = op.text("eventSourceArn"), op.get("batchSize"), op.get("maximumBatchingWindowInSeconds")
    service = arn.split(":")[2] if arn.startswith("arn:") else ""
    if service == "sqs" and isinstance(size, int) and size > _LARGEST_BATCH_AT_ONCE:
        if arn.endswith(".fifo"):
            yield Refusal(
                "InvalidParameterValueException",
                f"Batch size must be at most {_LARGEST_BATCH_AT_ONCE} for a FIFO queue: {size}",
                f"set batchSize to {_LARGEST_BATCH_AT_ONCE} at most",
            )
        elif not window and not op.unknown("maximumBatchingWindowInSeconds"):
            yield Refusal(
                "InvalidParameterValueException",
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
                "set maximumBatchingWindowInSeconds to 1 at least",
            )
    if service == "sqs" and "startingPosition" in op.inputs:
        yield Refusal(
            "InvalidParameterValueException",
            "StartingPosition is not valid for SQS event sources.",
            "leave startingPosition out: a queue has none",
        )
    if service in ("kinesis", "dynamodb", "kafka") and "startingPosition" not in op.inputs:
        yield Refusal(
            "InvalidParameterValueException",
            f"StartingPosition is required for {service} event sources.",
            "set startingPosition to LATEST or TRIM_HORIZON",
        )


LAWS = (
    Law("lambda-reserved-variable", "variables that Lambda sets itself", _VARIABLES, _FUNCTION, _reserved_variables),
    Law("lambda-variables-size", "a function's variables are small", _VARIABLES, _FUNCTION, _variables_size),
    Law(
        "lambda-runtime",
        "runtimes that are not retired",
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
        _FUNCTION,
        _runtime,
    ),
    Law(
        "lambda-package",
        "an archive names its handler, an image does not",
        "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html",
        _FUNCTION,
        _package,
    ),
    Law(
        "lambda-vpc-permissions",
        "a function in a VPC may make interfaces",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
        _FUNCTION,
        _vpc_permissions,
    ),
    Law(
        "lambda-source-permissions",
        "a function may read what feeds it",
        "https://github.com/hashicorp/terraform-provider-aws/issues/14042",
        _SOURCE,
        _source_permissions,
        ("create",),
    ),
    Law(
        "lambda-queue-visibility",
        "a message stays hidden while a function runs",
        "https://github.com/hashicorp/terraform-provider-aws/issues/18099",
        _SOURCE,
        _queue_visibility,
    ),
    Law("lambda-source-batch", "batches that a source gives", _QUEUES, _SOURCE, _source_batch),
)
