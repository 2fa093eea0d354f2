"""Settings of the pipeline that deploys the stack."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ..config.section import Section

# What GitHub puts into a token's subject; newer repositories bear their ids there
# (https://docs.github.com/en/actions/reference/security/oidc). No wildcard gets through.
RepositoryName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+(@\d+)?/[A-Za-z0-9_.-]+(@\d+)?$")]
# what begins a claim of its own in a token's subject (a colon) gets through as little as a wildcard
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
ProviderArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com$"),
]
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BucketName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
KeyArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[a-z0-9-]+$")]


class PipelineSettings(Section):
    """Who may plan and deploy the stack from GitHub Actions, without keys."""

    repository: RepositoryName = Field(
        description="repository whose workflows plan and deploy, as its tokens name it: `owner/name`, or "
        "`owner@1234/name@5678` where the subject bears ids",
        examples=["acme/platform"],
    )
    environment: EnvironmentName | None = Field(
        default=None,
        description="GitHub environment whose jobs deploy, and with `drift-` before it the one whose jobs plan; the "
        "stack's name by default; `<system>-<stack>` for a system of examples/",
        examples=["shop-prod"],
    )
    existing_provider_arn: ProviderArn | None = Field(
        default=None,
        description="GitHub's OIDC provider, where the account has it already (it can have one); none makes it",
        examples=["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"],
    )
    state_bucket: BucketName | None = Field(
        default=None,
        description="S3 bucket of Pulumi's state, which both roles read and the deploy role writes",
        examples=["platform-pulumi-state"],
    )
    state_key_arn: KeyArn | None = Field(
        default=None,
        description="KMS key of the state and of its secrets, which both roles use",
        examples=["arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d"],
    )
