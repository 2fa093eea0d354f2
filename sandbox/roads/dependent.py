"""Whether a role may deploy a stack: the operations of the program, and what services do in their course in its name.

Service Authorization Reference, dependent actions and resource types of each service.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..clouds.aws_regions import ACCOUNT_ID
from ..laws.inventory import Inventory
from ..laws.law import get
from ..policy_documents import document_of
from ..world import Record
from . import rules
from .escapes import Asker, escapes
from .model import Finding, Road, Rule, Wall, Walls, named, road
from .network import Network, both
from .operations import arns, needs, only_reads
from .roles import attached_to, documents_of
from .services import Services

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
    """Judge all that stands against a role; LookupError where not just one is called so."""
    roles = inventory.of("aws:iam/role:Role")
    found = [each for each in roles if name in (_called(each), each.id, both(each, "name"), both(each, "arn"))]
    if len(found) != 1:
        known = ", ".join(sorted(map(_called, roles)))
        raise LookupError(f"{len(found)} roles are called {name}: write one of {known}")
    (role,) = found
    foreign = [each.rpartition("/")[2] for each in attached_to(inventory, role) if inventory.owner(each) is None]
    boundary = inventory.owner(str(role.inputs.get("permissionsBoundary") or ""))
    asker = Asker(
        named(role),
        documents_of(inventory, role),
        document_of(boundary.inputs.get("policy")) if boundary else None,
        named(boundary) if boundary else "the boundary",
        reads=any(each in _READ_ONLY for each in foreign),
        believed=any(each not in _READ_ONLY for each in foreign),
    )
    return judged(inventory, asker)


def judged(inventory: Inventory, asker: Asker) -> Finding:
    """Judge all operations on what stands, and what services do in their course, by who asks."""
    region = Services(Network(inventory)).region
    dependent = (
        road(asker.name, named(each.by), each.name, each.needed, each.by, _judge(asker, each))
        for each in _actions(inventory, region)
    )
    return Finding((*_operations(inventory, asker), *dependent), tuple(escapes(asker)))


def _operations(inventory: Inventory, asker: Asker) -> Iterator[Road]:
    """Yield one road to each resource, and one more for each operation that lacks an action."""
    by_id = arns(inventory)
    for record in inventory:
        walls: dict[str, Wall] = {}
        told: dict[str, None] = {}
        for need in needs(record, by_id):
            told[need.operation] = None
            action = _Action(need.action, need.resource, record, "", _keys(need.action, record))
            for wall in _judge(asker, action, rules.OPERATION_ACTION):
                walls.setdefault(need.operation, wall)
        for operation, wall in walls.items():
            yield Road(asker.name, named(record), operation, "the provider's own calls", named(record), wall)
        if told and not walls:
            yield Road(asker.name, named(record), ", ".join(told), "the provider's own calls", named(record))


def _keys(action: str, record: Record) -> Mapping[str, str | Sequence[str]]:
    """Return what a request surely bears: a role's boundary, which may be none."""
    if action.startswith("iam:") and record.token == "aws:iam/role:Role":
        return {"iam:PermissionsBoundary": str(record.inputs.get("permissionsBoundary") or "")}
    return {}


def _judge(asker: Asker, action: _Action, rule: Rule = rules.DEPENDENT_ACTION) -> Walls:
    if asker.believed:
        return
    resource = "" if action.resource == "*" else action.resource
    read = asker.reads and only_reads(action.name)
    if not read and not asker.lets(action.name, resource, action.keys):
        yield _wall(rule, asker.name, action)
    if not asker.within(action.name, resource, action.keys):
        yield _wall(rule, asker.boundary_name, action)


def _wall(rule: Rule, resource: str, action: _Action) -> Wall:
    what = f"{action.name} on {action.resource or 'what it is about'}"
    return Wall(rule, resource, f"does not let {what}", what)


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
