"""Finds and judges a network that was there before. Makes nothing in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .existing_network_checks import FoundSubnet, FoundVpc, faults
from .settings import ExistingNetworkSettings

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class ExistingNetwork:
    """The ids of a network that was judged and found fit."""

    vpc_id: pulumi.Output[str]
    private_subnet_ids: pulumi.Output[list[str]]
    data_subnet_ids: pulumi.Output[list[str]]


def existing_network(
    settings: ExistingNetworkSettings, *, cidr: str, zones: Sequence[str], opts: pulumi.InvokeOutputOptions
) -> ExistingNetwork:
    """Look a network up; its outputs fail, in a preview too, with all that makes it unfit."""
    vpc = aws.ec2.get_vpc_output(id=settings.vpc_id, opts=opts)
    wanted = {"private": settings.private_subnet_ids, "data": settings.data_subnet_ids}
    found = {tier: pulumi.Output.all(*(_subnet(subnet_id, opts) for subnet_id in ids)) for tier, ids in wanted.items()}

    def judge(values: Mapping[str, Sequence[FoundSubnet]], vpc: aws.ec2.GetVpcResult) -> None:
        known = FoundVpc(vpc.id, vpc.cidr_block, vpc.enable_dns_support, vpc.enable_dns_hostnames)
        wrong = list(faults(known, values, cidr=cidr, zones=zones))
        if wrong:
            raise pulumi.RunError("\n  ".join(["network.existing is not fit for the platform:", *wrong]))

    judged = pulumi.Output.all(vpc=vpc, **found).apply(
        lambda all_: judge({tier: all_[tier] for tier in wanted}, all_["vpc"])
    )
    return ExistingNetwork(
        vpc_id=judged.apply(lambda _: settings.vpc_id),
        private_subnet_ids=judged.apply(lambda _: list(settings.private_subnet_ids)),
        data_subnet_ids=judged.apply(lambda _: list(settings.data_subnet_ids)),
    )


def _subnet(subnet_id: str, opts: pulumi.InvokeOutputOptions) -> pulumi.Output[FoundSubnet]:
    subnet = aws.ec2.get_subnet_output(id=subnet_id, opts=opts)
    table = aws.ec2.get_route_table_output(subnet_id=subnet_id, opts=opts)
    return pulumi.Output.all(subnet=subnet, table=table).apply(
        lambda found: FoundSubnet(
            id=subnet_id,
            vpc_id=found["subnet"].vpc_id,
            zone=found["subnet"].availability_zone,
            free_addresses=found["subnet"].available_ip_address_count,
            gives_public_addresses=found["subnet"].map_public_ip_on_launch,
            routes_out=any(route.cidr_block == ANYWHERE for route in found["table"].routes),
        )
    )
