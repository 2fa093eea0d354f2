"""AWS: ids, ARNs, endpoints and the few outputs that a program can tell apart from any other string.

A type without a rule here still answers: its SDK says which outputs exist and of what type, and the rules by property
name below make values of the right shape.
"""

import base64
import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from .. import schema
from ..schema import Field, Type
from ..wire import UNKNOWN
from . import aws_identity, aws_readback, aws_versions
from .aws_chosen import chosen
from .aws_functions import FUNCTIONS, asked_for
from .aws_regions import ACCOUNT_ID, partition, region_of, suffix, zones
from .resource import CREATED_AT, Request, complete, empty, looked_up, outputs_of

# EC2's own prefixes, by class: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
_EC2_PREFIXES = {
    "Ami": "ami",
    "AmiCopy": "ami",
    "AmiFromInstance": "ami",
    "CustomerGateway": "cgw",
    "DefaultNetworkAcl": "acl",
    "DefaultRouteTable": "rtb",
    "DefaultSecurityGroup": "sg",
    "DefaultSubnet": "subnet",
    "DefaultVpc": "vpc",
    "EgressOnlyInternetGateway": "eigw",
    "Eip": "eipalloc",
    "EipAssociation": "eipassoc",
    "FlowLog": "fl",
    "Instance": "i",
    "InternetGateway": "igw",
    "LaunchTemplate": "lt",
    "ManagedPrefixList": "pl",
    "NatGateway": "nat",
    "NetworkAcl": "acl",
    "NetworkInterface": "eni",
    "RouteTable": "rtb",
    "RouteTableAssociation": "rtbassoc",
    "SecurityGroup": "sg",
    "SecurityGroupEgressRule": "sgr",
    "SecurityGroupIngressRule": "sgr",
    "SecurityGroupRule": "sgrule",
    "Snapshot": "snap",
    "Subnet": "subnet",
    "Volume": "vol",
    "Vpc": "vpc",
    "VpcDhcpOptions": "dopt",
    "VpcEndpoint": "vpce",
    "VpcIpv4CidrBlockAssociation": "vpc-cidr-assoc",
    "VpcPeeringConnection": "pcx",
    "TransitGateway": "tgw",
    "VpnGateway": "vgw",
}

# What the id is, where it is neither EC2-like nor what `aws_identity` says.
_ARN_IS_ID = frozenset(
    {
        "aws:acm/certificate:Certificate",
        "aws:backup/selection:Selection",
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:iam/policy:Policy",
        "aws:lb/listener:Listener",
        "aws:lb/listenerRule:ListenerRule",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:lb/targetGroup:TargetGroup",
        "aws:secretsmanager/secret:Secret",
        "aws:sns/topic:Topic",
        "aws:ecs/cluster:Cluster",
        "aws:ecs/service:Service",
        # The provider's id is the family, which the next revision has, too: here what stands is known by its id.
        "aws:ecs/taskDefinition:TaskDefinition",
        "aws:sfn/stateMachine:StateMachine",
    }
)
_UUID_IS_ID = frozenset(
    {
        "aws:kms/key:Key",
        "aws:wafv2/webAcl:WebAcl",
        "aws:wafv2/ipSet:IpSet",
        "aws:cloudfront/cachePolicy:CachePolicy",
        "aws:cloudfront/originRequestPolicy:OriginRequestPolicy",
        "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
    }
)
# The id is that of what it belongs to.
_PARENT_IS_ID = {
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "bucket",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "bucket",
    "aws:s3/bucketPolicy:BucketPolicy": "bucket",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "bucket",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "bucket",
    "aws:s3/bucketVersioning:BucketVersioning": "bucket",
    "aws:sns/topicPolicy:TopicPolicy": "arn",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": "resourceArn",
    "aws:acm/certificateValidation:CertificateValidation": "certificateArn",
}

# service -> how its ARNs end; `{kind}` is the class in kebab case, `{id}` the id, `{name}` the name or id.
_ARN_ENDS = {
    "acm": "certificate/{uuid}",
    "backup": "backup-{kind}:{name}",
    "cloudfront": "{kind}/{id}",
    "dynamodb": "table/{name}",
    "ec2": "{kind}/{id}",
    "ecr": "repository/{name}",
    "ecs": "{kind}/{name}",
    "eks": "{kind}/{name}",
    "iam": "{kind}/{name}",
    "lambda": "function:{name}",
    "kms": "key/{id}",
    "s3": "{name}",
    "secretsmanager": "secret:{name}-{hex6}",
    "sns": "{name}",
    "sqs": "{name}",
    "sfn": "stateMachine:{name}",
    "vpc": "security-group-rule/{id}",
}
_ARN_ENDS_BY_TOKEN = {
    # as the Service Authorization Reference has them
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": "restore-testing-plan:{name}-{uuid}",
    "aws:cloudfront/vpcOrigin:VpcOrigin": "vpcorigin/{id}",
    "aws:cloudwatch/logDelivery:LogDelivery": "delivery:{id}",
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": "delivery-destination:{name}",
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": "delivery-source:{name}",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "security-group/{id}",
    "aws:ec2/eip:Eip": "elastic-ip/{id}",
    "aws:ec2/flowLog:FlowLog": "vpc-flow-log/{id}",
    "aws:eks/addon:Addon": "addon/{path}/{uuid}",
    "aws:eks/nodeGroup:NodeGroup": "nodegroup/{path}/{uuid}",
    "aws:elasticache/user:User": "user:{id}",
    "aws:elasticache/userGroup:UserGroup": "usergroup:{id}",
    "aws:rds/eventSubscription:EventSubscription": "es:{name}",
    "aws:route53/healthCheck:HealthCheck": "healthcheck/{id}",
    # what tells a topic's subscriptions apart (SNS API reference, Subscribe: SubscriptionArn)
    "aws:sns/topicSubscription:TopicSubscription": "{topic}:{uuid}",
    "aws:cloudwatch/logGroup:LogGroup": "log-group:{name}",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "alarm:{name}",
    "aws:cloudwatch/eventRule:EventRule": "rule/{name}",
    "aws:elasticache/parameterGroup:ParameterGroup": "parametergroup:{name}",
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationgroup:{name}",
    "aws:elasticache/subnetGroup:SubnetGroup": "subnetgroup:{name}",
    "aws:ecs/service:Service": "service/{cluster}/{name}",
    "aws:ecs/taskDefinition:TaskDefinition": "task-definition/{name}:{revision}",
    "aws:lb/listener:Listener": "listener/app/{name}/{hex16}/{hex16}",
    "aws:lb/listenerRule:ListenerRule": "listener-rule/app/{hex16}/{hex16}",
    "aws:lb/loadBalancer:LoadBalancer": "loadbalancer/app/{name}/{hex16}",
    "aws:lb/targetGroup:TargetGroup": "targetgroup/{name}/{hex16}",
    "aws:rds/cluster:Cluster": "cluster:{name}",
    "aws:rds/instance:Instance": "db:{name}",
    "aws:rds/parameterGroup:ParameterGroup": "pg:{name}",
    "aws:rds/subnetGroup:SubnetGroup": "subgrp:{name}",
    "aws:wafv2/ipSet:IpSet": "global/ipset/{name}/{id}",
    "aws:wafv2/webAcl:WebAcl": "global/webacl/{name}/{id}",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "oidc-provider/{name}",
}
_ARN_SERVICES = {"cloudwatch": "logs", "lb": "elasticloadbalancing", "vpc": "ec2", "sfn": "states"}
_ARN_SERVICES_BY_CLASS = {"MetricAlarm": "cloudwatch", "EventRule": "events", "Dashboard": "cloudwatch"}
_GLOBAL = frozenset({"cloudfront", "iam", "route53"})  # their ARNs name no region
_PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306, "valkey": 6379, "redis": 6379}


def create(request: Request, *, found: bool = False) -> tuple[str, dict[str, Any]]:
    """Return the id and outputs of an AWS resource; of one that is `found`, what could have been its inputs, too."""
    aws = _Aws(request, found=found)
    values = {**chosen(request.token, request.inputs), **request.inputs, **_own(aws)}
    fields = outputs_of(request.token)
    described = schema.resource(request.token)
    inputs = request.inputs.keys() | (described.inputs.keys() if described else set())
    outputs = complete(fields, values, lambda name, kind: aws.value(name, kind, computed=found or name not in inputs))
    if "arn" in fields and not values.get("arn"):
        outputs["arn"] = aws.arn
    if "tagsAll" in fields:
        defaults = (request.provider.get("defaultTags") or {}).get("tags") or {}
        outputs["tagsAll"] = {**defaults, **(request.inputs.get("tags") or {})}
    return aws.id, aws_readback.given_back(request.token, outputs)


# What a plan knows although no input says it.
_PLANNED = ("region", "tagsAll")


def preview(request: Request) -> dict[str, Any]:
    """Return the outputs of a resource that is only planned: what `create` would add is UNKNOWN, at any depth."""
    _, made = create(dataclasses.replace(request, inputs=_known(request.inputs)))
    return {**_undecided(request.inputs, made), **{key: made[key] for key in _PLANNED if key in made}}


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items() if item != UNKNOWN}
    return value


def _undecided(given: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    result = {**dict.fromkeys(made, UNKNOWN), **given}
    for key, value in given.items():
        if isinstance(value, dict) and isinstance(made.get(key), dict):
            result[key] = _undecided(value, made[key])
    return result


def invoke(request: Request) -> dict[str, Any]:
    """Return the result of an AWS function: what it was asked with, what a rule tells, and what the resource would
    have.
    """
    aws = _Aws(request, found=True)
    rule = FUNCTIONS.get(request.token)
    fields = outputs_of(request.token)
    asked = asked_for(request, fields)
    own = _of_its_kind(request, asked, fields) | asked | (rule(request) if rule else {})
    result = complete(fields, own, lambda name, kind: aws.value(name, kind, computed=True))
    return {"id": aws.region, **result} if not result.get("id") else result


def _of_its_kind(request: Request, asked: dict[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return what a resource of the type that a function looks up would have: ids, ARNs and
    endpoints as of one's own.
    """
    token = looked_up(request.token)
    described = schema.resource(token)
    if described is None:
        return {}
    arguments = {**request.inputs, **asked}
    given = {
        name: value
        for name, value in aws_identity.as_inputs(token, arguments).items()
        if name in described.inputs and name != "filters"
    }
    urn = f"{request.token} {json.dumps(request.inputs, sort_keys=True)}"
    resource_id, made = create(dataclasses.replace(request, token=token, urn=urn, inputs=given))
    standing = str(asked.get("id") or resource_id)
    return {
        name: value.replace(resource_id, standing) if isinstance(value, str) else value
        for name, value in {**made, "id": resource_id}.items()
        if value not in ("", 0, [], {})
        and name in fields
        and (name == "id" or _alike(fields[name], described.outputs.get(name)))
    }


def _alike(one: Field, other: Field | None) -> bool:
    return other is not None and (one.type.kind, one.type.element) == (other.type.kind, other.type.element)


class _Aws:
    """One AWS resource: its name, id and ARN, each computed from the request alone."""

    def __init__(self, request: Request, *, found: bool = False) -> None:
        self.request = request
        self.found = found  # it stands already, though this stack never made it
        self.service = request.token.split(":")[1].split("/")[0]
        self.region = region_of(request)
        self._from_prefix = self._prefixed()
        self.name = next(
            (str(request.inputs[key]) for key in aws_identity.NAMES if request.inputs.get(key)), ""
        ) or "".join(self._from_prefix.values())
        self.id = self._id()
        self.arn = self._arn()

    def _prefixed(self) -> dict[str, str]:
        """Return the input that a `...Prefix` stands for, with its value."""
        return next(
            (
                {key.removesuffix("Prefix"): f"{value}{self.request.hex(26, 'suffix')}"}
                for key, value in self.request.inputs.items()
                if key.endswith("Prefix") and isinstance(value, str) and value
            ),
            {},
        )

    def _id(self) -> str:
        request, cls = self.request, self.request.cls
        if request.token in _ARN_IS_ID:
            return self._arn()
        if request.token in _UUID_IS_ID:
            return request.uuid()
        if request.token in _PARENT_IS_ID:
            return str(request.inputs.get(_PARENT_IS_ID[request.token]))
        if request.token in _ID_RULES:
            return _ID_RULES[request.token](self)
        if self.service in ("ec2", "vpc", "ec2transitgateway") and cls in _EC2_PREFIXES:
            return f"{_EC2_PREFIXES[cls]}-0{request.hex(16)}"
        if aws_identity.arn_is_id(request.token):
            return self._arn()
        given = {**request.inputs, **self._from_prefix}
        made_up = request.hex(17)
        return (self.name and aws_identity.joined(request.token, given, made_up)) or f"{_kebab(cls)}-{made_up}"

    def _arn(self) -> str:
        request, cls = self.request, self.request.cls
        end = _ARN_ENDS_BY_TOKEN.get(request.token) or (
            _ARN_ENDS.get(self.service, "{kind}/{name}")
            + ("/{hex16}" if aws_identity.arn_is_made_up(request.token) else "")
        )
        resource_id = getattr(self, "id", "") or self.name or request.hex(17)
        end = end.format(
            kind=_kebab(cls),
            id=resource_id,
            path=resource_id.replace(":", "/"),
            name=self.name or resource_id,
            revision=request.serial + 1,
            uuid=request.uuid(),
            cluster=str(request.inputs.get("cluster") or "default").rpartition("/")[2],
            topic=str(request.inputs.get("topic")).rpartition(":")[2],
            hex6=request.hex(6),
            hex16=request.hex(16),
        )
        if self.service == "iam" and isinstance(path := request.inputs.get("path"), str):
            end = end.replace("/", path, 1)
        service = _ARN_SERVICES_BY_CLASS.get(cls) or _ARN_SERVICES.get(self.service, self.service)
        region = "" if self.service in _GLOBAL or self.service == "s3" else self.region
        account = "" if self.service in ("s3", "route53") else ACCOUNT_ID
        return f"arn:{partition(self.region)}:{service}:{region}:{account}:{end}"

    def host(self, label: str = "") -> str:
        """Return a host name inside this service's domain."""
        stem = "-".join(part for part in (self.name or self.request.name or self.service, label) if part)
        return f"{stem}.{self.request.hex(12, label)}.{self.region}.{self.service}.{suffix(self.region)}".lower()

    def value(self, name: str, kind: Type, *, computed: bool) -> Any:
        """Return an output of the right shape. `computed`: no input sets it, so the cloud surely gives a value."""
        known = {"region": self.region, "ownerId": ACCOUNT_ID, "accountId": ACCOUNT_ID, "registryId": ACCOUNT_ID}
        if name in known:
            return known[name]
        if kind.kind == "list":
            return self._list(name, kind) if self.found else []
        if kind.kind == "object":
            return complete(kind.fields, {}, lambda inner, inner_kind: self.value(inner, inner_kind, computed=computed))
        if kind.kind in ("integer", "number") and self.found:
            number = next((number for ending, number in _NUMBERS if name.lower().endswith(ending)), 1)
            return float(number) if kind.kind == "number" else number
        if kind.kind != "string" or not computed:
            return empty(kind)
        return self._text(name)

    def _list(self, name: str, kind: Type) -> list[Any]:
        """Return what a list of something that stands holds: of what a name tells, else nothing."""
        if kind.element is None or kind.element.kind != "string":
            return []
        lowered = name.lower()
        if re.search(r"availabilityzones?$|^zonenames$", lowered):
            return zones(self.region)[:2]
        if re.search(r"(?<!v6)cidr(block|ipv4)?s$", lowered):
            return [self._text("cidrBlock")]
        if lowered in ("ids", "arns", "names"):
            return self._of_a_kind(lowered)
        of = next((prefix for ending, prefix in _LISTED if re.search(ending, lowered)), "")
        # a subnet in each of two zones
        return (
            [f"{of}-0{self.request.hex(16, f'{name}{place}')}" for place in range(2 if of == "subnet" else 1)]
            if of
            else []
        )

    def _of_a_kind(self, name: str) -> list[str]:
        """Return the ids, ARNs or names of two things of the kind that a function in the plural lists."""
        token = looked_up(self.request.token.removesuffix("s"))
        salted = [
            dataclasses.replace(self.request, token=token, inputs={}, urn=f"{self.request.urn}{n}") for n in (1, 2)
        ]
        each = [_Aws(request) for request in salted]
        told = {"ids": [one.id for one in each], "arns": [one.arn for one in each]}
        return told.get(name) or [f"{_kebab(one.request.cls)}-{one.request.hex(7)}" for one in each]

    def _text(self, name: str) -> str:
        lowered = name.lower()
        for ending, text in _TEXTS:
            if re.search(ending, lowered):
                return text
        if lowered.endswith("arn"):
            return f"{self.arn}/{_kebab(name)}"
        if lowered.endswith("availabilityzone"):
            return zones(self.region)[0]
        if lowered in ("status", "state"):
            return "available" if self.service == "ec2" else "ACTIVE"
        if lowered.endswith("id") and (prefix := _EC2_PREFIXES.get(name[:1].upper() + name[1:-2])):
            return f"{prefix}-0{self.request.hex(16, name)}"
        if re.search(r"(endpoint|address|dnsname|domainname|hostname|host)$", lowered):
            return self.host(_kebab(name))
        if lowered.endswith("url"):
            return f"https://{self.host(_kebab(name))}"
        if lowered.endswith("name") and self.name:
            return self.name
        return f"{_kebab(name)}-{self.request.hex(17, name)}"


# Text that a program may read as something else, by the end of its name. Ranges are those of a default VPC:
# https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html; public addresses are TEST-NET-3's.
_TEXTS = (
    (r"^(policy|assumerolepolicy|policydocument|document)$", "{}"),
    (r"^permissionsboundary$", ""),
    (r"^path$", "/"),
    (r"(time|date|(created|modified|updated)(at|on)?)$", CREATED_AT),
    (r"ipv6(cidr)?(block|address)?$", ""),
    (r"(?<!public)cidr(block|ipv4)?$", "172.31.0.0/16"),
    (r"(public|elastic|carrier)ip(address)?$", "203.0.113.10"),
    (r"(?<!public)ip(v4)?(address)?$|(peer|local)address$", "172.31.0.10"),
    (r"macaddress$", "02:00:00:00:00:0a"),
    (r"(enabled|clientip|ipv6sourcenat)$", "false"),
    (r"(count|size|revisionnumber|leasetime)$", "1"),
)


# Numbers of what stands, by the end of their names; of all others 1, for a count that is nought would be of nothing.
_NUMBERS = (("port", 443), ("asn", 64512))
# Lists of ids, by the end of their names.
_LISTED = (
    (r"subnet(id)?s$", "subnet"),
    (r"securitygroup(id)?s$|sgids$", "sg"),
    (r"routetable(id)?s$", "rtb"),
    (r"networkinterface(id)?s$", "eni"),
    (r"^instance(id)?s$", "i"),
    (r"vpc(id)?s$", "vpc"),
)


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


_ID_RULES: dict[str, Callable[[_Aws], str]] = {
    # as the provider joins them (terraform-provider-aws, internal/service/appconfig), of ids of seven characters
    "aws:appconfig/application:Application": lambda a: a.request.hex(7),
    "aws:appconfig/deploymentStrategy:DeploymentStrategy": lambda a: a.request.hex(7),
    "aws:appconfig/environment:Environment": lambda a: f"{a.request.hex(7)}:{a.request.inputs.get('applicationId')}",
    "aws:appconfig/configurationProfile:ConfigurationProfile": lambda a: (
        f"{a.request.hex(7)}:{a.request.inputs.get('applicationId')}"
    ),
    "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion": lambda a: "/".join(
        (*_inputs(a, "applicationId", "configurationProfileId"), str(_number(a)))
    ),
    "aws:appconfig/deployment:Deployment": lambda a: "/".join(
        (*_inputs(a, "applicationId", "environmentId"), str(_number(a)))
    ),
    "aws:cloudfront/distribution:Distribution": lambda a: f"E{a.request.hex(13).upper()}",
    "aws:cloudfront/originAccessIdentity:OriginAccessIdentity": lambda a: f"E{a.request.hex(13).upper()}",
    "aws:cloudfront/originAccessControl:OriginAccessControl": lambda a: f"E{a.request.hex(13).upper()}",
    "aws:cloudfront/vpcOrigin:VpcOrigin": lambda a: f"vo_{a.request.hex(22)}",
    "aws:ec2/route:Route": lambda a: f"r-{a.request.inputs.get('routeTableId')}{a.request.hex(10)}",
    "aws:eks/addon:Addon": lambda a: f"{a.request.inputs.get('clusterName')}:{a.request.inputs.get('addonName')}",
    "aws:eks/accessEntry:AccessEntry": lambda a: (
        f"{a.request.inputs.get('clusterName')}:{a.request.inputs.get('principalArn')}"
    ),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": lambda a: "#".join(
        str(a.request.inputs.get(key)) for key in ("clusterName", "principalArn", "policyArn")
    ),
    "aws:eks/nodeGroup:NodeGroup": lambda a: f"{a.request.inputs.get('clusterName')}:{_node_group(a)}",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": lambda a: f"a-{a.request.hex(17)}",
    "aws:elasticache/user:User": lambda a: str(a.request.inputs.get("userId") or a.request.hex(17)),
    "aws:elasticache/userGroup:UserGroup": lambda a: str(a.request.inputs.get("userGroupId") or a.request.hex(17)),
    "aws:iam/rolePolicy:RolePolicy": lambda a: f"{a.request.inputs.get('role')}:{a.name}",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": lambda a: (
        f"{a.request.inputs.get('role')}/{a.request.inputs.get('policyArn')}"
    ),
    # Since version 5 of the provider the id is the immutable resource id, not the identifier.
    "aws:rds/instance:Instance": lambda a: f"db-{a.request.hex(26).upper()}",
    "aws:route53/record:Record": lambda a: "_".join(
        str(a.request.inputs[key]) for key in ("zoneId", "name", "type", "setIdentifier") if key in a.request.inputs
    ),
    "aws:route53/zone:Zone": lambda a: f"Z{a.request.hex(20).upper()}",
    "aws:secretsmanager/secretVersion:SecretVersion": lambda a: (
        f"{a.request.inputs.get('secretId')}|{a.request.uuid()}"
    ),
    "aws:sns/topicSubscription:TopicSubscription": lambda a: f"{a.request.inputs.get('topic')}:{a.request.uuid()}",
    "aws:sqs/queue:Queue": lambda a: f"https://sqs.{a.region}.{suffix(a.region)}/{ACCOUNT_ID}/{a.name}",
}


def _node_group(aws: _Aws) -> str:
    given = aws.request.inputs
    return str(
        given.get("nodeGroupName")
        or f"{given.get('nodeGroupNamePrefix') or aws.request.name + '-'}{aws.request.hex(7)}"
    )


def _own(aws: _Aws) -> dict[str, Any]:
    rule = _OUTPUT_RULES.get(aws.request.token)
    outputs = outputs_of(aws.request.token)
    named: dict[str, Any] = {
        key: aws.name
        for key in ("name", "bucket", "identifier")
        if key in outputs and f"{key}Prefix" in aws.request.inputs and not aws.request.inputs.get(key)
    }
    return named | aws_versions.first(aws.request.token, aws.request.inputs) | (rule(aws) if rule else {})


def _inputs(aws: _Aws, *names: str) -> list[str]:
    return [str(aws.request.inputs.get(name)) for name in names]


def _number(aws: _Aws) -> int:
    """Return a number of a thing's own: AWS counts such things up, and one request knows nothing of the others."""
    return int(aws.request.hex(4, "number"), 16) + 1


def _appconfig(aws: _Aws, path: str, **outputs: Any) -> dict[str, Any]:
    """Return outputs with the ARN (Service Authorization Reference, AWS AppConfig)."""
    return {"arn": f"arn:{partition(aws.region)}:appconfig:{aws.region}:{ACCOUNT_ID}:{path}", **outputs}


def _appconfig_part(aws: _Aws, kind: str, output: str) -> dict[str, Any]:
    own, _, application = aws.id.partition(":")
    return _appconfig(aws, f"application/{application}/{kind}/{own}", **{output: own})


def _appconfig_numbered(aws: _Aws, parent: str, kind: str, output: str) -> dict[str, Any]:
    application, above, number = aws.id.split("/")
    path = f"application/{application}/{parent}/{above}/{kind}/{number}"
    return _appconfig(aws, path, **{output: int(number)})


def _vpc(aws: _Aws) -> dict[str, Any]:
    table = f"rtb-0{aws.request.hex(16, 'main')}"
    return {
        "mainRouteTableId": table,
        "defaultRouteTableId": table,
        "defaultSecurityGroupId": f"sg-0{aws.request.hex(16, 'default')}",
        "defaultNetworkAclId": f"acl-0{aws.request.hex(16, 'default')}",
        "enableDnsSupport": aws.request.inputs.get("enableDnsSupport", True),
        "instanceTenancy": "default",
    }


def _eks_cluster(aws: _Aws) -> dict[str, Any]:
    given = aws.request.inputs
    key = aws.request.hex(32).upper()
    return {
        "endpoint": f"https://{key}.gr7.{aws.region}.eks.{suffix(aws.region)}",
        "certificateAuthority": {"data": base64.b64encode(f"sandbox CA of {aws.name}".encode()).decode()},
        "certificateAuthorities": [{"data": base64.b64encode(f"sandbox CA of {aws.name}".encode()).decode()}],
        "identities": [{"oidcs": [{"issuer": f"https://oidc.eks.{aws.region}.{suffix(aws.region)}/id/{key}"}]}],
        "platformVersion": "eks.1",
        "status": "ACTIVE",
        "version": given.get("version", "1.35"),
        "vpcConfig": {
            "endpointPrivateAccess": False,
            "endpointPublicAccess": True,
            **(given.get("vpcConfig") or {}),
            "clusterSecurityGroupId": f"sg-0{aws.request.hex(16, 'cluster')}",
            "vpcId": f"vpc-0{aws.request.hex(16, 'vpc')}",
        },
    }


def _rds_instance(aws: _Aws) -> dict[str, Any]:
    given = aws.request.inputs
    # one and the same for all instances of an account in a region: a restored one is found where the lost one was
    home = hashlib.sha256(f"{ACCOUNT_ID}/{aws.region}".encode()).hexdigest()[:12]
    address = f"{aws.name}.{home}.{aws.region}.rds.{suffix(aws.region)}"
    port = given.get("port") or _PORTS.get(str(given.get("engine")), 5432)
    return {
        "address": address,
        "endpoint": f"{address}:{port}",
        "port": port,
        "resourceId": aws.id,
        "status": "available",
        "engineVersionActual": given.get("engineVersion", ""),
        "identifier": aws.name,
        "masterUserSecrets": [
            {
                "kmsKeyId": given.get("masterUserSecretKmsKeyId", ""),
                "secretStatus": "active",
                "secretArn": aws.arn.replace(":rds:", ":secretsmanager:").replace(":db:", ":secret:rds!"),
            }
        ]
        if given.get("manageMasterUserPassword")
        else [],
    }


def _replication_group(aws: _Aws) -> dict[str, Any]:
    given = aws.request.inputs
    domain = f"{aws.name}.{aws.request.hex(6)}.{aws.region.replace('-', '')[:4]}.cache.{suffix(aws.region)}"
    count = given.get("numCacheClusters") or 1
    return {
        "replicationGroupId": aws.name,
        "primaryEndpointAddress": f"master.{domain}",
        "readerEndpointAddress": f"replica.{domain}",
        "configurationEndpointAddress": f"clustercfg.{domain}" if given.get("clusterMode") == "enabled" else "",
        "engineVersionActual": given.get("engineVersion", ""),
        "numCacheClusters": count,
        "memberClusters": [f"{aws.name}-{index + 1:03}" for index in range(count)],
        "port": given.get("port", 6379),
    }


def _load_balancer(aws: _Aws) -> dict[str, Any]:
    internal = "internal-" if aws.request.inputs.get("internal") else ""
    return {
        "dnsName": f"{internal}{aws.name}-{int(aws.request.hex(8), 16)}.{aws.region}.elb.{suffix(aws.region)}",
        "arnSuffix": f"app/{aws.name}/{aws.request.hex(16)}",
        "zoneId": f"Z{aws.request.hex(13, 'zone').upper()}",
        "vpcId": f"vpc-0{aws.request.hex(16, 'vpc')}",
    }


def _certificate(aws: _Aws) -> dict[str, Any]:
    given = aws.request.inputs
    domains = dict.fromkeys([given.get("domainName", ""), *(given.get("subjectAlternativeNames") or [])])
    return {
        "status": "PENDING_VALIDATION",
        "type": "AMAZON_ISSUED",
        "domainValidationOptions": [
            {
                "domainName": domain,
                "resourceRecordName": f"_{aws.request.hex(32, domain)}.{domain}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": f"_{aws.request.hex(32, domain + '=')}.acm-validations.aws.",
            }
            for domain in domains
        ],
    }


def _bucket(aws: _Aws) -> dict[str, Any]:
    return {
        "bucket": aws.name,
        "bucketDomainName": f"{aws.name}.s3.{suffix(aws.region)}",
        "bucketRegionalDomainName": f"{aws.name}.s3.{aws.region}.{suffix(aws.region)}",
        "hostedZoneId": f"Z{aws.request.hex(13).upper()}",
    }


def _appsync_hosts(aws: _Aws) -> dict[str, str]:
    # https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-data.html, and the Event API's guide
    label, end = aws.request.hex(26, "host"), f"{aws.region}.{suffix(aws.region)}"
    return {"HTTP": f"{label}.appsync-api.{end}", "REALTIME": f"{label}.appsync-realtime-api.{end}"}


_OUTPUT_RULES: dict[str, Callable[[_Aws], dict[str, Any]]] = {
    "aws:acm/certificate:Certificate": _certificate,
    "aws:appconfig/application:Application": lambda a: _appconfig(a, f"application/{a.id}"),
    "aws:appconfig/deploymentStrategy:DeploymentStrategy": lambda a: _appconfig(a, f"deploymentstrategy/{a.id}"),
    "aws:appconfig/environment:Environment": lambda a: _appconfig_part(a, "environment", "environmentId"),
    "aws:appconfig/configurationProfile:ConfigurationProfile": lambda a: _appconfig_part(
        a, "configurationprofile", "configurationProfileId"
    ),
    "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion": lambda a: _appconfig_numbered(
        a, "configurationprofile", "hostedconfigurationversion", "versionNumber"
    ),
    # whoever looks later finds it done
    "aws:appconfig/deployment:Deployment": lambda a: {
        **_appconfig_numbered(a, "environment", "deployment", "deploymentNumber"),
        "state": "COMPLETE",
    },
    "aws:appsync/api:Api": lambda a: {"dns": _appsync_hosts(a)},
    "aws:appsync/graphQLApi:GraphQLApi": lambda a: {
        "uris": {
            "GRAPHQL": f"https://{_appsync_hosts(a)['HTTP']}/graphql",
            "REALTIME": f"wss://{_appsync_hosts(a)['REALTIME']}/graphql",
        }
    },
    "aws:cloudfront/distribution:Distribution": lambda a: {
        "domainName": f"d{a.request.hex(13)}.cloudfront.net",
        "hostedZoneId": "Z2FDTNDATAQYW2",
        "status": "Deployed",
        "etag": f"E{a.request.hex(12).upper()}",
    },
    # a bucket's policy names it by its ARN, a distribution by its path
    "aws:cloudfront/originAccessIdentity:OriginAccessIdentity": lambda a: {
        "iamArn": f"arn:{partition(a.region)}:iam::cloudfront:user/CloudFront Origin Access Identity {a.id}",
        "cloudfrontAccessIdentityPath": f"origin-access-identity/cloudfront/{a.id}",
        "s3CanonicalUserId": a.request.hex(96),
    },
    "aws:ec2/eip:Eip": lambda a: {
        "allocationId": a.id,
        "publicIp": f"203.0.113.{int(a.request.hex(2), 16) % 254 + 1}",
        "domain": "vpc",
    },
    "aws:ec2/vpc:Vpc": _vpc,
    "aws:ecr/repository:Repository": lambda a: {
        "repositoryUrl": f"{ACCOUNT_ID}.dkr.ecr.{a.region}.{suffix(a.region)}/{a.name}",
    },
    "aws:eks/cluster:Cluster": _eks_cluster,
    "aws:ecs/taskDefinition:TaskDefinition": lambda a: {
        "revision": a.request.serial + 1,
        "arnWithoutRevision": a.arn.rpartition(":")[0],
    },
    "aws:eks/nodeGroup:NodeGroup": lambda a: {"nodeGroupName": _node_group(a), "status": "ACTIVE"},
    "aws:elasticache/replicationGroup:ReplicationGroup": _replication_group,
    "aws:iam/role:Role": lambda a: {"uniqueId": f"AROA{a.request.hex(17).upper()}"},
    "aws:kms/key:Key": lambda a: {"keyId": a.id},
    "aws:lambda/function:Function": lambda a: aws_versions.of_function(
        a.arn, a.region, "1" if a.request.inputs.get("publish") is True else "$LATEST"
    ),
    "aws:lb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:lb/targetGroup:TargetGroup": lambda a: {"arnSuffix": f"targetgroup/{a.name}/{a.request.hex(16)}"},
    "aws:rds/instance:Instance": _rds_instance,
    "aws:route53/zone:Zone": lambda a: {
        "zoneId": a.id,
        "nameServers": [f"ns-{index}.awsdns-{index:02}.com" for index in range(4)],
        "primaryNameServer": "ns-0.awsdns-00.com",
    },
    "aws:s3/bucket:Bucket": _bucket,
    "aws:secretsmanager/secretVersion:SecretVersion": lambda a: {
        "arn": a.request.inputs.get("secretId", ""),
        "secretArn": a.request.inputs.get("secretId", ""),
        "versionId": a.request.uuid(),
        "versionStages": ["AWSCURRENT"],
    },
    "aws:sns/topicSubscription:TopicSubscription": lambda a: {"arn": a.id},
    "aws:sqs/queue:Queue": lambda a: {"url": a.id},
}
