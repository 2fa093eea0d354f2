"""Cases of the rules over a whole stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.policies.packs import Resource

from .case import ABSENT, UNKNOWN, document

Change = Mapping[str, Any]
"""By a resource's name: None takes it away, a Resource stands in its place or is new, a dict changes properties."""


@dataclass(frozen=True)
class StackCase:
    """A stack that the rule passes, and changes after which it refuses some resources, or still passes."""

    pack: str
    good: Sequence[Resource]
    refused: Sequence[tuple[Change, Sequence[str]]]
    passed: Sequence[Change] = ()
    parameters: Mapping[str, Any] | None = None
    today: str = "2026-11-21"


def changed(case: StackCase, change: Change) -> list[Resource]:
    """Return the stack with a change made to it."""
    stack = {resource.name: resource for resource in case.good}
    for name, value in change.items():
        if value is None:
            del stack[name]
        elif isinstance(value, Resource):
            stack[name] = replace(value, name=name)
        else:
            props = {**stack[name].props, **value}
            stack[name] = replace(stack[name], props={k: v for k, v in props.items() if v is not ABSENT})
    return list(stack.values())


def of(
    resource_type: str, name: str, props: Mapping[str, Any] | None = None, **refers: str | Sequence[str]
) -> Resource:
    """Return a resource. What it refers to is unknown, as ids are in a preview."""
    named = {key: [value] if isinstance(value, str) else list(value) for key, value in refers.items()}
    return Resource(resource_type, name, {**dict.fromkeys(named, UNKNOWN), **(props or {})}, named)


_BUCKET, _VPC, _ACL = "aws:s3/bucket:Bucket", "aws:ec2/vpc:Vpc", "aws:wafv2/webAcl:WebAcl"
_GROUP, _IN = "aws:ec2/securityGroup:SecurityGroup", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_OUT, _OLD_RULE = (
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
)
_DATABASE, _CACHE = "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"
_SUBNET, _ROUTE, _TABLE = "aws:ec2/subnet:Subnet", "aws:ec2/route:Route", "aws:ec2/routeTable:RouteTable"
_JOIN, _IGW = "aws:ec2/routeTableAssociation:RouteTableAssociation", "aws:ec2/internetGateway:InternetGateway"
_CLUSTER, _NODES, _ADDON = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup", "aws:eks/addon:Addon"
_ROLE, _ATTACHED = "aws:iam/role:Role", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_INLINE = "aws:iam/rolePolicy:RolePolicy"
_SITE, _BALANCER = "aws:cloudfront/distribution:Distribution", "aws:lb/loadBalancer:LoadBalancer"
_NAMESPACE, _POLICY = "kubernetes:core/v1:Namespace", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_DEPLOYMENT, _SCALER = "kubernetes:apps/v1:Deployment", "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
_INGRESS, _KUBERNETES_SECRET = "kubernetes:networking.k8s.io/v1:Ingress", "kubernetes:core/v1:Secret"
_KEDA = "kubernetes:keda.sh/v1alpha1:ScaledObject"
_SERVICE, _BUDGET = "kubernetes:core/v1:Service", "kubernetes:policy/v1:PodDisruptionBudget"
_ALARM, _NAT = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:ec2/natGateway:NatGateway"
_PLAN, _SELECTION = "aws:backup/plan:Plan", "aws:backup/selection:Selection"
_SUBNETS, _CACHE_SUBNETS = "aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup"
_POD_IDENTITY, _SECRET = "aws:eks/podIdentityAssociation:PodIdentityAssociation", "aws:secretsmanager/secret:Secret"
_FLAGS = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)


def beside(
    subject: str,
    companion: str,
    key: str,
    props: Mapping[str, Any],
    bad: Sequence[Mapping[str, Any]],
    passed: Sequence[Change] = (),
) -> StackCase:
    """Return a case of a rule that wants a companion beside a resource."""
    good = [of(subject, "one"), of(companion, "beside", props, **{key: "one"})]
    literal = {
        "one": of(subject, "one", {"id": "id-1", "arn": "arn-1", "bucket": "id-1"}),
        "beside": of(companion, "beside", {**props, key: "id-1"}),
    }
    return StackCase(
        "security", good,
        [({"beside": None}, ["one"]), ({"other": of(subject, "other")}, ["other"]), *(({"beside": one}, ["one"]) for one in bad)],
        [literal, {"one": None}, *passed],
    )  # fmt: skip


# A database and a cache in private subnets, whom the application's group may reach; the load balancer's group stands open.
_NETWORK = [
    of(_IGW, "igw"), of(_TABLE, "out"), of(_TABLE, "in"), of(_ROUTE, "way-out", {"destinationCidrBlock": "0.0.0.0/0"}, routeTableId="out", gatewayId="igw"),
    of(_SUBNET, "public"), of(_SUBNET, "data"), of(_JOIN, "public-out", subnetId="public", routeTableId="out"), of(_JOIN, "data-in", subnetId="data", routeTableId="in"),
    of(_SUBNETS, "db-subnets", subnetIds="data"), of(_CACHE_SUBNETS, "cache-subnets", subnetIds="data"),
    of(_GROUP, "db-sg"), of(_GROUP, "app-sg"), of(_GROUP, "lb-sg"), of(_GROUP, "cache-sg", {"ingress": [{"cidrBlocks": ["10.0.0.0/16"], "fromPort": 6379.0, "toPort": 6379.0, "protocol": "tcp"}]}),
    of(_IN, "db-from-app", {"fromPort": 5432.0, "toPort": 5432.0}, securityGroupId="db-sg", referencedSecurityGroupId="app-sg"),
    of(_IN, "app-from-lb", {"fromPort": 3000.0, "toPort": 3000.0}, securityGroupId="app-sg", referencedSecurityGroupId="lb-sg"),
    of(_IN, "lb-from-all", {"fromPort": 443.0, "toPort": 443.0, "cidrIpv4": "0.0.0.0/0"}, securityGroupId="lb-sg"),
    of(_BALANCER, "lb", {"internal": False}, securityGroups="lb-sg"), of("aws:ec2/instance:Instance", "app", vpcSecurityGroupIds="app-sg", subnetId="data"),
    of(_DATABASE, "db", {"publiclyAccessible": False}, vpcSecurityGroupIds="db-sg", dbSubnetGroupName="db-subnets"),
    of(_CACHE, "cache", securityGroupIds="cache-sg", subnetGroupName="cache-subnets"),
    of(_NODES, "nodes", subnetIds="data"), of(_SITE, "site", origins="lb"),
]  # fmt: skip
_ALL_IN = of(_IN, "", {"fromPort": 5432.0, "toPort": 5432.0, "cidrIpv4": "0.0.0.0/0"}, securityGroupId="db-sg")
_DATA_OUT = {"data-in": of(_JOIN, "data-in", subnetId="data", routeTableId="out")}
_SSH_IN = of(_IN, "", {"fromPort": 22.0, "toPort": 22.0, "cidrIpv4": "0.0.0.0/0"}, securityGroupId="app-sg")
_WEB_IN = of(_IN, "", {"fromPort": 443.0, "toPort": 443.0, "cidrIpv4": "0.0.0.0/0"}, securityGroupId="app-sg")
_APP_OUTSIDE = of("aws:ec2/instance:Instance", "app", vpcSecurityGroupIds="app-sg", subnetId="public")
_LETS_THROUGH: list[dict[str, Any]] = [
    {"policyTypes": ["Ingress"]},
    {"podSelector": {"matchLabels": {"a": "b"}}},
    {"ingress": [{}]},
    {"egress": [{}]},
]
_DENY = {"spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}, "metadata": {"namespace": "flowise"}}
_LABELS = {"app": "flowise"}
_WORKLOAD = {
    "metadata": {"name": "flowise", "namespace": "flowise"},
    "spec": {"replicas": 2.0, "template": {"metadata": {"labels": _LABELS}, "spec": {"containers": [{"resources": {"requests": {"cpu": "1"}}}]}}},
}  # fmt: skip
_SCALES = {
    "metadata": {"namespace": "flowise"},
    "spec": {"scaleTargetRef": {"name": "flowise"}, "minReplicas": 2.0, "maxReplicas": 4.0},
}
_NONE_GOES: list[dict[str, Any]] = [
    {"maxUnavailable": 0.0}, {"maxUnavailable": ABSENT, "minAvailable": 2.0}, {"maxUnavailable": ABSENT, "minAvailable": "100%"},
    {"selector": {"matchLabels": {"app": "other"}}},
]  # fmt: skip
_LETS_GO = {"metadata": {"namespace": "flowise"}, "spec": {"selector": {"matchLabels": _LABELS}, "maxUnavailable": 1.0}}


def _spec(base: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    spec = {key: value for key, value in {**base["spec"], **changes}.items() if value is not ABSENT}
    return {**base, "spec": spec}


def _zones(*names: str) -> list[Resource]:
    return [of(_SUBNET, name, {"availabilityZone": name}) for name in names]


CASES: dict[str, StackCase] = {
    "s3-pab": beside(_BUCKET, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bucket", _FLAGS, [{flag: False} for flag in _FLAGS] + [{"blockPublicAcls": ABSENT}], [{"beside": {"blockPublicAcls": UNKNOWN}}]),
    "s3-encryption": beside(
        _BUCKET, "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "bucket", {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}]}, [{"rules": [{}]}, {"rules": ABSENT}],
        [{"beside": {"rules": UNKNOWN}}, {"beside": None, "one": {"serverSideEncryptionConfiguration": {"rule": {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}}}}],
    ),
    "s3-tls-only": beside(
        _BUCKET, "aws:s3/bucketPolicy:BucketPolicy", "bucket", {"policy": document(effect="Deny", Principal="*", Action="s3:*", Resource="*", Condition={"Bool": {"aws:SecureTransport": "false"}})},
        [{"policy": document(Principal="*", Action="s3:*", Resource="*", Condition={"Bool": {"aws:SecureTransport": "false"}})}, {"policy": document(effect="Deny", Principal="*")}, {"policy": ABSENT}, {"policy": document(effect="Deny", Condition={"Bool": {"aws:SecureTransport": "true"}})}],
        [{"beside": {"policy": UNKNOWN}}],
    ),
    "s3-versioning": beside(_BUCKET, "aws:s3/bucketVersioning:BucketVersioning", "bucket", {"versioningConfiguration": {"status": "Enabled"}}, [{"versioningConfiguration": {"status": "Suspended"}}, {"versioningConfiguration": ABSENT}], [{"beside": {"versioningConfiguration": UNKNOWN}}, {"beside": None, "one": {"versioning": {"enabled": True}}}]),
    "s3-logging": beside(_BUCKET, "aws:s3/bucketLogging:BucketLogging", "bucket", {}, [], [{"beside": None, "one": {"logging": {"targetBucket": "b"}}}]),
    "net-default-sg": beside(_VPC, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId", {}, [{"ingress": [{"protocol": "-1"}]}, {"egress": [{"protocol": "-1"}]}]),
    "net-flow-log": beside(_VPC, "aws:ec2/flowLog:FlowLog", "vpcId", {"trafficType": "ALL"}, [{"trafficType": "ACCEPT"}, {"trafficType": ABSENT}], [{"beside": {"trafficType": UNKNOWN}}]),
    "waf-logging": beside(_ACL, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "resourceArn", {"logDestinationConfigs": [UNKNOWN]}, [{"logDestinationConfigs": []}, {"logDestinationConfigs": ABSENT}]),
    "sec-rotation": beside(_SECRET, "aws:secretsmanager/secretRotation:SecretRotation", "secretId", {}, []),
    "cf-logging": beside(_SITE, "aws:cloudwatch/logDeliverySource:LogDeliverySource", "resourceArn", {}, [], [{"beside": None, "one": {"loggingConfig": {"bucket": "b"}}}, {"beside": None, "one": {"loggingConfig": UNKNOWN}}]),
    "net-sg-inline-mix": StackCase(
        "security", [of(_GROUP, "inline", {"ingress": []}), of(_GROUP, "bare"), of(_IN, "rule", securityGroupId="bare"), of(_OLD_RULE, "old", securityGroupId="bare")],
        [({"rule": of(_IN, "rule", securityGroupId="inline")}, ["inline"]), ({"old": of(_OLD_RULE, "old", securityGroupId="inline")}, ["inline"]), ({"bare": of(_GROUP, "bare", {"egress": []})}, ["bare"])],
    ),
    "rds-tls": StackCase(
        "security", [of("aws:rds/parameterGroup:ParameterGroup", "group", {"parameters": [{"name": "rds.force_ssl", "value": "1"}]}), of(_DATABASE, "db", {"engine": "postgres"}, parameterGroupName="group")],
        [({"group": {"parameters": [{"name": "rds.force_ssl", "value": "0"}]}}, ["db"]), ({"group": None}, ["db"]), ({"group": {"parameters": ABSENT}}, ["db"]), ({"group": {"parameters": [{"name": "other", "value": "1"}]}}, ["db"])],
        [{"group": None, "db": {"engine": "mariadb"}}, {"group": {"parameters": UNKNOWN}}, {"group": {"parameters": [{"name": "rds.force_ssl", "value": UNKNOWN}]}}],
    ),
    "iam-pod-role-single": StackCase(
        "security", [of(_ROLE, "a"), of(_ROLE, "b"), *(of(_POD_IDENTITY, f"{n}-use", {"namespace": "flowise", "serviceAccount": n}, roleArn=n) for n in ("a", "b"))],
        [({"b-use": of(_POD_IDENTITY, "", {"namespace": "flowise", "serviceAccount": "b"}, roleArn="a")}, ["a-use", "b-use"]), ({"third": of(_POD_IDENTITY, "", {"namespace": "other", "serviceAccount": "a"}, roleArn="a")}, ["a-use", "third"])],
        [{"again": of(_POD_IDENTITY, "", {"namespace": "flowise", "serviceAccount": "a"}, roleArn="a")}],
    ),
    "eks-node-role": StackCase(
        "security", [of(_ROLE, "node"), of(_ROLE, "app"), of(_NODES, "nodes", nodeRoleArn="node"), of(_ATTACHED, "worker", {"policyArn": "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"}, role="node"), of(_ATTACHED, "reads", {"policyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}, role="app")],
        [({"reads": of(_ATTACHED, "", {"policyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}, role="node")}, ["node"]), ({"own": of(_INLINE, "", role="node")}, ["node"]), ({"own": of(_INLINE, "", {"policy": document(Action=["ecr:CreateRepository", "s3:GetObject"], Resource="*")}, role="node")}, ["node"]), ({"more": of(_NODES, "more", nodeRoleArn="app")}, ["app"])], [
            {"worker": {"policyArn": UNKNOWN}}, {"own": of(_INLINE, "", {"policy": UNKNOWN}, role="node")},
            {"own": of(_INLINE, "", {"policy": document(Action=["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"], Resource="*")}, role="node")},
        ],
    ),
    "eks-addons": StackCase(
        "security", [of(_CLUSTER, "c"), *(of(_ADDON, n, {"addonName": n}, clusterName="c") for n in ("vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent"))],
        [({"coredns": None}, ["c"]), ({"coredns": of(_ADDON, "", {"addonName": "coredns"})}, ["c"])],
    ),
    "redshift-logs": StackCase("security", [of("aws:redshift/cluster:Cluster", "w"), of("aws:redshift/logging:Logging", "log", clusterIdentifier="w")], [({"log": None}, ["w"])]),
    "firewall-logs": StackCase("security", [of("aws:networkfirewall/firewall:Firewall", "f"), of("aws:networkfirewall/loggingConfiguration:LoggingConfiguration", "log", firewallArn="f")], [({"log": None}, ["f"])]),
    "dns-logs": StackCase("security", [of("aws:route53/zone:Zone", "z"), of("aws:route53/queryLog:QueryLog", "log", zoneId="z")], [({"log": None}, ["z"])], [{"log": None, "z": {"vpcs": [{"vpcId": "vpc-1"}]}}]),
    "dns-signed": StackCase("security", [of("aws:route53/zone:Zone", "z"), of("aws:route53/hostedZoneDnsSec:HostedZoneDnsSec", "signed", hostedZoneId="z")], [({"signed": None}, ["z"])], [{"signed": None, "z": {"vpcs": [{"vpcId": "vpc-1"}]}}]),
    "waf-in-front": StackCase(
        "security", [of("aws:lb/loadBalancer:LoadBalancer", "lb", {"internal": False}), of("aws:wafv2/webAclAssociation:WebAclAssociation", "acl", resourceArn="lb"), of("aws:apigateway/stage:Stage", "stage"), of("aws:wafv2/webAclAssociation:WebAclAssociation", "api-acl", resourceArn="stage")],
        [({"acl": None}, ["lb"]), ({"api-acl": None}, ["stage"])], [{"acl": None, "lb": {"internal": True}}, {"acl": None, "lb": {"loadBalancerType": "network"}}, {"acl": None, "cdn": of("aws:cloudfront/distribution:Distribution", "cdn", origins="lb")}],
    ),
    "scan-coverage": StackCase(
        "security", [of(_BUCKET, "one"), of("random:index/randomId:RandomId", "r"), of("platform:a:B", "component"), of("aws:ec2/flowLog:FlowLog", "log")],
        [
            ({"q": of("aws:gamelift/alias:Alias", "q")}, [""]), ({"q": of("kubernetes:example.com/v1:Thing", "q")}, [""]),
            ({"q": of("kubernetes:helm.sh/v3:Release", "q", {"chart": "a"})}, [""]), ({"one": of(_BUCKET, "", {"policy": UNKNOWN})}, [""]),
        ],
        [{"one": of(_BUCKET, "", {"policy": "{}", "tags": UNKNOWN})}],
    ),
    "net-data-path": StackCase(
        "security", _NETWORK,
        [
            ({"all": _ALL_IN, **_DATA_OUT}, ["db"]), ({"all": _ALL_IN, "db": {"publiclyAccessible": True}}, ["db"]), ({"ssh": _SSH_IN, "app": _APP_OUTSIDE}, ["db"]),
            ({"cache-sg": {"ingress": [{"cidrBlocks": ["0.0.0.0/0"], "protocol": "-1"}]}, **_DATA_OUT}, ["cache"]),
            # the load balancer itself reaches the database, on any port
            ({"lb-from-all": {"fromPort": 5432.0, "toPort": 5432.0}, "db-from-app": of(_IN, "", {"fromPort": 5432.0, "toPort": 5432.0}, securityGroupId="db-sg", referencedSecurityGroupId="lb-sg")}, ["db"]),
            ({"out": of(_TABLE, "out", {"routes": [{"cidrBlock": "0.0.0.0/0", "gatewayId": UNKNOWN}]}, routes="igw"), "way-out": None, "all": _ALL_IN, **_DATA_OUT}, ["db"]),
            # beside ways that lead elsewhere, and a gateway that no route is through
            ({"out": of(_TABLE, "out", {"routes": [{"cidrBlock": "10.0.0.0/8", "gatewayId": "vgw-1"}, {"cidrBlock": "0.0.0.0/0", "gatewayId": UNKNOWN}]}, routes="igw"), "way-out": None, "all": _ALL_IN, "spare": of(_IGW, ""), **_DATA_OUT}, ["db"]),
            ({"all": _ALL_IN, "spare": of(_IGW, ""), **_DATA_OUT}, ["db"]),
            ({"ssh": _SSH_IN, "app": _APP_OUTSIDE, "app-2": of("aws:ec2/instance:Instance", "", vpcSecurityGroupIds="app-sg", subnetId="data")}, ["db"]),
            # a client that is named by its id
            ({"app-sg": {"id": "sg-app"}, "db-from-app": None, "db-sg": {"ingress": [{"securityGroups": ["sg-app"], "fromPort": 5432.0, "toPort": 5432.0, "protocol": "tcp"}]}, "ssh": _SSH_IN, "app": _APP_OUTSIDE}, ["db"]),
        ],
        [{"all": _ALL_IN}, _DATA_OUT, {"ssh": _SSH_IN}, {"app": _APP_OUTSIDE}, {"web": _WEB_IN, "app": _APP_OUTSIDE}, {"out": of(_TABLE, "out", {"routes": [{"cidrBlock": "0.0.0.0/0", "natGatewayId": UNKNOWN}]}, routes="igw"), "way-out": None, "all": _ALL_IN, **_DATA_OUT}, {"lb": {"internal": True}}, {"all": _ALL_IN, "way-out": {"destinationCidrBlock": "10.9.0.0/16"}, **_DATA_OUT}, {"way-out": of(_ROUTE, "", {"destinationCidrBlock": "0.0.0.0/0"}, routeTableId="out", natGatewayId="igw"), "all": _ALL_IN, **_DATA_OUT}],
    ),
    "net-data-subnet": StackCase("security", _NETWORK, [(_DATA_OUT, ["db", "cache"]), ({"also": of(_JOIN, "", subnetId="data", routeTableId="out")}, ["db", "cache"])], [{"all": _ALL_IN}, {"igw": None, "way-out": None, **_DATA_OUT}]),
    "rds-sg-source": StackCase(
        "security", _NETWORK, [({"all": _ALL_IN}, ["db"]), ({"cache-sg": {"ingress": [{"cidrBlocks": ["8.8.8.0/24"], "protocol": "-1"}]}}, ["cache"])], [{"lb-from-all": {"cidrIpv4": "8.8.8.0/24"}}, {"all": of(_IN, "", {"cidrIpv4": UNKNOWN}, securityGroupId="db-sg")}],
    ),
    "net-sg-egress-all": StackCase(
        "security", _NETWORK, [({"out-all": of(_OUT, "", {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "-1"}, securityGroupId="db-sg")}, ["db-sg"]), ({"cache-sg": {"egress": [{"cidrBlocks": ["0.0.0.0/0"], "protocol": "-1"}]}}, ["cache-sg"])],
        [{"out-all": of(_OUT, "", {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "-1"}, securityGroupId="lb-sg")}, {"out-443": of(_OUT, "", {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0}, securityGroupId="db-sg")}],
    ),
    "eks-node-private": StackCase("security", _NETWORK, [({"nodes": of(_NODES, "nodes", subnetIds="public")}, ["nodes"])], [{"igw": None, "way-out": None, "nodes": of(_NODES, "nodes", subnetIds="public")}]),
    "cf-no-bypass": StackCase(
        "security", [n for n in _NETWORK if n.name != "lb-from-all"], [({"lb-from-all": of(_IN, "", {"cidrIpv4": "0.0.0.0/0", "fromPort": 443.0, "toPort": 443.0}, securityGroupId="lb-sg"), "lb": of(_BALANCER, "", {"internal": False}, securityGroups=groups)}, ["lb"]) for groups in ("lb-sg", ["lb-sg", "app-sg"])],
        [{"all": of(_IN, "", {"cidrIpv4": "0.0.0.0/0"}, securityGroupId="lb-sg"), "lb": {"internal": True}}, {"all": of(_IN, "", {"cidrIpv4": "0.0.0.0/0"}, securityGroupId="lb-sg"), "site": None}, {"cf": of(_IN, "", {"prefixListId": "pl-1"}, securityGroupId="lb-sg")}],
    ),
    "k8s-netpol-default": StackCase(
        "kubernetes", [of(_NAMESPACE, "ns", {"metadata": {"name": "flowise"}}), of(_POLICY, "deny", _DENY)],
        [({"deny": None}, ["ns"]), *(({"deny": _spec(_DENY, **change)}, ["ns"]) for change in _LETS_THROUGH), ({"deny": {"metadata": {"namespace": "other"}}}, ["ns"]), ({"deny": {"spec": ABSENT}}, ["ns"])],
        [{"deny": of(_POLICY, "", {**_DENY, "metadata": {"namespace": UNKNOWN}}, metadata="ns")}, {"deny": {"spec": UNKNOWN}}, {"deny": _spec(_DENY, podSelector={"matchLabels": {}})}],
    ),
    "k8s-hpa": StackCase(
        "kubernetes", [of(_DEPLOYMENT, "app", _WORKLOAD), of(_SCALER, "scaler", _SCALES)],
        [({"app": None}, ["scaler"]), ({"scaler": _spec(_SCALES, maxReplicas=2.0)}, ["scaler"]), ({"scaler": _spec(_SCALES, maxReplicas=ABSENT)}, ["scaler"]), ({"app": _spec(_WORKLOAD, template={"spec": {"containers": [{}]}})}, ["scaler"]), ({"app": _spec(_WORKLOAD, template={"spec": {"containers": [{"resources": {"requests": {"cpu": "1"}}}, {}]}})}, ["scaler"]), ({"app": {"metadata": {"name": "other"}}}, ["scaler"])],
        [{"scaler": of(_SCALER, "", {"spec": {"scaleTargetRef": {"name": UNKNOWN}, "maxReplicas": UNKNOWN}}, spec="app")}],
    ),
    "k8s-service-target": StackCase(
        "kubernetes", [of(_DEPLOYMENT, "app", _WORKLOAD), of(_SERVICE, "service", {"metadata": {"namespace": "flowise"}, "spec": {"selector": _LABELS}})],
        [({"service": {"spec": {"selector": {"app": "other"}}}}, ["service"]), ({"service": {"metadata": {"namespace": "other"}}}, ["service"]), ({"app": None}, ["service"])],
        [{"service": {"spec": {}}}, {"service": {"spec": {"selector": {"app": UNKNOWN}}}}],
    ),
    "k8s-netpol-target": StackCase(
        "kubernetes", [of(_DEPLOYMENT, "app", _WORKLOAD), of(_POLICY, "policy", {"metadata": {"namespace": "flowise"}, "spec": {"podSelector": {"matchLabels": _LABELS}}})],
        [({"policy": {"spec": {"podSelector": {"matchLabels": {"app": "other"}}}}}, ["policy"]), ({"app": _spec(_WORKLOAD, template={"metadata": {"labels": {"app": "other"}}, "spec": {"containers": []}})}, ["policy"])],
        [{"policy": {"spec": {"podSelector": {}}}}, {"policy": {"spec": {"podSelector": {"matchLabels": {"app": UNKNOWN}}}}}, {"app": None}, {"other": of(_DEPLOYMENT, "", _spec(_WORKLOAD, template={"metadata": {"labels": {"app": "other"}}, "spec": {"containers": []}}))}, {"policy": {"metadata": {"namespace": "other"}}}, {"policy": {"spec": {"podSelector": {"matchLabels": {"app": "other"}}}}, "chart": of("kubernetes:helm.sh/v3:Release", "", {"namespace": "flowise"})}, {"app": None, "job": of("kubernetes:batch/v1:CronJob", "", {"metadata": {"namespace": "flowise"}, "spec": {"jobTemplate": {"spec": {"template": {"metadata": {"labels": _LABELS}, "spec": {"containers": []}}}}}})}],
    ),
    "k8s-hpa-replicas": StackCase(
        "kubernetes", [of(_DEPLOYMENT, "app", _spec(_WORKLOAD, replicas=ABSENT)), of(_SCALER, "scaler", _SCALES)], [({"app": _spec(_WORKLOAD, replicas=2.0)}, ["app"])], [{"scaler": None, "app": _spec(_WORKLOAD, replicas=2.0)}, {"app": None}, {"app": replace(of(_DEPLOYMENT, "", _WORKLOAD), ignored=["spec.replicas"])}],
    ),
    "k8s-ingress-target": StackCase(
        "kubernetes", [of(_SERVICE, "service", {"metadata": {"name": "web"}}), of(_INGRESS, "ingress", {"spec": {"rules": [{"http": {"paths": [{"backend": {"service": {"name": "web"}}}]}}]}})],
        [({"service": {"metadata": {"name": "other"}}}, ["ingress"]), ({"service": None}, ["ingress"]), ({"ingress": {"spec": {"defaultBackend": {"service": {"name": "other"}}}}}, ["ingress"])],
        [{"service": {"metadata": {"name": UNKNOWN}}, "ingress": {"spec": {"defaultBackend": {"service": {"name": "other"}}}}}, {"ingress": {"spec": {"rules": [{"http": {"paths": [{"backend": {"service": {"name": "use-annotation"}}}]}}]}}}, {"ingress": {"spec": ABSENT}}],
    ),
    "k8s-secret-written": StackCase(
        "kubernetes", [of("random:index/randomPassword:RandomPassword", "login"), of(_KUBERNETES_SECRET, "secret", {"stringData": {"password": "generated"}}, stringData="login")],
        [({"secret": of(_KUBERNETES_SECRET, "", {"stringData": {"password": "hunter2"}})}, ["secret"]), ({"secret": of(_KUBERNETES_SECRET, "", {"data": {"password": "aHVudGVyMg==", "user": ""}})}, ["secret"])],
        [{"secret": of(_KUBERNETES_SECRET, "", {"stringData": {"password": UNKNOWN}})}, {"secret": of(_KUBERNETES_SECRET, "", {"data": {"password": ""}, "type": "Opaque"})}, {"secret": None}],
    ),
    "data-backed-up": StackCase(
        "reliability", [of(_DATABASE, "db", {"backupRetentionPeriod": 7.0, "tags": {"Backup": "daily"}}), of(_CACHE, "cache", {"snapshotRetentionLimit": 1.0}), of(_BUCKET, "files"), of("aws:s3/bucketVersioning:BucketVersioning", "versions", {"versioningConfiguration": {"status": "Enabled"}}, bucket="files"), of("aws:dynamodb/table:Table", "table", {"pointInTimeRecovery": {"enabled": True}}), of("aws:efs/fileSystem:FileSystem", "home"), of("aws:efs/backupPolicy:BackupPolicy", "home-backup", fileSystemId="home")],
        [({"db": {"backupRetentionPeriod": 0.0}}, ["db"]), ({"db": {"backupRetentionPeriod": ABSENT}}, ["db"]), ({"cache": {"snapshotRetentionLimit": 0.0}}, ["cache"]), ({"versions": {"versioningConfiguration": {"status": "Suspended"}}}, ["files"]), ({"versions": None}, ["files"]), ({"table": {"pointInTimeRecovery": ABSENT}}, ["table"]), ({"home-backup": None}, ["home"])],
        [{"db": {"backupRetentionPeriod": UNKNOWN}}, {"db": {"backupRetentionPeriod": 0.0}, "chosen": of(_SELECTION, "", {"selectionTags": [{"key": "Backup", "value": "daily"}, {"key": "Backup", "value": "weekly"}]})}, {"cache": {"snapshotRetentionLimit": 0.0}, "chosen": of(_SELECTION, "", resources="cache")}, {"versions": None, "files": {"versioning": {"enabled": True}}}],
    ),
    "data-alarmed": StackCase(
        "reliability", [of(_DATABASE, "db"), of(_CACHE, "cache"), of(_ALARM, "db-alarm", {"alarmActions": [UNKNOWN]}, dimensions="db"), of(_ALARM, "cache-alarm", {"alarmActions": ["arn"]}, dimensions="cache")],
        [({"db-alarm": None}, ["db"]), ({"cache-alarm": {"alarmActions": []}}, ["cache"]), ({"db-alarm": {"alarmActions": ABSENT}}, ["db"])],
        [{"db": {"identifier": "flowise"}, "db-alarm": of(_ALARM, "", {"alarmActions": ["arn"], "dimensions": {"DBInstanceIdentifier": "flowise"}})}],
    ),
    "bak-plan": StackCase(
        "reliability", [of(_DATABASE, "db", {"tags": {"Backup": "daily"}}), of(_PLAN, "plan", {"rules": [{}]}), of(_SELECTION, "chosen", {"selectionTags": [{"key": "Backup", "value": "daily"}]}, planId="plan")],
        [({"chosen": None}, ["db"]), ({"plan": None}, ["db"]), ({"plan": {"rules": []}}, ["db"]), ({"db": {"tags": {}}}, ["db"]), ({"db": {"tags": ABSENT}}, ["db"])], [{"plan": {"rules": UNKNOWN}}, {"chosen": of(_SELECTION, "", planId="plan", resources="db"), "db": {"tags": {}}}],
    ),
    "net-zones": StackCase(
        "reliability", [*_zones("a", "b", "c"), of(_SUBNETS, "db-subnets", subnetIds=["a", "b"]), of(_CLUSTER, "cluster", vpcConfig=["a", "b", "c"]), of(_NODES, "nodes", subnetIds=["a", "b"]), of(_CACHE_SUBNETS, "elsewhere", {"subnetIds": ["subnet-1"]})],
        [({"db-subnets": of(_SUBNETS, "", subnetIds="a")}, ["db-subnets"]), ({"cluster": of(_CLUSTER, "", vpcConfig="a")}, ["cluster"]), ({"nodes": of(_NODES, "", subnetIds="c")}, ["nodes"])],
    ),
    "net-zones/prod": StackCase("reliability", [*_zones("a", "b", "c"), of(_NODES, "nodes", subnetIds=["a", "b", "c"])], [({"nodes": of(_NODES, "", subnetIds=["a", "b"])}, ["nodes"])], parameters={"least": 3}),
    "net-nat-per-az": StackCase(
        "reliability", [*_zones("a", "b"), of(_NAT, "nat-a", subnetId="a"), of(_NAT, "nat-b", subnetId="b"), of(_NODES, "nodes", subnetIds=["a", "b"])], [({"nat-b": None}, ["nodes"])],
        [{"nat-a": None, "nat-b": None}, {"nat-b": of(_NAT, "", {"availabilityMode": "regional"})}],
    ),
    "k8s-replicas": StackCase(
        "reliability", [of(_DEPLOYMENT, "app", _WORKLOAD)], [({"app": _spec(_WORKLOAD, replicas=1.0)}, ["app"]), ({"app": _spec(_WORKLOAD, replicas=ABSENT)}, ["app"]), ({"scaler": of(_SCALER, "", _spec(_SCALES, minReplicas=1.0))}, ["app"]), ({"scaler": of(_KEDA, "", _spec(_SCALES, minReplicaCount=1.0))}, ["app"]), ({"scaler": of(_KEDA, "", _SCALES)}, ["app"])],
        [{"app": _spec(_WORKLOAD, replicas=UNKNOWN)}, {"scaler": of(_KEDA, "", _spec(_SCALES, minReplicaCount=2.0))}, {"app": _spec(_WORKLOAD, replicas=ABSENT), "scaler": of(_SCALER, "", _SCALES)}, {"app": _spec(_WORKLOAD, replicas=ABSENT), "scaler": of(_SCALER, "", _spec(_SCALES, scaleTargetRef={"name": UNKNOWN}), spec="app")}],
    ),
    "k8s-replicas/one": StackCase(
        "reliability", [of(_DEPLOYMENT, "app", _spec(_WORKLOAD, replicas=ABSENT)), of(_SCALER, "scaler", _spec(_SCALES, minReplicas=ABSENT))], [({"scaler": of(_KEDA, "", _spec(_SCALES, minReplicas=ABSENT))}, ["app"])],
        [{"scaler": of(_SCALER, "", _spec(_SCALES, scaleTargetRef={"name": "other"}))}], parameters={"least": 1},
    ),
    "k8s-replicas/other": StackCase(
        "reliability", [of(_DEPLOYMENT, "app", _WORKLOAD), of(_SCALER, "scaler", _spec(_SCALES, scaleTargetRef={"name": "other"}, minReplicas=1.0))], [({"scaler": of(_SCALER, "", _spec(_SCALES, minReplicas=1.0))}, ["app"])],
    ),
    "k8s-replicas/spared": StackCase(
        "reliability", [of(_DEPLOYMENT, "app", _spec(_WORKLOAD, replicas=1.0))], [({"app": None, "other": of(_DEPLOYMENT, "", _spec(_WORKLOAD, replicas=1.0))}, ["other"])],
        parameters={"spared": {"Deployment::app": "two would count twice"}},
    ),
    "k8s-pdb": StackCase(
        "reliability", [of(_DEPLOYMENT, "app", _WORKLOAD), of(_BUDGET, "budget", _LETS_GO)],
        [({"budget": None}, ["app"]), *(({"budget": _spec(_LETS_GO, **change)}, ["app"]) for change in _NONE_GOES), ({"budget": {"metadata": {"namespace": "other"}}}, ["app"]), ({"second": of(_BUDGET, "", _spec(_LETS_GO, maxUnavailable=0.0))}, ["app"])],
        [{"budget": _spec(_LETS_GO, maxUnavailable=ABSENT, minAvailable=1.0)}, {"budget": None, "app": _spec(_WORKLOAD, replicas=1.0)}, {"budget": _spec(_LETS_GO, maxUnavailable=UNKNOWN)}, {"budget": _spec(_LETS_GO, selector={"matchLabels": {"app": UNKNOWN}})}],
    ),
    "support-ended": StackCase(
        "reliability", [of(_CLUSTER, "cluster", {"version": "1.35"}), of(_DATABASE, "db", {"engine": "postgres", "engineVersion": "17.4"}), of("kubernetes:helm.sh/v3:Release", "loki", {"chart": "loki", "version": "18.4.2"})],
        [({"cluster": {"version": "1.31"}}, ["cluster"]), ({"db": {"engineVersion": "13"}}, ["db"]), ({"cluster": {"version": "1.31.9"}}, ["cluster"])],
        [{"cluster": {"version": UNKNOWN}}, {"cluster": {"version": "1.99"}}, {"cluster": {"version": ABSENT}}, {"db": {"engine": "mysql", "engineVersion": "5"}}],
    ),
    "support-ending": StackCase(
        "reliability", [of(_CLUSTER, "cluster", {"version": "1.35"}), of("kubernetes:helm.sh/v3:Release", "karpenter", {"chart": "oci://public.ecr.aws/karpenter/karpenter", "version": "1.14.0"})],
        [({"cluster": {"version": "1.34"}}, ["cluster"])], [{"cluster": {"version": "1.31"}}, {"cluster": {"version": UNKNOWN}}],
    ),
    "support-unlisted": StackCase("reliability", [of(_CLUSTER, "cluster", {"version": "1.35"}), of(_CACHE, "cache", {"engine": "valkey", "engineVersion": "8.2"})], [({"cluster": {"version": "1.99"}}, ["cluster"]), ({"cache": {"engineVersion": "12"}}, ["cache"])], [{"cache": {"engine": "memcached"}}, {"cache": {"engineVersion": UNKNOWN}}]),
    "cost-budget": StackCase("cost", [of(_CLUSTER, "cluster"), of("aws:budgets/budget:Budget", "budget", {"notifications": [{}]})], [({"budget": None}, ["cluster"]), ({"budget": {"notifications": []}}, ["cluster"]), ({"budget": {"notifications": ABSENT}}, ["cluster"])], [{"budget": None, "cluster": None}, {"budget": {"notifications": UNKNOWN}}]),
    "cost-nat-few": StackCase("cost", [of(_NAT, "a"), of(_NAT, "b"), of(_NAT, "c")], [({"d": of(_NAT, "d")}, ["d"])]),
    "cost-s3-endpoint": StackCase(
        "cost", [of(_VPC, "vpc"), of(_NAT, "nat"), of("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", {"serviceName": "com.amazonaws.eu-west-1.s3", "vpcEndpointType": "Gateway"}, vpcId="vpc")],
        [({"s3": None}, ["vpc"]), ({"s3": {"serviceName": "com.amazonaws.eu-west-1.sqs"}}, ["vpc"]), ({"s3": {"vpcEndpointType": "Interface"}}, ["vpc"])], [{"s3": None, "nat": None}],
    ),
    "s3-lifecycle": StackCase(
        "cost", [of(_BUCKET, "files"), of("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "life", {"rules": [{"abortIncompleteMultipartUpload": {"daysAfterInitiation": 7.0}}]}, bucket="files")],
        [({"life": None}, ["files"]), ({"life": {"rules": [{}]}}, ["files"]), ({"life": {"rules": ABSENT}}, ["files"])], [{"life": {"rules": UNKNOWN}}, {"life": None, "files": {"lifecycleRules": [{"abortIncompleteMultipartUploadDays": 7.0}]}}],
    ),
    "cost-idle-ip": StackCase("cost", [of("aws:ec2/eip:Eip", "ip"), of(_NAT, "nat", allocationId="ip")], [({"nat": None}, ["ip"]), ({"spare": of("aws:ec2/eip:Eip", "")}, ["spare"])], [{"nat": None, "ip": {"instance": UNKNOWN}}]),
}  # fmt: skip
_FLOWISE = of(_DEPLOYMENT, "", {"spec": {"template": {"spec": {"containers": [{"image": "flowiseai/flowise:3.1.4"}]}}}})
_FORK = of(_DEPLOYMENT, "", {"spec": {"template": {"spec": {"containers": [{"image": "own/flow-fork:3.1.5"}]}}}})
CASES["support-ended/later"] = StackCase(
    "reliability",
    [of(_CLUSTER, "cluster", {"version": "1.36"})],
    [({"cluster": {"version": "1.35"}}, ["cluster"]), ({"cluster": {"version": "v1.35.2"}}, ["cluster"])],
    today="2027-06-01",
)
CASES["support-ended/given-up"] = StackCase(
    "reliability", [of(_CLUSTER, "cluster", {"version": "1.35"})], [({"app": _FLOWISE}, ["app"])], [{"app": _FORK}]
)
CASES["support-ended/the-vendors-last-day"] = replace(
    CASES["support-ended/given-up"], refused=[], passed=[{"app": _FLOWISE}], today="2026-08-31"
)
CASES["support-ending/patches"] = StackCase(
    "reliability",
    [of(_CLUSTER, "cluster", {"version": "1.36"})],
    [({"app": _FLOWISE}, ["app"])],
    [{"app": _FORK}],
    today="2027-06-03",
)
CASES["support-ending/days"] = StackCase(
    "reliability",
    [of(_CLUSTER, "cluster", {"version": "1.36"})],
    [({"cluster": {"version": "1.35"}}, ["cluster"])],
    parameters={"days": 200},
    today="2026-11-21",
)
