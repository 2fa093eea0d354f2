"""Settings of the search engine."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ..config.section import InProd, Section

IMAGE = r"^[a-z0-9.\-/_:]+:v?\d+\.\d+\.\d+[a-z0-9.-]*(@sha256:[0-9a-f]{64})?$"
TIME = r"^([01]\d|2[0-3]):[0-5]\d$"


class SearchSettings(Section):
    """MeiliSearch, one pod with a volume."""

    image: Annotated[str, StringConstraints(pattern=IMAGE)] = Field(
        description="MeiliSearch's image, a version and best its digest; data of another version is not read: "
        "docs/operations/search.md",
        examples=["111122223333.dkr.ecr.eu-west-1.amazonaws.com/meilisearch:1.5.1"],
    )
    storage_gib: int = Field(default=10, ge=1, le=1024, description="size of the volume, which may grow")
    cpu_request_millicores: int = Field(default=250, ge=50, le=8000, description="CPU that it asks for")
    memory_mib: int = Field(
        default=1024,
        ge=256,
        le=65_536,
        description="memory that it asks for and may use; half of it is for indexing, which takes two thirds of the "
        "node's otherwise",
    )
    snapshot_daily_at: Annotated[str, StringConstraints(pattern=TIME)] = Field(
        default="03:00", description="when a snapshot is taken and put into the bucket, UTC"
    )
    snapshot_keep_days: Annotated[int, InProd(at_least=7)] = Field(
        default=7, ge=1, le=365, description="days that snapshots are kept in the bucket"
    )
