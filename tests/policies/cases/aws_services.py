"""Cases of rules over functions, APIs, containers, builds, sharing, networks and accounts."""

import json
from typing import Any

from .case import ABSENT
from .controls import Row, of, row

_TASK, _JOB, _PROJECT = (
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:batch/jobDefinition:JobDefinition",
    "aws:codebuild/project:Project",
)
_FUNCTION, _PERMISSION = "aws:lambda/function:Function", "aws:lambda/permission:Permission"
_SETTINGS, _GRAPHQL = "aws:apigateway/methodSettings:MethodSettings", "aws:appsync/graphQLApi:GraphQLApi"
_PASSWORDS, _TRAIL, _DOCUMENT = (
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    "aws:cloudtrail/trail:Trail",
    "aws:ssm/document:Document",
)
_CLUSTER, _BEANSTALK = "aws:ecs/cluster:Cluster", "aws:elasticbeanstalk/environment:Environment"
_CONTAINER: dict[str, Any] = {
    "name": "app", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1.4", "user": "1000", "readonlyRootFilesystem": True, "logConfiguration": {"logDriver": "awslogs"},
}  # fmt: skip


def task(**changes: Any) -> str:
    """Return the text of a task's containers: a sound one, with changes."""
    return json.dumps([{key: value for key, value in {**_CONTAINER, **changes}.items() if value is not None}])


def _setting(namespace: str, name: str, value: str) -> list[dict[str, str]]:
    return [{"namespace": namespace, "name": name, "value": value}]


def _session(**inputs: Any) -> str:
    return json.dumps({"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": inputs})


def acl(cidr: str) -> list[dict[str, Any]]:
    return [{"ruleNo": 1.0, "action": "allow", "fromPort": 21.0, "toPort": 21.0, "protocol": "6", "cidrBlock": cidr}]


_LOGGED = {"kmsKeyId": "alias/a", "cloudWatchLogGroupName": "a", "cloudWatchEncryptionEnabled": True}
_FLAGS = ("requireLowercaseCharacters", "requireUppercaseCharacters", "requireNumbers", "requireSymbols")
_APPROVED = json.dumps({"Version": "2018-11-08", "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": 2}]})
ROWS: list[Row] = [
    row("lambda-url-auth", "CKV_AWS_258", "aws:lambda/functionUrl:FunctionUrl", "authorizationType", "AWS_IAM", ["NONE"]),
    of("lambda-url-cors", "CKV2_AWS_75", "aws:lambda/functionUrl:FunctionUrl", {"authorizationType": "AWS_IAM", "cors": {"allowOrigins": ["https://example.com"], "allowMethods": ["*"], "allowCredentials": True}},
       [{"cors.allowOrigins": ["*"]}, {"cors.allowOrigins": ["*"], "cors.allowMethods": ["GET"]}], [{"cors": ABSENT}, {"cors.allowOrigins": ["*"], "cors.allowMethods": ["GET"], "cors.allowCredentials": False}]),
    of("lambda-public", "CKV_AWS_301, FSBP Lambda.1 permission", _PERMISSION, {"principal": "*", "principalOrgId": "o-abc123", "action": "lambda:InvokeFunction"}, [{"principalOrgId": ABSENT}], [{"principalOrgId": ABSENT, "sourceAccount": "111122223333"}, {"principal": "111122223333", "principalOrgId": ABSENT}]),
    of("lambda-source", "CKV_AWS_364", _PERMISSION, {"principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::files"}, [{"sourceArn": ABSENT}], [{"sourceArn": ABSENT, "sourceAccount": "111122223333"}, {"principal": "111122223333", "sourceArn": ABSENT}]),
    of("lambda-layer-public", "Lambda layers", "aws:lambda/layerVersionPermission:LayerVersionPermission", {"principal": "*", "organizationId": "o-abc123"}, [{"organizationId": ABSENT}], [{"principal": "111122223333", "organizationId": ABSENT}]),
    row("lambda-runtime", "CKV_AWS_363, FSBP Lambda.2", _FUNCTION, "runtime", "python3.13", ["python3.8", "nodejs12.x", "go1.x", "java8", "provided", "ruby2.7", "nodejs18.x"], absent=True, passed=[{"runtime": "nodejs24.x"}, {"runtime": "python3.8", "@parameters.ends": {"python3.8": "2999-01-01"}}, {"runtime": "rust9"}, {"runtime": "java21"}], around={"parameters": {"ends": {}}}),
    row("lambda-dead-letter", "CKV_AWS_116", _FUNCTION, "deadLetterConfig.targetArn", "arn", [""]),
    row("lambda-traced", "CKV_AWS_50, FSBP Lambda.7", _FUNCTION, "tracingConfig.mode", "Active", ["PassThrough"]),
    row("lambda-limited", "CKV_AWS_115", _FUNCTION, "reservedConcurrentExecutions", 10.0, [-1.0]),
    of("apigw-method-auth", "CKV_AWS_59, CKV2_AWS_70", "aws:apigateway/method:Method", {"httpMethod": "GET", "authorization": "AWS_IAM", "requestValidatorId": "a"}, [{"authorization": "NONE"}], [{"authorization": ABSENT}, {"authorization": "NONE", "apiKeyRequired": True}, {"authorization": "NONE", "httpMethod": "OPTIONS"}]),
    row("apigw-validated", "CKV2_AWS_53", "aws:apigateway/method:Method", "requestValidatorId", "a", [""]),
    row("apigw-logs", "CKV_AWS_76, FSBP APIGateway.1", "aws:apigateway/stage:Stage", "accessLogSettings.destinationArn", "arn", [""]),
    row("apigw-logs", "CKV_AWS_76 HTTP, FSBP APIGateway.9", "aws:apigatewayv2/stage:Stage", "accessLogSettings.destinationArn", "arn", [""]),
    row("apigw-traced", "CKV_AWS_73, FSBP APIGateway.3", "aws:apigateway/stage:Stage", "xrayTracingEnabled", True, [False]),
    row("apigw-client-certificate", "CKV2_AWS_51, FSBP APIGateway.2", "aws:apigateway/stage:Stage", "clientCertificateId", "a", [""]),
    of("apigw-cache-encrypted", "CKV_AWS_308, FSBP APIGateway.5", _SETTINGS, {"settings": {"cachingEnabled": True, "cacheDataEncrypted": True}}, [{"settings.cacheDataEncrypted": False}, {"settings.cacheDataEncrypted": ABSENT}], [{"settings.cachingEnabled": ABSENT, "settings.cacheDataEncrypted": False}]),
    row("apigw-bodies-logged", "CKV_AWS_276", _SETTINGS, "settings.dataTraceEnabled", False, [True], absent=True),
    row("apigw-execution-logs", "CKV2_AWS_4", _SETTINGS, "settings.loggingLevel", "ERROR", ["OFF"]),
    row("apigw-tls", "CKV_AWS_206", "aws:apigateway/domainName:DomainName", "securityPolicy", "TLS_1_2", ["TLS_1_0"], absent=True),
    of("apigw-cors", "CKV2_AWS_75 HTTP", "aws:apigatewayv2/api:Api", {"corsConfiguration": {"allowOrigins": ["https://example.com"], "allowMethods": ["*"], "allowCredentials": True}}, [{"corsConfiguration.allowOrigins": ["*"]}], [{"corsConfiguration": ABSENT}]),
    of("appsync-key", "FSBP AppSync.5", _GRAPHQL, {"authenticationType": "AWS_IAM", "logConfig": {"fieldLogLevel": "ERROR"}}, [{"authenticationType": "API_KEY"}, {"additionalAuthenticationProviders": [{"authenticationType": "API_KEY"}]}], [{"authenticationType": ABSENT}]),
    row("appsync-logs", "CKV_AWS_193, CKV_AWS_194, FSBP AppSync.2", _GRAPHQL, "logConfig.fieldLogLevel", "ERROR", ["NONE"]),
    row("sfn-logs", "CKV_AWS_285, FSBP StepFunctions.1", "aws:sfn/stateMachine:StateMachine", "loggingConfiguration.level", "ERROR", ["OFF"]),
    row("sfn-traced", "CKV_AWS_284", "aws:sfn/stateMachine:StateMachine", "tracingConfiguration.enabled", True, [False]),
    row("cognito-guests", "CKV_AWS_366, FSBP Cognito.2", "aws:cognito/identityPool:IdentityPool", "allowUnauthenticatedIdentities", False, [True], absent=True),
    of("cognito-passwords", "FSBP Cognito.3", "aws:cognito/userPool:UserPool", {"passwordPolicy": {"minimumLength": 12.0, "requireLowercase": True, "requireUppercase": True, "requireNumbers": True, "requireSymbols": True}}, [{"passwordPolicy.minimumLength": 6.0}, {"passwordPolicy.requireSymbols": False}, {"passwordPolicy": ABSENT}]),
    row("cognito-threats", "FSBP Cognito.1", "aws:cognito/userPool:UserPool", "userPoolAddOns.advancedSecurityMode", "ENFORCED", ["OFF"]),
    row("cognito-protected", "FSBP Cognito.6", "aws:cognito/userPool:UserPool", "deletionProtection", "ACTIVE", ["INACTIVE"]),
    # containers
    row("ecs-privileged", "CKV_AWS_334, FSBP ECS.4", _TASK, "containerDefinitions", task(), [task(privileged=True)], absent=True, passed=[{"containerDefinitions": "no JSON"}, {"containerDefinitions": "3"}]),
    row("ecs-privileged", "CKV_AWS_210", _JOB, "containerProperties", '{"image": "a:1"}', ['{"image": "a:1", "Privileged": true}', '{"image": "a:1", "privileged": "true"}'], absent=True),
    row("ecs-privileged", "CKV_AWS_210 nodes", _JOB, "nodeProperties", '{"nodeRangeProperties": [{"container": {"image": "a:1"}}]}', ['{"nodeRangeProperties": [{"container": {"image": "a:1", "privileged": true}}]}'], absent=True),
    row("ecs-privileged", "CKV_AWS_210 EKS", _JOB, "eksProperties.podProperties.containers", [{"image": "a:1"}], [[{"image": "a:1", "securityContext": {"privileged": True}}]], absent=True),
    row("ecs-capabilities", "ECS capabilities", _TASK, "containerDefinitions", task(), [task(linuxParameters={"capabilities": {"add": ["SYS_ADMIN"]}})], absent=True, passed=[{"containerDefinitions": task(linuxParameters={"capabilities": {"add": ["SYS_NICE"]}})}]),
    row("ecs-host-network", "FSBP ECS.17", _TASK, "networkMode", "awsvpc", ["host"], absent=True, containerDefinitions=task()),
    row("ecs-host-process", "CKV_AWS_335, FSBP ECS.3", _TASK, "pidMode", "task", ["host"], absent=True),
    row("ecs-host-process", "ECS IPC", _TASK, "ipcMode", "task", ["host"], absent=True),
    row("ecs-host-files", "ECS runtime socket", _TASK, "volumes", [{"name": "a", "hostPath": "/data/app"}], [[{"name": "a", "hostPath": "/var/run/docker.sock"}], [{"name": "a", "hostPath": "/"}], [{"name": "a", "hostPath": "/etc/"}]], absent=True),
    row("ecs-root", "FSBP ECS.20", _TASK, "containerDefinitions", task(), [task(user="root"), task(user="0:0")], absent=True, passed=[{"containerDefinitions": task(user=None)}]),
    row("ecs-readonly-root", "CKV_AWS_336, FSBP ECS.5", _TASK, "containerDefinitions", task(), [task(readonlyRootFilesystem=None), task(readonlyRootFilesystem=False)], absent=True),
    row("ecs-logs", "FSBP ECS.9", _TASK, "containerDefinitions", task(), [task(logConfiguration=None)], absent=True),
    row("ecs-image", "ECS image tags", _TASK, "containerDefinitions", task(), [task(image="app:latest"), task(image="registry:5000/app")], absent=True, passed=[{"containerDefinitions": task(image="app@sha256:0")}, {"containerDefinitions": task(image="${image}")}]),
    row("ecs-files-in-transit", "CKV_AWS_97, FSBP ECS.18", _TASK, "volumes", [{"efsVolumeConfiguration": {"transitEncryption": "ENABLED"}}, {"name": "b"}], [[{"efsVolumeConfiguration": {}}], [{"efsVolumeConfiguration": {"transitEncryption": "DISABLED"}}]], absent=True),
    of("ecs-two-roles", "CKV_AWS_249", _TASK, {"executionRoleArn": "arn:aws:iam::1:role/a", "taskRoleArn": "arn:aws:iam::1:role/b"}, [{"taskRoleArn": "arn:aws:iam::1:role/a"}], [{"taskRoleArn": ABSENT}, {"taskRoleArn": ABSENT, "executionRoleArn": ABSENT}]),
    row("ecs-platform", "CKV_AWS_332, FSBP ECS.10", "aws:ecs/service:Service", "platformVersion", "LATEST", ["1.3.0"], absent=True),
    row("ecs-insights", "CKV_AWS_65, FSBP ECS.12", _CLUSTER, "settings", [{"name": "containerInsights", "value": "enhanced"}], [[{"name": "containerInsights", "value": "disabled"}], [{"name": "other", "value": "enabled"}]]),
    row("ecs-exec-logs", "CKV_AWS_223", _CLUSTER, "configuration.executeCommandConfiguration.logging", "OVERRIDE", ["NONE"], absent=True),
    row("ecs-exec-key", "CKV_AWS_224", _CLUSTER, "configuration.executeCommandConfiguration.kmsKeyId", "arn", [""]),
    row("ecr-key", "CKV_AWS_136", "aws:ecr/repository:Repository", "encryptionConfigurations", [{"encryptionType": "KMS"}], [[{"encryptionType": "AES256"}]], imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": True}),
    row("codebuild-privileged", "CKV_AWS_316", _PROJECT, "environment.privilegedMode", False, [True], absent=True),
    row("codebuild-login", "FSBP CodeBuild.1", _PROJECT, "source.location", "https://github.com/a/b.git", ["https://jo:hunter22@bitbucket.org/a/b.git"], absent=True, secondarySources=[{"location": "https://github.com/a/c.git"}], passed=[{"source.location": "https://jo@bitbucket.org/a/b.git"}, {"source.location": "git@host:a/b.git"}]),
    row("codebuild-encrypted", "CKV_AWS_78", _PROJECT, "artifacts.encryptionDisabled", False, [True], absent=True),
    row("codebuild-encrypted", "CKV_AWS_311, FSBP CodeBuild.3", _PROJECT, "logsConfig.s3Logs.encryptionDisabled", False, [True], absent=True),
    of("codebuild-logs", "CKV_AWS_314, FSBP CodeBuild.4", _PROJECT, {"logsConfig": {"cloudwatchLogs": {"status": "ENABLED"}}}, [{"logsConfig.cloudwatchLogs.status": "DISABLED"}], [{"logsConfig": ABSENT}, {"logsConfig": {"cloudwatchLogs": {"status": "DISABLED"}, "s3Logs": {"status": "ENABLED"}}}]),
    row("codebuild-tls", "CodeBuild certificates", _PROJECT, "source.insecureSsl", False, [True], absent=True),
    of("pipeline-key", "CKV_AWS_219", "aws:codepipeline/pipeline:Pipeline", {"artifactStores": [{"location": "a", "encryptionKey": {"id": "arn", "type": "KMS"}}]}, [{"artifactStores.0.encryptionKey": ABSENT}]),
    row("beanstalk-updates", "CKV_AWS_340, FSBP ElasticBeanstalk.2", _BEANSTALK, "settings", _setting("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled", "true"), [_setting("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled", "false"), _setting("other", "ManagedActionsEnabled", "true")]),
    row("beanstalk-health", "CKV_AWS_312, FSBP ElasticBeanstalk.1", _BEANSTALK, "settings", [*_setting("aws:elasticbeanstalk:healthreporting:system", "SystemType", "enhanced"), *_setting("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled", "true")], [_setting("aws:elasticbeanstalk:healthreporting:system", "SystemType", "basic")]),
    # sharing
    of("share-public", "CKV_AWS_205, FSBP EC2.1", "aws:ec2/amiLaunchPermission:AmiLaunchPermission", {"accountId": "111122223333"}, [{"group": "all"}], [{"accountId": ABSENT}]),
    row("share-public", "CKV_AWS_302, FSBP RDS.1", "aws:rds/snapshot:Snapshot", "sharedAccounts", ["111122223333"], [["all"]], absent=True),
    row("share-public", "CKV_AWS_303, FSBP SSM.4", _DOCUMENT, "permissions", {"type": "Share", "account_ids": "111122223333"}, [{"type": "Share", "account_ids": "All"}], absent=True),
    row("share-public", "public snapshots", "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission", "accountId", "111122223333", ["all"], absent=True),
    row("share-public", "open endpoint services", "aws:ec2/vpcEndpointService:VpcEndpointService", "allowedPrincipals", ["arn:aws:iam::111122223333:root"], [["*"]], absent=True, acceptanceRequired=True),
    row("share-public", "open endpoint principals", "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple", "principalArn", "arn:aws:iam::111122223333:root", ["*"], absent=True),
    row("share-public", "public built images", "aws:imagebuilder/distributionConfiguration:DistributionConfiguration", "distributions", [{"amiDistributionConfiguration": {"launchPermission": {"userIds": ["111122223333"]}}}], [[{"amiDistributionConfiguration": {"launchPermission": {"userGroups": ["all"]}}}]], absent=True),
    row("share-public", "public cluster snapshots", "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy", "sharedAccounts", ["111122223333"], [["all"]], absent=True),
    row("share-external", "RAM outside", "aws:ram/resourceShare:ResourceShare", "allowExternalPrincipals", False, [True], absent=True),
    of("share-events", "FSBP EventBridge.3", "aws:cloudwatch/eventPermission:EventPermission", {"principal": "*", "condition": {"key": "aws:PrincipalOrgID", "type": "StringEquals", "value": "o-abc123"}}, [{"condition": ABSENT}], [{"principal": "111122223333", "condition": ABSENT}]),
    row("share-endpoint-accepted", "CKV_AWS_123", "aws:ec2/vpcEndpointService:VpcEndpointService", "acceptanceRequired", True, [False]),
    row("share-transit-accepted", "CKV_AWS_331, FSBP EC2.23", "aws:ec2transitgateway/transitGateway:TransitGateway", "autoAcceptSharedAttachments", "disable", ["enable"], absent=True),
    row("net-prefix-list", "open prefix lists", "aws:ec2/managedPrefixList:ManagedPrefixList", "entries", [{"cidr": "10.0.0.0/8"}], [[{"cidr": "10.0.0.0/8"}, {"cidr": "0.0.0.0/0"}], [{"cidr": "0.0.0.0/1"}, {"cidr": "128.0.0.0/1"}]], absent=True),
    row("net-prefix-list", "open prefix list entries", "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry", "cidr", "203.0.113.0/24", ["::/0"], absent=True),
    of("net-peer-route", "CKV2_AWS_44", "aws:ec2/route:Route", {"destinationCidrBlock": "10.1.0.0/16", "vpcPeeringConnectionId": "pcx-1"}, [{"destinationCidrBlock": "0.0.0.0/0"}], [{"destinationCidrBlock": "0.0.0.0/0", "vpcPeeringConnectionId": ABSENT}]),
    of("net-peer-route", "CKV2_AWS_44 table", "aws:ec2/routeTable:RouteTable", {"routes": [{"cidrBlock": "10.1.0.0/16", "vpcPeeringConnectionId": "pcx-1"}]}, [{"routes.0.cidrBlock": "0.0.0.0/0"}], [{"routes": ABSENT}]),
    # the account
    row("iam-password-length", "CKV_AWS_10, CIS AWS 1.8, FSBP IAM.15", _PASSWORDS, "minimumPasswordLength", 14.0, [8.0], passwordReusePrevention=24.0),
    row("iam-password-reuse", "CKV_AWS_13, CIS AWS 1.9, FSBP IAM.16", _PASSWORDS, "passwordReusePrevention", 24.0, [5.0], minimumPasswordLength=16.0),
    *(
        of("iam-password-letters", known, _PASSWORDS, {"minimumPasswordLength": 16.0, "passwordReusePrevention": 24.0, **dict.fromkeys(_FLAGS, True)}, [{flag: False}, {flag: ABSENT}])
        for flag, known in zip(_FLAGS, ("CKV_AWS_11, FSBP IAM.12", "CKV_AWS_15, FSBP IAM.11", "CKV_AWS_12, FSBP IAM.14", "CKV_AWS_14, FSBP IAM.13"), strict=True)
    ),
    row("iam-password-age", "CKV_AWS_9, FSBP IAM.17", _PASSWORDS, "maxPasswordAge", 90.0, [0.0, 365.0], minimumPasswordLength=16.0, passwordReusePrevention=24.0),
    row("trail-regions", "CKV_AWS_67, FSBP CloudTrail.1, CIS AWS 3.1", _TRAIL, "isMultiRegionTrail", True, [False]),
    row("trail-validated", "CKV_AWS_36, FSBP CloudTrail.4, CIS AWS 3.2", _TRAIL, "enableLogFileValidation", True, [False]),
    row("trail-on", "CKV_AWS_251, FSBP CloudTrail.3", _TRAIL, "enableLogging", True, [False], absent=True),
    row("trail-changes", "CIS AWS 3.1 selectors", _TRAIL, "eventSelectors", [{"includeManagementEvents": True, "readWriteType": "All"}], [[{"includeManagementEvents": False}], [{"includeManagementEvents": True, "readWriteType": "ReadOnly"}]], absent=True, passed=[{"eventSelectors": [{"includeManagementEvents": False}, {"readWriteType": "All"}]}]),
    row("trail-watched", "CKV2_AWS_10, FSBP CloudTrail.5", _TRAIL, "cloudWatchLogsGroupArn", "arn", [""]),
    of("config-all", "CKV2_AWS_48, FSBP Config.1, CIS AWS 3.3", "aws:cfg/recorder:Recorder", {"recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True}}, [{"recordingGroup.allSupported": False}], [{"recordingGroup": ABSENT}, {"recordingGroup": {"allSupported": False, "recordingStrategies": [{"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}]}}]),
    of("config-global", "CKV2_AWS_48 global", "aws:cfg/recorder:Recorder", {"recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True}}, [{"recordingGroup.includeGlobalResourceTypes": False}], [{"recordingGroup": ABSENT}]),
    row("config-on", "CKV2_AWS_45", "aws:cfg/recorderStatus:RecorderStatus", "isEnabled", True, [False]),
    row("config-regions", "CKV_AWS_121", "aws:cfg/configurationAggregator:ConfigurationAggregator", "accountAggregationSource.allRegions", True, [False], absent=True),
    row("guardduty-on", "CKV_AWS_238, FSBP GuardDuty.1", "aws:guardduty/detector:Detector", "enable", True, [False], absent=True),
    row("guardduty-members", "CKV2_AWS_3", "aws:guardduty/organizationConfiguration:OrganizationConfiguration", "autoEnableOrganizationMembers", "ALL", ["NONE"], absent=True),
    row("ebs-default-encryption", "CKV_AWS_106, FSBP EC2.7", "aws:ebs/encryptionByDefault:EncryptionByDefault", "enabled", True, [False], absent=True),
    row("ebs-snapshots-private", "FSBP EC2.182", "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", "state", "block-all-sharing", ["unblocked", "block-new-sharing"]),
    row("ami-private", "EC2 images", "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess", "state", "block-new-sharing", ["unblocked"]),
    row("serial-console", "EC2 serial console", "aws:ec2/serialConsoleAccess:SerialConsoleAccess", "enabled", False, [True]),
    row("imds-default", "FSBP EC2.8 account", "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults", "httpTokens", "required", ["optional"]),
    of("ssm-documents-private", "FSBP SSM.7", "aws:ssm/serviceSetting:ServiceSetting", {"settingId": "/ssm/documents/console/public-sharing-permission", "settingValue": "Disable"}, [{"settingValue": "Enable"}], [{"settingId": ABSENT}, {"settingId": "/ssm/other", "settingValue": "Enable"}]),
    of("ssm-session-encrypted", "CKV_AWS_112", _DOCUMENT, {"documentType": "Session", "content": _session(**_LOGGED)}, [{"content": _session(cloudWatchLogGroupName="a", cloudWatchEncryptionEnabled=True)}], [{"documentType": "Command", "content": "{}"}, {"content": ABSENT}]),
    of("ssm-session-logged", "CKV_AWS_113", _DOCUMENT, {"documentType": "Session", "content": _session(**_LOGGED)}, [{"content": _session(kmsKeyId="a")}, {"content": _session(kmsKeyId="a", s3BucketName="a", s3EncryptionEnabled=False)}], [{"documentType": ABSENT, "content": "{}"}]),
    of("codecommit-approved", "CKV_AWS_257", "aws:codecommit/approvalRuleTemplate:ApprovalRuleTemplate", {"content": _APPROVED}, [{"content": _APPROVED.replace("2}", "1}")}, {"content": "{}"}], [{"content": ABSENT}, {"content": _APPROVED.replace("[{", '[{"NumberOfApprovalsNeeded": 1}, {')}]),
    of("default-vpc", "CKV_AWS_148", "aws:ec2/defaultVpc:DefaultVpc", {"tags": {}}, [{"@parameters.allowed": []}], [{"tags": ABSENT}], {"parameters": {"allowed": ["it"]}}),
    row("key-on", "CKV_AWS_227", "aws:kms/key:Key", "isEnabled", True, [False], absent=True, enableKeyRotation=True),
    row("key-policy", "CKV2_AWS_64", "aws:kms/key:Key", "policy", "{}", [""], enableKeyRotation=True),
    row("net-nacl-old", "CKV_AWS_229, CKV_AWS_230", "aws:ec2/networkAcl:NetworkAcl", "ingress", acl("10.0.0.0/8"), [acl("0.0.0.0/0")], absent=True),
    row("vpn-logged", "FSBP EC2.51", "aws:ec2clientvpn/endpoint:Endpoint", "connectionLogOptions.enabled", True, [False]),
    row("ec2-launch-template", "CKV_AWS_315, FSBP AutoScaling.9", "aws:autoscaling/group:Group", "launchConfiguration", "", ["old"], absent=True),
    row("image-recipe-encrypted", "CKV_AWS_200", "aws:imagebuilder/imageRecipe:ImageRecipe", "blockDeviceMappings", [{"ebs": {"encrypted": "true"}}], [[{"ebs": {"encrypted": "false"}}], [{"ebs": {}}]], absent=True),
]  # fmt: skip
