"""Names that are taken, and names that a service does not take."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..world import Record
from .law import Law, Refusal, ResourceOperation, get

_TAKEN = "https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html"


@dataclass(frozen=True)
class _Name:
    """How a type is named: the property, what AWS takes, and what AWS says."""

    key: str
    pattern: str
    rule: str
    source: str
    code: str = "ValidationError"
    taken: str = "AlreadyExistsException"
    within: tuple[str, ...] = ()
    """Further properties that must be equal for two names to clash."""
    everywhere: bool = False
    """Whether it is unique over all regions."""


_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html"
_TARGETS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html"
_BUCKETS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
_RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"
_CACHE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html"
_NAMES: Mapping[str, _Name] = {
    "aws:iam/role:Role": _Name(
        "name",
        r"[\w+=,.@-]{1,64}",
        "1 to 64 letters, digits and +=,.@-",
        _IAM,
        taken="EntityAlreadyExists",
        everywhere=True,
    ),
    "aws:iam/policy:Policy": _Name(
        "name",
        r"[\w+=,.@-]{1,128}",
        "1 to 128 letters, digits and +=,.@-",
        _IAM,
        taken="EntityAlreadyExists",
        everywhere=True,
    ),
    "aws:iam/instanceProfile:InstanceProfile": _Name(
        "name",
        r"[\w+=,.@-]{1,128}",
        "1 to 128 letters, digits and +=,.@-",
        _IAM,
        taken="EntityAlreadyExists",
        everywhere=True,
    ),
    "aws:lb/loadBalancer:LoadBalancer": _Name(
        "name",
        r"(?!internal-)(?!-)[A-Za-z0-9-]{1,32}(?<!-)",
        "at most 32 letters, digits and hyphens, no hyphen at either end, and not internal- at the start",
        _ELB,
        taken="DuplicateLoadBalancerName",
    ),
    "aws:lb/targetGroup:TargetGroup": _Name(
        "name",
        r"(?!-)[A-Za-z0-9-]{1,32}(?<!-)",
        "at most 32 letters, digits and hyphens, and no hyphen at either end",
        _TARGETS,
        taken="DuplicateTargetGroupName",
    ),
    "aws:s3/bucket:Bucket": _Name(
        "bucket",
        r"(?!xn--)(?!sthree-)(?!amzn-s3-demo-)(?!(\d+\.){3}\d+$)[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)(?<!--ol-s3)",
        "3 to 63 lowercase letters, digits, dots and hyphens, beginning and ending with a letter or digit",
        _BUCKETS,
        code="InvalidBucketName",
        taken="BucketAlreadyOwnedByYou",
        everywhere=True,
    ),
    "aws:rds/instance:Instance": _Name(
        "identifier",
        r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,62}(?<!-)",
        "1 to 63 letters, digits and hyphens, a letter first, no hyphen last and no two together",
        _RDS,
        code="InvalidParameterValue",
        taken="DBInstanceAlreadyExists",
    ),
    "aws:rds/subnetGroup:SubnetGroup": _Name(
        "name",
        r"(?!default$)[a-z0-9 ._-]{1,255}",
        "at most 255 lowercase letters, digits, periods, underscores and hyphens, and not default",
        "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html",
        code="InvalidParameterValue",
        taken="DBSubnetGroupAlreadyExists",
    ),
    "aws:rds/parameterGroup:ParameterGroup": _Name(
        "name",
        r"[a-z](?!.*--)[a-z0-9-]{0,254}(?<!-)",
        "1 to 255 lowercase letters, digits and hyphens, a letter first, no hyphen last and no two together",
        "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBParameterGroup.html",
        code="InvalidParameterValue",
        taken="DBParameterGroupAlreadyExists",
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": _Name(
        "replicationGroupId",
        r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,39}(?<!-)",
        "1 to 40 letters, digits and hyphens, a letter first, no hyphen last and no two together",
        _CACHE,
        code="InvalidParameterValue",
        taken="ReplicationGroupAlreadyExists",
    ),
    "aws:eks/cluster:Cluster": _Name(
        "name",
        r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}",
        "1 to 100 letters, digits, hyphens and underscores, a letter or digit first",
        "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html",
        code="InvalidParameterException",
        taken="ResourceInUseException",
    ),
    "aws:eks/nodeGroup:NodeGroup": _Name(
        "nodeGroupName",
        r"[0-9A-Za-z][A-Za-z0-9_-]{0,62}",
        "1 to 63 letters, digits, hyphens and underscores, a letter or digit first",
        "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html",
        code="InvalidParameterException",
        taken="ResourceInUseException",
        within=("clusterName",),
    ),
    "aws:eks/addon:Addon": _Name(
        "addonName",
        r".+",
        "",
        "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html",
        taken="ResourceInUseException",
        within=("clusterName",),
    ),
    "aws:ec2/securityGroup:SecurityGroup": _Name(
        "name",
        r"(?!sg-)[\w .:/()#,@\[\]+=&;{}!$*-]{1,255}",
        "at most 255 characters of a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$*, and not sg- at the start",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html",
        code="InvalidParameterValue",
        taken="InvalidGroup.Duplicate",
        within=("vpcId",),
    ),
    "aws:secretsmanager/secret:Secret": _Name(
        "name",
        r"[\w/+=.@-]{1,512}",
        "at most 512 letters, digits and /_+=.@-",
        "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html",
        code="ValidationException",
        taken="ResourceExistsException",
    ),
    "aws:cloudwatch/logGroup:LogGroup": _Name(
        "name",
        r"[.\w/#-]{1,512}",
        "at most 512 letters, digits and _-/.#",
        "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
        code="InvalidParameterException",
        taken="ResourceAlreadyExistsException",
    ),
    "aws:kms/alias:Alias": _Name(
        "name",
        r"alias/(?!aws/)[\w/-]{1,250}",
        "alias/ and then letters, digits and /_-, and not alias/aws/",
        "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html",
        code="ValidationException",
    ),
    "aws:sns/topic:Topic": _Name(
        "name",
        r"[\w-]{1,256}|[\w-]{1,251}\.fifo",
        "at most 256 letters, digits, hyphens and underscores (.fifo at the end of a FIFO topic)",
        "https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html",
        code="InvalidParameter",
    ),
    "aws:sqs/queue:Queue": _Name(
        "name",
        r"[\w-]{1,80}|[\w-]{1,75}\.fifo",
        "at most 80 letters, digits, hyphens and underscores (.fifo at the end of a FIFO queue)",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html",
        code="InvalidParameterValue",
        taken="QueueAlreadyExists",
    ),
    "aws:wafv2/webAcl:WebAcl": _Name(
        "name",
        r"[\w-]{1,128}",
        "at most 128 letters, digits, hyphens and underscores",
        "https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html",
        code="WAFInvalidParameterException",
        taken="WAFDuplicateItemException",
        within=("scope",),
    ),
    "aws:wafv2/ipSet:IpSet": _Name(
        "name",
        r"[\w-]{1,128}",
        "at most 128 letters, digits, hyphens and underscores",
        "https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateIPSet.html",
        code="WAFInvalidParameterException",
        taken="WAFDuplicateItemException",
        within=("scope",),
    ),
    "aws:ecr/repository:Repository": _Name(
        "name",
        r"[a-z0-9]+([._/-][a-z0-9]+)*",
        "lowercase letters and digits, divided by single . _ - /",
        "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html",
        code="InvalidParameterException",
        taken="RepositoryAlreadyExistsException",
    ),
    "aws:backup/vault:Vault": _Name(
        "name",
        r"[\w-]{2,50}",
        "2 to 50 letters, digits, hyphens and underscores",
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html",
        code="InvalidParameterValueException",
    ),
}


def region_of(record: Record) -> str:
    """Return the region a record was made in, as its outputs tell."""
    return str(record.outputs.get("region") or "")


def _legal(op: ResourceOperation) -> Iterator[Refusal]:
    rule = _NAMES[op.token]
    name = op.text(rule.key)
    if name and not re.fullmatch(rule.pattern, name):
        yield Refusal(
            rule.code,
            f"the {rule.key} '{name}' ({len(name)} characters) is not valid: {rule.rule}",
            f"choose a {rule.key} of {rule.rule}; or leave it out, and Pulumi makes one",
        )


def _free(op: ResourceOperation) -> Iterator[Refusal]:
    rule = _NAMES[op.token]
    name = op.text(rule.key)
    for other in op.inventory.of(op.token) if name else []:
        theirs = get(other.inputs, rule.key) or other.outputs.get(rule.key)
        if other.urn == op.urn or theirs != name or any(get(other.inputs, k) != op.get(k) for k in rule.within):
            continue
        region = region_of(other)
        if rule.everywhere or not region or region == op.region:
            yield Refusal(
                rule.taken,
                f"{op.cls} with {rule.key} {name} already exists: {other.urn.rpartition('::')[2]}",
                f"give it another {rule.key}; or leave it out, and Pulumi makes one",
            )


LAWS = (
    *(
        Law("name-format", "names in the form that a service takes", rule.source, re.escape(token), _legal)
        for token, rule in _NAMES.items()
    ),
    *(Law("name-taken", "a name is free", _TAKEN, re.escape(token), _free, ("create",)) for token in _NAMES),
)
