"""A data platform, that does things well: a stream into a lake, jobs over it, a warehouse and a search beside it."""

import json

from tests.policies.cases.case import document
from tests.policies.cases.stacks import of
from tests.policies.packs import Resource

_ACCOUNT = "111122223333"
_TAGS = {"tags": {"Project": "insight"}}
_FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_TLS_ONLY = document(
    effect="Deny", Principal="*", Action="s3:*", Resource="*", Condition={"Bool": {"aws:SecureTransport": "false"}}
)
_KEY_POLICY = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{_ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"},
    {"Sid": "Logs", "Effect": "Allow", "Principal": {"Service": "logs.eu-west-1.amazonaws.com"}, "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*"], "Resource": "*", "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:eu-west-1:{_ACCOUNT}:*"}}},
]})  # fmt: skip
_JOB = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Sid": "ReadsAndWritesTheLake", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::insight-lake", "arn:aws:s3:::insight-lake/*"]},
    {"Sid": "Catalogue", "Effect": "Allow", "Action": ["glue:GetDatabase", "glue:GetTable", "glue:CreatePartition"], "Resource": [f"arn:aws:glue:eu-west-1:{_ACCOUNT}:catalog", f"arn:aws:glue:eu-west-1:{_ACCOUNT}:database/insight", f"arn:aws:glue:eu-west-1:{_ACCOUNT}:table/insight/*"]},
    {"Sid": "Measures", "Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": {"StringEquals": {"cloudwatch:namespace": "Glue"}}},
    {"Sid": "OpensTheLake", "Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": f"arn:aws:kms:eu-west-1:{_ACCOUNT}:key/1"},
]})  # fmt: skip
_SEARCH_POLICY = document(
    Action="es:ESHttp*",
    Resource=f"arn:aws:es:eu-west-1:{_ACCOUNT}:domain/insight/*",
    Principal={"AWS": f"arn:aws:iam::{_ACCOUNT}:role/readers"},
)
_BUILT_FLOW = json.dumps(
    {
        "StartAt": "Load",
        "States": {
            "Load": {
                "Type": "Task",
                "Resource": "arn:aws:states:::glue:startJobRun.sync",
                "Parameters": {"JobName": "load", "Arguments": {"--token.$": "$$.Task.Token"}},
                "End": True,
            }
        },
    }
)


def _trust(service: str) -> str:
    return document(
        Action="sts:AssumeRole",
        Principal={"Service": service},
        Condition={"StringEquals": {"aws:SourceAccount": _ACCOUNT}},
    )


RESOURCES: list[Resource] = [
    of("aws:kms/key:Key", "key", {"enableKeyRotation": True, "policy": _KEY_POLICY, **_TAGS}),
    of("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.30.0.0/16", **_TAGS}),
    of("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "closed", _TAGS, vpcId="vpc"),
    of("aws:ec2/flowLog:FlowLog", "flows", {"trafficType": "REJECT", "logDestinationType": "s3", **_TAGS}, vpcId="vpc", logDestination="lake"),
    *(of("aws:ec2/subnet:Subnet", f"subnet-{zone}", {"cidrBlock": f"10.30.{n}.0/24", "availabilityZone": f"eu-west-1{zone}", **_TAGS}, vpcId="vpc") for n, zone in enumerate("abc")),
    of("aws:ec2/securityGroup:SecurityGroup", "warehouse-sg", {"description": "The warehouse", "ingress": [{"description": "the office over VPN", "protocol": "tcp", "fromPort": 5439, "toPort": 5439, "cidrBlocks": ["10.30.0.0/16"]}], **_TAGS}, vpcId="vpc"),
    of("aws:s3/bucket:Bucket", "lake", {"bucket": "insight-lake", **_TAGS}),
    of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "lake-closed", dict.fromkeys(_FLAGS, True), bucket="lake"),
    of("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "lake-sse", {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}, "bucketKeyEnabled": True}]}, bucket="lake"),
    of("aws:s3/bucketVersioning:BucketVersioning", "lake-versions", {"versioningConfiguration": {"status": "Enabled"}}, bucket="lake"),
    of("aws:s3/bucketPolicy:BucketPolicy", "lake-policy", {"policy": _TLS_ONLY}, bucket="lake"),
    of("aws:kinesis/stream:Stream", "events", {"encryptionType": "KMS", "retentionPeriod": 48, "streamModeDetails": {"streamMode": "ON_DEMAND"}, **_TAGS}, kmsKeyId="key"),
    of("aws:iam/role:Role", "delivers", {"assumeRolePolicy": _trust("firehose.amazonaws.com"), **_TAGS}),
    of("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", "delivery", {"destination": "extended_s3", "kinesisSourceConfiguration": {"kinesisStreamArn": "arn:aws:kinesis:eu-west-1:111122223333:stream/events", "roleArn": "arn:aws:iam::111122223333:role/delivers"}, "extendedS3Configuration": {"bucketArn": "arn:aws:s3:::insight-lake", "roleArn": "arn:aws:iam::111122223333:role/delivers"}, **_TAGS}),
    of("aws:dynamodb/table:Table", "state", {"hashKey": "id", "billingMode": "PAY_PER_REQUEST", "attributes": [{"name": "id", "type": "S"}], "pointInTimeRecovery": {"enabled": True}, "deletionProtectionEnabled": True, **_TAGS}),
    of("aws:glue/catalogDatabase:CatalogDatabase", "catalogue", {"name": "insight", **_TAGS}),
    of("aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings", "catalogue-encrypted", {"dataCatalogEncryptionSettings": {"connectionPasswordEncryption": {"returnConnectionPasswordEncrypted": True, "awsKmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/1"}, "encryptionAtRest": {"catalogEncryptionMode": "SSE-KMS", "sseAwsKmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/1"}}}),
    of("aws:glue/securityConfiguration:SecurityConfiguration", "secured", {"encryptionConfiguration": {"cloudwatchEncryption": {"cloudwatchEncryptionMode": "SSE-KMS", "kmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1"}, "jobBookmarksEncryption": {"jobBookmarksEncryptionMode": "CSE-KMS", "kmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1"}, "s3Encryption": {"s3EncryptionMode": "SSE-KMS", "kmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1"}}}),
    of("aws:iam/role:Role", "job", {"assumeRolePolicy": _trust("glue.amazonaws.com"), **_TAGS}),
    of("aws:iam/rolePolicy:RolePolicy", "job-policy", {"policy": _JOB}, role="job"),
    of("aws:glue/job:Job", "load", {"glueVersion": "5.0", "command": {"scriptLocation": "s3://insight-lake/scripts/load.py"}, "defaultArguments": {"--job-language": "python", "--enable-metrics": "true", "--secret-name": "insight/warehouse"}, **_TAGS}, roleArn="job", securityConfiguration="secured"),
    of("aws:athena/workgroup:Workgroup", "queries", {"configuration": {"enforceWorkgroupConfiguration": True, "resultConfiguration": {"outputLocation": "s3://insight-lake/results/", "encryptionConfiguration": {"encryptionOption": "SSE_KMS", "kmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1"}}}, **_TAGS}),
    of("aws:redshift/subnetGroup:SubnetGroup", "warehouse-subnets", _TAGS, subnetIds=["subnet-a", "subnet-b"]),
    of("aws:redshift/parameterGroup:ParameterGroup", "warehouse-parameters", {"family": "redshift-2.0", "parameters": [{"name": "require_ssl", "value": "true"}, {"name": "enable_user_activity_logging", "value": "true"}], **_TAGS}),
    of("aws:redshift/cluster:Cluster", "warehouse", {"clusterIdentifier": "insight", "nodeType": "ra3.large", "numberOfNodes": 2, "databaseName": "insight", "masterUsername": "keeper", "manageMasterPassword": True, "encrypted": "true", "publiclyAccessible": False, "enhancedVpcRouting": True, "automatedSnapshotRetentionPeriod": 14, "finalSnapshotIdentifier": "insight-last", **_TAGS}, clusterSubnetGroupName="warehouse-subnets", clusterParameterGroupName="warehouse-parameters", vpcSecurityGroupIds="warehouse-sg", kmsKeyId="key"),
    of("aws:redshift/logging:Logging", "warehouse-logs", {"logDestinationType": "cloudwatch", "logExports": ["connectionlog", "userlog", "useractivitylog"]}, clusterIdentifier="warehouse"),
    of("aws:opensearch/domain:Domain", "search", {
        "domainName": "insight", "engineVersion": "OpenSearch_2.19", "accessPolicies": _SEARCH_POLICY, "encryptAtRest": {"enabled": True}, "nodeToNodeEncryption": {"enabled": True},
        "domainEndpointOptions": {"enforceHttps": True, "tlsSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"}, "advancedSecurityOptions": {"enabled": True, "masterUserOptions": {"masterUserArn": f"arn:aws:iam::{_ACCOUNT}:role/search-admin"}},
        "clusterConfig": {"instanceType": "r7g.large.search", "instanceCount": 3, "dedicatedMasterEnabled": True, "dedicatedMasterCount": 3, "dedicatedMasterType": "m7g.medium.search", "zoneAwarenessEnabled": True, "zoneAwarenessConfig": {"availabilityZoneCount": 3}},
        "ebsOptions": {"ebsEnabled": True, "volumeSize": 100, "volumeType": "gp3"}, "vpcOptions": {"subnetIds": ["subnet-1", "subnet-2", "subnet-3"], "securityGroupIds": ["sg-1"]},
        "logPublishingOptions": [{"logType": "AUDIT_LOGS", "cloudwatchLogGroupArn": f"arn:aws:logs:eu-west-1:{_ACCOUNT}:log-group:search"}], **_TAGS,
    }),
    of("aws:cloudwatch/logGroup:LogGroup", "search-logs", {"retentionInDays": 365, **_TAGS}, kmsKeyId="key"),
    of("aws:iam/role:Role", "flow", {"assumeRolePolicy": _trust("states.amazonaws.com"), **_TAGS}),
    of("aws:iam/rolePolicy:RolePolicy", "flow-policy", {"policy": document(Sid="RunsTheJob", Action=["glue:StartJobRun", "glue:GetJobRun", "glue:BatchStopJobRun"], Resource=f"arn:aws:glue:eu-west-1:{_ACCOUNT}:job/load")}, role="flow"),
    of("aws:sfn/stateMachine:StateMachine", "nightly", {"definition": _BUILT_FLOW, "loggingConfiguration": {"level": "ERROR", "logDestination": f"arn:aws:logs:eu-west-1:{_ACCOUNT}:log-group:flow:*"}, "tracingConfiguration": {"enabled": True}, **_TAGS}, roleArn="flow"),
    of("aws:sagemaker/notebookInstance:NotebookInstance", "lab", {"instanceType": "ml.t3.medium", "directInternetAccess": "Disabled", "rootAccess": "Disabled", "instanceMetadataServiceConfiguration": {"minimumInstanceMetadataServiceVersion": "2"}, **_TAGS}, subnetId="subnet-a", securityGroups="warehouse-sg", roleArn="job", kmsKeyId="key"),
]  # fmt: skip
PROTECTED = {"lake", "state", "key"}
