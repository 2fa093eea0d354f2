"""AWS's functions whose result is more than a value of the right shape."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..schema import Field, Type
from .aws_regions import ACCOUNT_ID, partition, region_of, suffix, zones
from .resource import CREATED_AT, Request, outputs_of

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_version.html
_POLICY_VERSION = "2012-10-17"


def _availability_zones(request: Request) -> dict[str, Any]:
    region = region_of(request)
    names = [name for name in zones(region) if name not in (request.inputs.get("excludeNames") or [])]
    return {
        "names": names,
        "zoneIds": [f"{_short(region)}-az{index + 1}" for index in range(len(names))],
        "groupNames": [region],
        "id": region,
    }


def _short(region: str) -> str:
    area, *middle, number = region.split("-")
    # apne1-az1, usw2-az1
    letters = "".join(word[0] for part in middle for word in re.findall("north|south|east|west|central", part))
    return area + letters + number


def _one_or_many(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else sorted(values, reverse=True)


def _policy_document(request: Request) -> dict[str, Any]:
    given = request.inputs
    statements = [
        statement
        for source in [given.get("sourceJson"), *(given.get("sourcePolicyDocuments") or [])]
        if source
        for statement in json.loads(source)["Statement"]
    ]
    statements += [_statement(statement) for statement in given.get("statements") or []]
    for override in [given.get("overrideJson"), *(given.get("overridePolicyDocuments") or [])]:
        for statement in json.loads(override)["Statement"] if override else []:
            statements = [s for s in statements if not statement.get("Sid") or s.get("Sid") != statement["Sid"]] + [
                statement
            ]
    document = {"Version": given.get("version") or _POLICY_VERSION, "Statement": statements}
    if given.get("policyId"):
        document["Id"] = given["policyId"]
    return {
        "json": json.dumps(document, indent=2),
        "minifiedJson": json.dumps(document, separators=(",", ":")),
        "id": request.hex(10),
    }


def _statement(given: dict[str, Any]) -> dict[str, Any]:
    lists = {"Action": "actions", "NotAction": "notActions", "Resource": "resources", "NotResource": "notResources"}
    statement: dict[str, Any] = {"Sid": given["sid"]} if given.get("sid") else {}
    statement["Effect"] = given.get("effect") or "Allow"
    statement |= {name: _one_or_many(given[key]) for name, key in lists.items() if given.get(key)}
    for name, key in (("Principal", "principals"), ("NotPrincipal", "notPrincipals")):
        principals = given.get(key) or []
        if principals:
            everyone = any(p["type"] == "*" and p["identifiers"] == ["*"] for p in principals)
            statement[name] = "*" if everyone else {p["type"]: _one_or_many(p["identifiers"]) for p in principals}
    conditions: dict[str, dict[str, Any]] = {}
    for condition in given.get("conditions") or []:
        conditions.setdefault(condition["test"], {})[condition["variable"]] = _one_or_many(condition["values"])
    return statement | ({"Condition": conditions} if conditions else {})


def _prefix_list(request: Request) -> dict[str, Any]:
    return {"id": f"pl-{request.hex(8, str(request.inputs.get('name')))}", "addressFamily": "IPv4"}


def _secret_version(request: Request) -> dict[str, Any]:
    # Whoever supplies a secret by hand puts it there by hand: the sandbox stands in for that person.
    return {
        "secretString": f"sandbox-value-{request.hex(8, str(request.inputs.get('secretId')))}",
        "secretBinary": "",
        "versionId": request.uuid(),
        "arn": str(request.inputs.get("secretId")),
    }


def _secret_versions(request: Request) -> dict[str, Any]:
    name = str(request.inputs.get("secretId"))
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html: ARNs end in six random signs
    own = f"arn:{partition(region_of(request))}:secretsmanager:{region_of(request)}:{ACCOUNT_ID}:secret:{name}-"
    current = {"versionId": request.uuid(name), "versionStages": ["AWSCURRENT"], "createdTime": CREATED_AT}
    return {
        "secretArn": name if name.startswith("arn:") else own + request.hex(6, name),
        "name": name,
        "versions": [{**current, "lastAccessedDate": ""}],
    }


def _parameter(request: Request) -> dict[str, Any]:
    name = str(request.inputs.get("name"))
    is_image = any(word in name for word in ("/ami", "image_id", "image-id"))
    return {
        "value": f"ami-0{request.hex(16, name)}" if is_image else f"sandbox-value-{request.hex(8, name)}",
        "type": "String",
        "version": 1,
        "id": name,
    }


def typed(kind: Type, value: Any) -> Any:
    """Return a value in the type that the provider answers in, which takes "true" for a boolean and
    "5" for a number.
    """
    match kind.kind:
        case "boolean" if isinstance(value, str):
            return value.lower() == "true"
        case "integer" | "number" if isinstance(value, str):
            return float(value) if kind.kind == "number" else int(value)
        case "string" if isinstance(value, bool | int | float):
            return str(value).lower()
        case "list" if kind.element is not None and isinstance(value, list):
            return [typed(kind.element, item) for item in value]
        case "object" if isinstance(value, dict):
            return {name: typed(kind.fields[name].type, item) for name, item in value.items() if name in kind.fields}
    return value


def asked_for(request: Request, fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return what a function was asked with, in the types that it answers in: its arguments, and what its filters
    demand.
    """
    found: dict[str, Any] = {}
    kind = request.cls.removeprefix("get")
    for given in request.inputs.get("filters") or []:
        value = str((given.get("values") or [""])[0]).replace("*", request.hex(8, str(given.get("name"))))
        name = str(given.get("name"))
        if name.startswith("tag:") and "tags" in fields:
            found.setdefault("tags", {})[name.removeprefix("tag:")] = value
        wire = re.sub(r"[-_.](\w)", lambda match: match[1].upper(), name)
        wire = {"cidr": "cidrBlock", "isDefault": "default", f"{kind[:1].lower()}{kind[1:]}Id": "id"}.get(wire, wire)
        if wire in fields and fields[wire].type.kind not in ("list", "map", "object"):
            found[wire] = typed(fields[wire].type, value)
    tags = {**found.get("tags", {}), **(request.inputs.get("tags") or {})}
    given = {name: typed(fields[name].type, value) for name, value in request.inputs.items() if name in fields}
    return {**found, **given} | ({"tags": tags} if tags else {})


def _ami(request: Request) -> dict[str, Any]:
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html
    asked = asked_for(request, outputs_of(request.token))
    name = str(asked.get("name", ""))
    owner = str((request.inputs.get("owners") or ["self"])[0])
    image = f"ami-0{request.hex(16, json.dumps(request.inputs, sort_keys=True))}"
    return {
        "id": image,
        "imageId": image,
        "arn": f"arn:{partition(region_of(request))}:ec2:{region_of(request)}::image/{image}",
        "architecture": "arm64" if re.search("arm64|aarch64", name) else "x86_64",
        "description": name,
        "hypervisor": "xen",
        "imageLocation": f"{owner}/{name}",
        "imageOwnerAlias": "" if owner == "self" or owner.isdigit() else owner,
        "imageType": "machine",
        "platform": "windows" if name.startswith("Windows") else "",
        "platformDetails": "Windows" if name.startswith("Windows") else "Linux/UNIX",
        "public": owner != "self",
        "rootDeviceName": "/dev/xvda",
        "rootDeviceType": "ebs",
        "virtualizationType": "hvm",
        **({"ownerId": owner} if owner.isdigit() else {}),
        **asked,
    }


def _vpc(request: Request) -> dict[str, Any]:
    asked = asked_for(request, outputs_of(request.token))
    cidr = asked.get("cidrBlock") or "172.31.0.0/16"
    association = {"associationId": f"vpc-cidr-assoc-0{request.hex(16)}", "cidrBlock": cidr, "state": "associated"}
    return {"default": False, "cidrBlock": cidr, "cidrBlockAssociations": [association], **asked}


def _subnets(request: Request) -> dict[str, Any]:
    salt = json.dumps(request.inputs, sort_keys=True)
    return {
        "ids": [f"subnet-0{request.hex(16, f'{salt}{zone}')}" for zone in zones(region_of(request))],
        "id": region_of(request),
    }


def _region(request: Request) -> dict[str, Any]:
    region = region_of(request)
    return {
        "id": region,
        "name": region,
        "region": region,
        "description": f"Region {region}",
        "endpoint": f"ec2.{region}.{suffix(region)}",
    }


FUNCTIONS: dict[str, Callable[[Request], dict[str, Any]]] = {
    "aws:ec2/getAmi:getAmi": _ami,
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": _prefix_list,
    "aws:ec2/getPrefixList:getPrefixList": _prefix_list,
    "aws:ec2/getSubnets:getSubnets": _subnets,
    "aws:ec2/getVpc:getVpc": _vpc,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getCallerIdentity:getCallerIdentity": lambda _: {
        "accountId": ACCOUNT_ID,
        "arn": f"arn:aws:iam::{ACCOUNT_ID}:user/sandbox",
        "userId": "AIDASANDBOX",
        "id": ACCOUNT_ID,
    },
    "aws:index/getPartition:getPartition": lambda r: {
        "partition": partition(region_of(r)),
        "dnsSuffix": suffix(region_of(r)),
        "id": partition(region_of(r)),
        "reverseDnsPrefix": ".".join(reversed(suffix(region_of(r)).split("."))),
    },
    "aws:index/getRegion:getRegion": _region,
    "aws:secretsmanager/getSecretVersion:getSecretVersion": _secret_version,
    "aws:secretsmanager/getSecretVersions:getSecretVersions": _secret_versions,
    "aws:ssm/getParameter:getParameter": _parameter,
}
