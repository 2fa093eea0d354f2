"""Plans for the guard, as data: what loses, all of which it refuses, and what a careful engineer does every day.

A row is an operation, a type, the inputs before and after, and what else the engine tells of the step.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.wire import UNKNOWN

Row = tuple[Any, ...]
_ACCOUNT = "123456789012"


def deny(*actions: str, condition: Any = None, resource: Any = "arn:aws:s3:::files/*") -> dict[str, Any]:
    found = {"Effect": "Deny", "Principal": "*", "Action": list(actions), "Resource": resource}
    return {**found, "Condition": condition} if condition else found


def policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"bucket": "files", "policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}


PLAIN = deny("s3:*", condition={"Bool": {"aws:SecureTransport": "false"}})
KEEP = deny("s3:DeleteObjectVersion")
READER = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{_ACCOUNT}:role/reader"},
    "Action": "s3:GetObject",
    "Resource": "*",
}
ANYBODY = {**READER, "Principal": {"AWS": "*"}}
FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
CLOSED = {"bucket": "files", **dict.fromkeys(FLAGS, True)}


def expires(
    days: Any = None, *, prefix: str = "", name: str = "old", status: str = "Enabled", **more: Any
) -> dict[str, Any]:
    told: dict[str, Any] = {"id": name, "status": status, "filter": {"prefix": prefix}, **more}
    return {**told, "expiration": {"days": days}} if days else told


def lifecycle(*rules: Mapping[str, Any]) -> dict[str, Any]:
    return {"bucket": "files", "rules": list(rules)}


def images(*counts: int, kind: str = "untagged") -> dict[str, Any]:
    rules = [
        {
            "rulePriority": number + 1,
            "selection": {
                "tagStatus": kind,
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": count,
            },
            "action": {"type": "expire"},
        }
        for number, count in enumerate(counts)
    ]
    return {"repository": "images", "policy": json.dumps({"rules": rules})}


def backups(**changed: Any) -> dict[str, Any]:
    copy = {
        "destinationVaultArn": "arn:aws:backup:eu-west-1:210987654321:backup-vault:far",
        "lifecycle": {"deleteAfter": 90},
    }
    rule = {
        "ruleName": "daily",
        "schedule": "cron(0 3 * * ? *)",
        "lifecycle": {"deleteAfter": 35},
        "copyActions": [copy],
    }
    return {"name": "all", "rules": [{**rule, **changed}]}


def claims(name: str | None = "db", **spec: Any) -> dict[str, Any]:
    templates = [{"metadata": {"name": "data"}, "spec": {}}]
    return {
        "metadata": {"name": name} if name else {},
        "spec": {"replicas": 3, "volumeClaimTemplates": templates, **spec},
    }


BUCKET, RDS, AURORA = "aws:s3/bucket:Bucket", "aws:rds/instance:Instance", "aws:rds/cluster:Cluster"
TABLE, KEY, LOGS = "aws:dynamodb/table:Table", "aws:kms/key:Key", "aws:cloudwatch/logGroup:LogGroup"
SECRET, VERSION = "aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretVersion:SecretVersion"
VERSIONING, POLICY = "aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketPolicy:BucketPolicy"
BLOCK, LIFECYCLE = (
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
)
PLAN, SELECTION = "aws:backup/plan:Plan", "aws:backup/selection:Selection"
IMAGES, STATEFUL = "aws:ecr/lifecyclePolicy:LifecyclePolicy", "kubernetes:apps/v1:StatefulSet"
PASSWORD, RELEASE = "random:index/randomPassword:RandomPassword", "kubernetes:helm.sh/v3:Release"
GROUP, INSTANCE = "aws:elasticache/replicationGroup:ReplicationGroup", "aws:ec2/instance:Instance"
ON = {"bucket": "files", "versioningConfiguration": {"status": "Enabled"}}

LOSES: dict[str, Sequence[Row]] = {
    # what stands is replaced or deleted
    "a database replaced": [("replace", RDS, {"username": "a"}, {"username": "b"}, {"replaceReasons": ["username"]})],
    "a database deleted": [("delete", RDS, {}, {})],
    "a cluster's storage deleted": [("delete", AURORA, {}, {})],
    "a bucket replaced under retain_on_delete": [("replace", BUCKET, {}, {}, {"retainOnDelete": True})],
    "a table replaced": [("create-replacement", TABLE, {}, {}), ("delete-replaced", TABLE, {}, {})],
    "a key deleted": [("delete", KEY, {}, {})],
    "a secret deleted": [("delete", SECRET, {}, {})],
    "a secret's value deleted": [("delete", VERSION, {"secretId": f"arn:aws:secretsmanager:eu-west-1:{_ACCOUNT}:secret:s-AbCdEf"}, {})],
    "a parameter deleted": [("delete", "aws:ssm/parameter:Parameter", {}, {})],
    "a password made anew": [("replace", PASSWORD, {"length": 16}, {"length": 32}, {"replaceReasons": ["length"]})],
    "a password deleted": [("delete", PASSWORD, {}, {})],
    "digests of keys at the edge deleted": [("delete", "aws:cloudfront/keyValueStore:KeyValueStore", {}, {})],
    "a pool of users replaced": [("replace", "aws:cognito/userPool:UserPool", {}, {})],
    "a directory deleted": [("delete", "aws:directoryservice/directory:Directory", {}, {})],
    "a stream deleted": [("delete", "aws:kinesis/stream:Stream", {}, {})],
    "a topic of Kafka deleted": [("delete", "aws:msk/topic:Topic", {}, {})],
    "a queue replaced": [("replace", "aws:sqs/queue:Queue", {}, {})],
    "a registry deleted": [("delete", "aws:ecr/repository:Repository", {}, {})],
    "a file system replaced": [("replace", "aws:efs/fileSystem:FileSystem", {}, {})],
    "a volume of FSx deleted": [("delete", "aws:fsx/ontapVolume:OntapVolume", {}, {})],
    "a snapshot deleted": [("delete", "aws:rds/snapshot:Snapshot", {}, {})],
    "an image of a machine deleted": [("delete", "aws:ec2/ami:Ami", {}, {})],
    "an archive of events deleted": [("delete", "aws:cloudwatch/eventArchive:EventArchive", {}, {})],
    "a store of trails deleted": [("delete", "aws:cloudtrail/eventDataStore:EventDataStore", {}, {})],
    "metrics deleted": [("delete", "aws:amp/workspace:Workspace", {}, {})],
    "a data set deleted": [("delete", "aws:dataexchange/dataSet:DataSet", {}, {})],
    "vectors deleted": [("delete", "aws:s3/vectorsIndex:VectorsIndex", {}, {})],
    "a table of Iceberg deleted": [("delete", "aws:s3tables/table:Table", {}, {})],
    "a domain's search replaced": [("replace", "aws:opensearch/domain:Domain", {}, {})],
    "a stack of CloudFormation deleted": [("delete", "aws:cloudformation/stack:Stack", {}, {})],
    "an account closed": [("delete", "aws:organizations/account:Account", {"closeOnDeletion": True}, {})],
    "a machine that keeps data on a disk of its own": [("replace", INSTANCE, {"ebsBlockDevices": [{"deviceName": "/dev/sdf"}]}, {})],
    "a certificate authority deleted": [("delete", "aws:acmpca/certificateAuthority:CertificateAuthority", {}, {})],
    "a vault deleted": [("delete", "aws:backup/vault:Vault", {}, {})],
    "a VPC replaced": [("replace", "aws:ec2/vpc:Vpc", {}, {})],
    "a zone deleted": [("delete", "aws:route53/zone:Zone", {}, {})],
    "an address let go": [("delete", "aws:ec2/eip:Eip", {}, {})],
    "what is protected, and holds nothing": [("delete", "aws:sns/topic:Topic", {}, {}, {"protect": True})],
    # in place
    "backups of a database ended": [("update", RDS, {"backupRetentionPeriod": 7}, {"backupRetentionPeriod": 0})],
    "backups of a database shortened": [("update", AURORA, {"backupRetentionPeriod": 35}, {"backupRetentionPeriod": 1})],
    "snapshots of a cache ended": [("update", GROUP, {"snapshotRetentionLimit": 7}, {"snapshotRetentionLimit": 0})],
    "the final snapshot skipped": [("update", RDS, {"skipFinalSnapshot": False}, {"skipFinalSnapshot": True})],
    "the final snapshot skipped, which nobody had written": [("update", AURORA, {}, {"skipFinalSnapshot": True})],
    "backups that go with the database": [("update", RDS, {"deleteAutomatedBackups": False}, {})],
    "deletion protection off": [("update", RDS, {"deletionProtection": True}, {"deletionProtection": False})],
    "deletion protection taken out": [("update", TABLE, {"deletionProtectionEnabled": True}, {})],
    "deletion protection of users off": [("update", "aws:cognito/userPool:UserPool", {"deletionProtection": "ACTIVE"}, {"deletionProtection": "INACTIVE"})],
    "deletion protection not known": [("update", RDS, {"deletionProtection": True}, {"deletionProtection": UNKNOWN})],
    "protect off": [("same", RDS, {}, {}, {"protect": True, "new": {"protect": False}})],
    "protect off, and a tag": [("update", BUCKET, {}, {"tags": {"a": "b"}}, {"protect": True, "new": {"protect": False}})],
    "retain_on_delete off": [("same", BUCKET, {}, {}, {"retainOnDelete": True, "new": {"retainOnDelete": False}})],
    "forceDestroy on": [("update", BUCKET, {}, {"forceDestroy": True})],
    "forceDelete on": [("update", "aws:ecr/repository:Repository", {"forceDelete": False}, {"forceDelete": True})],
    "a log group's lines ended": [("update", LOGS, {}, {"retentionInDays": 7})],
    "a log group's lines shortened": [("update", LOGS, {"retentionInDays": 365}, {"retentionInDays": 30})],
    "a stream's events shortened": [("update", "aws:kinesis/stream:Stream", {"retentionPeriod": 168}, {"retentionPeriod": 24})],
    "a queue's messages shortened": [("update", "aws:sqs/queue:Queue", {"messageRetentionSeconds": 1209600}, {"messageRetentionSeconds": 60})],
    "a key disabled": [("update", KEY, {}, {"isEnabled": False})],
    "a key's window shortened": [("update", KEY, {}, {"deletionWindowInDays": 7})],
    "a secret's window ended": [("update", SECRET, {"recoveryWindowInDays": 30}, {"recoveryWindowInDays": 0})],
    "point-in-time recovery off": [("update", TABLE, {"pointInTimeRecovery": {"enabled": True}}, {"pointInTimeRecovery": {"enabled": False}})],
    "a replica in another region taken out": [("update", TABLE, {"replicas": [{"regionName": "eu-west-1"}]}, {"replicas": []})],
    "items that end": [("update", TABLE, {}, {"ttl": {"attributeName": "until", "enabled": True}})],
    "a database moved to another network": [("update", RDS, {"dbSubnetGroupName": "a"}, {"dbSubnetGroupName": "b"})],
    "a database moved to a network that is not known": [("update", RDS, {"dbSubnetGroupName": "a"}, {"dbSubnetGroupName": UNKNOWN})],
    "no way back in a cluster": [("update", AURORA, {"backtrackWindow": 86400}, {"backtrackWindow": 0})],
    "a vault's lock weakened": [("update", "aws:backup/vaultLockConfiguration:VaultLockConfiguration", {"minRetentionDays": 30}, {"minRetentionDays": 1})],
    "an object lock weakened": [("update", "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 30}}}, {"rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 30}}})],
    "an object lock shortened": [("update", "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 30}}}, {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 1}}})],
    "objects that end tomorrow": [("update", LIFECYCLE, lifecycle(expires(365)), lifecycle(expires(1)))],
    "a second rule that ends objects": [("update", LIFECYCLE, lifecycle(expires(90, prefix="tmp/")), lifecycle(expires(90, prefix="tmp/"), expires(30, prefix="data/", name="b")))],
    "a rule that is put on": [("update", LIFECYCLE, lifecycle(expires(30, status="Disabled")), lifecycle(expires(30)))],
    "a rule for all that was for some": [("update", LIFECYCLE, lifecycle(expires(30, prefix="tmp/")), lifecycle(expires(30)))],
    "a first rule on a bucket that stands": [("same", BUCKET, {}, {}), ("create", LIFECYCLE, {}, lifecycle(expires(1)))],
    "old versions that end": [("update", LIFECYCLE, lifecycle(), lifecycle(expires(noncurrentVersionExpiration={"noncurrentDays": 1})))],
    "a rule in the bucket itself": [("update", BUCKET, {}, {"lifecycleRules": [{"enabled": True, "expiration": {"days": 1}}]})],
    "images that end": [("update", IMAGES, images(30), images(1))],
    "images that end, of a registry that stands": [("create", IMAGES, {}, images(14))],
    # what guards
    "versioning deleted": [("delete", VERSIONING, ON, {})],
    "versioning suspended": [("update", VERSIONING, ON, {**ON, "versioningConfiguration": {"status": "Suspended"}})],
    "versioning of a bucket itself off": [("update", BUCKET, {"versioning": {"enabled": True}}, {"versioning": {"enabled": False}})],
    "a policy that denies deleted": [("delete", POLICY, policy(PLAIN, READER), {})],
    "a denial taken out": [("update", POLICY, policy(PLAIN, KEEP), policy(PLAIN))],
    "a denial of less": [("update", POLICY, policy(deny("s3:DeleteObject", "s3:DeleteBucket")), policy(deny("s3:DeleteBucket")))],
    "a denial with an exception": [("update", POLICY, policy(KEEP), policy(deny("s3:DeleteObjectVersion", condition={"StringNotEquals": {"aws:PrincipalTag/a": "b"}})))],
    "a policy for anybody": [("update", POLICY, policy(PLAIN), policy(PLAIN, ANYBODY))],
    "a public access block deleted": [("delete", BLOCK, CLOSED, {})],
    "a public access block opened": [("update", BLOCK, CLOSED, {**CLOSED, "blockPublicPolicy": False})],
    "an account's public access block deleted": [("delete", "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", {"blockPublicAcls": True}, {})],
    "a backup plan deleted": [("delete", PLAN, backups(), {})],
    "a backup plan's days shortened": [("update", PLAN, backups(), backups(lifecycle={"deleteAfter": 7}))],
    "a backup plan's copies ended": [("update", PLAN, backups(), backups(copyActions=[]))],
    "a backup plan's rule taken out": [("update", PLAN, backups(), {"name": "all", "rules": []})],
    "a selection deleted": [("delete", SELECTION, {"resources": ["arn:aws:rds:*"]}, {})],
    "a selection of less": [("replace", SELECTION, {"resources": ["arn:a", "arn:b"]}, {"resources": ["arn:a"]})],
    "a replication deleted": [("delete", "aws:s3/bucketReplicationConfig:BucketReplicationConfig", {"bucket": "files"}, {})],
    "copies of a database's backups deleted": [("delete", "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication", {}, {})],
    "copies of snapshots ended": [("delete", "aws:redshift/snapshotCopy:SnapshotCopy", {}, {})],
    "snapshots of volumes ended": [("update", "aws:dlm/lifecyclePolicy:LifecyclePolicy", {"state": "ENABLED"}, {"state": "DISABLED"})],
    "backups of files off": [("update", "aws:efs/backupPolicy:BackupPolicy", {"backupPolicy": {"status": "ENABLED"}}, {"backupPolicy": {"status": "DISABLED"}})],
    # Kubernetes
    "a claim deleted": [("delete", "kubernetes:core/v1:PersistentVolumeClaim", {}, {})],
    "a volume deleted": [("delete", "kubernetes:core/v1:PersistentVolume", {}, {})],
    "a namespace replaced": [("replace", "kubernetes:core/v1:Namespace", {}, {})],
    "a kind deleted": [("delete", "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", {}, {})],
    "a stateful set with claims deleted": [("delete", STATEFUL, claims(), {})],
    "a stateful set under a name of the provider's replaced": [("replace", STATEFUL, claims(None), claims(None))],
    "a stateful set that deletes its claims replaced": [("replace", STATEFUL, claims(persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete"}), claims())],
    "a stateful set that deletes claims has fewer pods": [("update", STATEFUL, claims(), claims(replicas=1, persistentVolumeClaimRetentionPolicy={"whenScaled": "Delete"}))],
    "claims that no longer stay": [("update", STATEFUL, claims(persistentVolumeClaimRetentionPolicy={"whenDeleted": "Retain"}), claims(persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete"}))],
    "a volume that no longer stays": [("update", "kubernetes:core/v1:PersistentVolume", {"spec": {"persistentVolumeReclaimPolicy": "Retain"}}, {"spec": {"persistentVolumeReclaimPolicy": "Delete"}})],
    "a class whose volumes no longer stay": [("replace", "kubernetes:storage.k8s.io/v1:StorageClass", {"reclaimPolicy": "Retain"}, {"reclaimPolicy": "Delete"})],
    "a secret of Kubernetes that others fill deleted": [("delete", "kubernetes:core/v1:Secret", {"type": "Opaque"}, {})],
    "a database of an operator deleted": [("delete", "kubernetes:postgresql.cnpg.io/v1:Cluster", {}, {})],
    "a snapshot of a volume deleted": [("delete", "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot", {}, {})],
    "a chart's database deleted": [("delete", RELEASE, {"chart": "oci://registry-1.docker.io/bitnamicharts/postgresql"}, {})],
    "a chart's disk off": [("update", RELEASE, {"chart": "app", "values": {"primary": {"persistence": {"enabled": True}}}}, {"chart": "app", "values": {"primary": {"persistence": {"enabled": False}}}})],
    # other clouds
    "a database of Google's deleted": [("delete", "gcp:sql/databaseInstance:DatabaseInstance", {}, {})],
    "a bucket of Google's replaced": [("replace", "gcp:storage/bucket:Bucket", {}, {})],
    "an account of storage of Azure's deleted": [("delete", "azure-native:storage:StorageAccount", {}, {})],
    "a group of Azure's, and all that is in it": [("delete", "azure-native:resources:ResourceGroup", {}, {})],
    "a cluster of Atlas's deleted": [("delete", "mongodbatlas:index/cluster:Cluster", {}, {})],
    "a database within a server dropped": [("delete", "postgresql:index/database:Database", {}, {})],
    "a bucket of Cloudflare's deleted": [("delete", "cloudflare:index/r2Bucket:R2Bucket", {}, {})],
    "deletion protection of Google's off": [("update", "gcp:sql/databaseInstance:DatabaseInstance", {"deletionProtection": True}, {"deletionProtection": False})],
    "backups of Google's off": [("update", "gcp:sql/databaseInstance:DatabaseInstance", {"settings": {"backupConfiguration": {"enabled": True}}}, {"settings": {"backupConfiguration": {"enabled": False}}})],
    "a key of a program's deleted": [("delete", "tls:index/privateKey:PrivateKey", {}, {})],
    "a type of AWS that no table has": [("delete", "aws:newdb/database:Database", {}, {})],
}  # fmt: skip

# what is let go by the same plan as what it is for
_WITH_ITS_BUCKET: list[Row] = [
    ("delete", BUCKET, {"bucket": "files"}, {}, {"id": "files", "retainOnDelete": True}),
]
HARMLESS: dict[str, Sequence[Row]] = {
    "all made": [("create", RDS, {}, {"skipFinalSnapshot": True}), ("create", BUCKET, {}, {"forceDestroy": True})],
    "a first rule on a bucket that is made too": [("create", BUCKET, {}, {"bucket": "files"}), ("create", LIFECYCLE, {}, lifecycle(expires(1)))],
    "a first rule on a bucket of which nothing is known": [("create", LIFECYCLE, {}, {**lifecycle(expires(1)), "bucket": UNKNOWN})],
    "a first rule that ends no object": [("create", LIFECYCLE, {}, lifecycle(expires(abortIncompleteMultipartUpload={"daysAfterInitiation": 7})))],
    "a larger database": [("update", RDS, {"instanceClass": "db.m7g.large", "allocatedStorage": 20}, {"instanceClass": "db.m7g.xlarge", "allocatedStorage": 100})],
    "a newer database": [("update", RDS, {"engineVersion": "16.3"}, {"engineVersion": "16.8"})],
    "backups kept longer": [("update", RDS, {"backupRetentionPeriod": 7}, {"backupRetentionPeriod": 35})],
    "performance kept shorter": [("update", RDS, {"performanceInsightsRetentionPeriod": 731}, {"performanceInsightsRetentionPeriod": 7})],
    "no final snapshot, written out": [("update", RDS, {"skipFinalSnapshot": True}, {"skipFinalSnapshot": True, "tags": {"a": "b"}})],
    "the final snapshot back": [("update", RDS, {"skipFinalSnapshot": True}, {"skipFinalSnapshot": False})],
    "deletion protection on": [("update", RDS, {"deletionProtection": False}, {"deletionProtection": True})],
    "deletion protection off, which it was": [("update", RDS, {}, {"deletionProtection": False})],
    "protect on": [("same", RDS, {}, {}, {"new": {"protect": True}})],
    "protect stays": [("update", RDS, {}, {"tags": {"a": "b"}}, {"protect": True, "new": {"protect": True}})],
    "protect off of what holds nothing": [("same", "aws:sns/topic:Topic", {}, {}, {"protect": True, "new": {"protect": False}})],
    "another password of its own": [("update", RDS, {"password": "[secret]"}, {"password": "[secret]"}, {"diffReasons": ["password"]})],
    "a new subnet group's tags": [("update", "aws:rds/subnetGroup:SubnetGroup", {}, {"tags": {"a": "b"}})],
    "a table that scales": [("update", TABLE, {"billingMode": "PROVISIONED"}, {"billingMode": "PAY_PER_REQUEST"})],
    "a table with a copy": [("update", TABLE, {"replicas": []}, {"replicas": [{"regionName": "eu-west-1"}]})],
    "a table's recovery on": [("update", TABLE, {}, {"pointInTimeRecovery": {"enabled": True}})],
    "a cache with more nodes": [("update", GROUP, {"numCacheClusters": 2}, {"numCacheClusters": 3})],
    "a key that rotates": [("update", KEY, {"enableKeyRotation": False}, {"enableKeyRotation": True})],
    "a key's window longer": [("update", KEY, {"deletionWindowInDays": 7}, {"deletionWindowInDays": 30})],
    "a log group kept longer": [("update", LOGS, {"retentionInDays": 30}, {"retentionInDays": 365})],
    "a log group kept for ever": [("update", LOGS, {"retentionInDays": 30}, {})],
    "a queue's messages longer": [("update", "aws:sqs/queue:Queue", {"messageRetentionSeconds": 345600, "visibilityTimeoutSeconds": 60}, {"messageRetentionSeconds": 1209600, "visibilityTimeoutSeconds": 30})],
    "a secret's new value": [("replace", VERSION, {"secretId": "s", "secretString": "[secret]"}, {"secretId": "s", "secretString": "[secret]"}, {"replaceReasons": ["secretString"]})],
    "a password meant to be made anew": [("replace", PASSWORD, {"keepers": {"generation": "1"}}, {"keepers": {"generation": "2"}}, {"replaceReasons": ["keepers"]})],
    "a random name made anew": [("replace", "random:index/randomPet:RandomPet", {}, {})],
    "objects kept longer": [("update", LIFECYCLE, lifecycle(expires(30)), lifecycle(expires(90)))],
    "a rule that is narrower": [("update", LIFECYCLE, lifecycle(expires(30)), lifecycle(expires(30, prefix="tmp/")))],
    "a rule under another name": [("update", LIFECYCLE, lifecycle(expires(30)), lifecycle(expires(30, name="renamed")))],
    "objects to a cheaper class": [("update", LIFECYCLE, lifecycle(expires(30)), lifecycle(expires(30), expires(name="cold", transitions=[{"days": 30, "storageClass": "GLACIER"}])))],
    "a rule put off": [("update", LIFECYCLE, lifecycle(expires(30)), lifecycle(expires(30, status="Disabled")))],
    "all rules taken out": [("delete", LIFECYCLE, lifecycle(expires(30)), {})],
    "images kept longer": [("update", IMAGES, images(7), images(30))],
    "versioning on": [("update", VERSIONING, {**ON, "versioningConfiguration": {"status": "Suspended"}}, ON)],
    "what was off deleted": [("delete", VERSIONING, {**ON, "versioningConfiguration": {"status": "Suspended"}}, {})],
    "a policy that lets in deleted": [("delete", POLICY, policy(READER), {})],
    "a policy with one more reader": [("update", POLICY, policy(PLAIN), policy(PLAIN, READER))],
    "a denial of more": [("update", POLICY, policy(KEEP), policy(deny("s3:DeleteObjectVersion", "s3:DeleteBucket")))],
    "a policy that names a role that is made": [("update", POLICY, policy(PLAIN), {"bucket": "files", "policy": UNKNOWN})],
    "statements in another order": [("update", POLICY, policy(PLAIN, KEEP), policy(KEEP, PLAIN))],
    "guards that go with a bucket that is kept": [*_WITH_ITS_BUCKET, ("delete", VERSIONING, ON, {}), ("delete", POLICY, policy(KEEP), {}), ("delete", BLOCK, CLOSED, {})],
    "a plan with one more rule": [("update", PLAN, backups(), {"name": "all", "rules": [*backups()["rules"], {"ruleName": "weekly"}]})],
    "backups kept for ever": [("update", PLAN, backups(), backups(lifecycle={}))],
    "a backup at another hour": [("update", PLAN, backups(), backups(schedule="cron(0 4 * * ? *)"))],
    "a selection of more": [("replace", SELECTION, {"resources": ["arn:a"]}, {"resources": ["arn:a", "arn:b"]}, {"replaceReasons": ["resources"]})],
    "a selection under another role": [("replace", SELECTION, {"resources": ["arn:a"], "iamRoleArn": "a"}, {"resources": ["arn:a"], "iamRoleArn": "b"}, {"replaceReasons": ["iamRoleArn"]})],
    "a database that is only forgotten": [("delete", RDS, {}, {}, {"retainOnDelete": True})],
    "code of a function": [("update", "aws:lambda/function:Function", {"code": "a"}, {"code": "b"})],
    "a task definition replaced": [("replace", "aws:ecs/taskDefinition:TaskDefinition", {}, {})],
    "a certificate replaced": [("replace", "aws:acm/certificate:Certificate", {}, {})],
    "a rule of a firewall deleted": [("delete", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {}, {})],
    "a role deleted": [("delete", "aws:iam/role:Role", {}, {})],
    "a bastion's new image": [("replace", INSTANCE, {"ami": "a"}, {"ami": "b"}, {"replaceReasons": ["ami"]})],
    "an alarm deleted": [("delete", "aws:cloudwatch/metricAlarm:MetricAlarm", {}, {})],
    "an object of the program's deleted": [("delete", "aws:s3/bucketObjectv2:BucketObjectv2", {}, {})],
    "a balancer's protection off": [("update", "aws:lb/loadBalancer:LoadBalancer", {"enableDeletionProtection": True}, {"enableDeletionProtection": False})],
    "pods with a new image": [("update", "kubernetes:apps/v1:Deployment", {"spec": {"template": 1}}, {"spec": {"template": 2}})],
    "a deployment deleted": [("delete", "kubernetes:apps/v1:Deployment", {}, {})],
    "a stateful set with more pods": [("update", STATEFUL, claims(), claims(replicas=5))],
    "a stateful set with fewer pods, whose claims stay": [("update", STATEFUL, claims(), claims(replicas=1))],
    "a stateful set that keeps its name replaced": [("replace", STATEFUL, claims(), claims(serviceName="other"), {"replaceReasons": ["spec.serviceName"]})],
    "a stateful set without claims deleted": [("delete", STATEFUL, {"spec": {"replicas": 1}}, {})],
    "a secret of the program's, made anew": [("replace", "kubernetes:core/v1:Secret", {"stringData": "[secret]"}, {"stringData": "[secret]"})],
    "a map of settings deleted": [("delete", "kubernetes:core/v1:ConfigMap", {}, {})],
    "a chart without data deleted": [("delete", RELEASE, {"chart": "metrics-server"}, {})],
    "a chart's values": [("update", RELEASE, {"chart": "postgresql", "values": {"a": 1}}, {"chart": "postgresql", "values": {"a": 2}})],
    "a user of an operator's deleted": [("delete", "kubernetes:kafka.strimzi.io/v1beta2:KafkaUser", {}, {})],
    "a reader of Google's deleted": [("delete", "gcp:storage/bucketIAMMember:BucketIAMMember", {}, {})],
    "an account of a service deleted": [("delete", "gcp:serviceaccount/account:ServiceAccount", {}, {})],
    "an image that is built deleted": [("delete", "docker:index/image:Image", {}, {})],
    "a command replaced": [("replace", "command:local:Command", {}, {})],
    "a monitor of Datadog's deleted": [("delete", "datadog:index/monitor:Monitor", {}, {})],
    "a component gone": [("delete", "platform:rds:Database", {}, {}, {"custom": False})],
}  # fmt: skip


def digest(rows: Sequence[Row]) -> str:
    """Return a plan as `pulumi preview --json` prints it."""
    steps = []
    for number, (operation, token, before, after, *more) in enumerate(rows):
        told = dict(more[0]) if more else {}
        new = {"type": token, "custom": True, "inputs": after, **told.pop("new", {"protect": told.get("protect")})}
        extra = {key: told.pop(key) for key in ("replaceReasons", "diffReasons") if key in told}
        old = None if operation == "create" else {"type": token, "custom": True, "inputs": before, **told}
        name = f"thing-{number}"
        steps.append(
            {
                "op": operation,
                "urn": f"urn:pulumi:prod::any::{token}::{name}",
                "oldState": old,
                "newState": None if operation == "delete" else new,
                **extra,
            }
        )
    return json.dumps({"steps": steps, "changeSummary": {"update": len(steps)}})
