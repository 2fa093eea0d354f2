"""What a role is there to ask of AWS: its policies name the services, and the buckets among the stack's own."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..laws.inventory import Inventory
from ..laws.law import get, items
from ..policy_documents import document_of, statements_of
from ..world import Record
from .network import both
from .services import Asked

# Services that code asks over a network, by the prefix of their actions: PrivateLink's name where it is another.
SERVICES = {
    **{
        each: each for each in ("dynamodb", "ecr", "lambda", "logs", "s3", "secretsmanager", "sns", "sqs", "ssm", "sts")
    },
    # of AppConfig, code asks the data plane
    "appconfig": "appconfigdata",
    "cloudwatch": "monitoring",
    "ecr": "ecr.api",
    "tag": "tagging",
}
# Managed policies that are nothing but a need for a service (AWS managed policy reference).
_MANAGED = {
    "AmazonSSMManagedInstanceCore": ("ssm", "ssmmessages"),
    "CloudWatchAgentServerPolicy": ("monitoring", "logs"),
}


def asked_by(inventory: Inventory, role: Record) -> list[Asked]:
    """Return what a role asks of services, one thing of each."""
    found: dict[str, Asked] = {}
    for statement in _statements(inventory, role):
        if statement.get("Effect") != "Allow":
            continue
        for action in _texts(statement.get("Action")):
            service = SERVICES.get(action.partition(":")[0])
            if service and "*" not in action:
                resource = next((each for each in _texts(statement.get("Resource")) if _own(inventory, each)), "")
                owner = _own(inventory, resource)
                region = str(both(owner, "region") or "") if owner else ""
                new = Asked(
                    service,
                    action,
                    resource.replace("/*", "/x") if resource else _example(service, action),
                    region=region if service == "s3" else "",
                )
                if service not in found or (resource and not found[service].resource):
                    found[service] = new
    for name, services in _MANAGED.items():
        if any(each.endswith(f"/{name}") for each in attached_to(inventory, role)):
            for service in services:
                found.setdefault(service, Asked(service))
    return list(found.values())


def role_of(inventory: Inventory, arn: object) -> Record | None:
    """Return the role of an ARN or a name, if it is the stack's own."""
    record = inventory.owner(str(arn or ""))
    return record if record and record.token == "aws:iam/role:Role" else None


def documents_of(inventory: Inventory, role: Record) -> list[Mapping[str, Any]]:
    """Return the policies of a role that the stack made."""
    names = {role.id, str(both(role, "name")), str(both(role, "arn"))}
    texts = [
        each.inputs.get("policy")
        for each in inventory.of("aws:iam/rolePolicy:RolePolicy")
        if both(each, "role") in names
    ]
    texts += [each.get("policy") for each in items(role.inputs, "inlinePolicies")]
    for arn in attached_to(inventory, role):
        policy = inventory.owner(arn)
        if policy and policy.token == "aws:iam/policy:Policy":
            texts.append(policy.inputs.get("policy"))
    return [found for text in texts if (found := document_of(text))]


def _statements(inventory: Inventory, role: Record) -> Iterator[Mapping[str, Any]]:
    for document in documents_of(inventory, role):
        yield from statements_of(document)


def attached_to(inventory: Inventory, role: Record) -> list[str]:
    """Return the ARNs of the managed policies of a role."""
    names = {role.id, str(both(role, "name")), str(both(role, "arn"))}
    attached = [
        str(both(each, "policyArn"))
        for each in inventory.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if both(each, "role") in names
    ]
    return [*attached, *(str(each) for each in get(role.inputs, "managedPolicyArns") or ())]


def _own(inventory: Inventory, resource: str) -> Record | None:
    return inventory.owner(resource.partition("/*")[0]) if resource.startswith("arn:") else None


def _example(service: str, action: str) -> str:
    return "arn:aws:s3:::a-bucket/x" if service == "s3" and "Object" in action else ""


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value] if isinstance(value, list) else []
