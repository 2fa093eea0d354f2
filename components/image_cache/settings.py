"""Settings of where images come from."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ..config.section import Section

# ECR reads no other secret (CreatePullThroughCacheRule: credentialArn).
CredentialName = Annotated[
    str, StringConstraints(pattern=r"^ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]+$", max_length=512)
]


class ImageCacheSettings(Section):
    """Images come from repositories of the account, which ECR fills from the registries on the internet."""

    docker_hub_secret_name: CredentialName = Field(
        description="name of the Secrets Manager secret of an account of Docker Hub: JSON of username and accessToken, "
        "made by hand beforehand under AWS's own key; ECR pulls nothing from there without one",
        examples=["ecr-pullthroughcache/docker-hub"],
    )
    github_secret_name: CredentialName = Field(
        description="the same of an account of GitHub, whose token may read packages",
        examples=["ecr-pullthroughcache/github"],
    )
    kept_versions: int = Field(default=20, ge=2, le=1000, description="versions of an image that are kept, the newest")
