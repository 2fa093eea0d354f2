"""Cases of rules over IAM documents, what is shared, and secrets in text."""

import base64
import gzip
import json
from typing import Any

from .case import ABSENT, document
from .controls import Row, of, row

ACCOUNT = "111122223333"
OTHER = "444455556666"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
PUBLIC = document(Action="x:Get", Resource="*", Principal="*")
PUBLIC_STAR_ARN = document(Action="x:Get", Resource="*", Principal={"AWS": "arn:aws:iam::*:root"})
NOT_PRINCIPAL = document(Action="x:Get", Resource="*", NotPrincipal=ROOT)
OWN = document(Action="x:Get", Resource="*", Principal=ROOT)
HELD = document(
    Action="x:Get", Resource="*", Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-abc123"}}
)
_POLICY, _ROLE, _INLINE = "aws:iam/policy:Policy", "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"


def conditioned(**condition: Any) -> str:
    return document(Action="x:Get", Resource="*", Principal="*", Condition=condition)


# Conditions that hold off nobody, and such as do.
LOOSE = {
    "every principal": conditioned(StringLike={"aws:PrincipalArn": "*"}),
    "roles of every account": conditioned(ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}),
    "absent is fine": conditioned(StringEqualsIfExists={"aws:SourceAccount": ACCOUNT}),
    "all of none": conditioned(**{"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-abc123"}}),
    "not somebody": conditioned(StringNotEquals={"aws:PrincipalAccount": ACCOUNT}),
    "present at all": conditioned(Null={"aws:PrincipalArn": "false"}),
    "over TLS": conditioned(Bool={"aws:SecureTransport": "true"}),
    "by a browser": conditioned(StringLike={"aws:UserAgent": "secret*"}),
    "from a referer": conditioned(StringLike={"aws:Referer": "https://example.com/*"}),
    "half of the internet": conditioned(IpAddress={"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}),
    "one of them everybody": conditioned(StringLike={"aws:PrincipalOrgID": ["o-abc123", "*"]}),
    "every bucket": conditioned(ArnLike={"aws:SourceArn": "arn:aws:s3:::*"}),
    "by a service": conditioned(StringEquals={"kms:ViaService": "s3.eu-west-1.amazonaws.com"}),
    "until a day": conditioned(DateLessThan={"aws:CurrentTime": "2030-01-01T00:00:00Z"}),
}
TIED = {
    "an organization": HELD,
    "an account": conditioned(StringEquals={"AWS:SourceAccount": ACCOUNT}),
    "a distribution": conditioned(ArnLike={"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/*"}),
    "a bucket": conditioned(ArnEquals={"aws:SourceArn": "arn:aws:s3:::files"}),
    "addresses": conditioned(IpAddress={"aws:SourceIp": ["203.0.113.0/24"]}),
    "an endpoint": conditioned(StringEquals={"aws:SourceVpce": "vpce-1a2b3c4d"}),
    "a mount": conditioned(Bool={"elasticfilesystem:AccessedViaMountTarget": "true"}),
    "a subject": conditioned(StringEquals={"token.actions.githubusercontent.com:sub": "repo:a/b:ref:refs/heads/main"}),
    "any of several": conditioned(**{"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-abc123/r-ab12/*"]}}),
}
# type, property: one of each service whose resources have a document
_DOCUMENTS = (
    ("aws:ecr/repositoryPolicy:RepositoryPolicy", "policy", "CKV_AWS_32"),
    ("aws:glacier/vault:Vault", "accessPolicy", "CKV_AWS_167"),
    ("aws:kms/keyPolicy:KeyPolicy", "policy", "FSBP KMS.5"),
    ("aws:efs/fileSystemPolicy:FileSystemPolicy", "policy", "CKV_AWS_283"),
    ("aws:opensearch/domainPolicy:DomainPolicy", "accessPolicies", "CKV_AWS_283 search"),
    ("aws:backup/vaultPolicy:VaultPolicy", "policy", "CKV_AWS_283 vault"),
    ("aws:cloudwatch/eventBusPolicy:EventBusPolicy", "policy", "CKV_AWS_283 events"),
    ("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "policyDocument", "CKV_AWS_283 logs"),
    ("aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy", "accessPolicy", "CKV_AWS_283 destination"),
    ("aws:ses/identityPolicy:IdentityPolicy", "policy", "CKV_AWS_283 mail"),
    ("aws:s3control/accessPointPolicy:AccessPointPolicy", "policy", "CKV_AWS_283 access point"),
    ("aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy", "details.policy", "CKV_AWS_283 regions"),
    ("aws:s3tables/tableBucketPolicy:TableBucketPolicy", "resourcePolicy", "CKV_AWS_283 tables"),
    ("aws:codeartifact/domainPermissions:DomainPermissions", "policyDocument", "CKV_AWS_283 packages"),
    ("aws:dynamodb/resourcePolicy:ResourcePolicy", "policy", "CKV_AWS_283 dynamodb"),
    ("aws:kinesis/resourcePolicy:ResourcePolicy", "policy", "CKV_AWS_283 stream"),
    ("aws:lambda/resourcePolicy:ResourcePolicy", "policy", "FSBP Lambda.1"),
    ("aws:msk/clusterPolicy:ClusterPolicy", "policy", "CKV_AWS_283 kafka"),
    ("aws:acmpca/policy:Policy", "policy", "CKV_AWS_283 authority"),
    ("aws:glue/resourcePolicy:ResourcePolicy", "policy", "CKV_AWS_283 catalogue"),
    ("aws:ecr/registryPolicy:RegistryPolicy", "policy", "CKV_AWS_283 registry"),
    ("aws:mediastore/containerPolicy:ContainerPolicy", "policy", "CKV_AWS_283 media"),
    ("aws:redshiftserverless/resourcePolicy:ResourcePolicy", "policy", "CKV_AWS_283 warehouse"),
    ("aws:schemas/registryPolicy:RegistryPolicy", "policy", "CKV_AWS_283 schemas"),
    ("aws:vpclattice/resourcePolicy:ResourcePolicy", "policy", "CKV_AWS_283 lattice"),
)  # fmt: skip


def _grant(**statement: Any) -> str:
    return document(Sid="It", **statement)


_NARROW = _grant(Action="s3:GetObject", Resource="arn:aws:s3:::files/*")
_STARS = {"Condition": {"StringEquals": {"aws:ResourceTag/Team": "a"}}}
_ROLE_POLICY = (
    # rule, controls, what is refused, what passes
    ("iam-resource-star", "CKV_AWS_289, CKV_AWS_290, CKV_AWS_355",
     [_grant(Action=["dynamodb:DeleteTable", "s3:ListAllMyBuckets"], Resource="*"), _grant(Action="ec2:TerminateInstances", NotResource="arn:aws:s3:::x"),
      _grant(Action="s3:Put*", Resource="*"), _grant(Action="ec2:Terminate*", Resource="*")],
     [_grant(Action=["xray:PutTraceSegments", "cloudwatch:PutMetricData", "ec2:DescribeInstances", "ecr:GetAuthorizationToken"], Resource="*"),
      _grant(Action=["xray:Put*", "xray:Put?elemetryRecords", "s3:PutAccountPublicAccessBlock"], Resource="*"), _grant(Action="ec2:TerminateInstances", Resource="*", **_STARS), _grant(Action="dynamodb:DeleteTable", Resource="arn:aws:dynamodb:eu-west-1:1:table/a")]),
    ("iam-data-star", "CKV_AWS_287, CKV_AWS_288, CKV_AWS_107, CKV_AWS_108",
     [_grant(Action="s3:GetObject", Resource="*"), _grant(Action=["secretsmanager:Get*"], Resource="*"), _grant(Action="ssm:GetParameter", Resource="arn:aws:ssm:eu-west-1:111122223333:parameter/*"),
      _grant(Action="s3:*", Resource="arn:aws:s3:::*"), _grant(Action=["s3:GetBucketLocation", "s3:GetObject"], Resource=["arn:aws:s3:::a/*", "*"]), _grant(Action="*", Resource="arn:aws:s3:::*")],
     [_grant(Action="s3:GetObject", Resource="arn:aws:s3:::files/*"), _grant(Action="s3:GetObject", Resource="*", **_STARS), _grant(Action="s3:GetBucketLocation", Resource="*"), _grant(Action="s3:*", Resource="*")]),
    ("iam-escalation", "CKV_AWS_286, CKV_AWS_110, CKV2_AWS_40",
     [_grant(Action="iam:AttachRolePolicy", Resource="*"), _grant(Action="iam:Create*Version", Resource="*"), _grant(Action="sts:AssumeRole", Resource="arn:aws:iam::111122223333:role/*"),
      _grant(Action="lambda:UpdateFunctionCode", Resource="**"), _grant(Action="iam:*", Resource="arn:aws:iam::111122223333:role/*")],
     [_grant(Action="sts:AssumeRole", Resource="arn:aws:iam::111122223333:role/reader"), _grant(Action="iam:GetRole", Resource="*"), _grant(Action="iam:AttachRolePolicy", Resource="*", **_STARS)]),
    ("iam-not-action", "CKV_AWS_49, CKV_AWS_63",
     [_grant(NotAction="iam:*", Resource="arn:aws:s3:::files/*")], [document(effect="Deny", NotAction="iam:*", Resource="*")]),
)  # fmt: skip


def _task(**container: Any) -> str:
    return json.dumps([{"name": "app", "image": "app:1.2", "logConfiguration": {"logDriver": "awslogs"}, **container}])


_ENV = {"name": "DB_PASSWORD", "value": "hunter22"}
_SCRIPT = "#!/bin/sh\nexport API_TOKEN=abcdef123456\n"
_KEY_ID = "AKIA" + "Q3EGRIT7" + "WXYZ2345"
_ENCODED_ID = base64.b64encode(_KEY_ID.encode()).decode()
ROWS: list[Row] = [
    *(
        row("policy-public", known, resource_type, path, OWN, [PUBLIC, PUBLIC_STAR_ARN, NOT_PRINCIPAL], absent=True, passed=[{path: HELD}, {path: PUBLIC.replace("Allow", "Deny")}])
        for resource_type, path, known in _DOCUMENTS
    ),
    of("policy-public", "", "aws:opensearch/domain:Domain", {"accessPolicies": OWN}, [{"accessPolicies": PUBLIC}], [{"accessPolicies": ABSENT}, {"accessPolicies": PUBLIC, "vpcOptions": {"subnetIds": ["subnet-1"]}}]),
    of(
        "policy-public", "FSBP KMS.5 conditions", "aws:kms/replicaKey:ReplicaKey", {"policy": OWN}, [{"policy": text} for text in LOOSE.values()],
        [{"policy": ABSENT}, *({"policy": text} for text in TIED.values())],
    ),
    of(
        "policy-foreign-account", "CKV_AWS_385", "aws:sqs/queuePolicy:QueuePolicy", {"policy": OWN}, [{"policy": OWN.replace(ACCOUNT, OTHER)}, {"policy": document(Action="x:Get", Resource="*", Principal={"AWS": OTHER})}],
        [{"policy": ABSENT}, {"policy": OWN.replace(ACCOUNT, OTHER), "@parameters.accounts": []}], {"parameters": {"accounts": [ACCOUNT]}},
    ),
    of("policy-foreign-account", "FSBP EC2.1 account", "aws:ec2/amiLaunchPermission:AmiLaunchPermission", {"accountId": ACCOUNT}, [{"accountId": OTHER}], [{"accountId": ABSENT}], {"parameters": {"accounts": [ACCOUNT]}}),
    of("policy-foreign-account", "Access Analyzer external role", _ROLE, {"assumeRolePolicy": document(Action="sts:AssumeRole", Principal=ROOT)}, [{"assumeRolePolicy": document(Action="sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{OTHER}:root"})}], [{"assumeRolePolicy": ABSENT}], {"parameters": {"accounts": [ACCOUNT]}}),
    of("policy-foreign-account", "peering", "aws:ec2/vpcPeeringConnection:VpcPeeringConnection", {"peerOwnerId": ACCOUNT}, [{"peerOwnerId": OTHER}], [{"peerOwnerId": ABSENT}], {"parameters": {"accounts": [ACCOUNT]}}),
    row("policy-all-actions", "CKV_AWS_72", "aws:sqs/queuePolicy:QueuePolicy", "policy", OWN, [document(Action="sqs:*", Resource="*", Principal=ROOT), document(Action=["*"], Resource="*", Principal=ROOT), document(Action=["sqs:SendMessage", "sqs:*"], Resource="*", Principal=ROOT)], absent=True),
    row(
        "policy-confused-deputy", "confused deputy", "aws:sqs/queuePolicy:QueuePolicy", "policy", OWN, [document(Action="sqs:SendMessage", Resource="*", Principal={"Service": "s3.amazonaws.com"})], absent=True,
        passed=[{"policy": document(Action="sqs:SendMessage", Resource="*", Principal={"Service": "s3.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})}, {"policy": document(Action="sqs:SendMessage", Resource="*", Principal={"Service": "ec2.amazonaws.com"})}],
    ),
    row(
        "policy-confused-deputy", "confused deputy of a topic", "aws:sns/topicPolicy:TopicPolicy", "policy", OWN, [document(Action="sns:Publish", Resource="*", Principal={"Service": ["events.amazonaws.com", "s3.amazonaws.com"]})], absent=True,
        passed=[{"policy": document(Action="sns:Publish", Resource="*", Principal={"Service": "events.amazonaws.com"})}],
    ),
    *(
        row(rule, controls, _POLICY, "policy", _NARROW, refused, absent=True, passed=[{"policy": text} for text in passed])
        for rule, controls, refused, passed in _ROLE_POLICY
    ),
    row("iam-managed-full", "FSBP IAM.21 managed, CKV2_AWS_68", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "policyArn", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", ["arn:aws:iam::aws:policy/AmazonS3FullAccess"], absent=True, passed=[{"policyArn": "arn:aws:iam::111122223333:policy/own"}]),
    of("iam-managed-full", "FSBP IAM.21 role", _ROLE, {"managedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}, [{"managedPolicyArns": ["arn:aws:iam::aws:policy/AmazonEC2FullAccess"]}], [{"managedPolicyArns": ABSENT}]),
    of("iam-user-policy", "CKV_AWS_40, FSBP IAM.2", "aws:iam/policyAttachment:PolicyAttachment", {"roles": ["a"], "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, [{"users": ["jo"]}], [{"roles": ABSENT}]),
    of("iam-passrole", "CKV_AWS_286 wildcard", _INLINE, {"policy": _grant(Action="iam:PassRole", Resource="arn:aws:iam::111122223333:role/app", Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}})},
       [{"policy": _grant(Action="iam:PassRole", Resource="arn:aws:iam::111122223333:role/*", Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}})},
        {"policy": _grant(Action=["s3:GetObject", "iam:PassRole"], Resource="*")}, {"policy": _grant(Action="iam:PassRole", Resource=["arn:aws:iam::111122223333:role/app", "*"], Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}})}, {"policy": _grant(Action="iam:Pass*", Resource="arn:aws:iam::111122223333:role/app", Condition={"StringLike": {"iam:PassedToService": "*"}})}], [{"policy": ABSENT}]),
    of("iam-trust", "CKV_AWS_60 not principal", _ROLE, {"assumeRolePolicy": document(Action="sts:AssumeRole", Principal=ROOT)}, [{"assumeRolePolicy": document(Action="sts:AssumeRole", NotPrincipal=ROOT)}, {"assumeRolePolicy": document(Action="sts:AssumeRole", Principal={"AWS": "arn:aws:iam::*:root"})}], [{"assumeRolePolicy": ABSENT}]),
    of("iam-no-star-admin", "CKV_AWS_62 inline, IAM.1", "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy", {"inlinePolicy": _NARROW}, [{"inlinePolicy": _grant(Action="*:*", Resource="*")}, {"inlinePolicy": _grant(Action="**", Resource="arn:*")}], [{"inlinePolicy": ABSENT}]),
    # secrets in text
    row("aws-secret-literal", "CKV_AWS_45", "aws:lambda/function:Function", "environment.variables", {"DB_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:1:secret:a"}, [{"DB_PASSWORD": "hunter22"}, {"apiKey": "abcdef12"}, {"CONFIG": f"id={_KEY_ID}"}, {"DATABASE_URL": "postgres://app:hunter22@db/app"}, {"PGPASSWORD": "hunter22"}, {"URL": "postgres://$USER:hunter22@db/app"}, {"AUTH": f"key {_ENCODED_ID} of two"}, {"existingSecretPassword": "hunter22"}, {"EXISTING_SECRET_PASSWORD": "hunter22"}, {"existing_secret_token": "hunter22"}, {"PUBLIC_PASSWORD": "hunter22"}], absent=True, passed=[{"environment.variables": {"existingSecret": "login3f2a91c0"}}, {"environment.variables": {"existing_secret": "login3f2a91c0", "EXISTING_SECRET_KEY": "login3f2a91c0"}}, {"environment.variables": {"DB_PASSWORD": "${resolved}", "BYPASS": "abcdefgh", "PUBLIC_KEY": "abcdefgh", "MAX_TOKENS": "4096"}}]),
    row("aws-secret-literal", "CKV_AWS_46", "aws:ec2/instance:Instance", "userData", "#!/bin/sh\naws secretsmanager get-secret-value --secret-id app\n", [_SCRIPT, "#!/bin/sh\ncurl -H 'X: " + "ghp_" + "a1B2" * 9 + "' https://x\n"], absent=True),
    row("aws-secret-literal", "CKV_AWS_46 template", "aws:ec2/launchTemplate:LaunchTemplate", "userData", base64.b64encode(b"#!/bin/sh\necho hello world\n").decode(), [base64.b64encode(_SCRIPT.encode()).decode(), base64.b64encode(gzip.compress(_SCRIPT.encode(), mtime=0)).decode()], absent=True),
    row("aws-secret-literal", "CKV_AWS_46 launch configuration", "aws:ec2/launchConfiguration:LaunchConfiguration", "userData", "#!/bin/sh\n", [_SCRIPT], absent=True),
    row("aws-secret-literal", "FSBP ECS.8", "aws:ecs/taskDefinition:TaskDefinition", "containerDefinitions", _task(), [_task(environment=[_ENV]), _task(command=["--token", "xoxb-" + "1234567890-abcdef"])], absent=True, passed=[{"containerDefinitions": _task(secrets=[{"name": "DB_PASSWORD", "valueFrom": "arn:aws:ssm:eu-west-1:1:parameter/a"}])}]),
    row("aws-secret-literal", "FSBP CodeBuild.2", "aws:codebuild/project:Project", "environment.environmentVariables", [{"name": "STAGE", "value": "production"}], [[{"name": "AWS_SECRET_ACCESS_KEY", "value": "wJalrXUtnFEMIaK7MDENGabPxRfiCYzzzzzzzKEY"}]], absent=True, passed=[{"environment.environmentVariables": [{"name": "DB_PASSWORD", "value": "arn:aws:ssm:eu-west-1:1:parameter/a", "type": "PARAMETER_STORE"}]}]),
    of("aws-secret-literal", "CKV2_AWS_34", "aws:ssm/parameter:Parameter", {"name": "/app/stage", "type": "String", "value": "production"}, [{"name": "/app/db_password", "value": "hunter22"}, {"value": "sk_live_" + "a1b2c3d4e5f6a7b8"}], [{"value": ABSENT}, {"type": "SecureString", "name": "/app/db_password", "value": "hunter22"}, {"type": "SecureString", "value": "sk_live_" + "a1b2c3d4e5f6a7b8"}]),
    row("aws-secret-literal", "CKV_AWS_45 templates", "aws:cloudformation/stack:Stack", "templateBody", '{"Resources": {}}', ['{"Resources": {"A": {"Properties": {"MasterUserPassword": "hunter22"}}}}'], absent=True, passed=[{"templateBody": '{"Resources": {"A": {"Properties": {"MasterUserPassword": "{{resolve:secretsmanager:a}}"}}}}'}]),
    row("aws-secret-literal", "secret in arguments", "aws:glue/job:Job", "defaultArguments", {"--job-language": "python"}, [{"--db_password": "hunter22"}], absent=True),
    row("aws-secret-literal", "secret in an address", "aws:sagemaker/model:Model", "primaryContainer.environment", {"STAGE": "a"}, [{"HF_TOKEN": "hf_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ"}], absent=True),
    row("aws-secret-literal", "secret in a header", "aws:cloudfront/distribution:Distribution", "origins", [{"customHeaders": [{"name": "X-Stage", "value": "production"}]}], [[{"customHeaders": [{"name": "X-Origin-Token", "value": "abcdef123456"}]}]], absent=True),
    row("aws-secret-literal", "Batch", "aws:batch/jobDefinition:JobDefinition", "containerProperties", '{"image": "a:1"}', ['{"image": "a:1", "environment": [{"name": "API_KEY", "value": "abcdef12"}]}'], absent=True),
    of("aws-secret-literal", "a parameter's name", "aws:ssm/parameter:Parameter", {"type": "String", "name": "/app/token", "value": "arn:aws:ssm:eu-west-1:1:parameter/a"}, [{"value": "hunter22"}], [{"value": ABSENT}, {"value": "hunter22", "type": "SecureString"}, {"value": "hunter22", "name": "/app/colour"}]),
    row("aws-provider-keys", "CKV_AWS_41", "pulumi:providers:aws", "accessKey", "", [_KEY_ID], absent=True),
    of("ssm-key", "CKV_AWS_337", "aws:ssm/parameter:Parameter", {"type": "SecureString", "keyId": "arn"}, [{"keyId": ABSENT}], [{"type": "String", "keyId": ABSENT}]),
    row("aws-secret-literal", "connection", "aws:glue/connection:Connection", "connectionProperties", {"JDBC_CONNECTION_URL": "jdbc:postgresql://db/app", "SECRET_ID": "app/db"}, [{"PASSWORD": "hunter22"}], absent=True),
]  # fmt: skip
