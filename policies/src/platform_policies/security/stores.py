"""What keeps data or passes it on, beside RDS, ElastiCache and S3: warehouses, searches, streams, brokers, file systems."""

from typing import Any

from ..kit.holds import At, is_given, is_off, is_on, most, none_of, one_of
from ..kit.reading import UNKNOWN, get, given, on
from ..kit.rule import Resource, Rule

_SEARCH = r"aws:(opensearch|elasticsearch)/domain:Domain"
_REDSHIFT = "aws:redshift/cluster:Cluster"
_MSK = "aws:msk/cluster:Cluster"
_BROKER = "aws:mq/broker:Broker"
_ENDPOINT = "aws:dms/endpoint:Endpoint"
_SERVER = "aws:transfer/server:Server"
_DOCDB_GROUP = "aws:docdb/clusterParameterGroup:ClusterParameterGroup"
_AURORA = "aws:rds/cluster:Cluster"
# Engines that DMS speaks to over a connection of theirs, which can be in clear.
_DATABASES = (
    "mysql",
    "aurora",
    "aurora-postgresql",
    "mariadb",
    "postgres",
    "sqlserver",
    "oracle",
    "db2",
    "docdb",
    "mongodb",
    "sybase",
    "azuredb",
    "azure-sql-managed-instance",
)
_TRANSFER = "https://docs.aws.amazon.com/transfer/latest/userguide/security-policies.html"
_OLD_TRANSFER = ("TransferSecurityPolicy-2018-11", "TransferSecurityPolicy-2020-06", "TransferSecurityPolicy-2022-03")
_USUAL_ADMINS = ("awsuser", "admin", "administrator", "root", "postgres", "master")


def _parameter(name: str, *wanted: str, absent: bool) -> Any:
    """Return what wants a parameter of a parameter group to have a value."""

    def holds(resource: Resource) -> bool:
        found = [get(one, "value") for one in resource.items("parameters") if get(one, "name") == name]
        if resource.get("parameters") is UNKNOWN or UNKNOWN in resource.items("parameters"):
            return True
        return all(value is UNKNOWN or str(value).lower() in wanted for value in found) if found else absent

    return holds


def _audited(resource: Resource) -> bool:
    listed = resource.get("logPublishingOptions")
    return listed is UNKNOWN or any(
        one is UNKNOWN or (get(one, "logType") in ("AUDIT_LOGS", UNKNOWN) and get(one, "enabled") is not False)
        for one in resource.items("logPublishingOptions")
    )


def _any_log(resource: Resource) -> bool:
    logs = resource.get("loggingInfo", "brokerLogs")
    ways = [get(logs, way, "enabled") for way in ("cloudwatchLogs", "firehose", "s3")]
    return logs is UNKNOWN or any(on(way) for way in ways if way is not None)


def _broker_audited(resource: Resource) -> bool:
    return str(resource.get("engineType")).lower() != "activemq" or on(resource.get("logs", "audit"))


def _secure_endpoint(resource: Resource) -> bool:
    engine = resource.get("engineName")
    return engine not in _DATABASES or resource.get("sslMode") in ("require", "verify-ca", "verify-full", UNKNOWN)


def _no_ftp(resource: Resource) -> bool:
    return "FTP" not in resource.items("protocols")


def _usual_admin(resource: Resource) -> bool:
    return resource.get("masterUsername") not in _USUAL_ADMINS


def _modern_search(resource: Resource) -> bool:
    policy = resource.get("domainEndpointOptions", "tlsSecurityPolicy")
    return policy in (None, UNKNOWN) or "1-2" in str(policy)


def _streamed(resource: Resource) -> bool:
    return given(resource.get("kinesisSourceConfiguration")) or resource.get("serverSideEncryption", "keyType") in (
        "CUSTOMER_MANAGED_CMK",
        UNKNOWN,
    )


def _masters(resource: Resource) -> bool:
    config = resource.get("clusterConfig")
    return config is UNKNOWN or (
        on(get(config, "dedicatedMasterEnabled")) and get(config, "dedicatedMasterCount") in (3, 5, UNKNOWN)
    )


RULES = (
    Rule("redshift-encrypted", "critical", "a warehouse is encrypted at rest", "leave encrypted on", "at-rest", _REDSHIFT, one_of("encrypted", True, "true", absent=True), refs="FSBP Redshift.10, CKV_AWS_64"),
    Rule("redshift-tls", "high", "a warehouse takes connections over TLS alone", "set the parameter require_ssl to true", "in-transit", "aws:redshift/parameterGroup:ParameterGroup", _parameter("require_ssl", "true", absent=False), refs="FSBP Redshift.2, CKV_AWS_105"),
    Rule("redshift-routing", "medium", "a warehouse copies data over the VPC", "set enhancedVpcRouting", "boundary", _REDSHIFT, is_on("enhancedVpcRouting"), refs="FSBP Redshift.7, CKV_AWS_321"),
    Rule("redshift-names", "low", "a warehouse has neither the usual administrator nor the usual database", "choose others than awsuser and dev", "identity", _REDSHIFT, lambda s: _usual_admin(s) and s.get("databaseName") not in ("dev",), refs="FSBP Redshift.8, FSBP Redshift.9, CKV_AWS_320, CKV_AWS_391", level="advisory"),
    Rule("redshift-subnets", "medium", "a warehouse is in subnets of one's own", "set clusterSubnetGroupName", "boundary", _REDSHIFT, lambda s: given(s.get("clusterSubnetGroupName")) and s.get("clusterSubnetGroupName") != "default", refs="CKV_AWS_154", link="https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-cluster-subnet-groups.html", level="advisory"),
    Rule("docdb-tls", "high", "DocumentDB takes connections over TLS alone", "leave the parameter tls out, or set it to enabled", "in-transit", _DOCDB_GROUP, _parameter("tls", "enabled", "tls1.2+", "tls1.3+", "fips-140-3", absent=True), refs="CKV_AWS_90", link="https://docs.aws.amazon.com/documentdb/latest/developerguide/security.encryption.ssl.html"),
    Rule("docdb-audit", "medium", "DocumentDB audits", "set the parameter audit_logs to enabled or all", "audit", _DOCDB_GROUP, _parameter("audit_logs", "enabled", "all", "ddl", "dml_read", "dml_write", absent=False), refs="FSBP DocumentDB.4, CKV_AWS_104", level="advisory"),
    Rule("neptune-iam", "medium", "a graph asks IAM who calls", "set iamDatabaseAuthenticationEnabled", "identity", "aws:neptune/cluster:Cluster", is_on("iamDatabaseAuthenticationEnabled"), refs="FSBP Neptune.7, CKV_AWS_359"),
    Rule("aurora-iam", "low", "an Aurora cluster can ask IAM who calls", "set iamDatabaseAuthenticationEnabled", "identity", _AURORA, is_on("iamDatabaseAuthenticationEnabled"), refs="FSBP RDS.12, CKV_AWS_162", level="advisory"),
    Rule("snapshots-tagged", "low", "a cluster's tags go with its snapshots", "set copyTagsToSnapshot", "configuration", r"aws:(rds|neptune)/cluster:Cluster", is_on("copyTagsToSnapshot"), refs="FSBP RDS.16, FSBP Neptune.8, CKV_AWS_313, CKV_AWS_362", level="advisory"),
    Rule("rds-proxy-secret", "low", "a database proxy does not log statements", "leave debugLogging off: statements hold data", "secrets", "aws:rds/proxy:Proxy", is_off("debugLogging"), link="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-managing.html", level="advisory"),
    Rule("search-vpc", "high", "a search domain is in a VPC", "set vpcOptions", "boundary", _SEARCH, is_given("vpcOptions.subnetIds"), refs="FSBP Opensearch.2, FSBP ES.2, CKV_AWS_137"),
    Rule("search-groups", "low", "a search domain has security groups of its own", "set vpcOptions.securityGroupIds", "boundary", _SEARCH, is_given("vpcOptions.securityGroupIds"), refs="CKV_AWS_248", link="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html", level="advisory"),
    Rule("search-tls", "high", "a search domain takes TLS 1.2 and newer alone", "set domainEndpointOptions.tlsSecurityPolicy to Policy-Min-TLS-1-2-PFS-2023-10", "in-transit", _SEARCH, _modern_search, refs="FSBP Opensearch.8, FSBP ES.8, CKV_AWS_228"),
    Rule("search-access", "medium", "a search domain knows who may read which index", "set advancedSecurityOptions.enabled", "identity", _SEARCH, is_on("advancedSecurityOptions.enabled"), refs="FSBP Opensearch.7, CKV2_AWS_52"),
    Rule("search-audit", "medium", "a search domain writes an audit log", "publish AUDIT_LOGS", "audit", _SEARCH, _audited, refs="FSBP Opensearch.5, FSBP ES.5, CKV_AWS_84, CKV_AWS_317"),
    Rule("search-masters", "low", "a search domain has three master nodes", "set clusterConfig.dedicatedMasterEnabled and dedicatedMasterCount", "availability", _SEARCH, _masters, refs="FSBP Opensearch.11, FSBP ES.7, CKV_AWS_318, CKV2_AWS_59", level="advisory"),
    Rule("stream-encrypted", "high", "a stream is encrypted", "set encryptionType to KMS", "at-rest", "aws:kinesis/stream:Stream", one_of("encryptionType", "KMS"), refs="FSBP Kinesis.1, CKV_AWS_43"),
    Rule("firehose-key", "low", "a delivery stream is encrypted with a key of one's own", "set serverSideEncryption.keyType to CUSTOMER_MANAGED_CMK", "at-rest", "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", _streamed, refs="CKV_AWS_241", link="https://docs.aws.amazon.com/firehose/latest/dev/encryption.html", level="advisory"),
    Rule("msk-tls", "high", "Kafka takes clients over TLS alone", "set encryptionInfo.encryptionInTransit.clientBroker to TLS", "in-transit", _MSK, one_of("encryptionInfo.encryptionInTransit.clientBroker", "TLS", absent=True), refs="FSBP MSK.1, CKV_AWS_81"),
    Rule("msk-private", "critical", "Kafka's brokers are not reached from the internet", "set connectivityInfo.publicAccess.type to DISABLED", "boundary", _MSK, one_of("brokerNodeGroupInfo.connectivityInfo.publicAccess.type", "DISABLED", absent=True), refs="FSBP MSK.4, CKV_AWS_291"),
    Rule("msk-identity", "high", "Kafka asks who calls", "leave clientAuthentication.unauthenticated off", "identity", _MSK, is_off("clientAuthentication.unauthenticated"), refs="FSBP MSK.6"),
    Rule("msk-logs", "medium", "Kafka's brokers log somewhere", "enable a log of loggingInfo.brokerLogs", "audit", _MSK, _any_log, refs="CKV_AWS_80", link="https://docs.aws.amazon.com/msk/latest/developerguide/msk-logging.html"),
    Rule("msk-connect-tls", "high", "a connector reaches Kafka over TLS", "set kafkaClusterEncryptionInTransit.encryptionType to TLS", "in-transit", "aws:mskconnect/connector:Connector", one_of("kafkaClusterEncryptionInTransit.encryptionType", "TLS"), refs="FSBP MSK.3"),
    Rule("mq-logs", "medium", "a broker writes its log", "set logs.general", "audit", _BROKER, is_on("logs.general"), refs="FSBP MQ.2, CKV_AWS_48"),
    Rule("mq-audit", "medium", "an ActiveMQ broker logs what administrators do", "set logs.audit", "audit", _BROKER, _broker_audited, refs="FSBP MQ.2, CKV_AWS_197"),
    Rule("dax-tls", "high", "a DynamoDB accelerator speaks TLS", "set clusterEndpointEncryptionType to TLS", "in-transit", "aws:dax/cluster:Cluster", one_of("clusterEndpointEncryptionType", "TLS"), refs="FSBP DynamoDB.7, CKV_AWS_239"),
    Rule("memorydb-acl", "high", "a MemoryDB cluster asks who calls", "name an ACL other than open-access", "identity", "aws:memorydb/cluster:Cluster", none_of("aclName", "open-access"), link="https://docs.aws.amazon.com/memorydb/latest/devguide/clusters.acls.html"),
    Rule("ddb-key", "low", "a DynamoDB table is encrypted with a key of one's own", "set serverSideEncryption.kmsKeyArn", "at-rest", r"aws:dynamodb/(table:Table|tableReplica:TableReplica)", lambda s: given(s.get("serverSideEncryption", "kmsKeyArn") if s.type.endswith(":Table") else s.get("kmsKeyArn")), refs="CKV_AWS_119, CKV_AWS_271", link="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html", level="advisory"),
    Rule("dms-tls", "high", "data is migrated over TLS", "set sslMode to require, verify-ca or verify-full", "in-transit", _ENDPOINT, _secure_endpoint, refs="FSBP DMS.9, CKV2_AWS_49"),
    Rule("transfer-protocols", "high", "a file transfer server speaks no protocol in clear", "leave FTP out of protocols", "in-transit", _SERVER, _no_ftp, refs="FSBP Transfer.2, CKV_AWS_357"),
    Rule("transfer-ciphers", "medium", "a file transfer server speaks current ciphers", "set securityPolicyName to TransferSecurityPolicy-2024-01 or newer", "in-transit", _SERVER, At(("securityPolicyName",), lambda v: v not in _OLD_TRANSFER, absent=False), refs="CKV_AWS_380", link=_TRANSFER),
    Rule("transfer-vpc", "medium", "a file transfer server is reached over a VPC", "set endpointType to VPC", "boundary", _SERVER, one_of("endpointType", "VPC", "VPC_ENDPOINT"), refs="CKV_AWS_164", link=_TRANSFER, level="advisory"),
    Rule("transfer-logs", "medium", "a file transfer server or connector logs", "set loggingRole or structuredLogDestinations", "audit", r"aws:transfer/(server:Server|connector:Connector)", lambda s: given(s.get("loggingRole")) or given(s.get("structuredLogDestinations")), refs="FSBP Transfer.3", level="advisory"),
    Rule("ledger-permissions", "medium", "a ledger's permissions are by command and table", "set permissionsMode to STANDARD", "privilege", "aws:qldb/ledger:Ledger", one_of("permissionsMode", "STANDARD"), refs="CKV_AWS_170", link="https://docs.aws.amazon.com/qldb/latest/developerguide/ledger-management.basics.html"),
    Rule("efs-access-root", "low", "an EFS access point has a root of its own", "set rootDirectory.path", "privilege", "aws:efs/accessPoint:AccessPoint", At(("rootDirectory.path",), lambda v: v != "/", absent=False), refs="FSBP EFS.3, CKV_AWS_329"),
    Rule("efs-access-user", "low", "an EFS access point has a user of its own", "set posixUser", "identity", "aws:efs/accessPoint:AccessPoint", is_given("posixUser.uid"), refs="FSBP EFS.4, CKV_AWS_330"),
    Rule("ec-subnets", "low", "a cache cluster is in subnets of one's own", "set subnetGroupName", "boundary", "aws:elasticache/cluster:Cluster", lambda s: given(s.get("replicationGroupId")) or (given(s.get("subnetGroupName")) and s.get("subnetGroupName") != "default"), refs="FSBP ElastiCache.7, CKV_AWS_323"),
    Rule("secret-rotated-often", "low", "a secret that is rotated is rotated within `most_days`", "set rotationRules.automaticallyAfterDays", "secrets", "aws:secretsmanager/secretRotation:SecretRotation", lambda s: given(s.get("rotationRules", "scheduleExpression")) or most("rotationRules.automaticallyAfterDays", s.parameters["most_days"])(s), refs="FSBP SecretsManager.4, CKV_AWS_304", parameters={"most_days": 90}),
    Rule("sns-plain-http", "medium", "a topic sends nothing over plain HTTP", "use https", "in-transit", "aws:sns/topicSubscription:TopicSubscription", none_of("protocol", "http"), link="https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html"),
    Rule("datasync-secret", "medium", "a location of DataSync keeps its key in Secrets Manager", "leave secretKey out, and give the location a secret", "secrets", "aws:datasync/locationObjectStorage:LocationObjectStorage", lambda s: not given(s.get("secretKey")) or s.get("secretKey") is UNKNOWN, refs="CKV_AWS_295", link="https://docs.aws.amazon.com/datasync/latest/userguide/create-object-location.html", level="advisory"),
    Rule("file-transfer-in-transit", "high", "DataSync reaches EFS over TLS", "set inTransitEncryption to TLS1_2", "in-transit", "aws:datasync/efsLocation:EfsLocation", one_of("inTransitEncryption", "TLS1_2"), link="https://docs.aws.amazon.com/datasync/latest/userguide/create-efs-location.html"),
)  # fmt: skip
