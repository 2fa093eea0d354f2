"""A security group that admits named clients to one port."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class ClientGroupArgs:
    """What is reached, on which port, and by whom: `clients` maps a role to the client's security group."""

    purpose: str
    vpc_id: pulumi.Input[str]
    port: int
    clients: Mapping[str, pulumi.Input[str]]
    tags: Mapping[str, str]


class ClientGroup(pulumi.ComponentResource):
    """A group with no way out, and a way in from other groups alone: an address range admits whoever lies in it."""

    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: ClientGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:shared:ClientGroup", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.ec2.SecurityGroup(
            f"{name}-sg",
            vpc_id=args.vpc_id,
            description=args.purpose,
            tags={**args.tags, "Name": name},
            opts=child,
        )
        for role, client in args.clients.items():
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-from-{role}",
                security_group_id=group.id,
                referenced_security_group_id=client,
                ip_protocol="tcp",
                from_port=args.port,
                to_port=args.port,
                description=f"From {role}",
                tags=dict(args.tags),
                opts=child,
            )
        self.security_group_id = group.id
        self.register_outputs({"security_group_id": self.security_group_id})
