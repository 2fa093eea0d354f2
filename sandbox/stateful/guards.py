"""What keeps data from being lost, or is the only way to it: to delete one loses nothing yet, and lets the next do it.

Where what it guards goes as well, that is what is told: see `losses.py`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from ..plans import Step
from .table import Loss, aws, general


@dataclass(frozen=True)
class Guard(Loss):
    """What is lost with a guard of data."""

    replaceable: bool = False
    """Whether a new one does what the old one did, so that only its properties count (`floors.py`)."""


def _denies_nothing(step: Step) -> bool:
    """Return whether a resource's policy only lets in: without it fewer may do something, and nobody more."""
    found = [value for key in ("policy", "resourcePolicy", "policyDocument") if (value := step.before.get(key))]
    try:
        documents = [json.loads(value) if isinstance(value, str) else value for value in found]
    except ValueError:
        return False
    return bool(documents) and '"Deny"' not in json.dumps(documents)


def _is_no_guard(step: Step) -> bool:
    """Return whether what is deleted was off already."""
    configuration = step.before.get("versioningConfiguration") or {}
    return bool(configuration) and configuration.get("status") != "Enabled"


def _blocks_nothing(step: Step) -> bool:
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    return not any(step.before.get(flag) is True for flag in flags)


GUARDS = (
    Guard(
        aws("s3", "BucketVersioning", "BucketVersioningV2"),
        "the versions to come: what is overwritten or deleted from then on is gone",
        "leave versioning on, and let old versions end by a lifecycle rule",
        spares=_is_no_guard,
    ),
    Guard(
        (
            *aws("s3", "BucketObjectLockConfiguration", "BucketObjectLockConfigurationV2"),
            *aws("glacier", "VaultLock"),
        ),
        "what keeps objects from being deleted before their time",
        "leave it until the last of them has ended",
    ),
    Guard(
        (
            *aws("s3", "BucketPublicAccessBlock", "AccountPublicAccessBlock"),
            *aws("ebs", "SnapshotBlockPublicAccess"),
            *aws("ec2", "ImageBlockPublicAccess"),
            *aws("emr", "BlockPublicAccessConfiguration"),
        ),
        "what keeps data from the public, whatever a policy says",
        "leave it on, and let in by name who must read",
        spares=_blocks_nothing,
    ),
    Guard(
        (
            *aws("s3", "BucketPolicy", "FilesFileSystemPolicy", "VectorsVectorBucketPolicy"),
            *aws("s3control", "BucketPolicy", "AccessPointPolicy", "MultiRegionAccessPointPolicy"),
            *aws("s3tables", "TableBucketPolicy", "TablePolicy"),
            *aws("dynamodb", "ResourcePolicy"),
            *aws("efs", "FileSystemPolicy"),
            *aws("ecr", "RepositoryPolicy", "RegistryPolicy"),
            *aws("ecrpublic", "RepositoryPolicy"),
            *aws("kinesis", "ResourcePolicy"),
            *aws("kms", "KeyPolicy"),
            *aws("redshift", "ResourcePolicy"),
            *aws("redshiftserverless", "ResourcePolicy"),
            *aws("dsql", "ClusterPolicy"),
            *aws("secretsmanager", "SecretPolicy"),
            *aws("sqs", "QueuePolicy"),
            *aws("opensearch", "DomainPolicy"),
            *aws("elasticsearch", "DomainPolicy"),
            *aws("mediastore", "ContainerPolicy"),
            *aws("backup", "VaultPolicy"),
            *aws("glue", "ResourcePolicy"),
            *aws("codeartifact", "RepositoryPermissionsPolicy", "DomainPermissions"),
        ),
        "what it denies, deletion perhaps: from then on it may be done",
        "keep its denials, and take out what lets in",
        spares=_denies_nothing,
    ),
    Guard(
        (
            *aws("backup", "Plan", "Selection"),
            *aws("dlm", "LifecyclePolicy"),
            *aws("efs", "BackupPolicy"),
            *aws("redshift", "SnapshotSchedule", "SnapshotScheduleAssociation"),
            *aws("rbin", "Rule"),
        ),
        "the backups to come, or what can be called back",
        "make what takes its place first",
        replaceable=True,
    ),
    Guard(
        (*aws("amp", "WorkspaceConfiguration"), *aws("cfg", "RetentionConfiguration")),
        "what is older than AWS keeps by itself",
        "leave the figure that is there",
        replaceable=True,
    ),
    Guard(
        aws("secretsmanager", "SecretVersion"),
        "the value: its secret stays, and is empty",
        "put the next value into it first",
        replaceable=True,
    ),
    Guard(
        (
            *aws("backup", "RegionSettings", "GlobalSettings"),
            *aws("dynamodb", "TableReplica"),
            *aws("docdb", "GlobalCluster"),
            *aws("ecr", "ReplicationConfiguration"),
            *aws("efs", "ReplicationConfiguration"),
            *aws("elasticache", "GlobalReplicationGroup"),
            *aws("memorydb", "MultiRegionCluster"),
            *aws("msk", "Replicator"),
            *aws("neptune", "GlobalCluster"),
            *aws("rds", "GlobalCluster", "InstanceAutomatedBackupsReplication"),
            *aws("redshift", "SnapshotCopy", "SnapshotCopyGrant"),
            *aws("dsql", "ClusterPeering"),
            *aws("s3", "BucketReplicationConfig"),
            *aws("s3tables", "TableBucketReplication", "TableReplication"),
        ),
        "the copy that would be there when this one is gone",
        "make the new copy first, and wait until it is whole",
    ),
    Guard(
        ("kubernetes::StorageClass",),
        "the way to volumes of its kind: claims to come stay pending",
        "make the class that takes its place first, and let claims name it",
        spares=lambda step: step.operation == "delete" and step.before.get("reclaimPolicy") != "Retain",
        replaceable=True,
    ),
)  # fmt: skip
_GUARD: Mapping[str, Guard] = {token: loss for loss in GUARDS for token in loss.types}


def guard_of(token: str) -> Guard | None:
    """Return what is lost with a guard of a type; None where the type is none."""
    return _GUARD.get(general(token))
