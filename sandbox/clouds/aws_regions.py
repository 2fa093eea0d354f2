"""AWS's partitions, regions and zones, and the account that the sandbox plays."""

from .resource import Request

# The account number that AWS's own documentation uses in examples.
ACCOUNT_ID = "123456789012"
DEFAULT_REGION = "us-east-1"

# Zones open to a new account, where they are not a, b, c: DescribeAvailabilityZones of each region.
_ZONES = {
    "us-east-1": "abcdef",
    "us-west-1": "ab",
    "us-west-2": "abcd",
    "ap-northeast-1": "acd",
    "ap-northeast-2": "abcd",
    "ca-central-1": "abd",
}


def region_of(request: Request) -> str:
    """Return the region of a request: the resource's own, else its provider's."""
    return str(request.inputs.get("region") or request.provider.get("region") or DEFAULT_REGION)


def partition(region: str) -> str:
    """`aws`, `aws-cn` or `aws-us-gov`."""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def suffix(region: str) -> str:
    """Return the DNS suffix of a region's endpoints."""
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def zones(region: str) -> list[str]:
    """Return the availability zones of a region."""
    return [f"{region}{letter}" for letter in _ZONES.get(region, "abc")]
