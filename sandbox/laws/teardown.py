"""What is still referred to, protected or not empty cannot be deleted."""

from collections.abc import Iterator, Mapping

from ..protection import SWITCHES, is_protected
from ..world import Record
from .law import Law, Refusal, ResourceOperation, get

# What is deleted -> the error, and which types' inputs may hold its id, name or ARN no longer.
_HELD: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "aws:ec2/vpc:Vpc": (
        "DependencyViolation",
        (
            "aws:ec2/subnet:Subnet",
            "aws:ec2/securityGroup:SecurityGroup",
            "aws:ec2/internetGateway:InternetGateway",
            "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment",
            "aws:ec2/routeTable:RouteTable",
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            "aws:ec2/networkAcl:NetworkAcl",
            "aws:lb/targetGroup:TargetGroup",
        ),
    ),
    "aws:ec2/subnet:Subnet": (
        "DependencyViolation",
        (
            "aws:ec2/natGateway:NatGateway",
            "aws:lb/loadBalancer:LoadBalancer",
            "aws:eks/cluster:Cluster",
            "aws:eks/nodeGroup:NodeGroup",
            "aws:ec2/instance:Instance",
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            "aws:ec2/networkInterface:NetworkInterface",
            "aws:lambda/function:Function",
            "aws:efs/mountTarget:MountTarget",
        ),
    ),
    "aws:ec2/securityGroup:SecurityGroup": (
        "DependencyViolation",
        (
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
            "aws:ec2/securityGroupRule:SecurityGroupRule",
            "aws:ec2/securityGroup:SecurityGroup",
            "aws:lb/loadBalancer:LoadBalancer",
            "aws:eks/cluster:Cluster",
            "aws:rds/instance:Instance",
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "aws:ec2/instance:Instance",
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            "aws:lambda/function:Function",
        ),
    ),
    # the API model's DeleteConfigurationProfile and DeleteEnvironment; what is kept of hosted versions holds a profile
    # (aws-cdk#26829)
    "aws:appconfig/application:Application": (
        "BadRequestException",
        (
            "aws:appconfig/environment:Environment",
            "aws:appconfig/configurationProfile:ConfigurationProfile",
        ),
    ),
    "aws:appconfig/configurationProfile:ConfigurationProfile": (
        "ConflictException",
        ("aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion",),
    ),
    "aws:ec2/eip:Eip": ("AuthFailure", ("aws:ec2/natGateway:NatGateway", "aws:ec2/eipAssociation:EipAssociation")),
    "aws:ec2/routeTable:RouteTable": (
        "DependencyViolation",
        ("aws:ec2/routeTableAssociation:RouteTableAssociation",),
    ),
    "aws:eks/cluster:Cluster": (
        "ResourceInUseException",
        ("aws:eks/nodeGroup:NodeGroup", "aws:eks/fargateProfile:FargateProfile"),
    ),
    "aws:iam/role:Role": (
        "DeleteConflict",
        (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "aws:iam/rolePolicy:RolePolicy",
            "aws:iam/instanceProfile:InstanceProfile",
        ),
    ),
    "aws:iam/policy:Policy": ("DeleteConflict", ("aws:iam/rolePolicyAttachment:RolePolicyAttachment",)),
    "aws:rds/subnetGroup:SubnetGroup": ("InvalidDBSubnetGroupStateFault", ("aws:rds/instance:Instance",)),
    "aws:rds/parameterGroup:ParameterGroup": ("InvalidDBParameterGroupState", ("aws:rds/instance:Instance",)),
    "aws:elasticache/subnetGroup:SubnetGroup": (
        "CacheSubnetGroupInUse",
        ("aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster"),
    ),
    "aws:elasticache/parameterGroup:ParameterGroup": (
        "InvalidCacheParameterGroupState",
        ("aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster"),
    ),
    "aws:lb/targetGroup:TargetGroup": (
        "ResourceInUse",
        ("aws:lb/listener:Listener", "aws:lb/listenerRule:ListenerRule"),
    ),
    "aws:acm/certificate:Certificate": (
        "ResourceInUseException",
        ("aws:lb/listener:Listener", "aws:cloudfront/distribution:Distribution"),
    ),
    "aws:wafv2/webAcl:WebAcl": (
        "WAFAssociatedItemException",
        ("aws:cloudfront/distribution:Distribution", "aws:wafv2/webAclAssociation:WebAclAssociation"),
    ),
    "aws:wafv2/ipSet:IpSet": ("WAFAssociatedItemException", ("aws:wafv2/webAcl:WebAcl",)),
    "aws:cloudfront/vpcOrigin:VpcOrigin": (
        "CannotDeleteEntityWhileInUse",
        ("aws:cloudfront/distribution:Distribution",),
    ),
    "aws:cloudfront/cachePolicy:CachePolicy": ("CachePolicyInUse", ("aws:cloudfront/distribution:Distribution",)),
    "aws:cloudfront/originAccessControl:OriginAccessControl": (
        "OriginAccessControlInUse",
        ("aws:cloudfront/distribution:Distribution",),
    ),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": (
        "ResponseHeadersPolicyInUse",
        ("aws:cloudfront/distribution:Distribution",),
    ),
    "aws:route53/zone:Zone": ("HostedZoneNotEmpty", ("aws:route53/record:Record",)),
    "aws:backup/vault:Vault": ("InvalidRequestException", ("aws:backup/recoveryPoint:RecoveryPoint",)),
    "aws:lb/loadBalancer:LoadBalancer": ("ResourceInUse", ("aws:cloudfront/vpcOrigin:VpcOrigin",)),
}
_SOURCE = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_VPC_SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html"


def _identities(record: Record) -> set[str]:
    """Return what others may know it by: id, ARN, and the name that is its id."""
    values = (record.id, *(record.outputs.get(key) for key in ("arn", "id", "name", "configurationProfileId")))
    return {value for value in values if isinstance(value, str) and value}


def _released(op: ResourceOperation) -> Iterator[Refusal]:
    if op.old is None:
        return
    code, types = _HELD[op.token]
    holders = {
        user.urn: user
        for value in _identities(op.old)
        for user in op.inventory.users(value)
        if user.token in types and user.urn != op.urn
    }
    for holder in list(holders.values())[:3]:
        yield Refusal(
            code,
            f"{op.old.id} has a dependent object: {holder.token} {holder.urn.rpartition('::')[2]} ({holder.id})",
            "delete that first: let it take this resource's output, or name this resource in its depends_on",
        )


def _mapped_addresses(op: ResourceOperation) -> Iterator[Refusal]:
    """Yield an internet gateway cannot leave a VPC in which public addresses are in use."""
    vpc = get(op.old.inputs, "vpcId") if op.old else None
    for nat in op.inventory.of("aws:ec2/natGateway:NatGateway"):
        subnet = op.inventory.owner(str(get(nat.inputs, "subnetId")))
        if vpc and subnet and get(subnet.inputs, "vpcId") == vpc and get(nat.inputs, "allocationId"):
            yield Refusal(
                "DependencyViolation",
                f"Network {vpc} has some mapped public address(es). Please unmap those public address(es) before "
                f"detaching the gateway: NAT gateway {nat.id}",
                "let the NAT gateway depend on the internet gateway, so that it goes first",
            )


# What AWS answers where its protection is on.
_PROTECTED: Mapping[str, str] = {
    "aws:rds/instance:Instance": "InvalidParameterCombination: Cannot delete protected DB Instance",
    "aws:rds/cluster:Cluster": "InvalidParameterCombination: Cannot delete protected Cluster",
    "aws:eks/cluster:Cluster": "InvalidRequestException: Deletion protection is enabled",
    "aws:lb/loadBalancer:LoadBalancer": (
        "OperationNotPermitted: Load balancer cannot be deleted because deletion protection is enabled"
    ),
    "aws:dynamodb/table:Table": (
        "ValidationException: Resource cannot be deleted as it is currently protected against deletion"
    ),
    "aws:cognito/userPool:UserPool": (
        "InvalidParameterException: The user pool cannot be deleted because deletion protection is activated"
    ),
}


def _protected(op: ResourceOperation) -> Iterator[Refusal]:
    if op.old and is_protected(op.token, op.old.inputs):
        code, _, message = _PROTECTED[op.token].partition(": ")
        yield Refusal(
            code,
            f"{message}: {op.old.id}",
            f"set {SWITCHES[op.token]} to false and run `up`, then delete; on the sandbox `destroy --unprotect` does both",
        )


def _not_empty(op: ResourceOperation) -> Iterator[Refusal]:
    if op.old is None or get(op.old.inputs, "forceDestroy") in (True, "true"):
        return
    objects = (
        "aws:s3/bucketObject:BucketObject",
        "aws:s3/bucketObjectv2:BucketObjectv2",
        "aws:s3/objectCopy:ObjectCopy",
    )
    held = [
        r for r in op.inventory.of(*objects) if get(r.inputs, "bucket") in (op.old.id, op.old.outputs.get("bucket"))
    ]
    if held:
        yield Refusal(
            "BucketNotEmpty",
            f"The bucket you tried to delete is not empty: {len(held)} object(s) in {op.old.id}",
            "delete what is in it first, or set forceDestroy where losing it is meant",
        )


def _final_snapshot(op: ResourceOperation) -> Iterator[Refusal]:
    if op.old is None or get(op.old.inputs, "skipFinalSnapshot") in (True, "true"):
        return
    if not get(op.old.inputs, "finalSnapshotIdentifier"):
        yield Refusal(
            "InvalidParameterCombination",
            "final_snapshot_identifier is required when skip_final_snapshot is false",
            "set finalSnapshotIdentifier, or skipFinalSnapshot where losing the data is meant; then `up`, then delete",
        )


LAWS = (
    *(
        Law(
            "resource-in-use",
            "what is referred to stays",
            _VPC_SOURCE if "/vpc:" in token else _SOURCE,
            token,
            _released,
            ("delete",),
        )
        for token in _HELD
    ),
    Law(
        "internet-gateway-in-use",
        "an internet gateway goes last",
        "https://docs.aws.amazon.com/vpc/latest/userguide/working-with-igw.html",
        "aws:ec2/internetGateway:InternetGateway",
        _mapped_addresses,
        ("delete",),
    ),
    *(
        Law(
            "deletion-protection",
            "deletion protection",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
            token,
            _protected,
            ("delete",),
        )
        for token in _PROTECTED
    ),
    Law(
        "bucket-not-empty",
        "an empty bucket",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html",
        "aws:s3/bucket:Bucket",
        _not_empty,
        ("delete",),
    ),
    Law(
        "final-snapshot-name",
        "a final snapshot has a name",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
        "aws:rds/instance:Instance",
        _final_snapshot,
        ("delete",),
    ),
)
