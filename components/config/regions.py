"""Where a stack may lie."""

from typing import Literal, get_args

from .problems import Near

# CloudFront, and all that serves it, is administered from this region alone, whatever the stack's own.
EDGE_REGION = "us-east-1"

# Where the database's certificate authorities are known (docs/decisions/0003): shared/assets/rds-ca-<region>.pem.
Region = Literal[
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-central-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "me-central-1",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
]
# as most regions call them; which of them an account has AWS alone knows
ZONES = Near(tuple(f"{region}{letter}" for region in get_args(Region) for letter in "abc"))
