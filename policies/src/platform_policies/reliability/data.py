"""What keeps data through a failure, and through a mistake."""

from ..kit.reading import UNKNOWN, at_least, given, off, on
from ..kit.rule import Resource, Rule

_INSTANCE = "aws:rds/instance:Instance"
_DATABASES = r"aws:rds/(instance:Instance|cluster:Cluster)"
_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
_TABLE = "aws:dynamodb/table:Table"
# What holds data, what opens it, and what names it to the world.
HOLDS_DATA = (
    r"aws:(rds/(instance:Instance|cluster:Cluster)|elasticache/(replicationGroup:ReplicationGroup|cluster:Cluster)|"
    r"s3/bucket(V2)?:Bucket(V2)?|dynamodb/table:Table|efs/fileSystem:FileSystem|kms/key:Key|secretsmanager/secret:Secret|"
    r"backup/vault:Vault|eks/cluster:Cluster|ebs/volume:Volume)"
)
_PROTECT = "https://www.pulumi.com/docs/iac/concepts/options/protect/"


def _protected(resource: Resource) -> bool:
    spared: dict[str, str] = resource.parameters["spared"]
    return resource.protect or given(spared.get(f"{resource.type.rpartition(':')[2]}::{resource.name}"))


def _two_nodes(resource: Resource) -> bool:
    if given(resource.get("numNodeGroups")) or given(resource.get("replicasPerNodeGroup")):
        return at_least(resource.get("replicasPerNodeGroup"), 1)
    return at_least(resource.get("numCacheClusters"), 2)


RULES = (
    Rule(
        "data-protect", "high", "what holds data, or the key to it, is protected from deletion (the resource option protect)",
        "set protect, or list it under `spared` with the reason why it may be deleted", "backup", HOLDS_DATA, _protected, link=_PROTECT,
        level="advisory", parameters={"spared": {}},
    ),
    Rule(
        "rds-multi-az", "high", "a database is Multi-AZ", "set multiAz", "availability", _INSTANCE, lambda s: on(s.get("multiAz")),
        refs="FSBP RDS.5, CKV_AWS_157", level="advisory",
    ),
    Rule(
        "rds-backup", "high", "a database has automated backups (point-in-time recovery) for `least_days` days or more", "set backupRetentionPeriod", "backup", _DATABASES,
        lambda s: at_least(s.get("backupRetentionPeriod"), s.parameters["least_days"]), refs="FSBP RDS.11, CKV_AWS_133", parameters={"least_days": 1},
    ),
    Rule(
        "rds-delete-protect", "high", "a database has deletion protection", "set deletionProtection", "backup", _DATABASES,
        lambda s: on(s.get("deletionProtection")), refs="FSBP RDS.7, FSBP RDS.8, CKV_AWS_139, CKV_AWS_293", level="advisory",
    ),
    Rule(
        "rds-final-snapshot", "high", "deleting a database takes a final snapshot", "leave skipFinalSnapshot off", "backup", _DATABASES,
        lambda s: off(s.get("skipFinalSnapshot")), link="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html", level="advisory",
    ),
    Rule(
        "rds-keep-backups", "medium", "a database's automated backups are retained after it is deleted", "set deleteAutomatedBackups to false", "backup", _INSTANCE,
        lambda s: s.get("deleteAutomatedBackups") in (False, UNKNOWN), level="advisory",
        link="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.Retaining.html",
    ),
    Rule(
        "rds-monitoring", "medium", "a database has Enhanced Monitoring", "set monitoringInterval", "audit", _INSTANCE,
        lambda s: at_least(s.get("monitoringInterval"), 1), refs="FSBP RDS.6, CKV_AWS_118", level="advisory",
    ),
    Rule(
        "rds-insights", "medium", "a database has Performance Insights", "set performanceInsightsEnabled", "audit", _INSTANCE,
        lambda s: on(s.get("performanceInsightsEnabled")), refs="CKV_AWS_353", level="advisory",
        link="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.html",
    ),
    Rule(
        "ec-failover", "high", "a cache has automatic failover", "set automaticFailoverEnabled", "availability", _GROUP,
        lambda s: on(s.get("automaticFailoverEnabled")), refs="FSBP ElastiCache.3, CKV2_AWS_50", level="advisory",
    ),
    Rule(
        "ec-multi-az", "high", "a cache is Multi-AZ", "set multiAzEnabled", "availability", _GROUP, lambda s: on(s.get("multiAzEnabled")),
        refs="FSBP ElastiCache.3", level="advisory",
    ),
    Rule(
        "ec-nodes", "high", "a cache has a replica to fail over to", "set numCacheClusters to 2, or replicasPerNodeGroup to 1", "availability", _GROUP,
        _two_nodes, refs="FSBP ElastiCache.3", level="advisory",
    ),
    Rule(
        "ec-backup", "medium", "a cache has automatic snapshots", "set snapshotRetentionLimit", "backup", _GROUP,
        lambda s: at_least(s.get("snapshotRetentionLimit"), s.parameters["least_days"]), refs="FSBP ElastiCache.1, CKV_AWS_134", parameters={"least_days": 1},
    ),
    Rule(
        "s3-force-destroy", "high", "deleting a bucket does not delete its objects", "leave forceDestroy off", "backup", r"aws:s3/bucket(V2)?:Bucket(V2)?",
        lambda s: off(s.get("forceDestroy")), link="https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/",
    ),
    Rule(
        "ddb-pitr", "medium", "a DynamoDB table has point-in-time recovery", "set pointInTimeRecovery.enabled", "backup", _TABLE,
        lambda s: on(s.get("pointInTimeRecovery", "enabled")), refs="FSBP DynamoDB.2, CKV_AWS_28",
    ),
    Rule(
        "bak-lock", "medium", "a backup vault's lock has a minimum retention", "set minRetentionDays on the vault's lock", "backup",
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration", lambda s: at_least(s.get("minRetentionDays"), 1),
        link="https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html",
    ),
)  # fmt: skip
