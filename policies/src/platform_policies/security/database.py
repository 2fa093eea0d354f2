"""Relational databases and caches."""

from ..kit.reading import among, covers, given, off, on
from ..kit.rule import Resource, Rule

_INSTANCE = "aws:rds/instance:Instance"
_ANY = r"aws:rds/(instance:Instance|cluster:Cluster)"
_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
_CURRENT_CA = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")  # the -2019 ones ended in August 2024
_CA = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html"


def _password(resource: Resource) -> bool:
    if on(resource.get("manageMasterUserPassword")):
        return True
    # A replica, and what is restored from a snapshot, has its master already.
    return not given(resource.get("password")) and not given(resource.get("masterPassword"))


def _minor(resource: Resource) -> bool:
    return among(resource.get("autoMinorVersionUpgrade"), True, "true", None)


RULES = (
    Rule(
        "rds-encrypted", "critical", "a database's storage is encrypted at rest", "set storageEncrypted; RDS cannot change it in place",
        "at-rest", _ANY, lambda s: on(s.get("storageEncrypted")),
        refs="FSBP RDS.3, CIS AWS 2.3.1, CKV_AWS_16, CKV_AWS_96",
    ),
    Rule(
        "rds-kms", "medium", "a database is encrypted with a customer managed KMS key", "set kmsKeyId", "at-rest", _ANY,
        lambda s: given(s.get("kmsKeyId")), refs="FSBP RDS.3, CKV_AWS_327",
    ),
    Rule(
        "rds-private", "critical", "a database is not publicly accessible", "leave publiclyAccessible off", "boundary",
        r"aws:rds/(instance:Instance|clusterInstance:ClusterInstance)", lambda s: off(s.get("publiclyAccessible")),
        refs="FSBP RDS.2, CIS AWS 2.3.3, CKV_AWS_17",
    ),
    Rule(
        "rds-logs", "medium", "PostgreSQL's log is exported to CloudWatch Logs", "add postgresql to enabledCloudwatchLogsExports", "audit",
        _ANY, lambda s: s.get("engine") not in ("postgres", "aurora-postgresql")
        or covers(s.get("enabledCloudwatchLogsExports"), ["postgresql"]), refs="FSBP RDS.9, FSBP RDS.36, CKV_AWS_129",
    ),
    Rule(
        "rds-minor-upgrade", "medium", "a database takes minor version upgrades automatically", "leave autoMinorVersionUpgrade on", "patching",
        _INSTANCE, _minor, refs="FSBP RDS.13, CIS AWS 2.3.2, CKV_AWS_226",
    ),
    Rule(
        "rds-insights-kms", "medium", "Performance Insights data is encrypted with a customer managed KMS key",
        "set performanceInsightsKmsKeyId", "at-rest", _INSTANCE,
        lambda s: s.get("performanceInsightsEnabled") is not True or given(s.get("performanceInsightsKmsKeyId")), refs="CKV_AWS_354",
        link="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.access-control.html",
    ),
    Rule(
        "rds-iam-auth", "low", "IAM database authentication is enabled", "set iamDatabaseAuthenticationEnabled", "identity", _ANY,
        lambda s: on(s.get("iamDatabaseAuthenticationEnabled")), refs="FSBP RDS.10, CKV_AWS_161", level="advisory",
    ),
    Rule(
        "rds-copy-tags", "low", "a database's tags are copied to its snapshots", "set copyTagsToSnapshot", "configuration", _ANY,
        lambda s: on(s.get("copyTagsToSnapshot")), refs="FSBP RDS.17, CKV2_AWS_60", level="advisory",
    ),
    Rule(
        "rds-password", "critical", "RDS manages and rotates the master password in Secrets Manager", "set manageMasterUserPassword", "secrets", _ANY,
        _password, link="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
    ),
    Rule(
        "rds-admin-name", "low", "the master user name is not a default one", "choose another than postgres, admin or root",
        "identity", _INSTANCE, lambda s: s.get("username") not in ("postgres", "admin", "root", "administrator", "sa"),
        refs="FSBP RDS.25", level="advisory",
    ),
    Rule(
        "rds-ca", "low", "a database's certificate authority (CA) is a current one", "leave caCertIdentifier out, or set rds-ca-rsa2048-g1",
        "in-transit", _INSTANCE, lambda s: among(s.get("caCertIdentifier"), None, *_CURRENT_CA), refs="CKV_AWS_211", link=_CA,
    ),
    Rule(
        "ec-encrypted-rest", "critical", "a cache is encrypted at rest", "set atRestEncryptionEnabled", "at-rest", _GROUP,
        lambda s: on(s.get("atRestEncryptionEnabled")), refs="FSBP ElastiCache.4, CKV_AWS_29",
    ),
    Rule(
        "ec-kms", "medium", "a cache is encrypted with a customer managed KMS key", "set kmsKeyId", "at-rest", _GROUP,
        lambda s: given(s.get("kmsKeyId")), refs="CKV_AWS_191", link="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html",
    ),
    Rule(
        "ec-encrypted-transit", "critical", "a cache is encrypted in transit (TLS)", "set transitEncryptionEnabled", "in-transit", _GROUP,
        lambda s: on(s.get("transitEncryptionEnabled")), refs="FSBP ElastiCache.5, CKV_AWS_30",
    ),
    Rule(
        "ec-transit-mode", "high", "a cache requires TLS (transit encryption mode required)", "set transitEncryptionMode to required, the step after preferred",
        "in-transit", _GROUP, lambda s: among(s.get("transitEncryptionMode"), "required", None), refs="FSBP ElastiCache.5",
    ),
    Rule(
        "ec-auth", "high", "a cache requires authentication (AUTH token or RBAC user group)", "set authToken or userGroupIds", "identity", _GROUP,
        lambda s: any(given(s.get(key)) for key in ("authToken", "authTokenWo", "userGroupIds")), refs="FSBP ElastiCache.6, CKV_AWS_31",
    ),
    Rule(
        "ec-subnet-group", "medium", "a cache has a subnet group other than the default", "set subnetGroupName", "boundary", _GROUP,
        lambda s: given(s.get("subnetGroupName")) and s.get("subnetGroupName") != "default", refs="FSBP ElastiCache.7",
    ),
    Rule(
        "ec-minor-upgrade", "medium", "a cache takes minor version upgrades automatically", "leave autoMinorVersionUpgrade on", "patching", _GROUP,
        _minor, refs="FSBP ElastiCache.2",
    ),
)  # fmt: skip
