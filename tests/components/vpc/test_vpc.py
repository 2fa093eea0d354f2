import json

import pulumi
import pulumi_aws as aws
import pytest

from components.vpc.component import Vpc, VpcArgs
from components.vpc.settings import PRIVATE_CLUSTER_ENDPOINTS, NetworkSettings
from components.vpc.zones import judged
from testing.cloud import Cloud
from tests.samples import TAGS

TWO = ("eu-west-1a", "eu-west-1b")
THREE = (*TWO, "eu-west-1c")


def build(
    cloud: Cloud,
    *,
    zones: tuple[str, ...] = TWO,
    region: str = "eu-west-1",
    balancer_asks_out: bool = False,
    **given: object,
) -> Vpc:
    settings = NetworkSettings.model_validate({"cidr": "10.20.0.0/16", "zones": zones, **given})
    args = VpcArgs(
        settings=settings,
        region=region,
        protect_addresses=True,
        balancer_asks_out=balancer_asks_out,
        egress_domains=["dbc-1.cloud.databricks.com"],
        tags=TAGS,
    )
    return cloud.build(lambda: Vpc("vpc", args))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert len(any_cloud.of(aws.ec2.Subnet)) == 10


def test_the_default_security_group_is_emptied(cloud: Cloud) -> None:
    build(cloud)
    group = cloud.only(aws.ec2.DefaultSecurityGroup)
    assert group.inputs["ingress"] == []
    assert group.inputs["egress"] == []


def test_no_subnet_gives_out_public_addresses(cloud: Cloud) -> None:
    build(cloud)
    assert {subnet.inputs["mapPublicIpOnLaunch"] for subnet in cloud.of(aws.ec2.Subnet)} == {False}


def test_a_subnet_is_waited_for_until_cloudfronts_interfaces_are_gone(cloud: Cloud) -> None:
    build(cloud)
    assert {subnet.timeouts["delete"] for subnet in cloud.of(aws.ec2.Subnet)} == {"1h"}


def test_load_balancers_find_their_subnets_by_tag(cloud: Cloud) -> None:
    build(cloud)
    tags = {subnet.name: set(subnet.inputs["tags"]) for subnet in cloud.of(aws.ec2.Subnet)}
    assert "kubernetes.io/role/elb" in tags["vpc-public-a"]
    assert "kubernetes.io/role/internal-elb" in tags["vpc-private-a"]
    assert not any("kubernetes.io" in tag for tag in tags["vpc-data-a"])
    assert not any("kubernetes.io" in tag for tag in tags["vpc-intra-a"])


def test_balancer_data_and_intra_tiers_have_no_route_out(cloud: Cloud) -> None:
    build(cloud)
    tables = {each.name: each.inputs["routeTableId"] for each in cloud.of(aws.ec2.RouteTableAssociation)}
    routed = {route.inputs["routeTableId"] for route in cloud.of(aws.ec2.Route)}
    assert {name.split("-")[1] for name, table in tables.items() if table in routed} == {"private", "public"}
    assert [route.name for route in cloud.of(aws.ec2.Route)] == [
        "vpc-private-a-nat",
        "vpc-private-b-nat",
        "vpc-public-internet",
    ]


def test_every_subnet_has_a_route_table_of_its_tier(cloud: Cloud) -> None:
    build(cloud)
    assert [each.name for each in cloud.of(aws.ec2.RouteTableAssociation)] == [
        "vpc-balancer-a-rta",
        "vpc-balancer-b-rta",
        "vpc-data-a-rta",
        "vpc-data-b-rta",
        "vpc-intra-a-rta",
        "vpc-intra-b-rta",
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


def test_without_nat_there_is_no_route_out_and_no_address(cloud: Cloud) -> None:
    build(cloud, nat="none", interface_endpoints=PRIVATE_CLUSTER_ENDPOINTS)
    assert [route.name for route in cloud.of(aws.ec2.Route)] == ["vpc-public-internet"]
    assert cloud.of(aws.ec2.Eip) == []


def test_a_regional_gateway_stands_in_all_zones_with_an_address_in_each(cloud: Cloud) -> None:
    build(cloud, zones=THREE, nat="regional")
    gateway = cloud.only(aws.ec2.NatGateway).inputs
    assert gateway["availabilityMode"] == "regional"
    assert "subnetId" not in gateway
    assert [each["availabilityZone"] for each in gateway["availabilityZoneAddresses"]] == list(THREE)
    assert len({each["allocationIds"][0] for each in gateway["availabilityZoneAddresses"]}) == 3
    assert len([each for each in cloud.of(aws.ec2.Route) if "natGatewayId" in each.inputs]) == 3


def test_addresses_that_others_list_are_protected(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.only(aws.ec2.Eip).protect


def test_the_default_route_table_and_acl_are_emptied(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.only(aws.ec2.DefaultRouteTable).inputs["routes"] == []
    acl = cloud.only(aws.ec2.DefaultNetworkAcl).inputs
    assert acl.get("ingress", []) == acl.get("egress", []) == []


@pytest.mark.parametrize("tier", ["data", "intra"])
def test_an_enclosed_tier_speaks_with_the_vpc_alone(cloud: Cloud, tier: str) -> None:
    build(cloud, pod_cidr="100.64.0.0/16")
    acl = cloud.named(f"vpc-{tier}-acl").inputs
    for way in ("ingress", "egress"):
        assert [(rule["action"], rule["cidrBlock"]) for rule in acl[way]] == [
            ("allow", "10.20.0.0/16"),
            ("allow", "100.64.0.0/16"),
        ]


def test_the_balancers_tier_takes_cloudfronts_packets_and_lets_the_answers_out(cloud: Cloud) -> None:
    build(cloud)
    acl = cloud.named("vpc-balancer-acl").inputs
    opened = {
        way: [(rule["fromPort"], rule["toPort"]) for rule in acl[way] if rule["cidrBlock"] == "0.0.0.0/0"]
        for way in ("ingress", "egress")
    }
    assert opened == {"ingress": [(80, 80), (443, 443)], "egress": [(1024, 65535)]}


def test_a_balancer_that_asks_somebody_has_the_private_tiers_way_out(cloud: Cloud) -> None:
    build(cloud, balancer_asks_out=True)
    tables = {each.name: each.inputs["routeTableId"] for each in cloud.of(aws.ec2.RouteTableAssociation)}
    for zone in "ab":
        assert tables[f"vpc-balancer-{zone}-rta"] == tables[f"vpc-private-{zone}-rta"]
    assert not [each for each in cloud.of(aws.ec2.RouteTable) if each.name == "vpc-balancer-rt"]
    egress = cloud.named("vpc-balancer-acl").inputs["egress"]
    assert (443, 443) in [(rule["fromPort"], rule["toPort"]) for rule in egress if rule["cidrBlock"] == "0.0.0.0/0"]


def test_every_subnet_keeps_to_the_acl_of_its_tier(cloud: Cloud) -> None:
    build(cloud)
    assert {acl.name: len(acl.inputs["subnetIds"]) for acl in cloud.of(aws.ec2.NetworkAcl)} == {
        "vpc-private-acl": 2, "vpc-public-acl": 2, "vpc-balancer-acl": 2, "vpc-data-acl": 2,
        "vpc-intra-acl": 2,
    }  # fmt: skip


def test_nobody_administers_machines_over_the_network(cloud: Cloud) -> None:
    build(cloud)
    rules = cloud.named("vpc-private-acl").inputs["ingress"]
    assert [(rule["ruleNo"], rule["action"], rule["fromPort"]) for rule in rules] == [
        (10, "deny", 22), (20, "deny", 3389), (100, "allow", 0),
    ]  # fmt: skip


def test_pods_get_a_range_of_their_own_where_one_is_given(cloud: Cloud) -> None:
    build(cloud, pod_cidr="100.64.0.0/16")
    assert cloud.only(aws.ec2.VpcIpv4CidrBlockAssociation).inputs["cidrBlock"] == "100.64.0.0/16"
    pods = cloud.named("vpc-pods-a").inputs
    assert pods["cidrBlock"] == "100.64.0.0/19"
    assert "kubernetes.io/role/cni" in pods["tags"]
    tables = {each.name: each.inputs["routeTableId"] for each in cloud.of(aws.ec2.RouteTableAssociation)}
    assert tables["vpc-pods-a-rta"] == tables["vpc-private-a-rta"]


def test_s3_and_dynamodb_have_gateways_from_private_subnets_under_policies(cloud: Cloud) -> None:
    build(cloud)
    gateways = cloud.of(aws.ec2.VpcEndpoint)
    assert [each.name for each in gateways] == ["vpc-endpoints-dynamodb", "vpc-endpoints-s3"]
    assert {each.inputs["vpcEndpointType"] for each in gateways} == {"Gateway"}
    assert {len(each.inputs["routeTableIds"]) for each in gateways} == {2}
    assert all(json.loads(each.inputs["policy"])["Statement"][0]["Condition"]["StringEquals"] for each in gateways)


def test_the_s3_gateway_lets_nodes_read_what_they_run_and_nothing_else_of_others(cloud: Cloud) -> None:
    build(cloud)
    own, foreign = json.loads(cloud.named("vpc-endpoints-s3").inputs["policy"])["Statement"]
    assert own["Condition"] == {"StringEquals": {"aws:ResourceAccount": "123456789012"}}
    assert foreign["Action"] == ["s3:GetObject"]
    assert "arn:aws:s3:::prod-registry-k8s-io-eu-west-1/*" in foreign["Resource"]
    assert all(resource.endswith("/*") for resource in foreign["Resource"])


def test_interface_endpoints_are_reached_from_the_vpc_by_their_usual_names(cloud: Cloud) -> None:
    build(cloud, interface_endpoints=["ecr.api", "sts"], pod_cidr="100.64.0.0/16")
    endpoint = cloud.named("vpc-endpoints-ecr-api").inputs
    assert endpoint["serviceName"] == "com.amazonaws.eu-west-1.ecr.api"
    assert endpoint["privateDnsEnabled"] is True
    (statement,) = json.loads(endpoint["policy"])["Statement"]
    assert statement["Action"] == ["ecr:*"]
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}
    rules = cloud.of(aws.vpc.SecurityGroupIngressRule)
    assert [rule.inputs["cidrIpv4"] for rule in rules] == ["10.20.0.0/16", "100.64.0.0/16"]
    assert {(rule.inputs["fromPort"], rule.inputs["toPort"]) for rule in rules} == {(443, 443)}
    intra = {each.inputs["subnetId"] for each in cloud.of(aws.ec2.RouteTableAssociation) if "intra" in each.name}
    assert set(endpoint["subnetIds"]) == intra


def test_without_a_list_every_name_resolves(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.of(aws.route53.ResolverFirewallRuleGroup) == []


def test_with_a_list_only_the_platforms_names_and_the_listed_resolve(cloud: Cloud) -> None:
    build(cloud, egress_allowed_domains=["api.openai.com"])
    allow, block = cloud.of(aws.route53.ResolverFirewallRule)
    assert (allow.inputs["action"], block.inputs["action"]) == ("ALLOW", "BLOCK")
    assert allow.inputs["priority"] < block.inputs["priority"]
    names = cloud.named("vpc-dns-allow-names").inputs["domains"]
    assert {"api.openai.com", "dbc-1.cloud.databricks.com", "*.amazonaws.com"} <= set(names)
    assert cloud.named("vpc-dns-block-names").inputs["domains"] == ["*."]
    assert cloud.only(aws.route53.ResolverFirewallConfig).inputs["firewallFailOpen"] == "DISABLED"
    rules = {allow.urn, block.urn}
    assert rules <= cloud.only(aws.route53.ResolverFirewallRuleGroupAssociation).depends_on


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


def test_zones_that_cloudfront_serves_pass(cloud: Cloud) -> None:
    build(cloud, zones=("us-east-1a", "us-east-1b"), region="us-east-1")
    zones = {each.inputs["availabilityZone"] for each in cloud.of(aws.ec2.Subnet)}
    assert zones == {"us-east-1a", "us-east-1b"}


def test_fails_in_a_zone_where_cloudfront_reaches_no_load_balancer(cloud: Cloud) -> None:
    # on the sandbox a zone's letter is its number
    with pytest.raises(
        pulumi.RunError, match=r"network\.zones: us-east-1c is use1-az3 in this account.*: take others of"
    ):
        build(cloud, zones=("us-east-1a", "us-east-1c"), region="us-east-1")


@pytest.mark.parametrize("zone_id", ["apne1-az3", "cac1-az3", "use1-az3", "usw1-az2"])
def test_a_zone_is_known_by_its_id_whatever_its_name_in_an_account(zone_id: str) -> None:
    ids = {"a": "x-az1", "b": zone_id, "c": "x-az2"}
    assert judged("a", ids) == "a"
    with pytest.raises(pulumi.RunError, match=f"b is {zone_id} in this account.*: take others of a, c"):
        judged("b", ids)
