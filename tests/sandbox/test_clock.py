"""How long a stack would take on the real clouds."""

from typing import Any

import pytest

from sandbox import clock
from sandbox.clock_times import DEFAULT, TIMES

AWS = "pulumi:providers:aws"
VPC = "aws:ec2/vpc:Vpc"  # 12 s to make, 1 s to delete
GATEWAY = "aws:ec2/internetGateway:InternetGateway"  # 6 s, 6 s
NAT = "aws:ec2/natGateway:NatGateway"  # 105 s, 60 s
SUBNET = "aws:ec2/subnet:Subnet"  # 4 s, 2 s
GROUP = "aws:ec2/securityGroup:SecurityGroup"  # 2 s, 2 s
CLUSTER = "aws:eks/cluster:Cluster"  # 600 s, 150 s
NODES = "aws:eks/nodeGroup:NodeGroup"  # 120 s, 240 s
ADDON = "aws:eks/addon:Addon"  # 20 s, 10 s


def urn(name: str, token: str) -> str:
    return f"urn:pulumi:dev::p::{token}::{name}"


def made(name: str, token: str, *, data: tuple[str, ...] = (), after: tuple[str, ...] = (), **more: Any) -> Any:
    return {
        "urn": urn(name, token),
        "type": token,
        "custom": True,
        "dependencies": [*data, *after],
        "propertyDependencies": {"from": list(data)},
        **more,
    }


def component(name: str, **more: Any) -> Any:
    return {"urn": urn(name, "x:y:Part"), "type": "x:y:Part", "custom": False, **more}


def names(schedule: clock.Schedule) -> list[str]:
    return [step.rpartition("::")[2] for step, _ in schedule.path]


def test_a_chain_takes_the_sum_of_its_steps() -> None:
    vpc = made("v", VPC)
    subnet = made("s", SUBNET, data=(vpc["urn"],))

    assert clock.expected([vpc, subnet]) == clock.Schedule(
        total_seconds=16,
        path=((vpc["urn"], 12), (subnet["urn"], 4)),
        start_seconds={vpc["urn"]: 0, subnet["urn"]: 12},
        finish_seconds={vpc["urn"]: 12, subnet["urn"]: 16},
    )


def diamond() -> list[Any]:
    vpc = made("v", VPC)
    slow = made("slow", SUBNET, data=(vpc["urn"],))
    quick = made("quick", GROUP, data=(vpc["urn"],))
    return [vpc, slow, quick, made("end", "aws:x/y:Z", data=(slow["urn"], quick["urn"]))]


def test_the_slower_side_of_a_diamond_counts() -> None:
    schedule = clock.expected(diamond())

    assert schedule.total_seconds == 17
    assert names(schedule) == ["v", "slow", "end"]
    assert schedule.start_seconds[urn("quick", GROUP)] == 12


def test_deleting_goes_the_other_way_round() -> None:
    schedule = clock.expected(diamond(), deleting=True)

    assert schedule.total_seconds == 4
    assert names(schedule) == ["end", "quick", "v"]


def test_what_goes_with_another_resource_or_stays_takes_no_time_to_delete() -> None:
    vpc = made("v", VPC)
    gone = made("s", SUBNET, data=(vpc["urn"],), deletedWith=vpc["urn"])
    stays = made("t", SUBNET, data=(vpc["urn"],), retainOnDelete=True)

    assert clock.expected([vpc, gone, stays], deleting=True).path == ((vpc["urn"], 1),)


def test_a_component_that_is_waited_for_stands_for_all_that_is_inside_it() -> None:
    outer = component("outer")
    inner = component("inner", parent=outer["urn"])
    vpc = made("v", VPC, parent=inner["urn"])
    other = made("other", GROUP, after=(outer["urn"],))

    schedule = clock.expected([outer, inner, vpc, other])

    assert schedule.start_seconds == {vpc["urn"]: 0, other["urn"]: 12}


def test_what_is_inside_a_component_waits_for_what_the_component_waits_for() -> None:
    vpc = made("v", VPC)
    part = component("part", dependencies=[vpc["urn"]])
    group = made("g", GROUP, parent=part["urn"])

    assert clock.expected([vpc, part, group]).start_seconds[group["urn"]] == 12
    assert clock.bound([vpc, part, group]).start_seconds[group["urn"]] == 0


def test_a_resource_may_name_the_component_that_it_is_in() -> None:
    part = component("part")
    one = made("one", GROUP, after=(part["urn"],), parent=part["urn"])
    two = made("two", GROUP, after=(part["urn"],), parent=part["urn"])

    assert clock.expected([part, one, two]).total_seconds == 2


def test_everything_waits_for_its_provider_and_for_what_the_provider_comes_from() -> None:
    cluster = made("c", CLUSTER)
    provider = made("k", "pulumi:providers:kubernetes", data=(cluster["urn"],))
    space = made("n", "kubernetes:core/v1:Namespace", provider=f"{provider['urn']}::04da6b54-80e4")

    assert clock.expected([cluster, provider, space]).total_seconds == 602
    assert names(clock.bound([cluster, provider, space])) == ["c", "k", "n"]


def test_what_no_property_needs_is_not_in_the_bound() -> None:
    vpc = made("v", VPC)
    group = made("g", GROUP, after=(vpc["urn"],))

    assert clock.expected([vpc, group]).total_seconds == 14
    assert clock.bound([vpc, group]).total_seconds == 12


def test_what_the_cloud_demands_is_in_the_bound_though_no_property_tells_it() -> None:
    vpc = made("v", VPC)
    gateway = made("i", GATEWAY, data=(vpc["urn"],))
    subnet = made("s", SUBNET, data=(vpc["urn"],))
    nat = made("n", NAT, data=(subnet["urn"],))

    assert names(clock.bound([vpc, gateway, subnet, nat])) == ["v", "i", "n"]
    assert clock.bound([vpc, gateway, subnet, nat]).total_seconds == 123
    assert clock.expected([vpc, gateway, subnet, nat]).total_seconds == 123


def test_what_the_cloud_demands_concerns_one_cluster_alone() -> None:
    one, two = made("one", CLUSTER), made("two", CLUSTER)
    nodes = made("nodes", NODES, data=(one["urn"],))
    network = made("cni", ADDON, data=(one["urn"],), inputs={"addonName": "vpc-cni"})
    here = made("here", ADDON, data=(one["urn"],), inputs={"addonName": "coredns"})
    there = made("there", ADDON, data=(two["urn"],), inputs={"addonName": "coredns"})

    start = clock.bound([one, two, nodes, network, here, there]).start_seconds

    assert start[nodes["urn"]] == 620
    assert start[here["urn"]] == 740
    assert start[there["urn"]] == 600


def test_a_program_that_does_it_the_other_way_round_is_believed() -> None:
    cluster = made("c", CLUSTER)
    nodes = made("nodes", NODES, data=(cluster["urn"],))
    network = made("cni", ADDON, data=(cluster["urn"],), after=(nodes["urn"],), inputs={"addonName": "vpc-cni"})

    assert clock.expected([cluster, nodes, network]).total_seconds == 740
    assert clock.bound([cluster, nodes, network]).total_seconds == 720


def test_the_objects_of_a_kind_wait_for_the_chart_that_brings_it() -> None:
    provider = made("k", "pulumi:providers:kubernetes")
    through = f"{provider['urn']}::id"
    chart = made(
        "stack", "kubernetes:helm.sh/v3:Release", provider=through, inputs={"chart": "oci://x/y/kube-prometheus-stack"}
    )
    rule = made("rule", "kubernetes:monitoring.coreos.com/v1:PrometheusRule", provider=through)

    assert clock.bound([provider, rule, chart]).start_seconds[rule["urn"]] == 121


@pytest.mark.parametrize("token", ["aws:never/heardOf:It", AWS, "random:index/randomPassword:RandomPassword"])
def test_a_type_that_is_not_in_the_table_takes_one_call(token: str) -> None:
    assert clock.expected([made("m", token)]).total_seconds == 1
    assert clock.expected([made("m", token)], deleting=True).total_seconds == 1


def test_what_was_only_read_takes_one_call() -> None:
    assert clock.expected([made("c", CLUSTER, external=True)]).total_seconds == 1


def test_a_predecessor_that_waits_for_its_deletion_is_left_out() -> None:
    assert clock.expected([made("v", VPC), made("v", VPC, external=True, delete=True)]).path == ((urn("v", VPC), 12),)


def test_the_report_tells_the_total_the_path_and_the_least() -> None:
    vpc = made("net", VPC)
    cluster = made("main", CLUSTER, data=(vpc["urn"],))
    group = made("late", GROUP, after=(cluster["urn"],))
    lone = made("lone", NAT, after=(group["urn"],))

    assert clock.report([vpc, cluster, group, lone]) == (
        "expected on AWS: 12 min; the path that determines it:\n"
        "    12 s  aws:ec2/vpc:Vpc  net\n"
        "  10 min  aws:eks/cluster:Cluster  main\n"
        "     2 s  aws:ec2/securityGroup:SecurityGroup  late\n"
        "   2 min  aws:ec2/natGateway:NatGateway  lone\n"
        "no ordering can take less than 10 min (ratio 1.17)"
    )


def test_a_stack_without_resources_has_nothing_to_report() -> None:
    assert clock.report([component("part")]) == "expected on AWS: nothing to do"


def test_every_typical_time_is_positive_and_has_a_source() -> None:
    assert len(TIMES) >= 60
    for typical in (*TIMES.values(), DEFAULT):
        assert typical.create_seconds > 0
        assert typical.delete_seconds > 0
        assert typical.source.startswith("https://")
