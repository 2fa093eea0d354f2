"""Valkey on ElastiCache."""

from .component import RedisCache, RedisCacheArgs
from .existing import ExistingCache, ExistingCacheArgs, valkey
from .settings import CacheSettings

__all__ = [
    "CacheSettings",
    "ExistingCache",
    "ExistingCacheArgs",
    "RedisCache",
    "RedisCacheArgs",
    "valkey",
]
