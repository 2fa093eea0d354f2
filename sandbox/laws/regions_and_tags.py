"""What every AWS resource has: a region and tags."""

import re
from collections.abc import Iterator

from ..aws_data import availability_zones
from ..closest import did_you_mean
from .law import EVERY_AWS_TYPE, Law, Refusal, ResourceOperation


def _region(op: ResourceOperation) -> Iterator[Refusal]:
    if op.region not in availability_zones():
        yield Refusal(
            "InvalidRegion",
            f"invalid AWS Region: {op.region}",
            did_you_mean(op.region, availability_zones(), "write a region's code, as in eu-west-1"),
        )


_TAG = re.compile(r"[\w\s.:/=+@-]*")


def _tags(op: ResourceOperation) -> Iterator[Refusal]:
    tags = op.get("tags")
    if not isinstance(tags, dict):
        return
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            yield Refusal(
                "InvalidParameterValue",
                f"Tag keys starting with 'aws:' are reserved for system use: {key}",
                "rename the tag",
            )
        if not 1 <= len(key) <= 128 or (isinstance(value, str) and len(value) > 256):  # noqa: PLR2004 # AWS's
            yield Refusal("InvalidParameterValue", f"Tag {key[:40]} is too long", "128 characters a key, 256 a value")
        if isinstance(value, str) and not (_TAG.fullmatch(key) and _TAG.fullmatch(value)):
            yield Refusal(
                "InvalidTag",
                f"Tag {key} has a character that AWS does not take",
                "use letters, digits, spaces and _.:/=+-@",
            )
    if len(tags) > 50:  # noqa: PLR2004 # AWS's
        yield Refusal("TooManyTags", f"{len(tags)} tags, and 50 is the most", "leave some out")


LAWS = (
    Law(
        "region",
        "regions that exist",
        "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html",
        EVERY_AWS_TYPE,
        _region,
    ),
    Law(
        "tags",
        "tags that AWS takes",
        "https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html",
        EVERY_AWS_TYPE,
        _tags,
    ),
)
