"""The network of somebody else, brought to the component: found fit, or refused with all that is wrong."""

import json
from collections.abc import Callable

import pytest

from .conftest import REPOSITORY, Sandbox

pytestmark = pytest.mark.engine

# First the network of somebody else; once its ids are known, the component that uses it.
PROGRAM = f"""
import sys
sys.path.insert(0, {str(REPOSITORY)!r})
import pulumi, pulumi_aws as aws
from components.vpc.component import Vpc, VpcArgs
from components.vpc.settings import NetworkSettings

provider = aws.Provider("aws", region="eu-west-1")
own = pulumi.ResourceOptions(provider=provider)
vpc = aws.ec2.Vpc("theirs", cidr_block="10.9.0.0/16", enable_dns_hostnames=True, opts=own)
gateway = aws.ec2.InternetGateway("gateway", vpc_id=vpc.id, opts=own)
address = aws.ec2.Eip("address", opts=pulumi.ResourceOptions(provider=provider, depends_on=[gateway]))
front = aws.ec2.Subnet("front", vpc_id=vpc.id, cidr_block="10.9.99.0/24", availability_zone="eu-west-1a", opts=own)
nat = aws.ec2.NatGateway("nat", subnet_id=front.id, allocation_id=address.id, opts=own)
tables = {{kind: aws.ec2.RouteTable(kind, vpc_id=vpc.id, opts=own) for kind in ("private", "data")}}
aws.ec2.Route("out", route_table_id=tables["private"].id, destination_cidr_block="0.0.0.0/0", nat_gateway_id=nat.id,
    opts=own)
subnets = {{}}
for index, (kind, zone) in enumerate((kind, zone) for kind in ("private", "data") for zone in "ab"):
    subnet = aws.ec2.Subnet(f"{{kind}}-{{zone}}", vpc_id=vpc.id, cidr_block=f"10.9.{{index}}.0/24",
        availability_zone=f"eu-west-1{{zone}}", opts=own)
    aws.ec2.RouteTableAssociation(f"{{kind}}-{{zone}}", subnet_id=subnet.id, route_table_id=tables[kind].id, opts=own)
    subnets.setdefault(kind, []).append(subnet.id)
pulumi.export("ids", {{"vpc": vpc.id, **subnets}})
existing = pulumi.Config().get_object("existing")
if existing:
    settings = NetworkSettings.model_validate(
        {{"cidr": pulumi.Config().require("cidr"), "zones": ["eu-west-1a", "eu-west-1b"], "existing": existing}})
    args = VpcArgs(settings=settings, region="eu-west-1", protect_addresses=False, tags={{}})
    ours = Vpc("vpc", args, own)
    pulumi.export("found", {{"vpc": ours.vpc_id, "private": ours.private_subnet_ids, "data": ours.data_subnet_ids}})
"""


def test_a_network_that_was_there_is_used_if_it_is_fit(program: Callable[..., Sandbox]) -> None:
    sandbox = program(PROGRAM)
    sandbox("up")
    ids = json.loads(sandbox("outputs", "--json").stdout)["ids"]
    made = len(sandbox.world())

    existing = {"vpc_id": ids["vpc"], "private_subnet_ids": ids["private"], "data_subnet_ids": ids["data"]}
    given = ("-c", f"existing={json.dumps(existing)}", "-c", "cidr=10.9.0.0/16")
    sandbox("up", *given)
    assert json.loads(sandbox("outputs", "--json").stdout)["found"] == ids
    assert len(sandbox.world()) == made  # nothing was made in it

    swapped = {**existing, "private_subnet_ids": ids["data"], "data_subnet_ids": ids["private"]}
    refused = sandbox("preview", "-c", f"existing={json.dumps(swapped)}", "-c", "cidr=10.8.0.0/16", status=1).stdout
    assert "network.existing is not fit for the platform" in refused
    assert "has the range 10.9.0.0/16: write it as network.cidr, which says 10.8.0.0/16" in refused
    assert refused.count("has a default route: a data subnet must have no way out") == 2
    assert refused.count("has no default route: nodes could pull no image") == 2
    assert "Traceback" not in refused
