"""Five programs of other kinds, that do things well: nothing mandatory is said of them at the packs' own levels."""

from dataclasses import replace
from types import ModuleType

import pytest

from .cases.case import document
from .cases.stacks import Change, of
from .packs import NAMES, Resource, Server
from .programs import data_platform, ecs, eks, innocent, static_site

PROGRAMS = {"serverless": innocent, "ecs": ecs, "static site": static_site, "data platform": data_platform, "eks": eks}


@pytest.mark.parametrize("pack", NAMES)
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=list(PROGRAMS))
def test_nothing_mandatory_is_said_of_a_sound_program(program: ModuleType, pack: str) -> None:
    stack = [replace(one, protect=one.name in program.PROTECTED) for one in program.RESOURCES]
    server = Server(pack)
    said = [(one.name, found.rule) for one in stack for found in server.judge(one.type, one.props, name=one.name)]
    said += [(found.resource, found.rule) for found in server.judge_stack(stack) if found.level == "mandatory"]
    assert sorted(set(said)) == []


_OPEN = of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "", {"description": "all", "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}, securityGroupId="db-sg")  # fmt: skip
# What only a stack can break: in one of the sound programs, what is taken away or changed, the rule, and who knows it.
BROKEN: list[tuple[str, ModuleType, Change, str]] = [
    ("CKV2_AWS_6, CKV_AWS_53, CKV_AWS_54, CKV_AWS_55, CKV_AWS_56, FSBP S3.8", static_site, {"files-closed": None}, "s3-pab"),
    ("CKV_AWS_53 alone", static_site, {"files-closed": {"blockPublicAcls": False}}, "s3-pab"),
    ("CKV_AWS_19, CKV_AWS_145, FSBP S3.17", data_platform, {"lake-sse": None}, "s3-encryption"),
    ("CKV_AWS_379, FSBP S3.5, CIS AWS 2.1.1", data_platform, {"lake-policy": None}, "s3-tls-only"),
    ("CKV_AWS_21, FSBP S3.14", data_platform, {"lake-versions": {"versioningConfiguration": {"status": "Suspended"}}}, "s3-versioning"),
    ("CKV_AWS_18, FSBP S3.9", innocent, {"logged": None}, "s3-logging"),
    ("CKV2_AWS_12, FSBP EC2.2, CIS AWS 5.4", ecs, {"closed": None}, "net-default-sg"),
    ("CKV2_AWS_11, FSBP EC2.6, CIS AWS 3.7", eks, {"flows": None}, "net-flow-log"),
    ("CKV2_AWS_69, FSBP RDS.38", ecs, {"db-parameters": {"parameters": []}}, "rds-tls"),
    ("CKV2_AWS_31, FSBP WAF.11", ecs, {"acl-logs": None}, "waf-logging"),
    ("CKV_AWS_86, FSBP CloudFront.5", static_site, {"cdn": {"loggingConfig": {}}}, "cf-logging"),
    ("CKV_AWS_71, FSBP Redshift.4", data_platform, {"warehouse-logs": None}, "redshift-logs"),
    ("CKV2_AWS_28, FSBP ELB.16", ecs, {"acl-of-lb": None}, "waf-in-front"),
    ("CKV2_AWS_39, FSBP Route53.2", static_site, {}, "dns-logs"),
    ("CKV2_AWS_38", static_site, {}, "dns-signed"),
    ("CIS EKS 5.4.3", eks, {"igw": of("aws:ec2/internetGateway:InternetGateway", "igw", vpcId="vpc"), "table": of("aws:ec2/routeTable:RouteTable", "table", vpcId="vpc"), "way": of("aws:ec2/route:Route", "way", {"destinationCidrBlock": "0.0.0.0/0"}, routeTableId="table", gatewayId="igw"), "joined": of("aws:ec2/routeTableAssociation:RouteTableAssociation", "joined", routeTableId="table", subnetId="private-a")}, "eks-node-private"),
    ("FSBP EC2.18", ecs, {"opened": _OPEN}, "rds-sg-source"),
    ("FSBP RDS.46", ecs, {"joined": of("aws:ec2/routeTableAssociation:RouteTableAssociation", "joined", routeTableId="public-routes", subnetId="private-a")}, "net-data-subnet"),
    ("CIS EKS 5.2.1", eks, {"second": of("aws:eks/podIdentityAssociation:PodIdentityAssociation", "second", {"namespace": "other", "serviceAccount": "other"}, clusterName="cluster", roleArn="crew-role")}, "iam-pod-role-single"),
    ("a node's role with more", eks, {"more": of("aws:iam/rolePolicy:RolePolicy", "more", {"policy": document(Sid="A", Action="s3:GetObject", Resource="arn:aws:s3:::a/*")}, role="node-role")}, "eks-node-role"),
    ("CKV_AWS_382", ecs, {"all-out": of("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "all-out", {"description": "all", "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}, securityGroupId="db-sg")}, "net-sg-egress-all"),
    ("CKV2_AWS_57, FSBP SecretsManager.1", ecs, {"secret": of("aws:secretsmanager/secret:Secret", "secret", {"kmsKeyId": "arn"})}, "sec-rotation"),
]  # fmt: skip


@pytest.mark.parametrize(("known", "program", "change", "rule"), BROKEN, ids=[entry[0] for entry in BROKEN])
def test_what_a_sound_program_lacks_is_found(known: str, program: ModuleType, change: Change, rule: str) -> None:
    stack: dict[str, Resource] = {one.name: one for one in program.RESOURCES}
    for name, value in change.items():
        if value is None:
            del stack[name]
        elif isinstance(value, Resource):
            stack[name] = replace(value, name=name)
        else:
            stack[name] = replace(stack[name], props={**stack[name].props, **value})
    assert rule in [found.rule for found in Server("security").judge_stack(list(stack.values()))]
