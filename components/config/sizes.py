"""Sizes that AWS has, for what somebody mistyped; a test holds each against AWS's own lists."""

from collections.abc import Iterator, Sequence

from .problems import Near

_BURSTABLE = ("micro", "small", "medium", "large", "xlarge", "2xlarge")
_STEADY = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")


def _each(families: Sequence[str], sizes: Sequence[str]) -> Iterator[str]:
    return (f"{family}.{size}" for family in families for size in sizes)


_EC2 = ("c6g", "c7g", "m6g", "m7g", "r6g", "r7g")
_RDS, _ELASTICACHE = ([f"{service}.{family}" for family in _EC2 if family[0] != "c"] for service in ("db", "cache"))

INSTANCE_TYPES = Near((*_each(["t4g"], ("nano", *_BURSTABLE)), *_each(_EC2, ("medium", *_STEADY))))
DATABASE_CLASSES = Near((*_each(["db.t4g"], _BURSTABLE), *_each(_RDS, _STEADY)))
CACHE_NODE_TYPES = Near((*_each(["cache.t4g"], _BURSTABLE[:3]), *_each(_ELASTICACHE, _STEADY)))
