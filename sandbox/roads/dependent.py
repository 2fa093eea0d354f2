"""What a role needs besides the operations of a program: actions that services call in its name.

Service Authorization Reference, dependent actions and resource types of each service. These are the ones whose want
stops a deployment half-way; that a role may do what the program itself asks for is not judged here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..clouds.aws_regions import ACCOUNT_ID
from ..laws.inventory import Inventory
from ..laws.law import get
from ..policy_documents import admits
from ..world import Record
from . import rules
from .model import Finding, Road, Wall, Walls, named, road
from .network import Network, both
from .roles import attached_to, documents_of
from .services import Services, document_of

# Managed policies of AWS that let nothing be written: whatever else is attached is believed to let it.
_READ_ONLY = ("ReadOnlyAccess", "ViewOnlyAccess", "SecurityAudit")
# Who is handed a role, by the property that names it, and the service that it is handed to.
_HANDED: Mapping[str, tuple[tuple[str, ...], str]] = {
    "aws:ec2/flowLog:FlowLog": (("iamRoleArn",), "vpc-flow-logs.amazonaws.com"),
    "aws:backup/selection:Selection": (("iamRoleArn",), "backup.amazonaws.com"),
    "aws:ecs/taskDefinition:TaskDefinition": (("taskRoleArn", "executionRoleArn"), "ecs-tasks.amazonaws.com"),
    "aws:eks/cluster:Cluster": (("roleArn",), "eks.amazonaws.com"),
    "aws:eks/nodeGroup:NodeGroup": (("nodeRoleArn",), "eks.amazonaws.com"),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": (("roleArn",), "pods.eks.amazonaws.com"),
    "aws:lambda/function:Function": (("role",), "lambda.amazonaws.com"),
    "aws:rds/instance:Instance": (("monitoringRoleArn",), "monitoring.rds.amazonaws.com"),
    "aws:rds/proxy:Proxy": (("roleArn",), "rds.amazonaws.com"),
}


@dataclass(frozen=True)
class _Action:
    name: str
    resource: str
    by: Record
    needed: str
    keys: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


def judged_as(inventory: Inventory, name: str) -> Finding:
    """Judge dependent actions of all that stands against a role; LookupError where not just one is called so."""
    roles = inventory.of("aws:iam/role:Role")
    found = [each for each in roles if name in (_called(each), each.id, both(each, "name"), both(each, "arn"))]
    if len(found) != 1:
        known = ", ".join(sorted(map(_called, roles)))
        raise LookupError(f"{len(found)} roles are called {name}: write one of {known}")
    (role,) = found
    region = Services(Network(inventory)).region
    return Finding(tuple(_roads(inventory, role, region)))


def _roads(inventory: Inventory, role: Record, region: str) -> Iterator[Road]:
    for action in _actions(inventory, region):
        yield road(
            named(role), named(action.by), action.name, action.needed, action.by, _judge(inventory, role, action)
        )


def _judge(inventory: Inventory, role: Record, action: _Action) -> Walls:
    foreign = [each for each in attached_to(inventory, role) if inventory.owner(each) is None]
    if any(each.rpartition("/")[2] not in _READ_ONLY for each in foreign):
        return
    documents = documents_of(inventory, role)
    if not _lets(documents, action):
        yield _wall(named(role), action)
    boundary = inventory.owner(str(role.inputs.get("permissionsBoundary") or ""))
    limits = document_of(boundary.inputs.get("policy")) if boundary else None
    if boundary and limits and not _lets([limits], action):
        yield _wall(named(boundary), action)


def _lets(documents: Sequence[Mapping[str, Any]], action: _Action) -> bool:
    let = [admits(each, "*", action.name, action.resource, action.keys) for each in documents]
    return any(let)


def _wall(resource: str, action: _Action) -> Wall:
    return Wall(
        rules.DEPENDENT_ACTION,
        resource,
        f"does not let {action.name} on {action.resource}",
        f"{action.name} on {action.resource}",
    )


def _actions(inventory: Inventory, region: str) -> Iterator[_Action]:
    here = f"{region}:{ACCOUNT_ID}"
    yield from _of_databases(inventory, here)
    for each in inventory.of("aws:ec2/vpcEndpoint:VpcEndpoint"):
        if each.inputs.get("privateDnsEnabled") is True:
            zone = "arn:aws:route53:::hostedzone/Z0123"
            yield _Action("route53:AssociateVPCWithHostedZone", zone, each, "it takes over the service's name")
    for each in inventory.of("aws:elasticache/replicationGroup:ReplicationGroup"):
        if each.inputs.get("finalSnapshotIdentifier"):
            snapshot = f"arn:aws:elasticache:{here}:snapshot:{each.inputs['finalSnapshotIdentifier']}"
            yield _Action("elasticache:CreateSnapshot", snapshot, each, "a last snapshot is taken at the end")
    for token, (properties, service) in _HANDED.items():
        for each in inventory.of(token):
            for arn in (str(get(each.inputs, name) or "") for name in properties):
                if arn.startswith("arn:"):
                    keys = {"iam:PassedToService": service}
                    yield _Action("iam:PassRole", arn, each, f"{service} is handed a role", keys)


def _of_databases(inventory: Inventory, here: str) -> Iterator[_Action]:
    for each in inventory.of("aws:rds/instance:Instance", "aws:rds/cluster:Cluster"):
        if each.inputs.get("manageMasterUserPassword") is True:
            secret = f"arn:aws:secretsmanager:{here}:secret:rds!db-0123"
            for action in ("secretsmanager:CreateSecret", "secretsmanager:TagResource"):
                yield _Action(action, secret, each, "RDS keeps the master's password")
        key = str(each.inputs.get("kmsKeyId") or "")
        if key.startswith("arn:"):
            granted = {"kms:GrantIsForAWSResource": "true"}
            yield _Action("kms:CreateGrant", key, each, "RDS encrypts what it stores", granted)
            yield _Action("kms:DescribeKey", key, each, "RDS encrypts what it stores")
    for each in inventory.of("aws:rds/proxy:Proxy"):
        proxy, group = f"arn:aws:rds:{here}:db-proxy:prx-0123", f"arn:aws:rds:{here}:target-group:prx-tg-0123"
        yield _Action("rds:CreateDBProxy", proxy, each, "a proxy's ARN bears an id of RDS's own")
        yield _Action("rds:RegisterDBProxyTargets", group, each, "so does its target group's")


def _called(role: Record) -> str:
    return role.urn.rpartition("::")[2]
