"""How long the provider waits for an operation of a type, unless a program says otherwise (`custom_timeouts`)."""

import json
from collections.abc import Mapping
from functools import cache

from . import reader

NAME = "terraform-provider-aws-{version}.waits.json"
# Types of the provider's newer kind do not tell it; read in its source.
_BY_HAND: Mapping[str, Mapping[str, int]] = {
    # github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/cloudfront/vpc_origin.go
    "aws:cloudfront/vpcOrigin:VpcOrigin": {"create": 900, "update": 900, "delete": 900},
}


def of(token: str) -> Mapping[str, int]:
    """Return the seconds by operation, empty where nobody knows."""
    return _BY_HAND.get(token) or _told().get(reader.facts().tokens.get(token, ""), {})


@cache
def _told() -> Mapping[str, Mapping[str, int]]:
    path = reader.FOLDER / NAME.format(version=reader.facts().version)
    told: Mapping[str, Mapping[str, int]] = json.loads(path.read_text(encoding="utf-8"))
    return told
