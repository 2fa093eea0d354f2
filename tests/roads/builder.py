"""Small stacks for the walker: resources as they stand after `up`, made by the sandbox's own clouds."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox import autonaming, clouds
from sandbox.laws.inventory import Inventory
from sandbox.world import Record

REGION = "eu-west-1"
ANYWHERE = "0.0.0.0/0"
ALL = {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": [ANYWHERE]}
EVERYTHING = {"ruleNo": 100, "action": "allow", "protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlock": ANYWHERE}


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Stack:
    """What stands; `make` adds a resource by its token and gives its record."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.times: dict[str, dict[str, float]] = {}
        self.gone: list[str] = []

    def make(self, token: str, name: str, /, **inputs: Any) -> Record:
        given = {camel(key): _camels(value) for key, value in inputs.items()}
        urn = f"urn:pulumi:test::roads::{token}::{name}"
        if token.startswith("aws:"):
            given = autonaming.aws(token, name, given, {}, autonaming.Proposal(), "0123456789abcdef")
        made, outputs = clouds.create(token, name, urn, given, provider={"region": REGION})
        record = Record(token, made, urn, 0, given, outputs)
        self.records.append(record)
        return record

    def kubernetes(self, token: str, name: str, namespace: str = "apps", **inputs: Any) -> Record:
        """Add an object, whose fields are written as Kubernetes does."""
        metadata = {"name": name, "namespace": namespace, **inputs.pop("metadata", {})}
        urn = f"urn:pulumi:test::roads::{token}::{name}"
        given = {"metadata": metadata, **inputs}
        made, outputs = clouds.create(f"kubernetes:{token}", name, urn, given)
        record = Record(f"kubernetes:{token}", made, urn, 0, given, outputs)
        self.records.append(record)
        return record

    def inventory(self) -> Inventory:
        return Inventory(self.records, self.gone)

    def vpc(self, name: str = "vpc", cidr: str = "10.0.0.0/16", **inputs: Any) -> Record:
        return self.make("aws:ec2/vpc:Vpc", name, cidr_block=cidr, **{"enable_dns_hostnames": True, **inputs})

    def subnet(self, vpc: Record, name: str, cidr: str, zone: str = "a", **inputs: Any) -> Record:
        return self.make(
            "aws:ec2/subnet:Subnet", name, vpc_id=vpc.id, cidr_block=cidr, availability_zone=f"{REGION}{zone}", **inputs
        )

    def table(self, vpc: Record, name: str, *subnets: Record, **route: Any) -> Record:
        """Add a route table of some subnets with a default route, if one is given (`gateway_id=...`)."""
        table = self.make("aws:ec2/routeTable:RouteTable", name, vpc_id=vpc.id)
        for subnet in subnets:
            self.make(
                "aws:ec2/routeTableAssociation:RouteTableAssociation", f"{name}-{subnet.urn[-4:]}", subnet_id=subnet.id,
                route_table_id=table.id,
            )  # fmt: skip
        if route:
            self.route(table, ANYWHERE, **route)
        return table

    def route(self, table: Record, cidr: str, **target: Any) -> Record:
        name = f"{table.urn.rpartition('::')[2]}-{cidr.partition('/')[0]}"
        return self.make("aws:ec2/route:Route", name, route_table_id=table.id, destination_cidr_block=cidr, **target)

    def gateway(self, vpc: Record) -> Record:
        return self.make("aws:ec2/internetGateway:InternetGateway", "igw", vpc_id=vpc.id)

    def nat(self, subnet: Record, **inputs: Any) -> Record:
        return self.make("aws:ec2/natGateway:NatGateway", "nat", subnet_id=subnet.id, **inputs)

    def group(
        self, vpc: Record, name: str, *, ingress: Sequence[Mapping[str, Any]] = (), egress: Sequence[Any] = (ALL,)
    ) -> Record:
        return self.make(
            "aws:ec2/securityGroup:SecurityGroup", name, vpc_id=vpc.id, ingress=list(ingress), egress=list(egress)
        )

    def acl(self, vpc: Record, name: str, *subnets: Record, ingress: Sequence[Any], egress: Sequence[Any]) -> Record:
        return self.make(
            "aws:ec2/networkAcl:NetworkAcl", name, vpc_id=vpc.id, subnet_ids=[each.id for each in subnets],
            ingress=list(ingress), egress=list(egress),
        )  # fmt: skip

    def database(self, group: Record, *subnets: Record, port: int = 5432) -> Record:
        own = self.make(
            "aws:rds/subnetGroup:SubnetGroup", "data", name="data", subnet_ids=[each.id for each in subnets]
        )
        return self.make(
            "aws:rds/instance:Instance", "db", identifier="db", engine="postgres", port=port,
            db_subnet_group_name=own.id, vpc_security_group_ids=[group.id],
        )  # fmt: skip

    def function(self, group: Record, *subnets: Record, role: Record | None = None, **variables: str) -> Record:
        return self.make(
            "aws:lambda/function:Function", "function", role=role.outputs["arn"] if role else "arn:aws:iam::1:role/x",
            vpc_config={"subnet_ids": [each.id for each in subnets], "security_group_ids": [group.id]},
            environment={"variables": variables},
        )  # fmt: skip

    def role(self, *actions: str, resource: str = "*", name: str = "role") -> Record:
        role = self.make("aws:iam/role:Role", name, assume_role_policy="{}")
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": [resource]}
        self.make("aws:iam/rolePolicy:RolePolicy", f"{name}-policy", role=role.id, policy=policy(statement))
        return role

    def balancer(self, group: Record, *subnets: Record, internal: bool = True) -> Record:
        return self.make(
            "aws:lb/loadBalancer:LoadBalancer", "balancer", internal=internal, load_balancer_type="application",
            subnets=[each.id for each in subnets], security_groups=[group.id],
        )  # fmt: skip

    def listener(self, balancer: Record, port: int, *actions: Mapping[str, Any], name: str = "listener") -> Record:
        return self.make(
            "aws:lb/listener:Listener", name, load_balancer_arn=balancer.outputs["arn"], port=port, protocol="HTTP",
            default_actions=list(actions) or [{"type": "fixed-response"}],
        )  # fmt: skip

    def target_group(self, vpc: Record, port: int = 8080, **inputs: Any) -> Record:
        return self.make(
            "aws:lb/targetGroup:TargetGroup", "targets", vpc_id=vpc.id, port=port, protocol="HTTP", **inputs
        )

    def register(self, group: Record, target: Record) -> Record:
        return self.make(
            "aws:lb/targetGroupAttachment:TargetGroupAttachment", "attached", target_group_arn=group.outputs["arn"],
            target_id=target.id,
        )  # fmt: skip

    def instance(self, subnet: Record, group: Record, name: str = "machine", **inputs: Any) -> Record:
        return self.make(
            "aws:ec2/instance:Instance", name, subnet_id=subnet.id, vpc_security_group_ids=[group.id], **inputs
        )

    def endpoint(self, vpc: Record, service: str, **inputs: Any) -> Record:
        return self.make(
            "aws:ec2/vpcEndpoint:VpcEndpoint", f"endpoint-{service}", vpc_id=vpc.id,
            service_name=f"com.amazonaws.{REGION}.{service}", **inputs,
        )  # fmt: skip


def rule(port: int, *, group: Record | None = None, cidr: str = "", lists: Sequence[str] = ()) -> dict[str, Any]:
    """Return a rule of a security group for one TCP port."""
    whom: dict[str, Any] = {"cidr_blocks": [cidr]} if cidr else {}
    if group:
        whom["security_groups"] = [group.id]
    if lists:
        whom["prefix_list_ids"] = list(lists)
    return {"protocol": "tcp", "from_port": port, "to_port": port, **whom}


def entry(number: int, first: int, last: int, cidr: str = ANYWHERE, action: str = "allow") -> dict[str, Any]:
    """Return a rule of a network ACL for TCP."""
    return {
        "ruleNo": number, "action": action, "protocol": "tcp", "fromPort": first, "toPort": last, "cidrBlock": cidr,
    }  # fmt: skip


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(service: str, *actions: str, resource: str = "*", **conditions: Any) -> dict[str, Any]:
    """Return a statement that lets a service in."""
    said = {"Effect": "Allow", "Principal": {"Service": service}, "Action": list(actions), "Resource": resource}
    return {**said, "Condition": conditions} if conditions else said


def _camels(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {(camel(key) if key.islower() else key): _camels(each) for key, each in value.items()}
    return [_camels(each) for each in value] if isinstance(value, list) else value
