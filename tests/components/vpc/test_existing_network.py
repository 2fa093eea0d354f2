from dataclasses import replace

import pytest

from components.vpc.existing_network_checks import FoundSubnet, FoundVpc, faults

ZONES = ("eu-west-1a", "eu-west-1b")
VPC = FoundVpc("vpc-1", "10.20.0.0/16", dns_support=True, dns_hostnames=True)


def subnet(number: int, zone: str, *, out: bool) -> FoundSubnet:
    return FoundSubnet(f"subnet-{number}", "vpc-1", zone, 100, gives_public_addresses=False, routes_out=out)


PRIVATE = [subnet(1, "eu-west-1a", out=True), subnet(2, "eu-west-1b", out=True)]
DATA = [subnet(3, "eu-west-1a", out=False), subnet(4, "eu-west-1b", out=False)]


def judged(vpc: FoundVpc = VPC, private: list[FoundSubnet] = PRIVATE, data: list[FoundSubnet] = DATA) -> list[str]:
    return list(faults(vpc, {"private": private, "data": data}, cidr="10.20.0.0/16", zones=ZONES))


def test_a_network_that_is_fit_has_no_faults() -> None:
    assert judged() == []


@pytest.mark.parametrize(
    ("vpc", "says"),
    [
        (replace(VPC, cidr="10.99.0.0/16"), "has the range 10.99.0.0/16"),
        (replace(VPC, dns_support=False), "DNS resolution off"),
        (replace(VPC, dns_hostnames=False), "DNS host names off"),
    ],
)
def test_a_vpc_is_refused_for(vpc: FoundVpc, says: str) -> None:
    (fault,) = judged(vpc)
    assert says in fault


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"vpc_id": "vpc-2"}, "private subnet subnet-1 lies in vpc-2"),
        ({"gives_public_addresses": True}, "private subnet subnet-1 gives out public addresses"),
        ({"free_addresses": 31}, "private subnet subnet-1 has 31 addresses free"),
        ({"routes_out": False}, "private subnet subnet-1 has no default route"),
    ],
)
def test_a_private_subnet_is_refused_for(change: dict[str, object], says: str) -> None:
    (fault,) = judged(private=[replace(PRIVATE[0], **change), PRIVATE[1]])  # type: ignore[arg-type] # one field each
    assert says in fault


def test_a_data_subnet_must_have_no_way_out() -> None:
    (fault,) = judged(data=[DATA[0], replace(DATA[1], routes_out=True)])
    assert "data subnet subnet-4 has a default route" in fault


def test_every_zone_has_exactly_one_subnet_of_a_tier() -> None:
    two_in_one = [PRIVATE[0], replace(PRIVATE[1], zone="eu-west-1a")]
    assert [fault.split(":")[0] for fault in judged(private=two_in_one)] == [
        "2 of the private subnets lie in eu-west-1a",
        "0 of the private subnets lie in eu-west-1b",
    ]


def test_a_zone_nobody_named_is_refused() -> None:
    faults_ = judged(data=[*DATA, subnet(5, "eu-west-1c", out=False)])
    assert ["data subnet subnet-5 lies in eu-west-1c" in fault for fault in faults_] == [True]
