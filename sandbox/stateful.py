"""What holds data that its replacement begins without, and what must be said before that happens."""

from collections.abc import Mapping, Sequence

# Pulumi type token -> what goes with the old resource, and how it is kept.
HOLDS: Mapping[str, tuple[str, str]] = {
    "aws:docdb/cluster:Cluster": ("its documents", "restore from a snapshot"),
    "aws:dynamodb/table:Table": ("its items", "restore from a backup or a point in time"),
    "aws:ebs/volume:Volume": ("its blocks", "make the new one from a snapshot (`snapshotId`)"),
    "aws:efs/fileSystem:FileSystem": ("its files", "copy them with DataSync, or restore from AWS Backup"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("its keys", "make the new one from a snapshot"),
    "aws:kms/key:Key": ("the means to read what it encrypted", "re-encrypt first"),
    "aws:opensearch/domain:Domain": ("its indices", "restore from a snapshot"),
    "aws:rds/cluster:Cluster": ("its databases", "make the new one from a snapshot (`snapshotIdentifier`)"),
    "aws:rds/instance:Instance": ("its databases", "make the new one from a snapshot (`snapshotIdentifier`)"),
    "aws:s3/bucket:Bucket": ("its objects", "copy them to the new bucket first"),
    "aws:secretsmanager/secret:Secret": ("its versions", "write the value into the new secret"),
    "kubernetes:core/v1:PersistentVolumeClaim": ("its volume", "snapshot the volume first"),
}


def warning(token: str, replaces: Sequence[str]) -> str:
    """What to tell before a replacement; empty where nothing but time is lost."""
    if not replaces or token not in HOLDS:
        return ""
    loss, way = HOLDS[token]
    return (
        f"REPLACEMENT OF WHAT HOLDS DATA: `{'`, `'.join(replaces)}` cannot change in place, so a new resource is made, "
        f"and the old one is deleted with {loss}. If that is meant, {way}; if it is not, put the old value back."
    )
