"""Settings of an account's foundations."""

from typing import Annotated

from pydantic import Field, StringConstraints

from components.config.base_stack import BaseStack
from components.pipeline_access.settings import ProviderArn, RepositoryName

# CreateRepository: 2 to 256 characters of these
ImageRepositoryName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([._/-][a-z0-9]+)*$", min_length=2)]
AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]


class BootstrapSettings(BaseStack):
    """Whose workflows are trusted, and which images the account keeps."""

    repository: RepositoryName = Field(
        description="repository whose workflows publish images and deploy stacks, as GitHub's tokens name it",
        examples=["acme/platform"],
    )
    existing_provider_arn: ProviderArn | None = Field(
        default=None, description="GitHub's OIDC provider, where the account has it already (it can have one)"
    )
    image_repositories: tuple[ImageRepositoryName, ...] = Field(
        default=("flowise", "platform-tools"), description="names of ECR's repositories"
    )
    pulling_accounts: tuple[AccountId, ...] = Field(
        default=(), description="accounts whose stacks pull these images, beside this one"
    )
