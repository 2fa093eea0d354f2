"""The VPC that an output names is that of the subnets."""

import pytest

from sandbox.vpc_outputs import with_vpc

HOME = {"subnet-1": "vpc-1", "subnet-2": "vpc-1", "rtb-1": "vpc-1"}


def of(subnet: str) -> str:
    return HOME.get(subnet, "")


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        ("aws:rds/subnetGroup:SubnetGroup", {"subnetIds": ["subnet-1", "subnet-2"]}),
        ("aws:elasticache/subnetGroup:SubnetGroup", {"subnetIds": ["subnet-9", "subnet-2"]}),
        ("aws:lb/loadBalancer:LoadBalancer", {"subnets": ["subnet-1"]}),
        ("aws:lb/loadBalancer:LoadBalancer", {"subnetMappings": [{"subnetId": "subnet-9"}, {"subnetId": "subnet-1"}]}),
        ("aws:ec2/defaultRouteTable:DefaultRouteTable", {"defaultRouteTableId": "rtb-1"}),
    ],
)
def test_it_is_told_of_what_lies_in_subnets(token: str, inputs: dict[str, object]) -> None:
    assert with_vpc(token, {**inputs, "vpcId": "invented"}, of) == {**inputs, "vpcId": "vpc-1"}


@pytest.mark.parametrize("token", ["aws:eks/cluster:Cluster", "aws:lambda/function:Function"])
def test_it_is_told_of_what_has_them_in_an_object(token: str) -> None:
    outputs = {"vpcConfig": {"subnetIds": ["subnet-1"], "vpcId": "invented"}, "name": "one"}
    assert with_vpc(token, outputs, of) == {"vpcConfig": {"subnetIds": ["subnet-1"], "vpcId": "vpc-1"}, "name": "one"}


def test_what_is_not_known_here_or_was_given_is_left() -> None:
    elsewhere = {"subnetIds": ["subnet-9"], "vpcId": "invented"}
    assert with_vpc("aws:rds/subnetGroup:SubnetGroup", elsewhere, of) == elsewhere
    given = {"subnetIds": ["subnet-1"], "vpcId": "vpc-2"}
    assert with_vpc("aws:ec2/vpcEndpoint:VpcEndpoint", given, of) == given
    assert with_vpc("aws:sns/topic:Topic", {"name": "one"}, of) == {"name": "one"}
