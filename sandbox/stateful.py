"""What is lost with a resource that is deleted or replaced, and what to do instead: the one table of it.

Previews of the sandbox warn by it, and the guard over plans (`tools.plan_guard`) refuses by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Loss:
    """What goes with a resource of some types, and what to do instead."""

    types: tuple[str, ...]
    lost: str
    instead: str
    data: bool = True
    """Whether data go, or the means to read them; else an address, a name, or a network under what stands."""


LOSSES = (
    Loss(
        (
            "aws:rds/instance:Instance",
            "aws:rds/cluster:Cluster",
            "aws:docdb/cluster:Cluster",
            "aws:docdb/elasticCluster:ElasticCluster",
            "aws:neptune/cluster:Cluster",
            "aws:redshift/cluster:Cluster",
            "aws:redshiftserverless/namespace:Namespace",
            "aws:dsql/cluster:Cluster",
            "aws:timestreaminfluxdb/dbInstance:DbInstance",
        ),
        "every row since the last snapshot, and the endpoint that clients know",
        "change it in place, or restore a snapshot beside it (`snapshotIdentifier`) and switch over, or use a "
        "blue/green deployment",
    ),
    Loss(
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "aws:elasticache/cluster:Cluster",
            "aws:elasticache/serverlessCache:ServerlessCache",
            "aws:memorydb/cluster:Cluster",
        ),
        "queued jobs, sessions and limits, and the endpoint that clients know",
        "let the queue run empty, take a snapshot, and make the new one from it beside the old",
    ),
    Loss(
        (
            "aws:s3/bucket:Bucket",
            "aws:s3/bucketV2:BucketV2",
            "aws:s3/directoryBucket:DirectoryBucket",
            "aws:s3tables/tableBucket:TableBucket",
        ),
        "every object and its versions, and the name, which others may take",
        "make a second bucket, copy what is in the first, and switch over",
    ),
    Loss(
        (
            "aws:dynamodb/table:Table",
            "aws:dynamodb/globalTable:GlobalTable",
            "aws:keyspaces/table:Table",
            "aws:timestreamwrite/table:Table",
            "aws:efs/fileSystem:FileSystem",
            "aws:fsx/lustreFileSystem:LustreFileSystem",
            "aws:fsx/ontapFileSystem:OntapFileSystem",
            "aws:fsx/ontapVolume:OntapVolume",
            "aws:fsx/openZfsFileSystem:OpenZfsFileSystem",
            "aws:fsx/openZfsVolume:OpenZfsVolume",
            "aws:fsx/windowsFileSystem:WindowsFileSystem",
            "aws:ebs/volume:Volume",
            "aws:opensearch/domain:Domain",
            "aws:opensearch/serverlessCollection:ServerlessCollection",
            "aws:elasticsearch/domain:Domain",
            "aws:cloudfront/keyValueStore:KeyValueStore",
        ),
        "everything in it",
        "make a second one from a backup, and switch over",
    ),
    Loss(
        (
            "aws:sqs/queue:Queue",
            "aws:kinesis/stream:Stream",
            "aws:msk/cluster:Cluster",
            "aws:msk/serverlessCluster:ServerlessCluster",
            "aws:mq/broker:Broker",
        ),
        "every message that nobody has read yet",
        "make a second one, let the readers empty the first, and switch over",
    ),
    Loss(
        ("aws:ecr/repository:Repository", "aws:ecrpublic/repository:Repository"),
        "every image, those that run among them, and the name by which they are pulled",
        "make a second repository, copy the images that are wanted, and switch over",
    ),
    Loss(
        ("aws:cognito/userPool:UserPool",),
        "every user, whose password nobody can copy",
        "change it in place, or make a second pool that takes the users over as they sign in",
    ),
    Loss(
        ("aws:cloudwatch/logGroup:LogGroup",),
        "every line logged to it",
        "export what is wanted, or take it out of the program with `retain_on_delete`",
    ),
    Loss(
        (
            "aws:backup/vault:Vault",
            "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
            "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault",
            "aws:glacier/vault:Vault",
            "aws:rds/snapshot:Snapshot",
            "aws:rds/snapshotCopy:SnapshotCopy",
            "aws:rds/clusterSnapshot:ClusterSnapshot",
            "aws:docdb/clusterSnapshot:ClusterSnapshot",
            "aws:neptune/clusterSnapshot:ClusterSnapshot",
            "aws:redshift/clusterSnapshot:ClusterSnapshot",
            "aws:memorydb/snapshot:Snapshot",
            "aws:ebs/snapshot:Snapshot",
            "aws:ebs/snapshotCopy:SnapshotCopy",
        ),
        "the backups, or what keeps them from being deleted",
        "leave it until the last recovery point has ended",
    ),
    Loss(
        (
            "aws:kms/key:Key",
            "aws:kms/replicaKey:ReplicaKey",
            "aws:kms/externalKey:ExternalKey",
            "aws:kms/replicaExternalKey:ReplicaExternalKey",
        ),
        "everything that is encrypted under it",
        "leave the old key, encrypt anew under a second, and disable the old before deleting it",
    ),
    Loss(
        ("aws:secretsmanager/secret:Secret", "aws:ssm/parameter:Parameter"),
        "the value, and the name or ARN by which others read it",
        "put a new version into it",
    ),
    Loss(
        ("aws:eks/cluster:Cluster",),
        "everything that runs in it, and its volumes",
        "make a second cluster beside it, and move the work over",
    ),
    Loss(
        (
            "kubernetes:core/v1:Namespace",
            "kubernetes:core/v1:PersistentVolume",
            "kubernetes:core/v1:PersistentVolumeClaim",
        ),
        "everything in it",
        "make a second one, copy what is in the first, and switch over",
    ),
    Loss(
        ("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",),
        "every object of its kind, in every namespace",
        "change it in place",
    ),
    Loss(
        (
            "aws:rds/clusterInstance:ClusterInstance",
            "aws:docdb/clusterInstance:ClusterInstance",
            "aws:neptune/clusterInstance:ClusterInstance",
        ),
        "what reads and writes for its cluster, and the endpoint that clients know",
        "add a second one first, and let it take over",
        data=False,
    ),
    Loss(
        ("aws:ec2/eip:Eip",),
        "the address, which others may have let in by name",
        "keep it, and move it to what takes over",
        data=False,
    ),
    Loss(
        (
            "aws:route53/zone:Zone",
            "aws:cloudfront/distribution:Distribution",
            "aws:cloudfront/multitenantDistribution:MultitenantDistribution",
        ),
        "the name by which the site is found",
        "make the second one first, and move the records",
        data=False,
    ),
    Loss(
        ("aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"),
        "the network under what stands in it: database, cache, cluster and load balancer cannot follow into another, "
        "and `up` stops half-way",
        "leave it and add to it: a second range (`aws.ec2.VpcIpv4CidrBlockAssociation`), further subnets; or make a "
        "second stack beside this one, and move over",
        data=False,
    ),
)
LOSS: Mapping[str, Loss] = {token: loss for loss in LOSSES for token in loss.types}


def holds_data(token: str) -> bool:
    """Return whether data go with a resource of this type."""
    return token in LOSS and LOSS[token].data


def warning(token: str, replaces: Sequence[str]) -> str:
    """Return what to tell before a replacement; empty where nothing but time is lost."""
    if not replaces or not holds_data(token):
        return ""
    return (
        f"REPLACEMENT OF WHAT HOLDS DATA: `{'`, `'.join(replaces)}` cannot change in place, so a new resource is made, "
        f"and the old one is deleted with {LOSS[token].lost}. Put the old value back; or, where it is meant: "
        f"{LOSS[token].instead}."
    )
