"""Valkey on ElastiCache."""

from .component import RedisCache, RedisCacheArgs
from .settings import CacheSettings

__all__ = [
    "CacheSettings",
    "RedisCache",
    "RedisCacheArgs",
]
