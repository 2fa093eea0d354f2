"""Endpoints, their policies and names, DNS Firewall, and what pulls images."""

import json
from typing import Any

from sandbox.roads import rules
from sandbox.world import Record
from tests.roads.builder import Stack, policy, rule
from tests.roads.pair import pair

_GATEWAY = "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html"
_ACCESS = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"
_INTERFACE = "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html"
_ECR = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"
FIREWALL = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-rule-groups.html"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1"


def _enclosed(stack: Stack, *actions: str, resource: str = "*", **vpc: Any) -> tuple[Record, Record, Record]:
    """Add a VPC that nothing leaves, and a function that asks for something."""
    network = stack.vpc(**vpc)
    apps = stack.subnet(network, "apps", "10.0.0.0/24")
    stack.function(stack.group(network, "clients"), apps, role=stack.role(*actions, resource=resource))
    return network, apps, stack.table(network, "apps-rt", apps)


def _interface(stack: Stack, vpc: Record, subnet: Record, service: str, **inputs: object) -> Record:
    own = stack.group(vpc, f"endpoint-{service}-sg", ingress=[rule(443, cidr="10.0.0.0/16")])
    given = {"private_dns_enabled": True, "security_group_ids": [own.id], **inputs}
    return stack.endpoint(vpc, service, vpc_endpoint_type="Interface", subnet_ids=[subnet.id], **given)


@pair(rules.NO_ROUTE, "Function", "secretsmanager", "https://repost.aws/knowledge-center/lambda-secret-vpc")
def a_secret_without_an_endpoint(stack: Stack, wall: bool) -> None:
    vpc, apps, _ = _enclosed(stack, "secretsmanager:GetSecretValue")
    _interface(stack, vpc, apps, "sts" if wall else "secretsmanager")


@pair(rules.ENDPOINT_ROUTE, "Function", "s3", _GATEWAY)
def a_gateway_endpoint_of_another_table(stack: Stack, wall: bool) -> None:
    vpc, _, table = _enclosed(stack, "s3:GetObject")
    stack.endpoint(vpc, "s3", vpc_endpoint_type="Gateway", route_table_ids=[] if wall else [table.id])


@pair(rules.ENDPOINT_ROUTE, "Function", "dynamodb", _GATEWAY)
def a_table_that_is_associated_apart(stack: Stack, wall: bool) -> None:
    vpc, _, table = _enclosed(stack, "dynamodb:GetItem")
    endpoint = stack.endpoint(vpc, "dynamodb", vpc_endpoint_type="Gateway")
    if not wall:
        stack.make(
            "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation", "apart",
            route_table_id=table.id, vpc_endpoint_id=endpoint.id,
        )  # fmt: skip


@pair(rules.ENDPOINT_POLICY, "Function", "s3", _ACCESS)
def an_endpoint_that_lets_objects_be_read_alone(stack: Stack, wall: bool) -> None:
    vpc, _, table = _enclosed(stack, "s3:PutObject")
    said = {"Effect": "Allow", "Principal": "*", "Action": "s3:Get*" if wall else "s3:*", "Resource": "*"}
    stack.endpoint(vpc, "s3", vpc_endpoint_type="Gateway", route_table_ids=[table.id], policy=policy(said))


@pair(rules.ENDPOINT_POLICY, "Function", "sqs", _ACCESS)
def an_endpoint_of_another_account(stack: Stack, wall: bool) -> None:
    vpc, apps, _ = _enclosed(stack, "sqs:SendMessage")
    account = {"StringEquals": {"aws:PrincipalAccount": "999999999999" if wall else "123456789012"}}
    said = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*", "Condition": account}
    _interface(stack, vpc, apps, "sqs", policy=policy(said))


@pair(rules.ENDPOINT_POLICY, "Function", "s3", _ACCESS)
def a_denial_in_an_endpoints_policy(stack: Stack, wall: bool) -> None:
    vpc, _, table = _enclosed(stack, "s3:PutObject")
    said = [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]
    said += [{"Effect": "Deny", "Principal": "*", "Action": "s3:Put*" if wall else "s3:Delete*", "Resource": "*"}]
    stack.endpoint(vpc, "s3", vpc_endpoint_type="Gateway", route_table_ids=[table.id], policy=policy(*said))


@pair(
    rules.ENDPOINT_REGION, "Function", "s3", "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html"
)
def a_bucket_of_another_region(stack: Stack, wall: bool) -> None:
    bucket = stack.make("aws:s3/bucket:Bucket", "files", region="us-east-1" if wall else "eu-west-1")
    vpc, _, table = _enclosed(stack, "s3:GetObject", resource=f"{bucket.outputs['arn']}/*")
    stack.endpoint(vpc, "s3", vpc_endpoint_type="Gateway", route_table_ids=[table.id])


@pair(rules.GROUP_IN, "Function", "sns", _INTERFACE)
def an_endpoint_whose_group_admits_nobody(stack: Stack, wall: bool) -> None:
    vpc, apps, _ = _enclosed(stack, "sns:Publish")
    own = stack.group(vpc, "endpoint", ingress=[] if wall else [rule(443, cidr="10.0.0.0/16")])
    _interface(stack, vpc, apps, "sns", security_group_ids=[own.id])


@pair(rules.ENDPOINT_NAME, "Function", "sqs", _INTERFACE)
def an_endpoint_without_private_names(stack: Stack, wall: bool) -> None:
    vpc, apps, _ = _enclosed(stack, "sqs:SendMessage")
    _interface(stack, vpc, apps, "sqs", private_dns_enabled=not wall)


@pair(rules.DNS_SUPPORT, "Function", "sqs", "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html")
def private_names_in_a_vpc_without_hostnames(stack: Stack, wall: bool) -> None:
    vpc, apps, _ = _enclosed(stack, "sqs:SendMessage", enable_dns_hostnames=not wall)
    _interface(stack, vpc, apps, "sqs")


@pair(rules.DNS_SUPPORT, "Function", "sqs", "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html")
def a_vpc_without_a_resolver(stack: Stack, wall: bool) -> None:
    vpc, apps, _ = _enclosed(stack, "sqs:SendMessage", enable_dns_support=not wall)
    _interface(stack, vpc, apps, "sqs")


def dns_firewall(stack: Stack, vpc: Record, *allowed: str, first: int = 100) -> None:
    kind = "aws:route53/resolverFirewall"
    group = stack.make(f"{kind}RuleGroup:ResolverFirewallRuleGroup", "names")
    stack.make(
        f"{kind}RuleGroupAssociation:ResolverFirewallRuleGroupAssociation", "names-of-vpc", vpc_id=vpc.id,
        firewall_rule_group_id=group.id, priority=101,
    )  # fmt: skip
    for name, domains, priority, action in (("allow", allowed, first, "ALLOW"), ("block", ("*",), 200, "BLOCK")):
        listed = stack.make(f"{kind}DomainList:ResolverFirewallDomainList", name, domains=list(domains))
        stack.make(
            f"{kind}Rule:ResolverFirewallRule", f"{name}-rule", firewall_rule_group_id=group.id, action=action,
            firewall_domain_list_id=listed.id, priority=priority,
        )  # fmt: skip


@pair(rules.DNS_FIREWALL, "Function", "sqs", FIREWALL)
def a_name_that_is_not_on_the_list(stack: Stack, wall: bool) -> None:
    vpc, apps, _ = _enclosed(stack, "sqs:SendMessage")
    _interface(stack, vpc, apps, "sqs")
    dns_firewall(stack, vpc, "example.com" if wall else "*.amazonaws.com")


@pair(rules.DNS_FIREWALL, "Function", "sqs", FIREWALL)
def a_block_that_comes_first(stack: Stack, wall: bool) -> None:
    vpc, apps, _ = _enclosed(stack, "sqs:SendMessage")
    _interface(stack, vpc, apps, "sqs")
    dns_firewall(stack, vpc, "*.amazonaws.com", first=300 if wall else 100)


def _task(stack: Stack, vpc: Record, subnet: Record, *, public: bool = False, image: str = IMAGE) -> Record:
    definition = stack.make(
        "aws:ecs/taskDefinition:TaskDefinition", "task", family="task",
        container_definitions=json.dumps([{"name": "app", "image": image}]),
    )  # fmt: skip
    return stack.make(
        "aws:ecs/service:Service", "service", task_definition=definition.outputs["arn"],
        network_configuration={
            "subnets": [subnet.id], "security_groups": [stack.group(vpc, "tasks").id], "assign_public_ip": public,
        },
    )  # fmt: skip


@pair(
    rules.TASK_ADDRESS, "Service", "dkr.ecr",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
)  # fmt: skip
def a_task_in_a_public_subnet(stack: Stack, wall: bool) -> None:
    vpc = stack.vpc()
    public = stack.subnet(vpc, "public", "10.0.0.0/24")
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    _task(stack, vpc, public, public=not wall)


@pair(rules.NO_ROUTE, "Service", "dkr.ecr", _ECR)
def an_image_whose_layers_have_no_road(stack: Stack, wall: bool) -> None:
    vpc = stack.vpc()
    apps = stack.subnet(vpc, "apps", "10.0.0.0/24")
    table = stack.table(vpc, "apps-rt", apps)
    for service in ("ecr.api", "ecr.dkr"):
        _interface(stack, vpc, apps, service)
    if not wall:
        stack.endpoint(vpc, "s3", vpc_endpoint_type="Gateway", route_table_ids=[table.id])
    _task(stack, vpc, apps)


@pair(rules.ENDPOINT_POLICY, "Service", "dkr.ecr", _ECR)
def layers_that_an_endpoint_keeps_back(stack: Stack, wall: bool) -> None:
    vpc = stack.vpc()
    apps = stack.subnet(vpc, "apps", "10.0.0.0/24")
    table = stack.table(vpc, "apps-rt", apps)
    for service in ("ecr.api", "ecr.dkr"):
        _interface(stack, vpc, apps, service)
    bucket = "my-own" if wall else "prod-eu-west-1-starport-layer-bucket"
    said = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    stack.endpoint(vpc, "s3", vpc_endpoint_type="Gateway", route_table_ids=[table.id], policy=policy(said))
    _task(stack, vpc, apps)


@pair(
    rules.NO_ROUTE, "Service", "logs",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html",
)  # fmt: skip
def a_tasks_logs_without_an_endpoint(stack: Stack, wall: bool) -> None:
    vpc = stack.vpc()
    apps = stack.subnet(vpc, "apps", "10.0.0.0/24")
    stack.table(vpc, "apps-rt", apps)
    if not wall:
        _interface(stack, vpc, apps, "logs")
    definition = stack.make(
        "aws:ecs/taskDefinition:TaskDefinition", "task", family="task",
        container_definitions=json.dumps([{"image": IMAGE, "logConfiguration": {"logDriver": "awslogs"}}]),
    )  # fmt: skip
    stack.make(
        "aws:ecs/service:Service", "service", task_definition=definition.outputs["arn"],
        network_configuration={"subnets": [apps.id], "security_groups": [stack.group(vpc, "tasks").id]},
    )  # fmt: skip


@pair(
    rules.NO_ROUTE, "Instance machine", "ssmmessages",
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html",
)  # fmt: skip
def a_session_without_its_second_endpoint(stack: Stack, wall: bool) -> None:
    vpc = stack.vpc()
    apps = stack.subnet(vpc, "apps", "10.0.0.0/24")
    stack.table(vpc, "apps-rt", apps)
    for service in ("ssm", *(() if wall else ("ssmmessages",))):
        _interface(stack, vpc, apps, service)
    role = stack.make(
        "aws:iam/role:Role", "session", assume_role_policy="{}",
        managed_policy_arns=["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"],
    )  # fmt: skip
    profile = stack.make("aws:iam/instanceProfile:InstanceProfile", "session-profile", name="session", role=role.id)
    stack.instance(apps, stack.group(vpc, "machines"), iam_instance_profile=profile.id)
