"""Answers that are kept for a minute. A cache that is away is no fault: the database is asked."""

import json
import logging
from collections.abc import Callable
from typing import Any, Protocol

from redis import Redis, RedisError

from .settings import Settings

KEPT_SECONDS = 60
log = logging.getLogger(__name__)


class Cache(Protocol):
    """What keeps answers."""

    def kept(self, key: str, make: Callable[[], Any]) -> Any:
        """Return what is kept under a key, or make and keep it."""


class RedisCache:
    """Redis, in which whatever was used longest ago goes where memory is full."""

    def __init__(self, settings: Settings) -> None:
        self._redis = Redis(**settings.redis)  # type: ignore[arg-type] # by its own names

    def kept(self, key: str, make: Callable[[], Any]) -> Any:
        """Return what is kept under a key, or make and keep it."""
        try:
            found = self._redis.get(key)
            if isinstance(found, bytes):
                return json.loads(found)
        except RedisError as error:
            log.warning("the cache is away: %s", error)
            return make()
        made = make()
        try:
            self._redis.set(key, json.dumps(made), ex=KEPT_SECONDS)
        except RedisError as error:
            log.warning("the cache is away: %s", error)
        return made
