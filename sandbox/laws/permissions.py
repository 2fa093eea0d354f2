"""Who may do what: what a role's policies allow, who may take it, and whom a resource's policy lets in.

No law by itself: laws ask it. Three answers are possible, for a policy that somebody else made is not known.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ..policy_documents import document_of, does, like, statements_of
from ..world import Record
from .inventory import Inventory
from .law import get, items

ROLE = "aws:iam/role:Role"
_INLINE = "aws:iam/rolePolicy:RolePolicy"
_ATTACHED = ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/policyAttachment:PolicyAttachment")
# What AWS's own policies for functions allow; of all others nothing is known here.
# https://docs.aws.amazon.com/lambda/latest/dg/security-iam-awsmanpol.html
_AWS_MANAGED: Mapping[str, tuple[str, ...]] = {
    "AWSLambdaBasicExecutionRole": ("logs:*",),
    "AWSLambdaDynamoDBExecutionRole": (
        "logs:*",
        "dynamodb:*stream*",
        "dynamodb:getrecords",
        "dynamodb:getsharditerator",
    ),
    "AWSLambdaKinesisExecutionRole": ("logs:*", "kinesis:*"),
    "AWSLambdaSQSQueueExecutionRole": ("logs:*", "sqs:receivemessage", "sqs:deletemessage", "sqs:getqueueattributes"),
    "AWSLambdaVPCAccessExecutionRole": ("logs:*", "ec2:*networkinterface*", "ec2:*privateipaddresses"),
    "AWSXRayDaemonWriteAccess": ("xray:*",),
}


def statements(document: Any) -> list[Mapping[str, Any]] | None:
    """Return a policy's statements; None where it is none that can be read."""
    found = document_of(document)
    return None if found is None else statements_of(found)


def many(value: Any) -> list[str]:
    """Return the texts of a policy's element, which may be one or a list."""
    return [str(each) for each in (value if isinstance(value, list) else [value]) if each is not None]


def lets(policy: str, service: str, action: str) -> bool:
    """Return whether a resource's policy lets a service do something; one that cannot be read is not judged."""
    listed = statements(policy)
    if listed is None:
        return True
    for statement in listed:
        principal = get(statement, "Principal")
        services = many(get(principal, "Service")) if isinstance(principal, Mapping) else []
        everybody = principal == "*" or (isinstance(principal, Mapping) and "*" in many(principal.get("AWS")))
        if statement.get("Effect") == "Allow" and does(statement, action) and (everybody or service in services):
            return True
    return False


def trusts(role: Record, service: str) -> bool:
    """Return whether a role lets a service take it, by its own or its regional name; one that cannot be read is not
    judged.
    """
    listed = statements(get(role.inputs, "assumeRolePolicy"))
    if listed is None:
        return True
    stem = service.removesuffix(".amazonaws.com")
    for statement in listed:
        principal = get(statement, "Principal")
        services = many(get(principal, "Service")) if isinstance(principal, Mapping) else []
        # states.eu-west-1.amazonaws.com, too
        same = any(each.startswith(f"{stem}.") and ".amazonaws.com" in each for each in services)
        if statement.get("Effect") == "Allow" and (same or principal == "*"):
            return True
    return False


def role_of(world: Inventory, arn: str) -> Record | None:
    """Return the role whose ARN this is, where this stack made it."""
    owner = world.owner(arn) if arn else None
    return owner if owner is not None and owner.token == ROLE else None


def may(world: Inventory, role: Record, action: str) -> bool | None:
    """Return whether a role's policies allow an action on anything; None where one of them is not known."""
    unknown = False
    for policy in _policies(world, role):
        allowed = _allows(policy, action)
        if allowed:
            return True
        unknown = unknown or allowed is None
    return None if unknown else False


def _allows(policy: Any, action: str) -> bool | None:
    if isinstance(policy, tuple):
        return any(like(action.lower(), each) for each in policy)
    listed = statements(policy)
    if listed is None:
        return None
    return any(each.get("Effect") == "Allow" and does(each, action) for each in listed)


def _policies(world: Inventory, role: Record) -> Iterator[Any]:
    """Yield the documents of a role's policies, or what AWS's own allow; None for one that is not known."""
    names = {role.id, role.outputs.get("name")} - {None, ""}
    for inline in items(role.inputs, "inlinePolicies"):
        yield get(inline, "policy")
    for record in world.of(_INLINE):
        if get(record.inputs, "role") in names:
            yield get(record.inputs, "policy")
    attached = list(items(role.inputs, "managedPolicyArns"))
    for record in world.of(*_ATTACHED):
        if get(record.inputs, "role") in names or names & set(items(record.inputs, "roles")):
            attached.append(get(record.inputs, "policyArn"))
    for arn in attached:
        yield _managed(world, arn)


def _managed(world: Inventory, arn: Any) -> Any:
    if not isinstance(arn, str):
        return None
    if ":iam::aws:policy/" in arn:
        return _AWS_MANAGED.get(arn.rpartition("/")[2])
    owner = world.owner(arn)
    return get(owner.inputs, "policy") if owner is not None else None
