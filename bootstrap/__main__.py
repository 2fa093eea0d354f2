"""What an account has before its first stack: where Pulumi's state lies, whom it trusts, and where images lie."""

import pulumi
import pulumi_aws as aws

from bootstrap.image_repositories import ImageRepositories, ImageRepositoriesArgs
from bootstrap.settings import BootstrapSettings
from components.config.loading import load
from components.pipeline_access.permissions import AUDIENCE, ISSUER
from components.shared.access_log_bucket import AccessLogBucket, AccessLogBucketArgs
from components.shared.data_key import DataKey, DataKeyArgs
from components.shared.secure_bucket import SecureBucket, SecureBucketArgs

# who read a state is asked long after
ACCESS_LOG_DAYS = 365

settings = load(BootstrapSettings, pulumi.get_project())
region, tags = settings.region, settings.all_tags(pulumi.get_project())
in_aws = pulumi.ResourceOptions(providers=[aws.Provider("aws", region=region)])
kept = pulumi.ResourceOptions.merge(in_aws, pulumi.ResourceOptions(protect=settings.protect_data))

logs = AccessLogBucket("access-logs", AccessLogBucketArgs(expire_days=ACCESS_LOG_DAYS, region=region, tags=tags), kept)
key = DataKey("state-key", DataKeyArgs(purpose="Pulumi's state, and secrets in it", region=region, tags=tags), kept)
# Pulumi locks a stack by an object beside its state; versions are the way back from a broken one
state = SecureBucket(
    "state", SecureBucketArgs(kms_key_arn=key.arn, access_log_bucket=logs.bucket_name, tags=tags), kept
)
# IAM knows GitHub's certificates by itself; an account has this provider once
provider_arn = settings.existing_provider_arn or (
    aws.iam.OpenIdConnectProvider(
        "github", url=f"https://{ISSUER}", client_id_lists=[AUDIENCE], tags=tags, opts=kept
    ).arn
)
images = ImageRepositories(
    "images",
    ImageRepositoriesArgs(
        names=settings.image_repositories,
        provider_arn=provider_arn,
        repository=settings.repository,
        pulling_accounts=settings.pulling_accounts,
        tags=tags,
    ),
    kept,
)

# https://www.pulumi.com/docs/iac/concepts/state-and-backends/ and .../secrets/ have the form of both
pulumi.export("backend_url", pulumi.Output.concat("s3://", state.bucket_name, "?region=", region, "&awssdk=v2"))
pulumi.export("secrets_provider", pulumi.Output.concat("awskms:///", key.arn, "?region=", region))
pulumi.export("state_bucket", state.bucket_name)
pulumi.export("state_key_arn", key.arn)
pulumi.export("github_provider_arn", provider_arn)
pulumi.export("image_repositories", images.urls)
pulumi.export("image_role_arn", images.role_arn)
