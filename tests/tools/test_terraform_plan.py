"""A stack's AWS resources as a Terraform plan."""

from typing import Any

from tools.terraform_plan import plan

VPC = "urn:pulumi:dev::any::aws:ec2/vpc:Vpc::net"
GROUP = "urn:pulumi:dev::any::own:index:Net$aws:ec2/securityGroup:SecurityGroup::a.group"
DATABASE = "urn:pulumi:dev::any::aws:rds/instance:Instance::db"
STATE: list[dict[str, Any]] = [
    {"urn": "urn:pulumi:dev::any::pulumi:pulumi:Stack::any-dev", "type": "pulumi:pulumi:Stack", "custom": False},
    {"urn": VPC, "type": "aws:ec2/vpc:Vpc", "custom": True, "inputs": {"cidrBlock": "10.0.0.0/16", "__defaults": []}},
    {
        "urn": GROUP,
        "type": "aws:ec2/securityGroup:SecurityGroup",
        "custom": True,
        "inputs": {"vpcId": "vpc-1", "ingress": [{"fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}]},
        "outputs": {"vpcId": "vpc-0", "name": "made-up"},
        "propertyDependencies": {"vpcId": [VPC], "ingress": [], "tags": ["urn:of:another::provider"]},
    },
    {
        "urn": DATABASE,
        "type": "aws:rds/instance:Instance",
        "custom": True,
        "inputs": {"password": {"4dabf18193072939515e22adb298388d": "1b47", "plaintext": '"hunter2"'}},
    },
    {"urn": "urn:pulumi:dev::any::kubernetes:core/v1:Pod::p", "type": "kubernetes:core/v1:Pod", "custom": True},
]


def test_resources_have_the_provider_s_names_blocks_are_lists_and_secrets_stay() -> None:
    told = plan(STATE)
    planned = {each["address"]: each["values"] for each in told["planned_values"]["root_module"]["resources"]}
    assert planned == {
        "aws_vpc.net-0": {"cidr_block": "10.0.0.0/16"},
        "aws_security_group.a-group-1": {
            "vpc_id": "vpc-1",
            "name": "made-up",
            "ingress": [{"from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/8"]}],
        },
        "aws_db_instance.db-2": {"password": "(secret)"},
    }
    changes = {each["address"]: each["change"] for each in told["resource_changes"]}
    assert changes["aws_vpc.net-0"] == {
        "actions": ["create"],
        "before": None,
        "after": {"cidr_block": "10.0.0.0/16"},
        "after_unknown": {},
    }
    assert "hunter2" not in str(told)


def test_what_refers_to_what_is_told() -> None:
    wanted = plan(STATE)["configuration"]["root_module"]["resources"]
    assert {each["address"]: each["expressions"] for each in wanted} == {
        "aws_vpc.net-0": {},
        "aws_security_group.a-group-1": {"vpc_id": {"references": ["aws_vpc.net-0.id", "aws_vpc.net-0"]}},
        "aws_db_instance.db-2": {},
    }
