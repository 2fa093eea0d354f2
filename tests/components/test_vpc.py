import json

import pulumi_aws as aws
import pytest

from components.settings import NetworkSettings
from components.vpc import Vpc, VpcArgs
from tests.cloud import Cloud
from tests.samples import TAGS

TWO = ("eu-west-1a", "eu-west-1b")
THREE = (*TWO, "eu-west-1c")


def build(cloud: Cloud, *, zones: tuple[str, ...] = TWO, nat: str = "single") -> Vpc:
    settings = NetworkSettings.model_validate({"cidr": "10.20.0.0/16", "zones": zones, "nat": nat})
    return cloud.build(lambda: Vpc("vpc", VpcArgs(settings=settings, region="eu-west-1", tags=TAGS)))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert len(any_cloud.of(aws.ec2.Subnet)) == 6


def test_the_default_security_group_is_emptied(cloud: Cloud) -> None:
    build(cloud)
    group = cloud.only(aws.ec2.DefaultSecurityGroup)
    assert group.inputs["ingress"] == []
    assert group.inputs["egress"] == []


def test_no_subnet_gives_out_public_addresses(cloud: Cloud) -> None:
    build(cloud)
    assert {subnet.inputs["mapPublicIpOnLaunch"] for subnet in cloud.of(aws.ec2.Subnet)} == {False}


def test_load_balancers_find_their_subnets_by_tag(cloud: Cloud) -> None:
    build(cloud)
    tags = {subnet.name: set(subnet.inputs["tags"]) for subnet in cloud.of(aws.ec2.Subnet)}
    assert "kubernetes.io/role/elb" in tags["vpc-public-a"]
    assert "kubernetes.io/role/internal-elb" in tags["vpc-private-a"]
    assert not any("kubernetes.io" in tag for tag in tags["vpc-data-a"])


def test_the_data_tier_has_no_route_out(cloud: Cloud) -> None:
    build(cloud)
    assert [route.name for route in cloud.of(aws.ec2.Route)] == [
        "vpc-private-a-nat",
        "vpc-private-b-nat",
        "vpc-public-internet",
    ]


def test_every_subnet_has_a_route_table_of_its_tier(cloud: Cloud) -> None:
    build(cloud)
    assert [each.name for each in cloud.of(aws.ec2.RouteTableAssociation)] == [
        "vpc-data-a-rta",
        "vpc-data-b-rta",
        "vpc-private-a-rta",
        "vpc-private-b-rta",
        "vpc-public-a-rta",
        "vpc-public-b-rta",
    ]


@pytest.mark.parametrize(
    ("nat", "gateways"), [("single", ["vpc-nat-a"]), ("per_zone", ["vpc-nat-a", "vpc-nat-b", "vpc-nat-c"])]
)
def test_nat_gateways_are_one_or_one_in_each_zone(cloud: Cloud, nat: str, gateways: list[str]) -> None:
    build(cloud, zones=THREE, nat=nat)
    assert [each.name for each in cloud.of(aws.ec2.NatGateway)] == gateways
    assert len(cloud.of(aws.ec2.Eip)) == len(gateways)


def test_with_a_gateway_in_each_zone_no_zone_routes_through_another(cloud: Cloud) -> None:
    build(cloud, zones=THREE, nat="per_zone")
    through = [each.inputs["natGatewayId"] for each in cloud.of(aws.ec2.Route) if "natGatewayId" in each.inputs]
    assert len(set(through)) == 3


def test_adding_a_zone_changes_no_other_zones_subnets(cloud: Cloud) -> None:
    build(cloud, zones=("eu-west-1c", *TWO))
    cidrs = {subnet.name: subnet.inputs["cidrBlock"] for subnet in cloud.of(aws.ec2.Subnet)}
    assert cidrs["vpc-private-a"] == "10.20.0.0/20"
    assert cidrs["vpc-private-b"] == "10.20.16.0/20"


def test_the_s3_endpoint_serves_private_and_data_subnets_under_a_policy(cloud: Cloud) -> None:
    build(cloud)
    endpoint = cloud.only(aws.ec2.VpcEndpoint)
    assert endpoint.inputs["vpcEndpointType"] == "Gateway"
    assert len(endpoint.inputs["routeTableIds"]) == 3
    assert json.loads(endpoint.inputs["policy"])["Statement"][0]["Condition"]["StringEquals"]


def test_all_traffic_is_logged_under_a_key_for_the_days_set(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.only(aws.ec2.FlowLog).inputs["trafficType"] == "ALL"
    group = cloud.only(aws.cloudwatch.LogGroup)
    assert group.inputs["retentionInDays"] == 14
    assert group.inputs["kmsKeyId"].startswith("arn:aws:kms:")


def test_the_flow_logs_role_writes_to_its_own_group_alone(cloud: Cloud) -> None:
    build(cloud)
    policy = json.loads(cloud.only(aws.iam.RolePolicy).inputs["policy"])
    (statement,) = policy["Statement"]
    assert all(":log-group:" in resource for resource in statement["Resource"])
    assert all(not action.endswith("*") for action in statement["Action"])
