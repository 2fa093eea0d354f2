"""What the settings of any system's stack begin with."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from .acceptance import AcceptanceSettings
from .floor import production_floor
from .problems import Problem
from .regions import Region
from .section import InProd, Section

# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html: length and characters.
_TAG = r"^[\p{L}\p{N}\p{Z}_.:/=+@-]*$"
TagKey = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=_TAG)]
TagValue = Annotated[str, StringConstraints(max_length=256, pattern=_TAG)]
# A resource bears 50 tags; the program sets three on all, and up to five on some (`Name` among them).
MOST_TAGS = 42
Environment = Literal["dev", "staging", "prod"]


class BaseStack(Section):
    """The environment, the region, tags and protection; a system adds the sections of what it is made of."""

    environment: Environment = Field(
        description="dev, staging or prod; prod has a floor below which values are refused", examples=["dev"]
    )
    region: Region = Field(description="AWS region", examples=["eu-west-1"])
    tags: dict[TagKey, TagValue] = Field(
        default_factory=dict,
        max_length=MOST_TAGS,
        description="tags on whatever takes tags, beside Project, Environment and ManagedBy",
        examples=["Owner"],
    )
    protect_data: Annotated[bool, InProd(equals=True)] = Field(
        default=True,
        description="Pulumi refuses to delete or replace what holds data; `pulumi state unprotect` lets go",
    )

    @classmethod
    def filled(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Return a stack file's values with what they leave to a preset; here there is none."""
        return given

    def problems(self) -> Iterator[Problem]:
        """Judge tags' keys, and production against its floor."""
        for key in self.tags:
            if key.lower().startswith("aws:"):
                yield Problem("tags", "must not begin with aws:, which AWS keeps for itself", key, "choose another key")
        if self.environment == "prod":
            yield from production_floor(type(self), self.model_dump())

    def notices(self) -> Iterator[str]:
        """Yield what whoever reads a plan is told of each time."""
        yield from ()

    def accepted(self) -> Mapping[str, AcceptanceSettings]:
        """Return what somebody answers for until a day, by its key."""
        return {}

    def handmade_secrets(self) -> Mapping[str, str]:
        """Return the names of secrets that people make beforehand, by the key that names each."""
        return {}

    def handmade_parameters(self) -> Mapping[str, str]:
        """Return the names of parameters that people make beforehand, likewise."""
        return {}

    def all_tags(self, project: str) -> dict[str, str]:
        """Return the tags every taggable resource carries; the three fixed ones cannot be overridden."""
        return {**self.tags, **self.cost_tags(project), "ManagedBy": "pulumi"}

    def cost_tags(self, project: str) -> dict[str, str]:
        """Return the tags that tell this stack's cost from others'."""
        return {"Project": project, "Environment": self.environment}
