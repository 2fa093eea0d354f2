"""Flags that decide whether something is safe, and that a program should therefore write down."""

import re

from ..kit.reading import UNKNOWN
from ..kit.rule import Resource, Rule

# What the other rules let pass in a preview because it is unknown; `*` is each element of a list.
FLAGS: dict[str, tuple[str, ...]] = {
    r"aws:ec2/securityGroup:SecurityGroup": ("ingress.*.cidrBlocks", "ingress.*.fromPort", "ingress.*.toPort"),
    r"aws:ec2/securityGroupRule:SecurityGroupRule": ("cidrBlocks", "fromPort", "toPort"),
    r"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ("cidrIpv4", "cidrIpv6", "fromPort", "toPort"),
    r"aws:ec2/networkAclRule:NetworkAclRule": ("cidrBlock", "ruleAction"),
    r"aws:ec2/(instance:Instance|launchTemplate:LaunchTemplate)": ("metadataOptions.httpTokens",),
    r"aws:eks/cluster:Cluster": (
        "vpcConfig.endpointPublicAccess", "vpcConfig.endpointPrivateAccess", "vpcConfig.publicAccessCidrs.*", "enabledClusterLogTypes",
    ),
    r"aws:rds/(instance:Instance|cluster:Cluster)": ("storageEncrypted", "publiclyAccessible", "deletionProtection", "backupRetentionPeriod"),
    r"aws:elasticache/replicationGroup:ReplicationGroup": ("atRestEncryptionEnabled", "transitEncryptionEnabled", "transitEncryptionMode"),
    r"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (
        "blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets",
    ),
    r"aws:kms/key:Key": ("enableKeyRotation",),
    r"aws:cloudfront/distribution:Distribution": (
        "defaultCacheBehavior.viewerProtocolPolicy", "orderedCacheBehaviors.*.viewerProtocolPolicy", "viewerCertificate.minimumProtocolVersion",
    ),
}  # fmt: skip


def _written(resource: Resource) -> bool:
    for types, paths in FLAGS.items():
        if re.fullmatch(types, resource.type) and not all(_known(resource.props, path.split(".")) for path in paths):
            return False
    return True


def _known(value: object, path: list[str]) -> bool:
    if value is UNKNOWN:
        return False
    if not path:
        return True
    if path[0] == "*":
        return all(_known(item, path[1:]) for item in value) if isinstance(value, list) else True
    return _known(value.get(path[0]), path[1:]) if isinstance(value, dict) else True


RULES = (
    Rule(
        "no-unknown-flags", "high", "a security flag is known in a preview, not computed during the update",
        "give the flag, the CIDR range or the port as a literal, so that a preview can judge it", "configuration", "|".join(FLAGS), _written,
        link="https://www.pulumi.com/docs/iac/concepts/inputs-outputs/",
    ),
)  # fmt: skip
