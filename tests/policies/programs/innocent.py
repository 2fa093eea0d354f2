"""A serverless program of another kind, that does things well: a function behind an API, with a table, a queue and files."""

from tests.policies.cases.case import document
from tests.policies.cases.stacks import of
from tests.policies.packs import Resource

_TLS_ONLY = document(
    effect="Deny", Principal="*", Action="s3:*", Resource="*", Condition={"Bool": {"aws:SecureTransport": "false"}}
)
_KEY_POLICY = document(Action="kms:*", Resource="*", Principal={"AWS": "arn:aws:iam::111122223333:root"})
_READS = document(
    Sid="ReadsOrders",
    Action=["dynamodb:GetItem", "dynamodb:PutItem"],
    Resource="arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
)
_TAGS = {"tags": {"Project": "orders"}}
RESOURCES: list[Resource] = [
    of("aws:kms/key:Key", "key", {"enableKeyRotation": True, "policy": _KEY_POLICY, **_TAGS}),
    of("aws:dynamodb/table:Table", "orders", {"pointInTimeRecovery": {"enabled": True}, "deletionProtectionEnabled": True, "hashKey": "id", "billingMode": "PAY_PER_REQUEST", "attributes": [{"name": "id", "type": "S"}], **_TAGS}),
    of("aws:sqs/queue:Queue", "jobs", {"kmsMasterKeyId": "arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f", **_TAGS}),
    of("aws:sns/topic:Topic", "news", {"kmsMasterKeyId": "arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f", **_TAGS}),
    of("aws:s3/bucket:Bucket", "files", {"bucket": "files", **_TAGS}),
    of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "closed", dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True), bucket="files"),
    of("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "sse", {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}]}, bucket="files"),
    of("aws:s3/bucketVersioning:BucketVersioning", "versions", {"versioningConfiguration": {"status": "Enabled"}}, bucket="files"),
    of("aws:s3/bucketPolicy:BucketPolicy", "tls", {"policy": _TLS_ONLY}, bucket="files"),
    of("aws:s3/bucketLogging:BucketLogging", "logged", {"targetBucket": "logs", "targetPrefix": "files/"}, bucket="files"),
    of("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "life", {"rules": [{"id": "old", "status": "Enabled", "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}]}, bucket="files"),
    of("aws:iam/role:Role", "role", {"assumeRolePolicy": document(Action="sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"}), **_TAGS}),
    of("aws:iam/rolePolicy:RolePolicy", "reads", {"policy": _READS}, role="role"),
    of("aws:lambda/function:Function", "function", {"runtime": "python3.13", "handler": "main.handler", "s3Bucket": "files", "s3Key": "orders.zip", "architectures": ["arm64"], **_TAGS}, role="role"),
    of("aws:cloudwatch/logGroup:LogGroup", "log", {"retentionInDays": 90, "kmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f", **_TAGS}),
    of("aws:apigatewayv2/api:Api", "api", {"protocolType": "HTTP", "name": "orders"}),
    of("aws:apigatewayv2/route:Route", "route", {"routeKey": "GET /orders", "authorizationType": "JWT", "authorizerId": "a"}, apiId="api"),
    of("aws:cloudwatch/metricAlarm:MetricAlarm", "errors", {"alarmActions": ["arn:aws:sns:eu-west-1:111122223333:ops"], "metricName": "Errors", "dimensions": {"FunctionName": "function"}, **_TAGS}),
    of("random:index/randomId:RandomId", "id", {"byteLength": 4}),
]  # fmt: skip
PROTECTED = {"key", "orders", "files"}
