"""A static site, that does things well: files in a closed bucket, CloudFront with a firewall before them, names that are signed."""

import json

from tests.policies.cases.case import document
from tests.policies.cases.stacks import of
from tests.policies.packs import Resource

_ACCOUNT = "111122223333"
_TAGS = {"tags": {"Project": "site"}}
_FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_READS = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Sid": "TLS", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    {"Sid": "CloudFront", "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site-files/*", "Condition": {"StringEquals": {"AWS:SourceArn": f"arn:aws:cloudfront::{_ACCOUNT}:distribution/E123"}}},
]})  # fmt: skip
_TLS_ONLY = document(
    effect="Deny", Principal="*", Action="s3:*", Resource="*", Condition={"Bool": {"aws:SecureTransport": "false"}}
)
_REWRITES = "function handler(event) {\n  var request = event.request;\n  var token = request.headers['x-token'];\n  if (request.uri.endsWith('/')) request.uri += 'index.html';\n  return request;\n}\n"
_SEEN = {"cloudwatchMetricsEnabled": True, "metricName": "site", "sampledRequestsEnabled": True}


def _bucket(name: str, policy: str) -> list[Resource]:
    return [
        of("aws:s3/bucket:Bucket", name, _TAGS),
        of(
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            f"{name}-owned",
            {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
            bucket=name,
        ),
        of(
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            f"{name}-closed",
            dict.fromkeys(_FLAGS, True),
            bucket=name,
        ),
        of(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            f"{name}-sse",
            {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
            bucket=name,
        ),
        of(
            "aws:s3/bucketVersioning:BucketVersioning",
            f"{name}-versions",
            {"versioningConfiguration": {"status": "Enabled"}},
            bucket=name,
        ),
        of("aws:s3/bucketPolicy:BucketPolicy", f"{name}-policy", {"policy": policy}, bucket=name),
        of(
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            f"{name}-life",
            {
                "rules": [
                    {
                        "id": "old",
                        "status": "Enabled",
                        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                        "noncurrentVersionExpiration": {"noncurrentDays": 30},
                    }
                ]
            },
            bucket=name,
        ),
    ]


RESOURCES: list[Resource] = [
    *_bucket("files", _READS),
    *_bucket("logs", _TLS_ONLY),
    of("aws:s3/bucketObjectv2:BucketObjectv2", "index", {"key": "index.html", "content": "<!doctype html><title>Site</title><p>Forgot your password? Token: ask us.</p>", "contentType": "text/html"}, bucket="files"),
    of("aws:route53/zone:Zone", "zone", {"name": "site.example.com", **_TAGS}),
    of("aws:acm/certificate:Certificate", "certificate", {"domainName": "site.example.com", "subjectAlternativeNames": ["www.site.example.com"], "validationMethod": "DNS", **_TAGS}),
    of("aws:route53/record:Record", "validation", {"name": "_a.site.example.com", "type": "CNAME", "ttl": 60, "records": ["_b.acm-validations.aws."]}, zoneId="zone"),
    of("aws:cloudfront/originAccessControl:OriginAccessControl", "oac", {"originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4"}),
    of("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", "headers", {"securityHeadersConfig": {"strictTransportSecurity": {"accessControlMaxAgeSec": 63072000, "override": True, "includeSubdomains": True}, "contentTypeOptions": {"override": True}}}),
    of("aws:cloudfront/function:Function", "rewrite", {"runtime": "cloudfront-js-2.0", "code": _REWRITES}),
    of("aws:wafv2/webAcl:WebAcl", "acl", {
        "scope": "CLOUDFRONT", "region": "us-east-1", "defaultAction": {"allow": {}}, "visibilityConfig": _SEEN,
        "rules": [
            *({"name": name, "priority": n, "statement": {"managedRuleGroupStatement": {"name": name, "vendorName": "AWS"}}, "overrideAction": {"none": {}}, "visibilityConfig": {**_SEEN, "metricName": name}} for n, name in enumerate(("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"))),
            {"name": "rate", "priority": 9, "statement": {"rateBasedStatement": {"limit": 1000, "aggregateKeyType": "IP"}}, "action": {"block": {}}, "visibilityConfig": {**_SEEN, "metricName": "rate"}},
        ], **_TAGS,
    }),
    of("aws:cloudwatch/logGroup:LogGroup", "waf-logs", {"name": "aws-waf-logs-site", "region": "us-east-1", "retentionInDays": 90, **_TAGS}),
    of("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "acl-logs", {"region": "us-east-1"}, resourceArn="acl", logDestinationConfigs="waf-logs"),
    of("aws:cloudfront/distribution:Distribution", "cdn", {
        "enabled": True, "defaultRootObject": "index.html", "aliases": ["site.example.com"], "restrictions": {"geoRestriction": {"restrictionType": "none"}}, "priceClass": "PriceClass_100",
        "defaultCacheBehavior": {"allowedMethods": ["GET", "HEAD"], "cachedMethods": ["GET", "HEAD"], "targetOriginId": "files", "viewerProtocolPolicy": "redirect-to-https", "responseHeadersPolicyId": "p-1", "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6", "compress": True},
        "origins": [{"originId": "files", "domainName": "site-files.s3.eu-west-1.amazonaws.com", "originAccessControlId": "E1"}],
        "viewerCertificate": {"acmCertificateArn": f"arn:aws:acm:us-east-1:{_ACCOUNT}:certificate/1", "minimumProtocolVersion": "TLSv1.2_2021", "sslSupportMethod": "sni-only"},
        "loggingConfig": {"bucket": "site-logs.s3.amazonaws.com", "prefix": "cdn/"}, **_TAGS,
    }, webAclId="acl"),
    of("aws:route53/record:Record", "www", {"name": "site.example.com", "type": "A", "aliases": [{"name": "d1.cloudfront.net", "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}]}, zoneId="zone"),
    of("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "github", {"url": "https://token.actions.githubusercontent.com", "clientIdLists": ["sts.amazonaws.com"], **_TAGS}),
    of("aws:iam/role:Role", "deploys", {"assumeRolePolicy": document(Action="sts:AssumeRoleWithWebIdentity", Principal={"Federated": f"arn:aws:iam::{_ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"}, Condition={"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com", "token.actions.githubusercontent.com:sub": "repo:acme/site:ref:refs/heads/main"}}), **_TAGS}),
    of("aws:iam/rolePolicy:RolePolicy", "deploys-policy", {"policy": json.dumps({"Version": "2012-10-17", "Statement": [
        {"Sid": "Writes", "Effect": "Allow", "Action": ["s3:PutObject", "s3:DeleteObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::site-files", "arn:aws:s3:::site-files/*"]},
        {"Sid": "Invalidates", "Effect": "Allow", "Action": "cloudfront:CreateInvalidation", "Resource": f"arn:aws:cloudfront::{_ACCOUNT}:distribution/E123"},
    ]})}, role="deploys"),
]  # fmt: skip
PROTECTED = {"files"}
