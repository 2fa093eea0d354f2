"""Any type and any function of the three SDKs works, not just those that the platform uses."""

import ipaddress
import json
from collections.abc import Callable
from typing import Any

import pytest
from pulumi import _types

from sandbox import schema
from sandbox.schema import Field, Type

from .conftest import Sandbox

pytestmark = pytest.mark.engine

RESOURCES = """
import importlib, json, pathlib
import pulumi

for index, item in enumerate(json.loads(pathlib.Path("resources.json").read_text())):
    module = importlib.import_module(item["module"])
    made = getattr(module, item["class"])(f"thing-{index}", **item["inputs"])
    pulumi.export(f"{index}", made.id)
"""
FUNCTIONS = """
import json, pathlib
import pulumi

for token, args in json.loads(pathlib.Path("functions.json").read_text()).items():
    pulumi.export(token, pulumi.runtime.invoke(token, args).value)
"""
# Hand-written classes of the Kubernetes SDK: they make other resources, or need a chart.
COMPONENTS = (
    "kubernetes:yaml",
    "kubernetes:kustomize",
    "kubernetes:helm.sh/v4",
    "kubernetes:helm.sh/v3:Chart",
    "kubernetes:yaml/v2",
)
# The smallest values are of the right type, and make no sense: `a-policy` is no policy.
LAWLESS = ("--laws", "off")
CALLS: dict[str, dict[str, Any]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": {"state": "available"},
    "aws:index/getCallerIdentity:getCallerIdentity": {},
    "aws:index/getPartition:getPartition": {},
    "aws:index/getRegion:getRegion": {},
    "aws:index/getRegions:getRegions": {},
    "aws:index/getDefaultTags:getDefaultTags": {},
    "aws:index/getService:getService": {"serviceId": "s3"},
    "aws:index/getBillingServiceAccount:getBillingServiceAccount": {},
    "aws:iam/getPolicyDocument:getPolicyDocument": {"statements": [{"actions": ["s3:GetObject"], "resources": ["*"]}]},
    "aws:iam/getPolicy:getPolicy": {"name": "p"},
    "aws:iam/getRole:getRole": {"name": "r"},
    "aws:ec2/getVpc:getVpc": {"default": True},
    "aws:ec2/getSubnet:getSubnet": {"id": "subnet-1"},
    "aws:ec2/getSubnets:getSubnets": {},
    "aws:ec2/getAmi:getAmi": {"owners": ["amazon"]},
    "aws:ec2/getSecurityGroup:getSecurityGroup": {"name": "default"},
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": {"name": "com.amazonaws.global.cloudfront.origin-facing"},
    "aws:ec2/getInstanceType:getInstanceType": {"instanceType": "t4g.large"},
    "aws:eks/getCluster:getCluster": {"name": "c"},
    "aws:eks/getClusterAuth:getClusterAuth": {"name": "c"},
    "aws:eks/getAddonVersion:getAddonVersion": {"addonName": "vpc-cni", "kubernetesVersion": "1.35"},
    "aws:rds/getEngineVersion:getEngineVersion": {"engine": "postgres"},
    "aws:rds/getInstance:getInstance": {"dbInstanceIdentifier": "db"},
    "aws:elasticache/getReplicationGroup:getReplicationGroup": {"replicationGroupId": "g"},
    "aws:s3/getBucket:getBucket": {"bucket": "b"},
    "aws:kms/getAlias:getAlias": {"name": "alias/aws/s3"},
    "aws:route53/getZone:getZone": {"name": "example.org"},
    "aws:acm/getCertificate:getCertificate": {"domain": "example.org"},
    "aws:ssm/getParameter:getParameter": {"name": "/aws/service/ami"},
    "aws:secretsmanager/getSecret:getSecret": {"name": "s"},
    "aws:secretsmanager/getSecretVersion:getSecretVersion": {"secretId": "s"},
    "aws:cloudfront/getCachePolicy:getCachePolicy": {"name": "Managed-CachingDisabled"},
    "aws:lb/getLoadBalancer:getLoadBalancer": {"name": "l"},
    "kubernetes:yaml:decode": {"text": "kind: Namespace\nmetadata: {name: a}\n"},
}


def smallest(kind: Type, name: str) -> Any:
    """Return the smallest value of a type."""
    match kind.kind:
        case "object":
            return {key: smallest(field.type, key) for key, field in kind.fields.items() if field.required}
        case "list":
            return [] if kind.element is None else [smallest(kind.element, name)]
        case _:
            return {"string": f"a-{name.lower()}", "integer": 8, "number": 8, "boolean": True, "map": {}}.get(
                kind.kind, "a"
            )


def smallest_resource(token: str) -> dict[str, Any]:
    cls = schema._resource_class(token)
    described = schema.resource(token)
    assert cls is not None
    assert described is not None
    args = schema._args_class(cls)
    python_names = {wire: python for python, wire in _types.input_type_py_to_pulumi_names(args).items()} if args else {}
    required: dict[str, Field] = {name: field for name, field in described.inputs.items() if field.required}
    inputs = {python_names[name]: smallest(field.type, name) for name, field in required.items()}
    if token.startswith("kubernetes:") and cls.__name__.endswith("Patch"):
        inputs["metadata"] = {"name": "a-name"}  # its provider asks for one
    return {"module": cls.__module__, "class": cls.__name__, "inputs": inputs}


def sample() -> list[str]:
    """Return every fourteenth AWS type, every eighth Kubernetes one, every random one."""
    # lists are there for manifests and charts: their provider makes none
    made = (token for token in schema.resource_tokens("kubernetes") if not token.endswith("List"))
    kubernetes = sorted(token for token in made if not token.startswith(COMPONENTS))
    return [*sorted(schema.resource_tokens("aws"))[::14], *kubernetes[::8], *sorted(schema.resource_tokens("random"))]


def test_a_hundred_and_fifty_types_come_up_stay_and_go_away(program: Callable[..., Sandbox]) -> None:
    tokens = sample()
    assert len(tokens) >= 150
    sandbox = program(RESOURCES)
    (sandbox.program / "resources.json").write_text(
        json.dumps([smallest_resource(token) for token in tokens]), encoding="utf-8"
    )

    sandbox("up", *LAWLESS)
    ids = json.loads(sandbox("outputs", "--json").stdout)
    assert len(ids) == len(tokens)
    assert all(ids.values())
    assert set(sandbox.changes(*LAWLESS)) == {"same"}

    sandbox("destroy", *LAWLESS)
    assert sandbox.world() == []


def test_thirty_functions_answer(program: Callable[..., Sandbox]) -> None:
    assert len(CALLS) >= 30
    sandbox = program(FUNCTIONS)
    (sandbox.program / "functions.json").write_text(json.dumps(CALLS), encoding="utf-8")

    sandbox("up")

    results = json.loads(sandbox("outputs", "--json").stdout)
    assert results.keys() == CALLS.keys()
    for token, result in results.items():
        described = schema.function(token)
        required = {name for name, field in described.outputs.items() if field.required} if described else {"result"}
        assert required <= result.keys(), token


USUAL = """
import json
import pulumi
import pulumi_aws as aws
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Echo(ResourceProvider):
    def create(self, props):
        return CreateResult("echo", props)


class Echoed(Resource):
    def __init__(self, name, text):
        super().__init__(Echo(), name, {"text": text})


bucket = aws.s3.Bucket("files")
for key in ("index.html", "error.html"):
    aws.s3.BucketObject(key, bucket=bucket.id, key=key, content=key)
trust = {"actions": ["sts:AssumeRole"], "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}]}
role = aws.iam.Role("role", assume_role_policy=aws.iam.get_policy_document(statements=[trust]).json)
pass_it = aws.iam.get_policy_document(statements=[{"actions": ["iam:PassRole"], "resources": [role.arn]}])
aws.iam.RolePolicy("pass", role=role.id, policy=pass_it.json)
packed = pulumi.AssetArchive({".": pulumi.FileArchive(".")})
aws.lambda_.Function("packed", role=role.arn, runtime="python3.13", handler="h.h", code=packed)
api = aws.appsync.GraphQLApi("api", authentication_type="API_KEY")
pulumi.export("url", api.uris["GRAPHQL"])
others = aws.ec2.Vpc.get("others", "vpc-0123456789abcdef0")
pulumi.export("range", others.cidr_block)
Echoed("echo", "hello")
"""


def test_what_programs_usually_do_is_previewed_comes_up_stays_and_goes_away(program: Callable[..., Sandbox]) -> None:
    """Two objects in a bucket, a document of outputs, an archive of the program's own folder, `get`, and the like."""
    sandbox = program(USUAL)
    sandbox("preview")

    sandbox("up")
    outputs = json.loads(sandbox("outputs", "--json").stdout)
    assert outputs["url"].endswith("/graphql")
    assert ipaddress.ip_network(outputs["range"])
    assert set(sandbox.changes()) == {"same"}

    sandbox("destroy")
    assert sandbox.world() == []
