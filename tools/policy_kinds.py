"""Which properties of the AWS SDK are of which kind, and what was left out of each and why: see tools.policy_catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kind:
    """Properties of one meaning: a regular expression that the whole path matches, and one that the type holds."""

    path: str
    hint: str
    left_out: Mapping[str, str] = field(default_factory=dict)
    """By a regular expression over `<type> <path>`: why it is none, or is judged elsewhere."""
    on_by_default: str = "$^"
    """What AWS's own reference says to be on where it is left out, though the SDK does not: `<type> <path>`."""


_OWN_RULE = "a rule of its own judges it"
_NO_POLICY = {
    r"aws:(ecr/lifecyclePolicy|ecr/repositoryCreationTemplate.* lifecyclePolicy|emr/).*": "says what ages, or scales",
    r"aws:cloudwatch/log(Account|Index|DataProtection)Policy.*": "says what is kept of logs, grants nothing",
    r"aws:opensearch/serverless.*": "a language of OpenSearch's own, without statements",
    r"aws:(sns/(topic|topicSubscription)|sqs/(queue|redrive\w*)):\w+ (?!policy$).*": "says what is sent again, and when",
    r"aws:sns/dataProtectionPolicy.*": "says what is masked, in a language of its own",
    r"aws:verifiedaccess/.*": "Cedar, not IAM",
    r"aws:networkmanager/coreNetwork.*": "says how a network is divided",
    r"aws:(cfg|workspacesweb|cloudformation|storagegateway|ses/receiptFilter|iot/policyAttachment).*": "no IAM document",
    r"aws:(ram/permission|organizations).*": "a template without principals",
    r".*(securityPolicy|[Tt]lsPolicy|[rR]evision|PolicyRuntime|policyRuntime)$": "a name, or a version",
}
# What its holder may do, and not who may do something to it.
_IDENTITY = (
    r"aws:(iam/(policy|rolePolicy|userPolicy|groupPolicy|role):\w+ (policy|inlinePolicies\.\*\.policy)"
    r"|ssoadmin/permissionSetInlinePolicy:\w+ inlinePolicy)"
)
_SESSION = r"aws:(transfer/(access|user)|rolesanywhere/profile|eks/podIdentityAssociation|iot/policy):\w+ \w+"
_ENDPOINT = r"aws:(ec2/vpcEndpoint(Policy)?|odb/network):\w+ \w+"

KINDS: dict[str, Kind] = {
    "documents": Kind(
        r"(.*\.)?(\w*[pP]olicy|\w*[pP]olicyDocument|policyText|accessPolicies|repositoryPolicy|resourcePolicy|inlinePolicy)",
        r"str",
        {
            **_NO_POLICY,
            r".* (.*\.)?(?!policy$|policyDocument$|deliveryDestinationPolicy$|accessPolic(y|ies)$|assumeRolePolicy$|repositoryPolicy$|resourcePolicy$|inlinePolicy$|sessionPolicy$|(kms|s3|sts)PolicyDocument$)\w+": "not a document of IAM's",
            _IDENTITY: "under `grants`", _SESSION: "under `sessions`", _ENDPOINT: "net-endpoint-policy judges it",
        },
    ),
    "grants": Kind(r"policy|inlinePolicies\.\*\.policy|inlinePolicy", r"str", {rf"(?!{_IDENTITY}).*": "no permission of a principal's own"}),
    "sessions": Kind(r"policy|sessionPolicy", r"str", {rf"(?!{_SESSION}).*": "no session's"}),
    "encrypted": Kind(
        r"(.*\.)?(encrypted|storageEncrypted|atRestEncryptionEnabled|(root|user)VolumeEncryptionEnabled|cacheDataEncrypted"
        r"|(encryptAtRest|serverSideEncryption)\.enabled)",
        r"bool",
        {
            r"aws:(rds/(instance|cluster)|elasticache/replicationGroup|ebs/volume|efs/fileSystem|ec2/instance|ec2/launchTemplate):.*": _OWN_RULE,
            r"aws:dynamodb/.*": "off is AWS's own key, and not none",
            r"aws:ec2/ami(FromInstance)?:.*": "the snapshot that it is made of decides",
            r"aws:ec2/amiCopy:\w+ ebsBlockDevices.*": "`encrypted` of the copy decides",
            r"aws:apigateway/methodSettings:.*": "tells of a cache, and only where there is one: apigw-cache-encrypted",
        },
    ),
    "in_transit": Kind(
        r"(.*\.)?(transitEncryptionEnabled|nodeToNodeEncryption\.enabled|enforceHttps"
        r"|tlsEnabled|requireTls|requireEncryption|inCluster)",
        r"bool",
        {
            r"aws:elasticache/replicationGroup:.*": _OWN_RULE,
            r"aws:elasticache/cluster:.*": "Memcached alone has it",
        },
    ),
    "between_jobs": Kind(r"(.*\.)?enableInterContainerTrafficEncryption", r"bool"),
    "public": Kind(
        r"(.*\.)?(publiclyAccessible|publicConnectivity|associatePublicIpAddress|assignPublicIp|createPublicIp|mapPublicIpOnLaunch)",
        r"bool",
        {
            r"aws:rds/(instance|cluster):.*": _OWN_RULE, r"aws:ec2/(instance|launchTemplate|subnet):.*": _OWN_RULE,
            r"aws:ec2/defaultSubnet:.*": "a default subnet is public by what it is",
        },
        on_by_default=r"aws:dms/replicationInstance:.*",  # API reference, CreateReplicationInstance
    ),
    "blocks_public": Kind(
        r"(.*\.)?(blockPublicAcls|blockPublicPolicy|ignorePublicAcls|restrictPublicBuckets|blockPublicSecurityGroupRules)",
        r"bool",
        {
            r"aws:s3/bucketPublicAccessBlock:.*": "s3-pab judges it",
            r"aws:secretsmanager/.*": "asks once, when the policy is written; sec-policy judges the policy",
        },
    ),
    "minor_upgrades": Kind(
        r"autoMinorVersionUpgrade|allowVersionUpgrade|computeConfig\.autoMinorVersionUpgrade", r"bool|str",
        {r"aws:(rds/instance|elasticache/replicationGroup):.*": _OWN_RULE},
    ),
    "deletion_protected": Kind(
        r"deletionProtection(Enabled)?|terminationProtectionEnabled|deleteProtection|enableDeletionProtection",
        r"bool",
        {
            r"aws:(rds/(instance|cluster)|eks/cluster|lb/loadBalancer|alb/loadBalancer|dynamodb/table):.*": _OWN_RULE,
            r"aws:(pinpoint|dynamodb/tableReplica|cloudwatch/logGroup).*": "nothing that cannot be had again",
        },
    ),
    "final_copy": Kind(
        r"skipFinal(Snapshot|Backup)", r"bool",
        {r"aws:rds/(instance|cluster):.*": _OWN_RULE, r"aws:neptune/clusterInstance:.*": "the cluster holds the data"},
    ),
    "force_destroy": Kind(
        r"force(Destroy|Delete)", r"bool",
        {
            r"aws:s3/bucket(V2)?:.*": "s3-force-destroy judges it",
            r"aws:(?!athena/(database|workgroup)|backup/vault|dsql/cluster|ecr|lightsail/bucket|s3tables/tableBucket|s3/(directoryBucket|vectorsVectorBucket)|route53/zone).*": "holds no data of its own",
        },
    ),
    "retention_days": Kind(
        r"backupRetentionPeriod|automatedSnapshotRetentionPeriod|snapshotRetentionLimit|automaticBackupRetentionDays", r"int",
        {r"aws:(rds/(instance|cluster)|elasticache/(replicationGroup|cluster)):.*": _OWN_RULE},
    ),
    "log_exports": Kind(
        r"enabledCloudwatchLogsExports|enableCloudwatchLogsExports", r"str", {r"aws:rds/instance:.*": _OWN_RULE},
    ),
    "own_key": Kind(
        r"(encryption(Configurations?|Options|Info|Spec|Specification|AtRestOptions)(\.\*)?\.|serverSideEncryption(Configuration)?\.|encryptAtRest\."
        r"|sse(Specification|Configuration)\.)?(kms(Master)?Key(Id|Arn|Identifier)?|kmsEncryptionKey|encryptionKey(Arn)?|encryptionAtRestKmsKeyArn"
        r"|customerManagedKey(Arn)?|customerEncryptionKeyArn|volumeEncryptionKey|customKmsKey|s3KmsKeyArn|kmsArn|(volume|model)KmsKeyId)"
        r"|outputConfig\.kmsKeyId|jobResources\.clusterConfig\.volumeKmsKeyId|dataQualityJobOutputConfig\.kmsKeyId|kmsKeyDetails\.kmsKeyId"
        r"|distributions\.\*\.amiDistributionConfiguration\.kmsKeyId|policyDetails\..*\.cmkArn",
        r"str",
        {
            r"aws:(secretsmanager/secret|sns/topic|cloudwatch/logGroup|backup/vault|elasticache/replicationGroup|rds/(instance|cluster)):.*": _OWN_RULE,
            r"aws:(dynamodb/(table|kinesis)|kms/|paymentcryptography/).*": "under `own_key_inside`, or a key itself",
            r"aws:(rds/(customDbEngineVersion|exportTask|integration)|redshift/integration).*": "asked for by AWS, or the source's key",
            r"aws:(lambda/eventSourceMapping|s3/bucketObject|s3/objectCopy).*": "the function's, or the bucket's own key is the default",
            r"aws:(secretsmanager|ssmincidents|odb|networkmanager|resiliencehub|devopsagent|agentregistry|cloudwatchomni|bedrock/agentcore).*": "too new for anybody's catalogue",
        },
    ),
    "strings": Kind(
        r"(.*\.)?(userData(Base64)?|variables|environmentVariables|runtimeEnvironmentVariables|containerDefinitions|containerProperties|nodeProperties"
        r"|ecsProperties|buildspec|buildSpec|templateBody|parameters|defaultArguments|nonOverridableArguments|arguments|stageVariables|definition"
        r"|content|code|customData|commands?|args|startCommand|entryPoint|environment|env\w*\.\*\.value|settings\.\*\.value|customHeaders\.\*\.value"
        r"|onStart|onCreate|connectionProperties|body|input|(request|response)(Mapping)?Templates?|configurationProperties|airflowConfigurationOptions|script|data)"
        r"|value",
        r"str",
        {
            r"aws:(acm|acmpca|kms|paymentcryptography|lex|connect|appmesh|appflow|iot|transfer/sshKey|workspacesweb|dynamodb/tag|ec2/tag|ecs/tag).*": "keys, talk or labels; no code reads them",
            r"aws:apigateway/apiKey.* value": "the key itself: apigw-key-literal", r"aws:glue/(catalog|partition|dataCatalog).*": "what a table looks like",
            r"aws:(?!ssm/parameter|cloudfront/keyvaluestoreKey).* value": "no text that code reads",
            r"aws:\w+/\w*[pP]arameterGroup.*": "a database's own settings",
        },
    ),
}  # fmt: skip
