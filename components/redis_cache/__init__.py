"""Valkey on ElastiCache."""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .component import RedisCache, RedisCacheArgs
    from .existing import ExistingCache, ExistingCacheArgs, valkey
    from .settings import CacheSettings
else:
    __getattr__ = on_demand(__name__)

__all__ = [
    "CacheSettings",
    "ExistingCache",
    "ExistingCacheArgs",
    "RedisCache",
    "RedisCacheArgs",
    "valkey",
]
