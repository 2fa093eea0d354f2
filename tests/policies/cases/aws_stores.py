"""Cases of rules over what keeps data, works on it, or serves it to the web."""

import json
from typing import Any

from .case import ABSENT, UNKNOWN
from .controls import Row, of, row

_SEARCH, _REDSHIFT, _MSK = "aws:opensearch/domain:Domain", "aws:redshift/cluster:Cluster", "aws:msk/cluster:Cluster"
_BROKER, _SERVER, _NOTEBOOK = (
    "aws:mq/broker:Broker",
    "aws:transfer/server:Server",
    "aws:sagemaker/notebookInstance:NotebookInstance",
)
_DOCDB_GROUP, _EMR = (
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup",
    "aws:emr/securityConfiguration:SecurityConfiguration",
)
_AIRFLOW, _WORKGROUP, _CLASSIC = (
    "aws:mwaa/environment:Environment",
    "aws:athena/workgroup:Workgroup",
    "aws:elb/loadBalancer:LoadBalancer",
)
_GLUE_SETTINGS = "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings"
_BUCKET, _ACL = "aws:s3/bucket:Bucket", "aws:s3/bucketAcl:BucketAcl"
_CERTIFICATE = "aws:acm/certificate:Certificate"


def parameters(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def emr(**changes: Any) -> str:
    """Return the text of a sound security configuration of EMR, with changes."""
    disks = {"EncryptionKeyProviderType": "AwsKms", "AwsKmsKey": "arn", "EnableEbsEncryption": True}
    at_rest = {"S3EncryptionConfiguration": {"EncryptionMode": "SSE-KMS"}, "LocalDiskEncryptionConfiguration": disks}
    sound = {
        "EnableAtRestEncryption": True,
        "EnableInTransitEncryption": True,
        "AtRestEncryptionConfiguration": at_rest,
    }
    return json.dumps({"EncryptionConfiguration": {**sound, **changes}})


_PARTS = ("dagProcessingLogs", "schedulerLogs", "taskLogs", "webserverLogs", "workerLogs")
_EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
_NO_DISKS = {"AtRestEncryptionConfiguration": {"S3EncryptionConfiguration": {"EncryptionMode": "SSE-KMS"}}}
_PLAIN_DISKS = {
    "AtRestEncryptionConfiguration": {"LocalDiskEncryptionConfiguration": {"EncryptionKeyProviderType": "AwsKms"}}
}
_GLUE_MODES = {"cloudwatchEncryption": {"cloudwatchEncryptionMode": "SSE-KMS"}, "jobBookmarksEncryption": {"jobBookmarksEncryptionMode": "CSE-KMS"}, "s3Encryption": {"s3EncryptionMode": "SSE-KMS"}}  # fmt: skip
ROWS: list[Row] = [
    # by kind
    row("aws-encrypted", "CKV_AWS_74, FSBP DocumentDB.1", "aws:docdb/cluster:Cluster", "storageEncrypted", True, [False], enabledCloudwatchLogsExports=["audit"], passed=[{"storageEncrypted": ABSENT, "snapshotIdentifier": "a"}]),
    row("aws-encrypted", "CKV_AWS_44, FSBP Neptune.1", "aws:neptune/cluster:Cluster", "storageEncrypted", True, [False], enableCloudwatchLogsExports=["audit"], iamDatabaseAuthenticationEnabled=True),
    row("aws-encrypted", "CKV_AWS_47, FSBP DynamoDB.3", "aws:dax/cluster:Cluster", "serverSideEncryption.enabled", True, [False], clusterEndpointEncryptionType="TLS"),
    row("aws-encrypted", "CKV_AWS_5, FSBP Opensearch.1, FSBP ES.1", _SEARCH, "encryptAtRest.enabled", True, [False]),
    row("aws-encrypted", "CKV_AWS_140", "aws:rds/globalCluster:GlobalCluster", "storageEncrypted", True, [False], passed=[{"storageEncrypted": ABSENT, "sourceDbClusterIdentifier": "a"}]),
    row("aws-encrypted", "CKV_AWS_292", "aws:docdb/globalCluster:GlobalCluster", "storageEncrypted", True, [False]),
    row("aws-encrypted", "CKV_AWS_155, FSBP WorkSpaces.1", "aws:workspaces/workspace:Workspace", "userVolumeEncryptionEnabled", True, [False], rootVolumeEncryptionEnabled=True),
    row("aws-encrypted", "CKV_AWS_156, FSBP WorkSpaces.2", "aws:workspaces/workspace:Workspace", "rootVolumeEncryptionEnabled", True, [False], userVolumeEncryptionEnabled=True),
    row("aws-encrypted", "CKV_AWS_214, FSBP AppSync.1", "aws:appsync/apiCache:ApiCache", "atRestEncryptionEnabled", True, [False], transitEncryptionEnabled=True),
    row("aws-encrypted", "CKV_AWS_235", "aws:ec2/amiCopy:AmiCopy", "encrypted", True, [False]),
    row("aws-encrypted", "CKV_AWS_183 at all", "aws:ebs/snapshotCopy:SnapshotCopy", "encrypted", True, [False]),
    row("aws-encrypted", "CKV_AWS_240, FSBP DataFirehose.1", "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", "serverSideEncryption.enabled", True, [False], passed=[{"serverSideEncryption": ABSENT, "kinesisSourceConfiguration": {"kinesisStreamArn": "arn"}}]),
    of("aws-encrypted", "CKV_AWS_8 launch configuration", "aws:ec2/launchConfiguration:LaunchConfiguration", {"rootBlockDevice": {"encrypted": True}, "ebsBlockDevices": [{"encrypted": True}], "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1.0}}, [{"rootBlockDevice.encrypted": False}, {"ebsBlockDevices.0.encrypted": False}, {"rootBlockDevice": ABSENT}]),
    of("aws-encrypted", "CKV_AWS_255", "aws:dlm/lifecyclePolicy:LifecyclePolicy", {"policyDetails": {"schedules": [{"crossRegionCopyRules": [{"encrypted": True}]}]}}, [{"policyDetails.schedules.0.crossRegionCopyRules.0.encrypted": False}], [{"policyDetails": ABSENT}]),
    of("aws-encrypted", "CKV_AWS_253", "aws:dlm/lifecyclePolicy:LifecyclePolicy", {"policyDetails": {"action": {"crossRegionCopies": [{"encryptionConfiguration": {"encrypted": True}}]}}}, [{"policyDetails.action.crossRegionCopies.0.encryptionConfiguration.encrypted": False}], [{"policyDetails": ABSENT}]),
    row("aws-in-transit", "CKV_AWS_6, FSBP ES.3", _SEARCH, "nodeToNodeEncryption.enabled", True, [False], domainEndpointOptions={"enforceHttps": True}),
    row("aws-in-transit", "CKV_AWS_83", _SEARCH, "domainEndpointOptions.enforceHttps", True, [False], absent=True, nodeToNodeEncryption={"enabled": True}),
    row("aws-in-transit", "CKV_AWS_202", "aws:memorydb/cluster:Cluster", "tlsEnabled", True, [False], absent=True, snapshotRetentionLimit=7.0),
    row("aws-in-transit", "CKV_AWS_215, FSBP AppSync.6", "aws:appsync/apiCache:ApiCache", "transitEncryptionEnabled", True, [False], atRestEncryptionEnabled=True),
    row("aws-in-transit", "CKV_AWS_220", "aws:cloudsearch/domain:Domain", "endpointOptions.enforceHttps", True, [False]),
    row("aws-in-transit", "RDS proxy TLS", "aws:rds/proxy:Proxy", "requireTls", True, [False]),
    row("aws-in-transit", "CKV_AWS_81 brokers", _MSK, "encryptionInfo.encryptionInTransit.inCluster", True, [False], absent=True),
    row("aws-jobs-in-transit", "CKV_AWS_369", "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition", "networkConfig.enableInterContainerTrafficEncryption", True, [False]),
    row("aws-private", "CKV_AWS_89, FSBP DMS.1", "aws:dms/replicationInstance:ReplicationInstance", "publiclyAccessible", False, [True], autoMinorVersionUpgrade=True),
    row("aws-private", "CKV_AWS_87, FSBP Redshift.1", _REDSHIFT, "publiclyAccessible", False, [True], absent=True),
    row("aws-private", "CKV_AWS_69", _BROKER, "publiclyAccessible", False, [True], absent=True),
    row("aws-private", "CKV_AWS_102", "aws:neptune/clusterInstance:ClusterInstance", "publiclyAccessible", False, [True], absent=True),
    row("aws-private", "CKV_AWS_333, FSBP ECS.2", "aws:ecs/service:Service", "networkConfiguration.assignPublicIp", False, [True], absent=True),
    row("aws-private", "CKV_AWS_389, FSBP Autoscaling.5", "aws:ec2/launchConfiguration:LaunchConfiguration", "associatePublicIpAddress", False, [True], absent=True),
    row("aws-private", "CKV_AWS_17", "aws:rds/clusterInstance:ClusterInstance", "publiclyAccessible", False, [True], absent=True),
    row("aws-private", "FSBP RedshiftServerless.3", "aws:redshiftserverless/workgroup:Workgroup", "publiclyAccessible", False, [True], absent=True),
    row("aws-private", "Neptune Analytics", "aws:neptunegraph/graph:Graph", "publicConnectivity", False, [True], absent=True),
    row("aws-private", "public scheduled tasks", "aws:scheduler/schedule:Schedule", "target.ecsParameters.networkConfiguration.assignPublicIp", False, [True], absent=True),
    row("aws-block-public", "CKV_AWS_390, FSBP EMR.2", "aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration", "blockPublicSecurityGroupRules", True, [False]),
    *(
        of("aws-block-public", known, "aws:s3/accessPoint:AccessPoint", {"publicAccessBlockConfiguration": {flag: True}}, [{f"publicAccessBlockConfiguration.{flag}": False}], [{f"publicAccessBlockConfiguration.{flag}": ABSENT}])
        for flag, known in (("blockPublicPolicy", "CKV_AWS_392, FSBP S3.19"), ("restrictPublicBuckets", "CKV_AWS_392 buckets"))
    ),
    of("aws-block-public", "FSBP S3.1, CIS AWS 2.1.4 account", "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True), [{"blockPublicAcls": False}, {"restrictPublicBuckets": ABSENT}]),
    row("aws-minor-upgrade", "CKV_AWS_222, FSBP DMS.6", "aws:dms/replicationInstance:ReplicationInstance", "autoMinorVersionUpgrade", True, [False], publiclyAccessible=False),
    row("aws-minor-upgrade", "CKV_AWS_207, FSBP MQ.3", _BROKER, "autoMinorVersionUpgrade", True, [False]),
    row("aws-minor-upgrade", "CKV_AWS_141, FSBP Redshift.6", _REDSHIFT, "allowVersionUpgrade", True, [False], absent=True),
    row("aws-minor-upgrade", "CKV_AWS_226 cluster", "aws:rds/clusterInstance:ClusterInstance", "autoMinorVersionUpgrade", True, [False], absent=True),
    row("aws-minor-upgrade", "CKV_AWS_226 graph", "aws:neptune/clusterInstance:ClusterInstance", "autoMinorVersionUpgrade", True, [False], absent=True),
    *(
        row("aws-own-key", known, resource_type, path, "arn", [""])
        for known, resource_type, path in (
            ("CKV_AWS_35, FSBP CloudTrail.2, CIS AWS 3.5", "aws:cloudtrail/trail:Trail", "kmsKeyId"), ("CKV_AWS_142", _REDSHIFT, "kmsKeyId"), ("CKV_AWS_147", "aws:codebuild/project:Project", "encryptionKey"),
            ("CKV_AWS_160", "aws:timestreamwrite/database:Database", "kmsKeyId"), ("CKV_AWS_177", "aws:kinesis/videoStream:VideoStream", "kmsKeyId"), ("CKV_AWS_178", "aws:fsx/ontapFileSystem:OntapFileSystem", "kmsKeyId"),
            ("CKV_AWS_179", "aws:fsx/windowsFileSystem:WindowsFileSystem", "kmsKeyId"), ("CKV_AWS_180", "aws:imagebuilder/component:Component", "kmsKeyId"), ("CKV_AWS_182", "aws:docdb/cluster:Cluster", "kmsKeyId"),
            ("CKV_AWS_183", "aws:ebs/snapshotCopy:SnapshotCopy", "kmsKeyId"), ("CKV_AWS_184", "aws:efs/fileSystem:FileSystem", "kmsKeyId"), ("CKV_AWS_185", "aws:kinesis/stream:Stream", "kmsKeyId"),
            ("CKV_AWS_187, CKV_AWS_22", _NOTEBOOK, "kmsKeyId"), ("CKV_AWS_189", "aws:ebs/volume:Volume", "kmsKeyId"), ("CKV_AWS_190", "aws:fsx/lustreFileSystem:LustreFileSystem", "kmsKeyId"), ("CKV_AWS_201", "aws:memorydb/cluster:Cluster", "kmsKeyArn"),
            ("CKV_AWS_203", "aws:fsx/openZfsFileSystem:OpenZfsFileSystem", "kmsKeyId"), ("CKV_AWS_209", _BROKER, "encryptionOptions.kmsKeyId"), ("CKV_AWS_212", "aws:dms/replicationInstance:ReplicationInstance", "kmsKeyArn"), ("CKV_AWS_221", "aws:codeartifact/domain:Domain", "encryptionKey"),
            ("CKV_AWS_236", "aws:ec2/amiCopy:AmiCopy", "kmsKeyId"), ("CKV_AWS_245", "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication", "kmsKeyId"), ("CKV_AWS_246", "aws:rds/clusterActivityStream:ClusterActivityStream", "kmsKeyId"),
            ("CKV_AWS_247", _SEARCH, "encryptAtRest.kmsKeyId"), ("CKV_AWS_262", "aws:kendra/index:Index", "serverSideEncryptionConfiguration.kmsKeyId"), ("CKV_AWS_263", "aws:appflow/flow:Flow", "kmsArn"), ("CKV_AWS_264", "aws:appflow/connectorProfile:ConnectorProfile", "kmsArn"),
            ("CKV_AWS_278", "aws:memorydb/snapshot:Snapshot", "kmsKeyArn"),
            ("CKV_AWS_281", "aws:redshift/snapshotCopyGrant:SnapshotCopyGrant", "kmsKeyId"), ("CKV_AWS_282", "aws:redshiftserverless/namespace:Namespace", "kmsKeyId"), ("CKV_AWS_294", "aws:cloudtrail/eventDataStore:EventDataStore", "kmsKeyId"), ("CKV_AWS_296", "aws:dms/endpoint:Endpoint", "kmsKeyArn"),
            ("CKV_AWS_297", "aws:scheduler/schedule:Schedule", "kmsKeyArn"), ("CKV_AWS_298", "aws:dms/s3Endpoint:S3Endpoint", "kmsKeyArn"), ("CKV_AWS_347", "aws:neptune/cluster:Cluster", "kmsKeyArn"), ("CKV_AWS_373", "aws:bedrock/agentAgent:AgentAgent", "customerEncryptionKeyArn"),
            ("CKV_AWS_98", "aws:sagemaker/endpointConfiguration:EndpointConfiguration", "kmsKeyArn"), ("CKV2_AWS_73", "aws:sqs/queue:Queue", "kmsMasterKeyId"),
            ("CKV_AWS_265", "aws:keyspaces/table:Table", "encryptionSpecification.kmsKeyIdentifier"), ("CKV_AWS_266", "aws:rds/snapshotCopy:SnapshotCopy", "kmsKeyId"), ("CKV_AWS_372", "aws:sagemaker/flowDefinition:FlowDefinition", "outputConfig.kmsKeyId"),
            ("CKV_AWS_381", "aws:codegurureviewer/repositoryAssociation:RepositoryAssociation", "kmsKeyDetails.kmsKeyId"),
        )
    ),
    of("aws-own-key", "CKV_AWS_267", "aws:comprehend/entityRecognizer:EntityRecognizer", {"modelKmsKeyId": "arn", "volumeKmsKeyId": "arn"}, [{"modelKmsKeyId": ABSENT}]),
    of("aws-own-key", "CKV_AWS_268", "aws:comprehend/entityRecognizer:EntityRecognizer", {"modelKmsKeyId": "arn", "volumeKmsKeyId": "arn"}, [{"volumeKmsKeyId": ABSENT}]),
    of("aws-own-key", "CKV_AWS_367", "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition", {"dataQualityJobOutputConfig": {"kmsKeyId": "arn"}, "jobResources": {"clusterConfig": {"volumeKmsKeyId": "arn"}}}, [{"dataQualityJobOutputConfig.kmsKeyId": ABSENT}]),
    of("aws-own-key", "CKV_AWS_368", "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition", {"dataQualityJobOutputConfig": {"kmsKeyId": "arn"}, "jobResources": {"clusterConfig": {"volumeKmsKeyId": "arn"}}}, [{"jobResources.clusterConfig.volumeKmsKeyId": ABSENT}]),
    of("aws-own-key", "CKV_AWS_199", "aws:imagebuilder/distributionConfiguration:DistributionConfiguration", {"distributions": [{"amiDistributionConfiguration": {"kmsKeyId": "arn"}}]}, [{"distributions.0.amiDistributionConfiguration.kmsKeyId": ABSENT}]),
    of("aws-own-key", "CKV_AWS_256", "aws:dlm/lifecyclePolicy:LifecyclePolicy", {"policyDetails": {"schedules": [{"crossRegionCopyRules": [{"encrypted": True, "cmkArn": "arn"}]}]}}, [{"policyDetails.schedules.0.crossRegionCopyRules.0.cmkArn": ABSENT}]),
    of("aws-own-key", "CKV_AWS_254", "aws:dlm/lifecyclePolicy:LifecyclePolicy", {"policyDetails": {"action": {"crossRegionCopies": [{"encryptionConfiguration": {"encrypted": True, "cmkArn": "arn"}}]}}}, [{"policyDetails.action.crossRegionCopies.0.encryptionConfiguration.cmkArn": ABSENT}]),
    of("aws-own-key", "CKV_AWS_173", "aws:lambda/function:Function", {"environment": {"variables": {"A": "b"}}, "kmsKeyArn": "arn"}, [{"kmsKeyArn": ABSENT}], [{"environment": ABSENT, "kmsKeyArn": ABSENT}]),
    row("aws-log-exports", "CKV_AWS_85, FSBP DocumentDB.4", "aws:docdb/cluster:Cluster", "enabledCloudwatchLogsExports", ["audit"], [[]], storageEncrypted=True),
    row("aws-log-exports", "CKV_AWS_101, FSBP Neptune.2", "aws:neptune/cluster:Cluster", "enableCloudwatchLogsExports", ["audit"], [[]], storageEncrypted=True, iamDatabaseAuthenticationEnabled=True),
    row("aws-log-exports", "CKV_AWS_324, CKV_AWS_325, FSBP RDS.34", "aws:rds/cluster:Cluster", "enabledCloudwatchLogsExports", ["audit"], [[]], storageEncrypted=True, kmsKeyId="arn", manageMasterUserPassword=True, backupRetentionPeriod=7.0),
    # stores
    row("redshift-encrypted", "CKV_AWS_64, FSBP Redshift.10", _REDSHIFT, "encrypted", True, [False, "false"], absent=True, passed=[{"encrypted": "true"}]),
    row("redshift-tls", "CKV_AWS_105, FSBP Redshift.2", "aws:redshift/parameterGroup:ParameterGroup", "parameters", parameters(require_ssl="true"), [parameters(require_ssl="false"), parameters(other="true"), [*parameters(require_ssl="true"), *parameters(require_ssl="false")]], passed=[{"parameters": [UNKNOWN]}]),
    row("redshift-routing", "CKV_AWS_321, FSBP Redshift.7", _REDSHIFT, "enhancedVpcRouting", True, [False]),
    of("redshift-names", "CKV_AWS_320, FSBP Redshift.9", _REDSHIFT, {"databaseName": "sales", "masterUsername": "keeper"}, [{"databaseName": "dev"}], [{"databaseName": ABSENT}]),
    of("redshift-names", "CKV_AWS_391, FSBP Redshift.8", _REDSHIFT, {"databaseName": "sales", "masterUsername": "keeper"}, [{"masterUsername": "awsuser"}], [{"masterUsername": ABSENT}]),
    row("redshift-subnets", "CKV_AWS_154", _REDSHIFT, "clusterSubnetGroupName", "own", ["default"]),
    row("docdb-tls", "CKV_AWS_90", _DOCDB_GROUP, "parameters", parameters(tls="enabled"), [parameters(tls="disabled")], absent=True),
    row("docdb-audit", "CKV_AWS_104", _DOCDB_GROUP, "parameters", parameters(audit_logs="enabled"), [parameters(audit_logs="disabled"), parameters(tls="enabled")]),
    row("neptune-iam", "CKV_AWS_359, FSBP Neptune.7", "aws:neptune/cluster:Cluster", "iamDatabaseAuthenticationEnabled", True, [False], storageEncrypted=True, enableCloudwatchLogsExports=["audit"]),
    row("aurora-iam", "CKV_AWS_162, FSBP RDS.12", "aws:rds/cluster:Cluster", "iamDatabaseAuthenticationEnabled", True, [False]),
    row("snapshots-tagged", "CKV_AWS_313, FSBP RDS.16", "aws:rds/cluster:Cluster", "copyTagsToSnapshot", True, [False]),
    row("snapshots-tagged", "CKV_AWS_362, FSBP Neptune.8", "aws:neptune/cluster:Cluster", "copyTagsToSnapshot", True, [False]),
    row("rds-proxy-secret", "RDS proxy statements", "aws:rds/proxy:Proxy", "debugLogging", False, [True], absent=True, requireTls=True),
    of("search-vpc", "CKV_AWS_137, FSBP Opensearch.2, FSBP ES.2", _SEARCH, {"vpcOptions": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}}, [{"vpcOptions": ABSENT}, {"vpcOptions.subnetIds": []}]),
    row("search-groups", "CKV_AWS_248", _SEARCH, "vpcOptions.securityGroupIds", ["sg-1"], [[]]),
    row("search-tls", "CKV_AWS_228, FSBP Opensearch.8", _SEARCH, "domainEndpointOptions.tlsSecurityPolicy", "Policy-Min-TLS-1-2-PFS-2023-10", ["Policy-Min-TLS-1-0-2019-07"], absent=True),
    row("search-access", "CKV2_AWS_52, FSBP Opensearch.7", _SEARCH, "advancedSecurityOptions.enabled", True, [False]),
    row("search-audit", "CKV_AWS_317, CKV_AWS_84, FSBP Opensearch.5", _SEARCH, "logPublishingOptions", [{"logType": "AUDIT_LOGS", "enabled": True}], [[{"logType": "AUDIT_LOGS", "enabled": False}], [{"logType": "INDEX_SLOW_LOGS"}]], passed=[{"logPublishingOptions": [{"logType": "AUDIT_LOGS"}]}]),
    of("search-masters", "CKV_AWS_318, CKV2_AWS_59, FSBP Opensearch.11", _SEARCH, {"clusterConfig": {"dedicatedMasterEnabled": True, "dedicatedMasterCount": 3.0}}, [{"clusterConfig.dedicatedMasterCount": 2.0}, {"clusterConfig.dedicatedMasterEnabled": False}, {"clusterConfig": ABSENT}]),
    row("stream-encrypted", "CKV_AWS_43, FSBP Kinesis.1", "aws:kinesis/stream:Stream", "encryptionType", "KMS", ["NONE"]),
    of("firehose-key", "CKV_AWS_241", "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", {"serverSideEncryption": {"enabled": True, "keyType": "CUSTOMER_MANAGED_CMK"}}, [{"serverSideEncryption.keyType": "AWS_OWNED_CMK"}], [{"serverSideEncryption.keyType": ABSENT, "kinesisSourceConfiguration": {"kinesisStreamArn": "arn"}}]),
    row("msk-tls", "CKV_AWS_81, FSBP MSK.1", _MSK, "encryptionInfo.encryptionInTransit.clientBroker", "TLS", ["TLS_PLAINTEXT", "PLAINTEXT"], absent=True),
    row("msk-private", "CKV_AWS_291, FSBP MSK.4", _MSK, "brokerNodeGroupInfo.connectivityInfo.publicAccess.type", "DISABLED", ["SERVICE_PROVIDED_EIPS"], absent=True),
    row("msk-identity", "FSBP MSK.6", _MSK, "clientAuthentication.unauthenticated", False, [True], absent=True),
    of("msk-logs", "CKV_AWS_80", _MSK, {"loggingInfo": {"brokerLogs": {"cloudwatchLogs": {"enabled": True}}}}, [{"loggingInfo.brokerLogs.cloudwatchLogs.enabled": False}, {"loggingInfo": ABSENT}], [{"loggingInfo.brokerLogs": {"s3": {"enabled": True}}}]),
    row("msk-connect-tls", "FSBP MSK.3", "aws:mskconnect/connector:Connector", "kafkaClusterEncryptionInTransit.encryptionType", "TLS", ["PLAINTEXT"]),
    row("mq-logs", "CKV_AWS_48, FSBP MQ.2", _BROKER, "logs.general", True, [False], engineType="RabbitMQ"),
    of("mq-audit", "CKV_AWS_197", _BROKER, {"engineType": "ActiveMQ", "logs": {"general": True, "audit": True}}, [{"logs.audit": False}, {"logs.audit": ABSENT}], [{"engineType": "RabbitMQ", "logs.audit": ABSENT}]),
    row("dax-tls", "CKV_AWS_239, FSBP DynamoDB.7", "aws:dax/cluster:Cluster", "clusterEndpointEncryptionType", "TLS", ["NONE"], serverSideEncryption={"enabled": True}),
    row("memorydb-acl", "MemoryDB access", "aws:memorydb/cluster:Cluster", "aclName", "own", ["open-access"], absent=True, snapshotRetentionLimit=7.0),
    row("ddb-key", "CKV_AWS_119", "aws:dynamodb/table:Table", "serverSideEncryption.kmsKeyArn", "arn", [""]),
    row("ddb-key", "CKV_AWS_271", "aws:dynamodb/tableReplica:TableReplica", "kmsKeyArn", "arn", [""]),
    of("dms-tls", "CKV2_AWS_49, FSBP DMS.9", "aws:dms/endpoint:Endpoint", {"engineName": "postgres", "sslMode": "verify-full"}, [{"sslMode": "none"}, {"sslMode": ABSENT}], [{"engineName": "s3", "sslMode": ABSENT}]),
    row("transfer-protocols", "CKV_AWS_357, FSBP Transfer.2", _SERVER, "protocols", ["SFTP"], [["SFTP", "FTP"]], absent=True),
    row("transfer-ciphers", "CKV_AWS_380", _SERVER, "securityPolicyName", "TransferSecurityPolicy-2024-01", ["TransferSecurityPolicy-2018-11"]),
    row("transfer-vpc", "CKV_AWS_164", _SERVER, "endpointType", "VPC", ["PUBLIC"]),
    row("transfer-logs", "FSBP Transfer.3", "aws:transfer/connector:Connector", "loggingRole", "arn", [""]),
    of("transfer-logs", "server that does not log", _SERVER, {"loggingRole": "arn"}, [{"loggingRole": ABSENT}], [{"loggingRole": ABSENT, "structuredLogDestinations": ["arn"]}]),
    row("ledger-permissions", "CKV_AWS_170", "aws:qldb/ledger:Ledger", "permissionsMode", "STANDARD", ["ALLOW_ALL"]),
    row("efs-access-root", "CKV_AWS_329, FSBP EFS.3", "aws:efs/accessPoint:AccessPoint", "rootDirectory.path", "/app", ["/"]),
    row("efs-access-user", "CKV_AWS_330, FSBP EFS.4", "aws:efs/accessPoint:AccessPoint", "posixUser.uid", 1000.0, [""]),
    of("ec-subnets", "CKV_AWS_323, FSBP ElastiCache.7", "aws:elasticache/cluster:Cluster", {"subnetGroupName": "own"}, [{"subnetGroupName": "default"}, {"subnetGroupName": ABSENT}], [{"subnetGroupName": ABSENT, "replicationGroupId": "a"}]),
    of("secret-rotated-often", "CKV_AWS_304, FSBP SecretsManager.4", "aws:secretsmanager/secretRotation:SecretRotation", {"rotationRules": {"automaticallyAfterDays": 30.0}}, [{"rotationRules.automaticallyAfterDays": 365.0}, {"rotationRules": ABSENT}], [{"rotationRules": {"scheduleExpression": "rate(10 days)"}}]),
    row("sns-plain-http", "SNS over HTTP", "aws:sns/topicSubscription:TopicSubscription", "protocol", "https", ["http"], absent=True),
    row("datasync-secret", "CKV_AWS_295", "aws:datasync/locationObjectStorage:LocationObjectStorage", "secretKey", "", ["a-key-of-it"], absent=True),
    row("file-transfer-in-transit", "DataSync to EFS", "aws:datasync/efsLocation:EfsLocation", "inTransitEncryption", "TLS1_2", ["NONE"]),
    # analytics
    row("sagemaker-internet", "CKV_AWS_122, FSBP SageMaker.1", _NOTEBOOK, "directInternetAccess", "Disabled", ["Enabled"]),
    row("sagemaker-vpc", "CKV_AWS_306, FSBP SageMaker.2", _NOTEBOOK, "subnetId", "subnet-1", [""]),
    row("sagemaker-root", "CKV_AWS_307, FSBP SageMaker.3", _NOTEBOOK, "rootAccess", "Disabled", ["Enabled"]),
    row("sagemaker-imds", "CKV_AWS_371", _NOTEBOOK, "instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion", "2", ["1"]),
    row("sagemaker-isolated", "CKV_AWS_370, FSBP SageMaker.5", "aws:sagemaker/model:Model", "enableNetworkIsolation", True, [False]),
    row("sagemaker-domain-vpc", "SageMaker Studio", "aws:sagemaker/domain:Domain", "appNetworkAccessType", "VpcOnly", ["PublicInternetOnly"]),
    of("glue-catalogue", "CKV_AWS_94", _GLUE_SETTINGS, {"dataCatalogEncryptionSettings": {"encryptionAtRest": {"catalogEncryptionMode": "SSE-KMS"}, "connectionPasswordEncryption": {"returnConnectionPasswordEncrypted": True}}}, [{"dataCatalogEncryptionSettings.encryptionAtRest.catalogEncryptionMode": "DISABLED"}, {"dataCatalogEncryptionSettings.connectionPasswordEncryption.returnConnectionPasswordEncrypted": False}, {"dataCatalogEncryptionSettings": ABSENT}]),
    of("glue-modes", "CKV_AWS_99", "aws:glue/securityConfiguration:SecurityConfiguration", {"encryptionConfiguration": _GLUE_MODES}, [{"encryptionConfiguration.s3Encryption.s3EncryptionMode": "DISABLED"}, {"encryptionConfiguration.cloudwatchEncryption.cloudwatchEncryptionMode": "DISABLED"}, {"encryptionConfiguration.jobBookmarksEncryption": ABSENT}]),
    row("glue-secured", "CKV_AWS_195", "aws:glue/job:Job", "securityConfiguration", "own", [""]),
    row("glue-secured", "CKV_AWS_195 crawler", "aws:glue/crawler:Crawler", "securityConfiguration", "own", [""]),
    row("emr-secured", "CKV2_AWS_55", "aws:emr/cluster:Cluster", "securityConfiguration", "own", [""]),
    row("emr-at-rest", "CKV_AWS_171, FSBP EMR.3", _EMR, "configuration", emr(), [emr(EnableAtRestEncryption=False), "no JSON"]),
    row("emr-disks", "CKV_AWS_349", _EMR, "configuration", emr(), [emr(**_NO_DISKS)]),
    row("emr-ebs", "CKV_AWS_350", _EMR, "configuration", emr(), [emr(**_PLAIN_DISKS)]),
    row("emr-in-transit", "CKV_AWS_351, FSBP EMR.4", _EMR, "configuration", emr(), [emr(EnableInTransitEncryption=False)]),
    row("airflow-private", "CKV2_AWS_66", _AIRFLOW, "webserverAccessMode", "PRIVATE_ONLY", ["PUBLIC_ONLY"], absent=True, loggingConfiguration={part: {"enabled": True} for part in _PARTS}),
    *(
        of("airflow-logs", known, _AIRFLOW, {"loggingConfiguration": {part: {"enabled": True} for part in _PARTS}}, [{f"loggingConfiguration.{wrong}.enabled": False}, {f"loggingConfiguration.{wrong}": ABSENT}])
        for wrong, known in (("schedulerLogs", "CKV_AWS_242"), ("workerLogs", "CKV_AWS_243"), ("webserverLogs", "CKV_AWS_244"))
    ),
    of("athena-results", "CKV_AWS_159", _WORKGROUP, {"configuration": {"resultConfiguration": {"encryptionConfiguration": {"encryptionOption": "SSE_KMS"}}}}, [{"configuration.resultConfiguration": {"outputLocation": "s3://a"}}, {"configuration": ABSENT}], [{"configuration": {"managedQueryResultsConfiguration": {"enabled": True}}}, {"configuration": {"enableMinimumEncryptionConfiguration": True}}]),
    row("athena-enforced", "CKV_AWS_82", _WORKGROUP, "configuration.enforceWorkgroupConfiguration", True, [False], absent=True),
    row("athena-database", "CKV_AWS_77", "aws:athena/database:Database", "encryptionConfiguration.encryptionOption", "SSE_KMS", [""]),
    row("bedrock-guarded", "CKV_AWS_383", "aws:bedrock/agentAgent:AgentAgent", "guardrailConfigurations", [{"guardrailIdentifier": "a"}], [[]]),
    of("connect-encrypted", "CKV_AWS_270", "aws:connect/instanceStorageConfig:InstanceStorageConfig", {"storageConfig": {"s3Config": {"encryptionConfig": {"keyId": "arn"}}}}, [{"storageConfig.s3Config": {"bucketName": "a"}}], [{"storageConfig": ABSENT}]),
    of("connect-encrypted", "CKV_AWS_269", "aws:connect/instanceStorageConfig:InstanceStorageConfig", {"storageConfig": {"kinesisVideoStreamConfig": {"encryptionConfig": {"keyId": "arn"}}}}, [{"storageConfig.kinesisVideoStreamConfig": {"prefix": "a"}}], [{"storageConfig": ABSENT}]),
    # the web
    row("s3-website", "S3 websites", "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration", "redirectAllRequestsTo", {"hostName": "example.com"}, [""], indexDocument={"suffix": "index.html"}),
    row("s3-website", "S3 websites inline", _BUCKET, "website", {"redirectAllRequestsTo": "example.com"}, [{"indexDocument": "index.html"}], absent=True),
    of("s3-cors", "CKV2_AWS_75 bucket", "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", {"corsRules": [{"allowedOrigins": ["https://example.com"], "allowedMethods": ["PUT"]}]}, [{"corsRules.0.allowedOrigins": ["*"]}], [{"corsRules": ABSENT}, {"corsRules": [{"allowedOrigins": ["*"], "allowedMethods": ["GET"]}]}]),
    row("s3-grants", "CKV_AWS_375, CKV2_AWS_43", _ACL, "accessControlPolicy.grants", [{"grantee": {"id": "a"}}], [[{"grantee": {"type": "Group", "uri": _EVERYBODY}}], [{"grantee": {"type": "Group", "uri": _EVERYBODY.replace("AllUsers", "AuthenticatedUsers")}}]], absent=True),
    row("s3-grants", "CKV_AWS_57", _BUCKET, "grants", [{"id": "a", "permissions": ["READ"]}], [[{"uri": _EVERYBODY, "permissions": ["WRITE"]}]], absent=True),
    row("s3-object-acl", "FSBP S3.12 object", "aws:s3/bucketObject:BucketObject", "acl", "private", ["public-read"], absent=True),
    row("elb-tls", "CKV_AWS_376, CKV_AWS_127, FSBP ELB.3", _CLASSIC, "listeners", [{"lbProtocol": "https"}, {"lbProtocol": "ssl"}], [[{"lbProtocol": "http"}], [{"lbProtocol": "https"}, {"lbProtocol": "tcp"}]], absent=True, accessLogs={"bucket": "logs"}),
    row("elb-ciphers", "CKV_AWS_213, FSBP ELB.8", "aws:elb/loadBalancerPolicy:LoadBalancerPolicy", "policyAttributes", [{"name": "Reference-Security-Policy", "value": "ELBSecurityPolicy-TLS-1-2-2017-01"}], [[{"name": "Protocol-SSLv3", "value": "true"}], [{"name": "Reference-Security-Policy", "value": "ELBSecurityPolicy-2016-08"}]], absent=True, passed=[{"policyAttributes": [{"name": "Server-Defined-Cipher-Order", "value": "true"}]}]),
    row("elb-logs", "CKV_AWS_92, FSBP ELB.5", _CLASSIC, "accessLogs.bucket", "logs", [""]),
    row("lb-desync", "CKV_AWS_328, FSBP ELB.12", "aws:lb/loadBalancer:LoadBalancer", "desyncMitigationMode", "defensive", ["monitor"], absent=True, dropInvalidHeaderFields=True, accessLogs={"bucket": "logs", "enabled": True}),
    row("lb-desync", "CKV_AWS_328 classic, FSBP ELB.14", _CLASSIC, "desyncMitigationMode", "strictest", ["monitor"], absent=True, accessLogs={"bucket": "logs"}),
    of("lb-zones", "CKV_AWS_152", "aws:lb/loadBalancer:LoadBalancer", {"loadBalancerType": "network", "enableCrossZoneLoadBalancing": True}, [{"enableCrossZoneLoadBalancing": False}, {"enableCrossZoneLoadBalancing": ABSENT}], [{"loadBalancerType": ABSENT, "enableCrossZoneLoadBalancing": ABSENT}]),
    row("lb-zones", "CKV_AWS_138, FSBP ELB.9", _CLASSIC, "crossZoneLoadBalancing", True, [False], absent=True, accessLogs={"bucket": "logs"}),
    of("lb-clear", "CKV_AWS_378", "aws:lb/listener:Listener", {"protocol": "TLS", "port": 80.0, "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"}, [{"protocol": "TCP", "sslPolicy": ABSENT}], [{"protocol": "TCP", "port": 443.0}, {"protocol": ABSENT}]),
    row("lb-target-clear", "CKV_AWS_378 targets", "aws:lb/targetGroup:TargetGroup", "protocol", "HTTPS", ["HTTP"], absent=True),
    of("cf-tenants-https", "FSBP CloudFront.3 tenants", "aws:cloudfront/multitenantDistribution:MultitenantDistribution", {"defaultCacheBehavior": {"viewerProtocolPolicy": "https-only"}, "cacheBehaviors": [{"viewerProtocolPolicy": "redirect-to-https"}]}, [{"defaultCacheBehavior.viewerProtocolPolicy": "allow-all"}, {"cacheBehaviors.0.viewerProtocolPolicy": "allow-all"}], [{"cacheBehaviors": ABSENT}]),
    row("cf-root", "CKV_AWS_305, FSBP CloudFront.1", "aws:cloudfront/distribution:Distribution", "defaultRootObject", "index.html", [""]),
    row("cf-strict", "CKV_AWS_259", "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", "securityHeadersConfig.strictTransportSecurity", {"override": True}, [{}]),
    row("accelerator-logs", "CKV_AWS_75", "aws:globalaccelerator/accelerator:Accelerator", "attributes.flowLogsEnabled", True, [False]),
    row("cert-logged", "CKV_AWS_234", _CERTIFICATE, "options.certificateTransparencyLoggingPreference", "ENABLED", ["DISABLED"], absent=True),
    row("cert-key", "FSBP ACM.2", _CERTIFICATE, "keyAlgorithm", "EC_prime256v1", ["RSA_1024"], absent=True),
    of("cert-names", "CKV2_AWS_71", _CERTIFICATE, {"domainName": "a.example.com", "subjectAlternativeNames": ["b.example.com"]}, [{"domainName": "*.example.com"}, {"subjectAlternativeNames.0": "*.example.com"}], [{"subjectAlternativeNames": ABSENT}]),
    row("domain-locked", "CKV_AWS_377", "aws:route53domains/registeredDomain:RegisteredDomain", "transferLock", True, [False], absent=True),
    row("cloudsearch-tls", "CKV_AWS_218", "aws:cloudsearch/domain:Domain", "endpointOptions.tlsSecurityPolicy", "Policy-Min-TLS-1-2-2019-07", ["Policy-Min-TLS-1-0-2019-07"]),
    row("mail-tls", "CKV_AWS_365, FSBP SES.3", "aws:ses/configurationSet:ConfigurationSet", "deliveryOptions.tlsPolicy", "Require", ["Optional"]),
    row("mail-tls", "FSBP SES.3 v2", "aws:sesv2/configurationSet:ConfigurationSet", "deliveryOptions.tlsPolicy", "REQUIRE", ["OPTIONAL"]),
    row("firewall-drops", "FSBP NetworkFirewall.4", "aws:networkfirewall/firewallPolicy:FirewallPolicy", "firewallPolicy.statelessDefaultActions", ["aws:forward_to_sfe"], [["aws:pass"]], absent=True),
    row("firewall-drops", "FSBP NetworkFirewall.5", "aws:networkfirewall/firewallPolicy:FirewallPolicy", "firewallPolicy.statelessFragmentDefaultActions", ["aws:drop"], [["aws:pass"]], absent=True),
    row("firewall-key", "CKV_AWS_345, CKV_AWS_346", "aws:networkfirewall/firewall:Firewall", "encryptionConfiguration.type", "CUSTOMER_KMS", ["AWS_OWNED_KMS_KEY"]),
    of("waf-classic", "FSBP WAF.1, CKV_AWS_175, CKV_AWS_176", "aws:waf/webAcl:WebAcl", {"metricName": "a"}, [{"@parameters.allowed": []}], [{"metricName": ABSENT}], {"parameters": {"allowed": ["it"]}}),
]  # fmt: skip
KINDS_OF_DATA: list[Row] = [
    row("data-delete-protect", "CKV2_AWS_58, FSBP Neptune.4", "aws:neptune/cluster:Cluster", "deletionProtection", True, [False]),
    row("data-delete-protect", "CKV_AWS_172", "aws:qldb/ledger:Ledger", "deletionProtection", True, [False], absent=True),
    row("data-delete-protect", "CKV_AWS_344, FSBP NetworkFirewall.9", "aws:networkfirewall/firewall:Firewall", "deleteProtection", True, [False]),
    row("data-delete-protect", "FSBP DocumentDB.5", "aws:docdb/cluster:Cluster", "deletionProtection", True, [False]),
    row("data-final-copy", "no last copy of a warehouse", _REDSHIFT, "skipFinalSnapshot", False, [True], absent=True),
    row("data-final-copy", "no last copy of documents", "aws:docdb/cluster:Cluster", "skipFinalSnapshot", False, [True], absent=True),
    row("data-force-destroy", "vaults that go with their copies", "aws:backup/vault:Vault", "forceDestroy", False, [True], absent=True),
    row("data-force-destroy", "registries that go with their images", "aws:ecr/repository:Repository", "forceDelete", False, [True], absent=True),
    row("data-backup-days", "CKV_AWS_360, FSBP DocumentDB.2", "aws:docdb/cluster:Cluster", "backupRetentionPeriod", 7.0, [0.0], absent=True),
    row("data-backup-days", "CKV_AWS_361, FSBP Neptune.5", "aws:neptune/cluster:Cluster", "backupRetentionPeriod", 7.0, [0.0], absent=True),
    row("data-backup-days", "CKV_AWS_343, FSBP Redshift.3", _REDSHIFT, "automatedSnapshotRetentionPeriod", 7.0, [0.0], absent=True),
    row("data-backup-days", "MemoryDB snapshots", "aws:memorydb/cluster:Cluster", "snapshotRetentionLimit", 7.0, [0.0]),
    row("data-backup-days", "FSx backups", "aws:fsx/windowsFileSystem:WindowsFileSystem", "automaticBackupRetentionDays", 7.0, [0.0], absent=True),
]  # fmt: skip
